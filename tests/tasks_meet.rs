//! Tasks that meet at capacity 0 while others wait.

mod common;

use common::task::{poll, Count};
use rendez::{bounded, RecvError, Select, SendError};
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Poll, Waker};

fn pinned<F>(count: usize, make: impl FnMut(usize) -> F) -> Vec<Pin<Box<F>>> {
    (0..count).map(make).map(Box::pin).collect()
}

#[test]
fn whoever_waits_is_served_in_its_turn() {
    for count in 1..6 {
        let (tx, rx) = bounded(0);
        let mut receives = pinned(count, |_| rx.recv_async());
        receives.iter_mut().for_each(|receive| assert!(poll(receive.as_mut(), Waker::noop()).is_pending()));
        (0..count).for_each(|n| assert_eq!(poll(pin!(tx.send_async(n)), Waker::noop()), Poll::Ready(Ok(()))));
        for (n, receive) in receives.iter_mut().enumerate() {
            assert_eq!(poll(receive.as_mut(), Waker::noop()), Poll::Ready(Ok(n)));
        }
        let mut sends = pinned(count, |n| tx.send_async(n));
        sends.iter_mut().for_each(|send| assert!(poll(send.as_mut(), Waker::noop()).is_pending()));
        (0..count).for_each(|n| assert_eq!(poll(pin!(rx.recv_async()), Waker::noop()), Poll::Ready(Ok(n))));
        sends.iter_mut().for_each(|send| assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Ready(Ok(()))));
        assert!(poll(pin!(rx.recv_async()), Waker::noop()).is_pending(), "nobody is left");
    }
}

/// A value too large to be moved while others wait for the lock.
#[test]
fn large_values_are_served_in_their_turn() {
    let large = |n: u8| [n; 1_000];
    let (tx, rx) = bounded(0);
    let mut receives = pinned(3, |_| rx.recv_async());
    receives.iter_mut().for_each(|receive| assert!(poll(receive.as_mut(), Waker::noop()).is_pending()));
    (0..3).for_each(|n| assert_eq!(poll(pin!(tx.send_async(large(n))), Waker::noop()), Poll::Ready(Ok(()))));
    for (n, receive) in (0..).zip(&mut receives) {
        assert_eq!(poll(receive.as_mut(), Waker::noop()), Poll::Ready(Ok(large(n))));
    }
    let mut sends = pinned(3, |n| tx.send_async(large(n as u8)));
    sends.iter_mut().for_each(|send| assert!(poll(send.as_mut(), Waker::noop()).is_pending()));
    (0..3).for_each(|n| assert_eq!(poll(pin!(rx.recv_async()), Waker::noop()), Poll::Ready(Ok(large(n)))));
}

/// Threads that only try, and selects, find tasks that wait, and tasks find them.
#[test]
fn a_select_in_the_queue_is_met_in_its_turn() {
    let (tx, rx) = bounded(0);
    let mut first = pin!(rx.recv_async());
    assert!(poll(first.as_mut(), Waker::noop()).is_pending());
    let mut select = pin!(async {
        rendez::select_async! { recv(rx) -> value => value }
    });
    assert!(poll(select.as_mut(), Waker::noop()).is_pending());
    let mut last = pin!(rx.recv_async());
    assert!(poll(last.as_mut(), Waker::noop()).is_pending());
    (0..3).for_each(|n| assert_eq!(poll(pin!(tx.send_async(n)), Waker::noop()), Poll::Ready(Ok(()))));
    assert_eq!(poll(first, Waker::noop()), Poll::Ready(Ok(0)));
    assert_eq!(poll(select, Waker::noop()), Poll::Ready(Ok(1)));
    assert_eq!(poll(last, Waker::noop()), Poll::Ready(Ok(2)));
}

