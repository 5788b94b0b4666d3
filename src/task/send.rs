//! Sending in a task.

#![allow(unsafe_code)] // the place inside the pinned future

use super::operation::Operation;
use super::solo::{Glance, Left, Sat, Waiting};
use crate::chan::{Attempt, Chan, Met, Place, Sent, Strong};
use crate::error::SendError;
use crate::wait::{Claim, Waiter};
use crate::Sender;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_core::FusedFuture;

/// One send after the other, by a task.
#[repr(C)] // what is written when it is made first: see `solo`
pub(super) struct Sending<T> {
    /// Full while the operation is not over, but for what a peer takes out of it.
    place: Place<T>,
    waiting: Waiting,
}

// SAFETY: a value of `T: Send`. The claim is `Sync`; the waiter is touched by peers under locks, and by the owner otherwise, wherever it is.
unsafe impl<T: Send> Send for Sending<T> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<T: Send> Sync for Sending<T> {}

/// A send to a channel, of capacity 0 or of another.
struct Giving<'a, T, const MEETING: bool> {
    chan: &'a Chan<T>,
    place: &'a Place<T>,
    strong: &'a Strong<T, true>,
}

impl<T, const MEETING: bool> Operation for Giving<'_, T, MEETING> {
    type Value = T;
    type Output = Sent;
    const SENDING: bool = true;

    fn chan(&self) -> &Chan<T> {
        self.chan
    }

    fn place(&self) -> *mut () {
        self.place.erased()
    }

    #[inline(always)]
    unsafe fn enlist(&self, waiter: &Waiter, claim: &Claim, again: bool) -> Attempt<Sent> {
        // SAFETY: the caller's promise; and the place is full.
        unsafe {
            if MEETING {
                self.chan.give_or_enlist(self.place, waiter, claim, again, || self.strong.patience())
            } else {
                self.chan.send_or_enlist(self.place, waiter, again, || self.strong.patience())
            }
        }
    }

    fn done(&self) -> Sent {
        Ok(())
    }
}

impl<T> Sending<T> {
    /// A send of `value`.
    #[inline]
    pub(super) fn holding(value: T) -> Sending<T> {
        Sending { waiting: Waiting::new(), place: Place::holding(value) }
    }

    /// Without a value.
    pub(super) fn empty() -> Sending<T> {
        let mut waiting = Waiting::new();
        waiting.finish();
        Sending { waiting, place: Place::empty() }
    }

    /// Begins the next send. The value before has been sent, or given back.
    pub(super) fn put(self: Pin<&mut Self>, value: T) {
        debug_assert!(!self.is_full());
        // SAFETY: nothing is moved out of it; over, so in no queue.
        let this = unsafe { self.get_unchecked_mut() };
        this.place = Place::holding(value);
        this.waiting.restart();
    }

