//! Capacity 0: the value goes from the sender's frame to the receiver's.
//!
//! ```text
//!   alone:   first to come    look ─ nobody there ─ sit down with a place ─ wait on the claim ─────────────────────────▶ DONE
//!            second to come   look ─ the first sits ─ have it rise ─ move the value ─ DONE ─ wake
//!
//!   others:  first to come    lock ─ nobody there ─ enlist with a place ─ unlock ─ wait on the claim ──────────────────▶ DONE
//!            second to come   lock ─ choose and claim the first ─ move the value ─ DONE ─ unlock ─ wake
//! ```
//! A large value moves after the unlock, which wakes nobody then.
//!
//! To meet alone takes three exchanges in place of five, and none after DONE, when the peer comes to that line for the next value (spsc_0 393 to 294 ns; more
//! in `docs/tuning.md`). The frame is made before the look: its line, which the peer had last, then travels together with the lock's. Once a select that does
//! not wait has looked at a channel, nobody sits there any more: its waiters are counted (`wait::seat`, 4).
//!
//! 1. Whenever the lock is free, at most one of the two queues has undecided waiters with a place (but for the arms of one select, which do not meet each
//!    other).
//! 2. Who wins a claim, or has a peer rise, owns the place until it says what was decided. A sender's place is full until then, a receiver's empty; after
//!    DONE it is the other way round.
//! 3. A waiter without a place is never served, only told to try itself: see `lazy`.
//! 4. So a send returns `Ok` only after one receive operation has its value.
//! 5. Who sits is enlisted by the next that takes the lock, and waits on in its turn. Who gives up rises, or takes its waiter out under the lock; if it can
//!    do neither, a peer is just deciding.

#![allow(unsafe_code)] // the value's way from frame to frame

use super::frame::Frame;
use super::frame::Place;
use super::{Chan, Guard, Lists, Rank};
use crate::error::{RecvTimeoutError, SendTimeoutError};
use crate::sync::{Deadline, MODEL};
use crate::wait::queue::Chosen;
use crate::wait::seat::Serving;
use crate::wait::{crowd, partner, wake, Claim, Phase, Waiter};
use core::ptr;

/// Gives the value to a receiver that was chosen, and wakes it. No lock is held.
#[inline]
pub(super) fn give_to<T>(receiver: Chosen, value: T) {
    // SAFETY: a receiver's place of this channel, hence a `Place<T>`; it is ours and empty from the claim to `done` (invariant 2).
    unsafe { (*receiver.place.cast::<Place<T>>()).put(value) };
    wake(receiver.won.done());
}

/// Takes the value of a sender that was chosen, and wakes it. No lock is held.
#[inline]
pub(super) fn take_from<T>(sender: Chosen) -> T {
    // SAFETY: a sender's place of this channel, hence a `Place<T>`; it is ours and full from the claim to `done` (invariant 2).
    let value = unsafe { (*sender.place.cast::<Place<T>>()).take() };
    // The value is safe in this frame if the waker panics: it is dropped by the unwinding, as a receiver's is.
    wake(sender.won.done());
    value
}

/// A value up to this size moves under the lock: then the peer, which is looking, hardly ever sees the claim without its end, for which it would have to look,
/// and the cache line to travel, once more. A longer copy is not worth holding others up.
///
/// Up to this size a value is also sent and received for others (`serve`), and handed to a call that is not inlined (`send`, `recv`): a larger one would be
/// copied once more for that.
pub(super) const SMALL: usize = if MODEL { size_of::<i32>() } else { 256 };

/// As `give_to`, for who holds the lock. Nobody is woken before it is released, nor before the receiver has its value.
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
    wake(waker);
}

/// As `take_from`, for who holds the lock. Nobody is woken before it is released, nor before the sender is done.
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
    wake(waker);
    value
}

