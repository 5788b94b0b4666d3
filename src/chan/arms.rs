//! How a select wins at one channel: first the win, and then its completion, or that it is given up.
//!
//! 1. A token is a won arm: the right to one slot, to one peer, or to an error. It is used up by `finish_*` or `give_up`, once.
//! 2. Between the two foreign code may run: a message expression, or the caller of a dynamic select. Slots and peers are held then. Where they are not held,
//!    no waker runs in between either: the token says that others are still to be seen to after its end.
//! 3. A send that is given up leaves its slot to be skipped, or has its peer try again, first in its queue. A receive that is given up drops the value of its
//!    slot, or leaves its peer the value and has it try again; a value that has no sender any more is put back for the next receiver.
//! 4. If the last receiver has gone during a hold, who ends the hold drops what the channel holds: that receiver could not wait for it.

#![allow(unsafe_code)] // tokens have no type; the handle that made them knows it

use super::first::Look;
use super::frame::Place;
use super::gaps::Loser;
use super::handoff::{give_to, take_from};
use super::ready::Lack;
use super::words::Words;
use super::{Chan, Guard};
use crate::error::{RecvError, SendError};
use crate::ring::position::CLOSED;
use crate::ring::slot::WriteSlot;
use crate::ring::Refused;
use crate::sync::Instant;
use crate::wait::lock::{PLACED_RX, PLACED_TX, WAKE_RX, WAKE_TX};
use crate::wait::queue::Chosen;
use crate::wait::{partner, wake, Claim, Lag, Patience};

/// How an operation tries to win.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// How long it may wait for a peer in the middle of a step.
    pub(crate) patience: Patience,
    pub(crate) hold: Holding,
}

/// Which wins may be followed by foreign code before they are completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holding {
    None,
    /// Message expressions.
    Sends,
    /// The caller of a dynamic select.
    All,
}

impl Holding {
    pub(crate) fn applies(self, sending: bool) -> bool {
        self == Holding::All || (sending && self == Holding::Sends)
    }
}

/// A won arm. Its parts are words: a copy of it would have to wait for smaller stores.
#[must_use]
#[derive(Debug)]
#[repr(u64)]
pub(crate) enum Token {
    /// The channel is closed.
    Closed,
    /// A full slot, to be emptied.
    Read(Head),
    /// As `Read`; then the wake-up that came with it is to be passed on.
    ReadOwing(Head),
    /// As `Read`, and the slot says so: foreign code may run meanwhile.
    Held(Head),
    /// A free slot, to be filled.
    Write { slot: *const (), position: u64 },
    /// A waiting peer of capacity 0.
    Peer(Chosen),
    /// A sender, as `Peer`; then the requests are to be served that came in while the lock was held.
    PeerOwing(Chosen),
    /// A future of capacity 0, or a value that one left behind, by its entry in the list of holds.
    Ticket(u64),
    /// A value that was taken from a peer already.
    Taken(Words),
    /// A value in the arm's own place. `turn`: the number under which it was accepted; `None`: just now.
    Placed { place: *mut (), turn: Option<u64> },
    /// Room without end.
    Append,
    /// A message of the clock.
    Tick(Instant),
}

/// The right to the full slot at a head word.
#[must_use]
#[derive(Debug)]
pub(crate) struct Head(u64);

impl<T> Chan<T> {
    /// One attempt at `win_recv`, which is all that most need.
    #[inline(always)]
    pub(crate) fn win_recv_at_once(&self) -> Option<Head> {
        if self.is_rendezvous() {
            return None;
        }
        self.ring.reserve_read_at_once().ok().map(|(_, head)| Head(head))
    }

    /// Tries to win a receive for the operation `own`.
    #[inline]
    pub(crate) fn win_recv(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        self.win_recv_as(own, manner, Loser::Attempts)
    }

    #[inline(always)]
    fn win_recv_as(&self, own: *const Claim, manner: Manner, loser: Loser) -> Option<Token> {
        if self.is_rendezvous() {
            return self.win_peer(false, own, manner);
        }
        self.win_recv_at_once().map(Token::Read).or_else(|| self.win_recv_again(manner, loser))
    }

    #[inline(never)]
    fn win_recv_again(&self, manner: Manner, loser: Loser) -> Option<Token> {
        let mut lag = Lag::new();
        let mut lost = self.gaps(false, loser);
        loop {
            match self.ring.reserve_read(&mut lost) {
                Ok((_, head)) => return Some(Token::Read(Head(head))),
                Err(_) => {
                    self.skip();
                }
            }
            match self.look() {
                Look::Closed => return Some(Token::Closed),
                Look::Empty => return None,
                Look::Coming if self.unspill(Some(manner.patience)) || lag.wait_bounded(manner.patience) => {}
                Look::Coming => return None,
            }
        }
    }

