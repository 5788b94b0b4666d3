//! Where a side's peers run: on another processor, or on our own.
//!
//! A peer that always arrives with the very first yield needs our processor, while another may idle. From time to time such a wait goes to sleep at once, so
//! that the wake-up places the thread anew. Where that changes nothing, another program may keep the other processor: then looks are in vain, and waits give
//! way at once, as on one processor.
//!
//! ```text
//!   ELSEWHERE ─ first yields ─ sleep ─ more of them ─ sleep ─ more ─▶ HERE: gives way without a look
//!       ▲                                                              │
//!       └──── a peer came while we looked ◀── one wait in some looks ──┘
//! ```
//!
//! Without those looks a side stayed in HERE for good, once something had kept the other processor for some milliseconds: with every thread giving way there is
//! always one that comes so. (Two processors, something else on them for a tenth of a second now and then, means of 15 runs in turn, without those looks, and
//! where there is no HERE: mpmc32_0 1133 and 356 ns, mpmc_0 601 and 373, selrx_0 1505 and 846, mpsc_1 649 and 347. With them, four rows, nothing else
//! running, as where there is none; and beside a program that keeps one of the two, where HERE is right, as without them: each within its noise.)

use super::spin::{get, set};
use crate::sync::{processors, AtomicU32};

/// After how many first-yield successes the thread sleeps to be placed anew; twice as many each time.
const ESCAPE_MIN: u32 = 16;
const ESCAPE_MAX: u32 = 4_096;
/// A side that was placed anew so often, and still has nothing but first-yield successes, shares its processor with its peers.
const SHARED: u32 = 8 * ESCAPE_MIN;
/// One wait in so many looks all the same.
const LOOK_AGAIN: u32 = 16;

/// What one side has learned of it.
#[derive(Debug)]
pub(super) struct Placing {
    escape: AtomicU32,
    first_yields: AtomicU32,
    waits_here: AtomicU32,
}

impl Placing {
    pub(super) fn new() -> Placing {
        Placing { escape: AtomicU32::new(ESCAPE_MIN), first_yields: AtomicU32::new(0), waits_here: AtomicU32::new(0) }
    }

    /// Whether peers come only while we give way.
    #[inline]
    pub(super) fn is_here(&self) -> bool {
        processors() == 1 || get(&self.escape) >= SHARED
    }

    /// A wait begins, of a side that `is_here`. Answers whether it is to look all the same.
    #[inline]
    pub(super) fn looks_again(&self) -> bool {
        if processors() == 1 {
            return false;
        }
        let waits = get(&self.waits_here).wrapping_add(1);
        set(&self.waits_here, waits);
        waits % LOOK_AGAIN == 0
    }

    /// A peer came while we looked, or later than with the first yield.
    #[inline]
    pub(super) fn came_elsewhere(&self) {
        set(&self.escape, ESCAPE_MIN);
    }

    /// A peer came with the first yield.
    #[inline]
    pub(super) fn came_here(&self) {
        set(&self.first_yields, one_more(get(&self.first_yields)));
    }

    /// Before the first yield of a wait. Answers whether it is to sleep, to be placed anew.
    #[inline]
    pub(super) fn escapes(&self) -> bool {
        let escape = get(&self.escape);
        if processors() == 1 || get(&self.first_yields) < escape {
            return false;
        }
        set(&self.first_yields, 0);
        set(&self.escape, (2 * escape).min(ESCAPE_MAX));
        true
    }
}

/// Counts a first-yield success, as far as that matters: on one processor nothing ever begins the count anew.
pub(super) fn one_more(first_yields: u32) -> u32 {
    (first_yields + 1).min(ESCAPE_MAX)
}
