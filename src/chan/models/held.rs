//! A place that a select has won and holds while foreign code runs.

#![allow(unsafe_code)] // enlisting, and a token on its way to another thread

use super::{assert_quiet, channel, model, rest, send, Owned, Sleeper};
use crate::chan::{Chan, Enlisted, Holding, Manner, Rank, Token};
use crate::sync::Deadline;
use crate::wait::{Patience, Phase};
use crate::RecvError;
use loom::thread::{spawn, JoinHandle};
use std::ptr;
use std::sync::Arc;

/// A select has won the first of two values, and holds it while foreign code runs: the second is there for a receiver that goes to sleep just then.
#[test]
fn a_held_receive_hides_no_later_value() {
    model("a held receive hides no later value", || {
        let chan = channel(Some(2), 2);
        let other = chan.clone();
        let select = spawn(move || win_and_hold(&other));
        let second = Sleeper::new();
        // SAFETY: it stays until it is taken out again, below.
        let enlisted = unsafe { chan.enlist_receiver(&second.waiter, Rank::Last, None) };
        assert!(!matches!(enlisted, Enlisted::Yes), "asleep before a value");
        let Won(token) = select.join().unwrap();
        assert_eq!(chan.finish_recv(token), Ok(0));
        assert_eq!(rest(&chan), [1]);
        assert_quiet(&chan);
    });
}

/// The same for a receiver that was woken: it passes the wake-up on.
#[test]
fn a_held_receive_ends_no_pass_on() {
    model("a held receive ends no pass-on", || {
        let chan = channel(Some(2), 0);
        let [first, second] = [(); 2].map(|()| Sleeper::receiver(&chan));
        send(&chan, 0);
        send(&chan, 1);
        let other = chan.clone();
        let select = spawn(move || win_and_hold(&other));
        assert!(matches!(first.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
        // As a receiver that was served.
        chan.discharge(false);
        assert!(matches!(second.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
        let Won(token) = select.join().unwrap();
        chan.renounce(false);
        assert_eq!(chan.finish_recv(token), Ok(0));
        assert_eq!(rest(&chan), [1]);
    });
}

/// A won arm on its way to another thread, which a select does not allow for its own reasons.
pub(super) struct Won(Token);

// SAFETY: a token is a right to a slot, which is `Sync`.
unsafe impl Send for Won {}

/// Wins the first value, and leaves it in its slot.
pub(super) fn win_and_hold(chan: &Chan<i32>) -> Won {
    let manner = Manner { patience: Patience::Thread, hold: Holding::All };
    let mut token = chan.win_recv(ptr::null(), manner).expect("a value");
    chan.hold(&mut token);
    Won(token)
}

/// Another thread ends the hold by taking the value.
pub(super) fn end_elsewhere(chan: &Arc<Owned<i32>>, token: Won) -> JoinHandle<Result<i32, RecvError>> {
    let chan = chan.clone();
    spawn(move || {
        let Won(token) = token;
        chan.finish_recv(token)
    })
}

/// Two wait on a closed channel for what is held. It is given up: who was told, and finds nothing, has the other told.
#[test]
fn what_is_given_up_on_a_closed_channel_is_news_to_all() {
    model("what is given up on a closed channel is news to all", || {
        let chan = channel(Some(1), 0);
        let manner = Manner { patience: Patience::Thread, hold: Holding::All };
        let won = Won(chan.win_send(ptr::null(), manner).expect("room"));
        chan.close();
        let receivers = [(); 2].map(|()| Sleeper::receiver(&chan));
        let other = chan.clone();
        let holder = spawn(move || {
            let Won(token) = { won };
            other.give_up(token, || false);
        });
        for receiver in receivers {
            assert!(matches!(receiver.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
            assert_eq!(chan.recv_woken(), None);
        }
        holder.join().unwrap();
        assert_quiet(&chan);
    });
}
