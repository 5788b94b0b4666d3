//! The rounds of a select: look, enlist, wait, withdraw.

#![allow(unsafe_code)] // waiters of this frame, and the storage that they point to

use super::{Arm, Port};
use crate::chan::Token;
use crate::sync::{random, Deadline, MODEL};
use crate::wait::spin::Lag;
use crate::wait::{Claim, Phase, Waiter, WakeList, Waker};
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr;

/// In which order arms are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Uniformly random, anew each time.
    Random,
    /// First to last.
    Given,
}

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// Not at all.
    Now,
    /// To the deadline.
    Deadline(Deadline),
}

/// So many arms are served without an allocation.
const INLINE: usize = 8;
const INLINE_BYTES: usize = 64;

/// Where peers put values for receiving arms of capacity 0. Only one arm ever gets one, so they share it.
#[derive(Debug)]
pub struct Storage {
    inline: MaybeUninit<[u128; INLINE_BYTES / 16]>,
    /// Blocks for values that do not fit.
    heap: Vec<(*mut u8, Layout)>,
}

impl Storage {
    /// With room for small values.
    pub const fn new() -> Storage {
        Storage { inline: MaybeUninit::uninit(), heap: Vec::new() }
    }

    /// Makes a token independent of where the storage is; it may move until `attach`.
    pub(crate) fn detach(&mut self, token: Token) -> Token {
        match token {
            Token::Placed(place) if place == self.inline_place() => Token::Placed(ptr::null_mut()),
            token => token,
        }
    }

    /// Undoes `detach`, here.
    pub(crate) fn attach(&mut self, token: Token) -> Token {
        match token {
            Token::Placed(place) if place.is_null() => Token::Placed(self.inline_place()),
            token => token,
        }
    }

    fn inline_place(&mut self) -> *mut () {
        self.inline.as_mut_ptr().cast()
    }

    /// A place for a port's value. In a model each has its own, because its cells know who they are.
    pub(super) fn place_for(&mut self, port: &dyn Port) -> *mut () {
        let Some(layout) = port.place_layout() else { return ptr::null_mut() };
        let place: *mut () = if !MODEL && layout.size() <= INLINE_BYTES && layout.align() <= 16 {
            self.inline_place()
        } else {
            let shared = self.heap.iter().find(|(_, has)| !MODEL && has.size() >= layout.size() && has.align() >= layout.align());
            match shared {
                Some((block, _)) => block.cast(),
                None => {
                    let layout = Layout::from_size_align(layout.size().max(1), layout.align()).unwrap_or(layout);
                    // SAFETY: not of size zero.
                    let block = unsafe { std::alloc::alloc(layout) };
                    if block.is_null() {
                        std::alloc::handle_alloc_error(layout);
                    }
                    self.heap.push((block, layout));
                    block.cast()
                }
            }
        };
        // SAFETY: large and aligned enough; no waiter points to it yet.
        unsafe { port.init_place(place) };
        place
    }
}

impl Default for Storage {
    fn default() -> Storage {
        Storage::new()
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        for (block, layout) in self.heap.drain(..) {
            // SAFETY: allocated with this layout in `place_for`.
            unsafe { std::alloc::dealloc(block, layout) };
        }
    }
}

/// Calls `try_arm` for each arm that is switched on, in the order, until it answers.
#[inline]
pub(super) fn each<'a, R>(arms: &[Arm<'a>], order: Order, mut try_arm: impl FnMut(usize, &'a dyn Port) -> Option<R>) -> Option<R> {
    if order == Order::Given || MODEL {
        return arms.iter().enumerate().find_map(|(i, arm)| arm.0.and_then(|port| try_arm(i, port)));
    }
    let mut few = [0u32; INLINE];
    let mut many = Vec::new();
    let order: &mut [u32] = if arms.len() <= INLINE {
        &mut few[..arms.len()]
    } else {
        many.resize(arms.len(), 0);
        &mut many
    };
    // Fisher and Yates, inside out, and only as far as is looked.
    for (i, place) in order.iter_mut().enumerate() {
        *place = i as u32;
    }
    for i in 0..order.len() {
        let left = (order.len() - i) as u32;
        let pick = if left > 1 { below(left) as usize } else { 0 };
        order.swap(i, i + pick);
        let index = order[i] as usize;
        if let Some(port) = arms[index].0 {
            if let Some(won) = try_arm(index, port) {
                return Some(won);
            }
        }
    }
    None
}

