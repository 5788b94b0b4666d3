//! A send that finds receivers waiting: past the ring, into the place of the first, if the ring is empty.
//!
//! ```text
//!   WAITED in the tail ── the lock is free, the ring empty, the first receiver has a place ──▶ put the value there, DONE, wake
//!          │ else
//!          ▼
//!   append to the ring, request a wake-up
//! ```
//!
//! 1. The receiver waits from before the moment at which the ring was found empty until it is chosen. So the send and the receive take effect at that moment,
//!    and nothing that was sent before is overtaken. (The head is read before the tail: equal, the ring was empty when the head was read.)
//! 2. Nobody waits for the lock here.
//! 3. A thread that was asleep has WAKING to clear, as if it had been served from the ring (see `serve`, 3).

use super::handoff::{give_releasing, SMALL};
use super::{Chan, Guard};
use crate::ring::position::{CLOSED, RETURNED, SPILLED, WAITED, WAKING};
use crate::ring::Refused;

impl<T> Chan<T> {
    /// Sends if there is room in the ring.
    #[inline(always)]
    pub(super) fn append(&self, value: T) -> Result<(), (T, Refused)> {
        match self.ring.claim_write_unless_waited() {
            Ok((slot, _)) => {
                slot.publish(value);
                Ok(())
            }
            Err(refused) => self.append_waited(value, refused),
        }
    }

    /// As `append`, after the ring refused. If that was not because receivers wait, it still does.
    #[inline(never)]
    pub(super) fn append_waited(&self, value: T, refused: Refused) -> Result<(), (T, Refused)> {
        if refused != Refused::Waited {
            return Err((value, refused));
        }
        let value = match self.hand_over(value) {
            Ok(()) => return Ok(()),
            Err(value) => value,
        };
        self.after_push(self.ring.push(value)?);
        Ok(())
    }

    /// Puts the value into the place of the first receiver; it comes back if that is not to be done.
    #[inline]
    pub(super) fn hand_over(&self, value: T) -> Result<(), T> {
        if size_of::<T>() > SMALL || !self.cold.lock.take_if_free() {
            return Err(value);
        }
        let mut guard = Guard { chan: self };
        let head = self.ring.head_word();
        let tail = self.ring.tail_word();
        if tail & (CLOSED | SPILLED | WAKING) != 0 || head & RETURNED != 0 || self.ring.position_of(tail) != self.ring.position_of(head) {
            return Err(value);
        }
        let (chosen, empty) = guard.with(|lists| (lists.rx.choose_first_placed(), lists.rx.is_empty()));
        if empty {
            self.ring.tail_clear(WAITED);
        }
        let Some(receiver) = chosen else { return Err(value) };
        if receiver.won.is_asleep() && !receiver.won.is_of_task() {
            self.ring.tail_set(WAKING);
        }
        give_releasing(guard, receiver, value);
        Ok(())
    }
}
