//! Looking at the arms: in the given order, or with the same chance for each that is ready.

use super::order::{below, one_of, Order};
use super::{Arm, Port, INLINE};
use crate::chan::{Manner, Token};
use crate::sync::MODEL;
use core::ptr;

/// The arms that are switched on, first to last.
pub(crate) fn ports<'s, 'a>(arms: &'s [Arm<'a>]) -> impl DoubleEndedIterator<Item = (usize, &'a dyn Port)> + 's {
    arms.iter().enumerate().filter_map(|(i, arm)| arm.0.map(|port| (i, port)))
}

/// Looks at the arms, before each is tried, ready or not.
const PASSES: usize = 4;

/// Tries arms until one answers. In random order each of those that are `ready` has the same chance to be tried first; if none is, none is tried.
#[inline]
pub(super) fn choose<'a, R>(
    arms: &[Arm<'a>],
    order: Order,
    ready: impl Fn(&'a dyn Port) -> bool,
    mut try_arm: impl FnMut(usize, &'a dyn Port) -> Option<R>,
) -> Option<R> {
    if order == Order::Given || MODEL || arms.len() == 1 {
        return ports(arms).find_map(|(i, port)| try_arm(i, port));
    }
    // An arm that is ready and cannot be won has been lost to another operation, or its peer is in the middle of one.
    for _ in 0..PASSES {
        // Sampling with a reservoir of one: needs no list of the arms, and no random number where only one is ready.
        let mut chosen = None;
        let mut found = 0;
        for (i, port) in ports(arms).filter(|&(_, port)| ready(port)) {
            found += 1;
            if found == 1 || below(found) == 0 {
                chosen = Some((i, port, found));
            }
        }
        let (i, port, at) = chosen?;
        // Arms of one channel become ready together. If they did while we looked, the chosen one has won only because it was looked at later.
        if at as usize <= i && ports(&arms[..i]).filter(|&(_, port)| ready(port)).count() as u32 != at - 1 {
            continue;
        }
        let won = try_arm(i, port);
        if won.is_some() {
            return won;
        }
    }
    let start = below(arms.len() as u32) as usize;
    let (before, after) = arms.split_at(start);
    ports(after).map(|(i, port)| (i + start, port)).chain(ports(before)).find_map(|(i, port)| try_arm(i, port))
}

/// As `choose`, after a look that has found the arms in `seen` ready (a set, where arms are few). The others are asked first whether they are ready
/// `otherwise`.
pub(super) fn choose_seen<'a, R>(
    arms: &[Arm<'a>],
    order: Order,
    seen: u32,
    otherwise: impl Fn(&'a dyn Port) -> bool,
    ready: impl Fn(&'a dyn Port) -> bool,
    mut try_arm: impl FnMut(usize, &'a dyn Port) -> Option<R>,
) -> Option<R> {
    if seen != 0 && arms.len() <= INLINE && order == Order::Random {
        let set = ports(arms).fold(seen, |set, (i, port)| set | u32::from(seen >> i & 1 == 0 && otherwise(port)) << i);
        let chosen = one_of(set);
        // As in `choose`.
        let moved = ports(&arms[..chosen]).any(|(i, port)| ready(port) != (set >> i & 1 == 1));
        let won = arms[chosen].0.filter(|_| !moved).and_then(|port| try_arm(chosen, port));
        if won.is_some() {
            return won;
        }
    }
    choose(arms, order, ready, try_arm)
}

/// Tries each arm once.
#[inline]
pub(crate) fn look(arms: &[Arm<'_>], order: Order, manner: Manner) -> Option<(usize, Token)> {
    // The cheap question first, see `first`. (At capacity 0 it is about peers without a value, too.)
    let ready = |port: &dyn Port| (port.meeting().is_none() && port.may_win()) || port.is_ready(manner.patience);
    choose(arms, order, ready, |i, port| port.win(ptr::null(), manner).map(|token| (i, token)))
}

/// Makes one number of all versions. If a single version differs, so does the number; if several do, it is the same once in 2^64.
#[inline]
pub(super) fn mix(hash: u64, version: u64) -> u64 {
    (hash.rotate_left(23) ^ version).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Repeats `pass`, which looks at all arms, until it answers, or until no arm can have become ready while it looked: then there was a moment at
/// which none was. Bounded: after some passes it answers without such a moment.
#[cold]
pub(crate) fn settle_on_none<R>(arms: &[Arm<'_>], pass: impl Fn() -> Option<R>) -> Option<R> {
    const LOOKS: usize = 64;
    let versions = || ports(arms).fold(0, |hash, (_, port)| mix(hash, port.version()));
    let mut before = versions();
    for _ in 0..LOOKS {
        let found = pass();
        if found.is_some() {
            return found;
        }
        let after = versions();
        if after == before {
            return None;
        }
        before = after;
    }
    None
}
