//! Values behind the ring: how an unbounded channel goes on when its ring is full.
//!
//! 1. SPILLED is in the tail while values are, or are about to be, behind the ring. It is set and cleared under the lock.
//! 2. While SPILLED is set nobody appends to the ring but the holder of the lock, who moves values from behind it, oldest first.
//!    So the order of the channel is: ring, then spill.
//! 3. A send that spills takes effect when it finds, under the lock, SPILLED (or sets it) with CLOSED clear. Receivers cannot take the
//!    channel for drained from then on: they must take the lock first. What was sent and not received is counted accordingly: exactly what is in the ring,
//!    while SPILLED is not set; else ring and spill, under the lock.
//! 4. The memory behind the ring is given back when the last value has left it.
//! 5. A select may hold the slot that the first of them has to go to, with a value that it has won. Until it leaves that slot, and if the ring is empty, they
//!    are as good as not there: receivers sleep. Who ends such a hold stores the stamp and then does an RMW on the tail; who spills sets SPILLED, and who
//!    enlists WAITED, and then reads the stamp. So either the one asks for a receiver to be told, or the other finds the slot free. (It asks, too, if it sees
//!    WAITED but no SPILLED: somebody may have come in between, moved in what was behind, taken one, and told nobody.)
//!
//! Through the ring a value is passed in a third of the time. So a thread that makes the queue behind it long stays awake for a moment, as a sender of a
//! bounded channel does, for a receiver that is just about to empty it, or needs this processor to do so. What counts as long doubles each time, and is
//! halved when the queue is emptied: so what is sent where nobody receives is not held up.
//!
//! And a thread that finds the lock held, while the queue is long, gives its processor away once: two that send behind the ring at the same time are no
//! faster than one, as the lock has to travel, and mostly the receiver is short of a processor then (two processors: mpsc_inf 44 to 18 ns, and no longer
//! 24 to 85 from run to run; at any length of the queue mpmc_inf 18 to 22; a pause in place of the yield makes mpsc_inf 63).

use super::{Chan, Guard};
use crate::error::{SendError, TrySendError};
use crate::ring::position::{CLOSED, SPILLED, WAITED};
use crate::ring::Refused;
use crate::sync::{processors, yield_now, Ordering};
use crate::wait::lock::WAKE_RX;
use crate::wait::Patience;
use std::collections::VecDeque;

/// How many values behind the ring are few.
const FEW: usize = 128;

/// The values, and when there are too many.
pub(super) struct Spill<T> {
    pub(super) values: VecDeque<T>,
    /// From this length on whoever appends stays awake for a moment, see above.
    long: usize,
}

impl<T> Spill<T> {
    pub(super) const fn new() -> Spill<T> {
        Spill { values: VecDeque::new(), long: FEW }
    }

    /// Appends. Answers whether it is too many now.
    pub(super) fn push(&mut self, value: T) -> bool {
        self.values.push_back(value);
        let long = self.values.len() >= self.long;
        if long {
            self.long = 2 * self.values.len();
        }
        long
    }

    /// If it is empty: halves the length that is too long, and hands out the memory.
    pub(super) fn reset(&mut self) -> Option<VecDeque<T>> {
        if !self.values.is_empty() {
            return None;
        }
        self.long = FEW.max(self.long / 2);
        Some(std::mem::take(&mut self.values))
    }
}

