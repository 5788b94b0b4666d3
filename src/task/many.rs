//! Many values at once, in tasks. Peers never point to the caller's buffer: a forgotten future ends its borrow, and not its place in the queue. So
//! the value that waits is in the future.

#![allow(unsafe_code)] // pinned fields

use super::recv::Receiving;
use super::send::Sending;
use crate::error::{RecvError, SendError};
use crate::receiver::Source;
use crate::wait::Patience;
use crate::{Receiver, Sender};
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{ready, Context, Poll};
use futures_core::FusedFuture;
use std::collections::VecDeque;

/// Receives several values in a task. Made by [`Receiver::recv_many_async`].
///
/// # Cancel safety
/// What was received is in the buffer. Dropped before it has ended, it has received nothing, and loses neither a value nor a wake-up.
///
/// ```
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(4);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut msgs = Vec::new();
/// assert!(pin!(rx.recv_many_async(&mut msgs, 8)).poll(&mut cx).is_pending()); // and dropped
/// tx.send(1).unwrap();
/// tx.send(2).unwrap();
/// assert_eq!(pin!(rx.recv_many_async(&mut msgs, 8)).poll(&mut cx), Poll::Ready(Ok(2)));
/// assert_eq!(msgs, [1, 2]);
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct RecvManyFuture<'a, T> {
    rx: &'a Receiver<T>,
    msgs: &'a mut Vec<T>,
    max: usize,
    receiving: Receiving<T>,
    over: bool,
}

/// Sends several values in a task. Made by [`Sender::send_many_async`].
///
/// # Cancel safety
/// Dropped at any time, it leaves in the buffer what was not sent, in order.
///
/// ```
/// use std::collections::VecDeque;
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Waker};
///
/// let (tx, rx) = rendez::bounded(2);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut msgs = VecDeque::from([1, 2, 3, 4]);
/// assert!(pin!(tx.send_many_async(&mut msgs)).poll(&mut cx).is_pending()); // and dropped
/// assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1, 2]);
/// assert_eq!(msgs, [3, 4]);
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct SendManyFuture<'a, T> {
    tx: &'a Sender<T>,
    msgs: &'a mut VecDeque<T>,
    /// The value that waits.
    sending: Sending<T>,
    over: bool,
}

impl<T> Receiver<T> {
    /// Receives up to `max` values in a task, which are appended to `msgs`: waits for the first, then takes what else is there. Returns how many.
    ///
    /// With `max` 0 it returns 0 at once. At capacity 0 it takes from the senders that wait. What a closed channel holds is received first.
    ///
    /// # Errors
    /// If the channel is closed and holds nothing, before or while waiting.
    ///
    /// # Cancel safety
    /// See [`RecvManyFuture`].
    ///
    /// ```
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
    /// # }
    /// # block_on(async {
    /// let (tx, rx) = rendez::bounded(4);
    /// (0..3).for_each(|i| tx.send(i).unwrap());
    /// let mut msgs = Vec::new();
    /// assert_eq!(rx.recv_many_async(&mut msgs, 10).await, Ok(3));
    /// assert_eq!(msgs, [0, 1, 2]);
    /// # });
    /// ```
    pub fn recv_many_async<'a>(&'a self, msgs: &'a mut Vec<T>, max: usize) -> RecvManyFuture<'a, T> {
        RecvManyFuture { rx: self, msgs, max, receiving: Receiving::new(), over: false }
    }
}

impl<T> Sender<T> {
    /// Sends all of `msgs` in a task, front first, waiting whenever there is no room; several at once where there is.
    ///
    /// At capacity 0 each waits for its receiver.
    ///
    /// # Errors
    /// If the channel is closed. What was not sent is still in `msgs`.
    ///
    /// # Cancel safety
    /// See [`SendManyFuture`].
    ///
    /// ```
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
    /// # }
    /// # block_on(async {
    /// use std::collections::VecDeque;
    ///
    /// let (tx, rx) = rendez::bounded(4);
    /// let mut batch = VecDeque::from([1, 2, 3]);
    /// tx.send_many_async(&mut batch).await.unwrap();
    /// assert!(batch.is_empty());
    /// assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// # });
    /// ```
    pub fn send_many_async<'a>(&'a self, msgs: &'a mut VecDeque<T>) -> SendManyFuture<'a, T> {
        SendManyFuture { tx: self, msgs, sending: Sending::empty(), over: false }
    }
}

impl<T> Future for RecvManyFuture<'_, T> {
    type Output = Result<usize, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        if this.over || this.max == 0 {
            return if core::mem::replace(&mut this.over, true) { Poll::Pending } else { Poll::Ready(Ok(0)) };
        }
        // Before there is a value that could be lost.
        this.msgs.reserve(1);
        // SAFETY: the receive in it is not moved.
        let result = ready!(unsafe { Pin::new_unchecked(&mut this.receiving) }.poll(this.rx, cx));
        this.over = true;
        this.msgs.push(result?);
        let more = match &this.rx.0 {
            Source::Chan(strong) => strong.chan().take_ready(this.msgs, this.max - 1, Patience::Task),
            _ => 0,
        };
        Poll::Ready(Ok(1 + more))
    }
}

impl<T> Future for SendManyFuture<'_, T> {
    type Output = Result<(), SendError<()>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        if this.over {
            return Poll::Pending;
        }
        // SAFETY: the send in it is not moved.
        let mut sending = unsafe { Pin::new_unchecked(&mut this.sending) };
        let result = loop {
            if sending.is_full() {
                if let Err(SendError(value)) = ready!(sending.as_mut().poll(this.tx, cx)) {
                    this.msgs.push_front(value);
                    break Err(SendError(()));
                }
            }
            let result = this.tx.0.chan().send_ready(this.msgs, Some(Patience::Task));
            match this.msgs.pop_front() {
                Some(value) if result.is_ok() => sending.as_mut().put(value),
                Some(value) => {
                    this.msgs.push_front(value);
                    break result;
                }
                None => break Ok(()),
            }
        };
        this.over = true;
        Poll::Ready(result)
    }
}

impl<T> FusedFuture for RecvManyFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        self.over
    }
}

impl<T> FusedFuture for SendManyFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        self.over
    }
}

impl<T> Drop for RecvManyFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        unsafe { Pin::new_unchecked(&mut self.receiving) }.cancel(self.rx);
    }
}

impl<T> Drop for SendManyFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        if let Some(value) = unsafe { Pin::new_unchecked(&mut self.sending) }.cancel(self.tx) {
            self.msgs.push_front(value);
        }
    }
}

macro_rules! debug {
    ($($name:ident),*) => {$(
        impl<T> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(concat!(stringify!($name), " { .. }"))
            }
        }
    )*};
}

debug!(RecvManyFuture, SendManyFuture);
