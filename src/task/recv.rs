//! Receiving in a task.

#![allow(unsafe_code)] // the place inside the pinned future

use super::wait::{Fixed, Left, Wait, Wanted};
use crate::chan::Place;
use crate::error::RecvError;
use crate::select::{Arm, Order, Port};
use crate::sync::Deadline;
use crate::Receiver;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_core::FusedFuture;

/// One receive after the other, by a task.
pub(super) struct Receiving<T> {
    place: Place<T>,
    wait: Wait<Fixed<1>>,
}

// SAFETY: values of `T: Send` pass through the place; the rest is as in `Wait`.
unsafe impl<T: Send> Send for Receiving<T> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<T: Send> Sync for Receiving<T> {}

fn wanted<'s, 'a>(arms: &'s [Arm<'a>; 1]) -> Wanted<'s, 'a> {
    Wanted { arms, order: Order::Given, hold: false, deadline: Deadline::NEVER }
}

impl<T> Receiving<T> {
    pub(super) fn new() -> Receiving<T> {
        Receiving { place: Place::empty(), wait: Wait::new() }
    }

    pub(super) fn is_over(&self) -> bool {
        self.wait.is_over()
    }

    /// Goes on with a receive, or begins the next one.
    pub(super) fn poll(self: Pin<&mut Self>, rx: &Receiver<T>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        // SAFETY: neither is moved.
        let (place, wait) = unsafe {
            let this = self.get_unchecked_mut();
            (&this.place, Pin::new_unchecked(&mut this.wait))
        };
        let arms = [Arm(Some(rx))];
        match wait.poll(cx, wanted(&arms), |_| place.erased()) {
            Poll::Ready(Some((_, token))) => Poll::Ready(rx.finish(token)),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    pub(super) fn restart(self: Pin<&mut Self>) {
        // SAFETY: not moved.
        unsafe { self.map_unchecked_mut(|this| &mut this.wait) }.restart();
    }

    /// Gives up; a value that has been handed over goes to the next receiver.
    pub(super) fn cancel(self: Pin<&mut Self>, rx: &Receiver<T>) {
        let arms = [Arm(Some(rx))];
        // SAFETY: not moved.
        let wait = unsafe { self.map_unchecked_mut(|this| &mut this.wait) };
        if let Left::Token(_, token) = wait.cancel(wanted(&arms)) {
            rx.give_up(token);
        }
    }
}

/// Receives a value in a task. Made by [`Receiver::recv_async`].
///
/// # Cancel safety
/// Dropped at any time it loses neither a value nor a wake-up. One that a sender of capacity 0 has served already hands its value to the next receiver,
/// which gets it before all others.
#[must_use = "a future does nothing unless it is awaited"]
pub struct RecvFuture<'a, T> {
    rx: &'a Receiver<T>,
    receiving: Receiving<T>,
}

impl<T> Receiver<T> {
    /// Receives a value in a task: as [`recv`](Receiver::recv), but the task gives its thread to others while it waits.
    ///
    /// At capacity 0 it takes the value from a sender that waits, or waits for one. What a closed channel holds is received first.
    ///
    /// # Errors
    /// If the channel is closed and holds nothing, before or while waiting.
    ///
    /// # Cancel safety
    /// See [`RecvFuture`].
    ///
    /// ```
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
    /// # }
    /// # block_on(async {
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send_async(1).await.unwrap();
    /// drop(tx);
    /// assert_eq!(rx.recv_async().await, Ok(1));
    /// assert_eq!(rx.recv_async().await, Err(rendez::RecvError));
    /// # });
    /// ```
    pub fn recv_async(&self) -> RecvFuture<'_, T> {
        RecvFuture { rx: self, receiving: Receiving::new() }
    }
}

impl<T> RecvFuture<'_, T> {
    fn receiving(self: Pin<&mut Self>) -> Pin<&mut Receiving<T>> {
        // SAFETY: not moved.
        unsafe { self.map_unchecked_mut(|this| &mut this.receiving) }
    }
}

impl<T> Future for RecvFuture<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let rx = self.rx;
        self.receiving().poll(rx, cx)
    }
}

impl<T> FusedFuture for RecvFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        self.receiving.is_over()
    }
}

impl<T> Drop for RecvFuture<'_, T> {
    fn drop(&mut self) {
        let rx = self.rx;
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        unsafe { Pin::new_unchecked(self) }.receiving().cancel(rx);
    }
}

impl<T> fmt::Debug for RecvFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RecvFuture { .. }")
    }
}
