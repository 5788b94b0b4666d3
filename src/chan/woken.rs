//! What a woken waiter owes: it clears WAKING, looks, and passes the wake-up on (invariant 2 of the channel).
//!
//! 1. It looks after it has cleared WAKING: what comes later finds nobody on the way, and wakes somebody itself.
//! 2. If others wait, who has taken something asks that the next one be woken for what is left.
//! 3. Who takes nothing asks that all that is there be told anew: others may have been spared because it was told (`serve`, 5).
//! 4. On a closed channel receivers wait for what is held. When nothing of that is left, they are told one after the other, as of a value.

use super::first::Look;
use super::{Chan, CLOSED, SPILLED, WAITED, WAKING};
use crate::wait::lock::{WAKE_RX, WAKE_RX_ANEW, WAKE_TX, WAKE_TX_ANEW};

impl<T> Chan<T> {
    /// Discharges a READY of an operation that does not take what it was woken for.
    pub(crate) fn renounce(&self, sending: bool) {
        if self.is_rendezvous() {
            return self.call_next_lazy(sending);
        }
        if self.clear_waking(sending) {
            self.come_in_vain(sending);
        }
    }

    /// After a READY whose owner takes nothing, while others wait: has them told anew of what is there, held or not.
    #[cold]
    #[inline(never)]
    pub(super) fn come_in_vain(&self, sending: bool) {
        let (tail, head) = self.ring.words();
        let count = self.ring.distance(tail, head);
        match sending {
            true if count < self.ring.cap() || self.skip() => self.request(WAKE_TX_ANEW),
            // (CLOSED: see 4.)
            false if count != 0 || tail & (SPILLED | CLOSED) != 0 => self.request(WAKE_RX_ANEW),
            _ => {}
        }
    }

    /// Clears WAKING, and passes the wake-up on.
    pub(super) fn discharge(&self, sending: bool) {
        match self.clear_waking(sending) {
            true if sending => self.pass_on_room(),
            true => self.pass_on_value(),
            false => {}
        }
    }

    /// Clears WAKING. Answers whether others wait.
    pub(super) fn clear_waking(&self, sending: bool) -> bool {
        let word = if sending { self.ring.head_clear(WAKING) } else { self.ring.tail_clear(WAKING) };
        word & WAITED != 0
    }

    /// Has the next receiver woken, if a value is left.
    #[cold]
    #[inline(never)]
    pub(super) fn pass_on_value(&self) {
        if !matches!(self.look(), Look::Empty) {
            self.request(WAKE_RX);
        }
    }

    /// Has the next sender woken, if room is left.
    #[cold]
    #[inline(never)]
    pub(super) fn pass_on_room(&self) {
        if !self.is_full() {
            self.request(WAKE_TX);
        }
    }
}
