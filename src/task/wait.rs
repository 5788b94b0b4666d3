//! The state machine of a future with arms: `closed`, `select_async` and `select_async!`. The drawing is in the parent module. A single send or receive has a
//! smaller one: see `solo`.

#![allow(unsafe_code)] // waiters inside the pinned future

use super::wanted::{Waiters, Wanted};
use crate::chan::{Enlisted, Token};
use crate::select::{look, meetings, placed, ports, settle_on_none, Enlisting, Round, INLINE};
use crate::sync::{pause, Alarm, Deadline, MODEL};
use crate::wait::{Claim, Patience, Phase, Waiter, Waker};
use core::cell::Cell;
use core::marker::PhantomPinned;
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll};

/// Where an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In no queue.
    Fresh,
    /// In queues; the claim says what has become of it.
    Enlisted,
    /// The claim is decided; perhaps still in queues.
    Leaving(Outcome),
    /// Finished.
    Over,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// By the owner: nothing.
    Nothing,
    /// A peer has performed this arm.
    Done(usize),
    /// This arm is to be tried.
    Ready(usize),
    /// The channel of this arm was closed.
    Closed(usize),
}

/// What a poll is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// Enlist, and wait.
    Wait,
    /// Leave all queues.
    Leave,
}

/// An operation of a task with some arms.
#[derive(Debug)]
pub(super) struct Wait<W> {
    state: State,
    claim: Claim,
    /// Written when enlisting.
    waiters: W,
    alarm: Alarm,
    /// A peer had chosen it, and it won nothing: it enlists first in each queue.
    again: bool,
    /// It has waited for the clock. In a model the deadline has passed then.
    timed: bool,
    _pinned: PhantomPinned,
}

// SAFETY: the claim is `Sync`; waiters are touched by peers under locks, and by the owner otherwise, wherever it is.
unsafe impl<W: Waiters> Send for Wait<W> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<W: Waiters> Sync for Wait<W> {}

/// Rounds of one poll, before it lets others run.
const ROUNDS: usize = 4;
/// Looks that a poll gives a peer that is copying a value.
const LOOKS: usize = if MODEL { 1 } else { 16 };

impl<W: Waiters> Wait<W> {
    pub(super) fn new() -> Wait<W> {
        Wait::with(W::NEW)
    }

    /// With memory that was used before.
    pub(super) fn with(waiters: W) -> Wait<W> {
        Wait {
            state: State::Fresh,
            claim: Claim::for_task(),
            waiters,
            alarm: Alarm::new(),
            again: false,
            timed: false,
            _pinned: PhantomPinned,
        }
    }

    /// The memory, after `cancel`.
    pub(super) fn waiters_mut(&mut self) -> &mut W {
        &mut self.waiters
    }

    /// Whether it is finished.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Goes on. `place` is where a peer may put the value of an arm, or take it from; null if it is to be tried instead. `None`: the deadline has
    /// passed.
    pub(super) fn poll(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        wanted: Wanted<'_, '_>,
        place: impl FnMut(usize) -> *mut (),
    ) -> Poll<Option<(usize, Token)>> {
        self.advance(cx, wanted, Goal::Wait, place)
    }

    /// Leaves all queues, so that no peer decides while foreign code runs; `poll` may come again. `Some`: a peer was faster.
    pub(super) fn retreat(self: Pin<&mut Self>, cx: &mut Context<'_>, wanted: Wanted<'_, '_>) -> Poll<Option<(usize, Token)>> {
        self.advance(cx, wanted, Goal::Leave, |_| ptr::null_mut())
    }

    /// Finishes without an arm, after `retreat`.
    pub(super) fn finish(self: Pin<&mut Self>) {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        debug_assert_eq!(this.state, State::Fresh);
        this.state = State::Over;
    }

