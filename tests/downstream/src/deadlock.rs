//! Two workers exchange one message each over rendezvous channels.

use super::channel;
use loom::thread;
use rendez::{select, Receiver, Sender};

/// Looks whether the other one is there already, and else goes first. So may the other one.
fn exchange_in_turn(out: &Sender<u32>, inbox: &Receiver<u32>, message: u32) -> u32 {
    match inbox.try_recv() {
        Ok(theirs) => {
            out.send(message).unwrap();
            theirs
        }
        Err(_) => {
            out.send(message).unwrap();
            inbox.recv().unwrap()
        }
    }
}

/// Goes first or second, as the other one likes.
fn exchange(out: &Sender<u32>, inbox: &Receiver<u32>, message: u32) -> u32 {
    select! {
        send(out, message) -> sent => {
            sent.unwrap();
            inbox.recv().unwrap()
        }
        recv(inbox) -> theirs => {
            out.send(message).unwrap();
            theirs.unwrap()
        }
    }
}

fn model(exchange: fn(&Sender<u32>, &Receiver<u32>, u32) -> u32) {
    loom::model(move || {
        let ((to_a, at_a), (to_b, at_b)) = (channel(0), channel(0));
        let a = thread::spawn(move || exchange(&to_b, &at_a, 1));
        assert_eq!(exchange(&to_a, &at_b, 2), 1);
        assert_eq!(a.join().unwrap(), 2);
    });
}

#[test]
fn seeded() {
    model(exchange_in_turn);
}

#[test]
fn mended() {
    model(exchange);
}
