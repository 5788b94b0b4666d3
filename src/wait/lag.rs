//! Waiting for a peer that is in the middle of a step.
//!
//! Between a peer's exchange and the store that ends its operation lies one copy of a value: nanoseconds, unless the peer has lost its processor, and then
//! some milliseconds. So there is nothing to learn here. A wait pauses, then yields, as the peer may need this very processor, and then naps, so that a peer
//! that is stopped for long costs hardly anything.
//!
//! An attempt that must end soon ends after a number of such steps that is known beforehand, and answers as it looks then.

use crate::sync::{nap, pause, yield_now, MODEL};

/// Waits for a peer that is between two steps of one operation: nanoseconds, unless it has lost its processor.
#[derive(Debug)]
pub(crate) struct Lag {
    step: u32,
}

/// Pauses, then yields, then naps.
const PAUSES: u32 = if MODEL { 2 } else { 64 };
const YIELDS: u32 = if MODEL { 0 } else { 4 };
const NAPS: u32 = 24;
const NAP_MIN_US: u64 = 50;
const NAP_MAX_US: u64 = 1_000;

/// For how long an attempt that must end soon waits for a peer in the middle of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Some 20 ms, which a peer that has merely lost its processor does not take.
    Thread,
    /// Some microseconds: a task comes back later instead.
    Task,
    /// As `Task`, for the only task of its side while the other side has several handles: those would all wait for it, so it takes no long gap (see `lock`).
    TaskAlone,
}

impl Lag {
    #[inline]
    pub(crate) fn new() -> Lag {
        Lag { step: 0 }
    }

    /// Waits a little, longer each time.
    pub(crate) fn wait(&mut self) {
        self.step += 1;
        if self.step <= PAUSES {
            pause();
        } else if self.step <= PAUSES + YIELDS {
            yield_now();
        } else {
            let doublings = (self.step - PAUSES - YIELDS - 1).min(10);
            nap((NAP_MIN_US << doublings).min(NAP_MAX_US));
        }
    }

    /// Waits a little without sleeping; `false` if that has been done long enough.
    pub(crate) fn wait_awake(&mut self) -> bool {
        if MODEL || self.step >= PAUSES + YIELDS {
            return false;
        }
        self.wait();
        true
    }

    /// Waits a little, unless that has been done for as long as the attempt may. `false`: answer as it looks now.
    pub(crate) fn wait_bounded(&mut self, patience: Patience) -> bool {
        let limit = match patience {
            _ if MODEL => 2,
            Patience::Thread => PAUSES + YIELDS + NAPS,
            Patience::Task | Patience::TaskAlone => PAUSES / 4,
        };
        if self.step >= limit {
            return false;
        }
        self.wait();
        true
    }
}
