//! Impossible capacities, endless and expired times, batches of nothing: each has an answer.

mod common;

use common::watched;
use rendez::{
    bounded, rendezvous, select, try_bounded, unbounded, RecvError, RecvTimeoutError, Select, SendError, SendTimeoutError, TryRecvError,
};
use std::collections::VecDeque;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

/// Capacities whose buffer no address space holds: beyond `usize`, beyond `isize`, and beyond any machine's memory.
fn impossible() -> Vec<usize> {
    let mut caps = vec![usize::MAX, usize::MAX - 1, usize::MAX / 2 + 1, usize::MAX / 2, isize::MAX as usize / 8];
    if cfg!(target_pointer_width = "64") {
        caps.push(usize::MAX >> 8); // in the address space by its numbers, in nobody's by its page tables
    }
    caps
}

fn message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    panic.downcast::<String>().map(|text| *text).expect("a message with figures in it")
}

#[test]
fn an_impossible_capacity_panics_and_says_why() {
    for cap in impossible() {
        for text in
            [message(|| drop(bounded::<u64>(cap))), message(|| drop(bounded::<()>(cap))), message(|| drop(bounded::<[u8; 4096]>(cap)))]
        {
            assert!(text.contains(&format!("capacity {cap}")), "{cap}: {text}");
            assert!(text.contains("address space") || text.contains("memory"), "{cap}: {text}");
        }
    }
}

#[test]
fn a_panic_for_a_capacity_points_at_the_caller() {
    let (tell, told) = std::sync::mpsc::channel();
    let old = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if let Some(location) = info.location().filter(|_| thread::current().name() == Some("points")) {
            let _ = tell.send(location.file().to_owned());
        }
        old(info);
    }));
    let points = thread::Builder::new().name("points".into()).spawn(|| drop(bounded::<u64>(usize::MAX))).expect("a thread");
    assert!(points.join().is_err());
    assert!(told.recv().expect("a place").ends_with("bad_input.rs"));
}

#[test]
fn try_bounded_says_why_and_panics_never() {
    for cap in impossible() {
        let error = try_bounded::<u64>(cap).expect_err("impossible");
        assert_eq!(error.capacity(), cap);
        let text = error.to_string();
        assert!(text.contains(&cap.to_string()), "{cap}: {text}");
        assert!(text.contains("address space") || text.contains("memory"), "{cap}: {text}");
    }
    let text = try_bounded::<u64>(usize::MAX).expect_err("impossible").to_string();
    assert!(text.contains("address space"), "{text}");
    for cap in [0, 1, 2, 3, 1000] {
        let (tx, rx) = try_bounded::<u64>(cap).expect("possible");
        assert_eq!((tx.capacity(), rx.capacity()), (Some(cap), Some(cap)));
    }
}

/// Times that never come, or as good as never.
fn far() -> Vec<Duration> {
    let years = |n: u64| Duration::from_secs(n * 365 * 24 * 3600);
    vec![Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(i64::MAX as u64), years(1_000_000), years(1000), years(50)]
}

/// The last of these instants the clock can still say.
fn far_instants() -> Vec<Instant> {
    let now = Instant::now();
    far().into_iter().filter_map(|far| now.checked_add(far)).collect()
}

/// Runs `blocked`, and `end` on another thread.
fn ended_by(blocked: impl FnOnce() + Send, end: impl FnOnce() + Send) {
    thread::scope(|s| {
        let blocked = s.spawn(blocked);
        end();
        blocked.join().expect("no panic");
    });
}

#[test]
fn a_far_timeout_waits_for_a_send() {
    watched(|| {
        for far in far() {
            for cap in [0, 1] {
                let (tx, rx) = &bounded(cap);
                ended_by(|| assert_eq!(rx.recv_timeout(far), Ok(1)), || tx.send(1).expect("open"));
                (0..cap).for_each(|_| tx.send(2).expect("open"));
                ended_by(|| assert_eq!(tx.send_timeout(3, far), Ok(())), || assert!(rx.recv().is_ok()));
                (0..cap).for_each(|_| assert_eq!(rx.recv(), Ok(3)));
                ended_by(|| assert_eq!(rx.recv_timeout(far), Err(RecvTimeoutError::Disconnected)), || assert!(tx.close()));
            }
            let (tx, rx) = unbounded();
            ended_by(|| assert_eq!(rx.recv_timeout(far), Ok(1)), || tx.send(1).expect("open"));
        }
    });
}

