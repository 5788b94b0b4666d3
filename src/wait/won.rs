//! A claim, as a peer has it: it wins one, has the owner's frame to itself until it says what was decided, and never touches it again.
//!
//! See the drawing and the invariants in the parent module.

#![allow(unsafe_code)] // the frames of others

use super::claim::{Claim, Owner};
use super::phase::{Phase, ARM_SHIFT, CLAIMED, HELD, HELD_PARKED, OPEN, PARKED, PHASE};
use super::waker::Waker;
use crate::sync::Ordering;
use core::ptr::{self, addr_of};

impl Claim {
    /// Peer: tries to win the operation for `arm`. With `hold`, foreign code may run before `finish`: an owner that is awake then goes to
    /// sleep instead of waiting it out, and a future may leave (invariant 6).
    ///
    /// # Safety
    /// The caller holds the lock of the channel whose queue holds, or held until now under the same lock, a waiter of this claim.
    #[inline]
    pub(crate) unsafe fn claim(&self, arm: usize, hold: bool) -> Option<Won> {
        // ORDERING: the exchange below decides; or else it is written under the lock, which is held (invariant 7).
        let mut word = self.word.load(Ordering::Relaxed);
        let arm_bits = arm << ARM_SHIFT;
        // Who owns it stands on another cache line than the word: asked only where the owner sleeps.
        if word == PARKED && self.owner == Owner::TaskOfOne {
            let phase = if hold { HELD_PARKED } else { CLAIMED };
            self.word.store(phase | arm_bits, Ordering::Relaxed); // ORDERING: as above
            return Some(Won { claim: self, arm, held: hold, parked: !hold });
        }
        let is_task = || self.owner == Owner::Task;
        loop {
            let won = match word {
                OPEN if hold => HELD | arm_bits,
                PARKED if hold && is_task() => HELD_PARKED | arm_bits,
                OPEN | PARKED => CLAIMED | arm_bits,
                _ => return None,
            };
            // ORDERING: Acquire pairs with the Release of `park`, for the waker. The Release is for nobody: winning publishes nothing, `finish` does. It
            // costs nothing on x86.
            match self.word.compare_exchange(word, won, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => word = now,
            }
        }
        let held = hold && (word == OPEN || is_task());
        Some(Won { claim: self, arm, held, parked: word == PARKED && !held })
    }

    /// Peer, under the lock of the channel in whose queue it is: whether a future sleeps that waits for that channel alone. If so, nobody else decides
    /// before the lock is released (invariant 7).
    #[inline(always)]
    pub(crate) fn is_of_sleeping_task(&self) -> bool {
        // ORDERING: Relaxed: a task's is written under the lock. (And looked at first: who owns it stands on another cache line.)
        self.word.load(Ordering::Relaxed) == PARKED && self.owner == Owner::TaskOfOne
    }

    /// Peer, after `is_of_sleeping_task` and under the same lock, or one that serves a task at the seat: says what was decided. Answers the waker, to be woken
    /// once no lock is held.
    ///
    /// # Safety
    /// It has not been decided, so that its frame is alive until this call; afterwards it may be gone.
    #[inline(always)]
    pub(crate) unsafe fn decide(claim: *const Claim, phase: Phase) -> Option<Waker> {
        // SAFETY: the caller's promise. (A pointer, here and below: a reference would promise that the frame outlives the call.)
        let claim = unsafe { &*claim };
        let left = claim.take_waker();
        // ORDERING: Release as in `finish`.
        claim.word.store(phase.encode(), Ordering::Release);
        left
    }

    /// Peer that serves a thread at the seat: as `decide`.
    ///
    /// # Safety
    /// As for `decide`.
    #[inline(always)]
    pub(crate) unsafe fn decide_awake(claim: *const Claim, phase: Phase) -> Option<Waker> {
        // SAFETY: the caller's promise.
        unsafe { Claim::finish_from(claim, OPEN, phase) }
    }

