//! The first value of the ring, and the right to it.

#![allow(unsafe_code)] // a won slot is read and left, once each

use super::gaps::Loser;
use super::{Chan, WAITED, WAKING};
use crate::error::TryRecvError;
use crate::ring::position::{CLOSED, SPILLED};
use crate::ring::slot::ReadSlot;
use crate::ring::{Miss, NoValue};
use crate::wait::lock::WAKE_TX;
use crate::wait::{Lag, Patience};
use core::mem::ManuallyDrop;

/// What an exact look at an empty-looking ring says.
pub(super) enum Look {
    /// No value, and the channel is open.
    Empty,
    /// No value, and none will come.
    Closed,
    /// A value is being copied in, or waits behind the ring.
    Coming,
}

/// The first value, which is ours to read, at once: no foreign code runs before. Dropping it leaves the slot, and sees to who waits: so the value can be read
/// into where the caller wants it, and need not be moved there after the slot was left.
pub(super) struct First<'a, T> {
    chan: &'a Chan<T>,
    slot: ReadSlot<'a, T>,
    head: u64,
    /// A wake-up brought us here, and other receivers wait: they are to be seen to.
    pub(super) owes: bool,
}

impl<T> First<'_, T> {
    /// # Safety
    /// Called once.
    #[inline(always)]
    pub(super) unsafe fn read(&self) -> T {
        // SAFETY: the caller's promise.
        unsafe { self.slot.read() }
    }
}

impl<T> Drop for First<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: who has one reads it, and drops it then.
        unsafe { self.slot.leave() };
        self.chan.after_pop(self.head);
        if self.owes {
            self.chan.pass_on_value();
        }
    }
}

impl<T> Chan<T> {
    /// The right to the first value, unless there is none.
    #[inline(never)]
    pub(super) fn reserve_first_bounded(&self) -> Result<First<'_, T>, TryRecvError> {
        self.comes()?;
        self.reserve_coming()
    }

    /// As `reserve_first_bounded`, where one is there or on its way.
    #[inline(never)] // an attempt that finds nothing needs none of its frame
    fn reserve_coming(&self) -> Result<First<'_, T>, TryRecvError> {
        let (mut lag, mut lost) = (Lag::new(), self.gaps(false, Loser::Attempts));
        loop {
            if let Some(first) = self.reserve_first(&mut lost) {
                return Ok(first);
            }
            if !self.unspill(Some(Patience::Thread)) && !lag.wait_bounded(Patience::Thread) {
                return Err(TryRecvError::Empty);
            }
            self.comes()?;
        }
    }

    #[inline(always)]
    fn comes(&self) -> Result<(), TryRecvError> {
        match self.look() {
            Look::Closed => Err(TryRecvError::Disconnected),
            Look::Empty => Err(TryRecvError::Empty),
            Look::Coming => Ok(()),
        }
    }

    /// The right to the first value, by one attempt.
    #[inline(always)]
    pub(super) fn reserve_first_at_once(&self) -> Result<First<'_, T>, Miss> {
        let (slot, head) = self.ring.reserve_read_at_once()?;
        Ok(First { chan: self, slot, head, owes: false })
    }

    /// The right to the first value, past slots that were given up. Calls `lost` whenever another was faster, before the next attempt.
    #[inline(always)]
    pub(super) fn reserve_first(&self, mut lost: impl FnMut()) -> Option<First<'_, T>> {
        match self.ring.reserve_read(&mut lost) {
            Ok((slot, head)) => Some(First { chan: self, slot, head, owes: false }),
            Err(NoValue::Yet) => None,
            Err(NoValue::GivenUp) => self.skip_and_reserve(lost),
        }
    }

    #[cold]
    #[inline(never)]
    fn skip_and_reserve(&self, lost: impl FnMut()) -> Option<First<'_, T>> {
        self.skip();
        self.reserve_first(lost)
    }

    /// Takes the first value if there is one, and sees to the senders that wait.
    #[inline(always)]
    pub(super) fn take_first(&self, loser: Loser) -> Option<T> {
        let first = self.reserve_first(self.gaps(false, loser))?;
        // SAFETY: read once: `first` ends here, and leaves the slot.
        Some(unsafe { first.read() })
    }

    /// As `take_first`, for the holder of the lock, which sees to the senders itself: so the answer has the head's flags at that.
    #[inline]
    pub(super) fn take_first_quietly(&self) -> Option<(T, u64)> {
        let first = ManuallyDrop::new(self.reserve_first(self.gaps(false, Loser::Serves))?);
        // SAFETY: read once, and left once: it is not dropped.
        unsafe {
            let value = first.read();
            first.slot.leave();
            Some((value, first.head))
        }
    }

    /// Passes over slots that were given up; each is room for a sender. Answers whether there were any.
    #[inline]
    pub(super) fn skip(&self) -> bool {
        self.ring.head_is_given_up() && self.skip_slowly()
    }

    #[cold]
    fn skip_slowly(&self) -> bool {
        let mut any = false;
        while let Some(head) = self.ring.skip() {
            any = true;
            if head & (WAITED | WAKING) == WAITED {
                self.request(WAKE_TX);
            }
        }
        any
    }

    /// The ring is empty, and values are behind it: they come, unless the place they have to go to is held.
    #[cold]
    fn look_behind(&self, tail: u64) -> Look {
        if self.ring.tail_is_held(tail) {
            Look::Empty
        } else {
            Look::Coming
        }
    }

    #[inline]
    pub(super) fn look(&self) -> Look {
        let (tail, head) = self.ring.words();
        if self.ring.position_of(tail) != self.ring.position_of(head) {
            // What is held is not there yet, even if the channel is closed.
            if self.ring.head_is_held(head) {
                Look::Empty
            } else {
                Look::Coming
            }
        } else if tail & SPILLED != 0 {
            self.look_behind(tail)
        } else if tail & CLOSED != 0 {
            Look::Closed
        } else {
            Look::Empty
        }
    }
}
