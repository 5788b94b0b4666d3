//! One value's way into the ring and out of it: first the right to a slot, by the exchange that moves the word over it, then the copy.
//!
//! 1. Each begins with a guess of its word. What the guess leads to may be taken, as the exchange fails if the guess was wrong. A refusal is believed only
//!    if the word itself still is what the refusal was concluded from.
//! 2. A loop goes round only because another thread has moved the word meanwhile: the exchange failed, or the slot is past the word that led to it.

use super::position::{compare, Stamp, CLOSED, FLAGS, FREE, FULL, GIVEN_UP, SPILLED};
use super::slot::{ReadSlot, WriteSlot};
use super::Ring;

/// Why a push was refused, as far as the slot and the tail tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The slot of the tail has not been left by its last reader.
    Full,
    /// CLOSED is in the tail.
    Closed,
    /// SPILLED is in the tail: older values wait outside of the ring.
    Spilled,
}

/// Why a pop has no value, as far as the slot tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoValue {
    /// The slot at the head is free, or being filled, or held.
    Yet,
    /// The slot at the head was given up: `Ring::skip` it.
    GivenUp,
}

/// Why one attempt has come to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// No value, or no room, as far as one attempt can tell.
    Nothing,
    /// Somebody else was faster; or this is a milestone, at which other things are to be seen to.
    Lost,
}

impl<T, M> Ring<T, M> {
    /// One attempt at `reserve_write`, which is all that most need.
    #[inline(always)]
    pub(crate) fn reserve_write_at_once(&self) -> Result<(WriteSlot<'_, T>, u64), Miss> {
        let tail = self.tail.guess();
        if tail & (CLOSED | SPILLED) != 0 {
            return Err(Miss::Nothing);
        }
        let layout = self.layout;
        let (slot, position) = (self.slot_by(layout, tail), tail & !FLAGS);
        if slot.stamp() != position | FREE {
            return Err(Miss::Nothing);
        }
        self.fetch_next(layout, tail);
        match layout.next_plain(tail) {
            Some(next) if self.tail.advance(tail, next).is_ok() => Ok((WriteSlot { slot, position }, tail & FLAGS)),
            _ => Err(Miss::Lost),
        }
    }

    /// Takes the right to the slot behind the last value, with the flags that the tail had: to be filled at once, or held. Calls `lost` whenever another was
    /// faster, before the next attempt.
    #[inline(always)]
    pub(crate) fn reserve_write(&self, mut lost: impl FnMut()) -> Result<(WriteSlot<'_, T>, u64), Refused> {
        let mut tail = self.tail.guess();
        let layout = self.layout;
        loop {
            let refused = if tail & (CLOSED | SPILLED) == 0 {
                let (slot, position) = (self.slot_by(layout, tail), tail & !FLAGS);
                let stamp = slot.stamp();
                if stamp == position | FREE {
                    self.fetch_next(layout, tail);
                    match self.tail.advance(tail, layout.next(tail)) {
                        Ok(()) => return Ok((WriteSlot { slot, position }, tail & FLAGS)),
                        Err(now) => {
                            tail = self.tail.after_loss(tail, now, &mut lost);
                            continue;
                        }
                    }
                }
                if compare(stamp, position) != Stamp::Behind {
                    lost();
                    tail = self.tail.reload();
                    continue;
                }
                Refused::Full
            } else if tail & CLOSED != 0 {
                Refused::Closed
            } else {
                Refused::Spilled
            };
            if self.tail.is(&mut tail) {
                return Err(refused);
            }
        }
    }

    /// Appends `value`. `Ok` is the tail's flags at the append, `Err` gives the value back.
    #[inline(always)]
    pub(crate) fn push(&self, value: T) -> Result<u64, (T, Refused)> {
        match self.reserve_write(|| ()) {
            Ok((slot, flags)) => {
                slot.publish(value);
                Ok(flags)
            }
            Err(refused) => Err((value, refused)),
        }
    }

    /// One attempt at `reserve_read`, which is all that most need.
    #[inline(always)]
    pub(crate) fn reserve_read_at_once(&self) -> Result<(ReadSlot<'_, T>, u64), Miss> {
        let head = self.head.guess();
        let layout = self.layout;
        let (slot, position) = (self.slot_by(layout, head), head & !FLAGS);
        if slot.stamp() != position | FULL {
            return Err(Miss::Nothing);
        }
        self.fetch_next(layout, head);
        match layout.next_plain(head) {
            Some(next) if self.head.advance(head, next).is_ok() => Ok((ReadSlot { slot, free: layout.next_lap(position) }, head)),
            _ => Err(Miss::Lost),
        }
    }

    /// Takes the right to the first value, with the head word as it was: to be taken at once, or held. `Err`: the head's slot has no value for us; one that was
    /// given up is to be skipped. `lost` as for `reserve_write`.
    #[inline(always)]
    pub(crate) fn reserve_read(&self, mut lost: impl FnMut()) -> Result<(ReadSlot<'_, T>, u64), NoValue> {
        let mut head = self.head.guess();
        let layout = self.layout;
        loop {
            let (slot, position) = (self.slot_by(layout, head), head & !FLAGS);
            let stamp = slot.stamp();
            if stamp == position | FULL {
                self.fetch_next(layout, head);
                match self.head.advance(head, layout.next(head)) {
                    Ok(()) => {
                        let free = layout.next_lap(position);
                        return Ok((ReadSlot { slot, free }, head));
                    }
                    Err(now) => {
                        head = self.head.after_loss(head, now, &mut lost);
                        continue;
                    }
                }
            }
            let why = match compare(stamp, position) {
                Stamp::Here(GIVEN_UP) => NoValue::GivenUp,
                Stamp::Here(_) | Stamp::Behind => NoValue::Yet,
                Stamp::Ahead => {
                    lost();
                    head = self.head.reload();
                    continue;
                }
            };
            if self.head.is(&mut head) {
                return Err(why);
            }
        }
    }

    /// The right that came with this head word.
    ///
    /// # Safety
    /// It was let go without being used, and is restored once.
    #[inline(always)]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn reserved(&self, head: u64) -> ReadSlot<'_, T> {
        let layout = self.layout;
        ReadSlot { slot: self.slot_by(layout, head), free: layout.next_lap(head & !FLAGS) }
    }

    /// Takes the first value, with the head word as it was.
    #[cfg(test)]
    pub(crate) fn pop(&self) -> Result<(T, u64), NoValue> {
        self.reserve_read(|| ()).map(|(slot, head)| (slot.take(), head))
    }
}
