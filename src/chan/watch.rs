//! Waiting for the channel to close.

#![allow(unsafe_code)] // enlisting a waiter of this frame

use super::Chan;
use crate::ring::position::{CLOSED, WATCHED};
use crate::sync::Deadline;
use crate::wait::{Claim, Waiter};
use core::ptr;

impl<T> Chan<T> {
    /// Waits until the channel is closed; `false` if the deadline came first.
    pub(crate) fn wait_closed(&self, deadline: Deadline) -> bool {
        if self.is_closed() || deadline.expired() {
            return self.is_closed();
        }
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        let mut guard = self.lock();
        // The closer's RMW on the same word comes before this one, and is seen, or after it, and sees WATCHED.
        if self.ring.tail_set(WATCHED) & CLOSED != 0 {
            return true; // the flag may stay: nobody is woken by it any more
        }
        // SAFETY: in no queue yet; this frame stays until it was claimed or taken out again, below.
        guard.with(|lists| unsafe { lists.watch.push_back(&waiter) });
        drop(guard);
        if claim.sleep(deadline).is_waiting() {
            match claim.withdraw() {
                Ok(()) => {
                    let mut guard = self.lock();
                    // SAFETY: it was enlisted in this queue, or has left it.
                    let empty = guard.with(|lists| unsafe {
                        lists.watch.remove(&waiter);
                        lists.watch.is_empty()
                    });
                    if empty {
                        self.ring.tail_clear(WATCHED);
                    }
                    return false;
                }
                Err(phase) => drop(claim.settle(phase)),
            }
        }
        true
    }
}
