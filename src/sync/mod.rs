//! The wall between the algorithms and the machine.
//!
//! Every atomic, cell, park, pause, clock and random number of this crate goes through here; no other file but tests and models names
//! `std::sync`, `std::thread` or the model checker. Both sides offer the same names:
//!
//! | name | outside a model | inside a loom model |
//! |---|---|---|
//! | `AtomicUsize`, `AtomicU64`, `AtomicU32` | core's | loom's |
//! | `load_in_order` | a load, SeqCst | an exchange that changes nothing |
//! | `Arc` | std's | one whose ends the model sees |
//! | `Cell`, `init_cell` | an `UnsafeCell` read in closures | loom's, which reports races |
//! | `Step` | nothing | nothing, or in a coarse one the point at which others may come in between |
//! | `Parker`, `Unparker` | park and unpark of the current thread | a loom `Notify` made for one wait |
//! | `Gate` | a mutex and a condition variable | yields |
//! | `Deadline` | a clock | a choice of the model: any timed wait may end early |
//! | `now` | the clock | stands still, but for timed waits |
//! | `micros` | a coarse clock, to learn from | 0 |
//! | `Alarm` | a thread that wakes tasks by the clock | wakes at once |
//! | `pause`, `yield_now`, `processors` | the real ones | yields, and one processor |
//! | `pause_nanos` | what a pause costs, measured | 1 |
//! | `idle` | a few nanoseconds | nothing |
//! | `nap` | a short sleep | yields, and what comes after it is not explored |
//! | `random`, `next_id` | a generator of each thread; a counter | 0; a counter |
//! | `alloc`, `dealloc` | the allocator's | loom's, which reports leaks |

#[cfg(all(loom, not(rendez_no_loom)))]
#[path = "loom.rs"]
mod imp;
#[cfg(not(all(loom, not(rendez_no_loom))))]
#[path = "std.rs"]
mod imp;

#[cfg(not(all(loom, not(rendez_no_loom))))]
mod affinity;
#[cfg(not(all(loom, not(rendez_no_loom))))]
mod alarm;
#[cfg(any(rendez_coarse, not(all(loom, not(rendez_no_loom)))))]
mod cell;
mod deadline;
mod fetch;
#[cfg(not(all(loom, not(rendez_no_loom))))]
mod heap;
mod in_order;
#[cfg(all(loom, not(any(rendez_no_loom, rendez_coarse))))]
mod model_arc;
#[cfg(all(loom, not(rendez_no_loom)))]
#[cfg_attr(rendez_coarse, allow(dead_code))]
pub(crate) mod model_atomic;

#[cfg(not(all(loom, not(rendez_no_loom))))]
pub(crate) use alarm::Alarm;
pub(crate) use deadline::Deadline;
pub(crate) use fetch::{fetch_early, fetch_lines_early, LINE};
pub(crate) use imp::*;
pub(crate) use in_order::InOrder;
#[cfg(all(loom, not(any(rendez_no_loom, rendez_coarse))))]
pub(crate) use model_arc::{Arc, WeakArc};
use std::panic::{catch_unwind, AssertUnwindSafe};
pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::sync::Arc as WakerArc; // what a waker is made of
#[cfg(not(all(loom, not(any(rendez_no_loom, rendez_coarse)))))]
pub(crate) use std::sync::{Arc, Weak as WeakArc};
pub(crate) use std::thread::ThreadId;
pub(crate) use std::time::{Duration, Instant};

/// Runs a waker's code, which may panic: that harms its own task alone, and whoever wakes goes on. What was thrown may panic, too, when it is dropped; and
/// what is thrown then is left for good.
pub(crate) fn contain(foreign: impl FnOnce()) {
    if let Err(thrown) = catch_unwind(AssertUnwindSafe(foreign)) {
        drop_thrown(thrown);
    }
}

#[cold]
#[inline(never)]
fn drop_thrown(thrown: Box<dyn core::any::Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(thrown))) {
        core::mem::forget(again);
    }
}

/// Who is asking.
pub(crate) fn current_thread() -> ThreadId {
    std::thread::current().id()
}

/// Whether this build runs inside a model checker: spin budgets are zero there.
pub(crate) const MODEL: bool = cfg!(all(loom, not(rendez_no_loom)));

#[cfg(all(test, not(loom)))]
mod tests;
