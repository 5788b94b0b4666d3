//! The receiving end.

mod state;
mod weak;

pub use weak::WeakReceiver;

use crate::chan::{Chan, Strong};
use crate::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::iter::{Drain, IntoIter, Iter, TryIter};
use crate::sync::{Arc, Deadline, Duration, Instant, Parker};
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

    /// `None`: it receives from the clock, or from nowhere.
    #[inline(always)]
    pub(crate) fn chan(&self) -> Option<&Chan<T>> {
        match &self.0 {
            Source::Chan(strong) => Some(strong.chan()),
            _ => None,
        }
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
    /// At capacity 0 it takes the value from a sender that waits, or waits for one. What a closed channel holds is received first. A timer never closes, so it
    /// gives no error; after its last message, as with [`never`](crate::never), this waits for ever.
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
    /// stopped in the middle of an operation may make a channel look empty, after some 20 ms. Only a peer at capacity 0 that has yet to come, such as a select
    /// that has yet to make the message that it waits to send, is called and waited for: see
    /// [attempts at capacity 0](crate::guide::capacity#attempts-at-capacity-0).
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
    /// At capacity 0 it waits for a sender. What a closed channel holds is received first. A timeout of zero tries once, as [`try_recv`](Receiver::try_recv);
    /// one too large for the clock means no limit. A timer never closes, nor does [`never`](crate::never): they give `Timeout` only.
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

    /// Receives up to `max` values, which are appended to `msgs`: waits for the first, then takes what else is there. Returns how many.
    ///
    /// With `max` 0 it returns 0 at once. At capacity 0 it takes from the senders that wait. What a closed channel holds is received first. Of what comes
    /// meanwhile it takes some, but returns however fast that comes. Of a timer it takes one message.
    ///
    /// # Errors
    /// If the channel is closed and holds nothing, before or while waiting.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled, but by closing the channel; in a task [`recv_many_async`](Receiver::recv_many_async) can.
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

    /// Takes at once what the channel holds now, and iterates over it. Where it can, it takes the whole batch by one exchange and wakes whom that concerns.
    ///
    /// At capacity 0 it takes from the senders that wait, each as [`try_recv`](Receiver::try_recv) does, with
    /// [the same exception](crate::guide::capacity#attempts-at-capacity-0); from a closed channel what is left; from a timer the message that is due.
    ///
    /// # Cancel safety
    /// The values are out of the channel at once: what the iterator has not given out is dropped with it. [`try_iter`](Receiver::try_iter) leaves them there.
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

    /// Iterates over the values, waiting for each, until the channel is closed and empty.
    ///
    /// At capacity 0 each is taken from a sender that waits. A timer never closes: its iterator does not end.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled, but by closing the channel. Between two calls the iterator holds no value, and may be dropped.
    ///
    /// ```
    /// let (tx, rx) = rendez::unbounded();
    /// (0..3).for_each(|i| tx.send(i).unwrap());
    /// drop(tx);
    /// assert_eq!(rx.iter().collect::<Vec<_>>(), [0, 1, 2]);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self)
    }

    /// Iterates over the values that can be had without waiting; what a closed channel holds is among them.
    ///
    /// At capacity 0 they are those of the senders that wait; each is received as by [`try_recv`](Receiver::try_recv), with
    /// [the same exception](crate::guide::capacity#attempts-at-capacity-0). It ends as soon as there is none, and not only when the channel is closed.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(4);
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.try_iter().count(), 1);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter(self)
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
        IntoIter::new(self)
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
