//! A task's select: channels as arms, and other futures.
//!
//! While a foreign future is polled the select is in no queue: no peer can perform an arm of it then, so what either yields is never lost.

#![allow(unsafe_code)] // pinned fields

use super::foreign::PollArm;
use super::wait::Wait;
use super::wanted::{Fixed, Wanted};
use crate::chan::{Holding, Manner, Token};
use crate::select::{below, look, ports, settle_on_none, Arm, Order, Port, Storage, Until};
use crate::sync::{Deadline, Duration, MODEL};
use crate::wait::Patience;
use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::ptr;
use core::task::{ready, Context, Poll};

/// How long a `default` waits for another select that it has called: that one waits, but has no value before it runs.
const CALL: Duration = Duration::from_millis(20);

/// Foreign code runs between the win and its end: a message expression, or the destructors of the futures that have lost.
const MANNER: Manner = Manner { patience: Patience::Task, hold: Holding::All };

/// No arm was ready in time.
pub const LATE: usize = usize::MAX;
/// Every arm is switched off.
pub const OFF: usize = usize::MAX - 1;

/// One arm of `N`: a handle, or a future.
#[allow(missing_debug_implementations)]
pub struct Entry<'a, 'f> {
    port: Option<&'a dyn Port>,
    future: Option<Pin<&'f mut dyn PollArm>>,
}

impl<'a, 'f> Entry<'a, 'f> {
    /// A handle; `None` is switched off.
    #[allow(private_bounds)]
    pub fn port<P: Port>(handle: &Option<&'a P>) -> Entry<'a, 'f> {
        Entry { port: handle.map(|port| port as &dyn Port), future: None }
    }

    /// A future.
    pub fn future(arm: Pin<&'f mut dyn PollArm>) -> Entry<'a, 'f> {
        Entry { port: None, future: arm.is_on().then_some(arm) }
    }
}

/// The type of a handle or a future, for the compiler to see whether it may move between threads.
pub fn marker<P>(_: &P) -> PhantomData<P> {
    PhantomData
}

/// A won arm on its way out of the future.
pub struct Won<'a, M> {
    right: Right<'a>,
    marker: PhantomData<M>,
}

/// Dropped on the way, as when one of the futures that lost panics in its destructor, it gives the arm up.
struct Right<'a> {
    /// Of the token.
    port: Option<&'a dyn Port>,
    token: Option<Token>,
    storage: Storage,
}

// SAFETY: a right to a slot or a value of the handles in `M`, and perhaps the value itself.
unsafe impl<M: Send> Send for Won<'_, M> {}

impl<'a, M> Won<'a, M> {
    /// With futures, which are dropped before its end: foreign code, for which a slot is held.
    fn new(arm: Arm<'a>, mut token: Token, storage: &mut Storage, has_future: bool) -> Won<'a, M> {
        if let (Some(port), true) = (arm.0, has_future) {
            port.hold(&mut token);
        }
        let (token, storage) = storage.split_off(token);
        Won { right: Right { port: arm.0, token: Some(token), storage }, marker: PhantomData }
    }

    fn nothing() -> Won<'a, M> {
        Won { right: Right { port: None, token: None, storage: Storage::new() }, marker: PhantomData }
    }

    pub(crate) fn take(&mut self) -> Option<Token> {
        self.right.take()
    }
}

impl Right<'_> {
    fn take(&mut self) -> Option<Token> {
        let token = self.token.take()?;
        Some(self.storage.attach(token))
    }
}

impl Drop for Right<'_> {
    fn drop(&mut self) {
        if let (Some(port), Some(token)) = (self.port, self.take()) {
            port.give_up(token, true);
        }
    }
}

impl<M> fmt::Debug for Won<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Won { .. }")
    }
}

