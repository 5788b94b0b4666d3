//! Closing: no value enters any more, everybody waiting is woken once, what is inside can still be received.
//!
//! CLOSED in the tail decides. A sender that enlists does an RMW on the head (WAITED), then one on the tail; the closer does one on
//! the tail, then looks at the head. So either the sender sees CLOSED, or the closer sees WAITED and finds the sender in the queue.

use super::gaps::Loser;
use super::Chan;
use crate::ring::position::{CLOSED, SPILLED, WAITED, WATCHED};
use crate::wait::{Lag, WakeList};

impl<T> Chan<T> {
    /// Closes the channel. Answers whether it was open.
    pub(crate) fn close(&self) -> bool {
        if self.is_rendezvous() {
            // Under the lock, so that who holds it can trust what it sees.
            let guard = self.lock();
            let first = self.ring.tail_set(CLOSED) & CLOSED == 0;
            self.cold.lock.shut_seat();
            // What others have asked for runs wakers; so it is left until everybody has been told.
            let owed = guard.release_owing();
            if first {
                self.wake_everybody();
            }
            self.ask_again(owed);
            return first;
        }
        self.ring.say_tail_matters(); // before anybody can see it closed
        let tail = self.ring.tail_set(CLOSED);
        if tail & CLOSED != 0 {
            return false;
        }
        if (tail & (WAITED | WATCHED)) | (self.ring.head_in_order() & WAITED) != 0 {
            self.wake_everybody();
        }
        true
    }

    /// Tells every waiter that the channel is closed.
    #[cold]
    fn wake_everybody(&self) {
        loop {
            let mut wakers = WakeList::new();
            let mut guard = self.lock();
            let done = guard.with(|lists| {
                for queue in [&mut lists.rx, &mut lists.tx, &mut lists.watch] {
                    while !wakers.is_full() {
                        match queue.choose() {
                            Some(chosen) => wakers.push(chosen.won.closed()),
                            None => break,
                        }
                    }
                }
                lists.rx.is_empty() && lists.tx.is_empty() && lists.watch.is_empty()
            });
            if done {
                self.ring.tail_clear(WAITED | WATCHED);
                self.ring.head_clear(WAITED);
            }
            drop(guard);
            drop(wakers); // wakes
            if done {
                return;
            }
        }
    }

    /// Takes out and drops what a closed channel still holds, for the last receiver. Waits out sends that are being copied in. If a value's
    /// `Drop` panics, the rest stays.
    #[inline]
    pub(super) fn drain_closed(&self) {
        // Nothing in the ring, nor behind it: the tail has CLOSED already, so that is final.
        if !self.is_rendezvous() && self.is_drained() {
            return;
        }
        self.drain_slow();
    }

    /// Whether nothing is in the channel at this tail, and no sender waits, or could begin to without moving the tail. Only for the last receiver.
    ///
    /// So the head stands still as long as the tail does. That it is free of WAITED is final, too: a sender enlists only if it finds its slot taken.
    pub(super) fn is_idle(&self, tail: u64) -> bool {
        let head = self.ring.head_word();
        self.is_drained_at(tail, head) && head & WAITED == 0 && self.ring.has_room_at(tail)
    }

    fn is_drained(&self) -> bool {
        let (tail, head) = self.ring.words();
        self.is_drained_at(tail, head)
    }

    fn is_drained_at(&self, tail: u64, head: u64) -> bool {
        self.ring.position_of(tail) == self.ring.position_of(head) && tail & SPILLED == 0
    }

    #[cold]
    fn drain_slow(&self) {
        if self.is_rendezvous() {
            let stashed = self.lock().with(super::Lists::take_all_stashed);
            return drop(stashed);
        }
        let mut lag = Lag::new();
        loop {
            while let Some(value) = self.take_first(Loser::Serves) {
                drop(value);
            }
            let (tail, head) = self.ring.words();
            if self.ring.head_is_held(head) {
                return; // whoever holds it drains the rest
            }
            if self.unspill(None) {
                continue;
            }
            if self.ring.distance(tail, head) == 0 {
                if tail & SPILLED == 0 {
                    return;
                }
                // This hold was forgotten: a select that still is there has a handle.
                if self.ring.tail_is_held(tail) {
                    drop(self.take_behind());
                    continue;
                }
            }
            lag.wait();
        }
    }
}

impl<T> Drop for Chan<T> {
    fn drop(&mut self) {
        self.drain_closed();
        while self.ring.skip_held() {
            self.drain_closed();
        }
    }
}
