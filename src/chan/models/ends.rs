//! How handles go: a value is dropped once, and the memory is given back once (loom reports leaks).

use super::model;
use crate::{bounded, unbounded, Receiver, RecvError, Select, Sender};
use loom::sync::Arc;
use loom::thread::spawn;

type Ends = (Sender<Arc<()>>, Receiver<Arc<()>>);

/// A value that loom counts.
fn counted(ends: &Ends) -> Arc<()> {
    let value = Arc::new(());
    let _ = ends.0.try_send(value.clone());
    value
}

/// M8. The last handles of both sides go at once.
#[test]
fn both_sides_leave() {
    for cap in [Some(0), Some(1), None] {
        model("both sides leave", move || {
            let ends = cap.map_or_else(unbounded, bounded);
            let value = counted(&ends);
            let (tx, rx) = ends;
            let sender = spawn(move || drop(tx));
            drop(rx);
            sender.join().unwrap();
            assert_eq!(Arc::strong_count(&value), 1);
        });
    }
}

/// M8. The last receiver goes while a send is on its way: the value does not stay.
#[test]
fn the_last_receiver_against_a_send() {
    for cap in [Some(0), Some(1), Some(2), None] {
        model("the last receiver against a send", move || {
            let (tx, rx) = cap.map_or_else(unbounded, bounded);
            let value = Arc::new(());
            let sent = value.clone();
            let sender = spawn(move || {
                let _ = tx.send(sent);
                tx
            });
            drop(rx);
            let tx = sender.join().unwrap();
            assert_eq!(Arc::strong_count(&value), 1, "dropped promptly");
            drop(tx);
        });
    }
}

/// M8. The last receiver goes while a sender goes to sleep, since the only place is held: by a select that was forgotten.
#[test]
fn the_last_receiver_against_a_sender_at_a_held_place() {
    model("the last receiver against a sender at a held place", || {
        let (tx, rx) = bounded(1);
        tx.send(1).unwrap();
        let mut select = Select::new();
        select.recv(&rx);
        std::mem::forget(select.select());
        drop(select);
        let sender = spawn(move || tx.send(2));
        drop(rx);
        assert!(sender.join().unwrap().is_err());
    });
}

/// M8. The last sender goes while a receiver goes to sleep.
#[test]
fn the_last_sender_against_a_receiver() {
    for cap in [0, 1] {
        model("the last sender against a receiver", move || {
            let (tx, rx) = bounded::<i32>(cap);
            let sender = spawn(move || drop(tx));
            assert_eq!(rx.recv(), Err(RecvError));
            sender.join().unwrap();
        });
    }
}

/// The last sender goes, having sent, while a receiver goes to sleep.
#[test]
fn the_last_value_comes_before_the_error() {
    model("the last value comes before the error", || {
        let (tx, rx) = bounded(1);
        let sender = spawn(move || tx.send(1).unwrap());
        assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError)));
        sender.join().unwrap();
    });
}

/// Two handles of one side go at once: one of them is the last.
#[test]
fn two_senders_leave() {
    model("two senders leave", || {
        let (tx, rx) = bounded::<i32>(1);
        let tx2 = tx.clone();
        let other = spawn(move || drop(tx2));
        drop(tx);
        other.join().unwrap();
        assert!(rx.is_closed());
    });
}

/// Two handles of one side go, and both have done something before.
#[test]
fn the_last_of_two_receivers_sees_what_the_other_did() {
    model("the last of two receivers sees what the other did", || {
        let (tx, rx) = bounded::<i32>(1);
        let rx2 = rx.clone();
        drop(tx); // so that the last receiver destroys the channel
        let other = spawn(move || assert!(rx2.recv().is_err()));
        drop(rx);
        other.join().unwrap();
    });
}

/// A weak handle becomes a strong one, or finds that the side has gone.
#[test]
fn an_upgrade_against_the_last_sender() {
    model("an upgrade against the last sender", || {
        let (tx, rx) = bounded(1);
        let weak = tx.downgrade();
        let other = spawn(move || weak.upgrade().map(|tx| tx.send(1).unwrap()).is_some());
        drop(tx);
        let sent = other.join().unwrap();
        assert_eq!((rx.recv(), rx.recv()), if sent { (Ok(1), Err(RecvError)) } else { (Err(RecvError), Err(RecvError)) });
    });
}

/// A weak handle goes with the last strong ones: the memory is given back once.
#[test]
fn a_weak_handle_leaves_with_both_sides() {
    model("a weak handle leaves with both sides", || {
        let (tx, rx) = bounded::<i32>(1);
        let weak = rx.downgrade();
        let sender = spawn(move || drop(tx));
        let other = spawn(move || drop(weak.clone()));
        drop(rx);
        sender.join().unwrap();
        other.join().unwrap();
    });
}

/// The last handle goes while a weak one is made strong, and then goes: the strong one that came of it is a handle like any other.
#[test]
fn a_weak_handle_made_strong_against_the_last_to_go() {
    model("a weak handle made strong against the last to go", || {
        let (tx, rx) = bounded(1);
        let weak = tx.downgrade();
        let other = spawn(move || {
            let strong = weak.upgrade();
            drop(weak);
            strong
        });
        drop(tx);
        if let Some(tx) = other.join().unwrap() {
            assert_eq!((tx.send(1), rx.recv()), (Ok(()), Ok(1)));
        }
    });
}
