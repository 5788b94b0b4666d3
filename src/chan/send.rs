//! Sending through the ring: at once if there is room, else after a wait.

#![allow(unsafe_code)] // enlisting a waiter of this frame

use super::frame::Place;
use super::gaps::Loser;
use super::handoff::SMALL;
use super::{Chan, Enlisted, Guard, Rank};
use crate::error::{SendTimeoutError, TrySendError};
use crate::ring::position::{CLOSED, SPILLED, WAITED, WAKING};
use crate::ring::slot::WriteSlot;
use crate::ring::Refused;
use crate::sync::Deadline;
use crate::wait::{turn, Claim, Lag, Patience, Phase, Waiter};
use core::ptr;

/// A slot of the ring that is ours to fill, at once: no foreign code runs before.
pub(super) struct Room<'a, T> {
    slot: WriteSlot<'a, T>,
    flags: u64,
    /// A wake-up brought us here, and other senders wait: they are to be seen to.
    owes: bool,
}

impl<T> Chan<T> {
    #[inline(always)]
    pub(crate) fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        if self.is_rendezvous() {
            return self.offer(value);
        }
        match self.ring.reserve_write_at_once() {
            Ok((slot, flags)) => {
                slot.publish(value);
                self.after_push(flags);
                Ok(())
            }
            Err(_) if size_of::<T>() > SMALL => self.try_send_again(value), // it would be copied for the call
            Err(_) => self.try_send_again_apart(value),
        }
    }

    #[inline(never)]
    fn try_send_again_apart(&self, value: T) -> Result<(), TrySendError<T>> {
        self.try_send_again(value)
    }

    #[inline(always)]
    fn try_send_again(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.reserve_bounded() {
            Ok(room) => {
                self.fill(room, value);
                Ok(())
            }
            Err(Refused::Closed) => Err(TrySendError::Disconnected(value)),
            Err(Refused::Full) => Err(TrySendError::Full(value)),
            Err(Refused::Spilled) => self.spill(value, Some(Patience::Thread)).map(|_| ()),
        }
    }

    /// A slot, if there is one now, or a receiver is just leaving one. `Spilled`: the value is to wait behind the ring.
    ///
    /// (A receive asks first whether there is a value, and reserves its slot then: an attempt on an empty channel needs nothing of this.)
    #[inline(always)]
    fn reserve_bounded(&self) -> Result<Room<'_, T>, Refused> {
        let (mut lag, mut lost) = (Lag::new(), self.gaps(true, Loser::Attempts));
        loop {
            match self.reserve_room(&mut lost) {
                Err(Refused::Full | Refused::Spilled) => {}
                decided => return decided,
            }
            if self.cold.unbounded {
                return Err(Refused::Spilled);
            }
            // Full by its slot. If not by the positions, a receiver is leaving the slot just now.
            if self.is_full() || !lag.wait_bounded(Patience::Thread) {
                return Err(Refused::Full);
            }
        }
    }

    #[inline(always)]
    fn reserve_room(&self, lost: impl FnMut()) -> Result<Room<'_, T>, Refused> {
        let (slot, flags) = self.ring.reserve_write(lost)?;
        Ok(Room { slot, flags, owes: false })
    }

    /// Puts the value in, and sees to who waits for it.
    #[inline(always)]
    fn fill(&self, room: Room<'_, T>, value: T) {
        room.slot.publish(value);
        self.after_push(room.flags);
        if room.owes {
            self.pass_on_room();
        }
    }

    #[inline(always)]
    pub(crate) fn send(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        if self.is_rendezvous() {
            return self.give_apart(value, deadline);
        }
        match self.ring.reserve_write_at_once() {
            Ok((slot, flags)) => {
                slot.publish(value);
                self.after_push(flags);
                Ok(())
            }
            Err(_) if size_of::<T>() > SMALL => self.send_again(value, deadline), // it would be copied for the call
            Err(_) => self.send_again_apart(value, deadline),
        }
    }

    #[inline(never)]
    fn send_again_apart(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        // `send_again` would find that out one refusal later (a burst: 21 to 19 ns a value).
        if self.cold.unbounded && self.ring.tail_word() & SPILLED != 0 {
            return self.send_behind(value);
        }
        self.send_again(value, deadline)
    }

    #[inline(always)]
    fn send_again(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        if self.ring.is_tail_at_milestone() {
            turn::offer();
        }
        match self.reserve_room(self.gaps(true, Loser::Waits(deadline))) {
            Ok(room) => {
                self.fill(room, value);
                Ok(())
            }
            Err(refused) => self.send_slow(value, refused, deadline),
        }
    }

    #[cold]
    #[inline(never)]
    fn send_slow(&self, value: T, refused: Refused, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        if self.cold.unbounded {
            return self.send_behind(value);
        }
        self.send_waiting(value, refused, deadline)
    }

    /// Sends behind the ring; or through it, if there is room after all.
    fn send_behind(&self, value: T) -> Result<(), SendTimeoutError<T>> {
        match self.spill(value, None) {
            Ok(true) => self.let_catch_up(),
            Ok(false) => {}
            // Closed: the lock was waited for, so it is not for want of that.
            Err(error) => return Err(SendTimeoutError::Disconnected(error.into_inner())),
        }
        Ok(())
    }

    #[inline(never)] // its frame is large, and a send behind the ring needs none of it
    fn send_waiting(&self, value: T, refused: Refused, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        if size_of::<T>() > SMALL {
            let room = self.wait_for_room(refused, deadline, ptr::null_mut());
            return self.end_send(room, || value);
        }
        let place = Place::holding(value);
        let room = self.wait_for_room(refused, deadline, place.erased());
        // SAFETY: it was not sent for us, so it still is in the place, which is ours alone again.
        self.end_send(room, || unsafe { place.take() })
    }

    /// After `wait_for_room`. `value` is called once for the value, unless that was sent for us.
    #[inline(always)]
    fn end_send(&self, room: Result<Option<Room<'_, T>>, Refused>, value: impl FnOnce() -> T) -> Result<(), SendTimeoutError<T>> {
        match room {
            Ok(Some(room)) => {
                self.fill(room, value());
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(Refused::Closed) => Err(SendTimeoutError::Disconnected(value())),
            Err(Refused::Full | Refused::Spilled) => Err(SendTimeoutError::Timeout(value())), // only unbounded channels spill
        }
    }

    /// Waits for room in the ring, which refused a value. `value` is a full `Place` from which others may send it for us, or null if they may not. `None`: it
    /// was sent. `Full`: there was no room in time.
    fn wait_for_room(&self, refused: Refused, deadline: Deadline, value: *mut ()) -> Result<Option<Room<'_, T>>, Refused> {
        if refused == Refused::Closed {
            return Err(refused);
        }
        let mut rank = Rank::Last;
        let mut lag = Lag::new();
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, value);
        let spin = &self.ring.tail.mate;
        let mut lags = false;
        loop {
            if deadline.expired() {
                return self.reserve_bounded().map(Some);
            }
            let comes = || {
                spin.gap(self.ring.tail_hint(), self.ring.cap(), || self.ring.may_push_now())
                    || spin.wait(deadline, || self.ring.may_push())
            };
            let room = if !lags && !spin.shares_processor() && comes() {
                self.reserve_room(self.gaps(true, Loser::Waits(deadline)))
            } else {
                // SAFETY: the waiter is in no queue; this frame and the caller's place stay until it was won or taken out again, below.
                match unsafe { self.enlist_sender(&waiter, rank, None) } {
                    Enlisted::Closed => return Err(Refused::Closed),
                    Enlisted::Again | Enlisted::Busy => {
                        if !self.ring.may_push() {
                            lags = true; // was awake for long enough
                            lag.wait();
                        }
                        self.reserve_room(self.gaps(true, Loser::Waits(deadline)))
                    }
                    Enlisted::Yes => {
                        match self.wait_enlisted(&claim, spin, deadline) {
                            Phase::Done(_) => {
                                self.discharge(true);
                                return Ok(None);
                            }
                            Phase::Dead => {
                                self.withdraw_sender(&waiter);
                                return Err(Refused::Full);
                            }
                            Phase::Ready(_) => {}
                            _ => return Err(Refused::Closed),
                        }
                        rank = Rank::First;
                        lags = false;
                        claim.reopen();
                        self.reserve_woken()
                    }
                }
            };
            match room {
                Err(Refused::Full | Refused::Spilled) => {}
                decided => return decided.map(Some),
            }
        }
    }

    /// Discharges a wake-up (invariant 2): clears WAKING, tries again, and passes the wake-up on if room is left.
    fn reserve_woken(&self) -> Result<Room<'_, T>, Refused> {
        let head = self.ring.head_clear(WAKING);
        // With or without success: receivers that saw WAKING left the others to us.
        let owes = head & WAITED != 0;
        match self.ring.reserve_write(self.gaps(true, Loser::Serves)) {
            Ok((slot, flags)) => Ok(Room { slot, flags, owes }),
            Err(refused) => {
                if owes {
                    self.come_in_vain(true);
                }
                Err(refused)
            }
        }
    }

    /// After a wake-up: tries again.
    #[cfg(all(test, loom, not(rendez_no_loom)))]
    pub(super) fn send_woken(&self, value: T) -> Result<(), SendTimeoutError<T>> {
        match self.reserve_woken() {
            Ok(room) => {
                self.fill(room, value);
                Ok(())
            }
            Err(Refused::Closed) => Err(SendTimeoutError::Disconnected(value)),
            Err(_) => Err(SendTimeoutError::Timeout(value)),
        }
    }

    /// Whether every slot is taken, by the positions.
    pub(crate) fn is_full(&self) -> bool {
        let full = || {
            let (tail, head) = self.ring.words();
            self.ring.distance(tail, head) >= self.ring.cap() || self.ring.tail_is_held(tail)
        };
        !self.cold.unbounded && full() && (!self.skip() || full())
    }

    /// Enlists a sender if the ring is full.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    pub(super) unsafe fn enlist_sender(&self, waiter: &Waiter, rank: Rank, patience: Option<Patience>) -> Enlisted {
        let Some(guard) = self.lock_within(patience) else { return Enlisted::Busy };
        // SAFETY: the caller's promise.
        unsafe { self.enlist_sender_locked(guard, waiter, rank, patience == Some(Patience::Task)) }
    }

    /// As `enlist_sender`, of a task or a thread, under the lock.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    #[inline(always)]
    pub(super) unsafe fn enlist_sender_locked(&self, mut guard: Guard<'_, T>, waiter: &Waiter, rank: Rank, task: bool) -> Enlisted {
        // As in `enlist_receiver_locked`.
        let head = if task { self.ring.head_in_order() } else { 0 };
        let head = if head & WAITED != 0 { head } else { self.ring.head_set(WAITED) };
        // After that in the order of all, as whoever closes looks for WAITED after it has set CLOSED.
        let tail = self.ring.tail_in_order();
        // What most senders find.
        if self.ring.is_full_with_value(tail, head) && tail & CLOSED == 0 {
            // SAFETY: the caller's promise.
            guard.with(|lists| unsafe { rank.push(&mut lists.tx, waiter) });
            guard.release();
            return Enlisted::Yes;
        }
        // SAFETY: as above.
        unsafe { self.enlist_sender_at(guard, waiter, rank, tail, head) }
    }

    /// As `enlist_sender_locked`, after a look at these words.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    #[cold]
    #[inline(never)]
    unsafe fn enlist_sender_at(&self, mut guard: Guard<'_, T>, waiter: &Waiter, rank: Rank, tail: u64, head: u64) -> Enlisted {
        let room = self.ring.distance(tail, head) < self.ring.cap();
        let full = !room || self.ring.tail_is_held(tail);
        // A slot that was given up, and is the first now, is room.
        if full && tail & CLOSED == 0 && !self.skip() {
            if room {
                guard.forget_told(false); // as in `enlist_receiver_locked`
            }
            // SAFETY: the caller's promise.
            guard.with(|lists| unsafe { rank.push(&mut lists.tx, waiter) });
            guard.release();
            return Enlisted::Yes;
        }
        if guard.with(|lists| lists.tx.is_empty()) {
            self.ring.head_clear(WAITED);
        }
        if tail & CLOSED != 0 {
            Enlisted::Closed
        } else {
            Enlisted::Again
        }
    }

    /// Takes a sender that gave up out of the queue.
    pub(super) fn withdraw_sender(&self, waiter: &Waiter) {
        self.withdraw_waiter(true, waiter, None);
    }
}
