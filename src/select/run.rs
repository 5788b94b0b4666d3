//! A thread's select: look, then rounds of waiting.

#![allow(unsafe_code)] // waiters of this frame

use super::first::FEW;
use super::look::{choose, choose_seen, look, ports, settle_on_none};
use super::meet::{meet, meeting_place, Met};
use super::order::Order;
use super::round::{Enlisting, Round};
use super::{Arm, Port, Storage, INLINE};
use crate::chan::{Holding, Manner, Token};
use crate::sync::{now, Deadline, MODEL};
use crate::wait::{Claim, Lag, Patience, Phase, Spin};
use core::cell::Cell;
use core::ptr;

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// Not at all.
    Now,
    /// To the deadline.
    Deadline(Deadline),
}

/// What a thread waits for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'s, 'a> {
    pub(crate) arms: &'s [Arm<'a>],
    pub(crate) order: Order,
    pub(crate) until: Until,
    pub(crate) manner: Manner,
}

/// In `select!` a message expression runs between the win and its end, but nothing before a receive.
pub(crate) const MANNER: Manner = Manner { patience: Patience::Thread, hold: Holding::Sends };

/// In a dynamic select it is the caller's code that runs, after the win of any arm.
pub(crate) const DYNAMIC: Manner = Manner { patience: Patience::Thread, hold: Holding::All };

/// Waits for one of the arms. Its token goes straight to `won`: while a peer is held, each copy of the token would be time in which the peer looks, and takes
/// its cache line away. `None`: none in time.
#[inline]
pub(crate) fn run(wanted: Wanted<'_, '_>, storage: &mut Storage, won: &mut Option<Token>) -> Option<usize> {
    let i = match wanted.until {
        Until::Now => keep(wanted.look(), won),
        Until::Deadline(_) => choose(wanted.arms, wanted.order, |port| port.seems_ready(), win_to(won, wanted.manner)),
    };
    i.or_else(|| wanted.after_look(storage, won))
}

/// Tries to win an arm.
fn win_to(won: &mut Option<Token>, manner: Manner) -> impl FnMut(usize, &dyn Port) -> Option<usize> + '_ {
    move |i, port| {
        *won = port.win(ptr::null(), manner);
        won.is_some().then_some(i)
    }
}

/// Puts a token where it is wanted.
fn keep(found: Option<(usize, Token)>, won: &mut Option<Token>) -> Option<usize> {
    let (i, token) = found?;
    *won = Some(token);
    Some(i)
}

/// What is left to do after `first`.
#[cold]
#[inline(never)]
pub(crate) fn rest(wanted: Wanted<'_, '_>, storage: &mut Storage, won: &mut Option<Token>) -> Option<usize> {
    if wanted.arms.len() > FEW {
        return run(wanted, storage, won);
    }
    wanted.after_look(storage, won)
}

impl Wanted<'_, '_> {
    fn look(&self) -> Option<(usize, Token)> {
        look(self.arms, self.order, self.manner)
    }

    fn after_look(self, storage: &mut Storage, won: &mut Option<Token>) -> Option<usize> {
        let Until::Deadline(deadline) = self.until else { return keep(self.after_look_now(storage), won) };
        let awake = stay_awake(self.arms, self.order, self.manner, deadline, won);
        awake.or_else(|| match self.meet(storage, deadline) {
            Met::Won(i, token) => keep(Some((i, token)), won),
            met => keep(self.wait(storage, met), won),
        })
    }

    fn after_look_now(self, storage: &mut Storage) -> Option<(usize, Token)> {
        // Only a peer that has no value yet is left, if any: another select, which has to be called.
        if ports(self.arms).any(|(_, port)| port.has_peer(self.manner.patience)) {
            return self.wait(storage, Met::Seen);
        }
        if self.arms.len() > 1 {
            return settle_on_none(self.arms, || self.look());
        }
        None
    }

    /// Before enlisting at all arms.
    fn meet(&self, storage: &mut Storage, deadline: Deadline) -> Met {
        let arms = self.arms;
        let awake = ports(arms).find_map(|(_, port)| port.spin()).is_some_and(Spin::is_on);
        let Some(at) = meeting_place(arms).filter(|_| awake) else { return Met::Seen };
        match meet(arms, at, self.manner, storage, deadline) {
            Met::Seen => self.look().map_or(Met::Seen, |(i, token)| Met::Won(i, token)),
            met => met,
        }
    }

    #[cold]
    #[inline(never)]
    fn wait(self, storage: &mut Storage, met: Met) -> Option<(usize, Token)> {
        let Wanted { arms, order, until, manner } = self;
        let claim = Claim::new();
        storage.with_waiters(arms, order, &claim, |waiters, meetings| {
            let round = Round { arms, claim: &claim, waiters, meetings, order, manner, patience: None, called: Cell::new(false) };
            match until {
                Until::Now => call(&round),
                Until::Deadline(deadline) => rounds(&round, deadline, met),
            }
        })
    }
}