    /// Decides a claim that was `awake`, OPEN or HELD. If its owner has gone to sleep meanwhile, its waker is the answer.
    ///
    /// # Safety
    /// As for `decide`.
    #[inline(always)]
    unsafe fn finish_from(claim: *const Claim, awake: usize, phase: Phase) -> Option<Waker> {
        // SAFETY: the caller's promise.
        let claim = unsafe { &*claim };
        // ORDERING: Release as in `finish`; Acquire, if it fails, for the waker.
        match claim.word.compare_exchange(awake, phase.encode(), Ordering::Release, Ordering::Acquire) {
            Ok(_) => None,
            // PARKED or HELD_PARKED, which only this side can leave: take the waker, then decide.
            Err(_) => {
                let waker = claim.take_waker();
                claim.word.store(phase.encode(), Ordering::Release); // ORDERING: as in `finish`
                waker
            }
        }
    }
}

/// A won claim: the owner's frame is ours until `finish`.
#[must_use]
#[derive(Debug)]
pub(crate) struct Won {
    claim: *const Claim,
    arm: usize,
    held: bool,
    /// The owner sleeps, and its waker is ours.
    parked: bool,
}

impl Won {
    /// Whether the owner is a future.
    pub(crate) fn is_of_task(&self) -> bool {
        // SAFETY: just won, and the lock under which that happened is still held.
        unsafe { !(*self.claim).is_of_thread() }
    }

    /// Whether the owner has to be woken.
    pub(crate) fn is_asleep(&self) -> bool {
        self.parked
    }

    /// Whether the owner is a future that may leave while its claim is held.
    pub(crate) fn is_revocable(&self) -> bool {
        self.held && self.is_of_task()
    }

    /// The cache line that a peer of an awake owner touches.
    #[inline(always)]
    pub(crate) fn line(&self) -> *const () {
        // SAFETY: no place in it is read; the claim is alive, as it was won.
        unsafe { addr_of!((*self.claim).word).cast() }
    }

    /// Whether `claim` was won.
    pub(crate) fn is_of(&self, claim: &Claim) -> bool {
        ptr::eq(self.claim, claim)
    }

    /// Turns a hold of a future's claim into CLAIMED, in which the future waits for `finish`; that is to come at once. Under the lock, and only if the
    /// future has not left.
    pub(crate) fn settle_hold(self) -> Won {
        // SAFETY: a future leaves under the lock, and it has not.
        let claim = unsafe { &*self.claim };
        // ORDERING: Relaxed, twice: a task's HELD word is written only under the lock (invariant 6).
        let parked = claim.word.load(Ordering::Relaxed) & PHASE == HELD_PARKED;
        claim.word.store(Phase::Claimed(self.arm).encode(), Ordering::Relaxed);
        Won { held: false, parked, ..self }
    }

    /// Says what was decided, and lets go of the owner's frame. The waker is to be woken once no lock is held.
    ///
    /// # Safety
    /// The frame of the claim is alive: it is, from a successful `claim` until this call.
    #[inline]
    unsafe fn finish(self, phase: Phase) -> Option<Waker> {
        if self.held {
            // SAFETY: as below.
            return unsafe { Claim::finish_from(self.claim, HELD | self.arm << ARM_SHIFT, phase) };
        }
        // SAFETY: the owner waits for this store before it leaves (invariant 2).
        let claim = unsafe { &*self.claim };
        let waker = if self.parked { claim.take_waker() } else { None };
        // ORDERING: Release publishes the value that was written to or read from the frame, to the Acquire of `phase`. This is the
        // last touch: after it the frame may be gone.
        claim.word.store(phase.encode(), Ordering::Release);
        waker
    }

    /// The owner is to try again.
    #[inline]
    pub(crate) fn ready(self) -> Option<Waker> {
        let phase = Phase::Ready(self.arm);
        // SAFETY: consumed by value, so this is the one finish after the claim.
        unsafe { self.finish(phase) }
    }

    /// The owner's operation has been performed.
    #[inline]
    pub(crate) fn done(self) -> Option<Waker> {
        let phase = Phase::Done(self.arm);
        // SAFETY: as in `ready`.
        unsafe { self.finish(phase) }
    }

    /// The owner's channel is closed.
    pub(crate) fn closed(self) -> Option<Waker> {
        let phase = Phase::Closed(self.arm);
        // SAFETY: as in `ready`.
        unsafe { self.finish(phase) }
    }
}
