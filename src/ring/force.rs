//! Appending to a full ring by evicting its first value.
//!
//! The tail is advanced first: that decides the append, whatever happens. What remains is to see the slot's old value off, either by taking it (the
//! eviction) or by waiting for the receiver that has it already. Meanwhile the tail is more than a capacity ahead of the head; nobody else can write, as
//! every slot ahead is of an older lap.

use super::position::{compare, Stamp, CLOSED, FLAGS, FREE, FULL, HELD, SPILLED};
use super::slot::{ReadSlot, WriteSlot};
use super::{Refused, Ring};
use crate::sync::Ordering;

/// What became of a forced push.
pub(crate) struct Forced<T> {
    /// The value that had to go.
    pub(crate) evicted: Option<T>,
    /// The tail's flags before.
    pub(crate) flags: u64,
}

impl<T, M> Ring<T, M> {
    /// Appends `value`, evicting the first value if the ring is full. Refused as full only if the slot is held. `lag` waits for a peer in the middle of a
    /// copy.
    pub(crate) fn push_evict(&self, value: T, mut lag: impl FnMut()) -> Result<Forced<T>, (T, Refused)> {
        let mut tail = self.tail.word.load(Ordering::Relaxed); // ORDERING: a guess; the exchange decides
        let (slot, position, full) = loop {
            if tail & (CLOSED | SPILLED) != 0 {
                return Err((value, if tail & CLOSED != 0 { Refused::Closed } else { Refused::Spilled }));
            }
            let (slot, position) = (self.slot(tail), tail & !FLAGS);
            let stamp = slot.stamp();
            let full = stamp == self.layout.last_lap(position) | FULL;
            if stamp == self.layout.last_lap(position) | HELD {
                // Foreign code runs meanwhile, perhaps on this very thread: not to be waited for. Full, even if the tail is stale.
                return Err((value, Refused::Full));
            }
            if !full && compare(stamp, position) != Stamp::Here(FREE) {
                // Stale, or given up, or several evictions stand in line for this slot.
                if self.skip().is_none() {
                    lag();
                }
                tail = self.tail.reload();
                continue;
            }
            let next = self.layout.next(tail);
            match self.tail.advance(tail, next) {
                Ok(()) => break (slot, position, full),
                Err(now) => tail = now,
            }
        };
        let mut evicted = None;
        if full {
            let oldest = self.layout.last_lap(position);
            let mut head = self.head_word();
            while slot.stamp() != position | FREE {
                if head & !FLAGS != oldest {
                    // Taken by a receiver that has not left yet, or an eviction before ours comes first.
                    lag();
                    head = self.head_word();
                    continue;
                }
                let next = self.layout.next(head);
                match self.head.advance(head, next) {
                    // Free for `position`, which is ours; so the slot is not shown to others in between.
                    Ok(()) => evicted = Some(ReadSlot { slot, free: position }.take()),
                    Err(now) => head = now,
                }
            }
        }
        WriteSlot { slot, position }.publish(value);
        Ok(Forced { evicted, flags: tail & FLAGS })
    }
}
