//! The rounds of a select: look, enlist, wait, withdraw.

#![allow(unsafe_code)] // waiters of this frame

use super::look::{choose, look, ports, settle_on_none, turned, Order};
use super::{Arm, Port, Storage};
use crate::chan::Token;
use crate::sync::{Deadline, MODEL};
use crate::wait::spin::Lag;
use crate::wait::{Claim, Phase, Waiter, WakeList, Waker};
use core::ptr;

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// Not at all.
    Now,
    /// To the deadline.
    Deadline(Deadline),
}

/// Waits for one of the arms. `None`: none in time.
#[inline]
pub(crate) fn run(arms: &[Arm<'_>], order: Order, until: Until, storage: &mut Storage) -> Option<(usize, Token)> {
    let won = look(arms, order);
    match until {
        _ if won.is_some() => won,
        // Only a peer that has no value yet is left, if any: another select, which has to be called.
        Until::Now if arms.iter().any(|arm| arm.0.is_some_and(|port| port.meeting().is_some() && port.is_ready())) => {
            wait(arms, order, until, storage)
        }
        Until::Now if arms.len() > 1 => settle_on_none(arms, || look(arms, order)),
        Until::Now => None,
        Until::Deadline(_) => wait(arms, order, until, storage),
    }
}

/// What became of a try to enlist on all arms.
enum Enlisting {
    /// On all.
    Yes,
    /// An arm was won instead.
    Won(usize, Token),
    /// An arm may be won now.
    Again,
}

struct Waiting<'s, 'a> {
    arms: &'s [Arm<'a>],
    claim: &'s Claim,
    waiters: &'s [Waiter],
    /// Indices of the arms of capacity 0, ordered by the ids of their channels.
    meetings: &'s [(u64, usize)],
}

