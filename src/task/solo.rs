//! A task that waits for one channel: the waiter of a single operation, made only when it has to wait.
//!
//! ```text
//!   Fresh ── attempt ─ done ─────────────────────────────────────────────────▶ Over
//!     │ make a claim with the waker in it; sit down, or enlist, or perform it after all
//!     ▼
//!   Enlisted ── a peer takes it out of the queue, decides, and wakes ─ DONE ─▶ Over
//!     ▲                                                │ READY or CLOSED
//!     └──────── attempt, enlist as the first ──────────┘ Again
//! ```
//!
//! 1. The memory holds a `Solo` exactly while Enlisted, and an alarm exactly while Alarmed. In the other states there is nothing to be dropped.
//! 2. A peer that decides has taken the waiter out of the queue, or from the seat (`wait::seat`), where it sits if it waits alone; so only who gives up, or
//!    changes its waker, needs the lock again.
//! 3. A future is moved once or twice before its first poll. So what is written when it is made is a few words in a row, and the rest is left alone: a copy
//!    that reads together what was just written apart waits for the stores (which took a third of the time where two tasks meet).

#![allow(unsafe_code)] // the waiter inside the pinned future

use super::operation::Operation;
use crate::chan::{Attempt, Enlisted};
use crate::sync::{pause, Alarm, Instant, MODEL};
use crate::wait::{Claim, Phase, Waiter, Waker};
use core::marker::PhantomPinned;
use core::mem::ManuallyDrop;
use core::ptr::addr_of_mut;
use core::task::{Context, Poll};

/// What came of waiting alone.
pub(super) enum Sat {
    /// It waits.
    Yes,
    /// Others do.
    No,
    /// It was performed after all.
    Done,
}

/// What an operation that is given up leaves.
pub(super) enum Left {
    /// Nothing was won.
    Nothing,
    /// A peer has performed it; `turn` is its number in the order of service.
    Done { turn: u64 },
    /// A peer that had won it goes on without it.
    Taken,
}

/// What the first look of a poll says.
pub(super) enum Glance {
    /// In no queue: to be tried, and then waited for.
    Try,
    /// A peer has performed it; it is over.
    Done,
    /// `poll` knows more.
    Unclear,
}

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)] // a word: see 3
enum Stage {
    /// In no queue.
    Fresh,
    /// In no queue, but told, and first in turn.
    Again,
    /// In a queue, or decided.
    Enlisted,
    /// In no queue: the clock wakes.
    Alarmed,
    /// Finished.
    Over,
}

struct Solo {
    claim: Claim,
    waiter: Waiter,
}

union Memory {
    nothing: (),
    solo: ManuallyDrop<Solo>,
    alarm: ManuallyDrop<Alarm>,
}

/// The waiting of one operation, and then of the next.
#[repr(C)] // the stage beside the words of the future
pub(super) struct Waiting {
    stage: Stage,
    memory: Memory,
    _pinned: PhantomPinned,
}

/// Rounds of one poll, before it lets others run.
const ROUNDS: usize = 4;
/// Looks that a poll gives a peer that is copying a value.
const LOOKS: usize = if MODEL { 1 } else { 16 };

impl Waiting {
    #[inline]
    pub(super) const fn new() -> Waiting {
        Waiting { stage: Stage::Fresh, memory: Memory { nothing: () }, _pinned: PhantomPinned }
    }

    #[inline]
    pub(super) fn is_fresh(&self) -> bool {
        self.stage == Stage::Fresh
    }

    /// Whether `cancel` has anything to do.
    #[inline]
    pub(super) fn is_pinned(&self) -> bool {
        matches!(self.stage, Stage::Again | Stage::Enlisted | Stage::Alarmed)
    }

    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// While in no queue: it was done.
    #[inline]
    pub(super) fn finish(&mut self) {
        debug_assert!(matches!(self.stage, Stage::Fresh | Stage::Again));
        self.stage = Stage::Over;
    }

