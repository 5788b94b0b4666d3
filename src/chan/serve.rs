//! What the holder of the lock does for those who asked: it performs what waiters with a place want, and wakes who has to try again.
//!
//! ```text
//!   who waits with a place       the holder of the lock, asked to see to the senders (receivers mirror them)
//!   ----------------------       ----------------------------------------------------------------------------
//!   enlisted, its place full     is there room? ─ no ─▶ the request is dropped
//!                                claim the first ─▶ reserve a slot ─┬─ got it ──▶ move the value in ─ DONE, wake; look for room again
//!                                                                   └─ refused ─▶ WAKING (for a thread) ─ READY, wake
//! ```
//!
//! 1. In the queues of a channel with a ring, a waiter has a place if it is a thread's single operation (of a small value), or a future's single send: full
//!    of a value to be sent, or empty for one to be received. From a won claim to the decision the place is the claimer's, who leaves a sender's empty with
//!    DONE and full with READY, a receiver's the other way round; otherwise it is its owner's. Who gives up meanwhile waits for the decision, a copy or two
//!    away; a future that is forgotten leaves its memory where it is. (A future that receives has no place: if it were dropped with a value in it, that
//!    would have to go back to the front.)
//! 2. They are served in the order of the queue, and each value is pushed behind those in the ring, or popped from its front, as any other. Others may
//!    come in between.
//! 3. WAKING is for threads that were asleep, served or not: one is on its way at a time; the others' turns come when it is there, clears WAKING, and
//!    passes the wake-up on. Meanwhile who is awake goes on without asking. Who was served awake owes nothing. So whoever serves goes on until nothing is
//!    left to do, nobody waits, or WAKING is set.
//! 4. A request that finds no room, or no value, is dropped, and that loses no wake-up. "None" is judged by the positions (or a held slot), in words that
//!    were read under the lock while somebody was enlisted and nobody WAKING. So whoever moves them, or ends the hold, after that sees WAITED without
//!    WAKING and asks again, once it has left its slot. A slot that its reader or writer is still leaving counts by the positions: the push or pop is
//!    refused, and the waiter tries again itself.
//! 5. A task may never come: its future may be forgotten, or lie there without being polled. So a task on its way spares nobody the waking: a request wakes
//!    a task for each value, or slot with room, of which nobody was told before. Who is told of one and does not come holds up that one alone. So for each
//!    value that is there, and is no news, there is somebody who was told and has not come yet. Whoever was told and does not take one (thread or task,
//!    dropped, won by another arm, or come in vain) makes all that is there news again with its request (`ANEW`); and so does who enlists while a slot is
//!    held. Values behind the ring are not counted: while there are any, each request wakes all tasks that wait.
//! 6. A value that is put into the ring asks for a receiver in its turn, and room that is made asks for a sender: those requests are served before the lock
//!    is released.
//! 7. WAITED stays in the word when the last receiver to wait was a task: mostly it is back before the next value, and finds the flag set (which saves two
//!    exchanges). Else the next request finds nobody, and clears it; or, with one slot, leaves it (`flags_stay`).

#![allow(unsafe_code)] // the places of waiters

use super::first::Look;
use super::frame::Place;
use super::gaps::Loser;
use super::handoff::SMALL;
use super::{Guard, CLOSED, SPILLED, WAITED, WAKING};
use crate::wait::lock::{WAKE_RX, WAKE_RX_ANEW, WAKE_TX, WAKE_TX_ANEW};
use crate::wait::queue::Chosen;
use crate::wait::{Phase, WakeList, Waker};

