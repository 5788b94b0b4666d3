//! A claim, as the owner of the waiting operation has it: it enlists with one, sleeps on it, gives up. What peers do with it is in `won`.
//!
//! See the drawing and the invariants in the parent module.

#![allow(unsafe_code)] // the waker cell, guarded by the phase

use super::lag::Lag;
use super::phase::{Phase, ARM_SHIFT, DEAD, HELD, HELD_PARKED, OPEN, PARKED, PHASE};
use super::waker::Waker;
use crate::sync::{AtomicUsize, Cell, Deadline, Duration, Ordering, Parker};

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
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
    pub(super) owner: Owner,
    pub(super) word: AtomicUsize,
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

    /// Whether a thread waits.
    #[inline(always)]
    pub(super) fn is_of_thread(&self) -> bool {
        self.owner == Owner::Thread
    }

    /// What has become of the operation.
    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        // ORDERING: Acquire pairs with the Release of `Won::finish`, or of `decide` and `decide_awake`: who sees DONE sees the value that was handed over.
        Phase::decode(self.word.load(Ordering::Acquire))
    }

    /// Owner: starts a new episode. Every waiter of the last one has left its queue, so no claimer is left.
    pub(crate) fn reopen(&self) {
        // ORDERING: Relaxed; the next enlisting publishes it through the channel's lock, or by sitting down.
        self.word.store(OPEN, Ordering::Relaxed);
        // Not left over after a claim (the claimer took it), only after giving up.
        drop(self.take_waker());
    }

    /// Owner: gives up. DEAD, or what a peer decided first.
    pub(crate) fn give_up(&self) -> Phase {
        match self.quit() {
            Ok(()) => Phase::Dead,
            Err(phase) => self.settle(phase),
        }
    }

    /// Owner: as `give_up`. `Err` is what a peer decided first, or is about to decide.
    pub(crate) fn quit(&self) -> Result<(), Phase> {
        let mut word = self.word.load(Ordering::Relaxed); // ORDERING: the exchange below decides
        while Phase::decode(word).is_waiting() {
            // ORDERING: more than is needed: DEAD publishes nothing, and what was decided instead is read again by `phase`.
            match self.word.compare_exchange(word, DEAD, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
        Err(self.phase())
    }

    /// Owner, while OPEN, as it is after `unpark`, too: leaves a waker and says that it sleeps. `Err` is what a peer decided first.
    pub(crate) fn park(&self, waker: Waker) -> Result<(), Phase> {
        // SAFETY: the owner calls this while OPEN (or decided): claimers of an OPEN word never touch the cell.
        let old = self.waker.with_mut(|cell| unsafe { (*cell).replace(waker) });
        drop(old);
        // ORDERING: Release publishes the waker to the Acquire in `claim` and `finish_from`; Acquire on failure to see the winner's value.
        match self.word.compare_exchange(OPEN, PARKED, Ordering::Release, Ordering::Acquire) {
            Ok(_) => Ok(()),
            Err(now) => {
                drop(self.take_waker());
                Err(Phase::decode(now))
            }
        }
    }

    /// Owner of a PARKED claim: becomes OPEN again, and gets the waker back. `Err` is what a peer decided first.
    pub(crate) fn unpark(&self) -> Result<Option<Waker>, Phase> {
        // ORDERING: Relaxed: if it is PARKED still, its owner has made it so, and nobody has been in the cell since. Acquire on failure as in `park`.
        match self.word.compare_exchange(PARKED, OPEN, Ordering::Relaxed, Ordering::Acquire) {
            Ok(_) => Ok(self.take_waker()),
            Err(now) => Err(Phase::decode(now)),
        }
    }

    /// Owner of a `parked` claim, under the lock of its channel: whether the waker that it left does what this one would.
    ///
    /// # Safety
    /// Its waiter is linked: so nobody has won it.
    pub(crate) unsafe fn wakes_locked(&self, waker: &core::task::Waker) -> bool {
        // SAFETY: the caller's promise (invariant 7).
        self.waker.with_mut(|cell| matches!(unsafe { &*cell }, Some(Waker::Task(old)) if old.will_wake(waker)))
    }

    /// Owner of a `parked` claim, under the lock of its channel: leaves another waker, and gets the old one back. `Err`: a peer has decided; the new one
    /// comes back.
    pub(crate) fn repark_locked(&self, waker: Waker) -> Result<Option<Waker>, Waker> {
        if self.phase() != Phase::Parked {
            return Err(waker);
        }
        // SAFETY: PARKED, read under the lock: no peer has won it, nor will one before the lock is released (invariant 7).
        Ok(self.waker.with_mut(|cell| unsafe { (*cell).replace(waker) }))
    }

    /// Owner of a claim that is in no queue: drops the waker, where nothing may be lost by its panic.
    pub(crate) fn discard_waker(&self) {
        if let Some(waker) = self.take_waker() {
            waker.discard();
        }
    }

    #[inline]
    pub(super) fn take_waker(&self) -> Option<Waker> {
        // SAFETY: only the owner of an OPEN or decided claim, or the winner of a PARKED one, calls this (invariant 3).
        self.waker.with_mut(|cell| unsafe { (*cell).take() })
    }

    /// Owner of a HELD claim, a task, under the lock of the channel whose peer holds it, and while it does: leaves its waker. Answers the old one.
    pub(crate) fn park_held(&self, waker: Waker) -> Option<Waker> {
        // SAFETY: the lock is held (invariant 6).
        let old = self.waker.with_mut(|cell| unsafe { (*cell).replace(waker) });
        let word = self.word.load(Ordering::Relaxed); // ORDERING: only the holders of the lock write a task's HELD word
        self.word.store(HELD_PARKED | (word & !PHASE), Ordering::Relaxed); // ORDERING: as above; the lock publishes the waker
        old
    }

    /// Owner, a thread: sleeps until a peer has decided, or the deadline passes. Answers READY, DONE or CLOSED; or PARKED, if the deadline has passed
    /// first.
    pub(crate) fn sleep(&self, deadline: Deadline) -> Phase {
        self.sleep_unless(deadline, || true)
    }

    /// As `sleep`. When the deadline has passed first, it calls `leave`, to give up. If that comes too late (`false`), it sleeps on until a peer has decided.
    pub(crate) fn sleep_unless(&self, deadline: Deadline, leave: impl Fn() -> bool) -> Phase {
        let parker = Parker::new();
        if let Err(phase) = self.park(Waker::Thread(parker.unparker())) {
            return self.settle(phase);
        }
        let (mut deadline, mut passed) = (deadline, false);
        loop {
            // Before it parks: foreign code may run while it leaves, and be unparked in its place.
            match self.phase() {
                Phase::Parked if passed => {
                    if leave() {
                        return Phase::Parked;
                    }
                    (deadline, passed) = (Deadline::NEVER, false);
                    continue;
                }
                Phase::Parked => {}
                // The claimer has our waker and unparks us when it has finished; until then sleep on.
                Phase::Claimed(_) => deadline = Deadline::NEVER,
                phase => return phase,
            }
            passed = parker.park(deadline);
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

    /// Owner, awake: waits out a peer that is between its claim and its `finish`: awake while that copies a value, asleep while it runs foreign code.
    #[inline]
    pub(crate) fn settle(&self, phase: Phase) -> Phase {
        match phase {
            Phase::Claimed(_) | Phase::Held(_) => self.settle_slow(phase),
            _ => phase,
        }
    }

    /// Owner of a `parked` claim: waits out a peer that is serving it.
    pub(crate) fn settle_parked(&self) {
        let mut lag = Lag::new();
        while matches!(self.phase(), Phase::Parked | Phase::Claimed(_)) {
            lag.wait();
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
        // ORDERING: Release publishes the waker to the Acquire in `finish_from`.
        if self.word.compare_exchange(held, parked, Ordering::Release, Ordering::Relaxed).is_err() {
            drop(self.take_waker());
            return;
        }
        while matches!(self.phase(), Phase::Held(_) | Phase::Claimed(_)) {
            parker.park(Deadline::NEVER);
        }
    }
}
