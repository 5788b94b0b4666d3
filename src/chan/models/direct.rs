//! Values that a sender hands to a waiting receiver past the ring (`chan::direct`), and that dropped futures give back (`chan::returned`).

#![allow(unsafe_code)] // enlisting, and the place of a value

use super::{assert_quiet, channel, model, recv, rest, send, Sleeper};
use crate::chan::{Attempt, Chan, Enlisted, Place, Turn};
use crate::error::RecvError;
use crate::sync::{Deadline, Parker};
use crate::wait::{Claim, Phase, Waiter, Waker};
use loom::thread::spawn;
use std::ptr;

/// A receive with a place that is in the queue before the model's threads begin. Where a task would return, this one sleeps.
struct Wish {
    place: Box<Place<i32>>,
    waiter: Box<Waiter>,
    claim: Box<Claim>,
}

// SAFETY: what two threads touch is atomic, under the channel's lock, or a place, of which loom says whether two are in it.
unsafe impl Send for Wish {}

impl Wish {
    /// Of a future.
    fn new(chan: &Chan<i32>) -> Wish {
        Wish::of(chan, Claim::for_task())
    }

    /// Of a thread.
    fn of_thread(chan: &Chan<i32>) -> Wish {
        Wish::of(chan, Claim::new())
    }

    fn of(chan: &Chan<i32>, claim: Claim) -> Wish {
        let (place, claim) = (Box::new(Place::empty()), Box::new(claim));
        let wish = Wish { waiter: Box::new(Waiter::new(&*claim, 0, place.erased())), place, claim };
        assert!(wish.enlist(chan, false).is_none());
        wish
    }

    /// `None`: enlisted.
    fn enlist(&self, chan: &Chan<i32>, again: bool) -> Option<Result<i32, RecvError>> {
        loop {
            // SAFETY: in no queue, empty, and it stays until it is decided or withdrawn.
            match unsafe { chan.recv_or_enlist(&self.waiter, &self.claim, again) } {
                Attempt::Enlisted => return None,
                Attempt::Now(done) => return Some(done),
                Attempt::Later => loom::thread::yield_now(),
            }
        }
    }

    /// Sleeps until a value is there, or the channel closed and drained.
    fn recv(&self, chan: &Chan<i32>) -> Result<i32, RecvError> {
        loop {
            let again = match self.claim.sleep(Deadline::NEVER) {
                // SAFETY: full, and ours again.
                Phase::Done(_) => return Ok(unsafe { self.place.take() }),
                Phase::Ready(_) => match chan.recv_notified() {
                    Some(value) => return Ok(value),
                    None => true,
                },
                _ => false,
            };
            self.claim.reopen();
            if let Some(done) = self.enlist(chan, again) {
                return done;
            }
        }
    }

    /// As a future that is dropped.
    fn cancel(&self, chan: &Chan<i32>) {
        match self.claim.withdraw() {
            Ok(()) => chan.withdraw_receiver(&self.waiter),
            Err(phase) => match self.claim.settle(phase) {
                // SAFETY: full, and ours again.
                Phase::Done(_) => chan.put_back(Some(self.waiter.turn()), unsafe { self.place.take() }),
                Phase::Ready(_) => chan.renounce(false),
                phase => panic!("{phase:?}"),
            },
        }
    }
}

/// A future is dropped while a value is handed to it: the value is the next receiver's.
#[test]
fn a_hand_over_against_a_cancel() {
    model("direct: a hand-over against a cancel", || {
        let chan = channel(Some(1), 0);
        let wish = Wish::new(&chan);
        let other = chan.clone();
        let leaving = spawn(move || wish.cancel(&other));
        send(&chan, 1);
        leaving.join().unwrap();
        assert_eq!(rest(&chan), [1]);
        assert_quiet(&chan);
    });
}

/// Two senders find one receiver: it gets the value of one, the ring that of the other.
#[test]
fn a_hand_over_against_another_sender() {
    model("direct: a hand-over against another sender", || {
        let chan = channel(Some(2), 0);
        let wish = Wish::new(&chan);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        send(&chan, 2);
        let first = wish.recv(&chan).unwrap();
        sender.join().unwrap();
        assert_eq!(rest(&chan), [3 - first]);
        assert_quiet(&chan);
    });
}

