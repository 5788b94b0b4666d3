//! What a task does that waits for one channel: an attempt, and another that enlists if it comes to nothing. Both are bounded.
//!
//! At capacity 0 each waiter has a place. At a ring only a sender's has one: who makes room sends its value for it (see `serve`).
//!
//! Who was told to try again has no wake-up to pass on, whatever comes of it: nobody was spared waking because of a task (`serve`, rule 5).

#![allow(unsafe_code)] // waiters and places of futures

use super::frame::Place;
use super::gaps::Loser;
use super::handoff::{give_releasing, take_releasing};
use super::{Chan, Lists, Rank};
use crate::chan::Enlisted;
use crate::error::{RecvError, TrySendError};
use crate::ring::{Miss, Refused};
use crate::sync::pause;
use crate::wait::{Claim, Lag, Patience, Phase, Waiter, Waker};
use core::ptr;

/// What came of an attempt that enlists.
pub(crate) enum Attempt<R> {
    /// It was performed, or the channel is closed.
    Now(R),
    /// In the queue.
    Enlisted,
    /// In no queue, for want of time: try again.
    Later,
}

/// A send whose value was taken out of its place, or is left there.
pub(crate) type Sent = Result<(), Closed>;

/// The channel is closed; the value is in its place.
#[derive(Debug)]
pub(crate) struct Closed;

impl<T> Chan<T> {
    /// Not at capacity 0: receives if a value is in the ring. On the slow way it passes through `place`, so that on the quick one it is in registers.
    ///
    /// # Safety
    /// The caller owns the place, and it is empty, as it is afterwards.
    #[inline(always)]
    pub(crate) unsafe fn recv_at_once(&self, place: &Place<T>) -> Option<T> {
        debug_assert!(!self.is_rendezvous());
        match self.reserve_first_at_once() {
            Ok(first) => {
                // SAFETY: read once: `first` ends just below, and leaves the slot.
                let value = unsafe { first.read() };
                drop(first); // before it is in the answer, which would be in memory then
                Some(value)
            }
            // SAFETY: the caller's promise; and it was received just now.
            Err(Miss::Lost) => unsafe { self.recv_into(place, self.gaps(false, Loser::Attempts)).then(|| place.take()) },
            Err(Miss::Nothing) => None,
        }
    }

    /// Not at capacity 0: receives into `place` if a value is in the ring. Answers whether.
    ///
    /// # Safety
    /// The caller owns the place, and it is empty.
    #[inline(never)]
    pub(super) unsafe fn recv_into(&self, place: &Place<T>, lost: impl FnMut()) -> bool {
        let Some(first) = self.reserve_first(lost) else { return false };
        // SAFETY: the caller's promise; and read once: `first` ends here, and leaves the slot.
        unsafe { place.put(first.read()) };
        true
    }

    /// At capacity 0: receives, or enlists `waiter`, which is of `claim`.
    ///
    /// # Safety
    /// As for `Queue::push_back`; and the waiter has an empty place.
    #[inline(always)]
    pub(crate) unsafe fn accept_or_enlist(
        &self,
        waiter: &Waiter,
        claim: &Claim,
        again: bool,
        patience: impl FnOnce() -> Patience,
    ) -> Attempt<Result<T, RecvError>> {
        let Some(mut guard) = self.try_lock_by(patience) else { return Attempt::Later };
        if let Some(value) = guard.with(Lists::take_stashed) {
            return Attempt::Now(Ok(value));
        }
        if self.is_closed() {
            return Attempt::Now(Err(RecvError));
        }
        if let Some(sender) = guard.with(|lists| lists.tx.choose_placed(ptr::null(), false)) {
            return Attempt::Now(Ok(take_releasing(guard, sender)));
        }
        // SAFETY: the caller's promise.
        unsafe { self.enlist(guard, waiter, claim, false, Rank::of(again)) };
        Attempt::Enlisted
    }

