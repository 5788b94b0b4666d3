//! Senders and receivers as arms of a select.

#![allow(unsafe_code)] // the contracts of `Port`, passed on to the channel

use crate::chan::Token;
use crate::error::{RecvError, SendError};
use crate::receiver::Source;
use crate::select::Port;
use crate::sync::Instant;
use crate::wait::{Claim, Spin, Waiter, Waker};
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
}

impl<T> Port for Sender<T> {
    #[inline]
    fn win(&self, own: *const Claim) -> Option<Token> {
        self.0.chan().win_send(own)
    }

    fn hold(&self, token: &mut Token) {
        self.0.chan().hold(token);
    }

    fn give_up(&self, token: Token) {
        self.0.chan().give_up(token, || self.orphaned());
    }

    fn win_notified(&self, own: *const Claim) -> Option<Token> {
        self.0.chan().win_notified(true, own)
    }

    fn renounce(&self) {
        self.0.chan().renounce(true);
    }

    fn is_ready(&self) -> bool {
        self.0.chan().is_ready(true)
    }

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
                chan.enlist_arm(true, waiter, false)
            }
        }
    }

    fn may_win(&self) -> bool {
        self.0.chan().may_win(true)
    }

    fn spin(&self) -> Option<&Spin> {
        Some(self.0.chan().spin(true))
    }

    fn due(&self) -> Option<Instant> {
        None
    }

    unsafe fn enlist(&self, waiter: &Waiter, again: bool) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().enlist_arm(true, waiter, again) }
    }

    fn withdraw(&self, waiter: &Waiter) {
        self.0.chan().withdraw_arm(true, waiter);
    }

    fn meeting(&self) -> Option<u64> {
        self.0.chan().meeting()
    }

    fn place_layout(&self) -> Option<Layout> {
        None // the value does not exist before the arm has won
    }

    unsafe fn init_place(&self, _place: *mut ()) {}

    fn lock(&self) {
        self.0.chan().lock_for_select();
    }

    unsafe fn unlock(&self) {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().unlock_for_select() }
    }

    unsafe fn may_win_locked(&self, own: *const Claim) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().may_win_locked(true, own) }
    }

    unsafe fn win_locked(&self, own: *const Claim) -> Option<Token> {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().win_locked(true, own) }
    }

    unsafe fn enlist_locked(&self, waiter: &Waiter, again: bool, own: *const Claim) -> Option<Waker> {
        // SAFETY: the caller's promise.
        unsafe { self.0.chan().enlist_locked(true, waiter, again, own) }
    }
}

impl<T> Port for Receiver<T> {
    #[inline]
    fn win(&self, own: *const Claim) -> Option<Token> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().win_recv(own),
            Source::Timer(timer) => timer.take_due().map(Token::Tick),
            Source::Never => None,
        }
    }

    fn hold(&self, token: &mut Token) {
        if let Source::Chan(strong) = &self.0 {
            strong.chan().hold(token);
        }
    }

    fn give_up(&self, token: Token) {
        if let Source::Chan(strong) = &self.0 {
            strong.chan().give_up(token, || false);
        }
    }

    fn win_notified(&self, own: *const Claim) -> Option<Token> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().win_notified(false, own),
            _ => self.win(own),
        }
    }

    fn renounce(&self) {
        if let Source::Chan(strong) = &self.0 {
            strong.chan().renounce(false);
        }
    }

    fn is_ready(&self) -> bool {
        match &self.0 {
            Source::Chan(strong) => strong.chan().is_ready(false),
            Source::Timer(timer) => timer.len() != 0,
            Source::Never => false,
        }
    }

    fn version(&self) -> u64 {
        match &self.0 {
            Source::Chan(strong) => strong.chan().version(false),
            _ => 0, // the clock is not a peer that could tell what it saw
        }
    }

    unsafe fn enlist_lazy(&self, waiter: &Waiter, own: *const Claim) -> bool {
        let Source::Chan(strong) = &self.0 else { return true };
        let chan = strong.chan();
        // SAFETY: the caller's promise.
        unsafe {
            if chan.meeting().is_some() {
                chan.enlist_lazy(false, waiter, own)
            } else {
                chan.enlist_arm(false, waiter, false)
            }
        }
    }

    fn may_win(&self) -> bool {
        match &self.0 {
            Source::Chan(strong) => strong.chan().may_win(false),
            _ => false, // the sleep ends in time
        }
    }

    fn spin(&self) -> Option<&Spin> {
        match &self.0 {
            Source::Chan(strong) => Some(strong.chan().spin(false)),
            _ => None,
        }
    }

    fn due(&self) -> Option<Instant> {
        match &self.0 {
            Source::Timer(timer) => timer.due(),
            _ => None,
        }
    }

    unsafe fn enlist(&self, waiter: &Waiter, again: bool) -> bool {
        match &self.0 {
            // SAFETY: the caller's promise.
            Source::Chan(strong) => unsafe { strong.chan().enlist_arm(false, waiter, again) },
            _ => true,
        }
    }

    fn withdraw(&self, waiter: &Waiter) {
        if let Source::Chan(strong) = &self.0 {
            strong.chan().withdraw_arm(false, waiter);
        }
    }

    fn meeting(&self) -> Option<u64> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().meeting(),
            _ => None,
        }
    }

    fn place_layout(&self) -> Option<Layout> {
        match &self.0 {
            Source::Chan(strong) => strong.chan().meeting().map(|_| strong.chan().place_layout()),
            _ => None,
        }
    }

    unsafe fn init_place(&self, place: *mut ()) {
        if let Source::Chan(strong) = &self.0 {
            // SAFETY: the caller's promise.
            unsafe { strong.chan().init_place(place) }
        }
    }

    fn lock(&self) {
        if let Source::Chan(strong) = &self.0 {
            strong.chan().lock_for_select();
        }
    }

    unsafe fn unlock(&self) {
        if let Source::Chan(strong) = &self.0 {
            // SAFETY: the caller's promise.
            unsafe { strong.chan().unlock_for_select() }
        }
    }

    unsafe fn may_win_locked(&self, own: *const Claim) -> bool {
        match &self.0 {
            // SAFETY: the caller's promise.
            Source::Chan(strong) => unsafe { strong.chan().may_win_locked(false, own) },
            _ => false,
        }
    }

    unsafe fn win_locked(&self, own: *const Claim) -> Option<Token> {
        match &self.0 {
            // SAFETY: the caller's promise.
            Source::Chan(strong) => unsafe { strong.chan().win_locked(false, own) },
            _ => None,
        }
    }

    unsafe fn enlist_locked(&self, waiter: &Waiter, again: bool, own: *const Claim) -> Option<Waker> {
        match &self.0 {
            // SAFETY: the caller's promise.
            Source::Chan(strong) => unsafe { strong.chan().enlist_locked(false, waiter, again, own) },
            _ => None,
        }
    }
}
