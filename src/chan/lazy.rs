//! Peers of capacity 0 that cannot be served, and have to be called.
//!
//! ```text
//!   first to come, lazy:  enlist without a place ─ wait on the claim ──────────▶ READY ─ try
//!   second to come:       lock ─ enlist with a place ─ claim the first ─ finish(READY) ─ unlock ─ wake it ─ wait on the own claim
//! ```
//!
//! 1. A select's send arm has no value yet, and who waits for a channel to become ready wants none: such a *lazy* waiter has no place, and is never
//!    served, only told to try itself.
//! 2. Who would have served it enlists first, to be found there. A receiving arm always has a place; so of two selects one can always serve the other. A
//!    receiver without a place is one that only waits until it is ready: no send can meet it, so to a sender it is not there. But it is told of each sender
//!    that enlists, also of one that only waits: the receive that follows calls that one, and offers it a place. So of two that only wait the receiver
//!    goes first.
//! 3. Who was called and leaves without a meeting asks that the next of its kind be called: the peer may still wait.

#![allow(unsafe_code)] // enlisting waiters, and the value in a frame

use super::frame::{Frame, Place};
use super::{Chan, Guard};
use crate::error::TryRecvError;
use crate::wait::lock::{HAS_RX, HAS_TX, PLACED_RX, PLACED_TX, WAKE_RX, WAKE_TX};
use crate::wait::{wake, Claim, Patience, Phase, Waiter};

impl<T> Chan<T> {
    /// Enlists a lazy waiter at capacity 0; `false` if an operation would not wait now.
    ///
    /// # Safety
    /// As for `Queue::push_back`.
    pub(crate) unsafe fn enlist_lazy(&self, sending: bool, waiter: &Waiter, own: *const Claim) -> bool {
        let mut guard = self.lock();
        if self.is_closed() {
            return false;
        }
        let enlisted = guard.with(|lists| {
            let ready = match sending {
                true => lists.rx.has_placed(own),
                false => lists.tx.has_other(own) || lists.has_stashed(),
            };
            if ready {
                return false;
            }
            // SAFETY: the caller's promise.
            unsafe { lists.of(sending).push_back(waiter) };
            self.count_enlisted();
            true
        });
        if enlisted {
            self.release_calling_lazy(guard, sending, own);
        }
        enlisted
    }

    /// Calls a peer that cannot be served, but has to try itself, if there is one; releases the lock. Answers whether there was.
    #[inline(always)]
    pub(super) fn release_calling_lazy(&self, mut guard: Guard<'_, T>, sending: bool, own: *const Claim) -> bool {
        let nobody = guard.with(|lists| if sending { lists.rx.is_empty() } else { lists.tx.is_empty() });
        if nobody {
            return false;
        }
        self.release_calling(guard, sending, own)
    }

    #[inline(never)]
    fn release_calling(&self, mut guard: Guard<'_, T>, sending: bool, own: *const Claim) -> bool {
        let peer = guard.with(|lists| lists.of(!sending).choose_lazy(own));
        let called = peer.map(|peer| peer.won.ready());
        drop(guard);
        let any = called.is_some();
        wake(called.flatten());
        any
    }

    /// `try_recv` where only senders without a value wait: calls one, and stays for about as long as a wake-up takes.
    #[cold]
    pub(super) fn fetch_lazy(&self, mut guard: Guard<'_, T>) -> Result<T, TryRecvError> {
        let mut frame = Frame::new(Place::<T>::empty());
        frame.settle();
        let Frame { claim, waiter, place, .. } = &frame;
        // SAFETY: in no queue; this frame stays until the claim is decided, below, or we have given up, and taken the waiter out.
        guard.with(|lists| unsafe { lists.rx.push_back(waiter) });
        self.count_enlisted();
        if self.release_calling_lazy(guard, false, claim) {
            claim.sleep_briefly();
        }
        self.cold.step.take();
        match claim.give_up() {
            // SAFETY: DONE, seen with Acquire: a sender has filled the place and left it (`handoff`, 2).
            Phase::Done(_) => Ok(unsafe { place.take() }),
            Phase::Closed(_) => Err(TryRecvError::Disconnected),
            _ => {
                self.withdraw_receiver(waiter);
                Err(TryRecvError::Empty)
            }
        }
    }

    /// At capacity 0, after a call that came to nothing: has another lazy waiter of our side called, as a peer may still wait for one.
    pub(super) fn call_next_lazy(&self, sending: bool) {
        self.request(if sending { WAKE_TX } else { WAKE_RX });
    }

    /// At capacity 0: whether a peer waits, be it one that has no value yet and has to be called.
    pub(crate) fn has_peer(&self, sending: bool, patience: Patience) -> bool {
        self.is_rendezvous() && self.waits(if sending { HAS_RX } else { HAS_TX }, patience)
    }

    /// At capacity 0, whether only peers seem to wait that have no value yet: polled, too.
    pub(crate) fn may_call(&self, sending: bool) -> bool {
        let (any, placed) = if sending { (HAS_RX, PLACED_RX) } else { (HAS_TX, PLACED_TX) };
        self.is_rendezvous() && self.cold.lock.hints().is_some_and(|hints| hints & (any | placed) == any)
    }
}