    /// Tries to win a send for the operation `own`.
    #[inline]
    pub(crate) fn win_send(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        self.win_send_as(own, manner, Loser::Attempts)
    }

    #[inline(always)]
    fn win_send_as(&self, own: *const Claim, manner: Manner, loser: Loser) -> Option<Token> {
        if self.is_rendezvous() {
            return self.win_peer(true, own, manner);
        }
        if self.cold.unbounded {
            return Some(if self.is_closed() { Token::Closed } else { Token::Append });
        }
        let mut lag = Lag::new();
        let mut lost = self.gaps(true, loser);
        loop {
            match self.ring.hold_write(&mut lost) {
                Ok(slot) => {
                    let (slot, position) = slot.erase();
                    return Some(Token::Write { slot, position });
                }
                Err(Refused::Closed) => return Some(Token::Closed),
                Err(_) if self.is_full() || !lag.wait_bounded(manner.patience) => return None,
                Err(_) => {}
            }
        }
    }

    fn win_peer(&self, sending: bool, own: *const Claim, manner: Manner) -> Option<Token> {
        let wanted = if sending { PLACED_RX } else { PLACED_TX };
        match self.lacks(wanted) {
            Some(Lack::Closed) => return Some(Token::Closed),
            Some(Lack::Open) => return None,
            None => {}
        }
        partner::expect(self.address(), size_of::<T>());
        let mut guard = self.try_lock(manner.patience)?;
        // SAFETY: the lock is held.
        let token = unsafe { self.win_peer_locked(&mut guard, sending, own, manner.hold) };
        match token {
            Some(Token::Peer(sender)) if !manner.hold.applies(sending) => Some(match guard.release_owing() {
                0 => Token::Peer(sender),
                _ => Token::PeerOwing(sender),
            }),
            token => token,
        }
    }

    /// # Safety
    /// The guard is of this channel.
    pub(super) unsafe fn win_peer_locked(
        &self,
        guard: &mut Guard<'_, T>,
        sending: bool,
        own: *const Claim,
        hold: Holding,
    ) -> Option<Token> {
        let closed = self.is_closed();
        guard.with(|lists| {
            let stashed = if sending { None } else { lists.hold_stashed() };
            if stashed.is_some() || closed {
                return Some(stashed.map_or(Token::Closed, Token::Ticket));
            }
            let peer = match sending {
                true => lists.rx.choose_receiver(own, hold.applies(sending), self.met())?,
                false => lists.tx.choose_placed(own, hold.applies(sending))?,
            };
            partner::remember(self.address(), peer.won.line());
            // At once, as in `take_releasing`; but only if nobody is to be woken, which must not be under the lock.
            if !sending && !hold.applies(sending) && Words::fits::<T>() && !peer.won.is_asleep() {
                return Some(Token::Taken(Words::new(take_from::<T>(peer))));
            }
            Some(if peer.won.is_revocable() { Token::Ticket(lists.hold_peer(peer)) } else { Token::Peer(peer) })
        })
    }

    /// A small value in the place of an arm that is not held, as a token of its own: so the place need not outlive the wait.
    ///
    /// # Safety
    /// A place of this channel that is full and the caller's; with a token it is empty.
    pub(crate) unsafe fn take_placed(&self, place: *mut ()) -> Option<Token> {
        // SAFETY: the caller's promise.
        Words::fits::<T>().then(|| Token::Taken(Words::new(unsafe { (*place.cast::<Place<T>>()).take() })))
    }

    /// Foreign code is about to run before the end of a receive. If the sender that was won is not held for that: receives now, into `place`.
    ///
    /// # Safety
    /// An empty place of this channel, which is the caller's and outlives the token.
    pub(crate) unsafe fn accept_early(&self, token: Token, hold: Holding, place: *mut ()) -> Token {
        match token {
            Token::Peer(sender) if !hold.applies(false) => {
                // SAFETY: the caller's promise.
                unsafe { (*place.cast::<Place<T>>()).put(take_from(sender)) };
                Token::Placed { place, turn: None }
            }
            token => token,
        }
    }

    /// Marks the token as held by foreign code (a won send always is).
    pub(crate) fn hold(&self, token: &mut Token) {
        if let Token::Read(Head(head)) | Token::ReadOwing(Head(head)) = *token {
            // SAFETY: the token's right, which stays in the token; dropping the copy does nothing.
            unsafe { self.ring.reserved(head) }.hold(self.ring.position_of(head));
            if let Token::ReadOwing(_) = core::mem::replace(token, Token::Held(Head(head))) {
                self.pass_on_value();
            }
        }
    }

    /// Completes a won receive.
    #[inline]
    pub(crate) fn finish_recv(&self, token: Token) -> Result<T, RecvError> {
        let Token::Read(head) = token else { return self.finish_recv_apart(token) };
        Ok(self.finish_read(head))
    }

