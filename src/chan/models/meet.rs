//! Capacity 0: each send meets one receive.

#![allow(unsafe_code)] // enlisting waiters of the model's own frame

use super::{assert_quiet, channel, channel_of, model, recv, send, soon};
use crate::chan::Place;
use crate::error::{SendTimeoutError, TryRecvError, TrySendError};
use crate::sync::Deadline;
use crate::wait::{Claim, Phase, Waiter};
use loom::thread::{current, spawn, yield_now, ThreadId};
use std::ptr;
use std::sync::{Arc, Mutex};
use std::task::Wake;

/// M11. A sender and a receiver meet twice, whoever comes first.
#[test]
fn a_sender_and_a_receiver_meet() {
    model("a sender and a receiver meet", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let sender = spawn(move || (1..3).for_each(|value| send(&other, value)));
        assert_eq!([recv(&chan), recv(&chan)], [1, 2]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M11. Two senders and one receiver.
#[test]
fn two_senders_meet_one_receiver() {
    model("two senders meet one receiver", || {
        let chan = channel(Some(0), 0);
        let senders = [1, 2].map(|value| {
            let chan = chan.clone();
            spawn(move || send(&chan, value))
        });
        assert_eq!(recv(&chan) + recv(&chan), 3);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_quiet(&chan);
    });
}

fn attempt_to_send<T: From<i32> + PartialEq + std::fmt::Debug + Send + 'static>(name: &str) {
    model(name, || {
        let chan = channel_of::<T>(Some(0), 0);
        let other = chan.clone();
        let receiver = spawn(move || recv(&other));
        while chan.try_send(1.into()) == Err(TrySendError::Full(1.into())) {
            yield_now();
        }
        assert_eq!(receiver.join().unwrap(), 1.into());
        assert_quiet(&chan);
    });
}

/// M11. Attempts meet whoever waits.
#[test]
fn an_attempt_meets_a_receiver() {
    attempt_to_send::<i32>("an attempt meets a receiver");
}

/// M11. A value that moves after the unlock.
#[test]
fn an_attempt_meets_a_receiver_of_a_large_value() {
    attempt_to_send::<i64>("an attempt meets a receiver of a large value");
}

/// M11. The other way round.
#[test]
fn an_attempt_meets_a_sender() {
    model("an attempt meets a sender", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        let value = loop {
            match chan.try_recv() {
                Err(TryRecvError::Empty) => yield_now(),
                value => break value,
            }
        };
        assert_eq!(value, Ok(1));
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M12. A sender's timeout against an attempt to receive: the value is back or received.
#[test]
fn a_timed_send_against_an_attempt() {
    model("a timed send against an attempt", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let receiver = spawn(move || other.try_recv().ok());
        let sent = chan.send(1, soon());
        let received = receiver.join().unwrap();
        match sent {
            Ok(()) => assert_eq!(received, Some(1)),
            Err(SendTimeoutError::Timeout(1)) => assert_eq!(received, None),
            Err(error) => panic!("{error:?}"),
        }
        assert_quiet(&chan);
    });
}

/// M12. A receiver's timeout against an attempt to send.
#[test]
fn a_timed_receive_against_an_attempt() {
    model("a timed receive against an attempt", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let sender = spawn(move || other.try_send(1).is_ok());
        let received = chan.recv(soon()).ok();
        assert_eq!(received, sender.join().unwrap().then_some(1));
        assert_quiet(&chan);
    });
}

/// M12. Two timeouts: both sides met, or neither.
#[test]
fn two_timed_sides_agree() {
    model("two timed sides agree", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let sender = spawn(move || other.send(1, soon()).is_ok());
        let received = chan.recv(soon()).ok();
        assert_eq!(received, sender.join().unwrap().then_some(1));
        assert_quiet(&chan);
    });
}

/// M12. Of two that wait, one sits until the other comes. Both give up: nobody is left behind.
#[test]
fn two_timed_receivers_leave() {
    model("two timed receivers leave", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let receiver = spawn(move || assert!(other.recv(soon()).is_err()));
        assert!(chan.recv(soon()).is_err());
        receiver.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M7. A sender and a receiver about to meet, against closing: both met, or neither.
#[test]
fn close_against_a_meeting() {
    model("close against a meeting", || {
        let chan = channel(Some(0), 0);
        let (sending, closing) = (chan.clone(), chan.clone());
        let sender = spawn(move || sending.send(1, Deadline::NEVER).is_ok());
        let closer = spawn(move || assert!(closing.close()));
        let received = chan.recv(Deadline::NEVER).ok();
        assert_eq!(received, sender.join().unwrap().then_some(1));
        closer.join().unwrap();
        assert_quiet(&chan);
    });
}

/// After closing, attempts say so.
#[test]
fn attempts_against_close() {
    model("attempts against close", || {
        let chan = channel(Some(0), 0);
        let other = chan.clone();
        let closer = spawn(move || assert!(other.close()));
        let (tried, received) = (chan.try_send(1), chan.try_recv());
        if let Err(TrySendError::Disconnected(_)) = tried {
            assert_eq!(received, Err(TryRecvError::Disconnected));
        }
        closer.join().unwrap();
        assert_eq!(chan.try_send(1), Err(TrySendError::Disconnected(1)));
        assert_eq!(chan.try_recv(), Err(TryRecvError::Disconnected));
    });
}

/// Nobody sends who has seen the channel closed, also while those that wait have not been told yet.
#[test]
fn nothing_is_sent_once_it_is_closed() {
    model("nothing is sent once it is closed", || {
        let chan = channel(Some(0), 0);
        let (receiving, closing) = (chan.clone(), chan.clone());
        let receiver = spawn(move || receiving.recv(Deadline::NEVER).ok());
        let closer = spawn(move || assert!(closing.close()));
        let closed = chan.is_closed();
        let sent = chan.try_send(1).is_ok();
        assert!(!(closed && sent));
        assert_eq!(receiver.join().unwrap(), sent.then_some(1));
        closer.join().unwrap();
        assert_quiet(&chan);
    });
}

/// Says in what phase a peer was when it ran, and on which thread that was.
struct Witness {
    peer: Arc<Claim>,
    seen: Mutex<Option<(Phase, ThreadId)>>,
}

impl Wake for Witness {
    fn wake(self: Arc<Self>) {
        *self.seen.lock().expect("no panic") = Some((self.peer.phase(), current().id()));
    }
}

/// Somebody who has to try itself is asked for while the lock is held: it is not woken between the claim of a peer and its end.
#[test]
fn a_large_value_is_given_before_others_are_woken() {
    model("a large value is given before others are woken", || {
        let chan = channel_of::<i64>(Some(0), 0);
        let (peer, other) = (Arc::new(Claim::new()), Claim::new());
        let witness = Arc::new(Witness { peer: peer.clone(), seen: Mutex::new(None) });
        let bystander = Claim::parked(witness.clone().into());
        let places = [(); 2].map(|()| Place::<i64>::empty());
        let receivers = [Waiter::new(&*peer, 0, places[0].erased()), Waiter::new(&other, 0, places[1].erased())];
        let sender = Waiter::new(&bystander, 0, ptr::null_mut());
        // SAFETY: in no queue before; chosen, or taken out below, before this frame goes.
        chan.lock().with(|lists| unsafe {
            receivers.iter().for_each(|receiver| lists.rx.push_back(receiver));
            lists.tx.push_back(&sender);
        });
        let asking = chan.clone();
        let asks = spawn(move || asking.call_next_lazy(true));
        let sent = chan.try_send(1);
        asks.join().unwrap();
        let (phase, thread) = witness.seen.lock().expect("no panic").take().expect("a receiver waits");
        // Another thread does not hold us up.
        assert!(thread != current().id() || matches!(phase, Phase::Open | Phase::Done(0)), "{phase:?}");
        if sent.is_ok() {
            assert_eq!(peer.phase(), Phase::Done(0));
            // SAFETY: DONE: it is full, and was left.
            assert_eq!(unsafe { places[0].take() }, 1);
        }
        receivers.iter().for_each(|receiver| chan.withdraw_receiver(receiver));
        assert_quiet(&chan);
    });
}
