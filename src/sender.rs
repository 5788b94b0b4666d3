//! The sending end.

use crate::chan::{Side, Strong, Weak};
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
    /// At capacity 0 it returns `Ok` only after a receive operation has taken the value.
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
    /// At capacity 0 that is so only while a receiver waits. It finishes in a bounded number of steps, whatever other threads do; one that is
    /// stopped in the middle of an operation may make a channel look full.
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
    /// A blocking call cannot be cancelled; in a task [`send_many_async`](Sender::send_many_async) can.
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
    /// and not completed, an operation on the oldest place. An unbounded channel always has room.
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

    /// Limits how long senders of this channel that have to wait stay awake before they sleep, instead of the default of some 24 µs.
    ///
    /// Within the limit a wait learns: it looks for room for as long as that has been worth it, yielding to other threads. A shorter limit takes
    /// less CPU where messages come every few microseconds, and makes both sides slower, as waking a sleeper costs more than the message.
    /// At 0 a wait neither looks nor yields, but sleeps at once. A longer one, of four seconds at most, suits threads that have a processor each.
    /// It holds for all senders of the channel, at every capacity, from their next wait on; a select goes by the first of its channels. Tasks
    /// never stay awake.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.set_spin_limit(Duration::ZERO);
    /// std::thread::scope(|s| {
    ///     s.spawn(|| (0..3).for_each(|i| tx.send(i).unwrap()));
    ///     assert_eq!([rx.recv(), rx.recv(), rx.recv()], [Ok(0), Ok(1), Ok(2)]);
    /// });
    /// ```
    pub fn set_spin_limit(&self, limit: Duration) {
        self.0.chan().spin(true).set_limit(limit);
    }

    /// Closes the channel for both sides. `true` the first time, then `false`.
    ///
    /// Senders that wait get their value back; receivers get what the channel holds (at capacity 0 nothing), then an error.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// assert!(tx.close());
    /// assert!(!tx.close());
    /// assert_eq!(rx.recv(), Ok(1));
    /// assert!(rx.recv().is_err());
    /// ```
    pub fn close(&self) -> bool {
        self.0.chan().close()
    }

    /// Tells whether the channel is closed, explicitly or because one side has no handle left.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(!tx.is_closed());
    /// drop(rx);
    /// assert!(tx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.0.chan().is_closed()
    }

    /// Waits until the channel is closed, by whichever side; if it is, it returns at once.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; [`wait_closed_timeout`](Sender::wait_closed_timeout) can.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<i32>(1);
    /// std::thread::scope(|s| {
    ///     s.spawn(|| drop(rx));
    ///     tx.wait_closed();
    ///     assert!(tx.is_closed());
    /// });
    /// ```
    pub fn wait_closed(&self) {
        self.0.chan().wait_closed(Deadline::NEVER);
    }

    /// Waits until the channel is closed, at most `timeout`. Answers whether it is.
    ///
    /// A timeout of zero looks once, one too large for the clock means no limit.
    ///
    /// # Cancel safety
    /// A timeout changes nothing.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(!tx.wait_closed_timeout(Duration::from_millis(5)));
    /// rx.close();
    /// assert!(tx.wait_closed_timeout(Duration::ZERO));
    /// ```
    pub fn wait_closed_timeout(&self, timeout: Duration) -> bool {
        self.0.chan().wait_closed(Deadline::after(timeout))
    }

    /// Tells whether the channel holds no value; always so at capacity 0.
    ///
    /// It was so at some moment during the call.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// assert!(tx.is_empty());
    /// tx.send(1).unwrap();
    /// assert!(!tx.is_empty());
    /// # drop(rx);
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells whether the channel has no room; always so at capacity 0, never if unbounded.
    ///
    /// It was so at some moment during the call.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// assert!(!tx.is_full());
    /// tx.send(1).unwrap();
    /// assert!(tx.is_full());
    /// # drop(rx);
    /// ```
    pub fn is_full(&self) -> bool {
        self.0.chan().is_full()
    }

    /// Returns how many values the channel holds; 0 at capacity 0.
    ///
    /// It was so at some moment during the call.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(2);
    /// tx.send(1).unwrap();
    /// assert_eq!(tx.len(), 1);
    /// # drop(rx);
    /// ```
    pub fn len(&self) -> usize {
        self.0.chan().len()
    }

    /// Returns the capacity; `None` if unbounded.
    ///
    /// ```
    /// assert_eq!(rendez::bounded::<u8>(3).0.capacity(), Some(3));
    /// assert_eq!(rendez::rendezvous::<u8>().0.capacity(), Some(0));
    /// assert_eq!(rendez::unbounded::<u8>().0.capacity(), None);
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        self.0.chan().capacity()
    }

    /// Tells whether both handles are of one channel.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let other = rendez::bounded::<u8>(1).0;
    /// assert!(tx.same_channel(&tx.clone()));
    /// assert!(!tx.same_channel(&other));
    /// # drop(rx);
    /// ```
    pub fn same_channel(&self, other: &Sender<T>) -> bool {
        self.0.same_channel(&other.0)
    }

    /// Returns how many senders the channel has.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let another = tx.clone();
    /// assert_eq!(tx.sender_count(), 2);
    /// drop((tx.clone(), another));
    /// assert_eq!(tx.sender_count(), 1);
    /// # drop((tx, rx));
    /// ```
    pub fn sender_count(&self) -> usize {
        self.0.count(Side::Sender)
    }

    /// Returns how many receivers the channel has.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let another = rx.clone();
    /// assert_eq!(tx.receiver_count(), 2);
    /// drop(another);
    /// assert_eq!(tx.receiver_count(), 1);
    /// # drop((tx, rx));
    /// ```
    pub fn receiver_count(&self) -> usize {
        self.0.count(Side::Receiver)
    }

    /// Makes a handle that does not keep the channel open.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<i32>(1);
    /// let weak = tx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(tx);
    /// assert!(weak.upgrade().is_none());
    /// assert!(rx.is_closed());
    /// ```
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender(self.0.downgrade())
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

/// A [`Sender`] that does not keep the channel open. Made by [`Sender::downgrade`].
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// let registry = vec![tx.downgrade()]; // does not keep the channel open
/// registry[0].upgrade().expect("a sender exists").send(1).unwrap();
/// drop(tx);
/// assert!(registry[0].upgrade().is_none());
/// assert_eq!(rx.iter().collect::<Vec<_>>(), [1]); // ends, as it is closed
/// ```
pub struct WeakSender<T>(Weak<T, true>);

impl<T> UnwindSafe for WeakSender<T> {}
impl<T> RefUnwindSafe for WeakSender<T> {}

impl<T> WeakSender<T> {
    /// Makes a [`Sender`] again, if one still exists.
    ///
    /// ```
    /// let (tx, _rx) = rendez::bounded::<u8>(1);
    /// let weak = tx.downgrade();
    /// let strong = weak.upgrade().expect("a sender exists");
    /// drop((tx, strong));
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.0.upgrade().map(Sender)
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> WeakSender<T> {
        WeakSender(self.0.clone())
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("WeakSender { .. }")
    }
}
