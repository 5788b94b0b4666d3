//! Capacity 0: the value goes from the sender's frame to the receiver's.
//!
//! ```text
//!   first to come:   lock ─ nobody there ─ enlist with a place ─ unlock ─ wait on the claim ───────────▶ DONE
//!   second to come:  lock ─ choose and claim the first ─ move the value ─ finish(DONE) ─ unlock ─ wake
//! ```
//! A large value moves after the unlock, which wakes nobody then.
//!
//! 1. Under the lock at most one of the two queues has waiters whose claims are undecided.
//! 2. Who wins a claim owns the place until `finish`. A sender's place is full until then, a receiver's empty; after DONE it is the other
//!    way round.
//! 3. A waiter without a place is never served, only told to try itself: see `lazy`.
//! 4. So a send returns `Ok` only after one receive operation has its value.

#![allow(unsafe_code)] // the value's way from frame to frame

use super::frame::Frame;
use super::frame::Place;
use super::{Chan, Guard, Lists, Turn};
use crate::error::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use crate::sync::{Deadline, MODEL};
use crate::wait::lock::{HAS_RX, HAS_TX};
use crate::wait::queue::Chosen;
use crate::wait::{partner, Claim, Patience, Phase, Spin};
use core::ptr;

/// Gives the value to a receiver that was chosen, and wakes it. No lock is held.
#[inline]
pub(super) fn give_to<T>(receiver: Chosen, value: T) {
    // SAFETY: a receiver's place of this channel, hence a `Place<T>`; it is ours and empty from the claim to `done` (invariant 2).
    unsafe { (*receiver.place.cast::<Place<T>>()).put(value) };
    if let Some(waker) = receiver.won.done() {
        waker.wake();
    }
}

/// Takes the value of a sender that was chosen, and wakes it. No lock is held.
#[inline]
pub(super) fn take_from<T>(sender: Chosen) -> T {
    // SAFETY: a sender's place of this channel, hence a `Place<T>`; it is ours and full from the claim to `done` (invariant 2).
    let value = unsafe { (*sender.place.cast::<Place<T>>()).take() };
    if let Some(waker) = sender.won.done() {
        // The value is safe in this frame if the waker panics: it is dropped by the unwinding, as a receiver's is.
        waker.wake();
    }
    value
}

/// A value up to this size moves under the lock: the peer, which is looking, hardly ever sees the claim without its end, after which it would
/// have to look, and the cache line to travel, once more. A longer copy is not worth holding others up.
pub(super) const SMALL: usize = if MODEL { size_of::<i32>() } else { 256 };