#[test]
fn a_far_deadline_waits_for_a_send() {
    watched(|| {
        let instants = far_instants();
        assert!(!instants.is_empty());
        for far in instants {
            for cap in [0, 1] {
                let (tx, rx) = &bounded(cap);
                ended_by(|| assert_eq!(rx.recv_deadline(far), Ok(1)), || tx.send(1).expect("open"));
                (0..cap).for_each(|_| tx.send(2).expect("open"));
                ended_by(|| assert_eq!(tx.send_deadline(3, far), Ok(())), || assert!(rx.recv().is_ok()));
            }
        }
    });
}

#[test]
fn a_select_with_a_far_timeout_waits_for_a_send() {
    watched(|| {
        for far in far() {
            for cap in [0, 1] {
                let (tx, rx) = &bounded(cap);
                let by_macro = || {
                    select! {
                        recv(rx) -> value => assert_eq!(value, Ok(1)),
                        default(far) => panic!("too early"),
                    }
                };
                ended_by(by_macro, || tx.send(1).expect("open"));
                let by_hand = || {
                    let mut select = Select::new();
                    select.recv(rx);
                    assert_eq!(select.ready_timeout(far), Ok(0));
                    assert_eq!(select.select_timeout(far).expect("in time").recv(rx), Ok(2));
                };
                ended_by(by_hand, || tx.send(2).expect("open"));
            }
        }
        for far in far_instants() {
            let (tx, rx) = &rendezvous();
            let by_hand = || {
                let mut select = Select::new();
                select.recv(rx);
                assert_eq!(select.ready_deadline(far), Ok(0));
                assert_eq!(select.select_deadline(far).expect("in time").recv(rx), Ok(3));
            };
            ended_by(by_hand, || tx.send(3).expect("open"));
        }
    });
}

#[test]
fn far_timers_stay_silent_and_do_no_harm() {
    watched(|| {
        for far in far() {
            let (after, tick) = (rendez::after(far), rendez::tick(far));
            assert_eq!((after.try_recv(), tick.try_recv()), (Err(TryRecvError::Empty), Err(TryRecvError::Empty)));
            let (tx, rx) = &rendezvous();
            let by_macro = || {
                select! {
                    recv(rx) -> value => assert_eq!(value, Ok(1)),
                    recv(after) -> _ => panic!("too early"),
                    recv(tick) -> _ => panic!("too early"),
                }
            };
            ended_by(by_macro, || tx.send(1).expect("open"));
        }
        for far in far_instants() {
            assert_eq!(rendez::at(far).try_recv(), Err(TryRecvError::Empty));
        }
    });
}

#[test]
fn waiting_for_the_close_with_a_far_timeout_ends_with_the_close() {
    watched(|| {
        for far in far() {
            let (tx, rx) = &bounded::<u8>(1);
            ended_by(|| assert!(tx.wait_closed_timeout(far)), || assert!(rx.close()));
            assert!(rx.wait_closed_timeout(far), "closed already");
        }
        for far in far_instants() {
            let (tx, rx) = &bounded::<u8>(0);
            ended_by(|| assert!(rx.wait_closed_deadline(far)), || assert!(tx.close()));
            assert!(tx.wait_closed_deadline(far), "closed already");
        }
    });
}

/// Instants that have passed; the second may be before the clock's beginning, and is left out then.
fn past() -> Vec<Instant> {
    let now = Instant::now();
    [Some(now), now.checked_sub(Duration::from_secs(1))].into_iter().flatten().collect()
}

#[test]
fn an_expired_time_tries_once_and_succeeds_where_it_can() {
    for cap in [Some(1), Some(3), None] {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        assert_eq!(tx.send_timeout(1, Duration::ZERO), Ok(()));
        assert_eq!(rx.recv_timeout(Duration::ZERO), Ok(1));
        for past in past() {
            assert_eq!(tx.send_deadline(2, past), Ok(()));
            assert_eq!(rx.recv_deadline(past), Ok(2));
        }
        let mut select = Select::new();
        select.recv(&rx);
        tx.send(3).expect("open");
        assert_eq!(select.ready_timeout(Duration::ZERO), Ok(0));
        assert_eq!(select.select_timeout(Duration::ZERO).expect("ready").recv(&rx), Ok(3));
        tx.send(4).expect("open");
        let got = select! { recv(rx) -> value => value, default(Duration::ZERO) => Err(RecvError) };
        assert_eq!(got, Ok(4));
    }
}

