//! Why a value was not sent. It is inside.

use core::fmt;
use std::error::Error;

const CLOSED: &str = "the channel is closed";

/// The channel is closed: nobody will take the value, which is inside.
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// drop(rx);
/// let error = tx.send("unsent").unwrap_err();
/// assert_eq!(error.to_string(), "the channel is closed");
/// assert_eq!(error.into_inner(), "unsent");
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendError(..)")
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(CLOSED)
    }
}

impl<T> Error for SendError<T> {}

impl<T> SendError<T> {
    /// Gives the unsent value back.
    ///
    /// ```
    /// assert_eq!(rendez::SendError(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Why [`try_send`](crate::Sender::try_send) did not send; the value is inside.
///
/// ```
/// use rendez::TrySendError;
///
/// let (tx, _rx) = rendez::bounded(1);
/// tx.send(1).unwrap();
/// match tx.try_send(2) {
///     Ok(()) => unreachable!(),
///     Err(TrySendError::Full(value)) => assert_eq!(value, 2),
///     Err(TrySendError::Disconnected(_)) => unreachable!(),
/// }
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum TrySendError<T> {
    /// There is no room, or at capacity 0 no receiver waits; or it looked so for some 20 ms, as a thread was stopped in the middle of an operation.
    Full(T),
    /// The channel is closed.
    Disconnected(T),
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TrySendError::Full(_) => "Full(..)",
            TrySendError::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TrySendError::Full(_) => "the channel is full",
            TrySendError::Disconnected(_) => CLOSED,
        })
    }
}

impl<T> Error for TrySendError<T> {}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(error: SendError<T>) -> TrySendError<T> {
        TrySendError::Disconnected(error.0)
    }
}

impl<T> TrySendError<T> {
    /// Gives the unsent value back.
    ///
    /// ```
    /// assert_eq!(rendez::TrySendError::Full(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(value) | TrySendError::Disconnected(value) => value,
        }
    }

    /// Tells whether there was no room.
    ///
    /// ```
    /// let (tx, _rx) = rendez::rendezvous();
    /// assert!(tx.try_send(1).unwrap_err().is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, TrySendError::Full(_))
    }

    /// Tells whether the channel is closed.
    ///
    /// ```
    /// let (tx, rx) = rendez::rendezvous();
    /// drop(rx);
    /// assert!(tx.try_send(1).unwrap_err().is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, TrySendError::Disconnected(_))
    }
}

/// Why [`send_timeout`](crate::Sender::send_timeout) did not send; the value is inside.
///
/// ```
/// use rendez::SendTimeoutError;
/// use std::time::Duration;
///
/// let (tx, rx) = rendez::rendezvous();
/// assert_eq!(tx.send_timeout(1, Duration::ZERO), Err(SendTimeoutError::Timeout(1)));
/// drop(rx);
/// assert_eq!(tx.send_timeout(1, Duration::ZERO), Err(SendTimeoutError::Disconnected(1)));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum SendTimeoutError<T> {
    /// There was no room in time, or at capacity 0 no receiver came.
    Timeout(T),
    /// The channel is closed.
    Disconnected(T),
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            SendTimeoutError::Timeout(_) => "Timeout(..)",
            SendTimeoutError::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            SendTimeoutError::Timeout(_) => "the time for sending ran out",
            SendTimeoutError::Disconnected(_) => CLOSED,
        })
    }
}

impl<T> Error for SendTimeoutError<T> {}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(error: SendError<T>) -> SendTimeoutError<T> {
        SendTimeoutError::Disconnected(error.0)
    }
}

impl<T> SendTimeoutError<T> {
    /// Gives the unsent value back.
    ///
    /// ```
    /// assert_eq!(rendez::SendTimeoutError::Timeout(1).into_inner(), 1);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            SendTimeoutError::Timeout(value) | SendTimeoutError::Disconnected(value) => value,
        }
    }

    /// Tells whether the time ran out.
    ///
    /// ```
    /// let (tx, _rx) = rendez::rendezvous();
    /// assert!(tx.send_timeout(1, std::time::Duration::ZERO).unwrap_err().is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, SendTimeoutError::Timeout(_))
    }

    /// Tells whether the channel is closed.
    ///
    /// ```
    /// let (tx, rx) = rendez::rendezvous();
    /// drop(rx);
    /// assert!(tx.send_timeout(1, std::time::Duration::ZERO).unwrap_err().is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, SendTimeoutError::Disconnected(_))
    }
}
