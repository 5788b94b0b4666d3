//! The claim word: who completes a waiting operation, decided once.
//!
//! The low four bits are the phase, the rest the arm that was claimed. See the drawing in the parent module.

#![allow(unsafe_code)] // the waker cell, guarded by the phase

use super::lag::Lag;
use crate::sync::{contain, AtomicUsize, Cell, Deadline, Duration, Ordering, Parker, Unparker};
use core::ptr::{self, addr_of};

/// How a sleeper is woken. A thread and a task differ here and nowhere else.
#[derive(Debug)]
pub(crate) enum Waker {
    /// A parked thread.
    Thread(Unparker),
    /// A task that returned `Pending`.
    Task(core::task::Waker),
}

impl Waker {
    /// Wakes the sleeper. Foreign code may run here, so never under a lock. A task's waker that panics harms its own task alone: whoever wakes has
    /// done its part, and goes on.
    #[inline]
    pub(crate) fn wake(self) {
        /// With the waker in registers.
        #[inline(never)]
        fn wake(task: core::task::Waker) {
            contain(|| task.wake());
        }
        match self {
            Waker::Thread(thread) => thread.unpark(),
            Waker::Task(task) => wake(task),
        }
    }

    /// Drops a waker where nothing may be lost by its panic.
    pub(crate) fn discard(self) {
        contain(|| drop(self));
    }
}

/// The phases of a claim word, as its owner sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The owner is awake; a claimer needs no waker.
    Open,
    /// The owner sleeps or is about to; the waker is in place.
    Parked,
    /// A peer is completing the operation on this arm.
    Claimed(usize),
    /// The owner was chosen to try again on this arm.
    Ready(usize),
    /// The operation on this arm has been performed for the owner.
    Done(usize),
    /// The channel of this arm was closed.
    Closed(usize),
    /// A peer has won the operation on this arm, and runs foreign code before it completes it.
    Held(usize),
    /// The owner gave up.
    Dead,
}

const OPEN: usize = 0;
const PARKED: usize = 1;
const CLAIMED: usize = 2;
const READY: usize = 3;
const DONE: usize = 4;
const CLOSED: usize = 5;
const DEAD: usize = 6;
const HELD: usize = 7;
/// Held, and the owner sleeps: its waker is in place. A task's is then guarded by the channel's lock (invariant 6).
const HELD_PARKED: usize = 8;
const PHASE: usize = 15;
const ARM_SHIFT: u32 = 4;

impl Phase {
    #[inline]
    fn decode(word: usize) -> Phase {
        let arm = word >> ARM_SHIFT;
        match word & PHASE {
            OPEN => Phase::Open,
            PARKED => Phase::Parked,
            CLAIMED => Phase::Claimed(arm),
            READY => Phase::Ready(arm),
            DONE => Phase::Done(arm),
            CLOSED => Phase::Closed(arm),
            HELD | HELD_PARKED => Phase::Held(arm),
            _ => Phase::Dead,
        }
    }

    #[inline]
    fn encode(self) -> usize {
        match self {
            Phase::Open => OPEN,
            Phase::Parked => PARKED,
            Phase::Claimed(arm) => CLAIMED | arm << ARM_SHIFT,
            Phase::Ready(arm) => READY | arm << ARM_SHIFT,
            Phase::Done(arm) => DONE | arm << ARM_SHIFT,
            Phase::Closed(arm) => CLOSED | arm << ARM_SHIFT,
            Phase::Held(arm) => HELD | arm << ARM_SHIFT,
            Phase::Dead => DEAD,
        }
    }

    /// Whether nobody has decided the operation yet.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Phase::Open | Phase::Parked)
    }
}

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Thread,
    /// A future.
    Task,
    /// A future that waits for one channel: see invariant 7.
    TaskOfOne,
}

/// One waiting operation, with any number of arms.
#[derive(Debug)]
#[repr(C)] // the word last: a peer of an awake owner touches nothing else, see `chan::frame`
pub(crate) struct Claim {
    /// Owner's while OPEN, the claimer's once it moved the word out of PARKED (invariant 3).
    waker: Cell<Option<Waker>>,
    owner: Owner,
    word: AtomicUsize,
}

