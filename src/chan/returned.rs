//! Values that were given back to a channel with a ring: a receive future was served, and is dropped before it has returned its value.
//!
//! 1. They are in the stash (see `stash`), in the order in which they were accepted, and come before those in the ring. RETURNED is in the head iff there are
//!    any, whenever the lock is free.
//! 2. While RETURNED is set nobody takes from the ring: the exchange on the head compares the flag too. So the order of the channel is: stash, ring, spill.
//! 3. The ring does not count them. So a channel holds one value more than its capacity for each future that was dropped so.
//!    (`force_send` evicts from the ring all the same: what was given back takes no room, so evicting it would make none.)
//! 4. Giving back asks for a receiver, as a send does. Who enlists looks under the lock, and does not enlist while RETURNED is set.

#![allow(unsafe_code)] // a waiter's place

use super::handoff::Place;
use super::{Chan, Guard, Lists};
use crate::ring::position::RETURNED;
use crate::sync::Ordering;
use crate::wait::lock::WAKE_RX;
use crate::wait::Patience;

impl<T> Chan<T> {
    #[inline]
    pub(super) fn has_returned(&self) -> bool {
        self.ring.head_word() & RETURNED != 0
    }

    /// Takes the first value that was given back, if there is one and the lock is free.
    #[inline]
    pub(super) fn take_returned(&self) -> Option<T> {
        if self.has_returned() {
            self.take_returned_slow()
        } else {
            None
        }
    }

    #[cold]
    #[inline(never)]
    fn take_returned_slow(&self) -> Option<T> {
        self.guard_if_free()?.take_returned()
    }

    /// The lock, at one look: those who ask here look again, each as patient as it is.
    fn guard_if_free(&self) -> Option<Guard<'_, T>> {
        self.cold.lock.take_if_free().then(|| Guard { chan: self })
    }

    /// As `take_returned`, with the lock waited for.
    #[inline]
    pub(super) fn take_returned_within(&self, patience: Option<Patience>) -> Option<T> {
        if self.has_returned() {
            self.lock_within(patience)?.take_returned()
        } else {
            None
        }
    }

    /// As `take_returned`, or `take_returned_within` without a limit. Answers whether there was one: it is in `place` then.
    ///
    /// # Safety
    /// `place` is an empty `Place<T>` of the caller's, or null, if `T` is so large that no future is served.
    #[inline]
    pub(super) unsafe fn take_returned_into(&self, place: *mut (), wait: bool) -> bool {
        let taken = if wait { self.take_returned_within(None) } else { self.take_returned() };
        let Some(value) = taken else { return false };
        // SAFETY: the caller's promise; not null, as some future was served.
        unsafe { (*place.cast::<Place<T>>()).put(value) };
        true
    }

    /// As `take_returned`, for a select: holds it.
    pub(super) fn hold_returned(&self) -> Option<u64> {
        if !self.has_returned() {
            return None;
        }
        let mut guard = self.guard_if_free()?;
        let ticket = guard.with(Lists::hold_stashed);
        guard.count_returned();
        ticket
    }

    /// Gives back a value that was accepted as the `turn`-th, or just now.
    pub(super) fn give_back(&self, turn: Option<u32>, value: T) {
        let mut guard = self.lock();
        guard.with(|lists| lists.keep(turn, value));
        self.ring.head_set(RETURNED);
        guard.count_returned();
        self.count_enlisted();
        // Served when the lock is released.
        self.cold.lock.request(WAKE_RX);
    }
}

impl<T> Guard<'_, T> {
    /// Takes the first value that was given back.
    #[inline]
    pub(super) fn take_returned(&mut self) -> Option<T> {
        if !self.chan.has_returned() {
            return None;
        }
        let value = self.with(Lists::take_stashed);
        self.count_returned();
        value
    }

    fn count_returned(&mut self) {
        let (outside, any) = self.with(|lists| (lists.outside(), lists.has_stashed()));
        // ORDERING: Relaxed: read as a count only.
        self.chan.cold.outside.store(outside, Ordering::Relaxed);
        if !any {
            self.chan.ring.head_clear(RETURNED);
        }
    }
}
