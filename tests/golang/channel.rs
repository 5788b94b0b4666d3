//! Send, receive, close, `len` and `capacity`.

use super::common::{watched, Counter, Rng, Tracked};
use super::{rounds, SHORT};
use rendez::{bounded, rendezvous, select, Receiver, RecvError, RecvTimeoutError, SendTimeoutError, Sender, TrySendError};
use std::any::Any;
use std::collections::HashMap;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;

fn capacities() -> impl Iterator<Item = usize> {
    (0..10).chain([64, 200])
}

#[test]
fn a_receive_waits_for_the_send() {
    watched(|| {
        for cap in capacities() {
            let (tx, rx) = bounded(cap);
            let got = Counter::new();
            thread::scope(|s| {
                let receivers: Vec<_> = (0..2)
                    .map(|_| {
                        s.spawn(|| {
                            let value = rx.recv();
                            got.add(1);
                            value
                        })
                    })
                    .collect();
                assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
                assert_eq!(got.get(), 0, "nothing was sent");
                tx.send(1).unwrap();
                tx.send(1).unwrap();
                receivers.into_iter().for_each(|receiver| assert_eq!(receiver.join().unwrap(), Ok(1)));
            });
        }
    });
}

#[test]
fn a_send_waits_for_room() {
    watched(|| {
        for cap in capacities() {
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|i| tx.send(i).unwrap());
            let sent = AtomicBool::new(false);
            thread::scope(|s| {
                s.spawn(|| {
                    tx.send(cap).unwrap();
                    sent.store(true, Ordering::SeqCst); // ORDERING: pairs with the looks below
                });
                assert_eq!(tx.send_timeout(999, SHORT), Err(SendTimeoutError::Timeout(999)));
                assert!(!sent.load(Ordering::SeqCst), "nothing was received"); // ORDERING: as above
                (0..=cap).for_each(|i| assert_eq!(rx.recv(), Ok(i)));
            });
            assert!(sent.load(Ordering::SeqCst)); // ORDERING: as above
        }
    });
}

#[test]
fn a_closed_channel_answers_all_who_ask() {
    watched(|| {
        for cap in capacities() {
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|i| tx.send(i).unwrap());
            tx.close();
            (0..cap).for_each(|i| assert_eq!(rx.recv(), Ok(i)));
            (0..cap + 10).for_each(|_| assert_eq!(rx.recv(), Err(RecvError)));

            let (tx, rx) = bounded::<u32>(cap);
            thread::scope(|s| {
                let receiver = s.spawn(|| rx.recv());
                tx.close();
                assert_eq!(receiver.join().unwrap(), Err(RecvError));
            });
        }
    });
}

#[test]
fn values_come_first_in_first_out() {
    watched(|| {
        for cap in capacities() {
            let (tx, rx) = bounded(cap);
            thread::scope(|s| {
                s.spawn(|| (0..100).for_each(|i| tx.send(i).unwrap()));
                (0..100).for_each(|i| assert_eq!(rx.recv(), Ok(i)));
            });
        }
    });
}

/// Each worker waits for its turn, and only then gives it to the next.
#[test]
fn synchronous_workers_take_turns() {
    watched(|| {
        let (tx, rx) = rendezvous();
        let (first, mut turn) = rendezvous();
        thread::scope(|s| {
            for i in 0..10 {
                let (next, after) = rendezvous();
                let (rx, turn) = (rx.clone(), std::mem::replace(&mut turn, after));
                s.spawn(move || {
                    turn.recv().unwrap();
                    assert_eq!(rx.recv(), Ok(i));
                    next.send(()).unwrap();
                });
            }
            s.spawn(move || first.send(()).unwrap());
            (0..10).for_each(|i| tx.send(i).unwrap());
            turn.recv().unwrap();
        });
    });
}

#[test]
fn each_of_many_senders_values_is_received_once() {
    watched(|| {
        let each = rounds(10_000);
        for cap in [0, 1, 3, 20] {
            let (tx, rx) = bounded(cap);
            let mut seen = HashMap::new();
            thread::scope(|s| {
                for _ in 0..4 {
                    let tx = tx.clone();
                    s.spawn(move || (0..each).for_each(|i| tx.send(i).unwrap()));
                }
                drop(tx);
                let receivers: Vec<_> = (0..4).map(|_| s.spawn(|| rx.iter().collect::<Vec<usize>>())).collect();
                for receiver in receivers {
                    receiver.join().unwrap().into_iter().for_each(|i| *seen.entry(i).or_insert(0) += 1);
                }
            });
            assert_eq!(seen.len(), each);
            assert!(seen.values().all(|n| *n == 4));
        }
    });
}

#[test]
fn length_and_capacity() {
    let (tx, rx) = bounded(10);
    assert_eq!((tx.len(), tx.capacity(), rx.len(), rx.capacity()), (0, Some(10), 0, Some(10)));
    (0..3).for_each(|i| tx.send(i).unwrap());
    assert_eq!((tx.len(), rx.len(), tx.capacity()), (3, 3, Some(10)));
    let (tx, rx) = rendezvous::<u32>();
    assert_eq!((tx.len(), tx.capacity(), rx.len(), rx.capacity()), (0, Some(0), 0, Some(0)));
    assert_eq!(rendez::never::<u32>().len(), 0);
}

