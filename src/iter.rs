//! Iterators over what a receiver gets.

use crate::Receiver;
use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;

/// Waits for each value until the channel is closed and empty. Made by [`Receiver::iter`].
///
/// ```
/// let (tx, rx) = rendez::bounded(2);
/// tx.send(1).unwrap();
/// tx.send(2).unwrap();
/// drop(tx);
/// for value in &rx {
///     assert!(value == 1 || value == 2);
/// }
/// assert!(rx.is_closed());
/// ```
pub struct Iter<'a, T>(Option<&'a Receiver<T>>);

/// Gives the values that can be had without waiting. Made by [`Receiver::try_iter`].
///
/// ```
/// let (tx, rx) = rendez::bounded(2);
/// tx.send(1).unwrap();
/// assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1]); // the channel is still open
/// ```
pub struct TryIter<'a, T>(pub(crate) &'a Receiver<T>);

/// Owns the receiver, and waits for each value until the channel is closed and empty; then the receiver goes. Made by `into_iter`, as a
/// `for` loop calls it.
///
/// ```
/// let (tx, rx) = rendez::bounded(2);
/// std::thread::spawn(move || (1..=3).for_each(|n| tx.send(n).unwrap()));
/// assert_eq!(rx.into_iter().sum::<i32>(), 6);
/// ```
pub struct IntoIter<T>(Option<Receiver<T>>);

/// Gives the values that were in the channel. Made by [`Receiver::drain`].
///
/// ```
/// let (tx, rx) = rendez::bounded(4);
/// tx.send(1).unwrap();
/// tx.send(2).unwrap();
/// assert_eq!(rx.drain().collect::<Vec<_>>(), [1, 2]);
/// ```
pub struct Drain<T>(pub(crate) std::vec::IntoIter<T>);

impl<'a, T> Iter<'a, T> {
    pub(crate) fn new(receiver: &'a Receiver<T>) -> Iter<'a, T> {
        Iter(Some(receiver))
    }
}

impl<T> IntoIter<T> {
    pub(crate) fn new(receiver: Receiver<T>) -> IntoIter<T> {
        IntoIter(Some(receiver))
    }
}

/// The next value. The receiver goes at the end: at capacity 0 a value may still come back after that, from a future that is dropped with it, and is for
/// others.
#[inline]
fn next<T, R: Borrow<Receiver<T>>>(receiver: &mut Option<R>) -> Option<T> {
    let value = receiver.as_ref()?.borrow().recv().ok();
    if value.is_none() {
        *receiver = None;
    }
    value
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        next(&mut self.0)
    }
}

impl<T> FusedIterator for Iter<'_, T> {}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        next(&mut self.0)
    }
}

impl<T> FusedIterator for IntoIter<T> {}

impl<T> Iterator for Drain<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for Drain<T> {
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back()
    }
}

impl<T> ExactSizeIterator for Drain<T> {}
impl<T> FusedIterator for Drain<T> {}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Iter { .. }")
    }
}

impl<T> fmt::Debug for TryIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("TryIter { .. }")
    }
}

impl<T> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("IntoIter { .. }")
    }
}

impl<T> fmt::Debug for Drain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Drain { .. }")
    }
}
