//! The ring: a lock-free queue of fixed capacity that knows nothing of waiting.
//!
//! ```text
//!            head                      tail
//!             ▼                         ▼
//!   ┌──────┬──────┬──────┬──────┬──────┬──────┐      a slot's stamp runs
//!   │ FREE │ FULL │ FULL │ ···  │ FULL │ FREE │      FREE(p) ─▶ FULL(p) ─▶ FREE(p + lap)
//!   └──────┴──────┴──────┴──────┴──────┴──────┘
//! ```
//!
//! 1. `head ≤ tail ≤ head + cap`. A position is reserved once: by the exchange that advances the word over it.
//! 2. A position is reserved only when its slot's stamp says that the other side has left; so a reservation never waits, and what is
//!    reserved is published after one copy, in which no foreign code runs.
//! 3. The tail does not advance once CLOSED is in it: the exchange compares the flags too.
//! 4. Values come out in the order of the tail's exchanges.
//!
//! It is lock-free for all but one window: between an exchange and the stamp's store, others see the slot as lagging. Attempts that
//! must not wait take that for empty or full.
//!
//! Flags travel in the words so that the exchange, which every operation needs anyway, also tells whether anybody waits.

pub(crate) mod position;
pub(crate) mod slot;

pub(crate) use slot::Slot;

use crate::sync::{fetch_early, Ordering};
use core::fmt;
use core::ptr::{self, addr_of_mut, NonNull};
use crossbeam_utils::CachePadded;
use end::End;
use position::{compare, Layout, Stamp, CLOSED, FLAGS, FREE, FULL, GIVEN_UP, HELD, SPILLED};
use slot::{ReadSlot, WriteSlot};

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
    /// Nothing is there, as far as the guess tells, or it is not for one attempt to see.
    Nothing,
    /// Somebody else was faster, or others are to be looked after here.
    Lost,
}

/// The ring. It does not own the memory of its slots.
pub(crate) struct Ring<T, M> {
    pub(crate) tail: CachePadded<End<M>>,
    pub(crate) head: CachePadded<End<M>>,
    slots: NonNull<Slot<T>>,
    layout: Layout,
}

#[allow(unsafe_code)]
// SAFETY: the slots are `Sync` for `T: Send`; the pointer is to memory that outlives the ring.
unsafe impl<T: Send, M: Sync> Sync for Ring<T, M> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<T: Send, M: Send> Send for Ring<T, M> {}

impl<T, M> fmt::Debug for Ring<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tail, head) = self.words();
        f.debug_struct("Ring")
            .field("cap", &self.layout.cap())
            .field("len", &self.len())
            .field("tail_flags", &(tail & FLAGS))
            .field("head_flags", &(head & FLAGS))
            .finish()
    }
}

impl<T, M: Default> Ring<T, M> {
    /// Makes at `place` a ring over the `cap` slots at `slots`, which it initialises.
    ///
    /// # Safety
    /// `place` is valid for writes, and `slots` for `cap` slots for as long as the ring is used.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn init(place: *mut Ring<T, M>, slots: NonNull<Slot<T>>, cap: usize) {
        let layout = Layout::new(cap);
        let mut position = 0;
        for i in 0..cap {
            // SAFETY: within the caller's `cap` slots.
            unsafe { Slot::init(slots.add(i), position) };
            position = layout.next(position);
        }
        // SAFETY: the caller's promise.
        unsafe {
            addr_of_mut!((*place).tail).write(CachePadded::new(End::default()));
            addr_of_mut!((*place).head).write(CachePadded::new(End::default()));
            addr_of_mut!((*place).slots).write(slots);
            addr_of_mut!((*place).layout).write(layout);
        }
    }

    /// As `init`, by value.
    ///
    /// # Safety
    /// As for `init`.
    #[cfg(test)]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn new(slots: NonNull<Slot<T>>, cap: usize) -> Ring<T, M> {
        let mut ring = core::mem::MaybeUninit::uninit();
        // SAFETY: the caller's promise; `init` writes every field.
        unsafe {
            Ring::init(ring.as_mut_ptr(), slots, cap);
            ring.assume_init()
        }
    }
}

impl<T, M> Drop for Ring<T, M> {
    /// Ends the slots, which a model watches. Values in them are not dropped.
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        let slots = core::ptr::slice_from_raw_parts_mut(self.slots.as_ptr(), self.cap());
        // SAFETY: initialised by `init`, and the ring's user has promised that they are still there; nobody else is in the ring.
        unsafe { slots.drop_in_place() };
    }
}