    /// The first look of a poll.
    #[inline(always)]
    pub(super) fn glance(&mut self) -> Glance {
        match self.stage {
            Stage::Fresh | Stage::Again => Glance::Try,
            // SAFETY: enlisted (invariant 1).
            Stage::Enlisted => match unsafe { &self.memory.solo.claim }.phase() {
                Phase::Done(_) => {
                    self.vacate(Stage::Over);
                    Glance::Done
                }
                Phase::Ready(_) => {
                    self.vacate(Stage::Again);
                    Glance::Try
                }
                _ => Glance::Unclear,
            },
            _ => Glance::Unclear,
        }
    }

    /// While in no queue: has the clock wake the task.
    pub(super) fn wake_at(&mut self, when: Instant, cx: &Context<'_>) {
        if self.stage != Stage::Alarmed {
            debug_assert!(self.is_fresh());
            self.memory.alarm = ManuallyDrop::new(Alarm::new());
            self.stage = Stage::Alarmed;
        }
        // SAFETY: alarmed (invariant 1).
        unsafe { &mut self.memory.alarm }.set(when, cx.waker());
    }

    /// No alarm any more.
    #[cold]
    pub(super) fn drop_alarm(&mut self) {
        if self.stage == Stage::Alarmed {
            self.stage = Stage::Fresh;
            // SAFETY: alarmed until now (invariant 1).
            unsafe { ManuallyDrop::drop(&mut self.memory.alarm) };
        }
    }

    /// After it was finished: another one.
    #[inline]
    pub(super) fn restart(&mut self) {
        if self.is_over() {
            self.stage = Stage::Fresh;
        }
    }

    /// After an attempt: writes a waiter with this place, and calls `enlist` with it and whether it goes first in the queue. Answers whether that waits now; if
    /// not, `poll_among_others` goes on. Pinned from now on until `cancel`, or until it is over.
    #[inline(always)]
    pub(super) fn wait(&mut self, place: *mut (), enlist: impl FnOnce(&Waiter, bool) -> bool, cx: &mut Context<'_>) -> bool {
        let solo = self.prepare(place, cx);
        // SAFETY: written just now.
        let enlisted = enlist(unsafe { &(*solo).waiter }, self.stage == Stage::Again);
        if enlisted {
            self.stage = Stage::Enlisted;
        }
        enlisted
    }

    /// After `wait`, in vain, or where a glance was unclear.
    #[inline(always)]
    pub(super) fn poll_among_others<O: Operation>(&mut self, operation: &O, cx: &mut Context<'_>) -> Poll<O::Output> {
        if !matches!(self.stage, Stage::Fresh | Stage::Again) {
            return self.poll_again(operation, cx);
        }
        match self.enlist(operation) {
            Attempt::Enlisted => Poll::Pending,
            Attempt::Now(done) => {
                self.stage = Stage::Over;
                Poll::Ready(done)
            }
            Attempt::Later => self.poll_again(operation, cx),
        }
    }