    /// Not at capacity 0: receives into `place`, or enlists `waiter`.
    ///
    /// # Safety
    /// As for `Queue::push_back`; and the caller owns the place, and it is empty.
    #[inline(always)]
    pub(crate) unsafe fn recv_or_enlist(
        &self,
        place: &Place<T>,
        waiter: &Waiter,
        again: bool,
        patience: impl FnOnce() -> Patience,
    ) -> Attempt<Result<T, RecvError>> {
        let enlisted = match self.try_lock_by(patience) {
            // SAFETY: the caller's promise.
            Some(guard) => unsafe { self.enlist_receiver_locked(guard, waiter, Rank::of(again), true) },
            None => Enlisted::Busy,
        };
        match enlisted {
            Enlisted::Yes => Attempt::Enlisted,
            Enlisted::Closed => Attempt::Now(Err(RecvError)),
            // SAFETY: the caller's promise.
            Enlisted::Again | Enlisted::Busy => match unsafe { self.recv_lagging(place) } {
                // SAFETY: received just now.
                true => Attempt::Now(Ok(unsafe { place.take() })),
                false => Attempt::Later,
            },
        }
    }

    /// Something is to be received, or will be soon. Answers whether it is in `place` now.
    ///
    /// # Safety
    /// The caller owns the place, and it is empty.
    #[inline(never)]
    unsafe fn recv_lagging(&self, place: &Place<T>) -> bool {
        let (mut lag, mut lost) = (Lag::new(), self.gaps(false, Loser::Attempts));
        loop {
            // SAFETY: the caller's promise.
            if unsafe { self.recv_into(place, &mut lost) } {
                return true;
            }
            if !self.unspill(Some(Patience::Task)) && !lag.wait_bounded(Patience::Task) {
                return false;
            }
        }
    }

    /// Not at capacity 0: sends what is in `place` if there is room in the ring. Answers whether.
    ///
    /// # Safety
    /// The caller owns the place, and it is full.
    #[inline(always)]
    pub(crate) unsafe fn send_at_once(&self, place: &Place<T>) -> bool {
        debug_assert!(!self.is_rendezvous());
        match self.ring.reserve_write_at_once() {
            Ok((slot, flags)) => {
                // SAFETY: the caller's promise.
                slot.publish(unsafe { place.take() });
                self.after_push(flags);
                true
            }
            Err(Miss::Nothing) => false,
            // SAFETY: the caller's promise.
            Err(Miss::Lost) => unsafe { self.send_again_at_once(place) },
        }
    }

    /// # Safety
    /// As for `send_at_once`.
    #[inline(never)]
    pub(super) unsafe fn send_again_at_once(&self, place: &Place<T>) -> bool {
        let Ok((slot, flags)) = self.ring.reserve_write(self.gaps(true, Loser::Attempts)) else { return false };
        // SAFETY: the caller's promise.
        slot.publish(unsafe { place.take() });
        self.after_push(flags);
        true
    }

    /// Sends what is in `place`, if there is room; behind the ring of an unbounded channel, if the lock is to be had.
    ///
    /// # Safety
    /// As for `send_at_once`.
    pub(super) unsafe fn send_from(&self, place: &Place<T>, lost: impl FnMut()) -> Option<Sent> {
        // SAFETY: the caller's promise; and where it was not sent, the value goes back.
        let value = unsafe { place.take() };
        let (value, refused) = match self.ring.reserve_write(lost) {
            Ok((slot, flags)) => {
                slot.publish(value);
                self.after_push(flags);
                return Some(Ok(()));
            }
            Err(refused) if self.spills(refused) => match self.spill(value, Some(Patience::Task)) {
                Ok(_) => return Some(Ok(())), // a task does not give way: the receiver may be on this thread
                Err(TrySendError::Full(value)) => (value, Refused::Full), // others hold the lock
                Err(TrySendError::Disconnected(value)) => (value, Refused::Closed), // meanwhile
            },
            Err(refused) => (value, refused),
        };
        // SAFETY: taken out above.
        unsafe { place.put(value) };
        (refused == Refused::Closed).then_some(Err(Closed))
    }

