//! A receiver that does not keep the channel open.

use super::{Receiver, Source};
use crate::chan::Weak;
use crate::sync::{Arc, WeakArc};
use crate::time::Timer;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

impl<T> Receiver<T> {
    /// Makes a handle that keeps the channel's memory, but not the channel open; the memory is given back when the last weak handle has gone, too. The values
    /// in it go with the last receiver all the same. One of a timer does not keep it either.
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
    /// Makes a [`Receiver`] again, if one still exists; also if the channel was closed by hand, or by the last sender. Of `never` there always is one.
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
