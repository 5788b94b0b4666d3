//! One end of the ring: its position word, and a guess of it beside.

use super::position::FLAGS;
use crate::sync::{AtomicU64, Ordering, MODEL};

/// A position word, with what its side keeps close to it.
#[derive(Debug, Default)]
pub(crate) struct End<M> {
    pub(super) word: AtomicU64,
    /// The word after one of the last changes. See `guess`.
    pub(super) guess: AtomicU64,
    /// What the owner of the ring wants on the same cache line.
    pub(crate) mate: M,
}

impl<M> End<M> {
    /// The word, or what it was a moment ago: for who decides by an exchange, and believes no refusal that it has not read in the word itself.
    ///
    /// A load of the word waits until the last exchange of it, by this thread, is done; and so does all that needs the word: the slot, its stamp. What was
    /// plainly stored is there at once. Where another thread was the last, it makes no difference.
    #[inline(always)]
    pub(super) fn guess(&self) -> u64 {
        self.guess.load(Ordering::Relaxed) // ORDERING: a guess; the exchange decides
    }

    /// Moves the word on. `Err`: what it is instead; or, spuriously, what it still is.
    #[inline(always)]
    pub(super) fn advance(&self, from: u64, to: u64) -> Result<(), u64> {
        // ORDERING: SeqCst (no dearer than AcqRel here) puts all sends and receives in one order with the loads of `tail_word` and `head_word`, so that
        // two threads which each sent and then look elsewhere cannot both find nothing. Release alone would do for the flags.
        self.word.compare_exchange_weak(from, to, Ordering::SeqCst, Ordering::Relaxed)?;
        self.guess.store(to, Ordering::Relaxed); // ORDERING: as in `guess`
        Ok(())
    }

    /// After an exchange that was to move the word on from `from`, and found `now`: if others have moved it, calls `lost`, and reads it anew.
    #[inline(always)]
    pub(super) fn after_loss(&self, from: u64, now: u64, lost: &mut impl FnMut()) -> u64 {
        if MODEL || (from ^ now) & !FLAGS == 0 {
            return now;
        }
        lost();
        self.word.load(Ordering::Relaxed) // ORDERING: as a guess
    }

    /// For a test: as if others had moved it since this thread looked.
    #[cfg(all(test, not(loom)))]
    pub(super) fn forget(&self) {
        self.guess.store(0, Ordering::Relaxed); // ORDERING: as in `guess`
    }

    /// Sets flags. Answers the latest word before.
    pub(super) fn set(&self, flags: u64) -> u64 {
        // ORDERING: AcqRel: what was done before is seen by whoever reads these flags in its own exchange, and the other way. SeqCst: CLOSED, as `advance`.
        let before = self.word.fetch_or(flags, Ordering::SeqCst);
        self.guess.store(before | flags, Ordering::Relaxed); // ORDERING: as in `guess`
        before
    }

    /// Clears flags. Answers the latest word before.
    pub(super) fn clear(&self, flags: u64) -> u64 {
        let before = self.word.fetch_and(!flags, Ordering::AcqRel); // ORDERING: AcqRel as in `set`; not SeqCst, as CLOSED is never cleared
        self.guess.store(before & !flags, Ordering::Relaxed); // ORDERING: as in `guess`
        before
    }

    /// Reads the word again after its old value led to a slot that was already past it.
    #[inline]
    pub(super) fn reload(&self) -> u64 {
        if crate::sync::MODEL {
            crate::sync::yield_now(); // a model must be told that this loop waits for another thread's progress
        }
        self.word.load(Ordering::Relaxed) // ORDERING: as a guess
    }

    /// Reads the word anew, into `word`. Answers whether it is what it was: then what was concluded from it holds.
    #[inline(always)]
    pub(super) fn is(&self, word: &mut u64) -> bool {
        let now = self.word.load(Ordering::Relaxed); // ORDERING: as a guess
        core::mem::replace(word, now) == now
    }
}
