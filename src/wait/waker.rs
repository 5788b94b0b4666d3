//! Whom to wake.

use crate::sync::{contain, Unparker};

/// How a sleeper is woken. A thread and a task differ here and nowhere else.
#[derive(Debug)]
pub(crate) enum Waker {
    /// A parked thread.
    Thread(Unparker),
    /// A task that returned `Pending`.
    Task(core::task::Waker),
}

/// Wakes whom a decision was for, if it sleeps. See [`Waker::wake`].
#[inline(always)]
pub(crate) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
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
