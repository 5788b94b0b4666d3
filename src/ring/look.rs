//! What is seen of the ring without reserving anything: for who waits, or is about to.

use super::position::{compare, Layout, Stamp, CLOSED, FLAGS, FREE, FULL, GIVEN_UP, HELD, SPILLED};
use super::slot::Slot;
use super::Ring;
use crate::sync::{fetch_early, fetch_lines_early, Ordering, MODEL};
use core::ptr;

impl<T, M> Ring<T, M> {
    /// Whether a push might succeed, or would be refused for another reason than being full: what a waiting sender polls. Reads nothing of the other side but
    /// the slot.
    #[inline(always)]
    pub(crate) fn may_push(&self) -> bool {
        let tail = self.tail.word.load(Ordering::Relaxed); // ORDERING: a hint
        tail & (CLOSED | SPILLED) != 0 || compare(self.slot(tail).stamp(), tail & !FLAGS) != Stamp::Behind
    }

    /// As `may_push`, for a look that probably succeeds: it asks for the slot's cache line at once, to write it next. For one look of a wait only: many that
    /// looked so would take the line from each other (spsc_1 287 to 245 ns; more in `docs/tuning.md`).
    #[inline(always)]
    pub(crate) fn may_push_now(&self) -> bool {
        let tail = self.tail.word.load(Ordering::Relaxed); // ORDERING: a hint
        fetch_early(ptr::from_ref(self.slot(tail)).cast());
        self.may_push()
    }

    /// Whether a pop might succeed: what a waiting receiver polls. Reads nothing of the other side but the slot.
    #[inline(always)]
    pub(crate) fn may_pop(&self) -> bool {
        let head = self.head.word.load(Ordering::Relaxed); // ORDERING: a hint
        !matches!(compare(self.slot(head).stamp(), head & !FLAGS), Stamp::Here(FREE | HELD) | Stamp::Behind)
    }

    /// As `may_pop`, for a look that probably succeeds: see `may_push_now`.
    #[inline(always)]
    pub(crate) fn may_pop_now(&self) -> bool {
        let head = self.head.word.load(Ordering::Relaxed); // ORDERING: a hint
        fetch_early(ptr::from_ref(self.slot(head)).cast());
        self.may_pop()
    }

    /// Where a value fills several cache lines: asks for those of the slot after that of `word`, which is needed next, while this one's value is copied (128
    /// slots of 256 bytes: 96 to 53 ns; to ask for this slot's lines instead: 71; more in `docs/tuning.md`).
    #[inline(always)]
    pub(super) fn fetch_next(&self, layout: Layout, word: u64) {
        fetch_lines_early(ptr::from_ref(self.slot_by(layout, layout.next(word))).cast(), size_of::<Slot<T>>());
    }

    /// Whether there is a reason to look at the tail of a ring that looks empty. A hint.
    #[inline(always)]
    pub(crate) fn tail_matters(&self) -> bool {
        self.tail_matters.load(Ordering::Relaxed) != 0 // ORDERING: a hint; who comes after the close sees it
    }

    /// From now on there is a reason. Not in a model, where nothing asks.
    pub(crate) fn say_tail_matters(&self) {
        if !MODEL {
            self.tail_matters.store(1, Ordering::Relaxed); // ORDERING: as above
        }
    }

    /// Whether the first value is there.
    #[inline(always)]
    pub(crate) fn has_value(&self) -> bool {
        let head = self.head_word();
        self.slot(head).stamp() == (head & !FLAGS) | FULL
    }

    /// Whether the next place is free.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        self.has_room_at(self.tail_word())
    }

    /// Whether the slot at this tail is free: then whoever sends moves the tail.
    #[inline(always)]
    pub(crate) fn has_room_at(&self, tail: u64) -> bool {
        self.slot(tail).stamp() == tail & !FLAGS | FREE
    }

    /// Whether at these words every slot is taken, and the first one by a value: not held, nor given up, nor just being filled.
    #[inline(always)]
    pub(crate) fn is_full_with_value(&self, tail: u64, head: u64) -> bool {
        let first = head & !FLAGS;
        self.layout.next_lap(first) == tail & !FLAGS && self.slot(head).stamp() == first | FULL
    }

    /// A number that changes whenever a receive, or a send (`sending`), becomes possible: with a value, with room, with the end of a hold. Where nothing is in
    /// the ring nor behind it, for a receive: the tail. Else the sum of both positions, which only grow. The low bits: the state of the slot that is next,
    /// CLOSED and SPILLED, and which of the two kinds it is.
    #[inline(always)]
    pub(crate) fn version(&self, sending: bool) -> u64 {
        const STATE: u64 = FREE | FULL | HELD | GIVEN_UP;
        const NOTHING: u64 = 16; // no flag that is taken over, nor moved there
        let (tail, head) = (self.tail_word(), self.head_word());
        if !sending && (tail ^ head) & !FLAGS | tail & SPILLED == 0 {
            return tail & (!FLAGS | CLOSED) | NOTHING;
        }
        let positions = (tail & !FLAGS).wrapping_add(head & !FLAGS) | (tail & (CLOSED | SPILLED)) << 2;
        positions | self.slot(if sending { tail } else { head }).stamp() & STATE
    }

    /// Roughly how many values were ever appended: a hint for learning.
    pub(crate) fn tail_hint(&self) -> u64 {
        self.tail.word.load(Ordering::Relaxed) / (FLAGS + 1) // ORDERING: a hint
    }

    /// How many values were ever appended, up to a multiple of 2^32: a hint for learning.
    pub(crate) fn appended_hint(&self) -> u32 {
        self.layout.distance(self.tail.word.load(Ordering::Relaxed), 0) as u32 // ORDERING: a hint
    }

    /// Roughly how many values were ever taken: a hint for learning.
    pub(crate) fn head_hint(&self) -> u64 {
        self.head.word.load(Ordering::Relaxed) / (FLAGS + 1) // ORDERING: a hint
    }

    /// Whether the tail is at a milestone (see `Layout::is_milestone`).
    pub(crate) fn is_tail_at_milestone(&self) -> bool {
        self.layout.is_milestone(self.tail.word.load(Ordering::Relaxed)) // ORDERING: a hint
    }

    /// As `is_tail_at_milestone`, of the head.
    pub(crate) fn is_head_at_milestone(&self) -> bool {
        self.layout.is_milestone(self.head.word.load(Ordering::Relaxed)) // ORDERING: a hint
    }
}
