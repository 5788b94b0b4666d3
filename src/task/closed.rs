//! Waiting in a task for the channel to close: one arm, that of a watcher.

#![allow(unsafe_code)] // the contracts of `Port`, passed on; the pinned future

use super::wait::Wait;
use super::wanted::{Fixed, Wanted};
use crate::chan::{Chan, Enlisted, Holding, Manner, Token};
use crate::select::{Arm, Order, Port};
use crate::sync::Deadline;
use crate::wait::{Claim, Patience, Waiter};
use crate::{Receiver, Sender};
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll};
use futures_core::FusedFuture;

/// A channel, as an arm that is won when it is closed. It carries no value, so what is won needs no end, and cannot be held.
struct Watch<'a, T>(&'a Chan<T>);

impl<T> Port for Watch<'_, T> {
    fn win(&self, _own: *const Claim, _manner: Manner) -> Option<Token> {
        self.0.is_closed().then_some(Token::Closed)
    }

    fn hold(&self, _token: &mut Token) {}

    fn give_up(&self, _token: Token, _drains: bool) {}

    fn win_notified(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        self.win(own, manner)
    }

    fn renounce(&self) {}

    fn is_ready(&self, _patience: Patience) -> bool {
        self.0.is_closed()
    }

    fn version(&self) -> u64 {
        self.0.is_closed().into()
    }

    unsafe fn enlist_lazy(&self, waiter: &Waiter, _own: *const Claim) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.0.enlist_watcher(waiter, None) == Enlisted::Yes }
    }

    fn may_win(&self) -> bool {
        self.0.is_closed()
    }

    unsafe fn enlist(&self, waiter: &Waiter, _again: bool, patience: Option<Patience>) -> Enlisted {
        // SAFETY: the caller's promise.
        unsafe { self.0.enlist_watcher(waiter, patience) }
    }

    fn withdraw(&self, waiter: &Waiter, patience: Option<Patience>) -> bool {
        self.0.withdraw_watcher(waiter, patience)
    }
}

/// Ends when a channel is closed. Made by [`Sender::closed`] and [`Receiver::closed`].
///
/// # Cancel safety
/// Dropped at any time it loses nothing.
///
/// ```
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded::<u8>(1);
/// let mut cx = Context::from_waker(Waker::noop());
/// let mut closed = pin!(tx.closed());
/// assert!(closed.as_mut().poll(&mut cx).is_pending());
/// drop(rx);
/// assert_eq!(closed.as_mut().poll(&mut cx), Poll::Ready(()));
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct ClosedFuture<'a, T> {
    /// `None` never closes.
    watch: Option<Watch<'a, T>>,
    wait: Wait<Fixed<1>>,
}

fn wanted<'s, 'a>(arms: &'s [Arm<'a>; 1]) -> Wanted<'s, 'a> {
    Wanted { arms, order: Order::Given, hold: Holding::None, deadline: Deadline::NEVER }
}

impl<'a, T> ClosedFuture<'a, T> {
    fn new(chan: Option<&'a Chan<T>>) -> ClosedFuture<'a, T> {
        ClosedFuture { watch: chan.map(Watch), wait: Wait::new() }
    }
}

impl<T> Sender<T> {
    /// Waits in a task until the channel is closed, by whichever side: as [`wait_closed`](Sender::wait_closed), but the task gives its thread to others
    /// meanwhile.
    ///
    /// It is the same at every capacity. On a closed channel it ends at once.
    ///
    /// # Cancel safety
    /// See [`ClosedFuture`].
    ///
    /// ```
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
    /// # }
    /// # block_on(async {
    /// use std::time::Duration;
    ///
    /// // Work that stops when nobody wants its result any more.
    /// let (tx, rx) = rendez::bounded::<u64>(0);
    /// drop(rx);
    /// rendez::select_async! {
    ///     future(tx.closed()) -> () => {}
    ///     default(Duration::from_secs(60)) => unreachable!(),
    /// }
    /// # });
    /// ```
    pub fn closed(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::new(Some(self.0.chan()))
    }
}

impl<T> Receiver<T> {
    /// Waits in a task until the channel is closed, by whichever side: as [`wait_closed`](Receiver::wait_closed), but the task gives its thread to others
    /// meanwhile.
    ///
    /// It is the same at every capacity. The channel may still hold values then. On a closed channel it ends at once; a timer never closes.
    ///
    /// # Cancel safety
    /// See [`ClosedFuture`].
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
    /// rx.closed().await;
    /// assert_eq!(rx.recv_async().await, Ok(1));
    /// # });
    /// ```
    pub fn closed(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::new(self.chan())
    }
}

impl<T> Future for ClosedFuture<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(watch) = &this.watch else { return Poll::Pending };
        let arms = [Arm(Some(watch))];
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        wait.poll(cx, wanted(&arms), |_| ptr::null_mut()).map(drop)
    }
}

impl<T> FusedFuture for ClosedFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        self.watch.is_none() || self.wait.is_over()
    }
}

impl<T> Drop for ClosedFuture<'_, T> {
    fn drop(&mut self) {
        if let Some(watch) = &self.watch {
            let arms = [Arm(Some(watch as &dyn Port))];
            // SAFETY: it was pinned if it was polled, and is not moved any more.
            let _ = unsafe { Pin::new_unchecked(&mut self.wait) }.cancel(wanted(&arms));
        }
    }
}

impl<T> fmt::Debug for ClosedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("ClosedFuture { .. }")
    }
}
