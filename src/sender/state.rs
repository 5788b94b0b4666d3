//! What a sender tells of its channel, and does to it as a whole.

use super::Sender;
use crate::chan::Side;
use crate::sync::{Deadline, Duration, Instant};

impl<T> Sender<T> {
    /// Limits how long senders of this channel that have to wait stay awake before they sleep, instead of the default of some 24 µs.
    ///
    /// Within the limit a wait learns: it looks for room for as long as that has been worth it, yielding to other threads. A shorter limit takes
    /// less CPU where messages come every few microseconds, and makes both sides slower, as waking a sleeper costs more than the message.
    /// At 0 a wait neither looks nor yields, but sleeps at once. A longer one, of four seconds at most, suits threads that have a processor each.
    /// It holds for all senders of the channel, at every capacity, from their next wait on; a select goes by the first of its channels. A task
    /// looks twice before it waits, half a microsecond apart, where that has been worth it; at 0 it does not.
    ///
    /// The pauses of threads that are in each other's way ([guarantees](crate#guarantees), "waiting is cheap") are never longer than twice the limit.
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

    /// Closes the channel for both sides. Returns `true` if this call has closed it, `false` if it was closed before, by hand or because a side had gone.
    ///
    /// Senders that wait get their value back; receivers get what the channel holds, then an error. (At capacity 0 it holds nothing, but for what
    /// [a dropped future left](crate::guide::cancellation#at-capacity-0).) It waits for no value and no room, but for a thread that was stopped in the
    /// middle of an operation it may.
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

    /// Waits until the channel is closed, by whichever side; if it is, it returns at once. It is the same at every capacity.
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

    /// Waits until the channel is closed, at most `timeout`. Returns whether it is.
    ///
    /// It is the same at every capacity. A timeout of zero looks once, one too large for the clock means no limit.
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

    /// Waits until the channel is closed, or until `deadline`. Returns whether it is. As [`wait_closed_timeout`](Sender::wait_closed_timeout) in all else; a
    /// deadline that has passed looks once.
    ///
    /// # Cancel safety
    /// As [`wait_closed_timeout`](Sender::wait_closed_timeout): the end of the time changes nothing.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(!tx.wait_closed_deadline(Instant::now() + Duration::from_millis(5)));
    /// drop(rx);
    /// assert!(tx.wait_closed_deadline(Instant::now()));
    /// ```
    pub fn wait_closed_deadline(&self, deadline: Instant) -> bool {
        self.0.chan().wait_closed(Deadline::at(deadline))
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
    /// It was so at some moment during the call. Of an unbounded channel it is a guess, after some 20 ms, while a thread is stopped in the middle of an
    /// operation.
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
}
