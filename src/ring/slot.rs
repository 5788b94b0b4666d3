//! One slot of the ring, and the two rights that are the only way to its value.

#![allow(unsafe_code)] // moving the value in and out

use super::position::{FREE, FULL, GIVEN_UP, HELD};
use crate::sync::{init_cell, AtomicU64, Cell, Ordering};
use core::mem::MaybeUninit;
use core::ptr::{addr_of_mut, NonNull};

/// A stamp and a value. The value is there while the stamp says FULL, and for its reader until that leaves (a reader's HELD).
#[derive(Debug)]
pub(crate) struct Slot<T> {
    stamp: AtomicU64,
    value: Cell<MaybeUninit<T>>,
}

// SAFETY: the value is entered only by the holder of a `WriteSlot` or `ReadSlot` of the slot's present position, of which there is
// one at a time; values move between threads, hence `T: Send`.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// Makes the slot at `place` free at `position`, without a `T` ever being on the stack.
    ///
    /// # Safety
    /// `place` is valid for writes of a `Slot<T>`.
    pub(crate) unsafe fn init(place: NonNull<Slot<T>>, position: u64) {
        // SAFETY: in bounds of the caller's slot; nothing is read or dropped.
        unsafe {
            addr_of_mut!((*place.as_ptr()).stamp).write(AtomicU64::new(position | FREE));
            init_cell(addr_of_mut!((*place.as_ptr()).value));
        }
    }

    #[inline(always)]
    pub(crate) fn stamp(&self) -> u64 {
        // ORDERING: Acquire pairs with the Release in `publish` (a reader then sees the value) and in `take` (a writer then sees that
        // the reader has left).
        self.stamp.load(Ordering::Acquire)
    }
}

impl<T> Slot<T> {
    /// For who skips a slot that was given up.
    pub(super) fn set_stamp(&self, stamp: u64) {
        self.stamp.store(stamp, Ordering::Release); // ORDERING: as in `ReadSlot::take`
    }
}

/// The right to fill a slot: the holder advanced the tail over this position.
#[must_use]
#[derive(Debug)]
pub(crate) struct WriteSlot<'a, T> {
    pub(super) slot: &'a Slot<T>,
    pub(super) position: u64,
}

impl<'a, T> WriteSlot<'a, T> {
    /// The right, without its type, for a select that holds it.
    pub(crate) fn erase(self) -> (*const (), u64) {
        ((self.slot as *const Slot<T>).cast(), self.position)
    }

    /// # Safety
    /// Both come from `erase` of a slot of `T` that outlives `'a`, and are used once.
    pub(crate) unsafe fn restore(slot: *const (), position: u64) -> WriteSlot<'a, T> {
        // SAFETY: the caller's promise.
        WriteSlot { slot: unsafe { &*slot.cast() }, position }
    }

    /// Says that foreign code will run before the slot is filled: receivers then sleep instead of waiting it out.
    pub(crate) fn hold(&self) {
        // ORDERING: Relaxed: it announces nothing; a receiver that misses it takes the slot for lagging and looks again.
        self.slot.stamp.store(self.position | HELD, Ordering::Relaxed);
    }

    /// Leaves the slot empty, to be skipped.
    pub(crate) fn give_up(self) {
        // ORDERING: Release, so that who skips it comes after all that the holder did.
        self.slot.stamp.store(self.position | GIVEN_UP, Ordering::Release);
    }

    /// Puts the value in and shows it to receivers. No foreign code runs in here.
    #[inline(always)]
    pub(crate) fn publish(self, value: T) {
        // SAFETY: the stamp was FREE at this position when the tail was advanced over it, once; until the store below nobody else enters.
        self.slot.value.with_mut(|place| unsafe { (*place).write(value) });
        // ORDERING: Release pairs with the Acquire in `stamp`: who sees FULL sees the value.
        self.slot.stamp.store(self.position | FULL, Ordering::Release);
    }
}

/// The right to empty a slot: the holder advanced the head over this position.
#[must_use]
#[derive(Debug)]
pub(crate) struct ReadSlot<'a, T> {
    pub(super) slot: &'a Slot<T>,
    pub(super) free: u64,
}

impl<T> ReadSlot<'_, T> {
    /// Says that foreign code will run before the slot is emptied: senders then sleep instead of waiting it out.
    pub(crate) fn hold(&self, position: u64) {
        // ORDERING: Release: who sees it, sees the head moved on, and does not take it for a writer's hold.
        self.slot.stamp.store(position | HELD, Ordering::Release);
    }

    /// Takes the value out and frees the slot for the next lap.
    #[inline(always)]
    pub(crate) fn take(self) -> T {
        // SAFETY: read once, and then left: the head was advanced over this FULL slot by us, and `self` ends here.
        unsafe {
            let value = self.read();
            self.leave();
            value
        }
    }

    /// The value, before the slot is left: so the caller can move it to where it goes.
    ///
    /// # Safety
    /// Called once.
    #[inline(always)]
    pub(crate) unsafe fn read(&self) -> T {
        // SAFETY: the stamp was FULL at this position, seen with Acquire, when the head was advanced over it, once; until `leave` nobody
        // else enters, and the caller does not read it again.
        self.slot.value.with_mut(|place| unsafe { (*place).assume_init_read() })
    }

    /// Frees the slot for the next lap.
    ///
    /// # Safety
    /// The value was read; the slot is not touched again.
    #[inline(always)]
    pub(crate) unsafe fn leave(&self) {
        // ORDERING: Release pairs with the Acquire in `stamp`: the next writer comes after this read.
        self.slot.stamp.store(self.free | FREE, Ordering::Release);
    }
}
