//! The sending end.

mod state;
mod weak;

pub use weak::WeakSender;

use crate::chan::Strong;
use crate::error::{SendError, SendTimeoutError, TrySendError};
use crate::sync::{Deadline, Duration, Instant};
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use std::collections::VecDeque;

/// Sends values into a channel. Made by [`bounded`](crate::bounded), [`rendezvous`](crate::rendezvous) and
/// [`unbounded`](crate::unbounded).
///
/// Cloning makes another handle of the same channel. When the last sender is dropped the channel closes: receivers get what is
/// left, then an error.
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// let tx2 = tx.clone();
/// tx.send("one")?;
/// assert_eq!(rx.recv(), Ok("one"));
/// tx2.send("two")?;
/// drop((tx, tx2));
/// assert_eq!(rx.iter().collect::<Vec<_>>(), ["two"]);
/// # Ok::<(), rendez::SendError<&str>>(())
/// ```
pub struct Sender<T>(pub(crate) Strong<T, true>);

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}

impl<T> Sender<T> {
    pub(crate) fn new(strong: Strong<T, true>) -> Sender<T> {
        Sender(strong)
    }

    /// Sends `msg`, waiting until there is room.
    ///
    /// At capacity 0 it returns `Ok` only after a receive operation has taken the value. Of an [`unbounded`](crate::unbounded) channel it waits for no
    /// receiver; if there is no memory for the value, the process ends, as where a `Vec` grows.
    ///
    /// # Errors
    /// If the channel is closed, before or while waiting; the value is in the error.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; [`send_timeout`](Sender::send_timeout) can.
    ///
    /// ```
    /// use rendez::SendError;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// assert_eq!(tx.send(1), Ok(()));
    /// drop(rx);
    /// assert_eq!(tx.send(2), Err(SendError(2)));
    /// ```
    #[inline]
    pub fn send(&self, msg: T) -> Result<(), SendError<T>> {
        match self.0.chan().send(msg, Deadline::NEVER) {
            Ok(()) => Ok(()),
            // A timeout cannot happen without a deadline; the value is in there all the same.
            Err(error) => Err(SendError(error.into_inner())),
        }
    }

    /// Sends `msg` if that is possible without waiting.
    ///
    /// At capacity 0 that is so only while a receiver waits; one that waits in [`Select::ready`](crate::Select::ready) does not count. It finishes in a bounded
    /// number of steps, whatever other threads do; one that is stopped in the middle of an operation may make a channel look full, after some 20 ms. An
    /// unbounded one looks full for no other reason.
    ///
    /// # Errors
    /// [`Full`](TrySendError::Full) or [`Disconnected`](TrySendError::Disconnected), with the value.
    ///
    /// ```
    /// use rendez::TrySendError;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// drop(rx);
    /// assert_eq!(tx.try_send(3), Err(TrySendError::Disconnected(3)));
    /// ```
    #[inline]
    pub fn try_send(&self, msg: T) -> Result<(), TrySendError<T>> {
        self.0.chan().try_send(msg)
    }

    /// Sends `msg`, waiting at most `timeout` for room.
    ///
    /// At capacity 0 it waits for a receiver. A timeout of zero tries once; one too large for the clock means no limit.
    ///
    /// # Errors
    /// [`Timeout`](SendTimeoutError::Timeout) or [`Disconnected`](SendTimeoutError::Disconnected), with the value.
    ///
    /// # Cancel safety
    /// On a timeout the value was not sent, and is in the error.
    ///
    /// ```
    /// use rendez::SendTimeoutError;
    /// use std::time::Duration;
    ///
    /// let (tx, _rx) = rendez::rendezvous();
    /// assert_eq!(tx.send_timeout("hi", Duration::from_millis(5)), Err(SendTimeoutError::Timeout("hi")));
    /// ```
    pub fn send_timeout(&self, msg: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        self.0.chan().send(msg, Deadline::after(timeout))
    }

    /// Sends `msg`, waiting for room until `deadline`. As [`send_timeout`](Sender::send_timeout) in all else; a deadline that has passed
    /// tries once.
    ///
    /// # Errors
    /// [`Timeout`](SendTimeoutError::Timeout) or [`Disconnected`](SendTimeoutError::Disconnected), with the value.
    ///
    /// # Cancel safety
    /// As [`send_timeout`](Sender::send_timeout): after the deadline the value was not sent, and is in the error.
    ///
    /// ```
    /// let (tx, _rx) = rendez::bounded(1);
    /// assert_eq!(tx.send_deadline(1, std::time::Instant::now()), Ok(()));
    /// ```
    pub fn send_deadline(&self, msg: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        self.0.chan().send(msg, Deadline::at(deadline))
    }

    /// Sends all of `msgs`, front first, waiting whenever there is no room; several at once where there is.
    ///
    /// At capacity 0 each waits for its receiver.
    ///
    /// # Errors
    /// If the channel is closed. What was not sent is still in `msgs`.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled, but by closing the channel; in a task [`send_many_async`](Sender::send_many_async) can.
    ///
    /// ```
    /// use std::collections::VecDeque;
    ///
    /// let (tx, rx) = rendez::bounded(4);
    /// let mut batch = VecDeque::from([1, 2, 3]);
    /// tx.send_many(&mut batch).unwrap();
    /// assert!(batch.is_empty());
    /// assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn send_many(&self, msgs: &mut VecDeque<T>) -> Result<(), SendError<()>> {
        self.0.chan().send_many(msgs)
    }

    /// Sends `msg` without waiting for room: if there is none, the oldest value in the channel is taken out and returned.
    ///
    /// At capacity 0, where nothing is kept, that is `msg` itself, unless a receiver waits; and so it is while a [`Select`](crate::Select) has won,
    /// and not completed, an operation on the oldest place. An unbounded channel always has room. A thread that was stopped while it copies the oldest value
    /// is waited for, unlike in [`try_send`](Sender::try_send).
    ///
    /// # Errors
    /// If the channel is closed; the value is in the error.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(2);
    /// assert_eq!(tx.force_send(1), Ok(None));
    /// assert_eq!(tx.force_send(2), Ok(None));
    /// assert_eq!(tx.force_send(3), Ok(Some(1)));
    /// assert_eq!(rx.try_iter().collect::<Vec<_>>(), [2, 3]);
    /// ```
    pub fn force_send(&self, msg: T) -> Result<Option<T>, SendError<T>> {
        self.0.chan().force_send(msg)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender(self.0.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}