/// A thread that was asleep has been served, and others were spared the asking. What they sent is not overtaken by what is handed over afterwards.
#[test]
fn a_hand_over_does_not_overtake() {
    model("direct: a hand-over does not overtake", || {
        let chan = channel(Some(2), 0);
        let (first, second) = (Wish::of_thread(&chan), Wish::new(&chan));
        let other = chan.clone();
        let thread = spawn(move || {
            assert_eq!(first.claim.sleep(Deadline::NEVER), Phase::Done(0));
            other.discharge(false);
            // SAFETY: full, and ours again.
            assert_eq!(unsafe { first.place.take() }, 0);
        });
        (0..3).for_each(|value| send(&chan, value));
        assert_eq!(second.recv(&chan), Ok(1));
        thread.join().unwrap();
        assert_eq!(rest(&chan), [2]);
        assert_quiet(&chan);
    });
}

/// A thread that is served while it sleeps is the one on its way: what is sent meanwhile is passed on by it.
#[test]
fn a_hand_over_to_a_sleeper_is_passed_on() {
    model("direct: a hand-over to a sleeper is passed on", || {
        let chan = channel(Some(2), 0);
        let (first, second) = (Wish::of_thread(&chan), Sleeper::receiver(&chan));
        let other = chan.clone();
        let thread = spawn(move || second.recv(&other));
        send(&chan, 0);
        send(&chan, 1);
        assert_eq!(first.claim.sleep(Deadline::NEVER), Phase::Done(0));
        chan.discharge(false);
        assert_eq!(thread.join().unwrap(), 1);
        // SAFETY: full, and ours again.
        assert_eq!(unsafe { first.place.take() }, 0);
        assert_quiet(&chan);
    });
}

/// Nothing can be handed to a receiver without a place: it is told.
#[test]
fn a_receiver_without_a_place_is_told() {
    model("direct: a receiver without a place is told", || {
        let chan = channel(Some(1), 0);
        let sleeper = Sleeper::receiver(&chan);
        let other = chan.clone();
        let receiver = spawn(move || sleeper.recv(&other));
        assert!(chan.try_send(1).is_ok());
        assert_eq!(receiver.join().unwrap(), 1);
        assert_quiet(&chan);
    });
}

/// The channel is closed while a value is handed over: it was sent and is received, or comes back.
#[test]
fn a_hand_over_against_a_close() {
    model("direct: a hand-over against a close", || {
        let chan = channel(Some(1), 0);
        let wish = Wish::new(&chan);
        let other = chan.clone();
        let closer = spawn(move || other.close());
        let sent = chan.try_send(1).is_ok();
        assert_eq!(wish.recv(&chan).is_ok(), sent);
        assert!(closer.join().unwrap());
        assert_eq!(rest(&chan), []);
        assert_quiet(&chan);
    });
}

