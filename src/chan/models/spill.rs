//! Values behind the ring of an unbounded channel, which has one slot in a model.

use super::held::{end_elsewhere, win_and_hold};
use super::{assert_quiet, channel, model, recv, rest, send, Sleeper};
use crate::chan::gaps::Loser;
use crate::chan::Chan;
use crate::sync::{nap, Deadline};
use crate::wait::Phase;
use loom::thread::spawn;
use std::collections::VecDeque;

/// Values behind the ring reach a receiver that goes to sleep, in order.
#[test]
fn a_spill_against_sleep() {
    model("a spill against sleep", || {
        let chan = channel(None, 0);
        let other = chan.clone();
        let sender = spawn(move || (1..3).for_each(|value| send(&other, value)));
        assert_eq!([recv(&chan), recv(&chan)], [1, 2]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// Sleeps until woken for a value that is there.
fn take_woken(chan: &Chan<i32>, sleeper: Sleeper) -> i32 {
    assert!(matches!(sleeper.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
    let mut value = chan.recv_woken();
    while value.is_none() {
        if !chan.unspill(None) {
            nap(0); // the other one is about to leave the slot
        }
        value = chan.take_first(Loser::Serves);
    }
    value.unwrap_or_default()
}

/// The second value goes behind the ring and wakes nobody: the receiver that was woken for the first one does.
#[test]
fn a_spill_wakes_two_receivers() {
    model("a spill wakes two receivers", || {
        let chan = channel(None, 0);
        let [first, second] = [(); 2].map(|()| Sleeper::receiver(&chan));
        send(&chan, 1);
        let other = chan.clone();
        let receiver = spawn(move || take_woken(&other, first));
        send(&chan, 2);
        assert_eq!(take_woken(&chan, second) + receiver.join().unwrap(), 3);
        assert_quiet(&chan);
    });
}

/// Nobody overtakes values that wait behind the ring.
#[test]
fn values_behind_the_ring_keep_their_turn() {
    model("values behind the ring keep their turn", || {
        let chan = channel(None, 3);
        let other = chan.clone();
        let receiver = spawn(move || [other.try_recv().ok(), other.try_recv().ok()]);
        send(&chan, 3);
        let received = receiver.join().unwrap();
        assert_eq!(received[0], Some(0));
        let all: Vec<i32> = received.into_iter().flatten().chain(rest(&chan)).collect();
        assert_eq!(all, [0, 1, 2, 3]);
        assert_quiet(&chan);
    });
}

/// A send that goes behind the ring, against closing: what was accepted is received.
#[test]
fn a_spill_against_close() {
    for len in [1, 2] {
        model("a spill against close", move || {
            let chan = channel(None, len);
            let other = chan.clone();
            let sender = spawn(move || other.send(len, Deadline::NEVER).is_ok());
            assert!(chan.close());
            let received = std::iter::from_fn(|| chan.recv(Deadline::NEVER).ok()).count() as i32;
            assert_eq!(received, len + i32::from(sender.join().unwrap()));
            assert_quiet(&chan);
        });
    }
}

/// A batch goes partly behind the ring.
#[test]
fn a_batch_spills() {
    model("a batch spills", || {
        let chan = channel(None, 0);
        let other = chan.clone();
        let sender = spawn(move || assert!(other.send_many(&mut VecDeque::from([1, 2])).is_ok()));
        assert_eq!([recv(&chan), recv(&chan)], [1, 2]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// A send that was to go behind the ring finds room there meanwhile, and wakes the receiver that waits for more.
#[test]
fn a_spill_finds_room() {
    model("a spill finds room", || {
        let chan = channel(None, 1);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        assert_eq!([recv(&chan), recv(&chan)], [0, 1]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// What is behind the ring cannot come in while a select holds the place that it has to go to: the end of that wakes the receiver.
#[test]
fn a_hold_keeps_what_is_behind_the_ring() {
    model("a hold keeps what is behind the ring", || {
        let chan = channel(None, 1);
        let token = win_and_hold(&chan);
        let select = end_elsewhere(&chan, token);
        send(&chan, 1);
        assert_eq!(recv(&chan), 1);
        assert_eq!(select.join().unwrap(), Ok(0));
        assert_quiet(&chan);
    });
}

/// So it does where what is behind came later than the receiver.
#[test]
fn what_goes_behind_the_ring_waits_for_a_hold() {
    model("what goes behind the ring waits for a hold", || {
        let chan = channel(None, 1);
        let token = win_and_hold(&chan);
        let receiver = Sleeper::receiver(&chan);
        let select = end_elsewhere(&chan, token);
        send(&chan, 1);
        assert_eq!(take_woken(&chan, receiver), 1);
        assert_eq!(select.join().unwrap(), Ok(0));
        assert_quiet(&chan);
    });
}

/// Another takes what was behind the ring just before the end of the hold is told: who waits on the closed channel learns that nothing is left.
#[test]
fn the_end_of_a_hold_is_told_though_nothing_is_left_behind() {
    model("the end of a hold is told though nothing is left behind", || {
        let chan = channel(None, 1);
        let token = win_and_hold(&chan);
        send(&chan, 1);
        chan.close();
        let receiver = Sleeper::receiver(&chan);
        let select = end_elsewhere(&chan, token);
        let taken = chan.try_recv().ok();
        assert!(matches!(receiver.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
        let rest = chan.recv_woken().or_else(|| chan.recv(Deadline::NEVER).ok());
        assert_eq!((taken.or(rest), taken.and(rest)), (Some(1), None));
        assert_eq!(select.join().unwrap(), Ok(0));
    });
}
