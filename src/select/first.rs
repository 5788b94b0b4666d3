//! The first look of a select whose arms are known where it is written: they are asked directly, before there is a list of them. Where one is ready,
//! or none and nobody wants to wait, there is nothing more to do.
//!
//! It decides as `choose` and `settle_on_none` do; where those would look once more, it is `Unsure`.

use super::look::mix;
use super::order::{below, one_of, Order};
use super::run::Until;
use super::INLINE;
use crate::sync::MODEL;
use crate::wait::turn;

/// The most arms that are looked at here; more are not worth their code.
pub(super) const FEW: usize = INLINE;

/// What the first look came to.
#[derive(Debug)]
pub enum First<R> {
    /// This arm was won.
    Won(usize, R),
    /// No arm was ready, and that is the answer.
    Nothing,
    /// To be found out by `rest`.
    Unsure,
}

impl<R> First<R> {
    /// What was won, here or by `rest`.
    #[inline(always)]
    pub fn or_else(self, rest: impl FnOnce() -> Option<(usize, R)>) -> Option<(usize, R)> {
        match self {
            First::Won(i, won) => Some((i, won)),
            First::Nothing => None,
            First::Unsure => rest(),
        }
    }
}

/// Looks at `n` arms, each of which answers for itself. Inlined where `n`, the order and mostly the limit are constants.
// (Loops, as they are inlined for certain: an iterator's method and what it calls need not be.)
#[inline(always)]
pub(crate) fn first<R>(
    n: usize,
    order: Order,
    until: Until,
    may_win: impl Fn(usize) -> bool,
    is_ready: impl Fn(usize) -> bool,
    version: impl Fn(usize) -> u64,
    mut win: impl FnMut(usize) -> Option<R>,
) -> First<R> {
    if n > FEW {
        return First::Unsure;
    }
    if MODEL {
        return (0..n).find_map(|i| Some(First::Won(i, win(i)?))).unwrap_or(First::Unsure);
    }
    if let Until::Deadline(_) = until {
        turn::count();
        return of_who_waits(n, order, may_win, is_ready, win);
    }
    let versions = || if n > 1 { (0..n).fold(0, |hash, i| mix(hash, version(i))) } else { 0 };
    let before = versions();
    let mut ready = 0;
    for i in 0..n {
        ready |= u32::from(is_ready(i)) << i;
    }
    if ready == 0 {
        return if before == versions() { First::Nothing } else { First::Unsure };
    }
    let chosen = if order == Order::Random { one_of(ready) } else { ready.trailing_zeros() as usize };
    if order == Order::Random && moved(chosen, ready, is_ready) {
        return First::Unsure;
    }
    win(chosen).map_or(First::Unsure, |won| First::Won(chosen, won))
}

/// As `first`, for who waits: looks at one arm, and at the others only if that is not ready, as each look at a busy channel costs those who work there a cache
/// line (16 processors: selrx_1 316 to 174 ns; two: selboth_1 441 to 330, but selready_1 28 to 33; more in `docs/tuning.md`).
#[inline(always)]
fn of_who_waits<R>(
    n: usize,
    order: Order,
    may_win: impl Fn(usize) -> bool,
    is_ready: impl Fn(usize) -> bool,
    mut win: impl FnMut(usize) -> Option<R>,
) -> First<R> {
    let mut chosen = if n > 1 && order == Order::Random { below(n as u32) as usize } else { 0 };
    if !may_win(chosen) {
        // Asks first what it would ask while it waits: to look at an empty channel costs those who fill it a cache line.
        let mut ready = 0;
        for i in 0..n {
            ready |= u32::from(may_win(i)) << i;
        }
        if ready == 0 {
            return First::Unsure;
        }
        let found = ready;
        for i in 0..n {
            if found >> i & 1 == 0 {
                ready |= u32::from(is_ready(i)) << i;
            }
        }
        // What is ready by now stays chosen: it was first.
        if ready >> chosen & 1 == 0 {
            chosen = if order == Order::Random { one_of(ready) } else { ready.trailing_zeros() as usize };
        }
        if order == Order::Random && moved(chosen, ready, |i| may_win(i) || is_ready(i)) {
            return First::Unsure;
        }
    }
    win(chosen).map_or(First::Unsure, |won| First::Won(chosen, won))
}

/// Whether an arm before the chosen one is ready now and was not before, or the other way round: if two become ready together, the chosen one may have won
/// only because it was looked at later.
#[inline(always)]
fn moved(chosen: usize, ready: u32, is_ready: impl Fn(usize) -> bool) -> bool {
    for i in 0..FEW {
        if i < chosen && is_ready(i) != (ready >> i & 1 == 1) {
            return true;
        }
    }
    false
}
