//! Arms that wait without a value of their own, and of arms that are won and then held or given up.

use super::{channel, model, SOON};
use crate::{bounded, never, RecvError, Select, Sender};
use loom::thread;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// Something that has to happen in one execution at least.
fn possible() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}

/// Wins the send arm, and leaves while its message is evaluated.
fn win_and_leave(tx: &Sender<i32>, message: impl Fn() -> Option<i32>) -> Option<()> {
    select! {
        send(tx, message()?) -> _ => unreachable!(),
        recv(never::<i32>()) -> _ => unreachable!(),
    }
}

/// A receiver calls a waiting select, which has no value before it has won; with a buffer the select wakes the receiver.
#[test]
fn a_sending_select_meets_a_receiver() {
    for cap in [0, 1] {
        model("a sending select meets a receiver", move || {
            let c = channel(cap);
            let to = c.clone();
            let selecting = thread::spawn(move || {
                select! {
                    recv(never::<i32>()) -> _ => unreachable!(),
                    send(to.0, 1) -> result => result.unwrap(),
                }
            });
            assert_eq!(c.1.recv(), Ok(1));
            selecting.join().unwrap();
        });
    }
}

/// An attempt and a select with a default can meet a waiting select: they stay until it comes. Whether they meet or not, no value is lost.
#[test]
fn an_attempt_can_meet_a_sending_select() {
    for default in [false, true] {
        let met = possible();
        let meet = met.clone();
        model("an attempt can meet a sending select", move || {
            let c = channel(0);
            let from = c.clone();
            let attempt = thread::spawn(move || {
                if default {
                    select! {
                        recv(from.1) -> value => value.is_ok(),
                        default => false,
                    }
                } else {
                    from.1.try_recv().is_ok()
                }
            });
            let sent = select! {
                send(c.0, 1) -> result => result.is_ok(),
                default(SOON) => false,
            };
            assert_eq!(attempt.join().unwrap(), sent);
            meet.fetch_or(sent, Ordering::Relaxed); // ORDERING: outside the model: one execution comes after the other
        });
        assert!(met.load(Ordering::Relaxed), "never met"); // ORDERING: as above
    }
}

/// The message of a won arm panics, or leaves: the receiver that it had won waits on, and gets the next value.
#[test]
fn a_receiver_waits_on_when_a_message_panics() {
    for cap in [0, 1] {
        model("a receiver waits on when a message panics", move || {
            let c = channel(cap);
            let to = c.clone();
            let sender = thread::spawn(move || {
                let panicked = catch_unwind(AssertUnwindSafe(|| win_and_leave(&to.0, || resume_unwind(Box::new(())))));
                assert!(panicked.is_err());
                to.0.send(2).unwrap();
            });
            assert_eq!(c.1.recv(), Ok(2));
            sender.join().unwrap();
        });
    }
}

/// The same, but the receiver is a select: meanwhile a value came to its other arm.
#[test]
fn a_select_goes_on_when_a_message_leaves() {
    model("a select goes on when a message leaves", || {
        let (a, b) = (channel(0), channel(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || {
            assert_eq!(win_and_leave(&to_a.0, || None), None);
            to_b.0.send(2).unwrap();
        });
        let got = select! {
            recv(a.1) -> _ => unreachable!(),
            recv(b.1) -> value => value,
        };
        assert_eq!(got, Ok(2));
        sender.join().unwrap();
    });
}

/// The channel is closed while the message is evaluated, and then there is none: the receiver is told.
#[test]
fn a_held_receiver_is_told_of_close() {
    for cap in [0, 1] {
        model("a held receiver is told of close", move || {
            let c = channel(cap);
            let to = c.clone();
            let sender = thread::spawn(move || win_and_leave(&to.0, || (!to.0.close()).then_some(1)));
            assert_eq!(c.1.recv(), Err(RecvError));
            assert_eq!(sender.join().unwrap(), None);
        });
    }
}

/// The last receiver goes while a message is evaluated: the value is dropped by who held the place, or given back.
#[test]
fn a_held_send_outlives_the_last_receiver() {
    model("a held send outlives the last receiver", || {
        let (tx, rx) = bounded(1);
        let value = loom::sync::Arc::new(());
        let sent = value.clone();
        let sender = thread::spawn(move || {
            let mut select = Select::new();
            select.send(&tx);
            let won = select.select();
            let _ = won.send(&tx, sent);
            tx
        });
        drop(rx);
        let tx = sender.join().unwrap();
        assert_eq!(loom::sync::Arc::strong_count(&value), 1, "dropped promptly");
        drop(tx);
    });
}

/// The value that a select takes leaves room for a sender that waits.
#[test]
fn a_receive_of_a_select_leaves_room() {
    model("a receive of a select leaves room", || {
        let c = channel(1);
        c.0.send(1).unwrap();
        let to = c.clone();
        let sender = thread::spawn(move || to.0.send(2).unwrap());
        let got = select! {
            recv(c.1) -> value => value,
            recv(never::<i32>()) -> _ => unreachable!(),
        };
        assert_eq!(got, Ok(1));
        sender.join().unwrap();
        assert_eq!(c.1.try_recv(), Ok(2));
    });
}

/// A dynamic select wins a receive and gives it up: its value is dropped, and the place is room for a sender that waits.
#[test]
fn a_receive_given_up_leaves_room() {
    model("a receive given up leaves room", || {
        let c = channel(1);
        c.0.send(1).unwrap();
        let to = c.clone();
        let sender = thread::spawn(move || to.0.send(2).unwrap());
        let mut select = Select::new();
        select.recv(&c.1);
        drop(select.select());
        sender.join().unwrap();
        assert_eq!(c.1.try_recv(), Ok(2));
    });
}

/// At capacity 0 a sender that came first keeps its value; one that came second has sent it.
#[test]
fn a_receive_given_up_leaves_the_sender_waiting() {
    model("a receive given up leaves the sender waiting", || {
        let c = channel(0);
        let to = c.clone();
        let sender = thread::spawn(move || {
            to.0.send(1).unwrap();
            to.0.send(2).unwrap();
        });
        let mut select = Select::new();
        select.recv(&c.1);
        drop(select.select());
        let next = c.1.recv();
        assert!(next == Ok(2) || (next == Ok(1) && c.1.recv() == Ok(2)), "{next:?}");
        sender.join().unwrap();
    });
}

/// A dynamic select wins a send and gives it up: its place is room again, for a sender that slept.
#[test]
fn a_send_given_up_leaves_room() {
    model("a send given up leaves room", || {
        let c = channel(1);
        let mut select = Select::new();
        select.send(&c.0);
        let won = select.select();
        let to = c.clone();
        let sender = thread::spawn(move || to.0.send(2).unwrap());
        drop(won);
        sender.join().unwrap();
        assert_eq!(c.1.try_recv(), Ok(2));
    });
}

/// A dynamic select wins a send and gives it up: the receiver gets the next value.
#[test]
fn a_send_given_up_leaves_the_receiver_waiting() {
    for cap in [0, 1] {
        model("a send given up leaves the receiver waiting", move || {
            let c = channel(cap);
            let from = c.clone();
            let receiver = thread::spawn(move || from.1.recv());
            let mut select = Select::new();
            select.send(&c.0);
            drop(select.select());
            c.0.send(2).unwrap();
            assert_eq!(receiver.join().unwrap(), Ok(2));
        });
    }
}
