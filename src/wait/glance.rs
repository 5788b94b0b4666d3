//! A wait's first look, for who should enlist soon.

use super::spin::{get, set, Spin};
use super::turn;
use crate::sync::{pause, pause_nanos, MODEL};

/// A glance that is in vain every time is done once in this many waits, as a power of two.
const GLANCES_OFF_LOG2: u32 = 6;

impl Spin {
    /// The first stage alone: for a select that others find only in a queue, so that it should soon be in one. A look takes `look_ns`, and one has just been
    /// made. The more often it was in vain, the more rarely it is done.
    pub(crate) fn glance(&self, look_ns: u32, mut ready: impl FnMut() -> bool) -> bool {
        let limit = get(&self.limit_ns);
        if MODEL || limit == 0 || self.shares_processor() {
            return false;
        }
        let off = get(&self.glances_off);
        if off > 0 {
            set(&self.glances_off, off - 1);
            return false;
        }
        turn::count();
        let each = pause_nanos().saturating_add(look_ns);
        let mut spent = look_ns;
        while spent < get(&self.look_ns).min(limit) {
            if ready() {
                set(&self.vain_glances, 0);
                return true;
            }
            pause();
            spent = each.saturating_add(spent);
        }
        let vain = (get(&self.vain_glances) + 1).min(GLANCES_OFF_LOG2);
        set(&self.vain_glances, vain);
        set(&self.glances_off, (1 << vain) - 1);
        false
    }
}
