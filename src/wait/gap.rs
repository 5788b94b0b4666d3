//! When to look first, at a ring of several slots that was found empty or full.
//!
//! ```text
//!   sender    ─ push ─ push ─ push ─ push ─ push ─ push ─ push ─ push ─ push ─
//!   receiver  ─ pop ─ pop ─ empty ────── gap ────── look ─ pop ─ pop ─ pop ─
//! ```
//!
//! After a run of operations the peer is at work. Who looks at once takes the slot's cache line from it, and finds one value, after which it waits again. So it
//! does not look at all for a while, in which the peer gets ahead undisturbed, and the next run is longer. The gap is learned: longer after a long run, as long
//! as not too much of the ring goes by; shorter after a look in vain, and none where there are no runs.

use super::spin::{get, pause_for, set, Spin};
use super::turn;
use crate::sync::{pause_nanos, MODEL};

/// The longest gap; the long one as long as not a quarter of the ring goes by between two waits: where the ring is large, or each value takes long to copy.
pub(super) const GAP_NS: u32 = 460;
pub(super) const GAP_LONG_NS: u32 = 8_000;
/// A run of so many operations between two waits makes the gap longer, and one of a single operation shorter.
const GAP_RUN: u32 = 4;

impl Spin {
    /// On finding the ring of `cap` slots empty or full at `position`: after a run of operations, does not look at all for a moment. `ready` is asked
    /// once afterwards. With one slot there are no runs, and a wait that ends with that look is no longer than an operation: turns are seen to at milestones.
    pub(crate) fn gap(&self, position: u64, cap: usize, ready: impl FnOnce() -> bool) -> bool {
        let limit = get(&self.limit_ns);
        if MODEL || self.shares_processor() || limit == 0 {
            return false;
        }
        if cap == 1 {
            return self.moment.look(ready);
        }
        turn::count();
        let position = position as u32;
        let run = position.wrapping_sub(get(&self.last_wait));
        set(&self.last_wait, position);
        let mut gap = gap_after(run, get(&self.gap_ns), cap).min(limit);
        pause_for(gap);
        let ready = ready();
        if !ready {
            gap /= 2;
        }
        set(&self.gap_ns, gap);
        ready
    }
}

/// How long the gap is after a run of so many operations.
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
