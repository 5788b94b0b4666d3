//! Values that are sent or received for others, by whoever makes it possible (`chan::serve`).

#![allow(unsafe_code)] // enlisting, and the place of a value

use super::held::{end_elsewhere, win_and_hold};
use super::{assert_quiet, channel, model, recv, rest, send, Sleeper};
use crate::chan::{Attempt, Chan, Place};
use crate::error::TryRecvError;
use crate::sync::Deadline;
use crate::wait::{Claim, Patience, Phase, Waiter};
use loom::thread::spawn;

/// A send of a future that is in the queue before the model's threads begin. Where a task would return, this one sleeps.
struct Offer {
    place: Box<Place<i32>>,
    waiter: Box<Waiter>,
    claim: Box<Claim>,
}

// SAFETY: what two threads touch is atomic, under the channel's lock, or a place, of which loom says whether two are in it.
unsafe impl Send for Offer {}

impl Offer {
    fn new(chan: &Chan<i32>, value: i32) -> Offer {
        let (place, claim) = (Box::new(Place::holding(value)), Box::new(Claim::for_task()));
        let offer = Offer { waiter: Box::new(Waiter::new(&*claim, 0, place.erased())), place, claim };
        assert!(offer.enlist(chan, false));
        offer
    }

    /// `false`: sent.
    fn enlist(&self, chan: &Chan<i32>, again: bool) -> bool {
        loop {
            // SAFETY: in no queue, full, and it stays until it is decided or withdrawn.
            match unsafe { chan.send_or_enlist(&self.place, &self.waiter, again, || Patience::Task) } {
                Attempt::Enlisted => return true,
                Attempt::Now(Ok(())) => return false,
                Attempt::Now(Err(_)) => panic!("open"),
                Attempt::Later => loom::thread::yield_now(),
            }
        }
    }

    /// Sleeps until it is sent. `Err`: the channel was closed first.
    fn send(&self, chan: &Chan<i32>) -> Result<(), i32> {
        loop {
            match self.claim.sleep(Deadline::NEVER) {
                Phase::Done(_) => return Ok(()),
                // SAFETY: decided without a transfer: full, and ours.
                Phase::Ready(_) => match unsafe { chan.send_from(&self.place, || ()) } {
                    Some(Ok(())) => return Ok(()),
                    // SAFETY: as above.
                    Some(Err(_)) => return Err(unsafe { self.place.take() }),
                    None => {
                        self.claim.reopen();
                        if !self.enlist(chan, true) {
                            return Ok(());
                        }
                    }
                },
                // SAFETY: decided without a transfer: full, and ours.
                _ => return Err(unsafe { self.place.take() }),
            }
        }
    }

    /// As a future that is dropped. `None`: it was sent.
    fn cancel(&self, chan: &Chan<i32>) -> Option<i32> {
        match self.claim.quit() {
            Ok(()) => chan.withdraw_sender(&self.waiter),
            Err(phase) => match self.claim.settle(phase) {
                Phase::Done(_) => return None,
                Phase::Ready(_) => chan.renounce(true),
                phase => panic!("{phase:?}"),
            },
        }
        // SAFETY: not sent: full, and ours.
        Some(unsafe { self.place.take() })
    }
}

/// M24. A future is dropped while its value is being sent: it is sent, or it comes back.
#[test]
fn a_push_against_a_cancel() {
    model("behalf: a push against a cancel", || {
        let chan = channel(Some(1), 1);
        let offer = Offer::new(&chan, 1);
        let other = chan.clone();
        let leaving = spawn(move || offer.cancel(&other));
        assert_eq!(recv(&chan), 0);
        match leaving.join().unwrap() {
            Some(value) => assert_eq!((value, rest(&chan)), (1, vec![])),
            None => assert_eq!(rest(&chan), [1]),
        }
        assert_quiet(&chan);
    });
}

/// The first of two futures is dropped while there is room for one: the room is the second's.
#[test]
fn a_cancelled_future_is_passed_over() {
    model("behalf: a cancelled future is passed over", || {
        let chan = channel(Some(1), 1);
        let [first, second] = [1, 2].map(|value| Offer::new(&chan, value));
        let other = chan.clone();
        let leaving = spawn(move || first.cancel(&other));
        assert_eq!(recv(&chan), 0);
        if leaving.join().unwrap().is_none() {
            assert_eq!(recv(&chan), 1);
        }
        assert_eq!(second.send(&chan), Ok(()));
        assert_eq!(rest(&chan), [2]);
        assert_quiet(&chan);
    });
}

/// The channel is closed while a value is being sent: that is in it, or comes back. Nothing comes after its end.
#[test]
fn a_push_against_a_close() {
    model("behalf: a push against a close", || {
        let chan = channel(Some(1), 1);
        let offer = Offer::new(&chan, 1);
        let (other, sending) = (chan.clone(), chan.clone());
        let receiver = spawn(move || other.try_recv().ok());
        let sender = spawn(move || offer.send(&sending));
        assert!(chan.close());
        let second = chan.try_recv();
        let first = receiver.join().unwrap();
        let (sent, rest) = (sender.join().unwrap(), rest(&chan));
        assert!(rest.is_empty() || second != Err(TryRecvError::Disconnected), "a value after the end");
        let mut all: Vec<_> = first.into_iter().chain(second.ok()).chain(rest).chain(sent.err()).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
        assert_quiet(&chan);
    });
}

