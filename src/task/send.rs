//! Sending in a task.

#![allow(unsafe_code)] // the place inside the pinned future

use super::wait::{Fixed, Left, Wait, Wanted};
use crate::chan::{Place, Token};
use crate::error::SendError;
use crate::select::{Arm, Order, Port};
use crate::sync::Deadline;
use crate::Sender;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll};
use futures_core::FusedFuture;

/// Sends a value in a task. Made by [`Sender::send_async`].
///
/// # Cancel safety
/// Dropped at any time it has either sent the value or drops it, and no wake-up is lost. [`cancel`](SendFuture::cancel) gives the value back instead.
#[must_use = "a future does nothing unless it is awaited"]
pub struct SendFuture<'a, T> {
    tx: &'a Sender<T>,
    place: Place<T>,
    /// Whether the value is in the place.
    full: bool,
    wait: Wait<Fixed<1>>,
}

// SAFETY: a value of `T: Send`, and a handle; the rest is as in `Wait`.
unsafe impl<T: Send> Send for SendFuture<'_, T> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<T: Send> Sync for SendFuture<'_, T> {}

impl<T> Sender<T> {
    /// Sends a value in a task: as [`send`](Sender::send), but the task gives its thread to others while it waits.
    ///
    /// At capacity 0 it ends when a receiver has taken the value.
    ///
    /// # Errors
    /// If the channel is closed, before or while waiting; the value is in the error.
    ///
    /// # Cancel safety
    /// See [`SendFuture`].
    ///
    /// ```
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
    /// # }
    /// # block_on(async {
    /// let (tx, rx) = rendez::bounded(1);
    /// assert_eq!(tx.send_async(1).await, Ok(()));
    /// drop(rx);
    /// assert_eq!(tx.send_async(2).await, Err(rendez::SendError(2)));
    /// # });
    /// ```
    pub fn send_async(&self, msg: T) -> SendFuture<'_, T> {
        SendFuture { tx: self, place: Place::holding(msg), full: true, wait: Wait::new() }
    }
}

fn wanted<'s, 'a>(arms: &'s [Arm<'a>; 1]) -> Wanted<'s, 'a> {
    Wanted { arms, order: Order::Given, hold: false, deadline: Deadline::NEVER }
}

impl<T> SendFuture<'_, T> {
    /// Gives the send up. Returns the value; `None` if it has been sent, or returned before.
    ///
    /// ```
    /// use std::pin::pin;
    ///
    /// let (tx, rx) = rendez::bounded(0);
    /// let mut send = pin!(tx.send_async("never sent"));
    /// assert_eq!(send.as_mut().cancel(), Some("never sent"));
    /// assert_eq!(send.as_mut().cancel(), None);
    /// assert!(rx.try_recv().is_err());
    /// ```
    pub fn cancel(self: Pin<&mut Self>) -> Option<T> {
        // SAFETY: nothing is moved out of it but the value, once.
        let this = unsafe { self.get_unchecked_mut() };
        let arms = [Arm(Some(this.tx as &dyn Port))];
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        if !matches!(wait.cancel(wanted(&arms)), Left::Nothing) {
            this.full = false; // a receiver has it
        }
        // SAFETY: full, and in no queue any more.
        core::mem::take(&mut this.full).then(|| unsafe { this.place.take() })
    }
}

impl<T> Future for SendFuture<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out of it but the value, once.
        let this = unsafe { self.get_unchecked_mut() };
        if !this.full {
            return Poll::Pending;
        }
        let arms = [Arm(Some(this.tx as &dyn Port))];
        let place = if this.tx.meeting().is_some() { this.place.erased() } else { ptr::null_mut() };
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        let Poll::Ready(Some((_, token))) = wait.poll(cx, wanted(&arms), |_| place) else { return Poll::Pending };
        this.full = false;
        Poll::Ready(match token {
            Token::Placed { .. } => Ok(()),
            // SAFETY: full until now, and nobody else has taken it.
            token => this.tx.finish(token, unsafe { this.place.take() }),
        })
    }
}

impl<T> FusedFuture for SendFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        !self.full
    }
}

impl<T> Drop for SendFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        drop(unsafe { Pin::new_unchecked(self) }.cancel());
    }
}

impl<T> fmt::Debug for SendFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendFuture { .. }")
    }
}
