//! Receiving in a task.

#![allow(unsafe_code)] // the place inside the pinned future

use super::operation::Operation;
use super::solo::{Glance, Left, Sat, Waiting};
use crate::chan::{Attempt, Chan, Met, Place, Strong};
use crate::error::RecvError;
use crate::receiver::Source;
use crate::wait::{Claim, Waiter};
use crate::Receiver;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::ptr;
use core::task::{Context, Poll};
use futures_core::FusedFuture;

/// One receive after the other, by a task.
#[repr(C)] // the stage first: see `solo`
pub(super) struct Receiving<T> {
    waiting: Waiting,
    /// Where at capacity 0 a sender puts the value.
    place: Place<T>,
}

// SAFETY: values of `T: Send` pass through the place. The claim is `Sync`; the waiter is touched by peers under locks, and by the owner otherwise,
// wherever it is.
unsafe impl<T: Send> Send for Receiving<T> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<T: Send> Sync for Receiving<T> {}

/// A receive of a channel, of capacity 0 or of another.
struct Receive<'a, T, const MEETING: bool> {
    chan: &'a Chan<T>,
    place: &'a Place<T>,
    strong: &'a Strong<T, false>,
}

impl<T, const MEETING: bool> Operation for Receive<'_, T, MEETING> {
    type Value = T;
    type Output = Result<T, RecvError>;
    const SENDING: bool = false;

    fn chan(&self) -> &Chan<T> {
        self.chan
    }

    fn place(&self) -> *mut () {
        if MEETING {
            self.place.erased()
        } else {
            ptr::null_mut()
        }
    }

    #[inline(always)]
    unsafe fn enlist(&self, waiter: &Waiter, claim: &Claim, again: bool) -> Attempt<Self::Output> {
        // SAFETY: the caller's promise; and the place is empty.
        unsafe {
            if MEETING {
                self.chan.accept_or_enlist(waiter, claim, again, || self.strong.patience())
            } else {
                self.chan.recv_or_enlist(self.place, waiter, again, || self.strong.patience())
            }
        }
    }

    fn done(&self) -> Self::Output {
        // SAFETY: DONE, seen with Acquire: a sender has filled the place and left it.
        Ok(unsafe { self.place.take() })
    }
}

