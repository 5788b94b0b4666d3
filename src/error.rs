//! What an operation answers when it could not do its work. Every failed send gives the value back.

use core::fmt;
use std::error::Error;

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
    /// There is no room, or at capacity 0 no receiver waits.
    Full(T),
    /// The channel is closed.
    Disconnected(T),
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

/// The channel is closed and holds no more values.
///
/// ```
/// let (tx, rx) = rendez::bounded::<u8>(1);
/// drop(tx);
/// assert_eq!(rx.recv().unwrap_err().to_string(), "the channel is closed and empty");
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct RecvError;

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
    /// No value is there, or at capacity 0 no sender waits.
    Empty,
    /// The channel is closed and holds no more values.
    Disconnected,
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

/// No arm could be won without waiting; see [`Select::try_select`](crate::Select::try_select).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.try_select().map(drop).unwrap_err(), rendez::TrySelectError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TrySelectError;

/// No arm could be won in time; see [`Select::select_timeout`](crate::Select::select_timeout).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.select_timeout(std::time::Duration::ZERO).map(drop).unwrap_err(), rendez::SelectTimeoutError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct SelectTimeoutError;

/// No arm is ready; see [`Select::try_ready`](crate::Select::try_ready).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.try_ready().unwrap_err(), rendez::TryReadyError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TryReadyError;

/// No arm became ready in time; see [`Select::ready_timeout`](crate::Select::ready_timeout).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.ready_timeout(std::time::Duration::ZERO).unwrap_err(), rendez::ReadyTimeoutError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct ReadyTimeoutError;

macro_rules! plain_error {
    ($($error:ident: $text:literal),*) => {$(
        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }

        impl Error for $error {}
    )*};
}

plain_error! {
    TrySelectError: "no arm of the select can be won without waiting",
    SelectTimeoutError: "the time for selecting ran out",
    TryReadyError: "no arm of the select is ready",
    ReadyTimeoutError: "the time for an arm to become ready ran out"
}

/// The capacity asked for cannot be had; see [`try_bounded`](crate::try_bounded).
///
/// ```
/// let error = rendez::try_bounded::<u64>(usize::MAX).unwrap_err();
/// assert!(error.to_string().contains("exceed the address space"));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct CapacityError {
    pub(crate) cap: usize,
    pub(crate) reason: CapacityReason,
}

#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub(crate) enum CapacityReason {
    TooLarge,
    NoMemory,
}

impl CapacityError {
    /// Returns the capacity that was asked for.
    ///
    /// ```
    /// assert_eq!(rendez::try_bounded::<u64>(usize::MAX).unwrap_err().capacity(), usize::MAX);
    /// ```
    pub fn capacity(&self) -> usize {
        self.cap
    }
}

const CLOSED: &str = "the channel is closed";
const DRAINED: &str = "the channel is closed and empty";

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            CapacityReason::TooLarge => {
                write!(f, "a channel cannot have capacity {}: its buffer would exceed the address space", self.cap)
            }
            CapacityReason::NoMemory => write!(f, "no memory for a channel of capacity {}", self.cap),
        }
    }
}

impl Error for CapacityError {}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
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

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "Full(..)",
            TrySendError::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
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

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendTimeoutError::Timeout(_) => "Timeout(..)",
            SendTimeoutError::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
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

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DRAINED)
    }
}

impl Error for RecvError {}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
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

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
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
