//! A send or a receive, as `solo` waits for it: what the two have in common is said here, by the channel.

#![allow(unsafe_code)] // the contracts of the channel, passed on

use crate::chan::{Attempt, Chan, Enlisted};
use crate::wait::{Claim, Phase, Waiter, Waker};

/// What is waited for.
pub(super) trait Operation {
    type Value;
    type Output;
    const SENDING: bool;

    fn chan(&self) -> &Chan<Self::Value>;

    /// Where a peer takes the value from, or puts it; null if the operation is to be tried again instead.
    fn place(&self) -> *mut ();

    /// Performs it if that is possible now, or else enlists. Inline: a future waits by one call.
    ///
    /// # Safety
    /// The waiter is in no queue, and stays where it is until it was decided or taken out.
    unsafe fn enlist(&self, waiter: &Waiter, claim: &Claim, again: bool) -> Attempt<Self::Output>;

    /// After DONE.
    fn done(&self) -> Self::Output;

    /// After READY, without trying: passes the wake-up on.
    fn renounce(&self) {
        self.chan().renounce(Self::SENDING);
    }

    /// While enlisted: leaves another waker, unless a peer has decided (`Again`).
    fn repark(&self, waiter: &Waiter, claim: &Claim, waker: &core::task::Waker) -> Enlisted {
        self.chan().repark(waiter, claim, waker)
    }

    /// Takes the waiter out of its queue. `Err` is what a peer decided first.
    ///
    /// # Safety
    /// The waiter is in the queue of its side of this channel, in its seat, or in neither any more; it is of this claim, a `parked` one.
    unsafe fn leave(&self, waiter: &Waiter, claim: &Claim) -> Result<(), Phase> {
        // SAFETY: the caller's promise.
        unsafe { self.chan().leave_queue(Self::SENDING, waiter, claim) }
    }

    /// Leaves a waker with the peer that holds the claim, unless that is just finishing (`Again`), or the lock could not be had in time (`Busy`).
    fn park_on_hold(&self, claim: &Claim, waker: Waker) -> Enlisted {
        self.chan().park_on_hold(claim, waker)
    }

    /// Leaves the peer that holds the claim; `false` if that is just finishing.
    fn leave_hold(&self, claim: &Claim) -> bool {
        self.chan().leave_hold(claim, Self::SENDING)
    }
}
