//! What is seen of a channel without winning anything: for `default`, for who waits until something is ready, and for a select that stays awake.

use super::first::Look;
use super::{Chan, CLOSED};
use crate::sync::Ordering;
use crate::wait::lock::{PLACED_RX, PLACED_TX};
use crate::wait::Patience;

/// Nobody is there at capacity 0.
pub(super) enum Lack {
    /// Somebody may come.
    Open,
    /// Nobody will.
    Closed,
}

impl<T> Chan<T> {
    /// At capacity 0, without the lock: whether nobody waits who is `wanted`, nor a value that such a one left. `None`: that is not certain.
    #[inline(always)]
    pub(super) fn lacks(&self, wanted: u64) -> Option<Lack> {
        let nobody = || self.cold.lock.hints().is_some_and(|hints| hints & wanted == 0);
        if !nobody() {
            return None;
        }
        if !self.is_closed() {
            return Some(Lack::Open);
        }
        // What was left between the first look and the close comes before that close.
        nobody().then_some(Lack::Closed)
    }

    /// Whether an operation would not wait now.
    #[inline(always)]
    pub(crate) fn is_ready(&self, sending: bool, patience: Patience) -> bool {
        if self.is_rendezvous() {
            self.is_ready_to_meet(sending, patience)
        } else if sending {
            self.is_closed() || !self.is_full()
        } else {
            !matches!(self.look(), Look::Empty)
        }
    }

    /// As `is_ready`, at capacity 0.
    #[inline(never)]
    fn is_ready_to_meet(&self, sending: bool, patience: Patience) -> bool {
        self.waits(if sending { PLACED_RX } else { PLACED_TX }, patience) || self.is_closed()
    }

    pub(super) fn waits(&self, wanted: u64, patience: Patience) -> bool {
        let hints = match self.cold.lock.hints() {
            Some(hints) => hints,
            None => self.try_lock(patience).map_or(0, |mut guard| guard.with(|lists| lists.hints())),
        };
        hints & wanted != 0
    }

    /// A number that changes whenever a side that was not ready becomes so: with each value that enters or leaves, with closing, with the end of a hold, and at
    /// capacity 0 with each waiter.
    #[inline(always)]
    pub(crate) fn version(&self, sending: bool) -> u64 {
        match self.is_rendezvous() {
            true => self.meetings_begun() | (self.ring.tail_word() & CLOSED),
            false => self.ring.version(sending),
        }
    }

    #[inline(never)]
    fn meetings_begun(&self) -> u64 {
        self.cold.lock.shut_seat(); // who sits is not counted

        // ORDERING: Acquire: the looks that follow see the lock's word as it was when this number was written, or later. If the number is old, so that somebody
        // has enlisted since, the failed attempts in between read that word; after that the next number is seen, which differs.
        u64::from(self.cold.enlisted.load(Ordering::Acquire)) * 2
    }

    /// Whether a receive would not wait although `may_win` says nothing of it. A look at the tail of an empty channel costs those who fill it a cache line: so
    /// it is made only where there is a reason (selrx_1 357 to 274 ns). A value that is being copied in is found a moment later.
    #[inline(always)]
    pub(crate) fn is_ready_otherwise(&self) -> bool {
        self.ring.tail_matters() && self.has_something()
    }

    #[cold]
    #[inline(never)]
    fn has_something(&self) -> bool {
        !matches!(self.look(), Look::Empty)
    }

    /// Whether an attempt might succeed now: what a waiting select polls.
    pub(crate) fn may_win(&self, sending: bool) -> bool {
        if self.is_rendezvous() {
            let wanted = if sending { PLACED_RX } else { PLACED_TX };
            self.cold.lock.hints().is_some_and(|hints| hints & wanted != 0) || self.is_closed()
        } else if sending {
            self.cold.unbounded || self.ring.may_push()
        } else {
            self.ring.may_pop()
        }
    }
}
