//! One round of waiting: enlist on all arms, withdraw from all.

#![allow(unsafe_code)] // waiters that the channels point to

use super::look::{choose, ports};
use super::order::Order;
use super::{Arm, Port, INLINE};
use crate::chan::{Enlisted, Manner, Token};
use crate::wait::{Claim, Patience, Waiter, WakeList, Waker};
use core::cell::Cell;

/// What became of a try to enlist on all arms.
pub(crate) enum Enlisting {
    /// On all.
    Yes,
    /// An arm was won instead.
    Won(usize, Token),
    /// An arm may be won now.
    Again,
    /// A lock could not be had in time.
    Busy,
}

/// The arms of capacity 0 with the ids of their channels, in the order of the ids. Few are put into `few`.
pub(crate) fn meetings<'m>(arms: &[Arm<'_>], few: &'m mut [(u64, usize); INLINE], many: &'m mut Vec<(u64, usize)>) -> &'m [(u64, usize)] {
    let meetings = ports(arms).filter_map(|(i, port)| Some((port.meeting()?, i)));
    let sorted = if arms.len() <= INLINE {
        let n = meetings.zip(few.iter_mut()).map(|(meeting, place)| *place = meeting).count();
        &mut few[..n]
    } else {
        many.clear();
        many.extend(meetings);
        &mut many[..]
    };
    sorted.sort_unstable();
    sorted
}

/// The arms of an operation, with a waiter for each in the order in which they enlist.
pub(crate) struct Round<'s, 'a> {
    pub(crate) arms: &'s [Arm<'a>],
    pub(crate) claim: &'s Claim,
    pub(crate) waiters: &'s [Waiter],
    /// The arms of capacity 0 with the ids of their channels, in the order of the ids.
    pub(crate) meetings: &'s [(u64, usize)],
    pub(crate) order: Order,
    /// How arms are won while enlisting.
    pub(crate) manner: Manner,
    /// How long to wait for locks.
    pub(crate) patience: Option<Patience>,
    /// Whether a peer was called while enlisting: it comes, and meets us if it can.
    pub(crate) called: Cell<bool>,
}

impl Round<'_, '_> {
    /// # Safety
    /// The waiters are in no queue, and stay where they are until `withdraw_all`, which is to come whatever the answer is.
    pub(crate) unsafe fn enlist(&self, again: bool) -> Enlisting {
        if !self.meetings.is_empty() {
            // SAFETY: the caller's promise.
            match unsafe { self.enlist_meetings(again) } {
                Enlisting::Yes => {}
                other => return other,
            }
        }
        for (waiter, port) in self.standing(again).filter(|(_, port)| port.meeting().is_none()) {
            // SAFETY: the caller's promise.
            match unsafe { port.enlist(waiter, again, self.patience) } {
                Enlisted::Yes => {}
                Enlisted::Again | Enlisted::Closed => return Enlisting::Again,
                Enlisted::Busy => return Enlisting::Busy,
            }
        }
        Enlisting::Yes
    }

    /// The waiters of the arms that are switched on, in their order; in the opposite order if each is put `in_front` of those before.
    fn standing(&self, in_front: bool) -> impl Iterator<Item = (&Waiter, &dyn Port)> {
        let last = self.waiters.len().wrapping_sub(1);
        let nth = move |n: usize| &self.waiters[if in_front { last - n } else { n }];
        (0..self.waiters.len()).map(nth).filter_map(|waiter| Some((waiter, self.arms[waiter.arm()].0? as &dyn Port)))
    }

    /// One port for each channel of capacity 0, in the order of their ids.
    fn channels(&self) -> impl Iterator<Item = &dyn Port> {
        let first_of_channel = |at: &usize| *at == 0 || self.meetings[at - 1].0 != self.meetings[*at].0;
        (0..self.meetings.len()).filter(first_of_channel).filter_map(|at| self.arms[self.meetings[at].1].0.map(|port| port as &dyn Port))
    }

    /// Looks at all arms of capacity 0 and enlists in them, with all their channels locked.
    ///
    /// # Safety
    /// As for `enlist`.
    unsafe fn enlist_meetings(&self, again: bool) -> Enlisting {
        let locked = self.channels().take_while(|port| port.lock(self.patience)).count();
        let all = self.channels().count() == locked;
        let mut won = if all { self.win_meeting() } else { None };
        let mut wakers = WakeList::new();
        let mut more_wakers = Vec::new();
        if all && won.is_none() {
            for (waiter, port) in self.standing(again).filter(|(_, port)| port.meeting().is_some()) {
                // SAFETY: its lock is held; and the caller's promise.
                let Some(waker) = (unsafe { port.enlist_locked(waiter, again, self.claim) }) else { continue };
                self.called.set(true);
                match wakers.is_full() {
                    true => more_wakers.extend(waker),
                    false => wakers.push(waker),
                }
            }
        }
        // SAFETY: taken above.
        let asked = self.channels().take(locked).fold(0, |asked, port| asked | unsafe { port.unlock() });
        if asked != 0 {
            // Foreign code: once no lock is held. All channels are asked for what was asked of one, which does no harm at capacity 0: nobody is called who is
            // not wanted.
            won = won.map(|(i, token)| (i, self.accept_early(i, token)));
            self.channels().take(locked).for_each(|port| port.ask_again(asked));
        }
        drop(wakers); // wakes
        more_wakers.into_iter().for_each(Waker::wake);
        match won {
            Some((i, token)) => Enlisting::Won(i, token),
            None if all => Enlisting::Yes,
            None => Enlisting::Busy,
        }
    }

    /// Foreign code is about to run before the end of this arm, which was won.
    #[cold]
    fn accept_early(&self, i: usize, token: Token) -> Token {
        match (self.arms[i].0, self.waiters.iter().find(|waiter| waiter.arm() == i)) {
            // SAFETY: the arm's place, which is empty, as its waiter was not served; it outlives the token, as it would after DONE.
            (Some(port), Some(waiter)) => unsafe { port.accept_early(token, self.manner.hold, waiter.place()) },
            _ => token,
        }
    }

    /// With all locks of capacity 0 held.
    fn win_meeting(&self) -> Option<(usize, Token)> {
        // SAFETY: an arm of capacity 0, whose lock is held.
        let ready = |port: &dyn Port| unsafe { port.meeting().is_some() && port.may_win_locked(self.claim) };
        choose(self.arms, self.order, ready, |i, port| {
            port.meeting()?;
            // SAFETY: as above.
            unsafe { port.win_locked(self.claim, self.manner.hold) }.map(|token| (i, token))
        })
    }

    /// Takes all waiters out of their queues, but for the `decided` one, which a peer has taken out. `false` if a lock could not be had in time: to be
    /// called again.
    pub(crate) fn withdraw_all(&self, decided: Option<usize>) -> bool {
        self.standing(false).filter(|(waiter, _)| Some(waiter.arm()) != decided).all(|(waiter, port)| port.withdraw(waiter, self.patience))
    }
}