/// What a future gives back comes before what was sent after it.
#[test]
fn what_is_given_back_comes_first() {
    model("direct: what is given back comes first", || {
        let chan = channel(Some(2), 0);
        let wish = Wish::new(&chan);
        send(&chan, 1);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 2));
        wish.cancel(&chan);
        assert_eq!([recv(&chan), recv(&chan)], [1, 2]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// A receiver comes while a value is given back: it gets that, or what is in the ring, and nobody else does.
#[test]
fn a_receiver_against_what_is_given_back() {
    model("direct: a receiver against what is given back", || {
        let chan = channel(Some(2), 0);
        let wish = Wish::new(&chan);
        [1, 2].into_iter().for_each(|value| send(&chan, value));
        let other = chan.clone();
        let receiver = spawn(move || recv(&other));
        wish.cancel(&chan);
        let mut all = vec![receiver.join().unwrap()];
        all.extend(rest(&chan));
        all.sort_unstable();
        assert_eq!(all, [1, 2]);
        assert_quiet(&chan);
    });
}

/// Another receiver sleeps already: what is given back wakes it.
#[test]
fn what_is_given_back_wakes_the_next() {
    for task in [true, false] {
        model("direct: what is given back wakes the next", move || {
            let chan = channel(Some(1), 0);
            let wish = Wish::new(&chan);
            send(&chan, 1);
            let other = chan.clone();
            let next = if task {
                let next = Wish::new(&chan);
                spawn(move || next.recv(&other).unwrap())
            } else {
                let next = Sleeper::receiver(&chan);
                spawn(move || next.recv(&other))
            };
            wish.cancel(&chan);
            assert_eq!(next.join().unwrap(), 1);
            assert_quiet(&chan);
        });
    }
}

/// A thread goes to sleep while a value is given back.
#[test]
fn what_is_given_back_against_falling_asleep() {
    model("direct: what is given back against falling asleep", || {
        let chan = channel(Some(1), 0);
        let wish = Wish::new(&chan);
        send(&chan, 1);
        let other = chan.clone();
        let next = spawn(move || recv(&other));
        wish.cancel(&chan);
        assert_eq!(next.join().unwrap(), 1);
        assert_quiet(&chan);
    });
}

/// The channel is closed while a value is given back: it is received before the end.
#[test]
fn what_is_given_back_against_a_close() {
    model("direct: what is given back against a close", || {
        let chan = channel(Some(1), 0);
        let wish = Wish::new(&chan);
        send(&chan, 1);
        let other = chan.clone();
        let closer = spawn(move || other.close());
        wish.cancel(&chan);
        assert_eq!(chan.recv(Deadline::NEVER), Ok(1));
        assert!(closer.join().unwrap());
        assert!(chan.recv(Deadline::NEVER).is_err());
        assert_quiet(&chan);
    });
}

/// Receivers of tasks without a place, as those of a select are.
fn lazy(chan: &Chan<i32>) -> [Sleeper; 2] {
    [(); 2].map(|()| {
        let claim = Box::new(Claim::for_task());
        let sleeper = Sleeper { waiter: Box::new(Waiter::new(&*claim, 0, ptr::null_mut())), claim };
        // SAFETY: it stays until it is withdrawn, in `told`.
        assert!(matches!(unsafe { chan.enlist_receiver(&sleeper.waiter, Turn::Last, None) }, Enlisted::Yes));
        sleeper
    })
}

/// How many of them were told. The others leave.
fn told(chan: &Chan<i32>, sleepers: &[Sleeper]) -> usize {
    let told = |sleeper: &&Sleeper| match sleeper.claim.withdraw() {
        Ok(()) => {
            chan.withdraw_receiver(&sleeper.waiter);
            false
        }
        Err(phase) => matches!(phase, Phase::Ready(_)),
    };
    sleepers.iter().filter(told).count()
}

/// Who is told of a value and does not come holds up that one alone (`serve`, 5): of two values given back while a thread was on its way, two tasks are told.
#[test]
fn two_are_told_of_two_values_given_back() {
    model("direct: two are told of two values given back", || {
        let chan = channel(Some(2), 0);
        let dropped = [Wish::new(&chan), Wish::new(&chan)];
        [0, 1].into_iter().for_each(|value| send(&chan, value));
        let thread = Wish::of_thread(&chan);
        let lazy = lazy(&chan);
        // The thread is asleep, and is served: it is on its way.
        assert!(thread.claim.arm(Waker::Thread(Parker::new().unparker())).is_ok());
        send(&chan, 2);
        dropped.iter().for_each(|wish| wish.cancel(&chan));
        assert_eq!(thread.claim.phase(), Phase::Done(0));
        // SAFETY: full, and ours again.
        assert_eq!(unsafe { thread.place.take() }, 2);
        chan.discharge(false);
        assert_eq!((told(&chan, &lazy), rest(&chan)), (2, vec![0, 1]));
    });
}

/// The same of one given back while another is sent: both may ask for a receiver at once.
#[test]
fn two_are_told_of_one_given_back_and_one_sent() {
    model("direct: two are told of one given back and one sent", || {
        let chan = channel(Some(2), 0);
        let dropped = Wish::new(&chan);
        send(&chan, 0);
        let lazy = lazy(&chan);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        dropped.cancel(&chan);
        sender.join().unwrap();
        assert_eq!((told(&chan, &lazy), rest(&chan)), (2, vec![0, 1]));
    });
}
