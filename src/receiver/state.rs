//! What a receiver tells of its channel, and does to it as a whole.

use super::{sleep_until, Receiver, Source};
use crate::chan::Side;
use crate::sync::{Arc, Deadline, Duration, Instant};

impl<T> Receiver<T> {
    /// Limits how long receivers of this channel that have to wait stay awake before they sleep, instead of the default of some 24 µs. It is to receivers what
    /// [`Sender::set_spin_limit`](crate::Sender::set_spin_limit) is to senders. Timers sleep anyway.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// rx.set_spin_limit(Duration::ZERO);
    /// std::thread::scope(|s| {
    ///     s.spawn(|| (0..3).for_each(|i| tx.send(i).unwrap()));
    ///     assert_eq!([rx.recv(), rx.recv(), rx.recv()], [Ok(0), Ok(1), Ok(2)]);
    /// });
    /// ```
    pub fn set_spin_limit(&self, limit: Duration) {
        if let Source::Chan(strong) = &self.0 {
            strong.chan().spin(false).set_limit(limit);
        }
    }

    /// Closes the channel for both sides. Returns `true` if this call has closed it, `false` if it was closed before, by hand or because a side had gone.
    /// Timers and `never` cannot be closed: of them it is `false`.
    ///
    /// Senders that wait get their value back; receivers get what the channel holds, then an error. (At capacity 0 it holds nothing, but for what
    /// [a dropped future left](crate::guide::cancellation#at-capacity-0).) It waits for no value and no room, but for a thread that was stopped in the
    /// middle of an operation it may.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// assert!(rx.close());
    /// assert!(tx.send(1).is_err());
    /// ```
    pub fn close(&self) -> bool {
        matches!(&self.0, Source::Chan(strong) if strong.chan().close())
    }