/// Two receivers make room at once, each perhaps while the other is still leaving its slot: both futures are served.
#[test]
fn a_push_against_another_receiver() {
    model("behalf: a push against another receiver", || {
        let chan = channel(Some(2), 2);
        let offers = [2, 3].map(|value| Offer::new(&chan, value));
        let other = chan.clone();
        let receiver = spawn(move || recv(&other));
        let mut all = vec![recv(&chan), receiver.join().unwrap()];
        offers.iter().for_each(|offer| assert_eq!(offer.send(&chan), Ok(())));
        all.extend(rest(&chan));
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
        assert_quiet(&chan);
    });
}

/// M24. A sender comes by and takes the room: the future gets the next.
#[test]
fn a_push_against_a_sender() {
    model("behalf: a push against a sender", || {
        let chan = channel(Some(1), 1);
        let offer = Offer::new(&chan, 1);
        let other = chan.clone();
        let sender = spawn(move || other.try_send(2).is_ok());
        assert_eq!(recv(&chan), 0);
        if sender.join().unwrap() {
            assert_eq!(recv(&chan), 2);
        }
        assert_eq!(offer.send(&chan), Ok(()));
        assert_eq!(rest(&chan), [1]);
        assert_quiet(&chan);
    });
}

/// M24. The same, and the future is dropped meanwhile: the room is taken by one of them, or by nobody.
#[test]
fn a_push_against_a_sender_and_a_cancel() {
    model("behalf: a push against a sender and a cancel", || {
        let chan = channel(Some(1), 1);
        let offer = Offer::new(&chan, 1);
        let (other, leaves) = (chan.clone(), chan.clone());
        let sender = spawn(move || other.try_send(2).is_ok());
        let leaving = spawn(move || offer.cancel(&leaves));
        assert_eq!(recv(&chan), 0);
        let expected = match (sender.join().unwrap(), leaving.join().unwrap()) {
            (true, Some(1)) => vec![2],
            (false, None) => vec![1],
            (false, Some(1)) => vec![],
            other => panic!("{other:?}"),
        };
        assert_eq!(rest(&chan), expected);
        assert_quiet(&chan);
    });
}

/// One batch that is taken makes room for two futures: both are served, in their order, and need not run.
#[test]
fn a_batch_taken_serves_two_futures() {
    model("behalf: a batch taken serves two futures", || {
        let chan = channel(Some(2), 2);
        let offers = [2, 3].map(|value| Offer::new(&chan, value));
        let other = chan.clone();
        let sender = spawn(move || offers.iter().for_each(|offer| assert_eq!(offer.send(&other), Ok(()))));
        let mut values = Vec::new();
        assert_eq!(chan.take_ready(&mut values, 2, Patience::Thread), 2);
        sender.join().unwrap();
        assert_eq!((values, rest(&chan)), (vec![0, 1], vec![2, 3]));
        assert_quiet(&chan);
    });
}

/// A thread that waits before a future passes the wake-up on to it, even if a receiver, spared the asking, is still leaving its slot.
#[test]
fn a_woken_sender_makes_way_for_a_future() {
    model("behalf: a woken sender makes way for a future", || {
        let chan = channel(Some(2), 2);
        let (thread, offer) = (Sleeper::sender(&chan), Offer::new(&chan, 3));
        let other = chan.clone();
        let sender = spawn(move || thread.send(&other, 2));
        assert_eq!([recv(&chan), recv(&chan)], [0, 1]);
        assert_eq!(offer.send(&chan), Ok(()));
        sender.join().unwrap();
        let mut rest = rest(&chan);
        rest.sort_unstable();
        assert_eq!(rest, [2, 3]);
        assert_quiet(&chan);
    });
}

/// A receiver sleeps at the ring into which a value is sent for a future: it is woken.
#[test]
fn a_push_wakes_a_receiver() {
    model("behalf: a push wakes a receiver", || {
        let chan = channel(Some(1), 1);
        let offer = Offer::new(&chan, 1);
        let other = chan.clone();
        let receiver = spawn(move || recv(&other));
        let sum = recv(&chan) + receiver.join().unwrap();
        assert_eq!(sum, 1);
        assert_eq!(offer.send(&chan), Ok(()));
        assert_quiet(&chan);
    });
}

/// A select holds the slot behind the last value, and lets go of it while a request finds no room for that reason.
#[test]
fn a_held_slot_is_no_room_until_it_is_left() {
    model("behalf: a held slot is no room until it is left", || {
        let chan = channel(Some(2), 2);
        let token = win_and_hold(&chan);
        let offer = Offer::new(&chan, 2);
        let select = end_elsewhere(&chan, token);
        assert_eq!(recv(&chan), 1);
        assert_eq!(offer.send(&chan), Ok(()));
        assert_eq!(select.join().unwrap(), Ok(0));
        assert_eq!(rest(&chan), [2]);
        assert_quiet(&chan);
    });
}

/// A thread's value is received for it: the room that this makes is the sender's that waits.
#[test]
fn room_made_for_a_receiver_is_a_senders() {
    model("behalf: room made for a receiver is a sender's", || {
        let chan = channel(Some(1), 0);
        let (receiving, sending) = (chan.clone(), chan.clone());
        let receiver = spawn(move || recv(&receiving));
        let sender = spawn(move || send(&sending, 1));
        send(&chan, 2);
        sender.join().unwrap();
        let mut all = vec![receiver.join().unwrap()];
        all.extend(rest(&chan));
        all.sort_unstable();
        assert_eq!(all, [1, 2]);
        assert_quiet(&chan);
    });
}
