//! Whoever waits alone sits in the lock's word (`wait::seat`): how it sits down, and is served, without the lock.
//!
//! Capacity 0, tasks and threads: who sits has a place, and the value moves at once.
//!
//! A ring, tasks: for receivers; senders mirror them with the head and "room" for "value":
//!
//! ```text
//!   receiver:  miss ── sit ── look at the tail; WAITED in it? else set it ── empty? ─ yes ──▶ wait
//!                                                                            └─ no ─▶ rise ──▶ enlist, under the lock
//!   sender:    push, and WAITED was in the tail ── who waits? ── serve: READY, wake
//! ```
//!
//! 1. *No lost wake-up.* Sitting down, the append, and the looks that follow them are in one order (SeqCst). So the receiver sees the value, or the sender
//!    sees the receiver; which is what WAITED stands for, once it is set: who clears it holds the lock, and has enlisted who sat.
//! 2. Who cannot rise is being served, or was enlisted by the holder of the lock. Then it asks the holder to see to it: what it found (a value, room, or that
//!    the channel is closed) may be news to nobody else.
//! 3. WAITED stays when who sat is served: mostly the same one is back before the next value, or room. Else who sees the flag finds nobody, at the price of a
//!    load.
//! 4. A sender that sits is served by whoever makes room: its value goes into the ring as any other.

#![allow(unsafe_code)] // the places of those who sit

use super::first::Look;
use super::frame::Place;
use super::gaps::Loser;
use super::handoff::SMALL;
use super::{Chan, CLOSED, SPILLED, WAITED};
use crate::sync::Ordering;
use crate::wait::lock::{WAKE_RX, WAKE_TX};
use crate::wait::seat::{Seated, Serving, Waits};
use crate::wait::{wake, Phase, Waiter};

