//! A look at the lock's word while the lock is free, and what can be done on the strength of it.
//!
//! 1. The word says everything that is asked here: who sits, or else which sides have somebody in their queues (`lock`, 3). That is old news, until an
//!    exchange of this very word takes the lock. Then it is exact: only holders of the lock change the lists, and their release says what they leave. (The
//!    word may have changed in between, and back: then it is true again.)
//! 2. Who takes the lock by that exchange knows what its release has to leave: what was there, and what it has changed itself. The release is an exchange of
//!    the word as it was taken; if that fails, somebody has asked for something, or sleeps at the gate, and the common release sees to it.

use super::lock::{released, Lock, HINTS, LOCKED};
use super::seat::{hints_of, Seated, LOWEST, SENDER, SHUT};
use crate::sync::Ordering;

/// The word of a lock that was free.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen(u64);

impl Seen {
    /// Whether somebody sits.
    #[inline(always)]
    pub(crate) fn is_seat(self) -> bool {
        self.0 >= LOWEST
    }

    /// Who sits, if somebody does, and of the side that is asked for.
    #[inline(always)]
    pub(crate) fn seated(self, sending: bool) -> Option<Seated> {
        let side = if sending { SENDER } else { 0 };
        (self.is_seat() && self.0 & SENDER == side).then_some(Seated(self.0))
    }

    /// Whether nobody may sit any more: the channel is closed, or its waiters are counted.
    #[inline(always)]
    pub(crate) fn is_shut(self) -> bool {
        self.0 & SHUT != 0
    }

    /// What it says of who waits.
    #[inline(always)]
    pub(crate) fn hints(self) -> u64 {
        hints_of(self.0)
    }

    /// The hints, where nobody sits.
    #[inline(always)]
    pub(crate) fn queued(self) -> u64 {
        debug_assert!(!self.is_seat());
        self.0 & HINTS
    }

    /// Whether nobody waits, and one may sit down.
    #[inline(always)]
    pub(crate) fn is_vacant(self) -> bool {
        self.0 == 0
    }
}

impl Lock {
    /// A look at the word, if the lock is free.
    #[inline(always)]
    pub(crate) fn look(&self) -> Option<Seen> {
        let word = self.word.load(Ordering::Relaxed); // ORDERING: a hint; the exchange decides
        (word & LOCKED == 0).then_some(Seen(word))
    }

    /// Takes the lock, if the word is still the one that was seen. Who sat has risen then, and is to be enlisted first.
    #[inline(always)]
    pub(crate) fn take_seen(&self, seen: Seen) -> bool {
        // ORDERING: as in `grab`.
        self.word.compare_exchange(seen.0, seen.0 | LOCKED, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    /// Holder, after `take_seen`: releases the lock, leaving `hints`, unless something was asked for meanwhile.
    #[inline(always)]
    pub(crate) fn release_seen(&self, seen: Seen, hints: u64) -> bool {
        // ORDERING: as in `try_release`.
        self.word.compare_exchange(seen.0 | LOCKED, released(seen.0, hints), Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }
}