    fn advance(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        wanted: Wanted<'_, '_>,
        goal: Goal,
        mut place: impl FnMut(usize) -> *mut (),
    ) -> Poll<Option<(usize, Token)>> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        for _ in 0..ROUNDS {
            match this.state {
                State::Over => return Poll::Pending,
                State::Fresh if goal == Goal::Leave => return Poll::Ready(None),
                State::Fresh => {
                    let look = || look(wanted.arms, wanted.order, wanted.manner());
                    let mut won = look();
                    let late = won.is_none() && this.is_late(wanted.deadline);
                    if late && wanted.arms.len() > 1 {
                        won = settle_on_none(wanted.arms, look);
                    }
                    if won.is_some() || late {
                        this.state = State::Over;
                        return Poll::Ready(won);
                    }
                    // Foreign code: before anything points to us.
                    let waker = cx.waker().clone();
                    let waiters = this.waiters.memory(wanted.arms.len());
                    for (i, waiter) in waiters.iter_mut().enumerate() {
                        waiter.write(Waiter::new(&this.claim, i, place(i)));
                    }
                    wanted.order.arrange(waiters);
                    this.state = State::Enlisted;
                    // SAFETY: written just now, and in no queue; pinned, and the destructor of the future calls `cancel`.
                    match this.with_round(wanted, Some(Patience::Task), |round, again| unsafe { round.enlist(again) }) {
                        Enlisting::Won(i, token) => {
                            Waker::Task(waker).discard();
                            this.state = State::Over;
                            return Poll::Ready(Some((i, token)));
                        }
                        Enlisting::Yes => {
                            if let Some(pending) = this.sleep(waker, cx, wanted) {
                                return pending;
                            }
                        }
                        Enlisting::Again | Enlisting::Busy => this.withdraw(),
                    }
                }
                State::Enlisted => match this.claim.phase() {
                    Phase::Open | Phase::Parked if goal == Goal::Leave || this.is_late(wanted.deadline) || this.is_due(wanted) => {
                        this.withdraw()
                    }
                    phase @ (Phase::Open | Phase::Parked) => {
                        let old = if phase == Phase::Parked { this.claim.unpark() } else { Ok(None) };
                        if let Ok(old) = old {
                            let waker = match old {
                                Some(Waker::Task(old)) if old.will_wake(cx.waker()) => old,
                                _ => cx.waker().clone(),
                            };
                            if let Some(pending) = this.sleep(waker, cx, wanted) {
                                return pending;
                            }
                        }
                    }
                    Phase::Claimed(_) => {
                        if !(0..LOOKS).any(|_| {
                            pause();
                            !matches!(this.claim.phase(), Phase::Claimed(_))
                        }) {
                            break;
                        }
                    }
                    Phase::Held(i) => {
                        let waker = Waker::Task(cx.waker().clone());
                        match wanted.arms[i].0.map(|port| port.park_on_hold(&this.claim, waker)) {
                            Some(Enlisted::Yes) => return Poll::Pending,
                            Some(Enlisted::Busy) => break,
                            _ => {}
                        }
                    }
                    Phase::Done(i) => this.state = State::Leaving(Outcome::Done(i)),
                    Phase::Ready(i) => this.state = State::Leaving(Outcome::Ready(i)),
                    Phase::Closed(i) => this.state = State::Leaving(Outcome::Closed(i)),
                    Phase::Dead => this.state = State::Leaving(Outcome::Nothing),
                },
                State::Leaving(outcome) => {
                    if !this.with_round(wanted, Some(Patience::Task), |round, _| round.withdraw_all(decided(outcome))) {
                        break;
                    }
                    this.state = State::Over;
                    this.alarm.cancel();
                    if let Some(won) = this.left(outcome, wanted) {
                        return Poll::Ready(Some(won));
                    }
                    this.again = matches!(outcome, Outcome::Ready(_));
                    this.state = State::Fresh;
                    this.claim.reopen();
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Gives the operation up. Answers the arm that had been won. For destructors: waits for locks, which are held for some instructions at a time.
    pub(super) fn cancel(self: Pin<&mut Self>, wanted: Wanted<'_, '_>) -> Option<(usize, Token)> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        while this.state == State::Enlisted {
            this.withdraw();
            if this.state != State::Enlisted {
                break;
            }
            match this.claim.phase() {
                Phase::Held(i) => {
                    if wanted.arms[i].0.is_some_and(|port| port.leave_hold(&this.claim)) {
                        this.state = State::Leaving(Outcome::Nothing);
                    }
                }
                phase => drop(this.claim.settle(phase)),
            }
        }
        let State::Leaving(outcome) = this.state else { return None };
        this.with_round(wanted, None, |round, _| round.withdraw_all(decided(outcome)));
        this.state = State::Over;
        this.alarm.cancel();
        match outcome {
            Outcome::Done(_) => this.left(outcome, wanted),
            Outcome::Ready(i) => {
                wanted.arms[i].0.iter().for_each(|port| port.renounce());
                None
            }
            _ => None,
        }
    }

    /// Once out of all queues: what has come of it.
    fn left(&mut self, outcome: Outcome, wanted: Wanted<'_, '_>) -> Option<(usize, Token)> {
        match outcome {
            Outcome::Done(i) => Some((i, self.with_round(wanted, None, |round, _| placed(round, i)))),
            Outcome::Ready(i) => wanted.arms[i].0?.win_notified(ptr::null(), wanted.manner()).map(|token| (i, token)),
            Outcome::Nothing | Outcome::Closed(_) => None,
        }
    }

    /// Decides the claim, unless a peer has: then it is `Leaving`. A peer that is just deciding is left to the next look.
    fn withdraw(&mut self) {
        let outcome = match self.claim.quit() {
            Ok(()) => Outcome::Nothing,
            Err(Phase::Done(i)) => Outcome::Done(i),
            Err(Phase::Ready(i)) => Outcome::Ready(i),
            Err(Phase::Closed(i)) => Outcome::Closed(i),
            Err(Phase::Dead) => Outcome::Nothing,
            Err(_) => return,
        };
        self.state = State::Leaving(outcome);
    }

    /// Leaves the waker, and has the clock wake it, too, where there is a limit. `None`: a peer was faster.
    fn sleep<R>(&mut self, waker: core::task::Waker, cx: &Context<'_>, wanted: Wanted<'_, '_>) -> Option<Poll<R>> {
        let due = ports(wanted.arms).filter_map(|(_, port)| port.due()).map(Deadline::at);
        let until = due.fold(wanted.deadline, Deadline::min);
        if let Some(when) = until.instant() {
            self.alarm.set(when, cx.waker());
            self.timed = true;
        }
        self.claim.park(Waker::Task(waker)).is_ok().then_some(Poll::Pending)
    }

    fn is_late(&self, deadline: Deadline) -> bool {
        deadline.expired() || (MODEL && self.timed && deadline.instant().is_some())
    }

    fn is_due(&self, wanted: Wanted<'_, '_>) -> bool {
        ports(wanted.arms).any(|(_, port)| port.due().is_some_and(|due| Deadline::at(due).over()))
    }

    fn with_round<R>(&self, wanted: Wanted<'_, '_>, patience: Option<Patience>, f: impl FnOnce(&Round<'_, '_>, bool) -> R) -> R {
        let mut few = [(0, 0); INLINE];
        let mut many = self.waiters.meetings().map(Cell::take).unwrap_or_default();
        // SAFETY: not called before they were written.
        let waiters = unsafe { core::slice::from_raw_parts(self.waiters.first(), wanted.arms.len()) };
        let round = Round {
            arms: wanted.arms,
            claim: &self.claim,
            waiters,
            meetings: meetings(wanted.arms, &mut few, &mut many),
            order: wanted.order,
            manner: wanted.manner(),
            patience,
            called: Cell::new(false),
        };
        let result = f(&round, self.again);
        if let Some(kept) = self.waiters.meetings() {
            kept.set(many);
        }
        result
    }
}

fn decided(outcome: Outcome) -> Option<usize> {
    match outcome {
        Outcome::Done(i) | Outcome::Ready(i) | Outcome::Closed(i) => Some(i),
        Outcome::Nothing => None,
    }
}