impl<T> Guard<'_, T> {
    /// Serves requests until there are none left and the lock could be released; then wakes.
    #[cold]
    pub(super) fn serve(&mut self, mut requests: u64) {
        loop {
            let mut wakers = WakeList::new();
            let (mut put_off, mut last_first) = (0, false);
            while requests != 0 {
                put_off |= self.collect(requests, &mut wakers);
                last_first = wakers.are_several() && self.count_pair();
                requests = self.try_release().err().unwrap_or(0);
            }
            if last_first {
                wakers.reverse();
            }
            wakers.wake_all();
            if put_off == 0 || !self.chan.cold.lock.request(put_off) {
                return;
            }
            self.enlist_who_sits();
            requests = put_off;
        }
    }

    /// Several are about to be woken: see `WakeOrder::count_pair`.
    #[inline(never)]
    pub(super) fn count_pair(&mut self) -> bool {
        let ring = &self.chan.ring;
        self.with(|lists| lists.order.count_pair(ring))
    }

    /// Serves the requests, and those that this makes necessary, as far as there is room for the wakers. Answers what is left.
    pub(super) fn collect(&mut self, mut requests: u64, wakers: &mut WakeList) -> u64 {
        let mut put_off = 0;
        while requests != 0 {
            let mut more = 0;
            for (anew, rx) in [(WAKE_RX_ANEW, true), (WAKE_TX_ANEW, false)] {
                if requests & anew == anew {
                    self.forget_told(rx);
                }
            }
            if requests & WAKE_RX != 0 && !self.see_to_receivers(wakers, &mut more) {
                put_off |= WAKE_RX;
            }
            if requests & WAKE_TX != 0 && !self.see_to_senders(wakers, &mut more) {
                put_off |= WAKE_TX;
            }
            requests = more & !put_off;
        }
        put_off
    }

    /// While there are values, and no thread is on its way: receives for the threads that come first, up to one that sleeps or has to try again itself. Tasks
    /// are told to try again, as many as there are values of which nobody was told. `false`: no room for more wakers.
    #[inline]
    fn see_to_receivers(&mut self, wakers: &mut WakeList, requests: &mut u64) -> bool {
        if self.chan.is_rendezvous() {
            return self.call_lazy(true, wakers);
        }
        let ring = &self.chan.ring;
        let mut news = None;
        loop {
            if wakers.is_full() {
                return false;
            }
            // Read after the request, which came after the exchange or RMW that made it necessary: so not older than that.
            let tail = ring.tail_word();
            // (On a closed channel somebody may come to the queue from the seat whom nobody else tells, see `seat`.)
            if (tail & WAKING != 0 && tail & CLOSED == 0) || (!ring.has_value() && matches!(self.chan.look(), Look::Empty)) {
                return true;
            }
            let (chosen, empty) = self.with(|lists| (lists.rx.choose(), lists.rx.is_empty()));
            let Some(receiver) = chosen else {
                ring.tail_clear(WAITED);
                return true;
            };
            let task = receiver.won.is_of_task();
            if empty && !task {
                ring.tail_clear(WAITED); // a task leaves it: see 7
            }
            // With nobody left it does not matter what was told: whoever enlists next finds the values gone, or makes them news again. Values behind the ring
            // are news in any case.
            let more = !empty && (self.tell(true, &mut news) || tail & (SPILLED | CLOSED) != 0);
            let received = self.receive_for(&receiver, requests);
            let goes_on = received && !receiver.won.is_asleep();
            // WAKING goes in before the chosen one can learn of it and clear it.
            if !task && !goes_on {
                ring.tail_set(WAKING);
            }
            wakers.push(if received { receiver.won.done() } else { receiver.won.ready() });
            if empty || !(goes_on || (task && more)) {
                return true;
            }
        }
    }

    /// While there is room, and no thread is on its way: sends for those that come first, up to a thread that sleeps or has to try again itself. Tasks that
    /// have to are told, as many as there are slots with room of which nobody was told. `false`: no room for more wakers.
    #[inline]
    fn see_to_senders(&mut self, wakers: &mut WakeList, requests: &mut u64) -> bool {
        if self.chan.is_rendezvous() {
            return self.call_lazy(false, wakers);
        }
        let ring = &self.chan.ring;
        let mut news = None;
        loop {
            if wakers.is_full() {
                return false;
            }
            // As above.
            let closed = ring.tail_word() & CLOSED != 0;
            if !closed && (ring.head_word() & WAKING != 0 || (!ring.has_room() && self.chan.is_full())) {
                return true;
            }
            let (chosen, empty) = self.with(|lists| (lists.tx.choose(), lists.tx.is_empty()));
            let Some(sender) = chosen else {
                ring.head_clear(WAITED);
                return true;
            };
            let task = sender.won.is_of_task();
            if empty {
                ring.head_clear(WAITED);
            }
            // As above.
            let more = !empty && self.tell(false, &mut news);
            let sent = self.send_for(&sender, requests);
            let goes_on = sent && (task || !sender.won.is_asleep());
            // As above.
            if !task && !goes_on {
                ring.head_set(WAKING);
            }
            wakers.push(if sent { sender.won.done() } else { sender.won.ready() });
            if empty || !(goes_on || (task && more)) {
                return true;
            }
        }
    }

    /// What most requests ask for: there is a value, and a task comes first, which is told. Answers its waker; and whether others are to be seen to (see
    /// `serve`). `None`: nothing was done.
    #[inline(always)]
    pub(super) fn tell_first_task(&mut self) -> Option<(Waker, bool)> {
        let ring = &self.chan.ring;
        let tail = ring.tail_word();
        if self.chan.is_rendezvous() || tail & (WAKING | SPILLED | CLOSED) != 0 || !ring.has_value() {
            return None;
        }
        let (place, only) = self.with(|lists| lists.rx.first_task())?;
        if !place.is_null() {
            return None;
        }
        // As in `see_to_receivers`. In one slot there is no other value.
        let more = match ring.cap() {
            _ if only => false,
            1 => {
                self.with(|lists| lists.told_rx = ring.position_of(tail));
                false
            }
            _ => self.tell(true, &mut None),
        };
        // SAFETY: under the lock all the time; and it has no place.
        let waker = self.with(|lists| unsafe { lists.rx.decide_first_task(Phase::Ready) })?;
        Some((waker, more))
    }

    /// What most requests for senders ask for: there is room, and a task comes first that left its value. Sends it. Answers the waker; whether nobody else
    /// waits to send; and whether a receiver is to be told. `None`: nothing was done.
    #[inline(always)]
    pub(super) fn send_for_first_task(&mut self) -> Option<(Waker, bool, bool)> {
        let ring = &self.chan.ring;
        if size_of::<T>() > SMALL || self.chan.is_rendezvous() || ring.head_word() & WAKING != 0 {
            return None;
        }
        let (place, only) = self.with(|lists| lists.tx.first_task())?;
        if place.is_null() {
            return None;
        }
        let (slot, tail) = ring.reserve_write_at_once().ok()?;
        if only {
            ring.head_clear(WAITED);
        }
        // SAFETY: of a sender of this channel, hence a `Place<T>`; nobody else decides (rule 1).
        slot.publish(unsafe { (*place.cast::<Place<T>>()).take() });
        // SAFETY: under the lock all the time; and the place is empty now.
        let waker = self.with(|lists| unsafe { lists.tx.decide_first_task(Phase::Done) })?;
        // As in `send_for`.
        Some((waker, only, tail & (WAITED | WAKING) == WAITED && !self.with(|lists| lists.rx.is_empty())))
    }

    /// The positions of the values, or of the slots with room, of which nobody was told: from the first to before the end.
    fn news(&mut self, rx: bool) -> (u64, u64) {
        let ring = &self.chan.ring;
        let (first, end, count) = self.there(rx);
        let told = self.with(|lists| if rx { lists.told_rx } else { lists.told_tx });
        (if ring.distance(end, told) > count { first } else { told }, end)
    }

    /// The positions of the values, or of the slots with room: the first, the end, and how many there are.
    fn there(&self, rx: bool) -> (u64, u64, usize) {
        let ring = &self.chan.ring;
        let (tail, head) = ring.words();
        let (tail, head) = (ring.position_of(tail), ring.position_of(head));
        if rx {
            (head, tail, ring.distance(tail, head))
        } else {
            (ring.lap_before(tail), head, ring.cap() - ring.distance(tail, head).min(ring.cap()))
        }
    }

    /// Makes all that is there news again: somebody who was told takes nothing, or others come while it is held.
    #[inline(never)]
    pub(super) fn forget_told(&mut self, rx: bool) {
        let (first, ..) = self.there(rx);
        self.with(|lists| *(if rx { &mut lists.told_rx } else { &mut lists.told_tx }) = first);
    }

    /// Somebody is told of the first of the `news`, which are found out first. Answers whether there are more.
    #[inline(never)]
    fn tell(&mut self, rx: bool, news: &mut Option<(u64, u64)>) -> bool {
        let (mut told, end) = news.unwrap_or_else(|| self.news(rx));
        if told != end {
            told = self.chan.ring.position_after(told);
        }
        *news = Some((told, end));
        self.with(|lists| *(if rx { &mut lists.told_rx } else { &mut lists.told_tx }) = told);
        told != end
    }

    /// Sends the value of a waiter. `false`: the sender has to try again itself.
    #[inline]
    fn send_for(&mut self, sender: &Chosen, requests: &mut u64) -> bool {
        // A longer copy is not worth holding others up.
        if sender.place.is_null() || size_of::<T>() > SMALL {
            return false;
        }
        let Ok((slot, tail)) = self.chan.ring.reserve_write(self.chan.gaps(true, Loser::Serves)) else { return false };
        // SAFETY: of a sender of this channel, hence a `Place<T>`; ours and full from the claim to the decision (rule 1).
        slot.publish(unsafe { (*sender.place.cast::<Place<T>>()).take() });
        if tail & (WAITED | WAKING) == WAITED && !self.with(|lists| lists.rx.is_empty()) {
            *requests |= WAKE_RX;
        }
        true
    }

    /// Receives for a thread. `false`: the receiver has to try again itself.
    #[inline]
    fn receive_for(&mut self, receiver: &Chosen, requests: &mut u64) -> bool {
        if receiver.place.is_null() || size_of::<T>() > SMALL {
            return false;
        }
        let Some((value, head)) = self.chan.take_first_quietly() else { return false };
        // SAFETY: of a receiver of this channel, hence a `Place<T>`; ours and empty from the claim to the decision (rule 1).
        unsafe { (*receiver.place.cast::<Place<T>>()).put(value) };
        if head & (WAITED | WAKING) == WAITED && !self.with(|lists| lists.tx.is_empty()) {
            *requests |= WAKE_TX;
            self.chan.skip(); // what was given up behind the value is room as well
        }
        true
    }

    /// At capacity 0: calls one that has to try itself, if there still is a peer for it. `false`: no room for its waker.
    fn call_lazy(&mut self, rx: bool, wakers: &mut WakeList) -> bool {
        if wakers.is_full() {
            return false;
        }
        let called = self.with(|lists| {
            let wanted = if rx { !lists.tx.is_empty() || lists.has_stashed() } else { lists.rx.any_placed() };
            if wanted {
                lists.of(!rx).choose_lazy(core::ptr::null())
            } else {
                None
            }
        });
        wakers.push(called.and_then(|called| called.won.ready()));
        true
    }
}