#[test]
fn an_expired_time_fails_where_it_would_have_to_wait() {
    for cap in [0, 1, 3] {
        let (tx, rx) = bounded(cap);
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        (0..cap).for_each(|_| tx.send(0).expect("open"));
        assert_eq!(tx.send_timeout(1, Duration::ZERO), Err(SendTimeoutError::Timeout(1)));
        for past in past() {
            assert_eq!(tx.send_deadline(2, past), Err(SendTimeoutError::Timeout(2)));
        }
        assert_eq!(rx.try_iter().count(), cap, "what timed out is not in there");
        for past in past() {
            assert_eq!(rx.recv_deadline(past), Err(RecvTimeoutError::Timeout));
        }
        let mut select = Select::new();
        select.recv(&rx);
        assert!(select.select_timeout(Duration::ZERO).is_err() && select.ready_timeout(Duration::ZERO).is_err());
        for past in past() {
            assert!(select.select_deadline(past).is_err() && select.ready_deadline(past).is_err());
        }
        assert!(!rx.wait_closed_timeout(Duration::ZERO));
        for past in past() {
            assert!(!rx.wait_closed_deadline(past) && !tx.wait_closed_deadline(past));
        }
        assert!(tx.close());
        assert!(rx.wait_closed_timeout(Duration::ZERO));
        for past in past() {
            assert!(rx.wait_closed_deadline(past) && tx.wait_closed_deadline(past));
        }
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Disconnected));
        assert_eq!(tx.send_timeout(1, Duration::ZERO), Err(SendTimeoutError::Disconnected(1)));
    }
}

#[test]
fn an_expired_time_meets_a_peer_that_waits() {
    watched(|| {
        let (tx, rx) = &rendezvous();
        thread::scope(|s| {
            s.spawn(|| assert_eq!(rx.recv(), Ok(1)));
            while tx.send_timeout(1, Duration::ZERO).is_err() {
                thread::yield_now();
            }
            s.spawn(|| tx.send(2).expect("open"));
            while rx.recv_timeout(Duration::ZERO).is_err() {
                thread::yield_now();
            }
        });
    });
}

#[test]
fn timers_without_time_are_due_at_once() {
    let start = Instant::now();
    let tick = rendez::tick(Duration::ZERO);
    for _ in 0..3 {
        assert!(rendez::after(Duration::ZERO).recv().expect("a message") >= start);
        assert!(tick.recv().is_ok());
    }
    for past in past() {
        assert_eq!(rendez::at(past).try_recv(), Ok(past));
    }
}

#[test]
fn batches_of_nothing_are_nothing() {
    watched(|| {
        for cap in [Some(0), Some(1), None] {
            let (tx, rx) = cap.map_or_else(unbounded::<u8>, bounded);
            let mut none = VecDeque::new();
            let mut values = vec![7];
            // None of these waits, though there is neither a value nor, at capacity 0, a peer.
            assert_eq!(tx.send_many(&mut none), Ok(()));
            assert_eq!(rx.recv_many(&mut values, 0), Ok(0));
            assert_eq!(rx.drain().len(), 0);
            assert_eq!(rx.try_iter().next(), None);
            assert!(rx.is_empty());
            if cap != Some(0) {
                tx.send(1).expect("open");
                assert_eq!(rx.recv_many(&mut values, 0), Ok(0));
                assert_eq!(rx.len(), 1, "it is still there");
                assert_eq!(rx.recv(), Ok(1));
            }
            assert!(rx.close());
            assert_eq!(tx.send_many(&mut none), Ok(()), "nothing was refused");
            assert_eq!(rx.recv_many(&mut values, 0), Ok(0));
            assert_eq!(rx.recv_many(&mut values, 1), Err(RecvError));
            assert_eq!(tx.send_many(&mut [8].into()), Err(SendError(())));
            assert_eq!(values, [7], "what was in the vector stays");
        }
    });
}

#[test]
fn a_batch_without_limit_takes_what_is_there() {
    for cap in [Some(3), None] {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        assert_eq!(tx.send_many(&mut [1, 2, 3].into()), Ok(()));
        let mut values = vec![0];
        assert_eq!(rx.recv_many(&mut values, usize::MAX), Ok(3));
        assert_eq!(values, [0, 1, 2, 3]);
    }
}

#[test]
fn a_select_of_nothing_panics_or_says_so_but_does_not_hang() {
    let mut select = Select::new();
    assert!(select.try_select().is_err() && select.try_ready().is_err());
    assert!(select.select_timeout(Duration::ZERO).is_err() && select.ready_timeout(Duration::ZERO).is_err());
    for panic in [catch_unwind(|| drop(Select::new().select())), catch_unwind(|| assert_eq!(Select::new().ready(), 0))] {
        let text = *panic.expect_err("a panic").downcast::<&str>().expect("a message");
        assert!(text.contains("no operation was added"), "{text}");
    }
}