impl<T, M> Ring<T, M> {
    #[inline(always)]
    fn slot(&self, word: u64) -> &Slot<T> {
        self.slot_by(self.layout, word)
    }

    /// As `slot`, for who has read the layout already: an exchange makes the compiler forget what it read before.
    #[inline(always)]
    #[allow(unsafe_code)]
    fn slot_by(&self, layout: Layout, word: u64) -> &Slot<T> {
        // SAFETY: `index` is below `cap` for every word that was made by `next` and `advance`; a ring without slots is never asked
        // (its callers check the capacity).
        unsafe { &*self.slots.as_ptr().add(layout.index(word)) }
    }

    pub(crate) fn cap(&self) -> usize {
        self.layout.cap()
    }

    /// One attempt at `claim_write`, which is all that most need.
    #[inline(always)]
    pub(crate) fn claim_write_at_once(&self) -> Result<(WriteSlot<'_, T>, u64), Miss> {
        let tail = self.tail.guess();
        if tail & (CLOSED | SPILLED) != 0 {
            return Err(Miss::Nothing);
        }
        let layout = self.layout;
        let (slot, position) = (self.slot_by(layout, tail), tail & !FLAGS);
        if slot.stamp() != position | FREE {
            return Err(Miss::Nothing);
        }
        match layout.next_plain(tail) {
            Some(next) if self.tail.advance(tail, next).is_ok() => Ok((WriteSlot { slot, position }, tail & FLAGS)),
            _ => Err(Miss::Lost),
        }
    }

