//! What a future of capacity 0 leaves behind.
//!
//! 1. *Stash*: a receive future that was served and is dropped hands its value to the receiver that waits longest, or else leaves it here. Values are kept
//!    in the order in which they were accepted; every receive looks here first, also on a closed channel.
//! 2. *Hold*: who wins a future, and runs foreign code before the value moves, has an entry in the list of holds instead of the right to the future's
//!    frame. The future may be dropped meanwhile: under the lock a send leaves its value in the entry, and a receive takes the entry out.
//! 3. HAS_TX and PLACED_TX say, too, that a value is in the stash.

#![allow(unsafe_code)] // values in the frames of futures

use super::frame::Place;
use super::handoff::{give_releasing, take_releasing};
use super::{Chan, Enlisted, Guard, Lists};
use crate::error::SendError;
use crate::wait::queue::{is_before, Chosen};
use crate::wait::{wake, Claim, Patience, Waker};
use std::collections::VecDeque;

pub(super) struct Stash<T> {
    /// Each with the number under which it was accepted, in that order.
    values: VecDeque<(u64, T)>,
    holds: Vec<Hold<T>>,
    tickets: u64,
}

struct Hold<T> {
    ticket: u64,
    what: Held<T>,
}

enum Held<T> {
    /// A future that waits.
    Peer(Chosen),
    /// A value without its sender.
    Value(Option<u64>, T),
}

impl<T> Stash<T> {
    fn insert(&mut self, turn: u64, value: T) {
        let at = self.values.iter().position(|&(other, _)| is_before(turn, other)).unwrap_or(self.values.len());
        self.values.insert(at, (turn, value));
    }

    fn take_hold(&mut self, which: impl Fn(&Hold<T>) -> bool) -> Option<Held<T>> {
        let at = self.holds.iter().position(which)?;
        Some(self.holds.swap_remove(at).what)
    }
}

impl<T> Lists<T> {
    fn stash(&mut self) -> &mut Stash<T> {
        self.stash.get_or_insert_with(|| Box::new(Stash { values: VecDeque::new(), holds: Vec::new(), tickets: 0 }))
    }

    /// Whether a value waits without its sender.
    pub(super) fn has_stashed(&self) -> bool {
        self.stash.as_ref().is_some_and(|stash| !stash.values.is_empty())
    }

    /// Takes the oldest value that waits without its sender.
    pub(super) fn take_stashed(&mut self) -> Option<T> {
        Some(self.stash.as_mut()?.values.pop_front()?.1)
    }

    /// Takes all of them, to be dropped without the lock.
    pub(super) fn take_all_stashed(&mut self) -> VecDeque<(u64, T)> {
        self.stash.as_mut().map(|stash| std::mem::take(&mut stash.values)).unwrap_or_default()
    }

    fn enter_hold(&mut self, what: Held<T>) -> u64 {
        let stash = self.stash();
        stash.tickets += 1;
        stash.holds.push(Hold { ticket: stash.tickets, what });
        stash.tickets
    }

    /// Holds a future that was won for that.
    pub(super) fn hold_peer(&mut self, peer: Chosen) -> u64 {
        self.enter_hold(Held::Peer(peer))
    }

    /// Holds the oldest value that waits without its sender, if there is one.
    pub(super) fn hold_stashed(&mut self) -> Option<u64> {
        let (turn, value) = self.stash.as_mut()?.values.pop_front()?;
        Some(self.enter_hold(Held::Value(Some(turn), value)))
    }

    fn end_hold(&mut self, ticket: u64) -> Option<Held<T>> {
        let held = self.stash.as_mut()?.take_hold(|hold| hold.ticket == ticket)?;
        Some(match held {
            Held::Peer(peer) => Held::Peer(Chosen { won: peer.won.settle_hold(), ..peer }),
            value @ Held::Value(..) => value,
        })
    }

    fn hold_of(&mut self, claim: &Claim) -> Option<&mut Hold<T>> {
        let is_of = |hold: &&mut Hold<T>| matches!(&hold.what, Held::Peer(peer) if peer.won.is_of(claim));
        self.stash.as_mut()?.holds.iter_mut().find(is_of)
    }
}