impl<T> Receiving<T> {
    #[inline]
    pub(super) fn new() -> Receiving<T> {
        Receiving { waiting: Waiting::new(), place: Place::empty() }
    }

    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_over()
    }

    /// Goes on with a receive, or begins the next one.
    #[inline(always)]
    pub(super) fn poll(self: Pin<&mut Self>, rx: &Receiver<T>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        let Source::Chan(strong) = &rx.0 else { return this.poll_timer(&rx.0, cx) };
        let chan = strong.chan();
        match this.waiting.glance() {
            Glance::Try if chan.is_rendezvous() => return this.meet(chan, strong, cx),
            Glance::Try => {
                // SAFETY: the place is empty, and in no queue.
                if let Some(value) = unsafe { chan.recv_at_once(&this.place) } {
                    this.waiting.finish();
                    return Poll::Ready(Ok(value));
                }
                return match this.sits(chan, cx) {
                    Sat::Yes => Poll::Pending,
                    Sat::No => this.go_on_among_others::<false>(chan, strong, cx),
                    // SAFETY: it was received just now.
                    Sat::Done => Poll::Ready(Ok(unsafe { this.place.take() })),
                };
            }
            // SAFETY: DONE, seen with Acquire: a sender has filled the place and left it.
            Glance::Done => return Poll::Ready(Ok(unsafe { this.place.take() })),
            Glance::Unclear => {}
        }
        if chan.is_rendezvous() {
            this.go_on_among_others::<true>(chan, strong, cx)
        } else {
            this.go_on_among_others::<false>(chan, strong, cx)
        }
    }

    /// At capacity 0. Out of line, as what follows: a receive that need not wait needs none of this, nor the registers for it.
    #[inline(never)]
    fn meet(&mut self, chan: &Chan<T>, strong: &Strong<T, false>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        match chan.accept_shortly() {
            Met::Now(value) => {
                self.waiting.finish();
                Poll::Ready(Ok(value))
            }
            Met::Nobody(seen) => {
                // SAFETY: in no queue; pinned, and the destructor calls `cancel`.
                let enlist = |waiter: &Waiter, again| unsafe { chan.enlist_shortly(seen, waiter, false, again) };
                match self.waiting.wait(self.place.erased(), enlist, cx) {
                    true => Poll::Pending,
                    false => self.go_on_among_others::<true>(chan, strong, cx),
                }
            }
            Met::Unclear => self.waiting.poll_again(&Receive::<T, true> { chan, place: &self.place, strong }, cx),
        }
    }

    /// With a ring, after an attempt: waits, if nobody else does.
    #[inline(never)]
    fn sits(&mut self, chan: &Chan<T>, cx: &mut Context<'_>) -> Sat {
        // SAFETY: the place is empty, and in no queue.
        if unsafe { chan.recv_soon(&self.place) } {
            self.waiting.finish();
            return Sat::Done;
        }
        // SAFETY: in no queue; pinned, and the destructor calls `cancel`.
        match self.waiting.wait(ptr::null_mut(), |waiter, _| unsafe { chan.sit_to_receive(waiter) }, cx) {
            true => Sat::Yes,
            false => Sat::No,
        }
    }

    /// After `meet` or `sits`, in vain.
    #[inline(never)]
    fn go_on_among_others<const MEETING: bool>(
        &mut self,
        chan: &Chan<T>,
        strong: &Strong<T, false>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, RecvError>> {
        self.waiting.poll_among_others(&Receive::<T, MEETING> { chan, place: &self.place, strong }, cx)
    }

    /// Nobody but the clock wakes: there is no queue.
    #[cold]
    fn poll_timer(&mut self, source: &Source<T>, cx: &mut Context<'_>) -> Poll<Result<T, RecvError>> {
        let Source::Timer(timer) = source else { return Poll::Pending };
        if self.is_over() {
            return Poll::Pending;
        }
        match timer.try_recv() {
            Ok(message) => {
                self.waiting.drop_alarm();
                self.waiting.finish();
                Poll::Ready(Ok(message))
            }
            Err(_) => {
                if let Some(due) = timer.due() {
                    self.waiting.wake_at(due, cx);
                }
                Poll::Pending
            }
        }
    }

    pub(super) fn restart(self: Pin<&mut Self>) {
        // SAFETY: nothing is moved.
        unsafe { self.get_unchecked_mut() }.waiting.restart();
    }

    /// Gives up; a value that has been handed over goes to the next receiver.
    #[inline]
    pub(super) fn cancel(self: Pin<&mut Self>, rx: &Receiver<T>) {
        if self.waiting.is_pinned() {
            self.cancel_waiting(rx);
        }
    }

    #[cold]
    #[inline(never)]
    fn cancel_waiting(self: Pin<&mut Self>, rx: &Receiver<T>) {
        // SAFETY: nothing is moved out of it but the value, once.
        let this = unsafe { self.get_unchecked_mut() };
        let Source::Chan(strong) = &rx.0 else { return this.waiting.drop_alarm() };
        let chan = strong.chan();
        if let Left::Done { turn } = this.waiting.cancel(&Receive::<T, true> { chan, place: &this.place, strong }) {
            // SAFETY: as in `done`.
            chan.put_back(Some(turn), unsafe { this.place.take() });
        }
    }
}

/// Receives a value in a task. Made by [`Receiver::recv_async`].
///
/// # Cancel safety
/// Dropped at any time it loses neither a value nor a wake-up. One that a sender of capacity 0 has served already hands its value to the next receiver,
/// which gets it before all others.
///
/// ```
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(1);
/// let mut cx = Context::from_waker(Waker::noop());
/// assert!(pin!(rx.recv_async()).poll(&mut cx).is_pending()); // and dropped
/// tx.send(1).unwrap();
/// assert_eq!(pin!(rx.recv_async()).poll(&mut cx), Poll::Ready(Ok(1)));
/// ```
#[must_use = "a future does nothing unless it is awaited"]
#[repr(C)] // words that are written first: see `solo`
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
    /// # Panics
    /// Only if it is to wait for the clock, and the thread for that cannot be started: see [`after`](crate::after).
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
    #[inline]
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

    #[inline]
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
    #[inline]
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