impl<T> Chan<T> {
    /// Sends on an unbounded channel whose ring refused the value. Answers whether there is reason to `let_catch_up`. With `patience`, does not sleep for the
    /// lock; `Full` if it was not to be had.
    #[cold]
    #[inline(never)]
    pub(super) fn spill(&self, value: T, patience: Option<Patience>) -> Result<bool, TrySendError<T>> {
        let mut value = value;
        let Some(mut guard) = self.lock_to_spill(patience) else { return Err(TrySendError::Full(value)) };
        let mut tail = self.ring.tail_word();
        if tail & (CLOSED | SPILLED) == 0 {
            // Full a moment ago; room may have come since.
            match self.ring.push(value) {
                Ok(flags) => {
                    drop(guard);
                    self.after_push(flags);
                    return Ok(false);
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
            return Err(TrySendError::Disconnected(value));
        }
        let long = guard.with(|lists| {
            let long = lists.spill.push(value);
            // ORDERING: Relaxed: read as a count only.
            self.cold.spilled.store(lists.spill.values.len(), Ordering::Relaxed);
            long
        });
        drop(guard);
        self.after_push(tail);
        Ok(long)
    }

    fn lock_to_spill(&self, patience: Option<Patience>) -> Option<Guard<'_, T>> {
        if let Some(guard) = self.lock_if_free() {
            return Some(guard);
        }
        // ORDERING: Relaxed: a hint.
        if self.cold.spilled.load(Ordering::Relaxed) >= FEW {
            yield_now();
        }
        self.lock_within(patience)
    }

    /// Stays awake for a while, for a receiver to take what is behind the ring.
    #[cold]
    pub(super) fn let_catch_up(&self) {
        let spin = &self.ring.tail.mate;
        let taken = || self.ring.tail_word() & SPILLED == 0;
        if processors() > 1 && !spin.gap(self.ring.tail_hint(), self.ring.cap(), taken) {
            spin.wait_briefly(taken);
        }
    }

    /// Completes a send that a select has won on an unbounded channel, be it one of a task: so it does not stay awake.
    pub(super) fn append(&self, value: T) -> Result<(), SendError<T>> {
        let value = match self.ring.push(value) {
            Ok(flags) => {
                self.after_push(flags);
                return Ok(());
            }
            Err((value, Refused::Closed)) => return Err(SendError(value)),
            Err((value, _)) => value,
        };
        // It slept for the lock: so never for want of that.
        self.spill(value, None).map(|_| ()).map_err(|error| SendError(error.into_inner()))
    }

    /// Sends many on an unbounded channel whose ring refused them. With `patience`, it leaves those for which the lock was not to be had.
    pub(super) fn spill_many(&self, values: &mut VecDeque<T>, patience: Option<Patience>) -> Result<(), SendError<()>> {
        while let Some(value) = values.pop_front() {
            match self.spill(value, patience) {
                Ok(true) if patience.is_none() => self.let_catch_up(), // a task does not: the receiver may be on its thread
                Ok(_) => {}
                Err(TrySendError::Full(value)) => {
                    values.push_front(value);
                    break;
                }
                Err(TrySendError::Disconnected(value)) => {
                    values.push_front(value);
                    return Err(SendError(()));
                }
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
            moved = self.ring.push_spilled(&mut lists.spill.values);
            // ORDERING: Relaxed: read as a count only.
            self.cold.spilled.store(lists.spill.values.len(), Ordering::Relaxed);
            lists.spill.reset()
        });
        if emptied.is_some() {
            self.ring.tail_clear(SPILLED);
        }
        drop(guard);
        drop(emptied); // a burst's memory, given back
        moved
    }

    /// How many values the channel holds, where some are behind the ring, or were a moment ago. Under the lock none goes from there into the ring, nor comes
    /// there (2, 3): so each is counted once.
    #[cold]
    #[inline(never)]
    pub(super) fn len_behind(&self) -> usize {
        // A holder that was stopped is not waited out. Without the lock it is a guess: a value on its way into the ring may be counted twice, or not at all.
        let guard = self.try_lock(Patience::Thread);
        let in_ring = self.ring.len();
        // ORDERING: Relaxed: the lock has what its holders wrote; without it, a guess.
        let len = in_ring + self.cold.spilled.load(Ordering::Relaxed);
        drop(guard);
        len
    }

    /// After the end of a reader's hold: has a receiver woken for what is behind the ring, as that slot may be where it has to go (5).
    pub(super) fn after_hold(&self) {
        if self.cold.unbounded && self.ring.tail_set(0) & (SPILLED | WAITED) != 0 {
            self.request(WAKE_RX);
        }
    }

    /// For the last receiver of a closed channel: takes out what is behind the ring, as it cannot come in any more.
    #[cold]
    pub(super) fn take_behind(&self) -> VecDeque<T> {
        let mut guard = self.lock();
        let values = guard.with(|lists| std::mem::take(&mut lists.spill.values));
        self.cold.spilled.store(0, Ordering::Relaxed); // ORDERING: read as a count only
        self.ring.tail_clear(SPILLED);
        values
    }

    /// Whether a refusal of the ring means that the value has to wait behind it.
    pub(super) fn spills(&self, refused: Refused) -> bool {
        self.cold.unbounded && refused != Refused::Closed
    }
}
