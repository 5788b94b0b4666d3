//! What a peer finds of an operation that waits: the place of its value, and the frame around it.
//!
//! ```text
//!   ┌────────────── 64 bytes ──────────────┬────────────── 64 bytes ──────────────┐
//!   │ padding   claim: waker, owner,       │ word   waiter: links, place   value  │
//!   └─ written by the owner while it waits ┴─ what a peer reads and writes ───────┘
//! ```

#![allow(unsafe_code)] // a place is full or empty, as who owns it knows

use crate::sync::{init_cell, Cell, LINE};
use crate::wait::{Claim, Waiter};
use core::mem::MaybeUninit;
use core::ptr::{self, addr_of_mut};

/// Where a value leaves from or arrives.
pub(crate) struct Place<T>(Cell<MaybeUninit<T>>);

impl<T> Place<T> {
    pub(crate) fn empty() -> Place<T> {
        Place(Cell::new(MaybeUninit::uninit()))
    }

    pub(crate) fn holding(value: T) -> Place<T> {
        Place(Cell::new(MaybeUninit::new(value)))
    }

    /// Makes an empty place at `place`, without a `T` ever being on the stack.
    ///
    /// # Safety
    /// `place` is valid for writes.
    pub(super) unsafe fn init(place: *mut Place<T>) {
        // SAFETY: the caller's promise.
        unsafe { init_cell(addr_of_mut!((*place).0)) };
    }

    pub(crate) fn erased(&self) -> *mut () {
        (self as *const Place<T>).cast_mut().cast()
    }

    /// # Safety
    /// The caller owns the place (see `handoff`, 2) and it is full.
    pub(crate) unsafe fn take(&self) -> T {
        // SAFETY: the caller's promise.
        self.0.with_mut(|place| unsafe { (*place).assume_init_read() })
    }

    /// # Safety
    /// The caller owns the place (see `handoff`, 2) and it is empty.
    pub(super) unsafe fn put(&self, value: T) {
        // SAFETY: the caller's promise.
        self.0.with_mut(|place| unsafe {
            (*place).write(value);
        });
    }
}

/// The frame of an operation that waits. A peer touches the second half: one cache line, if the value is a word; what the owner writes while it waits is
/// elsewhere. (128: lines may come in pairs, or be that long.)
#[repr(C, align(128))]
pub(crate) struct Frame<T> {
    /// So that the claim's word, its last field, begins the second half.
    _pad: MaybeUninit<[u8; PAD]>,
    pub(crate) claim: Claim,
    pub(crate) waiter: Waiter,
    pub(crate) place: Place<T>,
}

const PAD: usize = (LINE + size_of::<usize>()).saturating_sub(size_of::<Claim>());

impl<T> Frame<T> {
    pub(crate) fn new(place: Place<T>) -> Frame<T> {
        Frame { _pad: MaybeUninit::uninit(), claim: Claim::new(), waiter: Waiter::new(ptr::null(), 0, ptr::null_mut()), place }
    }

    /// Says where the frame is; it must not move any more.
    #[inline(always)]
    pub(super) fn settle(&mut self) {
        self.waiter = Waiter::new(&self.claim, 0, self.place.erased());
    }
}
