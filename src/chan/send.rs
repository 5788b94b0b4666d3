//! Sending through the ring: at once if there is room, else after a wait.

#![allow(unsafe_code)] // enlisting a waiter of this frame

use super::{Chan, Enlisted, Turn};
use crate::error::{SendTimeoutError, TrySendError};
use crate::ring::position::{CLOSED, WAITED, WAKING};
use crate::ring::Refused;
use crate::sync::Deadline;
use crate::wait::lock::WAKE_TX;
use crate::wait::spin::Lag;
use crate::wait::{Claim, Patience, Phase, Waiter};
use core::ptr;

impl<T> Chan<T> {
    #[inline(always)]
    pub(crate) fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        if self.is_rendezvous() {
            return self.offer(value);
        }
        match self.ring.push(value) {
            Ok(flags) => {
                self.after_push(flags);
                Ok(())
            }
            Err((value, refused)) => self.try_send_slow(value, refused),
        }
    }

    /// Whether the ring, which refused the value, is full or closed; or room that came meanwhile.
    #[inline(never)]
    fn try_send_slow(&self, value: T, refused: Refused) -> Result<(), TrySendError<T>> {
        let (mut value, mut refused) = (value, refused);
        let mut lag = Lag::new();
        loop {
            if refused == Refused::Closed {
                return Err(TrySendError::Disconnected(value));
            }
            if self.cold.unbounded {
                return self.spill(value).map_err(TrySendError::from);
            }
            // Full by its slot. If not by the positions, a receiver is leaving the slot just now.
            if self.is_full() || !lag.wait_bounded(Patience::Thread) {
                return Err(TrySendError::Full(value));
            }
            match self.ring.push(value) {
                Ok(flags) => {
                    self.after_push(flags);
                    return Ok(());
                }
                Err(again) => (value, refused) = again,
            }
        }
    }

    #[inline(always)]
    pub(crate) fn send(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        if self.is_rendezvous() {
            return self.give(value, deadline);
        }
        match self.ring.push(value) {
            Ok(flags) => {
                self.after_push(flags);
                Ok(())
            }
            Err((value, refused)) => self.send_slow(value, refused, deadline),
        }
    }

    #[cold]
    #[inline(never)]
    fn send_slow(&self, value: T, refused: Refused, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        if refused == Refused::Closed {
            return Err(SendTimeoutError::Disconnected(value));
        }
        if self.cold.unbounded {
            return self.spill(value).map_err(SendTimeoutError::from);
        }
        let mut value = value;
        let mut turn = Turn::Last;
        let mut lag = Lag::new();
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        loop {
            if deadline.expired() {
                return self.try_send(value).map_err(|error| match error {
                    TrySendError::Full(value) => SendTimeoutError::Timeout(value),
                    TrySendError::Disconnected(value) => SendTimeoutError::Disconnected(value),
                });
            }
            let spin = &self.ring.tail.mate;
            let ready = || self.ring.may_push();
            if spin.gap(self.ring.tail_hint(), ready) || spin.wait(ready) {
                match self.ring.push(value) {
                    Ok(flags) => {
                        self.after_push(flags);
                        return Ok(());
                    }
                    Err((back, Refused::Closed)) => return Err(SendTimeoutError::Disconnected(back)),
                    Err((back, _)) => value = back,
                }
                continue;
            }
            // SAFETY: the waiter is in no queue, and this frame stays until it was claimed or taken out again, below.
            match unsafe { self.enlist_sender(&waiter, turn, None) } {
                Enlisted::Closed => return Err(SendTimeoutError::Disconnected(value)),
                Enlisted::Again | Enlisted::Busy => {
                    if !self.ring.may_push() {
                        lag.wait();
                    }
                    match self.ring.push(value) {
                        Ok(flags) => {
                            self.after_push(flags);
                            return Ok(());
                        }
                        Err((back, Refused::Closed)) => return Err(SendTimeoutError::Disconnected(back)),
                        Err((back, _)) => value = back,
                    }
                    continue;
                }
                Enlisted::Yes => {}
            }
            let mut phase = claim.sleep(deadline);
            let timed_out = phase.is_waiting();
            if timed_out {
                phase = match claim.withdraw() {
                    Ok(()) => {
                        self.withdraw_sender(&waiter);
                        return Err(SendTimeoutError::Timeout(value));
                    }
                    Err(phase) => claim.settle(phase),
                };
            }
            match phase {
                Phase::Ready(_) => match self.send_woken(value) {
                    Ok(()) => return Ok(()),
                    Err(SendTimeoutError::Timeout(back)) if !timed_out => value = back,
                    Err(error) => return Err(error),
                },
                _ => return Err(SendTimeoutError::Disconnected(value)), // closed
            }
            turn = Turn::First;
            claim.reopen();
        }
    }

    /// Discharges a wake-up (invariant 2): clears WAKING, tries again, and passes the wake-up on if room is left.
    pub(super) fn send_woken(&self, value: T) -> Result<(), SendTimeoutError<T>> {
        let head = self.ring.head_clear(WAKING);
        let result = match self.ring.push(value) {
            Ok(flags) => {
                self.after_push(flags);
                Ok(())
            }
            Err((back, Refused::Closed)) => Err(SendTimeoutError::Disconnected(back)),
            Err((back, _)) => Err(SendTimeoutError::Timeout(back)),
        };
        // With or without success: receivers that saw WAKING left the others to us.
        if head & WAITED != 0 && !self.is_full() {
            self.request(WAKE_TX);
        }
        result
    }

    /// Whether every place is taken, by the positions.
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
    pub(super) unsafe fn enlist_sender(&self, waiter: &Waiter, turn: Turn, patience: Option<Patience>) -> Enlisted {
        let Some(mut guard) = self.lock_within(patience) else { return Enlisted::Busy };
        let head = self.ring.head_set(WAITED);
        let tail = self.ring.tail_set(0); // an RMW, so the latest
        let full = self.ring.distance(tail, head) >= self.ring.cap() || self.ring.tail_is_held(tail);
        // A place given up that has become the first is room.
        if full && tail & CLOSED == 0 && !self.skip() {
            // SAFETY: the caller's promise.
            guard.with(|lists| unsafe { turn.push(&mut lists.tx, waiter) });
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
        self.withdraw_sender_within(waiter, None);
    }

    /// As `withdraw_sender`; `false` if the lock could not be had in time.
    pub(super) fn withdraw_sender_within(&self, waiter: &Waiter, patience: Option<Patience>) -> bool {
        let Some(mut guard) = self.lock_within(patience) else { return false };
        // SAFETY: it was enlisted in this queue, or has left it.
        let empty = guard.with(|lists| unsafe {
            lists.tx.remove(waiter);
            lists.tx.is_empty()
        });
        if empty && !self.is_rendezvous() {
            self.ring.head_clear(WAITED);
        }
        true
    }
}
