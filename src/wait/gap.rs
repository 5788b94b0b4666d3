//! When to look first, at a ring of several slots that was found empty or full.
//!
//! ```text
//!   sender    ─ push ─ push ─ push ─ push ─ push ─ push ─ push ─ push ─ push ─
//!   receiver  ─ pop ─ pop ─ empty ────── gap ────── look ─ pop ─ pop ─ pop ─
//! ```
//!
//! After a run of operations the peer is at work. Who looks at once takes the slot's cache line from it, and finds one value, after which it waits again. So it
//! does not look at all for a while, in which the peer gets ahead undisturbed, and the next run is longer. The gap is learned: it grows after a long run,
//! unless too much of the ring goes by in it; it shrinks after a look in vain; and where there are no runs there is none.
//!
//! A task does the same before it enlists: if its peers run on other threads, they are at work just now (amt_mpmc_128 88 to 28 ns; with 4 slots it loses:
//! amt_mpmc_4 206 to 240; more in `docs/tuning.md`). If they are on its own thread nobody comes meanwhile: so this is learned, too. Where each wait is for one
//! value only there is no gap.

use super::spin::{get, pause_for, set, Spin};
use super::turn;
use crate::sync::{pause_nanos, MODEL};

/// The longest gap where a quarter of the ring, or more, goes by between two waits.
pub(super) const GAP_NS: u32 = 460;
/// The longest gap elsewhere: where the ring is large, or each value takes long to copy.
pub(super) const GAP_LONG_NS: u32 = 8_000;
/// A run of this many operations, or more, between two waits makes the gap longer; a run of one makes it shorter. A task has no gap after a shorter run than
/// this.
const GAP_RUN: u32 = 4;

/// The gap of a task, and the least number of slots at which it has one.
const TASK_GAP_NS: u32 = 500;
const TASK_GAP_SLOTS: usize = 8;
/// A gap in which something came allows for `TASK_CREDIT` in vain, up to `TASK_CREDIT_MAX` in all. After one too many, `TASK_GAPS_OFF` waits have none.
const TASK_CREDIT: u32 = 4;
const TASK_CREDIT_MAX: u32 = 64;
const TASK_GAPS_OFF: u32 = 64;

impl Spin {
    /// On finding the ring of `cap` slots empty or full at `position`: after a run of operations, does not look at all for a while, and then asks `ready`
    /// once. With one slot there are no runs: see `moment`. A wait that ends with that look is as short as an operation, so it counts for no turn.
    pub(crate) fn gap(&self, position: u64, cap: usize, ready: impl FnOnce() -> bool) -> bool {
        let limit = get(&self.limit_ns);
        if MODEL || self.shares_processor() || limit == 0 {
            return false;
        }
        if cap == 1 {
            return self.moment.look(ready);
        }
        turn::count();
        let run = self.run(position);
        let mut gap = gap_after(run, get(&self.gap_ns), cap).min(limit);
        pause_for(gap);
        let ready = ready();
        if !ready {
            gap /= 2;
        }
        set(&self.gap_ns, gap);
        ready
    }

    /// How many operations of its side there were since the last wait.
    #[inline(always)]
    fn run(&self, position: u64) -> u32 {
        let position = position as u32;
        let run = position.wrapping_sub(get(&self.last_wait));
        set(&self.last_wait, position);
        run
    }

    /// Whether a task, which found the ring of `cap` slots empty or full at `position`, may have a gap.
    #[inline(always)]
    pub(crate) fn may_have_gap(&self, position: u64, cap: usize) -> bool {
        !MODEL && cap >= TASK_GAP_SLOTS && self.run(position) >= GAP_RUN
    }

    /// As `gap`, for a task, after that. `ready` is asked once, if at all.
    #[inline(never)]
    pub(crate) fn gap_of_task(&self, ready: impl FnOnce() -> bool) -> bool {
        let limit = get(&self.limit_ns);
        if limit == 0 {
            return false;
        }
        let off = get(&self.task_gaps_off);
        if off > 0 {
            set(&self.task_gaps_off, off - 1);
            return false;
        }
        if !pause_for(TASK_GAP_NS.min(limit)) {
            return false;
        }
        let (ready, credit) = (ready(), get(&self.task_credit));
        match ready {
            true => set(&self.task_credit, (credit + TASK_CREDIT).min(TASK_CREDIT_MAX)),
            false if credit == 0 => set(&self.task_gaps_off, TASK_GAPS_OFF),
            false => set(&self.task_credit, credit - 1),
        }
        ready
    }
}

/// How long the gap is after a run of `run` operations, if it was `gap` before.
pub(super) fn gap_after(run: u32, gap: u32, cap: usize) -> u32 {
    let share = |part| run as usize >= cap / part;
    if gap > GAP_NS && share(2) {
        gap - gap / 4
    } else if gap > GAP_NS && share(4) {
        gap
    } else if run >= GAP_RUN {
        let most = if share(4) { GAP_NS } else { GAP_LONG_NS };
        (gap + gap / 2 + pause_nanos()).min(most)
    } else if run <= 1 {
        gap / 2
    } else {
        gap
    }
}
