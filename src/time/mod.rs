//! Receivers that are told by the clock: `after`, `at`, `tick`. No thread and no allocation beyond one shared word stand behind them:
//! who receives sleeps until the instant itself.
//!
//! 1. `next` is the instant, in nanoseconds after `base`, of the message that is due next. Who moves it on by an exchange has that message.
//! 2. A one-shot timer moves it to `SPENT`, for ever. A ticker moves it to the first tick of its grid after now: a tick that nobody took in time
//!    is lost, and the grid never drifts.

use crate::error::{RecvTimeoutError, TryRecvError};
use crate::sync::{now, Arc, AtomicU64, Deadline, Duration, Instant, Ordering, Parker, Step};
use core::fmt;

const SPENT: u64 = u64::MAX;

/// A timer. Its messages are instants: `T` is `Instant`, and is there only because the timer stands in a `Receiver<T>`.
pub(crate) struct Timer<T> {
    base: Instant,
    next: AtomicU64,
    /// For coarse models.
    step: Step,
    period: Option<u64>,
    message: fn(Instant) -> T,
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).map_or(SPENT - 1, |nanos| nanos.min(SPENT - 1))
}

impl Timer<Instant> {
    /// One message, at `when`.
    pub(crate) fn once(when: Instant) -> Arc<Timer<Instant>> {
        Arc::new(Timer { base: when, next: AtomicU64::new(0), step: Step::new(), period: None, message: |when| when })
    }

    /// Messages every `period`, the first one a period from now. A period of zero is one nanosecond: always due.
    pub(crate) fn every(period: Duration) -> Arc<Timer<Instant>> {
        let period = nanos(period).max(1);
        Arc::new(Timer { base: now(), next: AtomicU64::new(period), step: Step::new(), period: Some(period), message: |when| when })
    }
}

impl<T> Timer<T> {
    /// The instant `nanos` after the base; `None` for `SPENT` and beyond the clock.
    fn instant(&self, nanos: u64) -> Option<Instant> {
        (nanos != SPENT).then(|| self.base.checked_add(Duration::from_nanos(nanos))).flatten()
    }

    /// When the next message is due, if ever.
    pub(crate) fn due(&self) -> Option<Instant> {
        // ORDERING: Relaxed: the word is all there is.
        self.instant(self.next.load(Ordering::Relaxed))
    }

    /// Takes the message that is due, if one is.
    pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
        self.take_due().map(self.message).ok_or(TryRecvError::Empty)
    }

    /// The message that says `when`.
    pub(crate) fn message(&self, when: Instant) -> T {
        (self.message)(when)
    }

    /// As `try_recv`, before the message has its type.
    pub(crate) fn take_due(&self) -> Option<Instant> {
        self.step.take();
        let mut next = self.next.load(Ordering::Relaxed); // ORDERING: as in `due`
        loop {
            let time = now();
            let when = self.instant(next).filter(|when| *when <= time)?;
            let after = match self.period {
                None => SPENT,
                Some(period) => {
                    let missed = nanos(time - when) / period;
                    next.saturating_add(period.saturating_mul(missed.saturating_add(1)))
                }
            };
            // ORDERING: Relaxed: as in `due`.
            match self.next.compare_exchange(next, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(when),
                Err(other) => next = other,
            }
        }
    }

    /// Sleeps until a message is due and takes it.
    pub(crate) fn recv(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        let parker = Parker::new();
        loop {
            if let Ok(message) = self.try_recv() {
                return Ok(message);
            }
            if deadline.over() {
                return Err(RecvTimeoutError::Timeout);
            }
            let until = self.due().map_or(Deadline::NEVER, Deadline::at).min(deadline);
            parker.park(until);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.due().is_some_and(|due| due <= now()).into()
    }
}

impl<T> fmt::Debug for Timer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("due", &self.due()).field("period", &self.period).finish()
    }
}
