//! Waiting for an operation that would not wait, without performing it.

use super::Select;
use crate::error::{ReadyTimeoutError, TryReadyError};
use crate::select::{self, Until};
use crate::sync::{Deadline, Duration, Instant};

impl Select<'_> {
    /// Finds an operation that would not wait now. As [`ready`](Select::ready) in all else; it calls nobody, and finishes in a bounded number of steps.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// let mut select = rendez::Select::new();
    /// let index = select.recv(&rx);
    /// assert!(select.try_ready().is_err());
    /// tx.send(1).unwrap();
    /// assert_eq!(select.try_ready(), Ok(index));
    /// assert_eq!(rx.len(), 1); // nothing was taken
    /// ```
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.find(Until::Now).ok_or(TryReadyError)
    }

    /// Waits until an operation would not wait. By the time it is tried, that may be over.
    ///
    /// At capacity 0 a receive would not wait if a sender waits, be it one that waits here: it comes when the receive is tried. A send would not wait if a
    /// receiver waits that does not merely wait here. So of two that wait here for each other the receiver goes first.
    ///
    /// # Panics
    /// If there is no operation.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; [`ready_timeout`](Select::ready_timeout) can. Nothing is sent or received in any case.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// std::thread::spawn(move || tx.send(1));
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// let value = loop {
    ///     select.ready();
    ///     if let Ok(value) = rx.try_recv() {
    ///         break value;
    ///     }
    /// };
    /// assert_eq!(value, 1);
    /// ```
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        self.check_not_empty();
        loop {
            if let Some(index) = self.find(Until::Deadline(Deadline::NEVER)) {
                return index;
            }
        }
    }

    /// Waits until an operation would not wait, at most `timeout`: as [`ready`](Select::ready). A zero timeout looks once, one too large for the clock
    /// means no limit.
    ///
    /// # Errors
    /// If no operation became ready in time.
    ///
    /// # Cancel safety
    /// Nothing is sent or received in any case.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (_tx, rx) = rendez::bounded::<u8>(1);
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert!(select.ready_timeout(Duration::from_millis(5)).is_err());
    /// ```
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        self.find(Until::Deadline(Deadline::after(timeout))).ok_or(ReadyTimeoutError)
    }

    /// Waits until an operation would not wait, or until `deadline`: as [`ready`](Select::ready). One that has passed looks once.
    ///
    /// # Errors
    /// If no operation became ready in time.
    ///
    /// # Cancel safety
    /// Nothing is sent or received in any case.
    ///
    /// ```
    /// let (tx, _rx) = rendez::bounded::<u8>(1);
    /// let mut select = rendez::Select::new();
    /// select.send(&tx);
    /// assert_eq!(select.ready_deadline(std::time::Instant::now()), Ok(0)); // there is room
    /// ```
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.find(Until::Deadline(Deadline::at(deadline))).ok_or(ReadyTimeoutError)
    }

    fn find(&mut self, until: Until) -> Option<usize> {
        select::ready(self.arms.as_slice(), self.order, until, &mut self.storage)
    }
}