    /// Tells whether the channel is closed, explicitly or because one side has no handle left. It may still hold values.
    /// A timer never is, nor is `never`.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(!rx.is_closed());
    /// drop(tx);
    /// assert!(rx.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        matches!(&self.0, Source::Chan(strong) if strong.chan().is_closed())
    }

    /// Waits until the channel is closed, by whichever side; if it is, it returns at once. It may still hold values then.
    ///
    /// It is the same at every capacity. Timers and `never` never close.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; [`wait_closed_timeout`](Receiver::wait_closed_timeout) can.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<i32>(1);
    /// std::thread::scope(|s| {
    ///     s.spawn(|| drop(tx));
    ///     rx.wait_closed();
    /// });
    /// ```
    pub fn wait_closed(&self) {
        self.closed_by(Deadline::NEVER);
    }

    /// Waits until the channel is closed, at most `timeout`. Returns whether it is.
    ///
    /// It is the same at every capacity. A timeout of zero looks once, one too large for the clock means no limit. Timers and `never` never close.
    ///
    /// # Cancel safety
    /// A timeout changes nothing.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(!rx.wait_closed_timeout(Duration::from_millis(5)));
    /// tx.close();
    /// assert!(rx.wait_closed_timeout(Duration::ZERO));
    /// ```
    pub fn wait_closed_timeout(&self, timeout: Duration) -> bool {
        self.closed_by(Deadline::after(timeout))
    }

    /// Waits until the channel is closed, or until `deadline`. Returns whether it is. As [`wait_closed_timeout`](Receiver::wait_closed_timeout) in all else; a
    /// deadline that has passed looks once.
    ///
    /// # Cancel safety
    /// As [`wait_closed_timeout`](Receiver::wait_closed_timeout): the end of the time changes nothing.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// assert!(!rx.wait_closed_deadline(Instant::now() + Duration::from_millis(5)));
    /// drop(tx);
    /// assert!(rx.wait_closed_deadline(Instant::now()));
    /// ```
    pub fn wait_closed_deadline(&self, deadline: Instant) -> bool {
        self.closed_by(Deadline::at(deadline))
    }

    fn closed_by(&self, deadline: Deadline) -> bool {
        match &self.0 {
            Source::Chan(strong) => strong.chan().wait_closed(deadline),
            _ => sleep_until::<()>(deadline).is_ok(),
        }
    }

    /// Tells whether no value is there now; always so at capacity 0, of a timer while no message is due, and of `never`.
    ///
    /// It was so at some moment during the call.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// assert!(rx.is_empty());
    /// tx.send(1).unwrap();
    /// assert!(!rx.is_empty());
    /// # drop(rx);
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tells whether the channel has no room; always so at capacity 0, never if unbounded. A timer is full while a message is due;
    /// `never`, whose capacity is 0, always is.
    ///
    /// It was so at some moment during the call.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// assert!(!rx.is_full());
    /// tx.send(1).unwrap();
    /// assert!(rx.is_full());
    /// # drop(rx);
    /// ```
    pub fn is_full(&self) -> bool {
        match &self.0 {
            Source::Chan(strong) => strong.chan().is_full(),
            Source::Timer(timer) => timer.len() == 1,
            Source::Never => true,
        }
    }

    /// Returns how many values the channel holds; 0 at capacity 0. Of a timer it is 1 while a message is due, of `never` 0.
    ///
    /// It was so at some moment during the call. Of an unbounded channel it is a guess, after some 20 ms, while a thread is stopped in the middle of an
    /// operation.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(2);
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.len(), 1);
    /// # drop(rx);
    /// ```
    pub fn len(&self) -> usize {
        match &self.0 {
            Source::Chan(strong) => strong.chan().len(),
            Source::Timer(timer) => timer.len(),
            Source::Never => 0,
        }
    }

    /// Returns the capacity; `None` if unbounded, 1 for timers, 0 for `never`.
    ///
    /// ```
    /// assert_eq!(rendez::bounded::<u8>(3).1.capacity(), Some(3));
    /// assert_eq!(rendez::rendezvous::<u8>().1.capacity(), Some(0));
    /// assert_eq!(rendez::unbounded::<u8>().1.capacity(), None);
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().capacity(),
            Source::Timer(_) => Some(1),
            Source::Never => Some(0),
        }
    }

    /// Tells whether both handles are of one channel, or of one timer, or both never receive.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let other = rendez::bounded::<u8>(1).1;
    /// assert!(rx.same_channel(&rx.clone()));
    /// assert!(!rx.same_channel(&other));
    /// # drop(tx);
    /// ```
    pub fn same_channel(&self, other: &Receiver<T>) -> bool {
        match (&self.0, &other.0) {
            (Source::Chan(a), Source::Chan(b)) => a.same_channel(b),
            (Source::Timer(a), Source::Timer(b)) => Arc::ptr_eq(a, b),
            (Source::Never, Source::Never) => true,
            _ => false,
        }
    }

    /// Returns how many senders the channel has; 0 for timers and `never`.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let another = tx.clone();
    /// assert_eq!(rx.sender_count(), 2);
    /// drop((tx.clone(), another));
    /// assert_eq!(rx.sender_count(), 1);
    /// # drop((tx, rx));
    /// ```
    pub fn sender_count(&self) -> usize {
        match &self.0 {
            Source::Chan(strong) => strong.count(Side::Sender),
            _ => 0,
        }
    }

    /// Returns how many receivers the channel, or the timer, has; for `never` it is always 1.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let another = rx.clone();
    /// assert_eq!(rx.receiver_count(), 2);
    /// drop(another);
    /// assert_eq!(rx.receiver_count(), 1);
    /// # drop((tx, rx));
    /// ```
    pub fn receiver_count(&self) -> usize {
        match &self.0 {
            Source::Chan(strong) => strong.count(Side::Receiver),
            Source::Timer(timer) => Arc::strong_count(timer),
            Source::Never => 1,
        }
    }
}
