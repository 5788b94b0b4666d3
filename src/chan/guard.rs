//! The lock, held: the way to the queues.

#![allow(unsafe_code)] // what the lock guards

use super::{Chan, Lists, WAITED};
use crate::sync::Deadline;
use crate::wait::lock::{HAS_RX, HAS_TX, PLACED_RX, PLACED_TX};
use crate::wait::{Patience, Waiter};
use core::mem::ManuallyDrop;

impl<T> Chan<T> {
    pub(super) fn lock(&self) -> Guard<'_, T> {
        self.cold.lock.lock();
        // SAFETY: taken just now.
        unsafe { Guard::new(self) }
    }

    /// The lock, if it is free.
    #[inline(always)]
    pub(super) fn lock_if_free(&self) -> Option<Guard<'_, T>> {
        // SAFETY: taken just now.
        self.cold.lock.take_if_free().then(|| unsafe { Guard::new(self) })
    }

    /// The lock, if it is free, to serve these requests; else its holder is asked to.
    pub(super) fn lock_or_request(&self, requests: u64) -> Option<Guard<'_, T>> {
        // SAFETY: taken just now.
        self.cold.lock.request(requests).then(|| unsafe { Guard::new(self) })
    }

    /// As `lock`, at capacity 0, for an operation of this side.
    #[inline(always)]
    pub(super) fn lock_in_turn(&self, sending: bool, deadline: Deadline) -> Guard<'_, T> {
        self.cold.lock.lock_in_turn(|| !deadline.expired() && self.cold.crowd.lost_turn(self.address(), self.spin(sending)));
        // SAFETY: taken just now.
        unsafe { Guard::new(self) }
    }

    /// As `lock`, but gives up after a bounded number of looks.
    pub(super) fn try_lock(&self, patience: Patience) -> Option<Guard<'_, T>> {
        self.try_lock_by(|| patience)
    }

    /// As `try_lock`. `patience` is asked only if the lock is held.
    #[inline(always)]
    pub(super) fn try_lock_by(&self, patience: impl FnOnce() -> Patience) -> Option<Guard<'_, T>> {
        // SAFETY: taken just now.
        self.cold.lock.try_lock(patience, self.ring.cap()).then(|| unsafe { Guard::new(self) })
    }

    /// The lock, slept for if there is no limit to the patience.
    pub(super) fn lock_within(&self, patience: Option<Patience>) -> Option<Guard<'_, T>> {
        match patience {
            None => Some(self.lock()),
            Some(patience) => self.try_lock(patience),
        }
    }
}

/// The lock, held. Dropping it serves the requests that came in meanwhile, releases, and then wakes: foreign code, so not while anything is won and not ended.
pub(super) struct Guard<'a, T> {
    pub(super) chan: &'a Chan<T>,
    /// So that it is made below only.
    _held: (),
}

impl<'a, T> Guard<'a, T> {
    /// Who sat is enlisted, first of all.
    ///
    /// # Safety
    /// The caller has just taken the lock.
    #[inline(always)]
    unsafe fn new(chan: &'a Chan<T>) -> Guard<'a, T> {
        // SAFETY: the caller's promise; and who sat is enlisted below.
        let mut guard = unsafe { Guard::assume_held(chan) };
        guard.enlist_who_sits();
        guard
    }

    /// # Safety
    /// The caller has the lock, and no other guard of it that is used meanwhile. Nobody sat when it was taken, or who did is enlisted before anything else.
    #[inline(always)]
    pub(super) unsafe fn assume_held(chan: &'a Chan<T>) -> Guard<'a, T> {
        Guard { chan, _held: () }
    }
}

impl<T> Guard<'_, T> {
    /// First of all, whenever the lock was taken.
    #[inline(always)]
    pub(super) fn enlist_who_sits(&mut self) {
        if let Some((waiter, sending)) = self.chan.cold.lock.seated() {
            self.enlist_seated(waiter, sending);
        }
    }

    #[inline(never)]
    fn enlist_seated(&mut self, waiter: *const Waiter, sending: bool) {
        // SAFETY: it sat until the lock was taken: so it is in no queue, and stays where it is until it is decided or taken out.
        self.with(|lists| unsafe { lists.of(sending).push_back(&*waiter) });
        self.chan.count_enlisted();
    }

    #[inline(always)]
    pub(super) fn with<R>(&mut self, f: impl FnOnce(&mut Lists<T>) -> R) -> R {
        // SAFETY: the lock is held: whoever made the `Guard` has promised that. And it gives one reference at a time.
        self.chan.cold.lists.with_mut(|lists| f(unsafe { &mut *lists }))
    }

    /// Takes a waiter out of the queue of its side, if it is in.
    ///
    /// # Safety
    /// As for `Queue::remove`.
    pub(super) unsafe fn unlink(&mut self, sending: bool, waiter: &Waiter) {
        let empty = self.with(|lists| {
            let queue = lists.of(sending);
            // SAFETY: the caller's promise.
            unsafe { queue.remove(waiter) };
            queue.is_empty()
        });
        match empty && !self.chan.is_rendezvous() {
            true if sending => drop(self.chan.ring.head_clear(WAITED)),
            true => drop(self.chan.ring.tail_clear(WAITED)),
            false => {}
        }
    }

    #[inline(always)]
    pub(super) fn try_release(&mut self) -> Result<(), u64> {
        let hints = self.with(|lists| lists.hints());
        self.chan.cold.lock.try_release(hints)
    }

    /// As dropping it, but always inline: for the ways that most operations take.
    #[inline(always)]
    pub(super) fn release(self) {
        ManuallyDrop::new(self).end();
    }

    /// As `release`, after serving these requests.
    #[inline(always)]
    pub(super) fn release_to_serve(self, requests: u64) {
        match requests {
            0 => self.release(),
            _ => ManuallyDrop::new(self).serve(requests),
        }
    }

    /// As `release`, for who has won a peer and ends that without the lock: answers the requests that came in meanwhile, which are to be asked for again
    /// (`Chan::ask_again`) after that.
    #[must_use]
    #[inline(always)]
    pub(super) fn release_owing(self) -> u64 {
        let mut guard = ManuallyDrop::new(self);
        match guard.try_release() {
            Ok(()) => 0,
            Err(requests) => guard.release_asked(requests),
        }
    }

    #[cold]
    fn release_asked(&mut self, requests: u64) -> u64 {
        let mut owed = requests;
        while let Err(more) = self.try_release() {
            owed |= more;
        }
        owed
    }

    #[inline(always)]
    fn end(&mut self) {
        if let Err(requests) = self.try_release() {
            self.serve(requests);
        }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.end();
    }
}

impl<T> Lists<T> {
    /// What the lock's word says of them. With branches: they are mostly predicted, and the release need not wait for the lists (pingpong_0 188 to 110 ns).
    #[inline(always)]
    pub(super) fn hints(&self) -> u64 {
        if self.rx.is_empty() && self.tx.is_empty() && self.stash.is_none() {
            return 0;
        }
        let stashed = if self.has_stashed() { HAS_TX | PLACED_TX } else { 0 };
        self.rx.hints(HAS_RX, PLACED_RX) | self.tx.hints(HAS_TX, PLACED_TX) | stashed
    }
}