fn rounds(round: &Round<'_, '_>, deadline: Deadline, met: Met) -> Option<(usize, Token)> {
    let look = || look(round.arms, round.order, round.manner);
    let mut again = matches!(met, Met::Again);
    let mut tired = matches!(met, Met::Nobody);
    let mut lag = Lag::new();
    loop {
        let due = ports(round.arms).filter_map(|(_, port)| port.due()).min();
        // SAFETY: in no queue, and `withdraw_all` comes below, before the frame of the waiters ends: nothing between runs foreign code that is not contained.
        let enlisted = unsafe { round.enlist(again) };
        let phase = match enlisted {
            Enlisting::Won(i, token) => return Some((i, token)),
            Enlisting::Yes => wait_enlisted(round, due.map_or(deadline, |due| deadline.min(Deadline::at(due))), tired),
            Enlisting::Again | Enlisting::Busy => round.claim.give_up(),
        };
        tired = false;
        let decided = match phase {
            Phase::Done(i) | Phase::Ready(i) | Phase::Closed(i) => Some(i),
            _ => None,
        };
        round.withdraw_all(decided);
        match phase {
            Phase::Done(i) => return Some((i, placed(round, i))),
            Phase::Ready(i) => {
                again = true;
                let won = round.arms[i].0.and_then(|port| port.win_notified(ptr::null(), round.manner));
                if let Some(token) = won {
                    return Some((i, token));
                }
            }
            _ => {}
        }
        if let Some(won) = look() {
            return Some(won);
        }
        // In a model only a wait can end the time (`Deadline::expired`): if we slept, and nobody has decided, it is over. But where an arm is due the sleep may
        // have ended for that: there the model's clock tells.
        let ended = MODEL && due.is_none() && matches!(enlisted, Enlisting::Yes) && phase == Phase::Dead;
        if ended || deadline.expired() || (due.is_some() && deadline.over()) {
            return settle_on_none(round.arms, look);
        }
        if matches!(enlisted, Enlisting::Again) {
            lag.wait(); // ready a moment ago, and not to be won: a peer is in the middle of a copy
        }
        round.claim.reopen();
        if round.meetings.is_empty() {
            let mut won = None;
            if let Some(i) = stay_awake(round.arms, round.order, round.manner, deadline, &mut won) {
                return won.map(|token| (i, token));
            }
        }
    }
}

/// The value that a peer has put into the place of arm `i`.
pub(crate) fn placed(round: &Round<'_, '_>, i: usize) -> Token {
    let waiter = round.waiters.iter().find(|waiter| waiter.arm() == i);
    waiter.map_or(Token::Closed, |waiter| Token::Placed { place: waiter.place(), turn: Some(waiter.turn()) })
}

/// Enlists for about as long as a called select needs to come. Bounded.
fn call(round: &Round<'_, '_>) -> Option<(usize, Token)> {
    // SAFETY: as in `rounds`.
    if let Enlisting::Won(i, token) = unsafe { round.enlist(false) } {
        return Some((i, token));
    }
    if round.called.get() {
        round.claim.sleep_briefly();
    }
    let phase = round.claim.give_up();
    round.withdraw_all(None);
    let won = match phase {
        Phase::Done(i) => Some((i, placed(round, i))),
        Phase::Ready(i) => round.arms[i].0.and_then(|port| port.win_notified(ptr::null(), round.manner)).map(|token| (i, token)),
        _ => None,
    };
    // Who called us may have been served elsewhere: that says nothing about the other arms.
    won.or_else(|| settle_on_none(round.arms, || look(round.arms, round.order, round.manner)))
}

/// At this look a wait asks, once, whether a channel is closed: the cheap look does not see that, and this one reads what peers write.
const CLOSED_AT: u32 = 4;

/// Before enlisting: stays awake until an arm is won; not for long if there are peers that have to find us in a queue, with a place.
fn stay_awake(arms: &[Arm<'_>], order: Order, manner: Manner, deadline: Deadline, token: &mut Option<Token>) -> Option<usize> {
    let spin = ports(arms).find_map(|(_, port)| port.spin()).filter(|spin| spin.is_on())?;
    let mut looks = 0;
    let mut won = None;
    let mut ready = || {
        looks += 1;
        let (mut seen, mut calls) = (0, false);
        for (i, port) in ports(arms) {
            let glimpse = port.glimpse();
            seen |= u32::from(glimpse.wins) << i.min(INLINE);
            calls |= glimpse.calls;
        }
        // A closed channel is not seen by the cheap look.
        if seen != 0 || (looks == CLOSED_AT && ports(arms).any(|(_, port)| port.is_ready(manner.patience))) {
            won = choose_seen(arms, order, seen, |port| port.is_ready_otherwise(), |port| port.seems_ready(), win_to(token, manner));
        }
        won.is_some() || calls
    };
    let (mut look_ns, mut done) = (0, false);
    if arms.len() > FEW {
        // A look at many arms may take longer than the whole wait should.
        let begun = now();
        done = ready();
        look_ns = u32::try_from(now().saturating_duration_since(begun).as_nanos()).unwrap_or(u32::MAX);
    }
    if done {
        return won;
    }
    if ports(arms).any(|(_, port)| port.place_layout().is_some()) {
        spin.glance(look_ns, ready);
    } else {
        spin.wait_looking(look_ns, deadline, ready);
    }
    won
}

/// Waits, awake and then asleep, until the claim is decided. `Dead`: the deadline decided it. Who is `tired` has been awake for long enough.
fn wait_enlisted(round: &Round<'_, '_>, deadline: Deadline, tired: bool) -> Phase {
    let claim = round.claim;
    let spin = ports(round.arms).find_map(|(_, port)| port.spin());
    if let (false, Some(spin)) = (tired || round.meetings.is_empty(), spin) {
        spin.wait(deadline, || !claim.phase().is_waiting());
    }
    let mut phase = claim.settle(claim.phase());
    if phase.is_waiting() {
        phase = claim.settle(claim.sleep(deadline));
    }
    if phase.is_waiting() {
        phase = claim.give_up();
    }
    phase
}
