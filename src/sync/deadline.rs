//! When a wait gives up: never, or at an instant.

use super::{now, Duration, Instant};

/// The end of a timed wait. `None` is "no limit", which is also what an overflowing duration means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// A wait without limit.
    pub(crate) const NEVER: Deadline = Deadline(None);

    /// Ends at `when`.
    pub(crate) fn at(when: Instant) -> Deadline {
        Deadline(Some(when))
    }

    /// Ends `timeout` from now; without limit if that lies beyond what the clock can say.
    pub(crate) fn after(timeout: Duration) -> Deadline {
        Deadline(now().checked_add(timeout))
    }

    /// The instant, if there is one.
    pub(crate) fn instant(self) -> Option<Instant> {
        self.0
    }

    /// The earlier of the two.
    pub(crate) fn min(self, other: Deadline) -> Deadline {
        match (self.0, other.0) {
            (Some(a), Some(b)) => Deadline(Some(a.min(b))),
            (a, b) => Deadline(a.or(b)),
        }
    }

    /// Whether the clock has come to it.
    #[inline]
    pub(crate) fn over(self) -> bool {
        self.0.is_some_and(|when| now() >= when)
    }

    /// Whether the wait is over by the clock. In a model only a park can end a timed wait: there this says no.
    #[inline]
    pub(crate) fn expired(self) -> bool {
        !super::MODEL && self.over()
    }
}
