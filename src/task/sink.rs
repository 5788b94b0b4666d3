//! A sender as a sink: one value at a time is on its way.
//!
//! ```text
//!   nothing ── start_send ─ there was room ──▶ nothing
//!     ▲ │                └─ no room ──▶ a value on its way ── poll_ready, poll_flush, poll_close ── sent, or closed: given back ─┐
//!     │ └ poll_close: the handle goes                                                                                           │
//!     └─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```

#![allow(unsafe_code)] // pinned fields

use super::send::Sending;
use crate::error::{SendError, TrySendError};
use crate::Sender;
use core::borrow::Borrow;
use core::fmt;
use core::pin::Pin;
use core::task::{ready, Context, Poll};
use futures_sink::Sink;

/// Sends what is put into it. Made by [`Sender::sink`].
///
/// `start_send` tries to send at once; a value for which there is no room (at capacity 0: no receiver that waits) is on its way until the sink is
/// flushed, or ready for the next one. Closing flushes, and ends the sink; the channel stays as it is.
///
/// # Errors
/// If the channel is closed, or the sink; the value that was not sent is in the error. With no value on its way there is no error.
///
/// # Panics
/// If a value is put into a sink that was not ready, as the contract of `Sink` has it.
///
/// # Cancel safety
/// A future that flushes the sink, or waits until it is ready, may be dropped at any time: the value stays on its way. Dropped itself, the sink has
/// sent that value or drops it; [`cancel`](SendSink::cancel) gives it back instead.
///
/// ```
/// use futures_sink::Sink;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(1);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut sink = pin!(tx.sink());
/// assert_eq!(sink.as_mut().poll_ready(&mut cx), Poll::Ready(Ok(())));
/// sink.as_mut().start_send(1).unwrap();
/// assert_eq!(sink.as_mut().poll_flush(&mut cx), Poll::Ready(Ok(())));
/// assert_eq!(rx.recv(), Ok(1));
/// ```
#[must_use = "a sink does nothing unless values are sent into it"]
pub struct SendSink<'a, T>(Inner<&'a Sender<T>, T>);

/// As [`SendSink`], with the sender inside, which goes when the sink is closed. Made by [`Sender::into_sink`].
///
/// # Errors
/// As [`SendSink`].
///
/// # Panics
/// As [`SendSink`].
///
/// # Cancel safety
/// As [`SendSink`].
///
/// ```
/// use futures_sink::Sink;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(1);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut sink = pin!(tx.into_sink());
/// assert_eq!(sink.as_mut().poll_ready(&mut cx), Poll::Ready(Ok(())));
/// sink.as_mut().start_send(1).unwrap();
/// assert_eq!(sink.as_mut().poll_flush(&mut cx), Poll::Ready(Ok(())));
/// assert_eq!(rx.recv(), Ok(1));
/// ```
#[must_use = "a sink does nothing unless values are sent into it"]
pub struct IntoSink<T>(Inner<Sender<T>, T>);

struct Inner<S: Borrow<Sender<T>>, T> {
    /// `None` once the sink is closed: then no value is on its way.
    tx: Option<S>,
    sending: Sending<T>,
}

impl<S: Borrow<Sender<T>>, T> Inner<S, T> {
    fn new(tx: S) -> Inner<S, T> {
        Inner { tx: Some(tx), sending: Sending::empty() }
    }

    fn parts(self: Pin<&mut Self>) -> (&mut Option<S>, Pin<&mut Sending<T>>) {
        // SAFETY: `sending` is pinned with the sink, and `tx` is never.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        (&mut this.tx, unsafe { Pin::new_unchecked(&mut this.sending) })
    }

    fn start(self: Pin<&mut Self>, value: T) -> Result<(), SendError<T>> {
        let (tx, sending) = self.parts();
        assert!(!sending.is_full(), "a value was put into a sink that was not ready");
        let Some(tx) = tx else { return Err(SendError(value)) };
        let tx: &Sender<T> = (*tx).borrow();
        match tx.try_send(value) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(value)) => {
                sending.put(value);
                Ok(())
            }
            Err(TrySendError::Disconnected(value)) => Err(SendError(value)),
        }
    }

    /// Ready when nothing is on its way.
    fn flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        match self.parts() {
            (Some(tx), sending) if sending.is_full() => sending.poll((*tx).borrow(), cx),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        let flushed = ready!(self.as_mut().flush(cx));
        *self.parts().0 = None;
        Poll::Ready(flushed)
    }

    fn cancel(self: Pin<&mut Self>) -> Option<T> {
        let (tx, sending) = self.parts();
        tx.as_ref().and_then(|tx| sending.cancel(tx.borrow()))
    }
}