/// What an operation of capacity 0 found.
enum Pairing<'a, T> {
    /// A peer that sat, and is ours now.
    Seated(Serving),
    /// Nobody at all: sit down.
    Vacant,
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
    /// The address by which `partner` and `crowd` know it.
    #[inline(always)]
    pub(super) fn address(&self) -> *const () {
        ptr::from_ref(self).cast()
    }

    /// Looks for a peer, without the lock where that will do. Where there is nobody, who `may_sit` is told to (`Vacant`).
    #[inline(always)]
    fn pair(&self, sending: bool, may_sit: bool, deadline: Deadline) -> Pairing<'_, T> {
        let lock = &self.cold.lock;
        lock.fetch_early();
        crowd::count(self.address());
        partner::expect(self.address(), size_of::<T>());
        if let Some(seen) = lock.look() {
            if let Some(peer) = seen.seated(!sending) {
                partner::remember(self.address(), peer.line());
                if let Some(peer) = if sending { self.serve_receiver(peer) } else { lock.serve_seated(peer) } {
                    return Pairing::Seated(peer);
                }
            } else if may_sit && seen.is_vacant() && !deadline.expired() {
                return Pairing::Vacant;
            }
        }
        self.pair_locked(sending, deadline)
    }

    #[inline(always)]
    fn pair_locked(&self, sending: bool, deadline: Deadline) -> Pairing<'_, T> {
        let mut guard = self.lock_in_turn(sending, deadline);
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

    /// `send` at capacity 0, in a call of its own: else its frame would be set up for sends through the ring, too. A large value, which would be copied for the
    /// call, is better given inline.
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

    /// `recv` at capacity 0, in a call of its own, as `give_apart`.
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
        // A large value is copied into the frame only if it has to wait there.
        let value = match size_of::<T>() > SMALL {
            true => match self.give_to_who_waits(value, deadline) {
                Ok(given) => return given,
                Err(value) => value,
            },
            false => value,
        };
        let mut frame = Frame::new(Place::holding(value));
        frame.settle();
        let Frame { claim, waiter, place, .. } = &frame;
        let (mut rank, mut may_sit) = (Rank::Last, true);
        loop {
            // SAFETY: of each `take` here: the place is full, and ours, as it has not waited, or waited without a transfer (invariant 2); it is left for good.
            let waits = match self.pair(true, may_sit, deadline) {
                Pairing::Seated(receiver) => {
                    // SAFETY: as above.
                    self.give_to_risen(receiver, unsafe { place.take() });
                    return Ok(());
                }
                Pairing::With(guard, receiver) => {
                    // SAFETY: as above.
                    give_releasing(guard, receiver, unsafe { place.take() });
                    return Ok(());
                }
                // SAFETY: as above.
                Pairing::Closed | Pairing::Stashed(_) => return Err(SendTimeoutError::Disconnected(unsafe { place.take() })),
                // SAFETY: as above.
                Pairing::Expired => return Err(SendTimeoutError::Timeout(unsafe { place.take() })),
                // SAFETY: in no queue; this frame stays until the claim is decided, below, or we have given up, and taken the waiter out.
                Pairing::Vacant => unsafe { self.sit(waiter, true) },
                // SAFETY: as above.
                Pairing::Nobody(guard) => unsafe { self.enlist(guard, waiter, claim, true, rank) },
            };
            if waits {
                match self.meet_or_leave(waiter, claim, true, deadline) {
                    Phase::Done(_) => return Ok(()),
                    // SAFETY: full, and ours again: decided without a transfer (invariant 2).
                    Phase::Dead => return Err(SendTimeoutError::Timeout(unsafe { place.take() })),
                    Phase::Ready(_) => {} // a select had won us and gave up
                    // SAFETY: as above.
                    _ => return Err(SendTimeoutError::Disconnected(unsafe { place.take() })),
                }
                claim.reopen();
                rank = Rank::First;
            }
            may_sit = false; // who could not, enlists
        }
    }

    /// The value comes back if nobody waits.
    fn give_to_who_waits(&self, value: T, deadline: Deadline) -> Result<Result<(), SendTimeoutError<T>>, T> {
        match self.pair(true, true, deadline) {
            Pairing::Seated(receiver) => self.give_to_risen(receiver, value),
            Pairing::With(guard, receiver) => give_releasing(guard, receiver, value),
            Pairing::Closed | Pairing::Stashed(_) => return Ok(Err(SendTimeoutError::Disconnected(value))),
            Pairing::Expired => return Ok(Err(SendTimeoutError::Timeout(value))),
            Pairing::Vacant | Pairing::Nobody(_) => return Err(value),
        }
        Ok(Ok(()))
    }

    /// `recv` at capacity 0.
    #[inline]
    pub(super) fn accept(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        let mut frame = Frame::new(Place::<T>::empty());
        frame.settle();
        let Frame { claim, waiter, place, .. } = &frame;
        let (mut rank, mut may_sit) = (Rank::Last, true);
        loop {
            let waits = match self.pair(false, may_sit, deadline) {
                Pairing::Seated(sender) => return Ok(self.take_from_risen(sender)),
                Pairing::With(guard, sender) => return Ok(take_releasing(guard, sender)),
                Pairing::Stashed(value) => return Ok(value),
                Pairing::Closed => return Err(RecvTimeoutError::Disconnected),
                Pairing::Expired => return self.fetch_at_last(),
                // SAFETY: as in `give`.
                Pairing::Vacant => unsafe { self.sit(waiter, false) },
                // SAFETY: as in `give`.
                Pairing::Nobody(guard) => unsafe { self.enlist(guard, waiter, claim, false, rank) },
            };
            if waits {
                match self.meet_or_leave(waiter, claim, false, deadline) {
                    // SAFETY: DONE, seen with Acquire: a sender has filled the place and left it (invariant 2).
                    Phase::Done(_) => return Ok(unsafe { place.take() }),
                    Phase::Dead => return Err(RecvTimeoutError::Timeout),
                    Phase::Ready(_) => {} // a select had won us and gave up
                    _ => return Err(RecvTimeoutError::Disconnected),
                }
                claim.reopen();
                rank = Rank::First;
            }
            may_sit = false; // who could not, enlists
        }
    }

    /// At capacity 0: enlists, and releases. Answers that it waits now.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    #[inline(always)]
    pub(super) unsafe fn enlist(&self, mut guard: Guard<'_, T>, waiter: &Waiter, claim: &Claim, sending: bool, rank: Rank) -> bool {
        // SAFETY: the caller's promise.
        guard.with(|lists| unsafe { rank.push(lists.of(sending), waiter) });
        self.count_enlisted();
        self.release_calling_lazy(guard, sending, claim);
        true
    }

    /// Waits, awake and then asleep, until the claim of a single operation of capacity 0 is decided. `Dead`: the deadline decided it; the waiter is out.
    #[inline(never)]
    fn meet_or_leave(&self, waiter: &Waiter, claim: &Claim, sending: bool, deadline: Deadline) -> Phase {
        let (spin, decided) = (self.spin(sending), || !claim.phase().is_waiting());
        let _ = spin.comes_soon(decided) || spin.wait(deadline, decided);
        let mut phase = claim.settle(claim.phase());
        if phase.is_waiting() {
            phase = claim.sleep_unless(deadline, || self.leave(waiter, sending));
        }
        self.cold.step.take();
        if phase.is_waiting() {
            phase = Phase::Dead;
        }
        phase
    }
}