impl<T> Chan<T> {
    /// Hands a value that was accepted to the next receiver, or keeps it for one. `turn`: the number under which it was accepted; `None`: just now.
    pub(crate) fn put_back(&self, turn: Option<u64>, value: T) {
        self.put_back_locked(self.lock(), turn, value);
    }

    fn put_back_locked(&self, mut guard: Guard<'_, T>, turn: Option<u64>, value: T) {
        let next = guard.with(|lists| lists.rx.choose_receiver(core::ptr::null(), false, self.met()));
        if let Some(receiver) = next {
            return give_releasing(guard, receiver, value);
        }
        let lazy = guard.with(|lists| {
            let turn = turn.unwrap_or(lists.rx.turn(self.met()));
            lists.stash().insert(turn, value);
            lists.rx.choose_lazy(core::ptr::null())
        });
        self.count_enlisted();
        let waker = lazy.and_then(|receiver| receiver.won.ready());
        drop(guard);
        wake(waker);
    }

    /// Completes a receive that was won as a hold.
    pub(super) fn recv_held(&self, ticket: u64) -> Option<T> {
        let mut guard = self.lock();
        Some(match guard.with(|lists| lists.end_hold(ticket))? {
            Held::Peer(sender) => take_releasing(guard, sender),
            Held::Value(_, value) => value,
        })
    }

    /// Completes a send that was won as a hold. If the future has left, the value goes to the next receiver, or back if the channel is closed.
    pub(super) fn send_held(&self, ticket: u64, value: T, orphaned: impl Fn() -> bool) -> Result<(), SendError<T>> {
        let mut guard = self.lock();
        if let Some(Held::Peer(receiver)) = guard.with(|lists| lists.end_hold(ticket)) {
            give_releasing(guard, receiver, value);
            return Ok(());
        }
        // No receive had the value before the close: so it would come after it.
        if self.is_closed() {
            drop(guard);
            return Err(SendError(value));
        }
        self.put_back_locked(guard, None, value);
        if orphaned() {
            self.drain_closed(); // the last receiver has gone meanwhile
        }
        Ok(())
    }

    /// Gives up a hold: the future waits on, first in its queue; a value without its sender waits for the next receiver.
    pub(super) fn give_up_held(&self, ticket: u64) {
        let mut guard = self.lock();
        match guard.with(|lists| lists.end_hold(ticket)) {
            Some(Held::Peer(peer)) => {
                let waker = peer.won.ready();
                drop(guard);
                wake(waker);
            }
            Some(Held::Value(turn, value)) => {
                drop(guard);
                self.put_back(turn, value);
            }
            None => {}
        }
    }

    /// Owner of a HELD claim, a future that is dropped: leaves. `false`: too late, the peer is just finishing.
    pub(crate) fn leave_hold(&self, claim: &Claim, sending: bool) -> bool {
        let mut guard = self.lock();
        guard.with(|lists| {
            let Some(Hold { ticket, what: Held::Peer(peer) }) = lists.hold_of(claim) else { return false };
            let (ticket, place) = (*ticket, peer.place.cast::<Place<T>>());
            let stash = lists.stash();
            stash.holds.retain(|hold| hold.ticket != ticket);
            if sending {
                // SAFETY: the place of a sender of this channel, hence a `Place<T>`, full and ours: the peer that won it finds its entry changed, and the
                // future does not touch it again.
                let value = unsafe { (*place).take() };
                stash.holds.push(Hold { ticket, what: Held::Value(None, value) });
            }
            true
        })
    }

    /// Owner of a HELD claim, a future that is polled: leaves its waker. `Again`: the peer is just finishing.
    pub(crate) fn park_on_hold(&self, claim: &Claim, waker: Waker) -> Enlisted {
        let Some(mut guard) = self.try_lock(Patience::Task) else { return Enlisted::Busy };
        let left = guard.with(|lists| match lists.hold_of(claim) {
            Some(_) => Ok(claim.park_held(waker)),
            None => Err(waker),
        });
        drop(guard);
        // Here a waker is dropped, which is foreign code: with the lock released.
        match left {
            Ok(_) => Enlisted::Yes,
            Err(_) => Enlisted::Again,
        }
    }
}