#[test]
fn who_is_served_is_woken_once() {
    let (tx, rx) = bounded(0);
    let woken: [Arc<Count>; 3] = Default::default();
    let mut sends = pinned(3, |n| tx.send_async(n));
    for (send, woken) in sends.iter_mut().zip(&woken) {
        assert!(poll(send.as_mut(), &woken.clone().into()).is_pending());
    }
    for n in 0..3 {
        assert_eq!(poll(pin!(rx.recv_async()), Waker::noop()), Poll::Ready(Ok(n)));
        assert_eq!(woken.each_ref().map(|woken| woken.get()), [1, usize::from(n > 0), usize::from(n > 1)]);
    }
}

#[test]
fn a_closed_channel_holds_up_no_task() {
    let (tx, rx) = bounded(0);
    let mut waits = pin!(rx.recv_async());
    assert!(poll(waits.as_mut(), Waker::noop()).is_pending());
    assert!(tx.close());
    assert_eq!(poll(waits, Waker::noop()), Poll::Ready(Err(RecvError)));
    for _ in 0..2 {
        assert_eq!(poll(pin!(rx.recv_async()), Waker::noop()), Poll::Ready(Err(RecvError)));
        assert_eq!(poll(pin!(tx.send_async(1)), Waker::noop()), Poll::Ready(Err(SendError(1))));
    }
}

#[test]
fn a_value_that_was_left_behind_comes_before_a_sender_that_waits() {
    let (tx, rx) = bounded(0);
    let mut served = Box::pin(rx.recv_async());
    assert!(poll(served.as_mut(), Waker::noop()).is_pending());
    assert_eq!(poll(pin!(tx.send_async(1)), Waker::noop()), Poll::Ready(Ok(())));
    drop(served);
    let mut sends = pinned(2, |n| tx.send_async(n + 2));
    sends.iter_mut().for_each(|send| assert!(poll(send.as_mut(), Waker::noop()).is_pending()));
    (1..4).for_each(|n| assert_eq!(poll(pin!(rx.recv_async()), Waker::noop()), Poll::Ready(Ok(n))));
}

/// Those who wait together are served by tasks, and by threads, and go in whatever order.
#[test]
fn values_of_tasks_come_back_in_their_order() {
    for ways in 0..256 {
        let (tx, rx) = bounded(0);
        let mut served = Vec::new();
        for n in (0..6).step_by(3) {
            let mut together = pinned(3, |_| rx.recv_async());
            together.iter_mut().for_each(|receive| assert!(poll(receive.as_mut(), Waker::noop()).is_pending()));
            for n in n..n + 3 {
                match ways >> n & 1 {
                    0 => assert_eq!(poll(pin!(tx.send_async(n)), Waker::noop()), Poll::Ready(Ok(()))),
                    _ => tx.try_send(n).unwrap(),
                }
            }
            served.append(&mut together);
        }
        (0..6).for_each(|n| drop(served.swap_remove((n * ways) % (6 - n))));
        assert_eq!(rx.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5], "served by {ways:b}");
    }
}

/// Who was won by a select that gave up waits on as the first of those that wait.
#[test]
fn who_was_given_up_keeps_its_turn() {
    let (tx, rx) = bounded(0);
    let mut receives = pinned(3, |_| rx.recv_async());
    receives.iter_mut().for_each(|receive| assert!(poll(receive.as_mut(), Waker::noop()).is_pending()));
    let mut select = Select::new();
    select.send(&tx);
    drop(select.try_select().unwrap());
    assert!(poll(receives[0].as_mut(), Waker::noop()).is_pending());
    (0..3).for_each(|n| tx.try_send(n).unwrap());
    receives.into_iter().zip(0..).for_each(|(receive, n)| assert_eq!(poll(pin!(receive), Waker::noop()), Poll::Ready(Ok(n))));

    let mut sends = pinned(3, |n| tx.send_async(n));
    sends.iter_mut().for_each(|send| assert!(poll(send.as_mut(), Waker::noop()).is_pending()));
    let mut select = Select::new();
    select.recv(&rx);
    drop(select.try_select().unwrap());
    assert!(poll(sends[0].as_mut(), Waker::noop()).is_pending());
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
}
