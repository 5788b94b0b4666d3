//! The receiving end.

use crate::chan::{Side, Strong, Weak};
use crate::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::iter::{Drain, IntoIter, Iter, TryIter};
use crate::sync::{Arc, Deadline, Duration, Instant, Parker, WeakArc};
use crate::time::Timer;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

/// Receives values from a channel, or from the clock. Made by [`bounded`](crate::bounded), [`rendezvous`](crate::rendezvous),
/// [`unbounded`](crate::unbounded), [`after`](crate::after), [`at`](crate::at), [`tick`](crate::tick) and [`never`](crate::never).
///
/// Cloning makes another handle of the same channel: each value goes to one receiver. When the last receiver is dropped the channel
/// closes, what it holds is dropped, and senders get their values back.
///
/// ```
/// let (tx, rx) = rendez::bounded(2);
/// tx.send(1)?;
/// tx.send(2)?;
/// drop(tx);
/// assert_eq!(rx.into_iter().sum::<i32>(), 3);
/// # Ok::<(), rendez::SendError<i32>>(())
/// ```
pub struct Receiver<T>(pub(crate) Source<T>);

/// Where values come from.
pub(crate) enum Source<T> {
    /// A channel.
    Chan(Strong<T, false>),
    /// The clock; `T` is `Instant`.
    Timer(Arc<Timer<T>>),
    /// Nowhere.
    Never,
}

/// Up to how many bytes a value is received inline. A function that is called writes a larger one where the caller wants it; inline it is
/// built elsewhere first, and copied.
const INLINE_MAX: usize = 64;

impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

/// Sleeps until the deadline, for a receiver that gets nothing.
#[cold]
fn sleep_until<T>(deadline: Deadline) -> Result<T, RecvTimeoutError> {
    let parker = Parker::new();
    while !deadline.expired() {
        parker.park(deadline);
    }
    Err(RecvTimeoutError::Timeout)
}

impl<T> Receiver<T> {
    pub(crate) const fn new(source: Source<T>) -> Receiver<T> {
        Receiver(source)
    }

    #[inline(always)]
    fn recv_by<E>(&self, deadline: Deadline, fail: impl Fn(RecvTimeoutError) -> E) -> Result<T, E> {
        if size_of::<T>() > INLINE_MAX {
            return self.recv_large(deadline, fail);
        }
        self.recv_any(deadline, fail)
    }

