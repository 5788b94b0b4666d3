//! How a select waits at one channel.
//!
//! ```text
//!   with a ring:    for each channel:  lock ─ nothing there? ─ enlist ─ unlock
//!   capacity 0:     lock all, in the order of their numbers ─ nobody there? ─ enlist in each ─ unlock all
//! ```
//!
//! 1. A channel with a ring is looked at and enlisted in under its own lock: what comes later finds the waiter.
//! 2. At capacity 0 a match needs both sides; so a select looks and enlists while it holds the locks of all its channels, and of two that face each
//!    other one finds the other.

#![allow(unsafe_code)] // enlisting waiters, and a lock that is held without its guard

use super::frame::Place;
use super::{Chan, Enlisted, Guard, Holding, Rank, Token};
use crate::wait::{partner, Claim, Patience, Spin, Waiter, Waker};
use core::alloc::Layout;
use core::mem;

impl<T> Chan<T> {
    /// Enlists an arm of a buffered channel.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    pub(crate) unsafe fn enlist_arm(&self, sending: bool, waiter: &Waiter, again: bool, patience: Option<Patience>) -> Enlisted {
        let rank = Rank::of(again);
        // SAFETY: the caller's promise.
        unsafe {
            match sending {
                true if self.cold.unbounded => Enlisted::Again,
                true => self.enlist_sender(waiter, rank, patience),
                false => self.enlist_receiver(waiter, rank, patience),
            }
        }
    }

    /// Takes a waiter, of an arm or of a single operation, out of the queue of its side, if it is in; `false` if the lock could not be had in time.
    pub(crate) fn withdraw_waiter(&self, sending: bool, waiter: &Waiter, patience: Option<Patience>) -> bool {
        let Some(mut guard) = self.lock_within(patience) else { return false };
        // SAFETY: it was enlisted in this queue, or has left it.
        unsafe { guard.unlink(sending, waiter) };
        true
    }

    /// At capacity 0, the number by which channels are locked in order.
    pub(crate) fn meeting(&self) -> Option<u64> {
        self.is_rendezvous().then_some(self.cold.id)
    }

    /// Takes the lock and leaves it held: a select holds those of all its channels of capacity 0 at once. `false` if it could not be had in time.
    pub(crate) fn lock_for_select(&self, patience: Option<Patience>) -> bool {
        partner::expect(self.address(), size_of::<T>());
        self.lock_within(patience).map(mem::forget).is_some()
    }

    /// Releases the lock, and wakes nobody. Answers the requests that came in meanwhile, which are to be asked for again.
    ///
    /// # Safety
    /// After `lock_for_select`, once.
    #[must_use]
    pub(crate) unsafe fn unlock_for_select(&self) -> u64 {
        // SAFETY: the caller's promise: `lock_for_select` has enlisted who sat, and forgotten its guard. So it is below.
        unsafe { Guard::assume_held(self) }.release_owing()
    }

    /// Whether `win_locked` finds a peer, unless that is won elsewhere.
    ///
    /// # Safety
    /// As for `win_locked`.
    pub(crate) unsafe fn may_win_locked(&self, sending: bool, own: *const Claim) -> bool {
        // SAFETY: the caller's promise.
        let mut guard = mem::ManuallyDrop::new(unsafe { Guard::assume_held(self) });
        let peer = guard.with(|lists| if sending { lists.rx.has_placed(own) } else { lists.tx.has_placed(own) || lists.has_stashed() });
        peer || self.is_closed()
    }

    /// As `win_recv` and `win_send` at capacity 0.
    ///
    /// # Safety
    /// Between `lock_for_select` and `unlock_for_select`.
    pub(crate) unsafe fn win_locked(&self, sending: bool, own: *const Claim, hold: Holding) -> Option<Token> {
        // SAFETY: the caller's promise.
        let mut guard = mem::ManuallyDrop::new(unsafe { Guard::assume_held(self) });
        // SAFETY: the lock is held.
        unsafe { self.win_peer_locked(&mut guard, sending, own, hold) }
    }

    /// Enlists an arm of capacity 0. It calls a peer that has to try itself, if there is one; its waker is to be woken after the lock.
    ///
    /// # Safety
    /// As for `win_locked` and `Queue::push_back`.
    pub(crate) unsafe fn enlist_locked(&self, sending: bool, waiter: &Waiter, again: bool, own: *const Claim) -> Option<Option<Waker>> {
        // SAFETY: the caller's promise.
        let mut guard = mem::ManuallyDrop::new(unsafe { Guard::assume_held(self) });
        self.count_enlisted();
        guard.with(|lists| {
            // SAFETY: the caller's promise.
            unsafe { Rank::of(again).push(lists.of(sending), waiter) };
            lists.of(!sending).choose_lazy(own).map(|peer| peer.won.ready())
        })
    }

    /// The size of the place that a receiving arm of capacity 0 needs.
    pub(crate) fn place_layout(&self) -> Layout {
        Layout::new::<Place<T>>()
    }

    /// Makes an empty place.
    ///
    /// # Safety
    /// `place` is valid for writes of `place_layout`.
    pub(crate) unsafe fn init_place(&self, place: *mut ()) {
        // SAFETY: the caller's promise.
        unsafe { Place::<T>::init(place.cast()) };
    }

    /// The learned budget of one side.
    pub(crate) fn spin(&self, sending: bool) -> &Spin {
        if sending {
            &self.ring.tail.mate
        } else {
            &self.ring.head.mate
        }
    }
}