    /// Completes a receive that was won at this head.
    #[inline(always)]
    pub(crate) fn finish_read(&self, Head(head): Head) -> T {
        // SAFETY: the right to a slot of this channel; used once, as it is gone.
        let value = unsafe { self.ring.reserved(head) }.take();
        self.after_pop(head);
        value
    }

    #[inline(never)]
    fn finish_recv_apart(&self, token: Token) -> Result<T, RecvError> {
        match token {
            Token::ReadOwing(head) => {
                let value = self.finish_read(head);
                self.pass_on_value();
                Ok(value)
            }
            Token::Held(Head(head)) => {
                // SAFETY: as in `finish_read`.
                let (value, head) = self.ring.empty(unsafe { self.ring.reserved(head) });
                self.after_pop(head);
                self.after_hold();
                Ok(value)
            }
            Token::Peer(sender) => Ok(take_from(sender)),
            Token::PeerOwing(sender) => {
                let value = take_from(sender);
                self.request(WAKE_RX | WAKE_TX);
                Ok(value)
            }
            // SAFETY: a value of this channel, see `win_peer_locked`; used once, as the token is gone.
            Token::Taken(words) => Ok(unsafe { words.take() }),
            Token::Ticket(ticket) => self.recv_held(ticket).ok_or(RecvError),
            // SAFETY: DONE: a sender has filled the arm's place and left it; who makes such a token sees to it that the arm's storage outlives it.
            Token::Placed { place, .. } => Ok(unsafe { (*place.cast::<Place<T>>()).take() }),
            _ => Err(RecvError),
        }
    }

    /// Completes a won send. `orphaned` answers whether the channel has no receiver left.
    #[inline]
    pub(crate) fn finish_send(&self, token: Token, value: T, orphaned: impl Fn() -> bool) -> Result<(), SendError<T>> {
        match token {
            Token::Write { slot, position } => {
                // SAFETY: the token's right, of a slot of this channel; used once, as the token is gone.
                let write = unsafe { WriteSlot::<T>::restore(slot, position) };
                self.end_write(self.ring.fill(write, value), orphaned);
                Ok(())
            }
            Token::Peer(receiver) => {
                give_to(receiver, value);
                Ok(())
            }
            Token::Ticket(ticket) => self.send_held(ticket, value, orphaned),
            Token::Append => self.append(value),
            _ => Err(SendError(value)),
        }
    }

    fn end_write(&self, tail: u64, orphaned: impl Fn() -> bool) {
        self.after_push(tail);
        if tail & CLOSED != 0 && orphaned() {
            self.drain_closed();
        }
    }

    /// Gives up a won arm.
    pub(crate) fn give_up(&self, token: Token, orphaned: impl Fn() -> bool) {
        match token {
            Token::Write { slot, position } => {
                // SAFETY: as in `finish_send`.
                let tail = self.ring.give_up(unsafe { WriteSlot::<T>::restore(slot, position) });
                self.skip(); // if it is the first, it is room again at once
                self.end_write(tail, orphaned);
            }
            Token::Peer(peer) => wake(peer.won.ready()),
            Token::PeerOwing(peer) => {
                self.give_up(Token::Peer(peer), orphaned);
                self.request(WAKE_RX | WAKE_TX);
            }
            Token::Ticket(ticket) => self.give_up_held(ticket),
            // SAFETY: as in `finish_recv_apart`.
            Token::Placed { place, turn } => self.put_back(turn, unsafe { (*place.cast::<Place<T>>()).take() }),
            // SAFETY: as in `finish_recv_apart`.
            Token::Taken(words) => self.put_back(None, unsafe { words.take() }),
            token @ (Token::Read(_) | Token::ReadOwing(_) | Token::Held(_)) => drop(self.finish_recv(token)),
            Token::Closed | Token::Append | Token::Tick(_) => {}
        }
    }

    /// After READY on an arm of this channel: discharges the wake-up, tries to win, and passes the wake-up on.
    pub(crate) fn win_notified(&self, sending: bool, own: *const Claim, manner: Manner) -> Option<Token> {
        if self.is_rendezvous() {
            let token = self.win_peer(sending, own, manner);
            if token.is_none() {
                self.call_next_lazy(sending);
            }
            return token;
        }
        let others = self.clear_waking(sending);
        let loser = if others { Loser::Serves } else { Loser::Attempts };
        let token = if sending { self.win_send_as(own, manner, loser) } else { self.win_recv_as(own, manner, loser) };
        if others {
            match token {
                None => self.come_in_vain(sending),
                Some(Token::Read(head)) => return Some(Token::ReadOwing(head)),
                Some(_) if sending => self.pass_on_room(),
                Some(_) => self.pass_on_value(),
            }
        }
        token
    }
}
