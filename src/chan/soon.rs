//! A task's second attempt at a ring of several slots: after a moment, where that has been worth it (`wait::gap`).

#![allow(unsafe_code)] // places of futures

use super::frame::Place;
use super::gaps::Loser;
use super::Chan;

impl<T> Chan<T> {
    /// After `recv_at_once` in vain: receives into `place` if a value comes soon. Answers whether.
    ///
    /// # Safety
    /// As for `recv_at_once`.
    #[inline(always)]
    pub(crate) unsafe fn recv_soon(&self, place: &Place<T>) -> bool {
        // Behind the ring of an unbounded channel many would come (amt_mpsc_inf 202 to 490 ns).
        let ring = &self.ring;
        self.spin(false).may_have_gap(ring.head_hint(), ring.cap())
            && !self.cold.unbounded
            && self.spin(false).gap_of_task(|| ring.may_pop_now())
            // SAFETY: the caller's promise.
            && unsafe { self.recv_into(place, self.gaps(false, Loser::Attempts)) }
    }

    /// After `send_at_once` in vain: sends what is in `place` if room comes soon. Answers whether.
    ///
    /// # Safety
    /// As for `send_at_once`.
    #[inline(always)]
    pub(crate) unsafe fn send_soon(&self, place: &Place<T>) -> bool {
        let ring = &self.ring;
        self.spin(true).may_have_gap(ring.tail_hint(), ring.cap())
            && !self.cold.unbounded
            && self.spin(true).gap_of_task(|| ring.may_push_now())
            // SAFETY: the caller's promise.
            && unsafe { self.send_again_at_once(place) }
    }
}
