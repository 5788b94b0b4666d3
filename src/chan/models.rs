//! Loom models of the channel, through the crate's own API. Each is named after the race it closes.

pub(crate) use crate::models::model;
use crate::{bounded, unbounded, RecvError, RecvTimeoutError, SendTimeoutError, TryRecvError};
use loom::thread;
use std::time::Duration;

/// M4. A receiver that goes to sleep while a sender sends twice gets both.
#[test]
fn sleep_against_send() {
    model("sleep against send", || {
        let (tx, rx) = bounded(2);
        let sender = thread::spawn(move || {
            tx.send(1).unwrap();
            tx.send(2).unwrap();
        });
        assert_eq!((rx.recv(), rx.recv(), rx.recv()), (Ok(1), Ok(2), Err(RecvError)));
        sender.join().unwrap();
    });
}

/// M5, M10. Two receivers sleep, two values come, one wake-up is passed on: nobody sleeps on.
#[test]
fn two_sleepers_two_values() {
    model("two sleepers, two values", || {
        let (tx, rx) = bounded(2);
        let rx2 = rx.clone();
        let receivers = [thread::spawn(move || rx.recv().unwrap()), thread::spawn(move || rx2.recv().unwrap())];
        tx.send(1).unwrap();
        tx.send(2).unwrap();
        let sum: i32 = receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum();
        assert_eq!(sum, 3);
    });
}

/// M6. A sender that goes to sleep on a full ring is woken by the receive that makes room.
#[test]
fn sender_sleeps_on_full() {
    model("sender sleeps on full", || {
        let (tx, rx) = bounded(1);
        let sender = thread::spawn(move || (0..2).for_each(|i| tx.send(i).unwrap()));
        assert_eq!((rx.recv(), rx.recv()), (Ok(0), Ok(1)));
        sender.join().unwrap();
    });
}

/// M7. A value is sent or given back, never both; closed stays closed.
#[test]
fn close_against_send_and_recv() {
    model("close against send and recv", || {
        let (tx, rx) = bounded(1);
        let closer = rx.clone();
        let sender = thread::spawn(move || tx.send(7).is_ok());
        let closing = thread::spawn(move || closer.close());
        let first = rx.recv();
        if first.is_err() {
            assert_eq!(rx.recv(), Err(RecvError));
        }
        closing.join().unwrap();
        let sent = sender.join().unwrap();
        assert_eq!(sent, first.is_ok() || rx.try_recv().is_ok());
    });
}

/// M8. The last handles of both sides go at once: a value is dropped once, and the channel is freed once (loom reports leaks).
#[test]
fn both_sides_leave() {
    model("both sides leave", || {
        let (tx, rx) = bounded(1);
        let value = loom::sync::Arc::new(());
        tx.send(value.clone()).unwrap();
        let sender = thread::spawn(move || drop(tx));
        drop(rx);
        sender.join().unwrap();
        assert_eq!(loom::sync::Arc::strong_count(&value), 1);
    });
}

/// M8. The last receiver goes while a send is on its way.
#[test]
fn last_receiver_against_send() {
    model("last receiver against send", || {
        let (tx, rx) = bounded(1);
        let value = loom::sync::Arc::new(());
        let sent = value.clone();
        let sender = thread::spawn(move || {
            let _ = tx.send(sent);
            tx
        });
        drop(rx);
        let tx = sender.join().unwrap();
        assert_eq!(loom::sync::Arc::strong_count(&value), 1, "dropped promptly");
        drop(tx);
    });
}

/// M9. A receiver that was woken and leaves by its timeout passes the wake-up on.
#[test]
fn woken_receiver_times_out() {
    model("woken receiver times out", || {
        let (tx, rx) = bounded(1);
        let rx2 = rx.clone();
        let leaving = thread::spawn(move || rx2.recv_timeout(Duration::from_secs(1)));
        let sender = thread::spawn(move || tx.send(1).unwrap());
        let staying = rx.recv();
        sender.join().unwrap();
        match leaving.join().unwrap() {
            Ok(1) => assert_eq!(staying, Err(RecvError)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => assert_eq!(staying, Ok(1)),
            Ok(_) => unreachable!(),
        }
    });
}

/// M11. A rendezvous is one for both sides.
#[test]
fn rendezvous() {
    model("rendezvous", || {
        let (tx, rx) = bounded(0);
        let sender = thread::spawn(move || (tx.send(1), tx.send(2)));
        assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
        assert_eq!(sender.join().unwrap(), (Ok(()), Ok(())));
    });
}

/// M12. A send at capacity 0 that times out while a receiver comes: the value is back or received.
#[test]
fn rendezvous_timeout_against_claim() {
    model("rendezvous timeout against claim", || {
        let (tx, rx) = bounded(0);
        let sender = thread::spawn(move || tx.send_timeout(1, Duration::from_secs(1)));
        let received = rx.recv();
        match sender.join().unwrap() {
            Ok(()) => assert_eq!(received, Ok(1)),
            Err(SendTimeoutError::Timeout(1)) => assert_eq!(received, Err(RecvError)),
            other => panic!("{other:?}"),
        }
    });
}

/// Values behind the ring of an unbounded channel reach a receiver that sleeps.
#[test]
fn spill_against_sleep() {
    model("spill against sleep", || {
        let (tx, rx) = unbounded();
        let sender = thread::spawn(move || (0..3).for_each(|i| tx.send(i).unwrap()));
        assert_eq!((rx.recv(), rx.recv(), rx.recv()), (Ok(0), Ok(1), Ok(2)));
        sender.join().unwrap();
        assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    });
}

/// Somebody who waits for the channel to close is woken.
#[test]
fn watch_against_close() {
    model("watch against close", || {
        let (tx, rx) = bounded::<i32>(1);
        let closer = thread::spawn(move || drop(rx));
        tx.wait_closed();
        assert!(tx.is_closed());
        closer.join().unwrap();
    });
}
