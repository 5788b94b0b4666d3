//! Asking that somebody be woken, after an append or a removal that saw that somebody waits.
//!
//! ```text
//!   who waits?  nobody ─ done        a task at the seat ─ served there        others ─ is the lock free? ─ yes ─ serve them, by a short way if that will do
//!                                                                                                        └─ no ── leave the request to its holder
//! ```

use super::{Chan, Guard, WAITED, WAKING};
use crate::wait::lock::{WAKE_RX, WAKE_TX};
use crate::wait::seat::Waits;
use crate::wait::Waker;
use core::mem::ManuallyDrop;

impl<T> Chan<T> {
    /// Asks that one receiver or sender be woken. Never waits.
    #[cold]
    #[inline(never)]
    pub(super) fn request(&self, requests: u64) {
        match self.lock_if_free() {
            // Served without having been in the word; which releases, too.
            Some(guard) => ManuallyDrop::new(guard).serve(requests),
            None => self.ask(requests),
        }
    }

    /// Asks again for what `Guard::release_owing` left, if that was anything.
    #[inline(always)]
    pub(crate) fn ask_again(&self, owed: u64) {
        if owed != 0 {
            self.request(owed);
        }
    }

    /// As `request`, where the lock was held a moment ago.
    fn ask(&self, requests: u64) {
        drop(self.lock_or_request(requests));
    }

    /// As `request`, for a receiver, after an append: by a short way, if that will do.
    #[cold]
    #[inline(never)]
    pub(super) fn request_receiver(&self) {
        match self.cold.lock.who_waits(false) {
            Waits::Nobody if self.flags_stay() => {}
            Waits::Seated(receiver) if self.tell_seated(receiver) => {}
            _ => self.request_receiver_locked(),
        }
    }

    #[inline(never)]
    fn request_receiver_locked(&self) {
        let Some(mut guard) = self.lock_if_free() else { return self.ask(WAKE_RX) };
        match guard.tell_first_task() {
            Some((waker, more)) => {
                guard.release_to_serve(if more { WAKE_RX } else { 0 });
                waker.wake();
            }
            None => ManuallyDrop::new(guard).serve(WAKE_RX),
        }
    }

    /// As `request_receiver`, for a sender, after a removal.
    #[cold]
    #[inline(never)]
    pub(super) fn request_sender(&self) {
        match self.cold.lock.who_waits(true) {
            Waits::Nobody if self.flags_stay() => {}
            Waits::Seated(sender) if self.send_for_seated(sender) => {}
            _ => self.request_sender_locked(),
        }
    }

    /// Whether WAITED is left where nobody waits: with one slot it would be set again after the next value. With more it would slow many operations down.
    #[inline(always)]
    pub(super) fn flags_stay(&self) -> bool {
        self.ring.cap() == 1
    }

    #[inline(never)]
    fn request_sender_locked(&self) {
        let Some(mut guard) = self.lock_if_free() else {
            self.ask(WAKE_TX);
            self.skip();
            return;
        };
        match guard.send_for_first_task() {
            Some((waker, only, tells)) => {
                // Each that makes room asks for a sender once it has left its slot. But several slots may be left before the first asks.
                let requests = if !only && self.ring.has_room() { WAKE_TX } else { 0 };
                if tells {
                    guard.tell_and_release(requests, waker);
                } else {
                    guard.release_to_serve(requests);
                    waker.wake();
                }
                if only {
                    return;
                }
            }
            None => ManuallyDrop::new(guard).serve(WAKE_TX),
        }
        self.skip(); // what was given up behind the value is room as well; who comes to wait sees that itself
    }

    /// After an append that saw these flags in the tail.
    #[inline(always)]
    pub(super) fn after_push(&self, tail: u64) {
        if tail & (WAITED | WAKING) == WAITED {
            self.request_receiver();
        }
    }

    /// After a removal that saw these flags in the head.
    #[inline(always)]
    pub(super) fn after_pop(&self, head: u64) {
        if head & (WAITED | WAKING) == WAITED {
            self.request_sender();
        }
    }
}

impl<T> Guard<'_, T> {
    /// A value was sent for a task, whose waker this is, and a receiver waits: tells it, and serves these requests.
    #[inline(never)]
    fn tell_and_release(mut self, requests: u64, waker: Waker) {
        match self.tell_first_task() {
            Some((told, more)) => {
                let (first, last) = if self.count_pair() { (told, waker) } else { (waker, told) };
                self.release_to_serve(if more { requests | WAKE_RX } else { requests });
                first.wake();
                last.wake();
            }
            None => {
                self.release_to_serve(requests | WAKE_RX);
                waker.wake();
            }
        }
    }
}
