//! The contract's table, one test a cell, at every kind of capacity.

use rendez::{Receiver, RecvError, RecvTimeoutError, SendError, SendTimeoutError, Sender, TryRecvError, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_secs(100);

type Ends = (Sender<u32>, Receiver<u32>);

fn make(cap: Option<usize>) -> Ends {
    cap.map_or_else(rendez::unbounded, rendez::bounded)
}

/// A channel without room: full, or at capacity 0 without a peer.
fn full(cap: usize) -> Ends {
    let (tx, rx) = make(Some(cap));
    (0..cap as u32).for_each(|i| tx.send(i).unwrap());
    (tx, rx)
}

/// Closed with one value left. Not at capacity 0.
fn closed_with_value(cap: Option<usize>) -> Ends {
    let (tx, rx) = make(cap);
    tx.send(7).unwrap();
    assert!(tx.close());
    (tx, rx)
}

fn drained(cap: Option<usize>) -> Ends {
    let (tx, rx) = make(cap);
    assert!(rx.close());
    (tx, rx)
}

/// Runs `f` while a receiver waits or there is room; answers what arrived.
fn with_receiver(cap: Option<usize>, f: impl FnOnce(&Sender<u32>)) -> u32 {
    let (tx, rx) = make(cap);
    thread::scope(|s| {
        let receiver = s.spawn(move || rx.recv().unwrap());
        f(&tx);
        receiver.join().unwrap()
    })
}

/// Runs `f` while a sender waits or a value is there.
fn with_sender(cap: Option<usize>, f: impl FnOnce(&Receiver<u32>)) {
    let (tx, rx) = make(cap);
    thread::scope(|s| {
        s.spawn(move || tx.send(7).unwrap());
        f(&rx);
    });
}

macro_rules! cells {
    ($name:ident, $cap:expr) => {
        mod $name {
            use super::*;
            const CAP: Option<usize> = $cap;

            #[test]
            fn send_with_room() {
                assert_eq!(with_receiver(CAP, |tx| assert_eq!(tx.send(1), Ok(()))), 1);
            }

            #[test]
            fn try_send_with_room() {
                let sent = with_receiver(CAP, |tx| while tx.try_send(1).is_err_and(|error| error.is_full()) {});
                assert_eq!(sent, 1);
            }

            #[test]
            fn send_timeout_with_room() {
                assert_eq!(with_receiver(CAP, |tx| assert_eq!(tx.send_timeout(1, LONG), Ok(()))), 1);
                assert_eq!(with_receiver(CAP, |tx| assert_eq!(tx.send_timeout(1, Duration::MAX), Ok(()))), 1);
            }

            #[test]
            fn send_deadline_with_room() {
                assert_eq!(with_receiver(CAP, |tx| assert_eq!(tx.send_deadline(1, Instant::now() + LONG), Ok(()))), 1);
            }

            #[test]
            fn recv_with_value() {
                with_sender(CAP, |rx| assert_eq!(rx.recv(), Ok(7)));
            }

            #[test]
            fn try_recv_with_value() {
                with_sender(CAP, |rx| {
                    let value = loop {
                        match rx.try_recv() {
                            Err(TryRecvError::Empty) => {}
                            other => break other,
                        }
                    };
                    assert_eq!(value, Ok(7));
                });
            }

            #[test]
            fn recv_timeout_with_value() {
                with_sender(CAP, |rx| assert_eq!(rx.recv_timeout(LONG), Ok(7)));
                with_sender(CAP, |rx| assert_eq!(rx.recv_timeout(Duration::MAX), Ok(7)));
            }

            #[test]
            fn recv_deadline_with_value() {
                with_sender(CAP, |rx| assert_eq!(rx.recv_deadline(Instant::now() + LONG), Ok(7)));
            }

            #[test]
            fn empty() {
                let (_tx, rx) = make(CAP);
                assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
                assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
                assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
                assert_eq!(rx.recv_deadline(Instant::now()), Err(RecvTimeoutError::Timeout));
            }

            #[test]
            fn closed_and_drained() {
                let (tx, rx) = drained(CAP);
                assert_eq!(tx.send(1), Err(SendError(1)));
                assert_eq!(tx.try_send(1), Err(TrySendError::Disconnected(1)));
                assert_eq!(tx.send_timeout(1, LONG), Err(SendTimeoutError::Disconnected(1)));
                assert_eq!(tx.send_deadline(1, Instant::now()), Err(SendTimeoutError::Disconnected(1)));
                assert_eq!(rx.recv(), Err(RecvError));
                assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
                assert_eq!(rx.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
                assert_eq!(rx.recv_deadline(Instant::now()), Err(RecvTimeoutError::Disconnected));
            }

            #[test]
            fn close_says_true_once() {
                let (tx, rx) = make(CAP);
                assert!(!tx.is_closed() && !rx.is_closed());
                assert!(rx.close());
                assert!(!rx.close() && !tx.close());
                assert!(tx.is_closed() && rx.is_closed());
            }

            #[test]
            fn close_wakes_a_receiver() {
                let (tx, rx) = make(CAP);
                thread::scope(|s| {
                    let receiver = s.spawn(|| rx.recv());
                    tx.close();
                    assert_eq!(receiver.join().unwrap(), Err(RecvError));
                });
            }

            #[test]
            fn last_sender_wakes_receivers() {
                let (tx, rx) = make(CAP);
                thread::scope(|s| {
                    let receivers = [s.spawn(|| rx.recv()), s.spawn(|| rx.recv()), s.spawn(|| rx.recv())];
                    drop(tx);
                    receivers.into_iter().for_each(|receiver| assert_eq!(receiver.join().unwrap(), Err(RecvError)));
                });
            }
        }
    };
}

cells!(rendezvous, Some(0));
cells!(one, Some(1));
cells!(three, Some(3));
cells!(many, Some(64));
cells!(unbounded, None);

#[test]
fn closed_with_values_left() {
    for cap in [Some(1), Some(3), Some(64), None] {
        let (tx, rx) = closed_with_value(cap);
        assert_eq!(tx.send(1), Err(SendError(1)));
        assert_eq!(tx.try_send(1), Err(TrySendError::Disconnected(1)));
        assert_eq!(tx.send_timeout(1, LONG), Err(SendTimeoutError::Disconnected(1)));
        assert_eq!(rx.recv(), Ok(7));
        assert_eq!(closed_with_value(cap).1.try_recv(), Ok(7));
        assert_eq!(closed_with_value(cap).1.recv_timeout(Duration::ZERO), Ok(7));
        assert_eq!(closed_with_value(cap).1.recv_deadline(Instant::now()), Ok(7));
    }
}

#[test]
fn no_room() {
    for cap in [0, 1, 3, 64] {
        let (tx, _rx) = full(cap);
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)));
        assert_eq!(tx.send_timeout(9, Duration::ZERO), Err(SendTimeoutError::Timeout(9)));
        assert_eq!(tx.send_timeout(9, SHORT), Err(SendTimeoutError::Timeout(9)));
        assert_eq!(tx.send_deadline(9, Instant::now()), Err(SendTimeoutError::Timeout(9)));
        assert!(tx.is_full());
    }
}

#[test]
fn close_gives_a_blocked_sender_its_value() {
    for cap in [0, 1, 3, 64] {
        let (tx, rx) = full(cap);
        thread::scope(|s| {
            let senders = [s.spawn(|| tx.send(100)), s.spawn(|| tx.send(100))];
            rx.close();
            senders.into_iter().for_each(|sender| assert_eq!(sender.join().unwrap(), Err(SendError(100))));
        });
        assert_eq!(rx.iter().count(), cap);
    }
}

#[test]
fn last_receiver_gives_blocked_senders_their_values() {
    for cap in [0, 1, 3, 64] {
        let (tx, rx) = full(cap);
        thread::scope(|s| {
            let senders = [s.spawn(|| tx.send(100)), s.spawn(|| tx.send(100))];
            drop(rx);
            senders.into_iter().for_each(|sender| assert_eq!(sender.join().unwrap(), Err(SendError(100))));
        });
    }
}