    /// Goes on, without an attempt.
    #[cold]
    #[inline(never)]
    pub(super) fn poll_again<O: Operation>(&mut self, operation: &O, cx: &mut Context<'_>) -> Poll<O::Output> {
        for _ in 0..ROUNDS {
            let attempt = match self.stage {
                Stage::Over | Stage::Alarmed => return Poll::Pending,
                Stage::Enlisted => self.decided(operation, cx),
                Stage::Fresh | Stage::Again => {
                    self.prepare(operation.place(), cx);
                    self.enlist_apart(operation)
                }
            };
            match attempt {
                Attempt::Enlisted => return Poll::Pending,
                Attempt::Now(done) => {
                    self.stage = Stage::Over;
                    return Poll::Ready(done);
                }
                Attempt::Later => {}
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// While in no queue: writes a waiter.
    #[inline(always)]
    fn prepare(&mut self, place: *mut (), cx: &mut Context<'_>) -> *const Solo {
        debug_assert!(matches!(self.stage, Stage::Fresh | Stage::Again));
        // Foreign code: before anything points to us.
        let waker = cx.waker().clone();
        let solo = addr_of_mut!(self.memory.solo).cast::<Solo>();
        // SAFETY: in no queue: the memory is ours, and nothing is in it.
        unsafe {
            addr_of_mut!((*solo).claim).write(Claim::parked(waker));
            addr_of_mut!((*solo).waiter).write(Waiter::new(addr_of_mut!((*solo).claim), 0, place));
        }
        solo
    }

    /// After `prepare`.
    #[inline(always)]
    fn enlist<O: Operation>(&mut self, operation: &O) -> Attempt<O::Output> {
        // SAFETY: written before.
        let Solo { claim, waiter } = unsafe { &*self.memory.solo };
        let again = self.stage == Stage::Again;
        // SAFETY: in no queue; pinned, and the destructor of the future calls `cancel`.
        let attempt = unsafe { operation.enlist(waiter, claim, again) };
        if let Attempt::Enlisted = attempt {
            self.stage = Stage::Enlisted;
            return Attempt::Enlisted;
        }
        // A panic of the waker's loses nothing that is won.
        claim.discard_waker();
        // SAFETY: written before, and in no queue.
        unsafe { ManuallyDrop::drop(&mut self.memory.solo) };
        attempt
    }

    #[inline(never)]
    fn enlist_apart<O: Operation>(&mut self, operation: &O) -> Attempt<O::Output> {
        self.enlist(operation)
    }

    /// While enlisted. `Now` or `Later`: in no queue any more.
    fn decided<O: Operation>(&mut self, operation: &O, cx: &mut Context<'_>) -> Attempt<O::Output> {
        // SAFETY: enlisted (invariant 1).
        let Solo { claim, waiter } = unsafe { &*self.memory.solo };
        for _ in 0..LOOKS {
            let phase = claim.phase();
            match phase {
                Phase::Open | Phase::Parked => match operation.repark(waiter, claim, cx.waker()) {
                    Enlisted::Yes => return Attempt::Enlisted,
                    Enlisted::Busy => break,
                    _ => {}
                },
                Phase::Claimed(_) => pause(),
                Phase::Held(_) => match operation.park_on_hold(claim, Waker::Task(cx.waker().clone())) {
                    Enlisted::Yes => return Attempt::Enlisted,
                    Enlisted::Busy => break,
                    _ => {}
                },
                Phase::Done(_) => {
                    self.vacate(Stage::Over);
                    return Attempt::Now(operation.done());
                }
                Phase::Ready(_) => {
                    self.vacate(Stage::Again);
                    return Attempt::Later;
                }
                Phase::Closed(_) | Phase::Dead => {
                    self.vacate(Stage::Fresh);
                    return Attempt::Later;
                }
            }
        }
        cx.waker().wake_by_ref();
        Attempt::Enlisted
    }

    /// In no queue any more.
    #[inline(always)]
    fn vacate(&mut self, stage: Stage) {
        debug_assert!(self.stage == Stage::Enlisted);
        self.stage = stage;
        // SAFETY: enlisted until now (invariant 1), and a peer or the caller has taken it out of the queue.
        unsafe { ManuallyDrop::drop(&mut self.memory.solo) };
    }

    /// Gives the operation up. For destructors: waits for locks, which are held for some instructions at a time.
    #[inline(always)]
    pub(super) fn cancel<O: Operation>(&mut self, operation: &O) -> Left {
        match self.stage {
            Stage::Enlisted => return self.withdraw(operation),
            Stage::Alarmed => self.drop_alarm(),
            Stage::Again => operation.renounce(),
            Stage::Fresh | Stage::Over => {}
        }
        self.stage = Stage::Over;
        Left::Nothing
    }

    #[cold]
    fn withdraw<O: Operation>(&mut self, operation: &O) -> Left {
        // SAFETY: enlisted (invariant 1).
        let Solo { claim, waiter } = unsafe { &*self.memory.solo };
        let left = loop {
            // SAFETY: enlisted.
            match unsafe { operation.leave(waiter, claim) } {
                Ok(()) => {
                    claim.discard_waker(); // as in `enlist`
                    break Left::Nothing;
                }
                Err(Phase::Done(_)) => break Left::Done { turn: waiter.turn() },
                Err(Phase::Ready(_)) => {
                    operation.renounce();
                    break Left::Nothing;
                }
                Err(Phase::Held(_)) => {
                    if operation.leave_hold(claim) {
                        break Left::Taken;
                    }
                }
                Err(Phase::Claimed(_) | Phase::Parked) => claim.settle_parked(),
                Err(Phase::Closed(_) | Phase::Dead | Phase::Open) => break Left::Nothing,
            }
        };
        self.vacate(Stage::Over);
        left
    }
}
