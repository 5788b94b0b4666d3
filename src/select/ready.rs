//! Waiting for an arm to become ready, without performing it.

#![allow(unsafe_code)] // waiters of this frame

use super::run::{each, settle_on_none, Order, Until};
use super::Arm;
use crate::sync::{Deadline, MODEL};
use crate::wait::{Claim, Phase, Waiter};
use core::ptr;

/// Waits until one of the arms is ready. `None`: none in time. By the time the caller acts on it, it may be ready no more.
pub(crate) fn ready(arms: &[Arm<'_>], order: Order, until: Until) -> Option<usize> {
    let look = || each(arms, order, |i, port| port.is_ready().then_some(i));
    let found = look();
    match until {
        Until::Deadline(deadline) if found.is_none() => wait(arms, deadline, look),
        Until::Now if found.is_none() => settle_on_none(arms, look),
        _ => found,
    }
}

#[cold]
fn wait(arms: &[Arm<'_>], deadline: Deadline, look: impl Fn() -> Option<usize>) -> Option<usize> {
    let claim = Claim::new();
    let waiters: Vec<Waiter> = (0..arms.len()).map(|i| Waiter::new(&claim, i, ptr::null_mut())).collect();
    loop {
        let due = arms.iter().filter_map(|arm| arm.0?.due()).min();
        // SAFETY: in no queue, and taken out again below.
        let all = arms.iter().zip(&waiters).all(|(arm, waiter)| arm.0.is_none_or(|port| unsafe { port.enlist_lazy(waiter, &claim) }));
        let mut phase = match all {
            true => claim.settle(claim.sleep(due.map_or(deadline, |due| deadline.min(Deadline::at(due))))),
            false => claim.phase(),
        };
        if phase.is_waiting() {
            phase = match claim.withdraw() {
                Ok(()) => Phase::Dead,
                Err(phase) => claim.settle(phase),
            };
        }
        for (arm, waiter) in arms.iter().zip(&waiters) {
            if let Some(port) = arm.0 {
                port.withdraw(waiter);
            }
        }
        match phase {
            Phase::Ready(i) => {
                arms[i].0.iter().for_each(|port| port.renounce());
                return Some(i);
            }
            Phase::Closed(i) => return Some(i),
            _ => {}
        }
        let found = look();
        if found.is_some() {
            return found;
        }
        if deadline.expired() || (MODEL && all && due.is_none()) {
            return settle_on_none(arms, look);
        }
        claim.reopen();
    }
}