// SAFETY: the word is atomic; the waker cell is entered by one side at a time, as the phase says.
unsafe impl Sync for Claim {}
// SAFETY: wakers may be sent between threads.
unsafe impl Send for Claim {}

impl Claim {
    #[inline]
    pub(crate) fn new() -> Claim {
        Claim { word: AtomicUsize::new(OPEN), owner: Owner::Thread, waker: Cell::new(None) }
    }

    /// For a future, which may be dropped at any time.
    pub(crate) fn for_task() -> Claim {
        Claim { owner: Owner::Task, ..Claim::new() }
    }

    /// For a future that is about to enlist in one channel, and leaves its waker in advance.
    #[inline]
    pub(crate) fn parked(waker: core::task::Waker) -> Claim {
        Claim { word: AtomicUsize::new(PARKED), owner: Owner::TaskOfOne, waker: Cell::new(Some(Waker::Task(waker))) }
    }

    /// What has become of the operation.
    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        // ORDERING: Acquire pairs with the Release of `Won::finish`: who sees DONE sees the value that was handed over.
        Phase::decode(self.word.load(Ordering::Acquire))
    }

    /// Owner: starts a new episode. Every waiter of the last one has left its queue, so no claimer is left.
    pub(crate) fn reopen(&self) {
        // ORDERING: Relaxed; the next enlisting publishes it through the channel's lock.
        self.word.store(OPEN, Ordering::Relaxed);
        // Not left over after a claim (the claimer took it), only after giving up.
        drop(self.take_waker());
    }

    /// Owner: gives up. `Err` is what a peer decided first.
    pub(crate) fn withdraw(&self) -> Result<(), Phase> {
        let mut word = self.word.load(Ordering::Relaxed); // ORDERING: the exchange below decides
        while Phase::decode(word).is_waiting() {
            // ORDERING: AcqRel as in `claim`, with which it competes; Acquire on failure to see what the winner wrote.
            match self.word.compare_exchange(word, DEAD, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
        Err(self.phase())
    }

    /// Owner, while OPEN or after `disarm`: leaves a waker and says that it sleeps. `Err` is what a peer decided first.
    pub(crate) fn arm(&self, waker: Waker) -> Result<(), Phase> {
        // SAFETY: the owner calls this while OPEN (or decided): claimers of an OPEN word never touch the cell.
        let old = self.waker.with_mut(|cell| unsafe { (*cell).replace(waker) });
        drop(old);
        // ORDERING: Release publishes the waker to the Acquire in `claim`; Acquire on failure to see the winner's value.
        match self.word.compare_exchange(OPEN, PARKED, Ordering::Release, Ordering::Acquire) {
            Ok(_) => Ok(()),
            Err(now) => {
                drop(self.take_waker());
                Err(Phase::decode(now))
            }
        }
    }

    /// Owner of a PARKED claim: becomes OPEN again, and gets the waker back. `Err` is what a peer decided first.
    pub(crate) fn disarm(&self) -> Result<Option<Waker>, Phase> {
        // ORDERING: Relaxed: what is PARKED only its owner has made so, and nobody has been in the cell since. Acquire on failure as in `arm`.
        match self.word.compare_exchange(PARKED, OPEN, Ordering::Relaxed, Ordering::Acquire) {
            Ok(_) => Ok(self.take_waker()),
            Err(now) => Err(Phase::decode(now)),
        }
    }

    /// Owner of a `parked` claim, under the lock of its channel: gives up. `Err` is what a peer decided first.
    pub(crate) fn withdraw_locked(&self) -> Result<(), Phase> {
        match self.phase() {
            Phase::Parked => {
                self.word.store(DEAD, Ordering::Relaxed); // ORDERING: under the lock, as all that read it (invariant 7)
                Ok(())
            }
            phase => Err(phase),
        }
    }

    /// Owner of a `parked` claim, under the lock of its channel: whether the waker that it left does what this one would. `None`: a peer has decided.
    pub(crate) fn wakes_locked(&self, waker: &core::task::Waker) -> Option<bool> {
        if self.phase() != Phase::Parked {
            return None;
        }
        // SAFETY: under the lock, and nobody has won it (invariant 7).
        Some(self.waker.with_mut(|cell| matches!(unsafe { &*cell }, Some(Waker::Task(old)) if old.will_wake(waker))))
    }

    /// Owner of a `parked` claim, under the lock of its channel: leaves another waker, and gets the old one back. `Err`: a peer has decided; the new one
    /// comes back.
    pub(crate) fn rearm_locked(&self, waker: Waker) -> Result<Option<Waker>, Waker> {
        if self.phase() != Phase::Parked {
            return Err(waker);
        }
        // SAFETY: as above.
        Ok(self.waker.with_mut(|cell| unsafe { (*cell).replace(waker) }))
    }

    /// Owner of a claim that is in no queue: drops the waker, where nothing may be lost by its panic.
    pub(crate) fn discard_waker(&self) {
        if let Some(waker) = self.take_waker() {
            waker.discard();
        }
    }

    #[inline]
    fn take_waker(&self) -> Option<Waker> {
        // SAFETY: only the owner of an OPEN or decided claim, or the winner of a PARKED one, calls this (invariant 3).
        self.waker.with_mut(|cell| unsafe { (*cell).take() })
    }

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
            // ORDERING: Acquire pairs with the Release of `arm`, for the waker. Nothing is published yet: `finish` does that. AcqRel
            // all the same costs nothing where this runs and keeps the word's history one release sequence.
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

    /// Peer, after that, and under the same lock: says what was decided. Answers the waker, which is to be woken once no lock is held.
    ///
    /// # Safety
    /// The claim is still in the queue's waiter, so that its frame is alive until this call; afterwards it may be gone.
    #[inline(always)]
    pub(crate) unsafe fn decide(&self, phase: Phase) -> Option<Waker> {
        let left = self.take_waker();
        // ORDERING: Release as in `finish`.
        self.word.store(phase.encode(), Ordering::Release);
        left
    }

    /// Owner of a HELD claim, a task, under the lock of the channel whose peer holds it, and while it does: leaves its waker. Answers the old one.
    pub(crate) fn arm_held(&self, waker: Waker) -> Option<Waker> {
        // SAFETY: the lock is held (invariant 6).
        let old = self.waker.with_mut(|cell| unsafe { (*cell).replace(waker) });
        let word = self.word.load(Ordering::Relaxed); // ORDERING: only the holders of the lock write a task's HELD word
        self.word.store(HELD_PARKED | (word & !PHASE), Ordering::Relaxed); // ORDERING: as above; the lock publishes the waker
        old
    }

    /// Owner, a thread: sleeps until a peer has decided, or the deadline passes and nobody has. Answers the phase: one of READY,
    /// DONE, CLOSED, or OPEN/PARKED if the deadline has passed.
    pub(crate) fn sleep(&self, deadline: Deadline) -> Phase {
        let parker = Parker::new();
        if let Err(phase) = self.arm(Waker::Thread(parker.unparker())) {
            return self.settle(phase);
        }
        let mut deadline = deadline;
        loop {
            let passed = parker.park(deadline);
            match self.phase() {
                Phase::Parked if passed => return Phase::Parked,
                Phase::Parked => {}
                // The claimer has our waker and unparks us when it has finished; until then sleep on.
                Phase::Claimed(_) => deadline = Deadline::NEVER,
                phase => return phase,
            }
        }
    }

    /// Owner, a thread that wants to try only: gives a peer that was called the time to wake up and come, some 20 ms at most.
    pub(crate) fn sleep_briefly(&self) {
        const CALL: Duration = Duration::from_millis(20);
        let mut lag = Lag::new();
        while self.phase().is_waiting() {
            if !lag.wait_awake() {
                self.sleep(Deadline::after(CALL));
                return;
            }
        }
    }

    /// Owner, awake: waits out a peer that is between its claim and its `finish`: one copy of a value, or foreign code, for which the
    /// owner sleeps.
    #[inline]
    pub(crate) fn settle(&self, phase: Phase) -> Phase {
        match phase {
            Phase::Claimed(_) | Phase::Held(_) => self.settle_slow(phase),
            _ => phase,
        }
    }

    #[cold]
    fn settle_slow(&self, mut phase: Phase) -> Phase {
        let mut lag = Lag::new();
        loop {
            match phase {
                Phase::Claimed(_) => lag.wait(),
                // Mostly nothing but a copy.
                Phase::Held(arm) if !lag.wait_awake() => self.sleep_held(arm),
                Phase::Held(_) => {}
                _ => return phase,
            }
            phase = self.phase();
        }
    }

    /// Owner of a HELD claim: sleeps until the peer has finished.
    #[cold]
    fn sleep_held(&self, arm: usize) {
        let parker = Parker::new();
        let (held, parked) = (HELD | arm << ARM_SHIFT, HELD_PARKED | arm << ARM_SHIFT);
        // SAFETY: who holds an OPEN claim does not touch the cell until it finds HELD_PARKED.
        let old = self.waker.with_mut(|cell| unsafe { (*cell).replace(Waker::Thread(parker.unparker())) });
        drop(old);
        // ORDERING: Release publishes the waker to the Acquire in `finish_held`.
        if self.word.compare_exchange(held, parked, Ordering::Release, Ordering::Relaxed).is_err() {
            drop(self.take_waker());
            return;
        }
        while matches!(self.phase(), Phase::Held(_) | Phase::Claimed(_)) {
            parker.park(Deadline::NEVER);
        }
    }

    /// Peer that held an OPEN claim: decides it. Answers the waker if the owner went to sleep meanwhile.
    fn finish_held(&self, arm: usize, phase: Phase) -> Option<Waker> {
        let held = HELD | arm << ARM_SHIFT;
        // ORDERING: Release as in `finish`; Acquire, if it fails, for the waker.
        match self.word.compare_exchange(held, phase.encode(), Ordering::Release, Ordering::Acquire) {
            Ok(_) => None,
            // HELD_PARKED, which only this side can leave: take the waker, then decide.
            Err(_) => {
                let waker = self.take_waker();
                self.word.store(phase.encode(), Ordering::Release); // ORDERING: as in `finish`
                waker
            }
        }
    }
}

/// A won claim: the peer's frame is ours until `finish`.
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
        unsafe { (*self.claim).owner != Owner::Thread }
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

    /// Ends a hold of a future's claim: from now on it stays until `finish`, which is to come at once. Under the lock, and only if the future has not
    /// left.
    pub(crate) fn settle_hold(self) -> Won {
        // SAFETY: a future leaves under the lock, and it has not.
        let claim = unsafe { &*self.claim };
        // ORDERING: Relaxed, twice: a task's HELD word is written only under the lock (invariant 6).
        let parked = claim.word.load(Ordering::Relaxed) & PHASE == HELD_PARKED;
        claim.word.store(Phase::Claimed(self.arm).encode(), Ordering::Relaxed);
        Won { held: false, parked, ..self }
    }

    /// Says what was decided, and lets go of the peer's frame. The waker is to be woken once no lock is held.
    ///
    /// # Safety
    /// The frame of the claim is alive: it is, from a successful `claim` until this call.
    #[inline]
    unsafe fn finish(self, phase: Phase) -> Option<Waker> {
        // SAFETY: the owner waits for this store before it leaves (invariant 2).
        let claim = unsafe { &*self.claim };
        if self.held {
            return claim.finish_held(self.arm, phase);
        }
        let waker = if self.parked { claim.take_waker() } else { None };
        // ORDERING: Release publishes the value that was written to or read from the frame, to the Acquire of `phase`. This is the
        // last touch: after it the frame may be gone.
        claim.word.store(phase.encode(), Ordering::Release);
        waker
    }

    /// The peer is to try again.
    #[inline]
    pub(crate) fn ready(self) -> Option<Waker> {
        let phase = Phase::Ready(self.arm);
        // SAFETY: consumed by value, so this is the one finish after the claim.
        unsafe { self.finish(phase) }
    }

    /// The peer's operation has been performed.
    #[inline]
    pub(crate) fn done(self) -> Option<Waker> {
        let phase = Phase::Done(self.arm);
        // SAFETY: as in `ready`.
        unsafe { self.finish(phase) }
    }

    /// The peer's channel is closed.
    pub(crate) fn closed(self) -> Option<Waker> {
        let phase = Phase::Closed(self.arm);
        // SAFETY: as in `ready`.
        unsafe { self.finish(phase) }
    }
}
