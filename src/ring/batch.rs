//! Many values with one exchange.
//!
//! Walk, then exchange: the slots ahead are looked at first, so that every slot of the reservation is known to be ready, and nothing waits between the
//! exchange and the last stamp. While the word stands still, the slots in front of it cannot change hands.

use super::position::{compare, Stamp, CLOSED, FLAGS, FULL, SPILLED};
use super::slot::{ReadSlot, WriteSlot};
use super::{Refused, Ring};
use crate::sync::Ordering;
use std::collections::VecDeque;

impl<T, M> Ring<T, M> {
    /// Appends as many values from the front of `values` as there is room for at once. `Ok`: how many, at least one, and the tail's
    /// flags before. `lost` as for `reserve_write`.
    pub(crate) fn push_many(&self, values: &mut VecDeque<T>, lost: impl FnMut()) -> Result<(usize, u64), Refused> {
        self.push_many_unless(CLOSED | SPILLED, values, lost)
    }

    /// As `push_many`, for values that were accepted before, and waited behind the ring: neither SPILLED nor CLOSED refuses them. Only one thread at a time
    /// may move such values. Answers whether any went in.
    pub(crate) fn push_spilled(&self, values: &mut VecDeque<T>) -> bool {
        !values.is_empty() && self.push_many_unless(0, values, || ()).is_ok()
    }

    fn push_many_unless(&self, refuse: u64, values: &mut VecDeque<T>, mut lost: impl FnMut()) -> Result<(usize, u64), Refused> {
        debug_assert!(!values.is_empty());
        let mut tail = self.tail.word.load(Ordering::Relaxed); // ORDERING: a guess; the exchange decides
        let want = values.len().min(self.cap());
        loop {
            if tail & refuse != 0 {
                return Err(if tail & CLOSED != 0 { Refused::Closed } else { Refused::Spilled });
            }
            let mut free = 0;
            let mut word = tail;
            while free < want && compare(self.slot(word).stamp(), word & !FLAGS) == Stamp::Here(0) {
                free += 1;
                word = self.layout.next(word);
            }
            if free == 0 {
                if compare(self.slot(tail).stamp(), tail & !FLAGS) == Stamp::Behind {
                    return Err(Refused::Full);
                }
                lost();
                tail = self.tail.reload();
                continue;
            }
            match self.tail.advance(tail, word) {
                Err(now) => tail = self.tail.after_loss(tail, now, &mut lost),
                Ok(()) => {
                    let mut word = tail;
                    // Popping from a VecDeque runs no foreign code and cannot panic.
                    for value in values.drain(..free) {
                        WriteSlot { slot: self.slot(word), position: word & !FLAGS }.publish(value);
                        word = self.layout.next(word);
                    }
                    return Ok((free, tail & FLAGS));
                }
            }
        }
    }

    /// Takes up to `max` values that are there. `put` gets each in turn: it must not panic, nor run foreign code. Answers how many,
    /// and the head word before. `lost` as for `reserve_write`.
    pub(crate) fn pop_many(&self, max: usize, mut put: impl FnMut(T), mut lost: impl FnMut()) -> (usize, u64) {
        let mut head = self.head.word.load(Ordering::Relaxed); // ORDERING: a guess; the exchange decides
        let want = max.min(self.cap());
        loop {
            let mut full = 0;
            let mut word = head;
            while full < want && compare(self.slot(word).stamp(), word & !FLAGS) == Stamp::Here(FULL) {
                full += 1;
                word = self.layout.next(word);
            }
            if full == 0 {
                if want == 0 || compare(self.slot(head).stamp(), head & !FLAGS) != Stamp::Ahead {
                    return (0, head);
                }
                lost();
                head = self.head.reload();
                continue;
            }
            match self.head.advance(head, word) {
                Err(now) => head = self.head.after_loss(head, now, &mut lost),
                Ok(()) => {
                    let mut word = head;
                    for _ in 0..full {
                        let free = self.layout.next_lap(word & !FLAGS);
                        put(ReadSlot { slot: self.slot(word), free }.take());
                        word = self.layout.next(word);
                    }
                    return (full, head);
                }
            }
        }
    }
}
