//! A sender that does not keep the channel open.

use super::Sender;
use crate::chan::Weak;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

impl<T> Sender<T> {
    /// Makes a handle that keeps the channel's memory, but not the channel open; the memory is given back when the last weak handle has gone, too. The values
    /// in it go with the last receiver all the same.
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
    /// Makes a [`Sender`] again, if one still exists; also if the channel was closed by hand, or by the last receiver.
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
