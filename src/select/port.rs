//! What can be waited for in one arm.

use crate::chan::{Enlisted, Head, Holding, Manner, Token};
use crate::sync::Instant;
use crate::wait::{Claim, Patience, Spin, Waiter, Waker};
use core::alloc::Layout;

/// An arm; `None` is switched off.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)] // ports are handles; there is nothing to say
pub struct Arm<'a>(pub(crate) Option<&'a dyn Port>);

/// What a polled look says of an arm.
#[derive(Clone, Copy)]
pub(crate) struct Glimpse {
    /// `win` might succeed.
    pub(crate) wins: bool,
    /// A peer would have to be called.
    pub(crate) calls: bool,
}

/// An arm of capacity 0.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) channel: u64,
    pub(crate) receives: bool,
    /// A peer waits that has to be called.
    pub(crate) calls: bool,
}

/// One side of a channel, or a timer, as an arm sees it. What is not said stands for one without a peer, a hold, or a place to meet at.
#[allow(unsafe_code)]
pub(crate) trait Port {
    /// Tries to win, for the operation `own`. Bounded; runs no foreign code before the end of what it wins, unless that is held.
    fn win(&self, own: *const Claim, manner: Manner) -> Option<Token>;

    /// One attempt of a receive that nobody holds, to be inlined: a head stays in registers where a token would be copied. `None` says nothing.
    #[inline(always)]
    fn win_at_once(&self) -> Option<Head> {
        None
    }

    /// Marks a won token as held by foreign code.
    fn hold(&self, token: &mut Token);

    /// Gives a won token up. `drains`: values may be dropped here that nobody is left to receive; else they go with the last handle.
    fn give_up(&self, token: Token, drains: bool);

    /// After a READY of this arm: discharges the wake-up, and tries to win.
    fn win_notified(&self, own: *const Claim, manner: Manner) -> Option<Token>;

    /// After a READY of this arm: discharges the wake-up without trying.
    fn renounce(&self);

    /// Whether an operation would not wait now.
    fn is_ready(&self, patience: Patience) -> bool;

    /// Whether an operation would not wait now although `may_win` says nothing of it. Cheap; for who is going to wait, and finds out then what is missed here.
    fn is_ready_otherwise(&self) -> bool {
        false
    }

    /// Whether a peer waits at capacity 0 that is not enough for `is_ready`, as it has no value yet: it has to be called.
    fn has_peer(&self, _patience: Patience) -> bool {
        false
    }

    /// A number that changes whenever an arm that was not ready becomes so.
    fn version(&self) -> u64;

    /// Enlists only to be told; `false` if an operation would not wait now.
    ///
    /// # Safety
    /// As for `enlist`.
    unsafe fn enlist_lazy(&self, waiter: &Waiter, own: *const Claim) -> bool;

    /// Whether `win` might succeed: cheap, polled.
    fn may_win(&self) -> bool;

    /// Whether a peer seems to wait that has no value yet, and would have to be called: cheap, polled.
    fn may_call(&self) -> bool {
        false
    }

    /// What one look says: `may_win` and `may_call` by one call.
    fn glimpse(&self) -> Glimpse {
        Glimpse { wins: self.may_win(), calls: self.may_call() }
    }

    /// Whether the arm may be won now, for who looks often.
    fn seems_ready(&self) -> bool {
        self.may_win() || self.is_ready_otherwise()
    }

    /// The learned budget to stay awake, if this arm can wake anybody.
    fn spin(&self) -> Option<&Spin> {
        None
    }

    /// The instant at which `win` will succeed by the clock.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// Enlists. Not at capacity 0.
    ///
    /// # Safety
    /// The waiter is in no queue, and stays where it is until `withdraw`.
    unsafe fn enlist(&self, waiter: &Waiter, again: bool, patience: Option<Patience>) -> Enlisted;

    /// Takes the waiter out of the queue, if it is in; `false` if the lock could not be had in time.
    fn withdraw(&self, waiter: &Waiter, patience: Option<Patience>) -> bool;

    /// Owner of a HELD claim, a future: leaves its waker, unless the peer is just finishing (`Again`), or the lock could not be had in time (`Busy`).
    fn park_on_hold(&self, _claim: &Claim, _waker: Waker) -> Enlisted {
        Enlisted::Again
    }

    /// Owner of a HELD claim, a future that is dropped: leaves; `false` if the peer is just finishing.
    fn leave_hold(&self, _claim: &Claim) -> bool {
        false
    }

    /// The size of the place that the arm needs, if it needs one: to receive at capacity 0.
    fn place_layout(&self) -> Option<Layout> {
        None
    }

    /// At capacity 0, the number by which channels are locked in order; the methods below are for such ports only.
    fn meeting(&self) -> Option<u64> {
        None
    }

    /// As a place to meet at, if it is of capacity 0.
    fn spot(&self) -> Option<Spot> {
        self.meeting().map(|channel| Spot { channel, receives: self.place_layout().is_some(), calls: self.may_call() })
    }

    /// Makes an empty place.
    ///
    /// # Safety
    /// `place` is valid for writes of `place_layout`.
    unsafe fn init_place(&self, _place: *mut ()) {}

    /// A small value that a peer has put into the place, as a token of its own.
    ///
    /// # Safety
    /// A place of this port, which is full and the caller's; it is left for good if a token is the answer.
    unsafe fn take_placed(&self, _place: *mut ()) -> Option<Token> {
        None
    }

    /// Takes the channel's lock; `false` if it could not be had in time.
    fn lock(&self, _patience: Option<Patience>) -> bool {
        true
    }

    /// Releases the channel's lock. Answers what others have asked its holder for meanwhile: for `ask_again`, once no lock is held, and nothing is won
    /// without being held.
    ///
    /// # Safety
    /// It was taken by `lock`.
    #[must_use]
    unsafe fn unlock(&self) -> u64 {
        0
    }

    /// Asks again for what `unlock` has answered. Foreign code may run in here.
    fn ask_again(&self, _requests: u64) {}

    /// Whether `win_locked` would win, unless another wins the peer first.
    ///
    /// # Safety
    /// The lock is held.
    unsafe fn may_win_locked(&self, _own: *const Claim) -> bool {
        false
    }

    /// As `win`.
    ///
    /// # Safety
    /// The lock is held.
    unsafe fn win_locked(&self, _own: *const Claim, _hold: Holding) -> Option<Token> {
        None
    }

    /// Foreign code is about to run before the end of an arm that was won. If its peer is not held for that, the peer's value goes to `place` now.
    ///
    /// # Safety
    /// An empty place of this port, which outlives the token.
    unsafe fn accept_early(&self, token: Token, _hold: Holding, _place: *mut ()) -> Token {
        token
    }

    /// Enlists. `Some`: a peer was called; its waker, if it has one, is to be woken once no lock is held.
    ///
    /// # Safety
    /// The lock is held; and as for `enlist`.
    unsafe fn enlist_locked(&self, _waiter: &Waiter, _again: bool, _own: *const Claim) -> Option<Option<Waker>> {
        None
    }
}
