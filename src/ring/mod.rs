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
//! 1. `head ≤ tail ≤ head + cap`, but for evictions under way (`force`), each of which puts the tail one further. A position is reserved once: by the exchange
//!    that advances the word over it.
//! 2. A position is reserved only when its slot's stamp says that the other side has left; so a reservation never waits. (An eviction waits for that
//!    afterwards.) What is reserved is published after one copy, in which no foreign code runs, or says HELD until then (`hold`).
//! 3. The tail does not advance once CLOSED is in it: the exchange compares the flags too.
//! 4. Values come out in the order of the tail's exchanges.
//!
//! It is lock-free but for one window: between an exchange and the store of the stamp, others see the slot as lagging. Attempts that must not wait take
//! that for empty or full.
//!
//! Flags travel in the words so that the exchange, which every operation needs anyway, also tells whether anybody waits.

pub(crate) mod position;
pub(crate) mod slot;

pub(crate) use reserve::{Miss, NoValue, Refused};
pub(crate) use slot::Slot;

use crate::sync::{AtomicU32, InOrder, Ordering};
use core::fmt;
use core::ptr::{addr_of_mut, NonNull};
use crossbeam_utils::CachePadded;
use end::End;
use position::{Layout, FLAGS};

/// The ring. It does not own the memory of its slots.
pub(crate) struct Ring<T, M> {
    pub(crate) tail: CachePadded<End<M>>,
    pub(crate) head: CachePadded<End<M>>,
    slots: NonNull<Slot<T>>,
    layout: Layout,
    /// Not 0 once there is a reason to look at the tail of a ring that looks empty: it is closed, or values may wait outside. It stands beside what is read
    /// anyway and never written.
    tail_matters: AtomicU32,
}

#[allow(unsafe_code)]
// SAFETY: the slots are `Sync` for `T: Send`; the pointer is to memory that outlives the ring.
unsafe impl<T: Send, M: Sync> Sync for Ring<T, M> {}
#[allow(unsafe_code)]
// SAFETY: as above: `T: Send`, and the pointer is to memory that outlives the ring.
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
            addr_of_mut!((*place).tail_matters).write(AtomicU32::new(0));
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

    /// The tail as of now.
    #[inline(always)]
    pub(crate) fn tail_word(&self) -> u64 {
        // ORDERING: SeqCst: see `advance`. Acquire, for who reads GONE and destroys the channel: pairs with the Release of `tail_leave` and
        // `tail_set_last`. A plain load on most machines.
        self.tail.word.load(Ordering::SeqCst)
    }

    /// The head as of now.
    #[inline(always)]
    pub(crate) fn head_word(&self) -> u64 {
        // ORDERING: SeqCst: see `advance`.
        self.head.word.load(Ordering::SeqCst)
    }

    /// The tail, for who must not miss an append before the last exchange of its own (see `load_in_order`).
    #[inline(always)]
    pub(crate) fn tail_in_order(&self) -> u64 {
        self.tail.word.load_in_order()
    }

    /// As `tail_in_order`, of the head and removals.
    #[inline(always)]
    pub(crate) fn head_in_order(&self) -> u64 {
        self.head.word.load_in_order()
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

    /// Sets flags in the tail. Answers the tail before, which is the latest: this is an RMW.
    pub(crate) fn tail_set(&self, flags: u64) -> u64 {
        self.tail.set(flags)
    }

    /// Sets flags in the tail if it still is `tail`. Answers whether. As after `tail_set_last`, the ring may be gone then.
    pub(crate) fn tail_leave(&self, tail: u64, flags: u64) -> bool {
        // ORDERING: Release pairs with the Acquire of `tail_word` and `tail_set_last`, by which the other side finds GONE and destroys the ring: after all that
        // was done in it here. Who leaves first reads nothing more.
        self.tail.word.compare_exchange(tail, tail | flags, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// As `tail_set`, for who touches the ring for the last time: another may free it at once, so there is no guess to be left.
    pub(crate) fn tail_set_last(&self, flags: u64) -> u64 {
        // ORDERING: AcqRel: of two that leave, the second, which finds GONE and destroys the ring, comes (Acquire) after all that the first did in it (Release:
        // here, or in `tail_leave`).
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

    /// For a test: as if others had been at work since this thread was.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn forget(&self) {
        self.tail.forget();
        self.head.forget();
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
mod look;
mod reserve;

#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;
