//! Batches: `send_many`, `recv_many`, `drain`, and the evicting `force_send`, at every capacity.

mod common;

use common::watched;
use rendez::{bounded, unbounded, Receiver, RecvError, SendError, Sender};
use std::collections::VecDeque;
use std::thread;

const CAPS: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(64), None];

fn make(cap: Option<usize>) -> (Sender<u32>, Receiver<u32>) {
    cap.map_or_else(unbounded, bounded)
}

#[test]
fn send_many_sends_all_in_order() {
    watched(|| {
        for cap in CAPS {
            let (tx, rx) = make(cap);
            thread::scope(|s| {
                s.spawn(move || {
                    let mut values: VecDeque<u32> = (0..1_000).collect();
                    assert_eq!(tx.send_many(&mut values), Ok(()));
                    assert!(values.is_empty());
                });
                assert!(rx.iter().eq(0..1_000), "capacity {cap:?}");
            });
        }
    });
}

#[test]
fn send_many_of_nothing_is_ok_unless_closed_or_not() {
    for cap in CAPS {
        let (tx, rx) = make(cap);
        assert_eq!(tx.send_many(&mut VecDeque::new()), Ok(()));
        drop(rx);
        let mut left = VecDeque::from([1, 2]);
        assert_eq!(tx.send_many(&mut left), Err(SendError(())));
        assert_eq!(left, [1, 2]);
    }
}

#[test]
fn send_many_closed_half_way_keeps_what_was_not_sent() {
    watched(|| {
        for cap in [Some(0), Some(1), Some(3), Some(64)] {
            let (tx, rx) = make(cap);
            thread::scope(|s| {
                let sender = s.spawn(move || {
                    let mut values: VecDeque<u32> = (0..200).collect();
                    assert_eq!(tx.send_many(&mut values), Err(SendError(())));
                    values
                });
                let mut received: Vec<u32> = (0..10).map(|_| rx.recv().unwrap()).collect();
                rx.close();
                received.extend(rx.iter());
                let left = sender.join().unwrap();
                assert!(received.into_iter().chain(left).eq(0..200), "capacity {cap:?}: nothing lost, nothing doubled");
            });
        }
    });
}

#[test]
fn recv_many_waits_for_the_first_and_takes_what_is_there() {
    watched(|| {
        for cap in [Some(3), Some(64), None] {
            let (tx, rx) = make(cap);
            (0..3).for_each(|n| tx.send(n).unwrap());
            let mut values = vec![9];
            assert_eq!(rx.recv_many(&mut values, 2), Ok(2));
            assert_eq!(rx.recv_many(&mut values, 100), Ok(1));
            assert_eq!(values, [9, 0, 1, 2]);
            assert_eq!(rx.recv_many(&mut values, 0), Ok(0));
            thread::scope(|s| {
                s.spawn(|| assert_eq!(rx.recv_many(&mut values, 5), Ok(1)));
                tx.send(3).unwrap();
            });
            assert_eq!(values, [9, 0, 1, 2, 3]);
            drop(tx);
            assert_eq!(rx.recv_many(&mut values, 5), Err(RecvError));
        }
    });
}

#[test]
fn recv_many_at_capacity_zero_takes_from_every_sender_that_waits() {
    watched(|| {
        let (tx, rx) = bounded(0);
        thread::scope(|s| {
            for n in 0..3 {
                let tx = tx.clone();
                s.spawn(move || tx.send(n).unwrap());
            }
            let mut values = Vec::new();
            while values.len() < 3 {
                rx.recv_many(&mut values, 3).unwrap();
            }
            values.sort_unstable();
            assert_eq!(values, [0, 1, 2]);
        });
    });
}

#[test]
fn a_batch_makes_room_for_every_sender_that_waits() {
    watched(|| {
        let (tx, rx) = bounded(3);
        (0..3).for_each(|n| tx.send(n).unwrap());
        thread::scope(|s| {
            let senders: Vec<_> = (3..6)
                .map(|n| {
                    let tx = tx.clone();
                    s.spawn(move || tx.send(n))
                })
                .collect();
            let mut values = Vec::new();
            while values.len() < 3 {
                rx.recv_many(&mut values, 3).unwrap();
            }
            assert_eq!(values[0], 0);
            // All three finish without another receive, though one batch made the room.
            if values.len() == 3 {
                senders.into_iter().for_each(|sender| sender.join().unwrap().unwrap());
            }
        });
    });
}

#[test]
fn a_batch_wakes_every_receiver_that_waits() {
    watched(|| {
        for cap in [Some(3), Some(64), None] {
            let (tx, rx) = make(cap);
            thread::scope(|s| {
                let receivers: Vec<_> = (0..3).map(|_| s.spawn(|| rx.recv().unwrap())).collect();
                tx.send_many(&mut VecDeque::from([1, 2, 3])).unwrap();
                let sum: u32 = receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum();
                assert_eq!(sum, 6, "capacity {cap:?}");
            });
        }
    });
}

#[test]
fn drain_takes_what_is_there_and_does_not_wait() {
    for cap in [Some(3), Some(64), None] {
        let (tx, rx) = make(cap);
        assert_eq!(rx.drain().count(), 0);
        (0..3).for_each(|n| tx.send(n).unwrap());
        assert!(rx.drain().eq(0..3));
        (0..3).for_each(|n| tx.send(n).unwrap());
        drop(tx);
        assert!(rx.drain().eq(0..3), "also when it is closed");
    }
}

#[test]
fn drain_that_is_dropped_drops_the_rest() {
    let (tx, rx) = bounded(3);
    (0..3).for_each(|n| tx.send(n).unwrap());
    assert_eq!(rx.drain().next(), Some(0));
    assert!(rx.is_empty());
}

#[test]
fn force_send_evicts_the_oldest() {
    for cap in [1, 3, 64] {
        let (tx, rx) = bounded(cap);
        for n in 0..cap {
            assert_eq!(tx.force_send(n), Ok(None));
        }
        assert_eq!(tx.force_send(cap), Ok(Some(0)));
        assert!(rx.try_iter().eq(1..=cap));
        rx.close();
        assert_eq!(tx.force_send(7), Err(SendError(7)));
    }
    let (tx, rx) = unbounded();
    (0..300).for_each(|n| assert_eq!(tx.force_send(n), Ok(None)));
    assert!(rx.try_iter().eq(0..300));
    let (tx, _rx) = bounded(0);
    assert_eq!(tx.force_send(1), Ok(Some(1)), "nobody waits: the value itself has no room");
}

#[test]
fn force_send_never_waits_and_loses_nothing_else() {
    watched(|| {
        let (tx, rx) = bounded(3);
        thread::scope(|s| {
            let evicted = s.spawn(move || (0..20_000).filter_map(|n| tx.force_send(n).unwrap()).collect::<Vec<u32>>());
            let received: Vec<u32> = rx.iter().collect();
            let mut all = evicted.join().unwrap();
            assert!(received.is_sorted() && all.is_sorted(), "in order");
            all.extend(received);
            all.sort_unstable();
            assert!(all.into_iter().eq(0..20_000));
        });
    });
}
