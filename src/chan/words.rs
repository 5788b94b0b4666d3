//! A small value without its type, so that a token can carry it.

#![allow(unsafe_code)] // who takes it out says what it is

use core::mem::MaybeUninit;

/// The bytes of a value that `fits`. Three words: a `Vec` or a `String` fits, and no token is larger for it than one with a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(MaybeUninit<[usize; 3]>);

impl Words {
    /// Whether a `T` has room.
    pub(super) const fn fits<T>() -> bool {
        size_of::<T>() <= size_of::<Words>() && align_of::<T>() <= align_of::<Words>()
    }

    /// Moves the value in, which is forgotten unless it is taken out.
    #[inline(always)]
    pub(super) fn new<T>(value: T) -> Words {
        assert!(Words::fits::<T>());
        let mut words = MaybeUninit::<[usize; 3]>::uninit();
        // SAFETY: large and aligned enough, as was just checked.
        unsafe { words.as_mut_ptr().cast::<T>().write(value) };
        Words(words)
    }

    /// Takes the value out.
    ///
    /// # Safety
    /// A `T` was moved in, and is taken once, whatever copies there are.
    #[inline(always)]
    pub(super) unsafe fn take<T>(self) -> T {
        // SAFETY: the caller's promise.
        unsafe { self.0.as_ptr().cast::<T>().read() }
    }
}
