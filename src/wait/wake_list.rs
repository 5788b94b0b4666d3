//! Wakers that are collected under a lock and woken after it.

#![allow(unsafe_code)] // memory that is written only as far as it is used

use super::waker::Waker;
use core::mem::MaybeUninit;

const BATCH: usize = 32;

/// Wakers collected under a lock, to be woken after it. Only what was pushed is ever written: every message that somebody waits for comes through here.
pub(crate) struct WakeList {
    len: usize,
    /// The first `len` are there.
    wakers: [MaybeUninit<Waker>; BATCH],
}

impl WakeList {
    #[inline]
    pub(crate) fn new() -> WakeList {
        WakeList { len: 0, wakers: [const { MaybeUninit::uninit() }; BATCH] }
    }

    /// Whether the next push might not fit.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.len == BATCH
    }

    #[inline]
    pub(crate) fn are_several(&self) -> bool {
        self.len > 1
    }

    /// From now on the last is woken first.
    pub(crate) fn reverse(&mut self) {
        self.wakers[..self.len].reverse();
    }

    #[inline]
    pub(crate) fn push(&mut self, waker: Option<Waker>) {
        if let Some(waker) = waker {
            self.wakers[self.len].write(waker);
            self.len += 1;
        }
    }

    /// Wakes all of them, first come first.
    #[inline]
    pub(crate) fn wake_all(&mut self) {
        let len = core::mem::take(&mut self.len);
        for waker in &self.wakers[..len] {
            // SAFETY: among the first `len`; and as that is 0 now, it is read once.
            unsafe { waker.assume_init_read() }.wake();
        }
    }
}

impl Drop for WakeList {
    #[inline]
    fn drop(&mut self) {
        self.wake_all();
    }
}