#[test]
fn a_capacity_beyond_memory_panics() {
    for cap in [usize::MAX, usize::MAX / 2, usize::MAX / 8] {
        assert!(catch_unwind(|| bounded::<[u64; 4]>(cap)).is_err());
    }
}

#[test]
fn a_value_behind_a_pointer_to_anything_arrives() {
    struct Named(&'static str);
    let (tx, rx) = bounded::<Box<dyn Any + Send>>(3);
    tx.send(Box::new(Named("one"))).unwrap();
    select! { send(tx, Box::new(Named("two"))) -> res => res.unwrap(), default => panic!("room") }
    select! {
        send(tx, Box::new(Named("three"))) -> res => res.unwrap(),
        send(tx, Box::new(Named("three"))) -> res => res.unwrap(),
    }
    for name in ["one", "two", "three"] {
        assert_eq!(rx.recv().unwrap().downcast::<Named>().unwrap().0, name);
    }
}

#[test]
fn many_consumers_between_two_queues_keep_the_sum() {
    watched(|| {
        const WORKERS: usize = 23;
        let count = rounds(50_000);
        let (todo, work) = bounded(WORKERS * 3);
        let (results, done) = bounded(WORKERS * 3);
        let (sent, received) = thread::scope(|s| {
            for worker in 0..WORKERS {
                let (work, results) = (work.clone(), results.clone());
                s.spawn(move || {
                    for value in work {
                        if value % (worker + 2) == 0 {
                            thread::yield_now(); // so that the consumers mix
                        }
                        results.send(value).unwrap();
                    }
                });
            }
            drop((work, results));
            let feeder = s.spawn(move || {
                let mut rng = Rng::new(7);
                (0..count).map(|_| rng.below(1000) as usize).inspect(|value| todo.send(*value).unwrap()).sum::<usize>()
            });
            let received: usize = done.iter().sum();
            (feeder.join().unwrap(), received)
        });
        assert_eq!(sent, received);
    });
}

/// A chain of relays. Each value owns memory, and is seen by every thread.
#[test]
fn values_that_own_memory_survive_a_chain() {
    fn relay(from: &Receiver<Tracked>, to: &Sender<Tracked>, selecting: bool) {
        let (_open, silent) = rendezvous::<()>();
        loop {
            let value = match selecting {
                true => select! { recv(from) -> value => value, recv(silent) -> _ => panic!("nothing was sent") },
                false => from.recv(),
            };
            let Ok(value) = value else { return };
            match selecting {
                true => select! { send(to, value) -> res => drop(res), recv(silent) -> _ => panic!("nothing was sent") },
                false => drop(to.send(value)),
            }
        }
    }
    watched(|| {
        let count = rounds(5_000) as u64;
        for selecting in [false, true] {
            let alive = Arc::new(Counter::new());
            let (tx, mut last) = rendezvous();
            thread::scope(|s| {
                for cap in [0, 1, 0, 2] {
                    let (to, next) = bounded(cap);
                    let from = std::mem::replace(&mut last, next);
                    s.spawn(move || relay(&from, &to, selecting));
                }
                let alive = &alive;
                s.spawn(move || (0..count).for_each(|i| assert!(tx.send(Tracked::new(0, i, alive)).is_ok())));
                (0..count).for_each(|i| assert_eq!(last.recv().unwrap().number, i));
                assert!(last.recv().is_err());
            });
            assert_eq!(alive.get(), 0);
        }
    });
}

/// A receiver is itself a value that can be sent: each thread of the chain learns its right neighbour from its left one.
#[test]
fn a_value_passes_through_a_long_chain_of_threads() {
    watched(|| {
        let length = 300;
        let (first, mut rightmost) = rendezvous();
        thread::scope(|s| {
            for _ in 0..length {
                let (left, right) = rendezvous();
                let from = std::mem::replace(&mut rightmost, right);
                let relay = move || left.send(from.recv().unwrap() + 1).unwrap();
                thread::Builder::new().stack_size(128 << 10).spawn_scoped(s, relay).unwrap();
            }
            first.send(0).unwrap();
            assert_eq!(rightmost.recv(), Ok(length));
        });
    });
}

#[test]
fn values_of_no_size_are_counted() {
    for cap in [0, 1, 7] {
        let (tx, rx) = bounded::<[u64; 0]>(cap);
        (0..cap).for_each(|_| tx.send([]).unwrap());
        assert_eq!(rx.len(), cap);
        assert_eq!(tx.try_send([]), Err(TrySendError::Full([])));
        assert_eq!(rx.try_iter().count(), cap);
    }
}

#[test]
fn what_is_sent_may_be_received_elsewhere_first() {
    let (inner_tx, inner_rx) = bounded(2);
    let (tx, rx) = bounded(2);
    (5..7).for_each(|i| inner_tx.send(i).unwrap());
    tx.send(inner_rx.recv().unwrap()).unwrap();
    select! { send(tx, inner_rx.recv().unwrap()) -> res => res.unwrap() }
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), [5, 6]);
}
