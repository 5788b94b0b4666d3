//! Why there is no value.

use core::fmt;
use std::error::Error;

const DRAINED: &str = "the channel is closed and empty";

/// The channel is closed and holds no more values.
///
/// ```
/// let (tx, rx) = rendez::bounded::<u8>(1);
/// drop(tx);
/// assert_eq!(rx.recv().unwrap_err().to_string(), "the channel is closed and empty");
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct RecvError;

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(DRAINED)
    }
}

impl Error for RecvError {}

/// Why [`try_recv`](crate::Receiver::try_recv) has no value.
///
/// ```
/// use rendez::TryRecvError;
///
/// let (tx, rx) = rendez::bounded::<u8>(1);
/// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
/// drop(tx);
/// assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub enum TryRecvError {
    /// No value is there, or at capacity 0 no sender waits; or it looked so for some 20 ms, as a thread was stopped in the middle of an operation.
    Empty,
    /// The channel is closed and holds no more values.
    Disconnected,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TryRecvError::Empty => "the channel is empty",
            TryRecvError::Disconnected => DRAINED,
        })
    }
}

impl Error for TryRecvError {}

impl From<RecvError> for TryRecvError {
    fn from(_: RecvError) -> TryRecvError {
        TryRecvError::Disconnected
    }
}

impl TryRecvError {
    /// Tells whether no value was there.
    ///
    /// ```
    /// let (_tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(rx.try_recv().unwrap_err().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        matches!(self, TryRecvError::Empty)
    }

    /// Tells whether the channel is closed and empty.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// drop(tx);
    /// assert!(rx.try_recv().unwrap_err().is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, TryRecvError::Disconnected)
    }
}

/// Why [`recv_timeout`](crate::Receiver::recv_timeout) has no value.
///
/// ```
/// use rendez::RecvTimeoutError;
/// use std::time::Duration;
///
/// let (tx, rx) = rendez::bounded::<u8>(1);
/// assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
/// drop(tx);
/// assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Disconnected));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub enum RecvTimeoutError {
    /// No value came in time.
    Timeout,
    /// The channel is closed and holds no more values.
    Disconnected,
}

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            RecvTimeoutError::Timeout => "the time for receiving ran out",
            RecvTimeoutError::Disconnected => DRAINED,
        })
    }
}

impl Error for RecvTimeoutError {}

impl From<RecvError> for RecvTimeoutError {
    fn from(_: RecvError) -> RecvTimeoutError {
        RecvTimeoutError::Disconnected
    }
}

impl RecvTimeoutError {
    /// Tells whether the time ran out.
    ///
    /// ```
    /// let (_tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(rx.recv_timeout(std::time::Duration::ZERO).unwrap_err().is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, RecvTimeoutError::Timeout)
    }

    /// Tells whether the channel is closed and empty.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// drop(tx);
    /// assert!(rx.recv_timeout(std::time::Duration::ZERO).unwrap_err().is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, RecvTimeoutError::Disconnected)
    }
}
