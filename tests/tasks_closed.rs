//! `closed().await`: who waits for the other side to go away.

mod common;

use common::task::{block_on, poll, Count};
use common::watched;
use futures_core::FusedFuture;
use rendez::{after, bounded, never, select_async, unbounded};
use std::pin::pin;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

#[test]
fn both_sides_are_told_once() {
    for cap in [0, 1, 3] {
        for close in 0..3 {
            let (tx, rx) = bounded::<i32>(cap);
            let (other_tx, other_rx) = (tx.clone(), rx.clone());
            let (sender, sender_waker) = Count::new();
            let (receiver, receiver_waker) = Count::new();
            let mut sending = pin!(other_tx.closed());
            let mut receiving = pin!(other_rx.closed());
            assert_eq!(poll(sending.as_mut(), &sender_waker), Poll::Pending);
            assert_eq!(poll(receiving.as_mut(), &receiver_waker), Poll::Pending);
            assert!(!sending.is_terminated());
            match close {
                0 => assert!(tx.close()),
                1 => assert!(rx.close()),
                _ => assert!(other_tx.close()),
            }
            assert_eq!((sender.get(), receiver.get()), (1, 1));
            assert_eq!(poll(sending.as_mut(), &sender_waker), Poll::Ready(()));
            assert_eq!(poll(receiving.as_mut(), &receiver_waker), Poll::Ready(()));
            assert!(sending.is_terminated());
            assert_eq!(poll(sending.as_mut(), &sender_waker), Poll::Pending, "fused");
            assert_eq!(poll(pin!(rx.closed()), Waker::noop()), Poll::Ready(()));
        }
    }
}

#[test]
fn the_last_handle_closes() {
    let (tx, rx) = unbounded::<i32>();
    let (count, waker) = Count::new();
    let mut closed = pin!(rx.closed());
    assert_eq!(poll(closed.as_mut(), &waker), Poll::Pending);
    tx.send(1).unwrap();
    let tx2 = tx.clone();
    drop(tx);
    assert_eq!(poll(closed.as_mut(), &waker), Poll::Pending);
    assert_eq!(count.get(), 0, "neither a value nor a handle wakes it");
    drop(tx2);
    assert_eq!(count.get(), 1);
    assert_eq!(poll(closed.as_mut(), &waker), Poll::Ready(()));
    assert_eq!(rx.recv(), Ok(1), "what it holds can still be received");
}

#[test]
fn a_dropped_one_is_not_told() {
    let (tx, rx) = bounded::<i32>(1);
    let (first, old) = Count::new();
    let (second, new) = Count::new();
    let mut stays = pin!(rx.closed());
    {
        let mut goes = pin!(rx.closed());
        assert_eq!(poll(goes.as_mut(), &old), Poll::Pending);
        assert_eq!(poll(stays.as_mut(), &new), Poll::Pending);
    }
    drop(tx);
    assert_eq!((first.get(), second.get()), (0, 1));
    assert_eq!(poll(stays.as_mut(), &new), Poll::Ready(()));
}

#[test]
fn timers_never_close() {
    assert_eq!(poll(pin!(never::<()>().closed()), Waker::noop()), Poll::Pending);
    let timer = after(Duration::ZERO);
    let closed = timer.closed();
    assert!(closed.is_terminated());
    assert_eq!(poll(pin!(closed), Waker::noop()), Poll::Pending);
}

#[test]
fn work_stops_when_nobody_wants_it() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = bounded::<u32>(cap);
            thread::scope(|s| {
                s.spawn(move || {
                    assert_eq!(rx.recv(), Ok(1));
                });
                let sent = block_on(async {
                    let mut sent = 0;
                    loop {
                        select_async! {
                            biased;
                            future(tx.closed()) -> () => return sent,
                            send(tx, 1) -> result => sent += u32::from(result.is_ok()),
                        }
                    }
                });
                assert!((1..=2).contains(&sent));
            });
        }
    });
}

#[test]
fn threads_and_tasks_watch_together() {
    watched(|| {
        for _ in 0..100 {
            let (tx, rx) = bounded::<u32>(0);
            let tx = &tx;
            thread::scope(|s| {
                (0..2).for_each(|_| drop(s.spawn(|| tx.wait_closed())));
                (0..2).for_each(|_| drop(s.spawn(|| block_on(tx.closed()))));
                s.spawn(move || drop(rx));
            });
        }
    });
}