    /// At capacity 0: sends what is in the waiter's place, or enlists `waiter`, which is of `claim`.
    ///
    /// # Safety
    /// As for `Queue::push_back`; and `place` is the waiter's, full, and the caller's until it is enlisted.
    #[inline(always)]
    pub(crate) unsafe fn give_or_enlist(
        &self,
        place: &Place<T>,
        waiter: &Waiter,
        claim: &Claim,
        again: bool,
        patience: impl FnOnce() -> Patience,
    ) -> Attempt<Sent> {
        let Some(mut guard) = self.try_lock_by(patience) else { return Attempt::Later };
        if self.is_closed() {
            return Attempt::Now(Err(Closed));
        }
        if let Some(receiver) = guard.with(|lists| lists.rx.choose_receiver(ptr::null(), false, self.met())) {
            // SAFETY: the caller's promise.
            give_releasing(guard, receiver, unsafe { place.take() });
            return Attempt::Now(Ok(()));
        }
        // SAFETY: the caller's promise.
        unsafe { self.enlist(guard, waiter, claim, true, Rank::of(again)) };
        Attempt::Enlisted
    }

    /// Not at capacity 0: sends what is in the waiter's place, or enlists `waiter`.
    ///
    /// # Safety
    /// As for `give_or_enlist`.
    #[inline(always)]
    pub(crate) unsafe fn send_or_enlist(
        &self,
        place: &Place<T>,
        waiter: &Waiter,
        again: bool,
        patience: impl FnOnce() -> Patience,
    ) -> Attempt<Sent> {
        if !self.is_unbounded() {
            let enlisted = match self.try_lock_by(patience) {
                // SAFETY: the caller's promise.
                Some(guard) => unsafe { self.enlist_sender_locked(guard, waiter, Rank::of(again), true) },
                None => Enlisted::Busy,
            };
            match enlisted {
                Enlisted::Yes => return Attempt::Enlisted,
                Enlisted::Closed => return Attempt::Now(Err(Closed)),
                Enlisted::Again | Enlisted::Busy => {}
            }
        }
        // SAFETY: the caller's promise; it is not enlisted.
        unsafe { self.send_lagging(place) }
    }

    /// There is room, or will be soon, or the channel is unbounded.
    ///
    /// # Safety
    /// As for `send_at_once`.
    #[inline(never)]
    unsafe fn send_lagging(&self, place: &Place<T>) -> Attempt<Sent> {
        let (mut lag, mut lost) = (Lag::new(), self.gaps(true, Loser::Attempts));
        loop {
            // SAFETY: the caller's promise.
            if let Some(sent) = unsafe { self.send_from(place, &mut lost) } {
                return Attempt::Now(sent);
            }
            // Behind the ring there always is room: so it was the lock that could not be had, and that has been waited for.
            if self.is_unbounded() || !lag.wait_bounded(Patience::Task) {
                return Attempt::Later;
            }
        }
    }

    /// A future is dropped: it leaves its queue. `Err` is what a peer decided first.
    ///
    /// # Safety
    /// As for `Queue::remove`; the waiter is of `claim`, which is a `parked` one.
    pub(crate) unsafe fn leave_queue(&self, sending: bool, waiter: &Waiter, claim: &Claim) -> Result<(), Phase> {
        let mut guard = self.lock();
        // A peer that decides takes it out first: of the queue, or from the seat.
        if !waiter.is_linked() {
            return Err(claim.phase());
        }
        // SAFETY: the caller's promise.
        unsafe { guard.unlink(sending, waiter) };
        Ok(())
    }

    /// A future is polled before anything was decided: it leaves this waker, if it is another than the last. `Again`: a peer has decided, or is just deciding.
    pub(crate) fn repark(&self, waiter: &Waiter, claim: &Claim, waker: &core::task::Waker) -> Enlisted {
        let Some(guard) = self.try_lock(Patience::Task) else { return Enlisted::Busy };
        if !waiter.is_linked() {
            drop(guard);
            pause(); // it is being served, or was
            return Enlisted::Again;
        }
        // SAFETY: linked, see above; the lock is held.
        if unsafe { claim.wakes_locked(waker) } {
            return Enlisted::Yes;
        }
        drop(guard);
        // Foreign code, here and where wakers are dropped: with the lock released.
        let waker = Waker::Task(waker.clone());
        let Some(guard) = self.try_lock(Patience::Task) else { return Enlisted::Busy };
        let old = claim.repark_locked(waker);
        drop(guard);
        match old {
            Ok(_) => Enlisted::Yes,
            Err(_) => Enlisted::Again,
        }
    }

    fn is_unbounded(&self) -> bool {
        self.capacity().is_none()
    }
}
