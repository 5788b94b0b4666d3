//! What the holder of the lock does for those who asked: it wakes who has to try again, and sends what futures want to send.
//!
//! ```text
//!   a future that sends          the holder of the lock, asked to see to the senders
//!   -------------------          ---------------------------------------------------
//!   enlisted, its place full     is there room? ─ no ─▶ the request is dropped
//!                                claim the first ─▶ take the value, push it ─┬─ pushed ──▶ DONE, wake; look for room again
//!                                                                            └─ refused ─▶ put it back, WAKING, READY, wake
//! ```
//!
//! 1. In the queue of senders of a channel with a ring, a waiter has a place if it is a future of one send: full while it is enlisted. From a won claim
//!    to the decision the place is the claimer's, who leaves it empty with DONE and full with READY; otherwise it is the future's. A future that is polled
//!    or dropped meanwhile waits for the decision, a copy or two away; one that is forgotten leaves its memory where it is.
//! 2. Futures are served in the order of the queue, and each value is pushed, as any other, behind those in the ring. Others may come in between.
//! 3. Nobody owes anything after a push for a future: WAKING is for those who try again. So whoever serves goes on until there is no more room, nobody
//!    waits, or it has woken somebody who tries again, and then passes the wake-up on.
//! 4. A request that finds no room is dropped, and that loses no wake-up. "No room" is judged by the positions (or a held slot), in a head that was read
//!    under the lock while somebody was enlisted and nobody WAKING. So whoever moves the head, or ends the hold, after that sees WAITED without
//!    WAKING and asks again, once it has left its slot. A slot that its reader is still leaving is room by the positions: the push is refused, and the future
//!    tries again itself.
//! 5. A task may never come: its future may be forgotten, or lie there without being polled. So nobody is spared waking by a task on its way: WAKING is for
//!    threads, and a request wakes a task for each value, or place, of which nobody was told before. Who is told of one and does not come holds up that one
//!    alone. (Who is dropped, or finds nothing, passes the wake-up on as threads do; so more may be woken than need be.)
//! 6. A value that is put into the ring asks for a receiver in its turn: that request is served before the lock is released.

#![allow(unsafe_code)] // the places of futures

use super::handoff::{Place, SMALL};
use super::{Guard, WAITED, WAKING};
use crate::wait::lock::{WAKE_RX, WAKE_TX};
use crate::wait::queue::Chosen;
use crate::wait::WakeList;