    #[inline(always)]
    fn recv_any<E>(&self, deadline: Deadline, fail: impl Fn(RecvTimeoutError) -> E) -> Result<T, E> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().recv_or(deadline, fail),
            _ => self.recv_from_clock(deadline).map_err(fail),
        }
    }

    #[inline(never)]
    fn recv_large<E>(&self, deadline: Deadline, fail: impl Fn(RecvTimeoutError) -> E) -> Result<T, E> {
        self.recv_any(deadline, fail)
    }

    #[inline(never)]
    fn recv_from_clock(&self, deadline: Deadline) -> Result<T, RecvTimeoutError> {
        match &self.0 {
            Source::Timer(timer) => timer.recv(deadline),
            _ => sleep_until(deadline),
        }
    }

    #[inline(never)]
    fn try_recv_from_clock(&self) -> Result<T, TryRecvError> {
        match &self.0 {
            Source::Timer(timer) => timer.try_recv(),
            _ => Err(TryRecvError::Empty),
        }
    }

    /// Receives a value, waiting until there is one.
    ///
    /// At capacity 0 it takes the value from a sender that waits, or waits for one. What a closed channel holds is received first.
    ///
    /// # Errors
    /// If the channel is closed and holds nothing, before or while waiting.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; [`recv_timeout`](Receiver::recv_timeout) can.
    ///
    /// ```
    /// use rendez::RecvError;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// drop(tx);
    /// assert_eq!(rx.recv(), Ok(1));
    /// assert_eq!(rx.recv(), Err(RecvError));
    /// ```
    #[inline]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_by(Deadline::NEVER, |_| RecvError)
    }

    /// Receives a value if that is possible without waiting.
    ///
    /// At capacity 0 that is so only while a sender waits. It finishes in a bounded number of steps, whatever other threads do; one that is
    /// stopped in the middle of an operation may make a channel look empty.
    ///
    /// # Errors
    /// [`Empty`](TryRecvError::Empty) or [`Disconnected`](TryRecvError::Disconnected).
    ///
    /// ```
    /// use rendez::TryRecvError;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.send(1).unwrap();
    /// drop(tx);
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().try_recv(),
            _ => self.try_recv_from_clock(),
        }
    }

    /// Receives a value, waiting at most `timeout` for one.
    ///
    /// At capacity 0 it waits for a sender. A timeout of zero tries once; one too large for the clock means no limit.
    ///
    /// # Errors
    /// [`Timeout`](RecvTimeoutError::Timeout) or [`Disconnected`](RecvTimeoutError::Disconnected).
    ///
    /// # Cancel safety
    /// On a timeout nothing was received, and no value is lost.
    ///
    /// ```
    /// use rendez::RecvTimeoutError;
    /// use std::time::Duration;
    ///
    /// let (_tx, rx) = rendez::bounded::<i32>(1);
    /// assert_eq!(rx.recv_timeout(Duration::from_millis(5)), Err(RecvTimeoutError::Timeout));
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.recv_by(Deadline::after(timeout), |error| error)
    }

    /// Receives a value, waiting for one until `deadline`. As [`recv_timeout`](Receiver::recv_timeout) in all else; a deadline that has
    /// passed tries once.
    ///
    /// # Errors
    /// [`Timeout`](RecvTimeoutError::Timeout) or [`Disconnected`](RecvTimeoutError::Disconnected).
    ///
    /// # Cancel safety
    /// As [`recv_timeout`](Receiver::recv_timeout): after the deadline nothing was received, and no value is lost.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(7).unwrap();
    /// assert_eq!(rx.recv_deadline(std::time::Instant::now()), Ok(7));
    /// ```
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.recv_by(Deadline::at(deadline), |error| error)
    }

    /// Receives up to `max` values into `msgs`: waits for the first, then takes what else is there. Returns how many.
    ///
    /// With `max` 0 it returns 0 at once. At capacity 0 it takes from the senders that wait.
    ///
    /// # Errors
    /// If the channel is closed and holds nothing.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; in a task [`recv_many_async`](Receiver::recv_many_async) can.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(4);
    /// (0..3).for_each(|i| tx.send(i).unwrap());
    /// let mut msgs = Vec::new();
    /// assert_eq!(rx.recv_many(&mut msgs, 10), Ok(3));
    /// assert_eq!(msgs, [0, 1, 2]);
    /// ```
    pub fn recv_many(&self, msgs: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().recv_many(msgs, max),
            _ if max == 0 => Ok(0),
            _ => {
                msgs.push(self.recv()?);
                Ok(1)
            }
        }
    }

    /// Takes at once what the channel holds now, and iterates over it. One exchange and one wake-up serve the whole batch.
    ///
    /// At capacity 0 it takes from the senders that wait; from a closed channel what is left. What the iterator has not given out is dropped with it.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(4);
    /// (0..3).for_each(|i| tx.send(i).unwrap());
    /// assert_eq!(rx.drain().len(), 3);
    /// assert!(rx.is_empty());
    /// ```
    pub fn drain(&self) -> Drain<T> {
        let mut values = Vec::new();
        match &self.0 {
            Source::Chan(strong) => strong.chan().drain(&mut values),
            _ => values.extend(self.try_recv()),
        }
        Drain(values.into_iter())
    }

    /// Limits how long receivers of this channel that have to wait stay awake before they sleep, instead of the default of some 24 µs.
    ///
    /// Within the limit a wait learns: it looks for a value for as long as that has been worth it, yielding to other threads. A shorter limit takes
    /// less CPU where messages come every few microseconds, and makes both sides slower, as waking a sleeper costs more than the message.
    /// At 0 a wait neither looks nor yields, but sleeps at once. A longer one, of four seconds at most, suits threads that have a processor each.
    /// It holds for all receivers of the channel, at every capacity, from their next wait on; a select goes by the first of its channels. Tasks
    /// never stay awake. Timers sleep anyway.
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

    /// Closes the channel for both sides. `true` the first time, then `false`; timers cannot be closed and say `false`.
    ///
    /// Senders that wait get their value back; receivers get what the channel holds (at capacity 0 nothing), then an error.
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

    /// Waits until the channel is closed, by whichever side; if it is, it returns at once. It may still hold values then. A timer never closes.
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
    /// assert!(!rx.wait_closed_timeout(Duration::from_millis(5)));
    /// tx.close();
    /// assert!(rx.wait_closed_timeout(Duration::ZERO));
    /// ```
    pub fn wait_closed_timeout(&self, timeout: Duration) -> bool {
        self.closed_by(Deadline::after(timeout))
    }

    fn closed_by(&self, deadline: Deadline) -> bool {
        match &self.0 {
            Source::Chan(strong) => strong.chan().wait_closed(deadline),
            _ => sleep_until::<()>(deadline).is_ok(),
        }
    }

    /// Tells whether no value is there now; always so at capacity 0.
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

    /// Tells whether the channel has no room; always so at capacity 0, never if unbounded.
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

    /// Returns how many values the channel holds; 0 at capacity 0.
    ///
    /// It was so at some moment during the call.
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

    /// Iterates over the values, waiting for each, until the channel is closed and empty.
    ///
    /// At capacity 0 each is taken from a sender that waits.
    ///
    /// ```
    /// let (tx, rx) = rendez::unbounded();
    /// (0..3).for_each(|i| tx.send(i).unwrap());
    /// drop(tx);
    /// assert_eq!(rx.iter().collect::<Vec<_>>(), [0, 1, 2]);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self)
    }

    /// Iterates over the values that can be had without waiting; what a closed channel holds is among them.
    ///
    /// At capacity 0 they are those of the senders that wait. It ends as soon as there is none, and not only when the channel is closed.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(4);
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.try_iter().count(), 1);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter(self)
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

    /// Returns how many senders the channel has; 0 for timers.
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

    /// Returns how many receivers the channel has.
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

    /// Makes a handle that does not keep the channel open.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<i32>(1);
    /// let weak = rx.downgrade();
    /// drop(rx);
    /// assert!(weak.upgrade().is_none());
    /// assert!(tx.is_closed());
    /// ```
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver(match &self.0 {
            Source::Chan(strong) => WeakSource::Chan(strong.downgrade()),
            Source::Timer(timer) => WeakSource::Timer(Arc::downgrade(timer)),
            Source::Never => WeakSource::Never,
        })
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver(match &self.0 {
            Source::Chan(strong) => Source::Chan(strong.clone()),
            Source::Timer(timer) => Source::Timer(timer.clone()),
            Source::Never => Source::Never,
        })
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