/// Tries each arm once.
#[inline]
pub(super) fn look(arms: &[Arm<'_>], order: Order) -> Option<(usize, Token)> {
    each(arms, order, |i, port| port.win(ptr::null()).map(|token| (i, token)))
}

/// A random number below `n`, without bias: Lemire, "Fast random integer generation in an interval" (2019).
fn below(n: u32) -> u32 {
    let mut product = u64::from(random()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u32) < threshold {
            product = u64::from(random()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}

/// Repeats `pass`, which looks at all arms, until it answers, or until no arm can have become ready while it looked: then there was a moment at
/// which none was. Bounded: gives up on that moment after some passes.
#[cold]
pub(super) fn settle_on_none<R>(arms: &[Arm<'_>], pass: impl Fn() -> Option<R>) -> Option<R> {
    const PASSES: usize = 64;
    let versions = || arms.iter().filter_map(|arm| Some(arm.0?.version()));
    let mut few = [0; INLINE];
    let mut many = Vec::new();
    for _ in 0..PASSES {
        let before: &mut [u64] = if arms.len() <= INLINE {
            versions().zip(&mut few).for_each(|(version, place)| *place = version);
            &mut few
        } else {
            many.clear();
            many.extend(versions());
            &mut many
        };
        if let Some(found) = pass() {
            return Some(found);
        }
        if versions().eq(before.iter().copied().take(versions().count())) {
            return None;
        }
    }
    None
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
    let new_waiter = |i: usize, storage: &mut Storage| {
        let place = arms[i].0.map_or(ptr::null_mut(), |port| storage.place_for(port));
        Waiter::new(&claim, i, place)
    };
    let mut few: [MaybeUninit<Waiter>; INLINE] = [const { MaybeUninit::uninit() }; INLINE];
    let mut many = Vec::new();
    let waiters: &[Waiter] = if arms.len() <= INLINE {
        for (i, waiter) in few.iter_mut().enumerate().take(arms.len()) {
            waiter.write(new_waiter(i, storage));
        }
        // SAFETY: the first `arms.len()` were written just now. Waiters need no drop.
        unsafe { core::slice::from_raw_parts(few.as_ptr().cast(), arms.len()) }
    } else {
        many.extend((0..arms.len()).map(|i| new_waiter(i, storage)));
        &many
    };
    let mut few_meetings = [(0, 0); INLINE];
    let mut many_meetings = Vec::new();
    let meetings = arms.iter().enumerate().filter_map(|(i, arm)| Some((arm.0?.meeting()?, i)));
    let meetings: &mut [(u64, usize)] = if arms.len() <= INLINE {
        let mut n = 0;
        for meeting in meetings {
            few_meetings[n] = meeting;
            n += 1;
        }
        &mut few_meetings[..n]
    } else {
        many_meetings.extend(meetings);
        &mut many_meetings
    };
    meetings.sort_unstable();
    let waiting = Waiting { arms, claim: &claim, waiters, meetings };
    match until {
        Until::Now => waiting.call(order),
        Until::Deadline(deadline) => waiting.rounds(order, deadline),
    }
}

impl<'a> Waiting<'_, 'a> {
    fn ports(&self) -> impl Iterator<Item = &'a dyn Port> + '_ {
        self.arms.iter().filter_map(|arm| arm.0)
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
        let refused = each(self.arms, order, |i, port| {
            // SAFETY: in no queue, and `withdraw_all` comes before this frame ends.
            (port.meeting().is_none() && !unsafe { port.enlist(&self.waiters[i], again) }).then_some(())
        });
        match refused {
            Some(()) => Enlisting::Again,
            None => Enlisting::Yes,
        }
    }

    /// Looks at all arms of capacity 0 and enlists in them, with all their channels locked.
    fn enlist_meetings(&self, again: bool, order: Order) -> Option<(usize, Token)> {
        let locks = || {
            let first_of_channel = |at: &usize| *at == 0 || self.meetings[at - 1].0 != self.meetings[*at].0;
            (0..self.meetings.len()).filter(first_of_channel).filter_map(|at| self.arms[self.meetings[at].1].0)
        };
        locks().for_each(|port| port.lock());
        let won = each(self.arms, order, |i, port| {
            port.meeting()?;
            // SAFETY: its lock is held.
            unsafe { port.win_locked(self.claim) }.map(|token| (i, token))
        });
        let mut wakers = WakeList::new();
        let mut more_wakers = Vec::new();
        if won.is_none() {
            each(self.arms, order, |i, port| {
                port.meeting()?;
                // SAFETY: its lock is held; in no queue, and `withdraw_all` comes before this frame ends.
                let waker = unsafe { port.enlist_locked(&self.waiters[i], again, self.claim) };
                match wakers.is_full() {
                    true => more_wakers.extend(waker),
                    false => wakers.push(waker),
                }
                None::<()>
            });
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
        for (i, arm) in self.arms.iter().enumerate() {
            if let Some(port) = arm.0 {
                port.withdraw(&self.waiters[i]);
            }
        }
    }
}
