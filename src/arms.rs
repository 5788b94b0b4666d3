//! Senders and receivers as arms of a select.

#![allow(unsafe_code)] // the contracts of `Port`, passed on to the channel

use crate::chan::{Enlisted, Head, Holding, Manner, Token};
use crate::error::{RecvError, SendError};
use crate::receiver::Source;
use crate::select::Port;
use crate::sync::Instant;
use crate::wait::{Claim, Patience, Spin, Waiter, Waker};
use crate::{Receiver, Sender};
use core::alloc::Layout;

impl<T> Sender<T> {
    fn orphaned(&self) -> bool {
        self.receiver_count() == 0
    }

    #[inline]
    pub(crate) fn finish(&self, token: Token, value: T) -> Result<(), SendError<T>> {
        self.0.chan().finish_send(token, value, || self.orphaned())
    }
}

impl<T> Receiver<T> {
    #[inline]
    pub(crate) fn finish(&self, token: Token) -> Result<T, RecvError> {
        match (&self.0, token) {
            (Source::Chan(strong), token) => strong.chan().finish_recv(token),
            (Source::Timer(timer), Token::Tick(when)) => Ok(timer.message(when)),
            _ => Err(RecvError),
        }
    }

    #[inline(always)]
    pub(crate) fn finish_read(&self, head: Head) -> Result<T, RecvError> {
        self.chan().map(|chan| chan.finish_read(head)).ok_or(RecvError)
    }

    /// Whether it is a timer with a message.
    #[inline(never)]
    fn is_due(&self) -> bool {
        matches!(&self.0, Source::Timer(timer) if timer.len() != 0)
    }
}

impl<T> Port for Sender<T> {
    #[inline]
    fn win(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        self.0.chan().win_send(own, manner)
    }

    fn hold(&self, token: &mut Token) {
        self.0.chan().hold(token);
    }

    fn give_up(&self, token: Token, drains: bool) {
        self.0.chan().give_up(token, || drains && self.orphaned());
    }

    fn win_notified(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        self.0.chan().win_notified(true, own, manner)
    }

    fn renounce(&self) {
        self.0.chan().renounce(true);
    }

    #[inline]
    fn is_ready(&self, patience: Patience) -> bool {
        self.0.chan().is_ready(true, patience)
    }

    fn has_peer(&self, patience: Patience) -> bool {
        self.0.chan().has_peer(true, patience)
    }

    #[inline]
    fn version(&self) -> u64 {
        self.0.chan().version(true)
    }

    unsafe fn enlist_lazy(&self, waiter: &Waiter, own: *const Claim) -> bool {
        let chan = self.0.chan();
        // SAFETY: the caller's promise.
        unsafe {
            if chan.meeting().is_some() {
                chan.enlist_lazy(true, waiter, own)
            } else {
                chan.enlist_arm(true, waiter, false, None) == Enlisted::Yes
            }
        }
    }

    fn may_win(&self) -> bool {
        self.0.chan().may_win(true)
    }

    fn may_call(&self) -> bool {
        self.0.chan().may_call(true)
    }

    fn spin(&self) -> Option<&Spin> {
        Some(self.0.chan().spin(true))
    }

    unsafe fn enlist(&self, waiter: &Waiter, again: bool, patience: Option<Patience>) -> Enlisted {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().enlist_arm(true, waiter, again, patience) }
    }

    fn withdraw(&self, waiter: &Waiter, patience: Option<Patience>) -> bool {
        self.0.chan().withdraw_waiter(true, waiter, patience)
    }

    fn park_on_hold(&self, claim: &Claim, waker: Waker) -> Enlisted {
        self.0.chan().park_on_hold(claim, waker)
    }

    fn leave_hold(&self, claim: &Claim) -> bool {
        self.0.chan().leave_hold(claim, true)
    }

    fn meeting(&self) -> Option<u64> {
        self.0.chan().meeting()
    }

    fn lock(&self, patience: Option<Patience>) -> bool {
        self.0.chan().lock_for_select(patience)
    }

    unsafe fn unlock(&self) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().unlock_for_select() }
    }

    fn ask_again(&self, requests: u64) {
        self.0.chan().ask_again(requests);
    }

    unsafe fn may_win_locked(&self, own: *const Claim) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().may_win_locked(true, own) }
    }

    unsafe fn win_locked(&self, own: *const Claim, hold: Holding) -> Option<Token> {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().win_locked(true, own, hold) }
    }

    unsafe fn enlist_locked(&self, waiter: &Waiter, again: bool, own: *const Claim) -> Option<Option<Waker>> {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().enlist_locked(true, waiter, again, own) }
    }
}

impl<T> Port for Receiver<T> {
    #[inline(always)]
    fn win_at_once(&self) -> Option<Head> {
        self.chan()?.win_recv_at_once()
    }