/// As `give_to`, for who holds the lock, and releases it before anybody is woken; nor is anybody woken before the receiver has its value.
#[inline(always)]
pub(super) fn give_releasing<T>(guard: Guard<'_, T>, receiver: Chosen, value: T) {
    if size_of::<T>() > SMALL {
        let (chan, owed) = (guard.chan, guard.release_owing());
        give_to(receiver, value);
        return chan.ask_again(owed);
    }
    // SAFETY: as in `give_to`.
    unsafe { (*receiver.place.cast::<Place<T>>()).put(value) };
    let waker = receiver.won.done();
    drop(guard);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// As `take_from`, for who holds the lock, and releases it before anybody is woken; nor is anybody woken before the sender is done.
#[inline(always)]
pub(super) fn take_releasing<T>(guard: Guard<'_, T>, sender: Chosen) -> T {
    if size_of::<T>() > SMALL {
        let (chan, owed) = (guard.chan, guard.release_owing());
        let value = take_from(sender);
        chan.ask_again(owed);
        return value;
    }
    // SAFETY: as in `take_from`.
    let value = unsafe { (*sender.place.cast::<Place<T>>()).take() };
    let waker = sender.won.done();
    drop(guard);
    if let Some(waker) = waker {
        waker.wake();
    }
    value
}

/// What an operation of capacity 0 found under the lock.
enum Pairing<'a, T> {
    /// A peer that is ours now.
    With(Guard<'a, T>, Chosen),
    /// A value without its sender.
    Stashed(T),
    /// Nobody: enlist.
    Nobody(Guard<'a, T>),
    Closed,
    Expired,
}

impl<T> Chan<T> {
    /// By which `partner` knows it.
    #[inline(always)]
    pub(super) fn address(&self) -> *const () {
        ptr::from_ref(self).cast()
    }

    #[inline(always)]
    fn pair(&self, sending: bool, deadline: Deadline) -> Pairing<'_, T> {
        partner::expect(self.address());
        let mut guard = self.lock();
        let stashed = if sending { None } else { guard.with(Lists::take_stashed) };
        if let Some(value) = stashed {
            return Pairing::Stashed(value);
        }
        if self.is_closed() {
            return Pairing::Closed;
        }
        let peer = guard.with(|lists| match sending {
            true => lists.rx.choose_receiver(ptr::null(), false, self.met()),
            false => lists.tx.choose_placed(ptr::null(), false),
        });
        match peer {
            Some(chosen) => {
                partner::remember(self.address(), chosen.won.line());
                Pairing::With(guard, chosen)
            }
            None if deadline.expired() => Pairing::Expired,
            None => Pairing::Nobody(guard),
        }
    }

    /// `send` at capacity 0, apart: else its frame would be set up for sends through the ring, too. Only a large value, which would be copied for the
    /// call, is better given here.
    #[inline]
    pub(super) fn give_apart(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        #[inline(never)]
        fn apart<T>(chan: &Chan<T>, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
            chan.give(value, deadline)
        }
        if size_of::<T>() > SMALL {
            return self.give(value, deadline);
        }
        apart(self, value, deadline)
    }

    /// `recv` at capacity 0, apart as `give_apart`.
    #[inline]
    pub(super) fn accept_apart(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        #[inline(never)]
        fn apart<T>(chan: &Chan<T>, deadline: Deadline) -> Result<T, RecvTimeoutError> {
            chan.accept(deadline)
        }
        if size_of::<T>() > SMALL {
            return self.accept(deadline);
        }
        apart(self, deadline)
    }

    /// `send` at capacity 0.
    #[inline]
    pub(super) fn give(&self, value: T, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        match self.pair(true, deadline) {
            Pairing::With(guard, receiver) => {
                give_releasing(guard, receiver, value);
                Ok(())
            }
            Pairing::Closed | Pairing::Stashed(_) => Err(SendTimeoutError::Disconnected(value)),
            Pairing::Expired => Err(SendTimeoutError::Timeout(value)),
            Pairing::Nobody(guard) => self.give_waiting(value, guard, deadline),
        }
    }

    fn give_waiting<'a>(&'a self, value: T, mut guard: Guard<'a, T>, deadline: Deadline) -> Result<(), SendTimeoutError<T>> {
        let mut frame = Frame::new(Place::holding(value));
        frame.settle();
        let Frame { claim, waiter, place, .. } = &frame;
        let mut turn = Turn::Last;
        loop {
            // SAFETY: in no queue; this frame stays until the claim is decided, below, and who gives up takes the waiter out.
            guard.with(|lists| unsafe { turn.push(&mut lists.tx, waiter) });
            self.count_enlisted();
            self.release_calling_lazy(guard, true, claim);
            // SAFETY, of each `take`: decided without a transfer, the place is ours again and still full (invariant 2); and it is left for good.
            match self.meet(claim, &self.ring.tail.mate, deadline) {
                Phase::Done(_) => return Ok(()),
                Phase::Dead => {
                    self.withdraw_sender(waiter);
                    // SAFETY: as above.
                    return Err(SendTimeoutError::Timeout(unsafe { place.take() }));
                }
                Phase::Ready(_) => {} // a select had won us and gave up
                // SAFETY: as above.
                _ => return Err(SendTimeoutError::Disconnected(unsafe { place.take() })),
            }
            claim.reopen();
            turn = Turn::First;
            guard = match self.pair(true, deadline) {
                Pairing::Nobody(guard) => guard,
                Pairing::With(guard, receiver) => {
                    // SAFETY: as above.
                    give_releasing(guard, receiver, unsafe { place.take() });
                    return Ok(());
                }
                // SAFETY: as above.
                Pairing::Closed | Pairing::Stashed(_) => return Err(SendTimeoutError::Disconnected(unsafe { place.take() })),
                // SAFETY: as above.
                Pairing::Expired => return Err(SendTimeoutError::Timeout(unsafe { place.take() })),
            };
        }
    }

    /// `recv` at capacity 0.
    #[inline]
    pub(super) fn accept(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        match self.pair(false, deadline) {
            Pairing::With(guard, sender) => Ok(take_releasing(guard, sender)),
            Pairing::Stashed(value) => Ok(value),
            Pairing::Closed => Err(RecvTimeoutError::Disconnected),
            Pairing::Expired => Err(RecvTimeoutError::Timeout),
            Pairing::Nobody(guard) => self.accept_waiting(guard, deadline),
        }
    }

    fn accept_waiting<'a>(&'a self, mut guard: Guard<'a, T>, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        let mut frame = Frame::new(Place::<T>::empty());
        frame.settle();
        let Frame { claim, waiter, place, .. } = &frame;
        let mut turn = Turn::Last;
        loop {
            // SAFETY: as in `give_waiting`.
            guard.with(|lists| unsafe { turn.push(&mut lists.rx, waiter) });
            self.count_enlisted();
            self.release_calling_lazy(guard, false, claim);
            match self.meet(claim, &self.ring.head.mate, deadline) {
                // SAFETY: DONE, seen with Acquire: a sender has filled the place and left it (invariant 2).
                Phase::Done(_) => return Ok(unsafe { place.take() }),
                Phase::Dead => {
                    self.withdraw_receiver(waiter);
                    return Err(RecvTimeoutError::Timeout);
                }
                Phase::Ready(_) => {} // a select had won us and gave up
                _ => return Err(RecvTimeoutError::Disconnected),
            }
            claim.reopen();
            turn = Turn::First;
            guard = match self.pair(false, deadline) {
                Pairing::Nobody(guard) => guard,
                Pairing::With(guard, sender) => return Ok(take_releasing(guard, sender)),
                Pairing::Stashed(value) => return Ok(value),
                Pairing::Closed => return Err(RecvTimeoutError::Disconnected),
                Pairing::Expired => return Err(RecvTimeoutError::Timeout),
            };
        }
    }

    /// Waits, awake and then asleep, until the claim is decided. `Dead`: the deadline decided it.
    pub(super) fn meet(&self, claim: &Claim, spin: &Spin, deadline: Deadline) -> Phase {
        spin.wait(deadline, || !claim.phase().is_waiting());
        self.decide(claim, deadline)
    }

    /// Sleeps until the claim is decided. `Dead`: the deadline decided it.
    pub(super) fn decide(&self, claim: &Claim, deadline: Deadline) -> Phase {
        let mut phase = claim.settle(claim.phase());
        if phase.is_waiting() {
            phase = claim.sleep(deadline);
        }
        self.cold.step.take();
        if phase.is_waiting() {
            phase = match claim.withdraw() {
                Ok(()) => Phase::Dead,
                Err(phase) => claim.settle(phase),
            };
        }
        phase
    }

    /// `try_send` at capacity 0: only if a receiver waits.
    #[inline(never)]
    pub(super) fn offer(&self, value: T) -> Result<(), TrySendError<T>> {
        let refusal = |value| match self.is_closed() {
            true => Err(TrySendError::Disconnected(value)),
            false => Err(TrySendError::Full(value)),
        };
        if self.cold.lock.hints().is_some_and(|hints| hints & HAS_RX == 0) {
            return refusal(value);
        }
        let Some(mut guard) = self.try_lock(Patience::Thread) else { return refusal(value) };
        if self.is_closed() {
            drop(guard);
            return Err(TrySendError::Disconnected(value));
        }
        match guard.with(|lists| lists.rx.choose_receiver(ptr::null(), false, self.met())) {
            Some(receiver) => {
                give_releasing(guard, receiver, value);
                Ok(())
            }
            None => {
                drop(guard);
                Err(TrySendError::Full(value))
            }
        }
    }

    /// `try_recv` at capacity 0: only if a sender waits.
    #[inline(never)]
    pub(super) fn fetch(&self) -> Result<T, TryRecvError> {
        let refusal = || match self.is_closed() {
            true => Err(TryRecvError::Disconnected),
            false => Err(TryRecvError::Empty),
        };
        if self.cold.lock.hints().is_some_and(|hints| hints & HAS_TX == 0) {
            return refusal();
        }
        let Some(mut guard) = self.try_lock(Patience::Thread) else { return refusal() };
        if let Some(value) = guard.with(Lists::take_stashed) {
            return Ok(value);
        }
        if self.is_closed() {
            drop(guard);
            return Err(TryRecvError::Disconnected);
        }
        match guard.with(|lists| lists.tx.choose_placed(ptr::null(), false)) {
            Some(sender) => Ok(take_releasing(guard, sender)),
            None if guard.with(|lists| lists.tx.is_empty()) => {
                drop(guard);
                Err(TryRecvError::Empty)
            }
            None => self.fetch_lazy(guard),
        }
    }
}
