//! Position words and stamps: all shifts and masks of the ring are here.
//!
//! ```text
//!   position word   | lap ............ | index | GONE WATCHED SPILLED WAKING WAITED CLOSED |     (tail and head)
//!   stamp           | lap ............ | index |                            state (2 bits) |     (one a slot)
//! ```
//!
//! Lap and index count up together, so a position is unique for 2^58 operations: over 30 years at 300 million a second, in the
//! worst packing of the capacity.

/// Tail: no value enters any more.
pub(crate) const CLOSED: u64 = 1;
/// Tail: receivers are enlisted, or were (see `chan::serve`, 7, and `chan::seat`, 3). Head: senders.
pub(crate) const WAITED: u64 = 2;
/// Tail: one receiver was woken and has not looked yet. Head: a sender.
pub(crate) const WAKING: u64 = 4;
/// Tail: values wait behind the ring, so newer ones must, too (unbounded channels).
pub(crate) const SPILLED: u64 = 8;
/// Tail: somebody waits for the channel to close.
pub(crate) const WATCHED: u64 = 16;
/// Tail: one side has no handle left.
pub(crate) const GONE: u64 = 32;

const FLAG_BITS: u32 = 6;
pub(crate) const FLAGS: u64 = (1 << FLAG_BITS) - 1;
const ONE: u64 = 1 << FLAG_BITS;

/// Bits of a position that are all set once in 1,024 positions.
const MILESTONE: u64 = 1_023 << FLAG_BITS;

/// Stamp state: empty, to be written at this position.
pub(crate) const FREE: u64 = 0;
/// Stamp state: holds the value of this position.
pub(crate) const FULL: u64 = 1;
/// Stamp state: reserved by a select that runs foreign code before it fills the slot, or before it empties it.
pub(crate) const HELD: u64 = 2;
/// Stamp state: reserved, and then not filled after all: to be skipped.
pub(crate) const GIVEN_UP: u64 = 3;
/// The highest stamp state; compares above every state of its position.
const LAST_STATE: u64 = 3;

/// How positions of one ring are packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    cap: usize,
    /// The index and the flags: one less than a lap.
    mask: u64,
}

/// How the stamp of a slot stands to the position that was read from a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// The slot is at this position, in this state.
    Here(u64),
    /// The slot has not come round to this position yet.
    Behind,
    /// The word was stale: the slot is past this position.
    Ahead,
}

impl Layout {
    /// The packing for `cap` slots. What fits into memory leaves bits enough to count laps.
    #[inline]
    pub(crate) fn new(cap: usize) -> Layout {
        Layout { cap, mask: ((cap.max(1) as u64).next_power_of_two() << FLAG_BITS) - 1 }
    }

    pub(crate) fn cap(self) -> usize {
        self.cap
    }

    #[inline(always)]
    pub(crate) fn index(self, word: u64) -> usize {
        ((word & self.mask) >> FLAG_BITS) as usize
    }

    /// The word one position on, same flags.
    #[inline(always)]
    pub(crate) fn next(self, word: u64) -> u64 {
        if self.index(word) + 1 < self.cap {
            word + ONE
        } else {
            // Not the same terms as above: else the compiler would choose between them by a conditional move, and the exchange would wait for that.
            (word | self.mask).wrapping_add(1) | (word & FLAGS)
        }
    }

    /// As `next`, but for milestones, where it answers nothing.
    #[inline(always)]
    pub(crate) fn next_plain(self, word: u64) -> Option<u64> {
        if self.index(word) + 1 < self.cap {
            return Some(word + ONE);
        }
        // The end of a lap is a branch of its own anyway.
        (!self.is_milestone(word)).then(|| self.next(word))
    }

    /// Whether operations at this position see to other things, too: at the end of a lap, once in about 1,024 positions.
    #[inline]
    pub(crate) fn is_milestone(self, word: u64) -> bool {
        self.index(word) + 1 >= self.cap && !word & MILESTONE & !self.mask == 0
    }

    /// The stamp that a slot has when it is free again after `position`.
    #[inline(always)]
    pub(crate) fn next_lap(self, position: u64) -> u64 {
        position.wrapping_add(self.mask + 1)
    }

    /// The position of the same slot one lap before.
    pub(crate) fn last_lap(self, position: u64) -> u64 {
        position.wrapping_sub(self.mask + 1)
    }

    /// How many positions `tail` is ahead of `head`.
    #[inline]
    pub(crate) fn distance(self, tail: u64, head: u64) -> usize {
        // A shift: the compiler does not know that it divides by a power of two.
        let laps = (tail & !self.mask).wrapping_sub(head & !self.mask) >> self.mask.trailing_ones();
        (laps as usize).wrapping_mul(self.cap).wrapping_add(self.index(tail)).wrapping_sub(self.index(head))
    }
}

/// Compares a slot's stamp with `position` (flags off).
#[inline(always)]
pub(crate) fn compare(stamp: u64, position: u64) -> Stamp {
    if stamp & !LAST_STATE == position {
        Stamp::Here(stamp & LAST_STATE)
    } else if (stamp.wrapping_sub(position) as i64) < 0 {
        Stamp::Behind
    } else {
        Stamp::Ahead
    }
}
