//! A place that nobody watches.

#![allow(unsafe_code)] // the Sync impl, which hands the duty to its users

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

/// A place shared between threads whose users say, at each access, why nobody else is in it.
#[repr(transparent)]
#[derive(Debug)]
pub(crate) struct Cell<T: ?Sized>(UnsafeCell<T>);

// SAFETY: `Cell` gives out raw pointers only; each dereference argues its own exclusivity. `T: Send` because a value put in
// by one thread is taken out by another.
unsafe impl<T: ?Sized + Send> Sync for Cell<T> {}

impl<T> Cell<T> {
    pub(crate) const fn new(value: T) -> Cell<T> {
        Cell(UnsafeCell::new(value))
    }

    /// Calls `f` with a pointer for reading and writing.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// Makes the cell at `place` a valid empty one. Nothing to do here: any bytes are a valid `MaybeUninit`, and a large `T` must
/// never pass through the stack.
///
/// # Safety
/// `place` is valid for writes.
#[inline(always)]
pub(crate) unsafe fn init_cell<T>(_place: *mut Cell<MaybeUninit<T>>) {}