    #[inline]
    fn win(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().win_recv(own, manner),
            Source::Timer(timer) => timer.take_due().map(Token::Tick),
            Source::Never => None,
        }
    }

    fn hold(&self, token: &mut Token) {
        if let Some(chan) = self.chan() {
            chan.hold(token);
        }
    }

    fn give_up(&self, token: Token, _drains: bool) {
        if let Some(chan) = self.chan() {
            chan.give_up(token, || false);
        }
    }

    fn win_notified(&self, own: *const Claim, manner: Manner) -> Option<Token> {
        match self.chan() {
            Some(chan) => chan.win_notified(false, own, manner),
            None => self.win(own, manner),
        }
    }

    fn renounce(&self) {
        if let Some(chan) = self.chan() {
            chan.renounce(false);
        }
    }

    #[inline]
    fn is_ready(&self, patience: Patience) -> bool {
        match self.chan() {
            Some(chan) => chan.is_ready(false, patience),
            None => self.is_due(),
        }
    }

    #[inline]
    fn is_ready_otherwise(&self) -> bool {
        match self.chan() {
            Some(chan) => chan.is_ready_otherwise(),
            None => self.is_due(),
        }
    }

    #[inline]
    fn has_peer(&self, patience: Patience) -> bool {
        self.chan().is_some_and(|chan| chan.has_peer(false, patience))
    }

    fn version(&self) -> u64 {
        self.chan().map_or(0, |chan| chan.version(false)) // the clock is not a peer that could tell what it saw
    }

    unsafe fn enlist_lazy(&self, waiter: &Waiter, own: *const Claim) -> bool {
        let Some(chan) = self.chan() else { return true };
        // SAFETY: the caller's promise.
        unsafe {
            if chan.meeting().is_some() {
                chan.enlist_lazy(false, waiter, own)
            } else {
                chan.enlist_arm(false, waiter, false, None) == Enlisted::Yes
            }
        }
    }

    fn may_win(&self) -> bool {
        self.chan().is_some_and(|chan| chan.may_win(false)) // a timer's sleep ends in time
    }

    fn may_call(&self) -> bool {
        self.chan().is_some_and(|chan| chan.may_call(false))
    }

    fn spin(&self) -> Option<&Spin> {
        Some(self.chan()?.spin(false))
    }

    fn due(&self) -> Option<Instant> {
        match &self.0 {
            Source::Timer(timer) => timer.due(),
            _ => None,
        }
    }

    unsafe fn enlist(&self, waiter: &Waiter, again: bool, patience: Option<Patience>) -> Enlisted {
        let Some(chan) = self.chan() else { return Enlisted::Yes };
        // SAFETY: the caller's promise.
        unsafe { chan.enlist_arm(false, waiter, again, patience) }
    }

    fn withdraw(&self, waiter: &Waiter, patience: Option<Patience>) -> bool {
        self.chan().is_none_or(|chan| chan.withdraw_waiter(false, waiter, patience))
    }

    fn park_on_hold(&self, claim: &Claim, waker: Waker) -> Enlisted {
        match self.chan() {
            Some(chan) => chan.park_on_hold(claim, waker),
            None => Enlisted::Again, // nobody holds it
        }
    }

    fn leave_hold(&self, claim: &Claim) -> bool {
        self.chan().is_some_and(|chan| chan.leave_hold(claim, false))
    }

    fn place_layout(&self) -> Option<Layout> {
        let chan = self.chan()?;
        chan.meeting().map(|_| chan.place_layout())
    }

    fn meeting(&self) -> Option<u64> {
        self.chan()?.meeting()
    }

    unsafe fn init_place(&self, place: *mut ()) {
        if let Some(chan) = self.chan() {
            // SAFETY: the caller's promise.
            unsafe { chan.init_place(place) }
        }
    }

    unsafe fn take_placed(&self, place: *mut ()) -> Option<Token> {
        // SAFETY: the caller's promise.
        unsafe { self.chan()?.take_placed(place) }
    }

    fn lock(&self, patience: Option<Patience>) -> bool {
        self.chan().is_none_or(|chan| chan.lock_for_select(patience))
    }

    unsafe fn unlock(&self) -> u64 {
        // SAFETY: the caller's promise.
        self.chan().map_or(0, |chan| unsafe { chan.unlock_for_select() })
    }

    fn ask_again(&self, requests: u64) {
        if let Some(chan) = self.chan() {
            chan.ask_again(requests);
        }
    }

    unsafe fn accept_early(&self, token: Token, hold: Holding, place: *mut ()) -> Token {
        match self.chan() {
            // SAFETY: the caller's promise.
            Some(chan) => unsafe { chan.accept_early(token, hold, place) },
            None => token,
        }
    }

    unsafe fn may_win_locked(&self, own: *const Claim) -> bool {
        // SAFETY: the caller's promise.
        self.chan().is_some_and(|chan| unsafe { chan.may_win_locked(false, own) })
    }

    unsafe fn win_locked(&self, own: *const Claim, hold: Holding) -> Option<Token> {
        // SAFETY: the caller's promise.
        unsafe { self.chan()?.win_locked(false, own, hold) }
    }

    unsafe fn enlist_locked(&self, waiter: &Waiter, again: bool, own: *const Claim) -> Option<Option<Waker>> {
        // SAFETY: the caller's promise.
        unsafe { self.chan()?.enlist_locked(false, waiter, again, own) }
    }
}