#[cold]
#[inline(never)]
fn wait(arms: &[Arm<'_>], order: Order, until: Until, storage: &mut Storage) -> Option<(usize, Token)> {
    let claim = Claim::new();
    storage.with_waiters(arms, &claim, |waiters, meetings| {
        let waiting = Waiting { arms, claim: &claim, waiters, meetings };
        match until {
            Until::Now => waiting.call(order),
            Until::Deadline(deadline) => waiting.rounds(order, deadline),
        }
    })
}

impl<'a> Waiting<'_, 'a> {
    fn ports(&self) -> impl Iterator<Item = &'a dyn Port> + '_ {
        ports(self.arms).map(|(_, port)| port)
    }

    fn rounds(&self, order: Order, deadline: Deadline) -> Option<(usize, Token)> {
        let look = || look(self.arms, order);
        let mut again = false;
        let mut lag = Lag::new();
        loop {
            if self.stay_awake() {
                if let Some(won) = look() {
                    return Some(won);
                }
            }
            let due = self.ports().filter_map(|port| port.due()).min();
            let enlisted = self.enlist(again, order);
            let phase = match enlisted {
                Enlisting::Won(i, token) => return Some((i, token)),
                Enlisting::Yes => self.wait_enlisted(due.map_or(deadline, |due| deadline.min(Deadline::at(due)))),
                Enlisting::Again => match self.claim.withdraw() {
                    Ok(()) => Phase::Dead,
                    Err(phase) => self.claim.settle(phase),
                },
            };
            self.withdraw_all();
            match phase {
                Phase::Done(i) => return Some((i, Token::Placed(self.waiters[i].place()))),
                Phase::Ready(i) => {
                    again = true;
                    let won = self.arms[i].0.and_then(|port| port.win_notified(ptr::null()));
                    if let Some(token) = won {
                        return Some((i, token));
                    }
                }
                _ => {}
            }
            if let Some(won) = look() {
                return Some(won);
            }
            let ended = MODEL && due.is_none() && matches!(enlisted, Enlisting::Yes) && phase == Phase::Dead;
            if ended || deadline.expired() {
                return settle_on_none(self.arms, look);
            }
            if matches!(enlisted, Enlisting::Again) {
                lag.wait(); // ready a moment ago, and not to be won: a peer is in the middle of a copy
            }
            self.claim.reopen();
        }
    }

    /// Enlists for about as long as a called select needs to come. Bounded.
    fn call(&self, order: Order) -> Option<(usize, Token)> {
        if let Enlisting::Won(i, token) = self.enlist(false, order) {
            return Some((i, token));
        }
        let mut lag = Lag::new();
        while self.claim.phase().is_waiting() && lag.wait_bounded() {}
        let phase = match self.claim.withdraw() {
            Ok(()) => Phase::Dead,
            Err(phase) => self.claim.settle(phase),
        };
        self.withdraw_all();
        match phase {
            Phase::Done(i) => Some((i, Token::Placed(self.waiters[i].place()))),
            Phase::Ready(i) => self.arms[i].0.and_then(|port| port.win_notified(ptr::null())).map(|token| (i, token)),
            _ => settle_on_none(self.arms, || look(self.arms, order)),
        }
    }

    /// Before enlisting: only if nobody needs to find us in a queue.
    fn stay_awake(&self) -> bool {
        if !self.meetings.is_empty() {
            return false;
        }
        let spin = self.ports().find_map(|port| port.spin());
        spin.is_some_and(|spin| spin.wait(|| self.ports().any(|port| port.may_win())))
    }

    /// In the order of the select: who is called first decides which arm a peer chooses.
    fn enlist(&self, again: bool, order: Order) -> Enlisting {
        if !self.meetings.is_empty() {
            if let Some((i, token)) = self.enlist_meetings(again, order) {
                return Enlisting::Won(i, token);
            }
        }
        // SAFETY: in no queue, and `withdraw_all` comes before this frame ends.
        let enlisted = |(i, port): (usize, &dyn Port)| port.meeting().is_some() || unsafe { port.enlist(&self.waiters[i], again) };
        match turned(self.arms, order).all(enlisted) {
            true => Enlisting::Yes,
            false => Enlisting::Again,
        }
    }

    /// Looks at all arms of capacity 0 and enlists in them, with all their channels locked.
    fn enlist_meetings(&self, again: bool, order: Order) -> Option<(usize, Token)> {
        let locks = || {
            let first_of_channel = |at: &usize| *at == 0 || self.meetings[at - 1].0 != self.meetings[*at].0;
            (0..self.meetings.len()).filter(first_of_channel).filter_map(|at| self.arms[self.meetings[at].1].0)
        };
        locks().for_each(|port| port.lock());
        // SAFETY: an arm of capacity 0, whose lock is held.
        let ready = |port: &dyn Port| unsafe { port.meeting().is_some() && port.may_win_locked(self.claim) };
        let won = choose(self.arms, order, ready, |i, port| {
            port.meeting()?;
            // SAFETY: as above.
            unsafe { port.win_locked(self.claim) }.map(|token| (i, token))
        });
        let mut wakers = WakeList::new();
        let mut more_wakers = Vec::new();
        if won.is_none() {
            for (i, port) in turned(self.arms, order).filter(|(_, port)| port.meeting().is_some()) {
                // SAFETY: as above; in no queue, and `withdraw_all` comes before this frame ends.
                let waker = unsafe { port.enlist_locked(&self.waiters[i], again, self.claim) };
                match wakers.is_full() {
                    true => more_wakers.extend(waker),
                    false => wakers.push(waker),
                }
            }
        }
        // SAFETY: taken above.
        locks().for_each(|port| unsafe { port.unlock() });
        drop(wakers); // wakes
        more_wakers.into_iter().for_each(Waker::wake);
        won
    }

    /// Waits, awake and then asleep, until the claim is decided. `Dead`: the deadline decided it.
    fn wait_enlisted(&self, deadline: Deadline) -> Phase {
        let spin = self.ports().find_map(|port| port.spin());
        if let (false, Some(spin)) = (self.meetings.is_empty(), spin) {
            spin.wait(|| !self.claim.phase().is_waiting());
        }
        let mut phase = self.claim.settle(self.claim.phase());
        if phase.is_waiting() {
            phase = self.claim.settle(self.claim.sleep(deadline));
        }
        if phase.is_waiting() {
            phase = match self.claim.withdraw() {
                Ok(()) => Phase::Dead,
                Err(phase) => self.claim.settle(phase),
            };
        }
        phase
    }

    fn withdraw_all(&self) {
        for (i, port) in ports(self.arms) {
            port.withdraw(&self.waiters[i]);
        }
    }
}
