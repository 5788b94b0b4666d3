//! Receiving from the ring: at once if a value is there, else after a wait.

#![allow(unsafe_code)] // enlisting a waiter of this frame

use super::first::{First, Look};
use super::frame::Place;
use super::gaps::Loser;
use super::handoff::SMALL;
use super::{Chan, Enlisted, Guard, Rank};
use crate::error::{RecvTimeoutError, TryRecvError};
use crate::ring::position::{CLOSED, SPILLED, WAITED, WAKING};
use crate::sync::Deadline;
use crate::wait::{turn, Claim, Lag, Patience, Phase, Spin, Waiter};
use core::ptr;

impl<T> Chan<T> {
    #[inline(always)]
    pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
        if self.is_rendezvous() {
            return self.fetch();
        }
        let first = match self.reserve_first_at_once() {
            Ok(first) => first,
            Err(_) => self.reserve_first_bounded()?,
        };
        // SAFETY: read once: `first` ends here, and leaves the slot.
        Ok(unsafe { first.read() })
    }

    #[inline(always)]
    pub(crate) fn recv(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        self.recv_or(deadline, |error| error)
    }

    /// As `recv`, with the error that the caller wants: the value is in the caller's own result at once, and need not be moved there.
    #[inline(always)]
    pub(crate) fn recv_or<E>(&self, deadline: Deadline, fail: impl FnOnce(RecvTimeoutError) -> E) -> Result<T, E> {
        if self.is_rendezvous() {
            return self.accept_apart(deadline).map_err(fail);
        }
        let first = match self.reserve_first_at_once() {
            Ok(first) => first,
            Err(_) if size_of::<T>() <= SMALL => return self.recv_again(deadline).map_err(fail),
            Err(_) => self.first_again(deadline).map_err(fail)?,
        };
        // SAFETY: read once: `first` ends here, and leaves the slot.
        Ok(unsafe { first.read() })
    }

    #[inline(never)]
    fn recv_again(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        if self.ring.is_head_at_milestone() {
            turn::offer();
        }
        match self.take_first(Loser::Waits(deadline)) {
            Some(value) => Ok(value),
            None => self.recv_slow(deadline),
        }
    }

    #[inline(never)]
    fn first_again(&self, deadline: Deadline) -> Result<First<'_, T>, RecvTimeoutError> {
        if self.ring.is_head_at_milestone() {
            turn::offer();
        }
        if let Some(first) = self.reserve_first(self.gaps(false, Loser::Waits(deadline))) {
            return Ok(first);
        }
        match self.wait_for_value(deadline, ptr::null_mut())? {
            Some(first) => Ok(first),
            None => unreachable!("nothing is received for who has no place for it"),
        }
    }

    #[cold]
    #[inline(never)]
    fn recv_slow(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        let place = Place::<T>::empty();
        match self.wait_for_value(deadline, place.erased())? {
            // SAFETY: read once: `first` ends here, and leaves the slot.
            Some(first) => Ok(unsafe { first.read() }),
            // SAFETY: it was received for us, so it is in the place, which is ours alone again.
            None => Ok(unsafe { place.take() }),
        }
    }

    /// Waits for a value in the ring, which was empty a moment ago. `value` is an empty `Place` into which others may receive for us, or null if they may not.
    /// `None`: it was received.
    #[inline(always)] // each type has but one of its callers; and a right that is answered through memory reaches the slot later
    fn wait_for_value(&self, deadline: Deadline, value: *mut ()) -> Result<Option<First<'_, T>>, RecvTimeoutError> {
        let mut rank = Rank::Last;
        let mut lag = Lag::new();
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, value);
        let spin = &self.ring.head.mate;
        let mut lags = false;
        if self.ring.tail_matters() && !self.cold.unbounded && matches!(self.look(), Look::Closed) {
            return Err(RecvTimeoutError::Disconnected);
        }
        loop {
            if deadline.expired() {
                return self.reserve_first_bounded().map(Some).map_err(|error| match error {
                    TryRecvError::Empty => RecvTimeoutError::Timeout,
                    TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
                });
            }
            let comes = || {
                spin.gap(self.ring.head_hint(), self.ring.cap(), || self.ring.may_pop_now()) || spin.wait(deadline, || self.ring.may_pop())
            };
            if self.unspill(None) || (!lags && !spin.shares_processor() && comes()) {
                match self.reserve_first(self.gaps(false, Loser::Waits(deadline))) {
                    Some(first) => return Ok(Some(first)),
                    None => continue,
                }
            }
            // SAFETY: the waiter is in no queue; this frame stays until it was won or taken out again, below.
            match unsafe { self.enlist_receiver(&waiter, rank, None) } {
                Enlisted::Closed => return Err(RecvTimeoutError::Disconnected),
                Enlisted::Again | Enlisted::Busy => {
                    if !self.unspill(None) && !self.ring.may_pop() {
                        lags = true; // was awake for long enough
                        lag.wait();
                    }
                    match self.reserve_first(self.gaps(false, Loser::Waits(deadline))) {
                        Some(first) => return Ok(Some(first)),
                        None => continue,
                    }
                }
                Enlisted::Yes => {}
            }
            match self.wait_enlisted(&claim, spin, deadline) {
                Phase::Done(_) => {
                    self.discharge(false);
                    return Ok(None);
                }
                Phase::Dead => {
                    self.withdraw_receiver(&waiter);
                    return Err(RecvTimeoutError::Timeout);
                }
                Phase::Ready(_) => {
                    if let Some(first) = self.reserve_first_woken() {
                        return Ok(Some(first));
                    }
                    rank = Rank::First;
                }
                _ => {} // closed: what is left is to be received first
            }
            lags = false;
            claim.reopen();
        }
    }

    /// Waits until the claim of a waiter in a queue of the ring is decided. `Dead`: the deadline decided it.
    pub(super) fn wait_enlisted(&self, claim: &Claim, spin: &Spin, deadline: Deadline) -> Phase {
        if spin.shares_processor() {
            spin.wait(deadline, || !claim.phase().is_waiting());
        }
        let mut phase = claim.settle(claim.phase());
        if phase.is_waiting() {
            phase = claim.sleep(deadline);
        }
        self.cold.step.take();
        if phase.is_waiting() {
            phase = claim.give_up();
        }
        phase
    }

    /// Discharges a wake-up (invariant 2): clears WAKING, looks, and passes the wake-up on if values are left.
    fn reserve_first_woken(&self) -> Option<First<'_, T>> {
        let tail = self.ring.tail_clear(WAKING);
        // With or without a value for us: senders that saw WAKING left the other receivers to us.
        let owes = tail & WAITED != 0;
        match self.reserve_first(self.gaps(false, Loser::Serves)) {
            Some(mut first) => {
                first.owes = owes;
                Some(first)
            }
            None => {
                if owes {
                    self.come_in_vain(false);
                }
                None
            }
        }
    }

    /// After a wake-up: tries again.
    #[cfg(all(test, loom, not(rendez_no_loom)))]
    pub(super) fn recv_woken(&self) -> Option<T> {
        let first = self.reserve_first_woken()?;
        // SAFETY: read once: `first` ends here, and leaves the slot.
        Some(unsafe { first.read() })
    }

    /// Enlists a receiver if there is nothing to receive.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    pub(super) unsafe fn enlist_receiver(&self, waiter: &Waiter, rank: Rank, patience: Option<Patience>) -> Enlisted {
        let Some(guard) = self.lock_within(patience) else { return Enlisted::Busy };
        // SAFETY: the caller's promise.
        unsafe { self.enlist_receiver_locked(guard, waiter, rank, patience == Some(Patience::Task)) }
    }

    /// As `enlist_receiver`, of a task or a thread, under the lock.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    #[inline(always)]
    pub(super) unsafe fn enlist_receiver_locked(&self, mut guard: Guard<'_, T>, waiter: &Waiter, rank: Rank, task: bool) -> Enlisted {
        let head = self.ring.head_word();
        // If WAITED is set already, nobody else clears it, as the lock is ours: so whoever moves the tail from here on sees it, and us, as after an RMW.
        let tail = if task { self.ring.tail_in_order() } else { 0 };
        let tail = if tail & WAITED != 0 { tail } else { self.ring.tail_set(WAITED) };
        // An old head can hide that the ring is empty, never feign it: so "empty" is believed. Anything else needs the latest head: an RMW.
        let none = |head| self.ring.position_of(tail) == self.ring.position_of(head);
        let head = if none(head) { head } else { self.ring.head_set(0) };
        let empty = none(head) && tail & SPILLED == 0;
        if empty && tail & CLOSED == 0 {
            // SAFETY: the caller's promise.
            guard.with(|lists| unsafe { rank.push(&mut lists.rx, waiter) });
            guard.release();
            return Enlisted::Yes;
        }
        // What is held may come yet, or be given up, also on a closed channel; the same if the value behind the ring waits for a held slot. Who was told of it
        // came in vain: so it is to be told anew.
        if self.ring.head_is_held(head) || (none(head) && tail & SPILLED != 0 && self.ring.tail_is_held(tail)) {
            guard.forget_told(true);
            // SAFETY: the caller's promise.
            guard.with(|lists| unsafe { rank.push(&mut lists.rx, waiter) });
            return Enlisted::Yes;
        }
        if guard.with(|lists| lists.rx.is_empty()) {
            self.ring.tail_clear(WAITED);
        }
        if empty {
            Enlisted::Closed
        } else {
            Enlisted::Again
        }
    }

    /// Takes a receiver that gave up out of the queue.
    pub(super) fn withdraw_receiver(&self, waiter: &Waiter) {
        self.withdraw_waiter(false, waiter, None);
    }
}
