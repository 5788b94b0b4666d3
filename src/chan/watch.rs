//! Waiting for the channel to close.
//!
//! A watcher enlists by setting WATCHED with an RMW on the tail. The closer's RMW on the same word comes before that, and is seen; or after, and sees WATCHED.

#![allow(unsafe_code)] // enlisting a waiter of this frame

use super::{Chan, Enlisted};
use crate::ring::position::{CLOSED, WATCHED};
use crate::sync::Deadline;
use crate::wait::{Claim, Patience, Phase, Waiter};
use core::ptr;

impl<T> Chan<T> {
    /// Waits until the channel is closed; `false` if the deadline came first.
    pub(crate) fn wait_closed(&self, deadline: Deadline) -> bool {
        if self.is_closed() || deadline.expired() {
            return self.is_closed();
        }
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        // SAFETY: in no queue yet; this frame stays until it was claimed or taken out again, below.
        if unsafe { self.enlist_watcher(&waiter, None) } == Enlisted::Closed {
            return true;
        }
        let phase = claim.sleep(deadline);
        self.cold.step.take();
        let closed = !phase.is_waiting() || claim.give_up() != Phase::Dead;
        if !closed {
            self.withdraw_watcher(&waiter, None);
        }
        closed
    }

    /// Enlists a watcher, unless the channel is closed.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    pub(crate) unsafe fn enlist_watcher(&self, waiter: &Waiter, patience: Option<Patience>) -> Enlisted {
        let Some(mut guard) = self.lock_within(patience) else { return Enlisted::Busy };
        if self.ring.tail_set(WATCHED) & CLOSED != 0 {
            return Enlisted::Closed; // the flag may stay: nobody is woken by it any more
        }
        // SAFETY: the caller's promise.
        guard.with(|lists| unsafe { lists.watch.push_back(waiter) });
        Enlisted::Yes
    }

    /// Takes a watcher that gave up out of the queue, if it is in; `false` if the lock could not be had in time.
    pub(crate) fn withdraw_watcher(&self, waiter: &Waiter, patience: Option<Patience>) -> bool {
        let Some(mut guard) = self.lock_within(patience) else { return false };
        // SAFETY: it was enlisted in this queue, or has left it.
        let empty = guard.with(|lists| unsafe {
            lists.watch.remove(waiter);
            lists.watch.is_empty()
        });
        if empty {
            self.ring.tail_clear(WATCHED);
        }
        true
    }
}