impl<S: Borrow<Sender<T>>, T> Drop for Inner<S, T> {
    fn drop(&mut self) {
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        drop(unsafe { Pin::new_unchecked(self) }.cancel());
    }
}

impl<T> Sender<T> {
    /// Makes a sink of the sender. With the feature `sink`.
    ///
    /// At capacity 0 it is flushed when a receiver has taken the value. It has to be pinned to be used, since receivers take values out of it: by
    /// [`pin!`](std::pin::pin), or by `Box::pin` where it has to be moved afterwards.
    ///
    /// # Errors
    /// Its operations fail if the channel is closed: see [`SendSink`].
    ///
    /// # Cancel safety
    /// See [`SendSink`].
    ///
    /// ```
    /// use futures_sink::Sink;
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// let mut sink = pin!(tx.sink());
    /// let mut cx = Context::from_waker(Waker::noop());
    /// assert_eq!(sink.as_mut().poll_ready(&mut cx), Poll::Ready(Ok(())));
    /// assert_eq!(sink.as_mut().start_send(1), Ok(()));
    /// assert_eq!(sink.as_mut().poll_ready(&mut cx), Poll::Ready(Ok(())));
    /// assert_eq!(sink.as_mut().start_send(2), Ok(()));
    /// assert_eq!(sink.as_mut().poll_flush(&mut cx), Poll::Pending);
    /// assert_eq!(rx.recv(), Ok(1));
    /// assert_eq!(sink.as_mut().poll_flush(&mut cx), Poll::Ready(Ok(())));
    /// assert_eq!(rx.recv(), Ok(2));
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "sink")))]
    pub fn sink(&self) -> SendSink<'_, T> {
        SendSink(Inner::new(self))
    }

    /// Makes a sink that owns its sender: closing it drops that, and the channel closes if it was the last. As [`sink`](Sender::sink) in all else, and with
    /// the feature `sink`.
    ///
    /// # Errors
    /// Its operations fail if the channel, or the sink, is closed: see [`IntoSink`].
    ///
    /// # Cancel safety
    /// See [`IntoSink`].
    ///
    /// ```
    /// use futures_sink::Sink;
    /// use std::pin::pin;
    /// use std::task::{Context, Poll, Waker};
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// let mut cx = Context::from_waker(Waker::noop());
    /// let mut sink = pin!(tx.into_sink());
    /// assert_eq!(sink.as_mut().poll_ready(&mut cx), Poll::Ready(Ok(())));
    /// sink.as_mut().start_send(1).unwrap();
    /// assert_eq!(sink.as_mut().poll_flush(&mut cx), Poll::Ready(Ok(())));
    /// assert_eq!(rx.recv(), Ok(1));
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "sink")))]
    pub fn into_sink(self) -> IntoSink<T> {
        IntoSink(Inner::new(self))
    }
}

macro_rules! sink {
    ($debug:literal, $name:ty, $inner:ty, $($a:lifetime)?) => {
        impl<$($a,)? T> $name {
            /// Gives up the value that is on its way. Returns it; `None` if there is none, or it has been sent.
            ///
            /// ```
            /// use futures_sink::Sink;
            /// use std::pin::pin;
            ///
            /// let (tx, _rx) = rendez::rendezvous();
            /// let mut sink = pin!(tx.sink());
            /// sink.as_mut().start_send(1).unwrap(); // no receiver waits: it is on its way
            /// assert_eq!(sink.as_mut().cancel(), Some(1));
            /// ```
            pub fn cancel(self: Pin<&mut Self>) -> Option<T> {
                self.inner().cancel()
            }

            fn inner(self: Pin<&mut Self>) -> Pin<&mut $inner> {
                // SAFETY: not moved.
                unsafe { self.map_unchecked_mut(|this| &mut this.0) }
            }
        }

        impl<$($a,)? T> Sink<T> for $name {
            type Error = SendError<T>;

            fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
                self.inner().flush(cx)
            }

            fn start_send(self: Pin<&mut Self>, value: T) -> Result<(), SendError<T>> {
                self.inner().start(value)
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
                self.inner().flush(cx)
            }

            fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
                self.inner().close(cx)
            }
        }

        impl<$($a,)? T> fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad($debug)
            }
        }
    };
}

sink!("SendSink { .. }", SendSink<'a, T>, Inner<&'a Sender<T>, T>, 'a);
sink!("IntoSink { .. }", IntoSink<T>, Inner<Sender<T>, T>,);