impl<T> Chan<T> {
    /// At capacity 0: has a waiter sit down, if nobody else waits. Answers whether.
    ///
    /// # Safety
    /// As for `Lock::sit`; and the waiter has a place.
    #[inline(always)]
    pub(crate) unsafe fn sit(&self, waiter: &Waiter, sending: bool) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.cold.lock.sit(waiter, sending) }
    }

    /// Not at capacity 0: has a task's waiter sit down, if nobody else waits, and the ring is empty. Answers whether it waits now.
    ///
    /// # Safety
    /// As for `Lock::sit`.
    #[inline(always)]
    pub(crate) unsafe fn sit_to_receive(&self, waiter: &Waiter) -> bool {
        // SAFETY: the caller's promise.
        if !unsafe { self.cold.lock.sit(waiter, false) } {
            return false;
        }
        let tail = self.ring.tail_in_order();
        let tail = if tail & WAITED != 0 { tail } else { self.ring.tail_set(WAITED) };
        // Empty by an older head is empty.
        let empty = self.ring.position_of(tail) == self.ring.position_of(self.ring.head_word());
        (empty && tail & (SPILLED | CLOSED) == 0) || self.stays(waiter, false)
    }

    /// Not at capacity 0: has a task's waiter sit down, whose place is full, if nobody else waits, and the ring is full. Answers whether it waits now.
    ///
    /// # Safety
    /// As for `Lock::sit`.
    #[inline(always)]
    pub(crate) unsafe fn sit_to_send(&self, waiter: &Waiter) -> bool {
        // SAFETY: the caller's promise.
        if self.cold.unbounded || !unsafe { self.cold.lock.sit(waiter, true) } {
            return false;
        }
        let head = self.ring.head_in_order();
        let head = if head & WAITED != 0 { head } else { self.ring.head_set(WAITED) };
        let tail = self.ring.tail_in_order(); // CLOSED
        (self.ring.is_full_with_value(tail, head) && tail & CLOSED == 0) || self.stays(waiter, true)
    }

    /// There is something for who has just sat down: it rises. Answers whether it stays all the same, as it is being served, or was enlisted.
    #[cold]
    #[inline(never)]
    fn stays(&self, waiter: &Waiter, sending: bool) -> bool {
        if self.cold.lock.rise(waiter, sending) {
            return false;
        }
        self.request(if sending { WAKE_TX } else { WAKE_RX });
        true
    }

    /// There may be a value for a receiver that sits: it is to try again. `false`: it does not sit any more.
    #[inline(always)]
    pub(super) fn tell_seated(&self, receiver: Seated) -> bool {
        if !self.ring.has_value() && matches!(self.look(), Look::Empty) {
            return true; // somebody else has it
        }
        let Some(receiver) = self.cold.lock.serve_seated(receiver) else { return false };
        end(receiver, Phase::Ready);
        true
    }

    /// There may be room for a sender that sits: sends its value, or else it is to try again. `false`: it does not sit any more.
    #[inline(always)]
    pub(super) fn send_for_seated(&self, sender: Seated) -> bool {
        if !self.ring.has_room() && self.is_full() {
            return true; // somebody else has it
        }
        let Some(sender) = self.cold.lock.serve_seated(sender) else { return false };
        // The sender is not held up for a longer copy: it tries again itself.
        let at_once = || self.ring.reserve_write_at_once().or_else(|_| self.ring.reserve_write(self.gaps(true, Loser::Serves)));
        let room = if size_of::<T>() > SMALL { None } else { at_once().ok() };
        match room {
            Some((slot, tail)) => {
                // SAFETY: a sender's place of this channel, hence a `Place<T>`; full, and ours until the end.
                slot.publish(unsafe { (*sender.place().cast::<Place<T>>()).take() });
                let waker = sender.end(Phase::Done);
                // Mostly nobody waits to receive: the sender sat alone.
                if !self.flags_stay() || !matches!(self.cold.lock.who_waits(false), Waits::Nobody) {
                    self.after_push(tail);
                }
                wake(waker); // foreign code, after what is owed
            }
            None => end(sender, Phase::Ready),
        }
        true
    }

    /// At capacity 0: takes the value of a sender that sits, and wakes it. `None`: it does not sit any more.
    #[inline(always)]
    pub(super) fn take_from_seated(&self, sender: Seated) -> Option<T> {
        let sender = self.cold.lock.serve_seated(sender)?;
        Some(self.take_from_risen(sender))
    }

    /// At capacity 0: takes the value of a sender that has risen for it, and wakes it.
    #[inline(always)]
    pub(super) fn take_from_risen(&self, sender: Serving) -> T {
        // SAFETY: a sender's place of this channel, hence a `Place<T>`; full, and ours until the end.
        let value = unsafe { (*sender.place().cast::<Place<T>>()).take() };
        end(sender, Phase::Done);
        value
    }

    /// At capacity 0: has a receiver rise that sits, to be given a value. `None`: it does not sit any more.
    #[inline(always)]
    pub(super) fn serve_receiver(&self, receiver: Seated) -> Option<Serving> {
        // Its number matters only where a future puts the value back.
        if receiver.is_thread() {
            return self.cold.lock.serve_seated(receiver);
        }
        // ORDERING: Relaxed: of two that come one after the other, the second has the higher number. Counted before the exchange: so whoever takes the lock
        // after that, and serves somebody there, knows of it.
        let met = self.cold.met.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let receiver = self.cold.lock.serve_seated(receiver)?;
        // SAFETY: a receiver that was made to rise just now.
        unsafe { receiver.number(u64::from(met) << 32) };
        Some(receiver)
    }

    /// At capacity 0: gives a value to a receiver that has risen for it, and wakes it.
    #[inline(always)]
    pub(super) fn give_to_risen(&self, receiver: Serving, value: T) {
        // SAFETY: a receiver's place of this channel, hence a `Place<T>`; empty, and ours until the end.
        unsafe { (*receiver.place().cast::<Place<T>>()).put(value) };
        end(receiver, Phase::Done);
    }

    /// At capacity 0: gives what is in `place` to a receiver that sits, and wakes it. `false`: it does not sit any more.
    ///
    /// # Safety
    /// The caller owns the place, and it is full.
    #[inline(always)]
    pub(super) unsafe fn give_to_seated(&self, receiver: Seated, place: &Place<T>) -> bool {
        let Some(receiver) = self.serve_receiver(receiver) else { return false };
        // SAFETY: the caller's promise.
        self.give_to_risen(receiver, unsafe { place.take() });
        true
    }

    /// At capacity 0: a thread, whose claim is PARKED, gives up. `false`: a peer is deciding, or has decided.
    #[cold]
    #[inline(never)]
    pub(super) fn leave(&self, waiter: &Waiter, sending: bool) -> bool {
        if self.cold.lock.rise(waiter, sending) {
            return true;
        }
        let mut guard = self.lock();
        if !waiter.is_linked() {
            return false;
        }
        // SAFETY: it is in this queue.
        unsafe { guard.unlink(sending, waiter) };
        true
    }

    /// How many receivers were served at the seat, but for threads.
    #[inline(always)]
    pub(super) fn met(&self) -> u32 {
        self.cold.met.load(Ordering::Relaxed) // ORDERING: under the lock, see `serve_receiver`
    }
}

#[inline(always)]
fn end(served: Serving, phase: fn(usize) -> Phase) {
    // What was received is dropped by the unwinding if the waker panics.
    wake(served.end(phase));
}
