//! Slots held while foreign code runs: between the win of a select's arm and the end of its operation.
//!
//! 1. A held slot says so in its stamp. Whoever needs it takes it for "not there yet", and sleeps.
//! 2. Who ends a hold first stores the stamp, and then does an RMW on the word of its side: a sender on the tail, a receiver on the head. Who goes to sleep
//!    because of a hold first sets WAITED with an RMW on that word, and then reads the stamp. So either the sleeper sees the end, or the other sees WAITED.

use super::position::{compare, Stamp, FLAGS, FREE, GIVEN_UP, HELD};
use super::slot::{ReadSlot, WriteSlot};
use super::{Refused, Ring};
use crate::sync::Ordering;

impl<T, M> Ring<T, M> {
    /// Reserves the slot behind the last value and holds it. `lost` as for `reserve_write`.
    pub(crate) fn hold_write(&self, lost: impl FnMut()) -> Result<WriteSlot<'_, T>, Refused> {
        let (slot, _) = self.reserve_write(lost)?;
        slot.hold();
        Ok(slot)
    }

    /// Ends a hold with a value. Answers the tail's flags after that.
    pub(crate) fn fill(&self, slot: WriteSlot<'_, T>, value: T) -> u64 {
        slot.publish(value);
        self.tail_set(0) & FLAGS
    }

    /// Ends a hold without a value. Answers the tail's flags after that.
    pub(crate) fn give_up(&self, slot: WriteSlot<'_, T>) -> u64 {
        slot.give_up();
        self.tail_set(0) & FLAGS
    }

    /// Ends a hold by taking the value. Answers the head's flags after that.
    pub(crate) fn empty(&self, slot: ReadSlot<'_, T>) -> (T, u64) {
        let value = slot.take();
        (value, self.head_set(0) & FLAGS)
    }

    /// Passes over the slot at the head if it was given up. `Some`: the head before.
    #[cold]
    pub(crate) fn skip(&self) -> Option<u64> {
        self.skip_if(GIVEN_UP)
    }

    /// Passes over the slot at the head if it is held: for ever, as its holder was leaked. Only where nobody else is left.
    pub(crate) fn skip_held(&self) -> bool {
        self.skip_if(HELD).is_some()
    }

    /// Whether the slot at the head was given up. A hint.
    #[inline]
    pub(crate) fn head_is_given_up(&self) -> bool {
        let head = self.head.word.load(Ordering::Relaxed); // ORDERING: a hint
        self.cap() != 0 && self.slot(head).stamp() == (head & !FLAGS) | GIVEN_UP
    }

    fn skip_if(&self, state: u64) -> Option<u64> {
        if self.cap() == 0 {
            return None;
        }
        let mut head = self.head.word.load(Ordering::Relaxed); // ORDERING: a guess; the exchange decides
        loop {
            let (slot, position) = (self.slot(head), head & !FLAGS);
            if compare(slot.stamp(), position) != Stamp::Here(state) {
                return None;
            }
            match self.head.advance(head, self.layout.next(head)) {
                Ok(()) => {
                    // ORDERING: Release: the next writer comes after this reader.
                    slot.set_stamp(self.layout.next_lap(position) | FREE);
                    return Some(head);
                }
                // Perhaps only a flag has changed, of a sender that relies on us: it found no room just before.
                Err(now) => head = now,
            }
        }
    }

    /// Whether the slot at this head is held by a writer: then it is as good as empty.
    pub(crate) fn head_is_held(&self, head: u64) -> bool {
        self.cap() != 0
            && compare(self.slot(head).stamp(), head & !FLAGS) == Stamp::Here(HELD)
            // A reader's hold looks the same, but that reader has moved the head before.
            // ORDERING: Acquire: this load comes after that move by way of the stamp (Release in `ReadSlot::hold`, Acquire in `stamp`). Not SeqCst: in the
            // models that would hide that the stamp is needed for it.
            && self.position_of(self.head.word.load(Ordering::Acquire)) == self.position_of(head)
    }

    /// Whether the slot at this tail is held by a reader of the last lap: then it is as good as full.
    pub(crate) fn tail_is_held(&self, tail: u64) -> bool {
        self.cap() != 0 && self.slot(tail).stamp() == self.layout.last_lap(tail & !FLAGS) | HELD
    }
}