impl<T> Guard<'_, T> {
    /// Serves requests until there are none left and the lock could be released; then wakes.
    #[cold]
    pub(super) fn serve(&mut self, mut requests: u32) {
        loop {
            let mut wakers = WakeList::new();
            let mut put_off = 0;
            while requests != 0 {
                put_off |= self.collect(requests, &mut wakers);
                requests = self.try_release().err().unwrap_or(0);
            }
            drop(wakers); // wakes
            if put_off == 0 || !self.chan.cold.lock.request(put_off) {
                return;
            }
            requests = put_off;
        }
    }

    /// Serves each of the requests for whose wakers there is room. Answers the others.
    pub(super) fn collect(&mut self, requests: u32, wakers: &mut WakeList) -> u32 {
        let mut put_off = 0;
        if requests & WAKE_RX != 0 && !self.see_to_receivers(wakers) {
            put_off |= WAKE_RX;
        }
        if requests & WAKE_TX != 0 && !self.see_to_senders(wakers) {
            put_off |= WAKE_TX;
        }
        put_off
    }

    /// Chooses one receiver to try again, unless one is on its way, and as many tasks as there are values of which nobody was told. `false`: no room for
    /// more wakers.
    fn see_to_receivers(&mut self, wakers: &mut WakeList) -> bool {
        if self.chan.is_rendezvous() {
            return self.call_lazy(true, wakers);
        }
        let ring = &self.chan.ring;
        let mut news = self.news(true);
        loop {
            if wakers.is_full() {
                return false;
            }
            // Read after the request, which came after the exchange or RMW that made it necessary: so not older than that.
            if ring.tail_word() & WAKING != 0 {
                return true;
            }
            let (chosen, empty) = self.with(|lists| (lists.rx.choose(), lists.rx.is_empty()));
            let task = chosen.as_ref().is_some_and(|receiver| receiver.won.is_of_task());
            // WAKING goes in before the chosen one can learn of it and clear it.
            if chosen.is_some() && !task {
                ring.tail_set(WAKING);
            }
            if empty {
                ring.tail_clear(WAITED);
            }
            let more = self.tell(true, &mut news);
            wakers.push(chosen.and_then(|receiver| receiver.won.ready()));
            if empty || !task || !more {
                return true;
            }
        }
    }

    /// Sends for the futures that come first, as long as there is room, and chooses one other sender to try again, unless one is on its way, or as many
    /// tasks as there is room of which nobody was told. `false`: no room for more wakers.
    fn see_to_senders(&mut self, wakers: &mut WakeList) -> bool {
        if self.chan.is_rendezvous() {
            return self.call_lazy(false, wakers);
        }
        let ring = &self.chan.ring;
        let mut news = self.news(false);
        loop {
            if wakers.is_full() {
                return false;
            }
            // As above.
            if ring.head_word() & WAKING != 0 || self.chan.is_full() {
                return true;
            }
            let (chosen, empty) = self.with(|lists| (lists.tx.choose(), lists.tx.is_empty()));
            if empty {
                ring.head_clear(WAITED);
            }
            let task = chosen.as_ref().is_some_and(|sender| sender.won.is_of_task());
            let sent = chosen.as_ref().is_some_and(|sender| self.send_for(sender));
            // As above.
            if chosen.is_some() && !sent && !task {
                ring.head_set(WAKING);
            }
            let more = self.tell(false, &mut news);
            wakers.push(chosen.and_then(|sender| if sent { sender.won.done() } else { sender.won.ready() }));
            if empty || !(sent || (task && more)) {
                return true;
            }
        }
    }

    /// The positions of the values, or of the room, of which nobody was told.
    fn news(&mut self, rx: bool) -> (u64, u64) {
        let ring = &self.chan.ring;
        let (tail, head) = ring.words();
        let (tail, head) = (ring.position_of(tail), ring.position_of(head));
        let told = self.with(|lists| if rx { lists.told_rx } else { lists.told_tx });
        let (first, end) = if rx { (head, tail) } else { (ring.lap_before(tail), head) };
        let there = if rx { ring.distance(tail, head) } else { ring.cap() - ring.distance(tail, head).min(ring.cap()) };
        (if ring.distance(end, told) > there { first } else { told }, end)
    }

    /// Somebody is told of the first of them. Answers whether there are more.
    fn tell(&mut self, rx: bool, news: &mut (u64, u64)) -> bool {
        if news.0 != news.1 {
            news.0 = self.chan.ring.position_after(news.0);
        }
        let told = news.0;
        self.with(|lists| *(if rx { &mut lists.told_rx } else { &mut lists.told_tx }) = told);
        told != news.1
    }

    /// Sends the value of a future. `false`: the sender has to try again itself.
    fn send_for(&self, sender: &Chosen) -> bool {
        // A longer copy is not worth holding others up.
        if sender.place.is_null() || size_of::<T>() > SMALL {
            return false;
        }
        // SAFETY: of a sender of this channel, hence a `Place<T>`; ours and full from the claim to the decision (invariant 1).
        let place = unsafe { &*sender.place.cast::<Place<T>>() };
        // SAFETY: as above; and where it was not sent, the value goes back.
        match self.chan.ring.push(unsafe { place.take() }) {
            Ok(flags) => {
                self.chan.after_push(flags);
                true
            }
            Err((value, _)) => {
                // SAFETY: taken out above.
                unsafe { place.put(value) };
                false
            }
        }
    }

    /// At capacity 0: tells one that has to try itself, if there still is a peer for it. `false`: no room for its waker.
    fn call_lazy(&mut self, rx: bool, wakers: &mut WakeList) -> bool {
        if wakers.is_full() {
            return false;
        }
        let called = self.with(|lists| {
            let wanted = if rx { !lists.tx.is_empty() || lists.has_stashed() } else { !lists.rx.is_empty() };
            let mine = if rx { &mut lists.rx } else { &mut lists.tx };
            if wanted {
                mine.choose_lazy(core::ptr::null())
            } else {
                None
            }
        });
        wakers.push(called.and_then(|called| called.won.ready()));
        true
    }
}
