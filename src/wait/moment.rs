//! When to look first, at a ring of one slot and at capacity 0.
//!
//! ```text
//!   sender     FULL ── moment ── look ── FULL ── moment ── look ── FULL ──
//!                 ╲             ╱           ╲             ╱
//!   receiver  ── moment ── look ── FREE ── moment ── look ── FREE ──
//! ```
//!
//! There each side waits for one operation of the other at a time, about as long as the slot's cache line takes there and back. Who looks before the peer has
//! written takes the line away from it, or makes it ask for the line once more; and these transfers are most of what a message costs. So the first look waits
//! until what this thread has stored has left it, and then for a moment, which is learned: longer after a look that came too early, a little shorter after
//! one that did not. It is made of steps of about a nanosecond, as a pause may be as long as the whole transfer.
//!
//! At capacity 0 the line is that of the frame that waits: the peer has asked for it, to write the value and the decision, while it takes who waits out of the
//! lock's word (spsc_0 268 to 203 ns; more in `docs/tuning.md`).
//!
//! Where the peer takes longer than the longest moment, all is as if there were none.

use super::spin::{get, set};
use crate::sync::{idle, AtomicU32};

/// Parts of a step in which the moment is learned.
const STEP: u32 = 32;
/// What a look that came too early adds, and what one in time takes away: so one in nine comes too early.
const LONGER: u32 = 8;
const SHORTER: u32 = 1;
/// Less than half a microsecond.
pub(super) const MOMENT_MAX: u32 = 256 * STEP;

/// One side's learned moment.
#[derive(Debug)]
pub(super) struct Moment {
    parts: AtomicU32,
}

impl Moment {
    pub(super) fn new() -> Moment {
        Moment { parts: AtomicU32::new(0) }
    }

    /// The moment, in parts of a step.
    #[cfg(all(test, not(loom)))]
    pub(super) fn parts(&self) -> u32 {
        get(&self.parts)
    }

    /// Looks once, after the moment.
    #[inline]
    pub(super) fn look(&self, ready: impl FnOnce() -> bool) -> bool {
        let parts = get(&self.parts);
        idle(parts / STEP);
        let ready = ready();
        set(&self.parts, learned(parts, ready));
        ready
    }
}

/// What a moment becomes after a look.
#[inline]
pub(super) fn learned(parts: u32, ready: bool) -> u32 {
    if ready {
        parts.saturating_sub(SHORTER)
    } else {
        (parts + LONGER).min(MOMENT_MAX)
    }
}
