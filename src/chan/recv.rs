//! Receiving from the ring: at once if a value is there, else after a wait.

#![allow(unsafe_code)] // enlisting a waiter of this frame

use super::{Chan, Enlisted, Turn};
use crate::error::{RecvTimeoutError, TryRecvError};
use crate::ring::position::{CLOSED, SPILLED, WAITED, WAKING};
use crate::ring::NoValue;
use crate::sync::Deadline;
use crate::wait::lock::{WAKE_RX, WAKE_TX};
use crate::wait::spin::Lag;
use crate::wait::{Claim, Patience, Phase, Waiter};
use core::ptr;

/// What an exact look at an empty-looking ring says.
pub(super) enum Look {
    /// No value, and the channel is open.
    Empty,
    /// No value, and none will come.
    Closed,
    /// A value is being copied in, or waits behind the ring.
    Coming,
}

impl<T> Chan<T> {
    #[inline(always)]
    pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
        if self.is_rendezvous() {
            return self.fetch();
        }
        match self.take_first() {
            Some(value) => Ok(value),
            None => self.try_recv_slow(),
        }
    }

    /// Whether the ring, where nothing could be taken, is empty; or what came meanwhile.
    #[inline(never)]
    fn try_recv_slow(&self) -> Result<T, TryRecvError> {
        let mut lag = Lag::new();
        loop {
            match self.look() {
                Look::Closed => return Err(TryRecvError::Disconnected),
                Look::Empty => return Err(TryRecvError::Empty),
                Look::Coming if self.unspill(Some(Patience::Thread)) || lag.wait_bounded(Patience::Thread) => {}
                Look::Coming => return Err(TryRecvError::Empty),
            }
            if let Some(value) = self.take_first() {
                return Ok(value);
            }
        }
    }

    /// Pops, and sees to the senders that wait.
    #[inline(always)]
    pub(super) fn take_first(&self) -> Option<T> {
        match self.ring.pop() {
            Ok((value, head)) => {
                self.after_pop(head);
                Some(value)
            }
            Err(NoValue::Yet) => None,
            Err(NoValue::GivenUp) => self.skip_and_take(),
        }
    }

    /// Passes over slots that were given up; each is room for a sender. Answers whether there were any.
    #[cold]
    pub(super) fn skip(&self) -> bool {
        let mut any = false;
        while let Some(head) = self.ring.skip() {
            any = true;
            if head & (WAITED | WAKING) == WAITED {
                self.request(WAKE_TX);
            }
        }
        any
    }

    #[cold]
    #[inline(never)]
    fn skip_and_take(&self) -> Option<T> {
        self.skip();
        self.take_first()
    }

    #[inline]
    pub(super) fn look(&self) -> Look {
        let (tail, head) = self.ring.words();
        if self.ring.position_of(tail) != self.ring.position_of(head) {
            // What is held is not there yet, even if the channel is closed.
            if self.ring.head_is_held(head) {
                Look::Empty
            } else {
                Look::Coming
            }
        } else if tail & SPILLED != 0 {
            Look::Coming
        } else if tail & CLOSED != 0 {
            Look::Closed
        } else {
            Look::Empty
        }
    }

    #[inline(always)]
    pub(crate) fn recv(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        if self.is_rendezvous() {
            return self.accept(deadline);
        }
        match self.take_first() {
            Some(value) => Ok(value),
            None => self.recv_slow(deadline),
        }
    }

    #[cold]
    #[inline(never)]
    fn recv_slow(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        let mut turn = Turn::Last;
        let mut lag = Lag::new();
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        loop {
            if deadline.expired() {
                return self.try_recv().map_err(|error| match error {
                    TryRecvError::Empty => RecvTimeoutError::Timeout,
                    TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
                });
            }
            let spin = &self.ring.head.mate;
            let ready = || self.ring.may_pop();
            if self.unspill(None) || spin.gap(self.ring.head_hint(), ready) || spin.wait(ready) {
                match self.take_first() {
                    Some(value) => return Ok(value),
                    None => continue,
                }
            }
            // SAFETY: the waiter is in no queue, and this frame stays until it was claimed or taken out again, below.
            match unsafe { self.enlist_receiver(&waiter, turn, None) } {
                Enlisted::Closed => return Err(RecvTimeoutError::Disconnected),
                Enlisted::Again | Enlisted::Busy => {
                    if !self.unspill(None) && !self.ring.may_pop() {
                        lag.wait();
                    }
                    match self.take_first() {
                        Some(value) => return Ok(value),
                        None => continue,
                    }
                }
                Enlisted::Yes => {}
            }
            let mut phase = claim.sleep(deadline);
            let timed_out = phase.is_waiting();
            if timed_out {
                phase = match claim.withdraw() {
                    Ok(()) => {
                        self.withdraw_receiver(&waiter);
                        return Err(RecvTimeoutError::Timeout);
                    }
                    Err(phase) => claim.settle(phase),
                };
            }
            if let Phase::Ready(_) = phase {
                if let Some(value) = self.recv_woken() {
                    return Ok(value);
                }
                if timed_out {
                    return Err(RecvTimeoutError::Timeout);
                }
                turn = Turn::First;
            }
            claim.reopen(); // and if it was closed, what is left is to be received first
        }
    }

    /// Discharges a wake-up (invariant 2): clears WAKING, looks, and passes the wake-up on if values are left.
    pub(super) fn recv_woken(&self) -> Option<T> {
        let tail = self.ring.tail_clear(WAKING);
        let value = self.take_first();
        // With or without a value: senders that saw WAKING left the others to us.
        if tail & WAITED != 0 && !matches!(self.look(), Look::Empty) {
            self.request(WAKE_RX);
        }
        value
    }

    /// Enlists a receiver if there is nothing to receive.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    pub(super) unsafe fn enlist_receiver(&self, waiter: &Waiter, turn: Turn, patience: Option<Patience>) -> Enlisted {
        let Some(mut guard) = self.lock_within(patience) else { return Enlisted::Busy };
        let tail = self.ring.tail_set(WAITED);
        let head = self.ring.head_set(0); // an RMW, so the latest
        let empty = self.ring.distance(tail, head) == 0 && tail & SPILLED == 0;
        // What is held comes, or is given up, even if the channel is closed.
        if (empty && tail & CLOSED == 0) || self.ring.head_is_held(head) {
            // SAFETY: the caller's promise.
            guard.with(|lists| unsafe { turn.push(&mut lists.rx, waiter) });
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
        self.withdraw_receiver_within(waiter, None);
    }

    /// As `withdraw_receiver`; `false` if the lock could not be had in time.
    pub(super) fn withdraw_receiver_within(&self, waiter: &Waiter, patience: Option<Patience>) -> bool {
        let Some(mut guard) = self.lock_within(patience) else { return false };
        // SAFETY: it was enlisted in this queue, or has left it.
        let empty = guard.with(|lists| unsafe {
            lists.rx.remove(waiter);
            lists.rx.is_empty()
        });
        if empty && !self.is_rendezvous() {
            self.ring.tail_clear(WAITED);
        }
        true
    }
}