    /// Whether there is a value to be sent.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        !self.waiting.is_over()
    }

    /// Goes on; pending if there is nothing to send.
    #[inline(always)]
    pub(super) fn poll(self: Pin<&mut Self>, tx: &Sender<T>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        // SAFETY: nothing is moved out of it but the value, once.
        let this = unsafe { self.get_unchecked_mut() };
        let chan = tx.0.chan();
        match this.waiting.glance() {
            Glance::Try if chan.is_rendezvous() => return this.meet(chan, &tx.0, cx),
            Glance::Try => {
                // SAFETY: full, and in no queue.
                if unsafe { chan.send_at_once(&this.place) } {
                    this.waiting.finish();
                    return Poll::Ready(Ok(()));
                }
                return match this.sits(chan, cx) {
                    Sat::Yes => Poll::Pending,
                    Sat::No => this.go_on_among_others::<false>(chan, &tx.0, cx),
                    Sat::Done => Poll::Ready(Ok(())),
                };
            }
            Glance::Done => return Poll::Ready(Ok(())),
            Glance::Unclear => {}
        }
        if chan.is_rendezvous() {
            this.go_on_among_others::<true>(chan, &tx.0, cx)
        } else {
            this.go_on_among_others::<false>(chan, &tx.0, cx)
        }
    }

    /// At capacity 0. Out of line, as what follows: a send that need not wait needs none of this, nor the registers for it.
    #[inline(never)]
    fn meet(&mut self, chan: &Chan<T>, strong: &Strong<T, true>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        // SAFETY: full, and in no queue.
        match unsafe { chan.give_shortly(&self.place) } {
            Met::Now(()) => {
                self.waiting.finish();
                Poll::Ready(Ok(()))
            }
            Met::Nobody(seen) => {
                // SAFETY: in no queue, and the place is full; pinned, and the destructor calls `cancel`.
                let enlist = |waiter: &Waiter, again| unsafe { chan.enlist_shortly(seen, waiter, true, again) };
                match self.waiting.wait(self.place.erased(), enlist, cx) {
                    true => Poll::Pending,
                    false => self.go_on_among_others::<true>(chan, strong, cx),
                }
            }
            Met::Unclear => {
                let sent = self.waiting.poll_again(&Giving::<T, true> { chan, place: &self.place, strong }, cx);
                sent.map(|sent| self.answer(sent))
            }
        }
    }

    /// With a ring, after an attempt: waits, if nobody else does.
    #[inline(never)]
    fn sits(&mut self, chan: &Chan<T>, cx: &mut Context<'_>) -> Sat {
        // SAFETY: the place is full, and in no queue.
        if unsafe { chan.send_soon(&self.place) } {
            self.waiting.finish();
            return Sat::Done;
        }
        // SAFETY: in no queue, and the place is full; pinned, and the destructor calls `cancel`.
        match self.waiting.wait(self.place.erased(), |waiter, _| unsafe { chan.sit_to_send(waiter) }, cx) {
            true => Sat::Yes,
            false => Sat::No,
        }
    }

    /// After `meet` or `sits`, in vain.
    #[inline(never)]
    fn go_on_among_others<const MEETING: bool>(
        &mut self,
        chan: &Chan<T>,
        strong: &Strong<T, true>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        let sent = self.waiting.poll_among_others(&Giving::<T, MEETING> { chan, place: &self.place, strong }, cx);
        sent.map(|sent| self.answer(sent))
    }

    /// What is answered after a send was performed, or the channel closed.
    #[inline(always)]
    fn answer(&self, sent: Sent) -> Result<(), SendError<T>> {
        match sent {
            Ok(()) => Ok(()),
            // SAFETY: closed: not sent, and the place is ours again.
            Err(_) => Err(SendError(unsafe { self.place.take() })),
        }
    }

    /// Gives up. Returns the value, if it was not sent.
    #[inline]
    pub(super) fn cancel(self: Pin<&mut Self>, tx: &Sender<T>) -> Option<T> {
        // SAFETY: nothing is moved out of it but the value, once.
        let this = unsafe { self.get_unchecked_mut() };
        if !this.is_full() {
            return None;
        }
        match this.waiting.cancel(&Giving::<T, true> { chan: tx.0.chan(), place: &this.place, strong: &tx.0 }) {
            // SAFETY: it was full, and nobody has taken the value.
            Left::Nothing => Some(unsafe { this.place.take() }),
            Left::Done { .. } | Left::Taken => None,
        }
    }
}

/// Sends a value in a task. Made by [`Sender::send_async`].
///
/// # Cancel safety
/// Dropped at any time it has either sent the value or drops it, and no wake-up is lost. [`cancel`](SendFuture::cancel) gives the value back instead.
///
/// ```
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Poll, Waker};
///
/// let (tx, rx) = rendez::bounded(1);
/// let mut cx = Context::from_waker(Waker::noop());
/// assert_eq!(pin!(tx.send_async(1)).poll(&mut cx), Poll::Ready(Ok(())));
/// let mut send = pin!(tx.send_async(2));
/// assert!(send.as_mut().poll(&mut cx).is_pending());
/// assert_eq!(rx.recv(), Ok(1));
/// assert_eq!(send.as_mut().poll(&mut cx), Poll::Ready(Ok(())));
/// ```
#[must_use = "a future does nothing unless it is awaited"]
#[repr(C)] // words that are written first: see `solo`
pub struct SendFuture<'a, T> {
    tx: &'a Sender<T>,
    sending: Sending<T>,
}

impl<T> Sender<T> {
    /// Sends a value in a task: as [`send`](Sender::send), but the task gives its thread to others while it waits.
    ///
    /// At capacity 0 it ends when a receiver has taken the value. While the task waits, whoever makes room sends the value for it, and wakes it then.
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
    #[inline]
    pub fn send_async(&self, msg: T) -> SendFuture<'_, T> {
        SendFuture { tx: self, sending: Sending::holding(msg) }
    }
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
        let tx = self.tx;
        self.sending().cancel(tx)
    }

    fn sending(self: Pin<&mut Self>) -> Pin<&mut Sending<T>> {
        // SAFETY: not moved.
        unsafe { self.map_unchecked_mut(|this| &mut this.sending) }
    }
}

impl<T> Future for SendFuture<'_, T> {
    type Output = Result<(), SendError<T>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let tx = self.tx;
        self.sending().poll(tx, cx)
    }
}

impl<T> FusedFuture for SendFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        !self.sending.is_full()
    }
}

impl<T> Drop for SendFuture<'_, T> {
    #[inline]
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