    /// Takes the right to the place behind the last one, with the tail's flags at that: to be filled at once, or held.
    #[inline(always)]
    pub(crate) fn claim_write(&self) -> Result<(WriteSlot<'_, T>, u64), Refused> {
        let mut tail = self.tail.guess();
        let layout = self.layout;
        loop {
            let refused = if tail & (CLOSED | SPILLED) == 0 {
                let (slot, position) = (self.slot_by(layout, tail), tail & !FLAGS);
                let stamp = slot.stamp();
                if stamp == position | FREE {
                    match self.tail.advance(tail, layout.next(tail)) {
                        Ok(()) => return Ok((WriteSlot { slot, position }, tail & FLAGS)),
                        Err(now) => {
                            tail = now;
                            continue;
                        }
                    }
                }
                if compare(stamp, position) != Stamp::Behind {
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
        match self.claim_write() {
            Ok((slot, flags)) => {
                slot.publish(value);
                Ok(flags)
            }
            Err(refused) => Err((value, refused)),
        }
    }

    /// One attempt at `claim_read`, which is all that most need.
    #[inline(always)]
    pub(crate) fn claim_read_at_once(&self) -> Result<(ReadSlot<'_, T>, u64), Miss> {
        let head = self.head.guess();
        let layout = self.layout;
        let (slot, position) = (self.slot_by(layout, head), head & !FLAGS);
        if slot.stamp() != position | FULL {
            return Err(Miss::Nothing);
        }
        match layout.next_plain(head) {
            Some(next) if self.head.advance(head, next).is_ok() => Ok((ReadSlot { slot, free: layout.next_lap(position) }, head)),
            _ => Err(Miss::Lost),
        }
    }

    /// Takes the right to the first value, with the head word as it was: to be taken at once, or held. `Err`: the stamp of the head's slot
    /// has no value for us; GIVEN_UP there is to be skipped.
    #[inline(always)]
    pub(crate) fn claim_read(&self) -> Result<(ReadSlot<'_, T>, u64), NoValue> {
        let mut head = self.head.guess();
        let layout = self.layout;
        loop {
            let (slot, position) = (self.slot_by(layout, head), head & !FLAGS);
            let stamp = slot.stamp();
            if stamp == position | FULL {
                match self.head.advance(head, layout.next(head)) {
                    Ok(()) => {
                        let free = layout.next_lap(position);
                        return Ok((ReadSlot { slot, free }, head));
                    }
                    Err(now) => {
                        head = now;
                        continue;
                    }
                }
            }
            let why = match compare(stamp, position) {
                Stamp::Here(GIVEN_UP) => NoValue::GivenUp,
                Stamp::Here(_) | Stamp::Behind => NoValue::Yet,
                Stamp::Ahead => {
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
    pub(crate) unsafe fn claimed(&self, head: u64) -> ReadSlot<'_, T> {
        let layout = self.layout;
        ReadSlot { slot: self.slot_by(layout, head), free: layout.next_lap(head & !FLAGS) }
    }

    /// Takes the first value, with the head word as it was.
    #[cfg(test)]
    pub(crate) fn pop(&self) -> Result<(T, u64), NoValue> {
        self.claim_read().map(|(slot, head)| (slot.take(), head))
    }

    /// Whether a push might succeed or is refused for another reason than being full: what a waiting sender polls. Reads nothing of
    /// the other side but the slot.
    #[inline(always)]
    pub(crate) fn may_push(&self) -> bool {
        let tail = self.tail.word.load(Ordering::Relaxed); // ORDERING: a hint
        tail & (CLOSED | SPILLED) != 0 || compare(self.slot(tail).stamp(), tail & !FLAGS) != Stamp::Behind
    }

    /// As `may_push`, where it probably succeeds: the slot's cache line is fetched at once as it is needed next, to be written. One look of a wait, as
    /// many that all look so would take the line from each other (where a line takes 330 ns there and back, capacity 1: spsc_1 287 to 245 ns, mpsc_1 349 to
    /// 255, spmc_1 322 to 262, mpmc32_1 392 to 353; where it takes 65, no difference).
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

    /// As `may_pop`; otherwise as `may_push_now`.
    #[inline(always)]
    pub(crate) fn may_pop_now(&self) -> bool {
        let head = self.head.word.load(Ordering::Relaxed); // ORDERING: a hint
        fetch_early(ptr::from_ref(self.slot(head)).cast());
        self.may_pop()
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

    /// The tail as of now.
    #[inline(always)]
    pub(crate) fn tail_word(&self) -> u64 {
        // ORDERING: SeqCst: see `advance`. A plain load on most machines.
        self.tail.word.load(Ordering::SeqCst)
    }

    /// The head as of now.
    #[inline(always)]
    pub(crate) fn head_word(&self) -> u64 {
        // ORDERING: SeqCst: see `advance`.
        self.head.word.load(Ordering::SeqCst)
    }

    /// The position in a word.
    pub(crate) fn position_of(&self, word: u64) -> u64 {
        word & !FLAGS
    }

    /// The position after one.
    pub(crate) fn position_after(&self, position: u64) -> u64 {
        self.layout.next(position)
    }

    /// The position of the same slot one lap before.
    pub(crate) fn lap_before(&self, position: u64) -> u64 {
        self.layout.last_lap(position)
    }

    /// Roughly how many values were ever appended: a hint for learning.
    pub(crate) fn tail_hint(&self) -> u64 {
        self.tail.word.load(Ordering::Relaxed) / (FLAGS + 1) // ORDERING: a hint
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

    /// Sets flags in the tail. Answers the tail before, which is the latest: this is an RMW.
    pub(crate) fn tail_set(&self, flags: u64) -> u64 {
        self.tail.set(flags)
    }

    /// Sets flags in the tail if it still is `tail`. Answers whether. As with `tail_set_last`, the ring may be gone then.
    pub(crate) fn tail_leave(&self, tail: u64, flags: u64) -> bool {
        // ORDERING: Release: who frees the ring comes after all that was done in it. Who leaves first reads nothing more.
        self.tail.word.compare_exchange(tail, tail | flags, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// As `tail_set`, for who touches the ring for the last time: another may free it at once, so there is no guess to be left.
    pub(crate) fn tail_set_last(&self, flags: u64) -> u64 {
        // ORDERING: AcqRel: who frees the ring comes (Acquire) after all that the others did in it (Release).
        self.tail.word.fetch_or(flags, Ordering::AcqRel)
    }

    /// Clears flags in the tail. Answers the latest tail before.
    pub(crate) fn tail_clear(&self, flags: u64) -> u64 {
        self.tail.clear(flags)
    }

    /// Sets flags in the head. Answers the latest head before.
    pub(crate) fn head_set(&self, flags: u64) -> u64 {
        self.head.set(flags)
    }

    /// Clears flags in the head. Answers the latest head before.
    pub(crate) fn head_clear(&self, flags: u64) -> u64 {
        self.head.clear(flags)
    }

    /// Both words, read so that they belong together: the tail did not move while the head was read.
    pub(crate) fn words(&self) -> (u64, u64) {
        loop {
            let tail = self.tail_word();
            let head = self.head_word();
            if self.tail_word() == tail {
                return (tail, head);
            }
        }
    }

    /// How many positions `tail` is ahead of `head`.
    pub(crate) fn distance(&self, tail: u64, head: u64) -> usize {
        self.layout.distance(tail, head)
    }

    /// How many values are in the ring, those included that are being copied in.
    pub(crate) fn len(&self) -> usize {
        let (tail, head) = self.words();
        self.layout.distance(tail, head).min(self.cap())
    }
}

mod batch;
mod end;
mod force;
mod hold;
#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
#[cfg(test)]
mod tests;
