//! The functions that make channels and timers.

use crate::chan;
use crate::error::CapacityError;
use crate::receiver::Source;
use crate::sync::{now, Duration, Instant};
use crate::time::Timer;
use crate::{Receiver, Sender};

#[inline]
fn handles<T>(cap: Option<usize>) -> Result<(Sender<T>, Receiver<T>), CapacityError> {
    let (sender, receiver) = chan::channel(cap)?;
    Ok((Sender::new(sender), Receiver::new(Source::Chan(receiver))))
}

/// Makes a channel that holds up to `cap` values.
///
/// At capacity 0 it holds none: each send waits for a receive, and hands its value over. See [`rendezvous`].
///
/// # Panics
/// If the buffer does not fit into the address space or memory; [`try_bounded`] returns an error instead.
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// std::thread::scope(|s| {
///     s.spawn(|| (0..3).for_each(|i| tx.send(i).unwrap()));
///     assert_eq!([rx.recv(), rx.recv(), rx.recv()], [Ok(0), Ok(1), Ok(2)]);
/// });
/// ```
#[track_caller]
#[inline]
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    match try_bounded(cap) {
        Ok(handles) => handles,
        Err(error) => panic!("{error}"),
    }
}

/// Makes a channel that holds up to `cap` values, if there is memory for it. As [`bounded`] in all else.
///
/// # Errors
/// If the buffer does not fit into the address space or memory.
///
/// ```
/// assert!(rendez::try_bounded::<u64>(16).is_ok());
/// let error = rendez::try_bounded::<u64>(usize::MAX).unwrap_err();
/// assert_eq!(error.capacity(), usize::MAX);
/// ```
#[inline]
pub fn try_bounded<T>(cap: usize) -> Result<(Sender<T>, Receiver<T>), CapacityError> {
    handles(Some(cap))
}

/// Makes a channel that holds nothing: a send returns once a receive has taken its value. The same as [`bounded(0)`](bounded).
///
/// # Panics
/// If there is no memory for the channel.
///
/// ```
/// let (tx, rx) = rendez::rendezvous();
/// std::thread::scope(|s| {
///     s.spawn(|| tx.send("hello").unwrap());
///     assert_eq!(rx.recv(), Ok("hello"));
/// });
/// ```
#[track_caller]
pub fn rendezvous<T>() -> (Sender<T>, Receiver<T>) {
    bounded(0)
}

/// Makes a channel that holds any number of values. The memory of a burst is given back when it has been received.
///
/// Sending waits for no receiver. But where many values wait already, [`send`](Sender::send) may stay awake for some microseconds, so that a receiver catches
/// up; then twice as many have to wait before it does so again. After [`set_spin_limit(0)`](Sender::set_spin_limit) it never does, nor do
/// [`try_send`](Sender::try_send), selects and tasks. And where others are adding to, or taking from, a long queue, it may wait for its turn: for as long as one
/// operation takes, and if a thread was stopped in the middle of that, until it goes on (`try_send` some 20 ms at most).
///
/// # Panics
/// If there is no memory for the channel. Where there is none for a value that is sent later the process ends, as where a `Vec` grows.
///
/// ```
/// let (tx, rx) = rendez::unbounded();
/// (0..1000).for_each(|i| tx.send(i).unwrap());
/// assert_eq!(rx.len(), 1000);
/// ```
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    match handles(None) {
        Ok(handles) => handles,
        Err(error) => panic!("{error}"),
    }
}

/// Makes a receiver that gets one message, the instant itself, when `duration` has passed. It never closes.
///
/// A duration beyond what the clock can say never passes. Clones share the one message.
///
/// The first task that waits for the clock starts a thread that wakes all who do; threads need none.
///
/// # Panics
/// This does not; but a future that has to wait for the clock does, when polled, if that thread cannot be started. Nothing is lost by it, and the next
/// such poll tries again.
///
/// ```
/// use std::time::{Duration, Instant};
///
/// let start = Instant::now();
/// let when = rendez::after(Duration::from_millis(5)).recv().unwrap();
/// assert!(when >= start + Duration::from_millis(5));
/// ```
pub fn after(duration: Duration) -> Receiver<Instant> {
    match now().checked_add(duration) {
        Some(when) => at(when),
        None => never(),
    }
}

/// Makes a receiver that gets one message, `when` itself, at that instant. It never closes.
///
/// Clones share the one message. An instant that has passed is due at once.
///
/// # Panics
/// As for [`after`]: this does not, but a future that waits for the clock may.
///
/// ```
/// use std::time::Instant;
///
/// let now = Instant::now();
/// assert_eq!(rendez::at(now).recv(), Ok(now));
/// ```
pub fn at(when: Instant) -> Receiver<Instant> {
    Receiver::new(Source::Timer(Timer::once(when)))
}

/// Makes a receiver that gets a message every `duration`, the first one after one `duration`. It never closes.
///
/// Each message is the instant at which it was due, a whole number of durations after the start: the ticks do not drift. One that is not
/// received before the next is due is lost. Clones share the ticks: each goes to one of them. With a duration of zero one is always due, with one beyond
/// what the clock can say none ever is.
///
/// # Panics
/// As for [`after`]: this does not, but a future that waits for the clock may.
///
/// ```
/// use std::time::Duration;
///
/// let ticks = rendez::tick(Duration::from_millis(2));
/// let (first, second) = (ticks.recv().unwrap(), ticks.recv().unwrap());
/// assert!(second - first >= Duration::from_millis(2));
/// ```
pub fn tick(duration: Duration) -> Receiver<Instant> {
    Receiver::new(Source::Timer(Timer::every(duration)))
}

/// Makes a receiver that never gets a message and never closes: an arm that is switched off.
///
/// ```
/// use rendez::TryRecvError;
///
/// assert_eq!(rendez::never::<i32>().try_recv(), Err(TryRecvError::Empty));
/// ```
pub const fn never<T>() -> Receiver<T> {
    Receiver::new(Source::Never)
}
