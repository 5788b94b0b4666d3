//! Capacity 0: the value goes from the sender's frame to the receiver's.
//!
//! ```text
//!   first to come:   lock ─ nobody there ─ enlist with a place ─ unlock ─ wait on the claim ───────────▶ DONE
//!   second to come:  lock ─ choose and claim the first ─ unlock ─ move the value ─ finish(DONE) ─ wake
//! ```
//!
//! 1. Under the lock at most one of the two queues has waiters whose claims are undecided.
//! 2. Who wins a claim owns the place until `finish`. A sender's place is full until then, a receiver's empty; after DONE it is the other
//!    way round.
//! 3. So a send returns `Ok` only after one receive operation has its value.

#![allow(unsafe_code)] // the value's way from frame to frame

use super::Chan;
use crate::error::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use crate::sync::{Cell, Deadline};
use crate::wait::lock::{HAS_RX, HAS_TX};
use crate::wait::queue::Chosen;
use crate::wait::{Claim, Phase, Spin, Waiter};
use core::mem::MaybeUninit;

/// Where a value leaves from or arrives.
struct Place<T>(Cell<MaybeUninit<T>>);

impl<T> Place<T> {
    fn empty() -> Place<T> {
        Place(Cell::new(MaybeUninit::uninit()))
    }

    fn holding(value: T) -> Place<T> {
        Place(Cell::new(MaybeUninit::new(value)))
    }

    fn erased(&self) -> *mut () {
        (self as *const Place<T>).cast_mut().cast()
    }

    /// # Safety
    /// The caller owns the place (invariant 2) and it is full.
    unsafe fn take(&self) -> T {
        // SAFETY: the caller's promise.
        self.0.with_mut(|place| unsafe { (*place).assume_init_read() })
    }

    /// # Safety
    /// The caller owns the place (invariant 2) and it is empty.
    unsafe fn put(&self, value: T) {
        // SAFETY: the caller's promise.
        self.0.with_mut(|place| unsafe {
            (*place).write(value);
        });
    }
}

/// Gives the value to a receiver that was chosen, and wakes it. No lock is held.
#[inline]
fn give_to<T>(receiver: Chosen, value: T) {
    // SAFETY: a receiver's place of this channel, hence a `Place<T>`; it is ours and empty from the claim to `done` (invariant 2).
    unsafe { (*receiver.place.cast::<Place<T>>()).put(value) };
    if let Some(waker) = receiver.won.done() {
        waker.wake();
    }
}

/// Takes the value of a sender that was chosen, and wakes it. No lock is held.
#[inline]
fn take_from<T>(sender: Chosen) -> T {
    // SAFETY: a sender's place of this channel, hence a `Place<T>`; it is ours and full from the claim to `done` (invariant 2).
    let value = unsafe { (*sender.place.cast::<Place<T>>()).take() };
    if let Some(waker) = sender.won.done() {
        // The value is safe in this frame if the waker panics: it is dropped by the unwinding, as a receiver's is.
        waker.wake();
    }
    value
}

impl<T> Chan<T> {
    /// `send` at capacity 0.
    pub(super) fn give(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        let mut guard = self.lock();
        if self.is_closed() {
            drop(guard);
            return Err(SendTimeoutError::Disconnected(value));
        }
        if let Some(receiver) = guard.with(|lists| lists.rx.choose()) {
            drop(guard);
            give_to(receiver, value);
            return Ok(());
        }
        if deadline.expired() {
            drop(guard);
            return Err(SendTimeoutError::Timeout(value));
        }
        let place = Place::holding(value);
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, place.erased());
        // SAFETY: in no queue yet; this frame stays until the claim is decided, below, and who gives up takes the waiter out.
        guard.with(|lists| unsafe { lists.tx.push_back(&waiter) });
        drop(guard);
        match self.meet(&claim, &self.ring.tail.mate, deadline) {
            Phase::Done(_) => Ok(()),
            Phase::Dead => {
                self.withdraw_sender(&waiter);
                // SAFETY: decided without a transfer: the place is ours again and still full (invariant 2).
                Err(SendTimeoutError::Timeout(unsafe { place.take() }))
            }
            // SAFETY: as above.
            _ => Err(SendTimeoutError::Disconnected(unsafe { place.take() })),
        }
    }

    /// `recv` at capacity 0.
    pub(super) fn accept(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        let mut guard = self.lock();
        if self.is_closed() {
            return Err(RecvTimeoutError::Disconnected);
        }
        if let Some(sender) = guard.with(|lists| lists.tx.choose()) {
            drop(guard);
            return Ok(take_from(sender));
        }
        if deadline.expired() {
            return Err(RecvTimeoutError::Timeout);
        }
        let place = Place::<T>::empty();
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, place.erased());
        // SAFETY: as in `give`.
        guard.with(|lists| unsafe { lists.rx.push_back(&waiter) });
        drop(guard);
        match self.meet(&claim, &self.ring.head.mate, deadline) {
            // SAFETY: DONE, seen with Acquire: a sender has filled the place and left it (invariant 2).
            Phase::Done(_) => Ok(unsafe { place.take() }),
            Phase::Dead => {
                self.withdraw_receiver(&waiter);
                Err(RecvTimeoutError::Timeout)
            }
            _ => Err(RecvTimeoutError::Disconnected),
        }
    }

    /// Waits, awake and then asleep, until the claim is decided. `Dead`: the deadline decided it.
    fn meet(&self, claim: &Claim, spin: &Spin, deadline: Deadline) -> Phase {
        spin.wait(|| !claim.phase().is_waiting());
        let mut phase = claim.settle(claim.phase());
        if phase.is_waiting() {
            phase = claim.sleep(deadline);
        }
        if phase.is_waiting() {
            phase = match claim.withdraw() {
                Ok(()) => Phase::Dead,
                Err(phase) => claim.settle(phase),
            };
        }
        phase
    }

    /// `try_send` at capacity 0: only if a receiver waits.
    pub(super) fn offer(&self, value: T) -> Result<(), TrySendError<T>> {
        let refusal = |value| match self.is_closed() {
            true => Err(TrySendError::Disconnected(value)),
            false => Err(TrySendError::Full(value)),
        };
        if self.cold.lock.hints().is_some_and(|hints| hints & HAS_RX == 0) {
            return refusal(value);
        }
        let Some(mut guard) = self.try_lock() else { return refusal(value) };
        if self.is_closed() {
            drop(guard);
            return Err(TrySendError::Disconnected(value));
        }
        match guard.with(|lists| lists.rx.choose()) {
            Some(receiver) => {
                drop(guard);
                give_to(receiver, value);
                Ok(())
            }
            None => {
                drop(guard);
                Err(TrySendError::Full(value))
            }
        }
    }

    /// `try_recv` at capacity 0: only if a sender waits.
    pub(super) fn fetch(&self) -> Result<T, TryRecvError> {
        let refusal = || match self.is_closed() {
            true => Err(TryRecvError::Disconnected),
            false => Err(TryRecvError::Empty),
        };
        if self.cold.lock.hints().is_some_and(|hints| hints & HAS_TX == 0) {
            return refusal();
        }
        let Some(mut guard) = self.try_lock() else { return refusal() };
        if self.is_closed() {
            drop(guard);
            return Err(TryRecvError::Disconnected);
        }
        match guard.with(|lists| lists.tx.choose()) {
            Some(sender) => {
                drop(guard);
                Ok(take_from(sender))
            }
            None => {
                drop(guard);
                refusal()
            }
        }
    }
}
