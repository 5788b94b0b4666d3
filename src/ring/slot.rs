//! One place of the ring, and the two guards that are the only way to its value.

#![allow(unsafe_code)] // moving the value in and out

use super::position::{FREE, FULL};
use crate::sync::{init_cell, AtomicU64, Cell, Ordering};
use core::mem::MaybeUninit;
use core::ptr::{addr_of_mut, NonNull};

/// A stamp and a value. The value is there exactly while the stamp says FULL, or between a reservation and its end.
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

/// The right to fill a slot: the holder advanced the tail over this position.
#[must_use]
#[derive(Debug)]
pub(crate) struct WriteSlot<'a, T> {
    pub(super) slot: &'a Slot<T>,
    pub(super) position: u64,
}

impl<T> WriteSlot<'_, T> {
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
    /// Takes the value out and frees the slot for the next lap.
    #[inline(always)]
    pub(crate) fn take(self) -> T {
        // SAFETY: the stamp was FULL at this position, seen with Acquire, when the head was advanced over it, once; until the store
        // below nobody else enters, and the value is not read again.
        let value = self.slot.value.with_mut(|place| unsafe { (*place).assume_init_read() });
        // ORDERING: Release pairs with the Acquire in `stamp`: the next writer comes after this read.
        self.slot.stamp.store(self.free | FREE, Ordering::Release);
        value
    }
}
