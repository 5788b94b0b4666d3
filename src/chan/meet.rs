//! Capacity 0: how tasks meet that wait for one channel, by the short way: a look at the lock's word says what is to be done under the lock.
//!
//! ```text
//!   look:  somebody of the other side sits     ── serve it (`seat`)
//!          somebody of the other side waits    ── take the lock ─┬─ the first is a task: move the value, DONE ─ release ─ wake
//!                                                                └─ another: claim it ─ move the value, DONE ─ release ─ wake
//!          nobody of the other side            ── make a claim ─┬─ sit down
//!                                                               └─ take the lock ─ enlist ─ release ─ wait
//!          the lock is held, or anything else  ── make a claim ─ the common way (`solo`)
//! ```
//!
//! 1. The lock is taken by an exchange of the word that was seen; so what was seen still holds (`wait::seen`). Hence who enlists need not look for a peer, for
//!    one that has to be called, or for a value without its sender: the word says that there is none.
//! 2. A first waiter that is a task, asleep, waits for this channel alone: under the lock nobody else decides (`wait`, 7). So a small value moves there, and
//!    one store says so; its owner, which leaves under the lock only, never finds it taken out and undecided.
//! 3. Values without their senders are received first, and a closed channel ends all waits: a receive looks for both under the lock, in this order, a send and
//!    who enlists for the second. (Those who wait when it is closed are told later, some at a time; meanwhile nobody meets them. Whoever closes shuts the seat
//!    under the lock, too: so a receive, which has no other use for the tail, mostly leaves its cache line alone.)

#![allow(unsafe_code)] // the places of futures

use super::frame::Place;
use super::handoff::{give_releasing, take_releasing, SMALL};
use super::{Chan, Guard, Lists, Rank};
use crate::wait::lock::{HAS_RX, HAS_TX, PLACED_RX, PLACED_TX};
use crate::wait::seen::Seen;
use crate::wait::{wake, Phase, Waiter};
use core::mem::ManuallyDrop;
use core::ptr;

/// What came of the short way.
pub(crate) enum Met<R> {
    /// It was performed.
    Now(R),
    /// Nobody of the other side waits.
    Nobody(Seen),
    /// Take the common way.
    Unclear,
}

/// The hints of one side.
const fn hints_of(sending: bool) -> u64 {
    if sending {
        HAS_TX | PLACED_TX
    } else {
        HAS_RX | PLACED_RX
    }
}

impl<T> Chan<T> {
    /// At capacity 0: receives from a task, if one waits first.
    #[inline(always)]
    pub(crate) fn accept_shortly(&self) -> Met<T> {
        let Some(seen) = self.cold.lock.look() else { return Met::Unclear };
        if seen.hints() & HAS_TX == 0 {
            return Met::Nobody(seen);
        }
        if let Some(sender) = seen.seated(true) {
            return self.take_from_seated(sender).map_or(Met::Unclear, Met::Now);
        }
        if !self.cold.lock.take_seen(seen) {
            return Met::Unclear;
        }
        // SAFETY: taken just now; nobody sat, as the word said that a peer waits in the queue.
        let mut guard = unsafe { Guard::assume_held(self) };
        let first = guard.with(|lists| {
            let none = size_of::<T>() > SMALL || lists.has_stashed() || (seen.is_shut() && self.is_closed());
            if none {
                None
            } else {
                lists.tx.first_task()
            }
        });
        let Some((place, _)) = first else { return self.accept_locked(guard) };
        // SAFETY: a sender's place of this channel, hence a `Place<T>`: a task's single operation has one here. Full, and ours until the decision (2).
        let value = unsafe { (*place.cast::<Place<T>>()).take() };
        // SAFETY: answered just now, under the same lock; and the place is empty.
        let waker = guard.with(|lists| unsafe { lists.tx.decide_first_task(Phase::Done) });
        guard.release_served(seen, true);
        wake(waker); // what was received is dropped by the unwinding if that panics
        Met::Now(value)
    }

    /// As `accept_shortly`, where somebody else seems to be first.
    #[inline(never)]
    fn accept_locked(&self, mut guard: Guard<'_, T>) -> Met<T> {
        if let Some(value) = guard.with(Lists::take_stashed) {
            return Met::Now(value);
        }
        if self.is_closed() {
            return Met::Unclear;
        }
        let Some(sender) = guard.with(|lists| lists.tx.choose_placed(ptr::null(), false)) else { return Met::Unclear };
        Met::Now(take_releasing(guard, sender))
    }

