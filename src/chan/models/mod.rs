//! Loom models of the channel. Those of waiting use a channel without handles, which have models of their own in `ends`.

#![allow(unsafe_code)] // a channel over slots of a box, and waiters enlisted in advance

mod behalf;
mod close;
mod ends;
mod held;
mod looks;
mod meet;
mod seat;
mod sleep;
mod spill;

use super::{Chan, Enlisted, Rank};
pub(crate) use crate::models::model;
use crate::ring::position::{WAITED, WAKING};
use crate::ring::Slot;
use crate::sync::{Deadline, Duration};
use crate::wait::{Claim, Phase, Waiter};
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// A channel and its slots. It goes after all threads have been joined.
struct Owned<T> {
    chan: Chan<T>,
    _slots: Box<[MaybeUninit<Slot<T>>]>,
}

impl<T> Deref for Owned<T> {
    type Target = Chan<T>;

    fn deref(&self) -> &Chan<T> {
        &self.chan
    }
}

/// A channel with the values `0..len` in it.
fn channel(cap: Option<usize>, len: i32) -> Arc<Owned<i32>> {
    channel_of(cap, len)
}

fn channel_of<T: From<i32>>(cap: Option<usize>, len: i32) -> Arc<Owned<T>> {
    let mut slots: Box<[_]> = (0..super::slots_for(cap)).map(|_| MaybeUninit::uninit()).collect();
    let first = NonNull::new(slots.as_mut_ptr()).expect("a box's pointer");
    // SAFETY: the slots live as long as the channel.
    let chan = unsafe { Chan::new(first.cast(), cap) };
    let owned = Owned { chan, _slots: slots };
    (0..len).for_each(|value| assert!(owned.try_send(value.into()).is_ok()));
    Arc::new(owned)
}

/// In a model any timed wait may end.
fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(1))
}

fn send<T>(chan: &Chan<T>, value: T) {
    assert!(chan.send(value, Deadline::NEVER).is_ok());
}

fn recv<T>(chan: &Chan<T>) -> T {
    chan.recv(Deadline::NEVER).expect("open")
}

/// What can still be received when nobody else is there.
fn rest<T>(chan: &Chan<T>) -> Vec<T> {
    std::iter::from_fn(|| chan.try_recv().ok()).collect()
}

/// When nobody waits, nothing says so (invariants 1 and 2).
fn assert_quiet<T>(chan: &Chan<T>) {
    assert_eq!(chan.ring.tail_word() & (WAITED | WAKING), 0, "the tail's flags");
    assert_eq!(chan.ring.head_word() & (WAITED | WAKING), 0, "the head's flags");
    assert_eq!(chan.cold.lock.hints(), Some(0));
    let empty = chan.lock().with(|lists| lists.rx.is_empty() && lists.tx.is_empty() && lists.watch.is_empty());
    assert!(empty, "the queues");
}

/// An operation that goes to sleep before the model's threads begin, to keep the model small.
struct Sleeper {
    waiter: Box<Waiter>,
    claim: Box<Claim>,
}

// SAFETY: what two threads touch is atomic, or under the channel's lock.
unsafe impl Send for Sleeper {}

impl Sleeper {
    fn new() -> Sleeper {
        let claim = Box::new(Claim::new());
        Sleeper { waiter: Box::new(Waiter::new(&*claim, 0, ptr::null_mut())), claim }
    }

    fn receiver(chan: &Chan<i32>) -> Sleeper {
        let sleeper = Sleeper::new();
        // SAFETY: it stays until it is woken or withdrawn.
        assert!(matches!(unsafe { chan.enlist_receiver(&sleeper.waiter, Rank::Last, None) }, Enlisted::Yes));
        sleeper
    }

    fn sender(chan: &Chan<i32>) -> Sleeper {
        let sleeper = Sleeper::new();
        // SAFETY: it stays until it is woken or withdrawn.
        assert!(matches!(unsafe { chan.enlist_sender(&sleeper.waiter, Rank::Last, None) }, Enlisted::Yes));
        sleeper
    }

    fn recv(&self, chan: &Chan<i32>) -> i32 {
        assert!(matches!(self.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
        chan.recv_woken().unwrap_or_else(|| recv(chan))
    }

    fn send(&self, chan: &Chan<i32>, value: i32) {
        assert!(matches!(self.claim.sleep(Deadline::NEVER), Phase::Ready(_)));
        if let Err(error) = chan.send_woken(value) {
            send(chan, error.into_inner());
        }
    }

    /// `None`: the time was over first.
    fn recv_soon(&self, chan: &Chan<i32>) -> Option<i32> {
        if self.claim.sleep(soon()).is_waiting() && self.claim.quit().is_ok() {
            chan.withdraw_receiver(&self.waiter);
            return None;
        }
        assert!(matches!(self.claim.settle(self.claim.phase()), Phase::Ready(_)));
        chan.recv_woken()
    }
}