/// Waits for one of `N` arms, whose types are those of the tuple `M`.
pub struct ArmsFuture<'a, 'f, M, const N: usize> {
    wait: Wait<Fixed<N>>,
    storage: Storage,
    arms: [Arm<'a>; N],
    futures: [Option<Pin<&'f mut dyn PollArm>>; N],
    order: Order,
    until: Until,
    /// Whether to end at once if every arm is switched off.
    off_ends: bool,
    marker: PhantomData<M>,
}

// SAFETY: references to the handles and futures in `M`, and values that pass through those handles; the rest is as in `Wait`.
unsafe impl<M: Send, const N: usize> Send for ArmsFuture<'_, '_, M, N> {}

/// The future of `entries`. `markers` has the [`marker`] of each: without it a future could move to a thread that its handles must not reach.
#[inline]
pub(crate) fn select<'a, 'f, M, const N: usize>(
    _markers: M,
    entries: [Entry<'a, 'f>; N],
    order: Order,
    until: Until,
    off_ends: bool,
) -> ArmsFuture<'a, 'f, M, N> {
    let arms = core::array::from_fn(|i| Arm(entries[i].port));
    let futures = entries.map(|entry| entry.future);
    ArmsFuture { wait: Wait::new(), storage: Storage::new(), arms, futures, order, until, off_ends, marker: PhantomData }
}

/// Looks at all arms once, and polls the futures.
fn look_at_all(
    arms: &[Arm<'_>],
    futures: &mut [Option<Pin<&mut dyn PollArm>>],
    order: Order,
    cx: &mut Context<'_>,
) -> Option<(usize, Option<Token>)> {
    let mut poll = |i: usize| futures[i].as_mut().is_some_and(|future| future.as_mut().poll_arm(cx));
    if order == Order::Given {
        return arms.iter().enumerate().find_map(|(i, arm)| match arm.0 {
            Some(port) => port.win(ptr::null(), MANNER).map(|token| (i, Some(token))),
            None => poll(i).then_some((i, None)),
        });
    }
    // Whether a future is ready is not known before it is polled: so it is drawn which kind comes first, in proportion to their numbers.
    let (n, of_channels) = (arms.len() as u32, ports(arms).count() as u32);
    let look = || look(arms, order, MANNER).map(|(i, token)| (i, Some(token)));
    let first = if MODEL { 0 } else { below(n) as usize };
    let mut poll_all = || (first..arms.len()).chain(0..first).find(|&i| poll(i)).map(|i| (i, None));
    if MODEL || below(n) < of_channels {
        look().or_else(poll_all)
    } else {
        poll_all().or_else(look)
    }
}

impl<'a, M, const N: usize> Future for ArmsFuture<'a, '_, M, N> {
    type Output = (usize, Won<'a, M>);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: neither the waiters nor the storage are moved.
        let Self { wait, storage, arms, futures, order, until, off_ends, .. } = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let mut wait = unsafe { Pin::new_unchecked(wait) };
        if wait.is_over() {
            return Poll::Pending;
        }
        let has_future = futures.iter().any(Option::is_some);
        if *off_ends && !has_future && arms.iter().all(|arm| arm.0.is_none()) {
            wait.finish();
            return Poll::Ready((OFF, Won::nothing()));
        }
        if has_future {
            if let Some((i, token)) = ready!(wait.as_mut().retreat(cx, wanted(arms, *order, *until))) {
                return Poll::Ready((i, Won::new(arms[i], token, storage, has_future)));
            }
            if let Some((i, token)) = look_at_all(arms, futures, *order, cx) {
                wait.finish();
                return Poll::Ready((i, token.map_or_else(Won::nothing, |token| Won::new(arms[i], token, storage, has_future))));
            }
        }
        if matches!(until, Until::Now) {
            let look = || look(arms, *order, MANNER);
            let won = if N > 1 { settle_on_none(arms, look) } else { look() };
            let calling = || ports(arms).any(|(_, port)| port.has_peer(MANNER.patience));
            if won.is_some() || !calling() {
                wait.finish();
                return Poll::Ready(
                    won.map_or_else(|| (LATE, Won::nothing()), |(i, token)| (i, Won::new(arms[i], token, storage, has_future))),
                );
            }
            *until = Until::Deadline(Deadline::after(CALL));
        }
        let place = |i: usize| arms[i].0.map_or(ptr::null_mut(), |port| storage.place_for(port));
        Poll::Ready(match ready!(wait.poll(cx, wanted(arms, *order, *until), place)) {
            Some((i, token)) => (i, Won::new(arms[i], token, storage, has_future)),
            None => (LATE, Won::nothing()),
        })
    }
}

impl<M, const N: usize> Drop for ArmsFuture<'_, '_, M, N> {
    fn drop(&mut self) {
        let wanted = wanted(&self.arms, self.order, self.until);
        // SAFETY: it was pinned if it was polled, and is not moved any more.
        if let Some((i, token)) = unsafe { Pin::new_unchecked(&mut self.wait) }.cancel(wanted) {
            if let Some(port) = self.arms[i].0 {
                port.give_up(token, true);
            }
        }
    }
}

impl<M, const N: usize> fmt::Debug for ArmsFuture<'_, '_, M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("ArmsFuture { .. }")
    }
}

fn wanted<'s, 'a>(arms: &'s [Arm<'a>], order: Order, until: Until) -> Wanted<'s, 'a> {
    let deadline = match until {
        Until::Now => Deadline::NEVER,
        Until::Deadline(deadline) => deadline,
    };
    Wanted { arms, order, hold: MANNER.hold, deadline }
}
