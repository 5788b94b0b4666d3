//! Closing against everybody who may wait.

#![allow(clippy::arc_with_non_send_sync)] // loom's cells are shared by its threads

use super::{assert_quiet, channel, model, recv, rest, soon};
use crate::sync::{Cell, Deadline};
use loom::thread::spawn;
use std::sync::Arc;

/// M7. A value is sent or given back, never both; closed stays closed.
#[test]
fn close_against_a_send_and_a_receive() {
    model("close against a send and a receive", || {
        let chan = channel(Some(1), 0);
        let (sending, closing) = (chan.clone(), chan.clone());
        let sender = spawn(move || sending.send(7, Deadline::NEVER).is_ok());
        let closer = spawn(move || assert!(closing.close()));
        let first = chan.recv(Deadline::NEVER);
        assert!(first.is_ok() || chan.recv(Deadline::NEVER).is_err());
        closer.join().unwrap();
        let sent = sender.join().unwrap();
        assert_eq!(sent, first.is_ok());
        assert_quiet(&chan);
    });
}

/// M7. A sender goes to sleep on a full ring while the channel is closed: it has its value back.
#[test]
fn close_wakes_a_sender() {
    model("close wakes a sender", || {
        let chan = channel(Some(1), 1);
        let other = chan.clone();
        let sender = spawn(move || other.send(1, Deadline::NEVER).map_err(|error| error.into_inner()));
        assert!(chan.close());
        assert_eq!(sender.join().unwrap(), Err(1));
        assert_eq!(rest(&chan), [0]);
        assert_quiet(&chan);
    });
}

/// A receiver goes to sleep while the channel is closed: it has the error, and sees what came before the close.
#[test]
fn close_wakes_a_receiver() {
    for cap in [0, 1] {
        model("close wakes a receiver", move || {
            let chan = channel(Some(cap), 0);
            let aside = Arc::new(Cell::new(0));
            let (other, writing) = (chan.clone(), aside.clone());
            let closer = spawn(move || {
                // SAFETY: loom says whether another thread is in there.
                writing.with_mut(|place| unsafe { *place = 1 });
                assert!(other.close());
            });
            assert!(chan.recv(Deadline::NEVER).is_err());
            // SAFETY: as above.
            assert_eq!(aside.with_mut(|place| unsafe { *place }), 1);
            closer.join().unwrap();
            assert_quiet(&chan);
        });
    }
}

/// One close wakes a sender at a full ring and a watcher.
#[test]
fn close_wakes_all_kinds() {
    model("close wakes all kinds", || {
        let chan = channel(Some(1), 1);
        let (sending, watching) = (chan.clone(), chan.clone());
        let sender = spawn(move || sending.send(1, Deadline::NEVER).is_err());
        let watcher = spawn(move || watching.wait_closed(Deadline::NEVER));
        assert!(chan.close());
        assert!(sender.join().unwrap() && watcher.join().unwrap());
        assert_quiet(&chan);
    });
}

/// One of two closes is the first, and a sender is woken all the same.
#[test]
fn close_against_close() {
    for (cap, len) in [(0, 0), (1, 1)] {
        model("close against close", move || {
            let chan = channel(Some(cap), len);
            let (sending, closing) = (chan.clone(), chan.clone());
            let sender = spawn(move || sending.send(1, Deadline::NEVER).is_err());
            let closer = spawn(move || closing.close());
            let closed = chan.close();
            assert!(closer.join().unwrap() != closed && sender.join().unwrap());
            assert_quiet(&chan);
        });
    }
}

/// A watcher's timeout against closing: it says closed if it was, and is in no queue after it.
#[test]
fn a_watchers_timeout_against_close() {
    model("a watcher's timeout against close", || {
        let chan = channel(Some(1), 0);
        let other = chan.clone();
        let watcher = spawn(move || other.wait_closed(soon()));
        assert!(chan.close());
        watcher.join().unwrap();
        assert!(chan.wait_closed(soon()));
        assert_quiet(&chan);
    });
}

/// Of two watchers one gives up: the other is still told.
#[test]
fn a_watcher_that_gives_up_leaves_the_other() {
    model("a watcher that gives up leaves the other", || {
        let chan = channel(Some(1), 0);
        let (leaving, staying) = (chan.clone(), chan.clone());
        let first = spawn(move || leaving.wait_closed(soon()));
        let second = spawn(move || staying.wait_closed(Deadline::NEVER));
        assert!(chan.close());
        first.join().unwrap();
        assert!(second.join().unwrap());
        assert_quiet(&chan);
    });
}

/// What was sent before the close is received before the error.
#[test]
fn values_come_before_the_error() {
    model("values come before the error", || {
        let chan = channel(Some(1), 0);
        let other = chan.clone();
        let sender = spawn(move || {
            assert!(other.send(1, Deadline::NEVER).is_ok());
            assert!(other.close());
        });
        assert_eq!(recv(&chan), 1);
        assert!(chan.recv(Deadline::NEVER).is_err());
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}