enum WeakSource<T> {
    Chan(Weak<T, false>),
    Timer(WeakArc<Timer<T>>),
    Never,
}

/// A [`Receiver`] that does not keep the channel open. Made by [`Receiver::downgrade`].
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// let weak = rx.downgrade(); // does not keep the channel open
/// tx.send(1).unwrap();
/// assert_eq!(weak.upgrade().expect("a receiver exists").recv(), Ok(1));
/// drop(rx);
/// assert!(tx.is_closed());
/// ```
pub struct WeakReceiver<T>(WeakSource<T>);

impl<T> UnwindSafe for WeakReceiver<T> {}
impl<T> RefUnwindSafe for WeakReceiver<T> {}

impl<T> WeakReceiver<T> {
    /// Makes a [`Receiver`] again, if one still exists.
    ///
    /// ```
    /// let (_tx, rx) = rendez::bounded::<u8>(1);
    /// let weak = rx.downgrade();
    /// assert!(weak.upgrade().is_some());
    /// drop(rx);
    /// assert!(weak.upgrade().is_none());
    /// ```
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        Some(Receiver(match &self.0 {
            WeakSource::Chan(weak) => Source::Chan(weak.upgrade()?),
            WeakSource::Timer(weak) => Source::Timer(weak.upgrade()?),
            WeakSource::Never => Source::Never,
        }))
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> WeakReceiver<T> {
        WeakReceiver(match &self.0 {
            WeakSource::Chan(weak) => WeakSource::Chan(weak.clone()),
            WeakSource::Timer(weak) => WeakSource::Timer(weak.clone()),
            WeakSource::Never => WeakSource::Never,
        })
    }
}

impl<T> fmt::Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("WeakReceiver { .. }")
    }
}
