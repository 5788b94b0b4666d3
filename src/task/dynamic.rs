//! A dynamic select that a task waits for.

#![allow(unsafe_code)] // pinned fields

use super::wait::Wait;
use super::wanted::{Waiters, Wanted};
use crate::chan::Holding;
use crate::dynamic::{Select, SelectedOperation};
use crate::select::{Arm, Order, Storage, INLINE};
use crate::sync::Deadline;
use crate::wait::Waiter;
use core::cell::Cell;
use core::fmt;
use core::future::Future;
use core::mem::{self, MaybeUninit};
use core::pin::Pin;
use core::ptr;
use core::task::{ready, Context, Poll};
use futures_core::FusedFuture;

/// Waiters for any number of arms; those that do not fit are in a block that the select keeps from round to round. While the future waits it owns the
/// block: forgotten, it keeps it.
struct Grown {
    few: [MaybeUninit<Waiter>; INLINE],
    many: Vec<MaybeUninit<Waiter>>,
    meetings: Cell<Vec<(u64, usize)>>,
}

impl Waiters for Grown {
    const NEW: Grown = Grown { few: [const { MaybeUninit::uninit() }; INLINE], many: Vec::new(), meetings: Cell::new(Vec::new()) };

    fn memory(&mut self, n: usize) -> &mut [MaybeUninit<Waiter>] {
        if n <= INLINE {
            return &mut self.few[..n];
        }
        self.many.resize_with(n, MaybeUninit::uninit);
        &mut self.many
    }

    fn first(&self) -> *const Waiter {
        if self.many.is_empty() { self.few.as_ptr() } else { self.many.as_ptr() }.cast()
    }

    fn meetings(&self) -> Option<&Cell<Vec<(u64, usize)>>> {
        Some(&self.meetings)
    }
}

/// Wins one of the operations of a [`Select`], in a task. Made by [`Select::select_async`].
///
/// # Cancel safety
/// Dropped at any time it loses neither a value nor a wake-up. What a sender of capacity 0 has handed over goes to the next receiver.
///
/// ```
/// use std::future::Future;
/// use std::pin::pin;
/// use std::task::{Context, Waker};
///
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// let mut cx = Context::from_waker(Waker::noop());
/// assert!(pin!(select.select_async()).poll(&mut cx).is_pending()); // and dropped
/// assert!(select.try_select().is_err()); // the select goes on
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct SelectFuture<'s, 'a> {
    select: &'s mut Select<'a>,
    wait: Wait<Grown>,
    /// The select's, while this waits: peers point to it.
    storage: Storage,
}

// SAFETY: as `Select`, which it borrows: it wins without touching a value. A value that it gives up is not dropped but left to the next receiver.
unsafe impl Send for SelectFuture<'_, '_> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for SelectFuture<'_, '_> {}

fn wanted<'s, 'a>(arms: &'s [Arm<'a>], order: Order) -> Wanted<'s, 'a> {
    Wanted { arms, order, hold: Holding::All, deadline: Deadline::NEVER }
}

impl<'a> Select<'a> {
    /// Wins one of the operations in a task: as [`select`](Select::select), but the task gives its thread to others while it waits.
    ///
    /// At capacity 0 an operation can go on when a peer waits; on a closed channel it can, and will yield an error. For a timeout add a receive from
    /// [`after`](crate::after). The select can be used again afterwards, and allocates nothing then.
    ///
    /// A [`SelectedOperation`] stays with its thread: complete it before the next `.await`.
    ///
    /// # Panics
    /// If there is no operation. Its future also if it has to wait for the clock, and the thread for that cannot be started: see [`after`](crate::after).
    ///
    /// # Cancel safety
    /// See [`SelectFuture`].
    ///
    /// ```
    /// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
    /// # }
    /// # block_on(async {
    /// use rendez::Select;
    ///
    /// let channels: Vec<_> = (0..3).map(|_| rendez::bounded(1)).collect();
    /// let mut select = Select::new();
    /// channels.iter().for_each(|(_, rx)| drop(select.recv(rx)));
    /// for i in [2, 0, 1] {
    ///     channels[i].0.send_async(i).await.unwrap();
    ///     let won = select.select_async().await;
    ///     let index = won.index();
    ///     assert_eq!(won.recv(&channels[index].1), Ok(i));
    /// }
    /// # });
    /// ```
    #[track_caller]
    pub fn select_async(&mut self) -> SelectFuture<'_, 'a> {
        self.check_not_empty();
        let (_, _, storage) = self.parts();
        let mut storage = mem::take(storage);
        let (many, meetings) = storage.take_spare();
        SelectFuture { select: self, wait: Wait::with(Grown { many, meetings: Cell::new(meetings), ..Grown::NEW }), storage }
    }
}

impl<'a> Future for SelectFuture<'_, 'a> {
    type Output = SelectedOperation<'a>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<SelectedOperation<'a>> {
        // SAFETY: neither the waiters nor the storage are moved.
        let Self { select, wait, storage } = unsafe { self.get_unchecked_mut() };
        let (arms, order, _) = select.parts();
        let place = |i: usize| arms[i].0.map_or(ptr::null_mut(), |port| storage.place_for(port));
        // SAFETY: as above.
        let won = ready!(unsafe { Pin::new_unchecked(wait) }.poll(cx, wanted(arms, order), place));
        match won.and_then(|won| select.selected(won, storage)) {
            Some(won) => Poll::Ready(won),
            None => Poll::Pending, // not without a deadline
        }
    }
}

impl FusedFuture for SelectFuture<'_, '_> {
    fn is_terminated(&self) -> bool {
        self.wait.is_over()
    }
}

impl Drop for SelectFuture<'_, '_> {
    fn drop(&mut self) {
        let (arms, order, _) = self.select.parts();
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        if let Some((i, token)) = unsafe { Pin::new_unchecked(&mut self.wait) }.cancel(wanted(arms, order)) {
            if let Some(port) = arms[i].0 {
                port.give_up(token, false); // it may be dropped on any thread
            }
        }
        let spare = self.wait.waiters_mut();
        self.storage.give_spare(mem::take(&mut spare.many), spare.meetings.take());
        *self.select.parts().2 = mem::take(&mut self.storage);
    }
}

impl fmt::Debug for SelectFuture<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectFuture { .. }")
    }
}
