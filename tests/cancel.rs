//! The cancellation token: who is told, when, and what stays behind.

mod common;

use common::task::block_on;
use common::watched;
use rendez::{select, select_async, CancelToken, RecvError, TryRecvError};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn reaches_everything_below_and_nothing_above() {
    let root = CancelToken::new();
    let (left, right) = (root.child(), root.child());
    let below = left.child().child();
    assert!(left.cancel());
    assert!(!left.cancel());
    assert_eq!([&root, &left, &right, &below].map(CancelToken::is_cancelled), [false, true, false, true]);
    assert_eq!(right.done().try_recv(), Err(TryRecvError::Empty));
    assert_eq!(below.done().recv(), Err(RecvError));
    root.cancel();
    assert!(right.is_cancelled());
    assert!(left.child().is_cancelled(), "a child that comes late");
}

#[test]
fn reaches_grandchildren_whose_parent_was_dropped() {
    let root = CancelToken::new();
    let below = root.child().child();
    assert!(!below.is_cancelled());
    root.cancel();
    assert!(below.is_cancelled());
}

#[test]
fn a_receiver_closed_by_hand_leaves_the_children_to_cancel() {
    let root = CancelToken::new();
    let child = root.child();
    root.done().close();
    assert!(!child.is_cancelled());
    root.cancel();
    assert!(child.is_cancelled());
}

#[test]
fn wakes_threads_and_tasks() {
    watched(|| {
        let root = CancelToken::new();
        let (_tx, rx) = rendez::bounded::<u8>(0);
        thread::scope(|s| {
            for token in [root.child(), root.child().child()] {
                let rx = &rx;
                s.spawn(move || select! { recv(rx) -> _ => unreachable!(), recv(token.done()) -> told => assert!(told.is_err()) });
            }
            for token in [root.child(), root.child().child()] {
                let rx = &rx;
                s.spawn(move || {
                    block_on(async {
                        select_async! { recv(rx) -> _ => unreachable!(), recv(token.done()) -> told => assert!(told.is_err()) }
                    })
                });
            }
            root.cancel();
        });
    });
}

#[test]
fn deadlines_come_and_the_earlier_one_counts() {
    watched(|| {
        let start = Instant::now();
        let far = CancelToken::new().child_timeout(Duration::MAX);
        assert_eq!(far.deadline(), None);
        let hour = far.child_timeout(Duration::from_secs(3600));
        let soon = hour.child_deadline(start + Duration::from_millis(20));
        let later = soon.child_timeout(Duration::from_secs(60));
        assert_eq!(later.deadline(), soon.deadline());
        assert_eq!(later.done().recv(), Err(RecvError));
        assert!(start.elapsed() >= Duration::from_millis(20));
        assert!(soon.is_cancelled() && !hour.is_cancelled());
        assert!(hour.child_deadline(start).is_cancelled(), "a deadline that has passed");
    });
}

#[test]
fn a_guard_cancels_when_it_goes() {
    let token = CancelToken::new();
    let guarded = token.child();
    let left_by_panic = thread::spawn(move || {
        let _guard = guarded.guard();
        panic!("on purpose");
    });
    assert!(left_by_panic.join().is_err());
    assert!(!token.is_cancelled());
    let child = token.child();
    drop(token.guard());
    assert!(child.is_cancelled());
}

/// However a cancel and the birth of a child meet, the child hears of it.
#[test]
fn children_born_while_it_is_cancelled() {
    watched(|| {
        for _ in 0..300 {
            let (root, start) = (CancelToken::new(), Barrier::new(3));
            let elder: Vec<_> = (0..4).map(|_| root.child()).collect();
            thread::scope(|s| {
                for _ in 0..2 {
                    s.spawn(|| {
                        start.wait();
                        let young: Vec<_> = (0..8).map(|_| root.child()).collect();
                        young.iter().for_each(|child| assert!(child.done().recv().is_err()));
                    });
                }
                start.wait();
                root.cancel();
            });
            assert!(elder.iter().all(CancelToken::is_cancelled));
        }
    });
}

/// A line of descendants is dropped, and cancelled, without a deep stack.
#[test]
fn a_long_line() {
    let root = CancelToken::new();
    let mut last = root.child();
    for _ in 0..30_000 {
        last = last.child();
    }
    root.cancel();
    assert!(last.is_cancelled());
}
