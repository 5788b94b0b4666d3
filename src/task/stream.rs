//! A receiver as a stream.

#![allow(unsafe_code)] // pinned fields

use super::recv::Receiving;
use crate::Receiver;
use core::borrow::Borrow;
use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_core::{FusedStream, Stream};

/// The values of a channel, until it is closed and empty. Made by [`Receiver::stream`].
///
/// # Cancel safety
/// As that of [`RecvFuture`](crate::RecvFuture), between items and in the middle of one.
///
/// ```
/// use futures_core::Stream;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(1);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut stream = pin!(rx.stream());
/// assert!(stream.as_mut().poll_next(&mut cx).is_pending());
/// tx.send(1).unwrap();
/// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(Some(1)));
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct RecvStream<'a, T>(Inner<&'a Receiver<T>, T>);

/// As [`RecvStream`], with the receiver inside. Made by [`Receiver::into_stream`].
///
/// # Cancel safety
/// As [`RecvStream`]. Its receiver goes with it.
///
/// ```
/// use futures_core::Stream;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(1);
/// tx.send(1).unwrap();
/// drop(tx);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut stream = pin!(rx.into_stream());
/// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(Some(1)));
/// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(None));
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct IntoStream<T>(Inner<Receiver<T>, T>);

struct Inner<R: Borrow<Receiver<T>>, T> {
    rx: R,
    receiving: Receiving<T>,
    ended: bool,
}

impl<R: Borrow<Receiver<T>>, T> Inner<R, T> {
    fn new(rx: R) -> Inner<R, T> {
        Inner { rx, receiving: Receiving::new(), ended: false }
    }

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        if this.ended {
            return Poll::Ready(None);
        }
        // SAFETY: as above.
        let mut receiving = unsafe { Pin::new_unchecked(&mut this.receiving) };
        receiving.as_mut().restart();
        receiving.poll(this.rx.borrow(), cx).map(|result| {
            this.ended = result.is_err();
            result.ok()
        })
    }
}

impl<R: Borrow<Receiver<T>>, T> Drop for Inner<R, T> {
    fn drop(&mut self) {
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        unsafe { Pin::new_unchecked(&mut self.receiving) }.cancel(self.rx.borrow());
    }
}

impl<T> Receiver<T> {
    /// Makes a stream of the values that are received, which ends when the channel is closed and empty.
    ///
    /// At capacity 0 each item is taken from a sender that waits. It has to be pinned to be polled, since senders put values into it: by
    /// [`pin!`](std::pin::pin), or by `Box::pin` where it has to be moved afterwards.
    ///
    /// # Cancel safety
    /// See [`RecvStream`].
    ///
    /// ```
    /// use futures_core::Stream;
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    ///
    /// let (tx, rx) = rendez::bounded(2);
    /// tx.send(1).unwrap();
    /// drop(tx);
    /// let mut stream = pin!(rx.stream());
    /// let mut cx = Context::from_waker(Waker::noop());
    /// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(Some(1)));
    /// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(None));
    /// ```
    pub fn stream(&self) -> RecvStream<'_, T> {
        RecvStream(Inner::new(self))
    }

    /// Makes a stream that owns its receiver; as [`stream`](Receiver::stream) in all else.
    ///
    /// # Cancel safety
    /// See [`IntoStream`].
    ///
    /// ```
    /// use futures_core::Stream;
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// drop(tx);
    /// let mut cx = Context::from_waker(Waker::noop());
    /// let mut stream = pin!(rx.into_stream());
    /// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(Some(1)));
    /// assert_eq!(stream.as_mut().poll_next(&mut cx), Poll::Ready(None));
    /// ```
    pub fn into_stream(self) -> IntoStream<T> {
        IntoStream(Inner::new(self))
    }
}

macro_rules! stream {
    ($debug:literal, $name:ty) => {
        impl<T> Stream for $name {
            type Item = T;

            fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
                // SAFETY: not moved.
                unsafe { self.map_unchecked_mut(|this| &mut this.0) }.poll(cx)
            }
        }

        impl<T> FusedStream for $name {
            fn is_terminated(&self) -> bool {
                self.0.ended
            }
        }

        impl<T> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad($debug)
            }
        }
    };
}

stream!("RecvStream { .. }", RecvStream<'_, T>);
stream!("IntoStream { .. }", IntoStream<T>);
