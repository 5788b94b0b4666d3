//! The model checker's side of the wall.
//!
//! With `--cfg rendez_coarse`, for users' models that are too large to be explored in full detail, an operation on a channel is one step, and one more
//! when it has slept: no other thread comes in between. The model sees the steps (`Step`), which of a channel's operations comes first, and who sleeps;
//! atomics and places are plain. What can come of it can come of the program, too.

use super::{Deadline, Instant};
use loom::sync::Notify;
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(rendez_coarse)]
pub(crate) use super::cell::{init_cell, Cell};
#[cfg(not(rendez_coarse))]
pub(crate) use super::model_atomic::{AtomicU32, AtomicU64, AtomicUsize};
pub(crate) use loom::alloc::{alloc, dealloc};
pub(crate) use loom::thread::yield_now;
#[cfg(rendez_coarse)]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize};

/// In a coarse model, where one operation ends and the next begins, be it another thread's. Who takes it learns all that those knew who took it before.
#[derive(Debug)]
pub(crate) struct Step(#[cfg(rendez_coarse)] loom::sync::atomic::AtomicUsize);

impl Step {
    pub(crate) fn new() -> Step {
        now(); // The birth of the clock orders threads, so it comes with the first channel: mostly before there are any.
        Step(
            #[cfg(rendez_coarse)]
            loom::sync::atomic::AtomicUsize::new(0),
        )
    }

    pub(crate) fn take(&self) {
        #[cfg(rendez_coarse)]
        {
            haste();
            self.0.fetch_add(1, super::Ordering::AcqRel); // ORDERING: so each learns from the one before
        }
    }
}

#[cfg(rendez_coarse)]
thread_local! {
    /// Who took the last step, and how many of its timed waits have ended since another took one. Threads have new names in each execution, and loom runs all
    /// of a model on one.
    static HASTE: std::cell::Cell<Option<(loom::thread::ThreadId, u32)>> = const { std::cell::Cell::new(None) };
}

/// So many timed waits of one thread may end before others have had a turn. Who waits again and again would never give them one.
#[cfg(rendez_coarse)]
const HASTY: u32 = 3;

/// The current thread is taking a step. How many of its timed waits have ended since another did?
#[cfg(rendez_coarse)]
fn haste() -> u32 {
    let me = loom::thread::current().id();
    let count = HASTE.get().map_or(0, |(who, count)| if who == me { count } else { 0 });
    HASTE.set(Some((me, count)));
    count
}

/// Gives the others a turn, which ends with any step of one of them. loom does not let a thread that yields go on before such a step, and in a coarse
/// model one may be a whole operation: so there it is a choice whether to yield, for which a wait that may end for no reason serves, but not for ever.
fn take_turns() {
    #[cfg(rendez_coarse)]
    {
        let count = haste();
        if count < HASTY {
            HASTE.set(Some((loom::thread::current().id(), count + 1)));
            let choice = Notify::new();
            choice.notify();
            return choice.wait();
        }
    }
    yield_now();
}

/// A place whose accesses the model watches.
#[cfg(not(rendez_coarse))]
pub(crate) type Cell<T> = loom::cell::UnsafeCell<T>;

/// As `init_cell` of the real side; but loom's cells carry state, so one is put there.
///
/// # Safety
/// `place` is valid for writes.
#[allow(unsafe_code)]
#[cfg(not(rendez_coarse))]
pub(crate) unsafe fn init_cell<T>(place: *mut Cell<std::mem::MaybeUninit<T>>) {
    // SAFETY: the caller's promise.
    unsafe { place.write(Cell::new(std::mem::MaybeUninit::uninit())) }
}

loom::lazy_static! {
    /// The time in one execution. It stands still but for timed waits, each of which takes it on to its end: so executions are repeatable.
    static ref CLOCK: Mutex<Instant> = Mutex::new(Instant::now());
}

/// The time.
pub(crate) fn now() -> Instant {
    *CLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A timed wait until `when` ends.
fn end_wait(when: Instant) {
    take_turns();
    let mut clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    *clock = when.max(*clock);
}

/// A spinning thread lets the others run.
pub(crate) fn pause() {
    yield_now();
}

/// One wait of the current thread. loom's own park is not used: a late unpark there may wake a thread that waits for
/// something else.
pub(crate) struct Parker(Arc<Notify>);

impl Parker {
    pub(crate) fn new() -> Parker {
        Parker(Arc::new(Notify::new()))
    }

    pub(crate) fn unparker(&self) -> Unparker {
        Unparker(self.0.clone())
    }

    /// Sleeps until unparked or, once, for no reason. With a deadline the wait may end after any step of another thread, which is how the
    /// deadline becomes a choice of the model; and it ends if no other thread can go on.
    pub(crate) fn park(&self, deadline: Deadline) -> bool {
        if let Some(when) = deadline.instant() {
            end_wait(when);
            return true;
        }
        self.0.wait();
        false
    }
}

/// Wakes the thread of a [`Parker`].
#[derive(Debug)]
pub(crate) struct Unparker(Arc<Notify>);

impl Unparker {
    pub(crate) fn unpark(self) {
        self.0.notify();
    }
}

/// Where threads wait for a lock: a yielding loop, since the sleep of the real gate has no races of its own to find.
#[derive(Debug)]
pub(crate) struct Gate;

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate
    }

    pub(crate) fn pass(&self, mut attempt: impl FnMut() -> bool) {
        if attempt() {
            return;
        }
        yield_now();
        while !attempt() {
            nap(0);
        }
    }

    pub(crate) fn open(&self) {}
}

/// Waits for a peer that does not get a turn. Who goes on from here is not explored: two threads that wait for a third could go on
/// for ever, which no real machine does.
pub(crate) fn nap(_micros: u64) {
    loom::skip_branch();
    yield_now();
}

pub(crate) fn processors() -> usize {
    1
}

/// Only where threads stay awake.
pub(crate) fn idle(_: u32) {}

pub(crate) fn pause_nanos() -> u32 {
    1
}

/// Nothing that learns from time is in a model.
pub(crate) fn micros() -> u32 {
    0
}

/// A number that no other call gets. Grows across executions, but in each the order is that of the calls.
pub(crate) fn next_id() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    NEXT.fetch_add(1, super::Ordering::Relaxed) // ORDERING: the number is all there is to know
}

/// Not random: executions must be repeatable.
pub(crate) fn random() -> u32 {
    0
}

/// In a model the instant may come at any time: after any step of another thread, as in `park`.
#[derive(Debug)]
pub(crate) struct Alarm;

impl Alarm {
    pub(crate) const fn new() -> Alarm {
        Alarm
    }

    pub(crate) fn set(&mut self, when: Instant, waker: &core::task::Waker) {
        end_wait(when);
        waker.wake_by_ref();
    }

    pub(crate) fn cancel(&mut self) {}
}
