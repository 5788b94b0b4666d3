//! Waiting for an arm to become ready, without performing it.

#![allow(unsafe_code)] // waiters of this frame

use super::look::{choose, ports, settle_on_none};
use super::order::Order;
use super::run::Until;
use super::{Arm, Port, Storage};
use crate::sync::{Deadline, MODEL};
use crate::wait::{Claim, Patience, Phase, Waiter};

/// Waits until one of the arms is ready. `None`: none in time. By the time the caller acts on it, it may be ready no more.
pub(crate) fn ready(arms: &[Arm<'_>], order: Order, until: Until, storage: &mut Storage) -> Option<usize> {
    // A sender without a value comes if it is called, which a receive does. A receiver without a place only waits, as we do: no send meets it.
    let calls = |port: &dyn Port| port.has_peer(Patience::Thread) && port.place_layout().is_some();
    let ready = |port: &dyn Port| port.is_ready(Patience::Thread) || calls(port);
    let look = || choose(arms, order, ready, |i, port| ready(port).then_some(i));
    let found = look();
    match until {
        Until::Deadline(deadline) if found.is_none() => wait(arms, order, deadline, storage, look),
        Until::Now if found.is_none() => settle_on_none(arms, look),
        _ => found,
    }
}

#[cold]
fn wait(arms: &[Arm<'_>], order: Order, deadline: Deadline, storage: &mut Storage, look: impl Fn() -> Option<usize>) -> Option<usize> {
    let claim = Claim::new();
    storage.with_lazy_waiters(arms, order, &claim, |waiters| rounds(arms, deadline, &claim, waiters, look))
}

fn rounds(arms: &[Arm<'_>], deadline: Deadline, claim: &Claim, waiters: &[Waiter], look: impl Fn() -> Option<usize>) -> Option<usize> {
    loop {
        let due = ports(arms).filter_map(|(_, port)| port.due()).min();
        let standing = || waiters.iter().filter_map(|waiter| Some((waiter, arms[waiter.arm()].0?)));
        // SAFETY: in no queue, and taken out again below.
        let all = standing().all(|(waiter, port)| unsafe { port.enlist_lazy(waiter, claim) });
        let slept = all.then(|| claim.settle(claim.sleep(due.map_or(deadline, |due| deadline.min(Deadline::at(due))))));
        // The claim is decided also where an arm was ready already: a peer may have chosen us meanwhile, and that wake-up is to be passed on.
        let phase = slept.filter(|phase| !phase.is_waiting()).unwrap_or_else(|| claim.give_up());
        for (waiter, port) in standing() {
            port.withdraw(waiter, None);
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
        // As in `run`: in a model, `all` slept, and undecided.
        if deadline.expired() || (MODEL && all && due.is_none()) || (due.is_some() && deadline.over()) {
            return settle_on_none(arms, look);
        }
        claim.reopen();
    }
}
