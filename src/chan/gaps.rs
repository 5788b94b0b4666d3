//! How often who loses an exchange to another of its side leaves the ring alone, and for how long at most (see `wait::crowd`).

use super::Chan;
use crate::sync::Deadline;
use crate::wait::crowd::{GAPS, LONG_NARROW_NS, LONG_NS};

/// Who it is that loses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loser {
    /// One that would wait anyway, and for how long.
    Waits(Deadline),
    /// One that is to be back soon: an attempt, an arm of a select, or a poll, behind which other tasks wait.
    Attempts,
    /// One that others wait for: it holds the lock, or was woken and may have to see to them.
    Serves,
}

impl<T> Chan<T> {
    /// What to call whenever an exchange is lost: it has a gap each time, up to as many as this loser may have in one attempt.
    #[inline(always)]
    pub(super) fn gaps(&self, sending: bool, loser: Loser) -> impl FnMut() + '_ {
        let mut left = match loser {
            Loser::Waits(_) => GAPS,
            Loser::Attempts => GAPS / 2,
            Loser::Serves => 0,
        };
        move || {
            if left > 0 {
                left -= 1;
                self.gap(sending, loser);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn gap(&self, sending: bool, loser: Loser) {
        let longest = match loser {
            Loser::Waits(deadline) if deadline.expired() => return,
            Loser::Waits(_) if self.ring.cap() == 1 => LONG_NARROW_NS,
            _ => LONG_NS,
        };
        // Both ends take one course: only if there are gaps at both are the others faster.
        self.cold.crowd.lost(self.spin(sending), longest, || self.ring.appended_hint());
    }
}
