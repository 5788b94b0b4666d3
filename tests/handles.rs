//! Handles: counting, cloning, dropping, weak ones, and who closes what.

mod common;

use common::{watched, Counter, Tracked};
use rendez::{bounded, unbounded, RecvError, SendError, TryRecvError, TrySendError};
use std::any::Any;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

#[test]
fn counts_follow_clones_and_drops() {
    let (tx, rx) = bounded::<i32>(1);
    let (tx2, rx2) = (tx.clone(), rx.clone());
    let rx3 = rx2.clone();
    assert_eq!((tx.sender_count(), tx.receiver_count()), (2, 3));
    assert_eq!((rx.sender_count(), rx.receiver_count()), (2, 3));
    drop((tx2, rx2));
    assert_eq!((tx.sender_count(), rx3.receiver_count()), (1, 2));
}

#[test]
fn only_the_last_handle_of_a_side_closes() {
    let (tx, rx) = bounded::<i32>(1);
    let (tx2, rx2) = (tx.clone(), rx.clone());
    drop(tx);
    drop(rx);
    assert!(!tx2.is_closed());
    assert_eq!(tx2.send(1), Ok(()));
    drop(tx2);
    assert!(rx2.is_closed());
    assert_eq!((rx2.recv(), rx2.recv()), (Ok(1), Err(RecvError)));
}

#[test]
fn same_channel_tells_channels_apart() {
    let (tx, rx) = bounded::<i32>(1);
    let (other_tx, other_rx) = bounded::<i32>(1);
    assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
    assert!(!tx.same_channel(&other_tx) && !rx.same_channel(&other_rx));
    let never = rendez::never::<i32>();
    assert!(!never.same_channel(&rx));
}

#[test]
fn a_weak_sender_does_not_keep_the_channel_open() {
    let (tx, rx) = bounded(1);
    let weak = tx.downgrade();
    weak.upgrade().expect("a sender is left").send(1).unwrap();
    assert_eq!(rx.sender_count(), 1);
    drop(tx);
    assert!(weak.upgrade().is_none());
    assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError)));
    assert!(weak.clone().upgrade().is_none());
}

#[test]
fn a_weak_receiver_does_not_keep_the_channel_open() {
    let (tx, rx) = bounded(1);
    let weak = rx.downgrade();
    drop(weak.upgrade().expect("a receiver is left"));
    assert!(!tx.is_closed());
    drop(rx);
    assert!(weak.upgrade().is_none());
    assert_eq!(tx.send(1), Err(SendError(1)));
}

#[test]
fn a_weak_handle_outlives_the_channel() {
    let alive = Arc::new(Counter::new());
    let (tx, rx) = bounded(4);
    let (weak_tx, weak_rx) = (tx.downgrade(), rx.downgrade());
    tx.send(Tracked::new(0, 0, &alive)).unwrap();
    drop((tx, rx));
    assert_eq!(alive.get(), 0, "values are dropped with the last receiver, not with the weak handles");
    assert!(weak_tx.upgrade().is_none() && weak_rx.upgrade().is_none());
}

#[test]
fn values_are_dropped_with_the_last_receiver_though_senders_live() {
    for cap in [Some(3), None] {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        (0..3).for_each(|n| tx.send(Tracked::new(0, n, &alive)).unwrap_or_else(|_| unreachable!()));
        drop(rx);
        assert_eq!(alive.get(), 0);
        assert!(tx.send(Tracked::new(0, 3, &alive)).is_err());
        assert_eq!(alive.get(), 0);
    }
}

#[test]
fn forgotten_handles_keep_the_channel_open() {
    let (tx, rx) = bounded::<i32>(1);
    // Reachable, so that the memory does not count as leaked.
    static FORGOTTEN: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());
    let forget = |handle: Box<dyn Any + Send>| FORGOTTEN.lock().unwrap().push(handle);
    forget(Box::new(tx.clone()));
    drop(tx);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    forget(Box::new(rx.clone()));
    let weak = rx.downgrade();
    drop(rx);
    assert!(weak.upgrade().is_some());
}

/// Both last handles go at the same time: everything is dropped once, in whichever order.
#[test]
fn last_handles_race() {
    watched(|| {
        let alive = Arc::new(Counter::new());
        for round in 0..3_000 {
            let (tx, rx) = match round % 4 {
                0 => bounded(0),
                1 => bounded(1),
                2 => bounded(3),
                _ => unbounded(),
            };
            let weak = (round % 3 == 0).then(|| (tx.downgrade(), rx.downgrade()));
            let barrier = Barrier::new(2);
            thread::scope(|s| {
                s.spawn(|| {
                    barrier.wait();
                    for n in 0..3 {
                        if let Err(TrySendError::Disconnected(_)) = tx.try_send(Tracked::new(0, n, &alive)) {
                            break;
                        }
                    }
                    drop(tx);
                });
                barrier.wait();
                drop(rx);
            });
            if let Some((tx, rx)) = weak {
                assert!(tx.upgrade().is_none() && rx.upgrade().is_none());
            }
            assert_eq!(alive.get(), 0, "round {round}");
        }
    });
}

/// Upgrading races with dropping the last strong handle: either it gets a working one, or none.
#[test]
fn upgrade_races_with_the_last_drop() {
    watched(|| {
        for _ in 0..3_000 {
            let (tx, rx) = bounded(1);
            let weak = tx.downgrade();
            thread::scope(|s| {
                s.spawn(move || drop(tx));
                let sent = weak.upgrade().is_some_and(|tx| tx.send(7).is_ok());
                assert_eq!(rx.recv().ok(), sent.then_some(7));
                assert_eq!(rx.recv(), Err(RecvError));
            });
        }
    });
}