    /// At capacity 0: sends what is in `place` to a task, if one waits first.
    ///
    /// # Safety
    /// The caller owns the place, and it is full. (After `Now` it is empty.)
    #[inline(always)]
    pub(crate) unsafe fn give_shortly(&self, place: &Place<T>) -> Met<()> {
        let Some(seen) = self.cold.lock.look() else { return Met::Unclear };
        if seen.hints() & HAS_RX == 0 {
            return Met::Nobody(seen);
        }
        if let Some(receiver) = seen.seated(false) {
            // SAFETY: the caller's promise.
            return if unsafe { self.give_to_seated(receiver, place) } { Met::Now(()) } else { Met::Unclear };
        }
        if !self.cold.lock.take_seen(seen) {
            return Met::Unclear;
        }
        // SAFETY: as in `accept_shortly`.
        let mut guard = unsafe { Guard::assume_held(self) };
        let first = guard.with(|lists| if size_of::<T>() > SMALL || self.is_closed() { None } else { lists.rx.first_task() });
        // SAFETY: the caller's promise.
        let Some((theirs, _)) = first else { return unsafe { self.give_locked(guard, place) } };
        // SAFETY: a receiver's place of this channel, hence a `Place<T>`: a task's single operation has one here. Empty, and ours until the decision (2). And
        // the caller's promise.
        unsafe { (*theirs.cast::<Place<T>>()).put(place.take()) };
        let met = self.met();
        // SAFETY: answered just now, under the same lock; and the place is full.
        let waker = guard.with(|lists| unsafe { lists.rx.decide_first_receiver(met) });
        guard.release_served(seen, false);
        wake(waker);
        Met::Now(())
    }

    /// As `give_shortly`, where somebody else seems to be first.
    ///
    /// # Safety
    /// As for `give_shortly`.
    #[inline(never)]
    unsafe fn give_locked(&self, mut guard: Guard<'_, T>, place: &Place<T>) -> Met<()> {
        if self.is_closed() {
            return Met::Unclear;
        }
        let receiver = guard.with(|lists| lists.rx.choose_receiver(ptr::null(), false, self.met()));
        let Some(receiver) = receiver else { return Met::Unclear };
        // SAFETY: the caller's promise.
        give_releasing(guard, receiver, unsafe { place.take() });
        Met::Now(())
    }

    /// At capacity 0, after `Nobody`: has a task's waiter sit down, or enlists it. `false`: it does not wait.
    ///
    /// # Safety
    /// As for `Lock::sit`; and the waiter has a place.
    #[inline(always)]
    pub(crate) unsafe fn enlist_shortly(&self, seen: Seen, waiter: &Waiter, sending: bool, again: bool) -> bool {
        if seen.is_vacant() {
            // SAFETY: the caller's promise.
            return unsafe { self.sit(waiter, sending) };
        }
        if !self.cold.lock.take_seen(seen) {
            return false;
        }
        // SAFETY: taken just now; who sits is enlisted below.
        let mut guard = unsafe { Guard::assume_held(self) };
        let mut hints = hints_of(sending);
        if seen.is_seat() {
            guard.enlist_who_sits(); // of the same side
        } else {
            hints |= seen.queued();
        }
        if self.is_closed() {
            release_apart(guard);
            return false;
        }
        // SAFETY: the caller's promise.
        guard.with(|lists| unsafe { Rank::of(again).push(lists.of(sending), waiter) });
        self.count_enlisted();
        guard.release_seen(seen, hints);
        true
    }
}

impl<T> Guard<'_, T> {
    /// After the first of one side was served, and taken out.
    #[inline(always)]
    fn release_served(mut self, seen: Seen, sending: bool) {
        let left = self.with(|lists| if sending { lists.tx.hints(HAS_TX, PLACED_TX) } else { lists.rx.hints(HAS_RX, PLACED_RX) });
        self.release_seen(seen, seen.queued() & !hints_of(sending) | left);
    }

    #[inline(always)]
    fn release_seen(self, seen: Seen, hints: u64) {
        let mut guard = ManuallyDrop::new(self);
        debug_assert_eq!(guard.with(|lists| lists.hints()), hints);
        if !guard.chan.cold.lock.release_seen(seen, hints) {
            release_apart(ManuallyDrop::into_inner(guard));
        }
    }
}

#[cold]
#[inline(never)]
fn release_apart<T>(guard: Guard<'_, T>) {
    drop(guard);
}
