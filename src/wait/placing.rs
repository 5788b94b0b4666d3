//! Where a side's peers run: on another processor, or on our own.
//!
//! A peer that always comes with the very first yield needs our processor, while another may idle. So from time to time such a wait goes to sleep at once: the
//! wake-up places the thread anew. Where that changes nothing, another program may keep the other processor: then looks are in vain, and waits give way at
//! once, as on one processor.
//!
//! ```text
//!   ELSEWHERE ─ first yields ─ sleep ─ more of them ─ sleep ─ more ─▶ HERE: gives way without a look
//!       ▲                                                              │
//!       └──── a peer came while we looked ◀── one wait in some looks ──┘
//! ```
//!
//! Without those looks a side stayed in HERE for good, once something had kept the other processor for some milliseconds: where every thread gives way, one
//! always comes with the first yield (mpmc32_0 1133 ns, and 356 where there is no HERE; more in `docs/tuning.md`).

use super::spin::{get, set};
use crate::sync::{processors, AtomicU32};

/// How many times a peer comes with the first yield before the thread sleeps to be placed anew; twice as many each time.
const ESCAPE_MIN: u32 = 16;
const ESCAPE_MAX: u32 = 4_096;
/// From here on a side shares its processor with its peers: it was placed anew three times, and they still come with the first yield only.
const SHARED: u32 = 8 * ESCAPE_MIN;
/// One wait in this many looks all the same.
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

/// One more peer came with the first yield. Counted as far as that matters: on one processor nothing ever begins the count anew.
pub(super) fn one_more(first_yields: u32) -> u32 {
    (first_yields + 1).min(ESCAPE_MAX)
}
