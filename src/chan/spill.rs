//! Values behind the ring: how an unbounded channel goes on when its ring is full.
//!
//! 1. SPILLED is in the tail while values are, or are about to be, behind the ring. It is set and cleared under the lock.
//! 2. While SPILLED is set nobody appends to the ring but the holder of the lock, who moves values from behind it, oldest first.
//!    So the order of the channel is: ring, then spill.
//! 3. A send that spills takes effect when it finds, under the lock, SPILLED (or sets it) with CLOSED clear. Receivers cannot take the
//!    channel for drained from then on: they must take the lock first.
//! 4. The memory behind the ring is given back when the last value has left it.

use super::Chan;
use crate::error::SendError;
use crate::ring::position::{CLOSED, SPILLED};
use crate::ring::Refused;
use crate::sync::Ordering;
use crate::wait::Patience;
use std::collections::VecDeque;

impl<T> Chan<T> {
    /// Sends on an unbounded channel whose ring refused the value.
    #[cold]
    #[inline(never)]
    pub(super) fn spill(&self, value: T) -> Result<(), SendError<T>> {
        let mut value = value;
        let mut guard = self.lock();
        let mut tail = self.ring.tail_word();
        if tail & (CLOSED | SPILLED) == 0 {
            // Full a moment ago; room may have come since.
            match self.ring.push(value) {
                Ok(flags) => {
                    drop(guard);
                    self.after_push(flags);
                    return Ok(());
                }
                Err((back, _)) => value = back,
            }
            tail = self.ring.tail_set(SPILLED);
            if tail & CLOSED != 0 {
                self.ring.tail_clear(SPILLED);
            }
        }
        if tail & CLOSED != 0 {
            drop(guard);
            return Err(SendError(value));
        }
        guard.with(|lists| {
            lists.spill.push_back(value);
            // ORDERING: Relaxed: read as a count only.
            self.cold.spilled.store(lists.spill.len(), Ordering::Relaxed);
        });
        drop(guard);
        self.after_push(tail);
        Ok(())
    }

    /// Sends many on an unbounded channel whose ring refused them.
    pub(super) fn spill_many(&self, values: &mut VecDeque<T>) -> Result<(), SendError<()>> {
        while let Some(value) = values.pop_front() {
            if let Err(SendError(value)) = self.spill(value) {
                values.push_front(value);
                return Err(SendError(()));
            }
        }
        Ok(())
    }

    /// Moves values from behind the ring into it. Answers whether any came. With `patience`, does not sleep for the lock.
    #[inline(always)]
    pub(super) fn unspill(&self, patience: Option<Patience>) -> bool {
        self.cold.unbounded && self.ring.tail_word() & SPILLED != 0 && self.unspill_slow(patience)
    }

    #[cold]
    #[inline(never)]
    fn unspill_slow(&self, patience: Option<Patience>) -> bool {
        let Some(mut guard) = self.lock_within(patience) else { return false };
        let mut moved = false;
        let emptied = guard.with(|lists| {
            // As many as there is room for, with one exchange: senders are waiting for the lock.
            moved = self.ring.push_spilled(&mut lists.spill);
            // ORDERING: Relaxed: read as a count only.
            self.cold.spilled.store(lists.spill.len(), Ordering::Relaxed);
            lists.spill.is_empty().then(|| std::mem::take(&mut lists.spill))
        });
        if emptied.is_some() {
            self.ring.tail_clear(SPILLED);
        }
        drop(guard);
        drop(emptied); // a burst's memory, given back
        moved
    }

    /// Whether a refusal of the ring means that the value has to wait behind it.
    pub(super) fn spills(&self, refused: Refused) -> bool {
        self.cold.unbounded && refused != Refused::Closed
    }
}
