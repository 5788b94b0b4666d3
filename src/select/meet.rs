//! Meeting while awake: a select that receives at capacity 0 first enlists in one channel, drawn at random, and looks at the others.
//!
//! To enlist everywhere takes every lock, and to leave takes them again: with a peer on another core each time is a cache line to be fetched. Here it is one
//! lock. A peer that is awake finds us in one channel as well as in all, as it looks at all; and a peer that waits elsewhere is seen by us.
//!
//! 1. Nobody sleeps here, nor is anything concluded from having met nobody: who has not won enlists everywhere and looks again, under all locks (see `round`).
//! 2. The waiter is in no queue when `meet` returns.

#![allow(unsafe_code)] // a waiter of this frame

use super::look::ports;
use super::order::one_of;
use super::{Arm, Port, Storage, INLINE};
use crate::chan::{Frame, Manner, Place, Token};
use crate::sync::{Deadline, MODEL};
use crate::wait::{Phase, Waiter, Waker};
use core::alloc::Layout;
use core::ptr;

/// What came of it.
pub(crate) enum Met {
    /// An arm was won.
    Won(usize, Token),
    /// An arm may be won now.
    Seen,
    /// A peer had chosen us, and gave up: we are to come first in the queues.
    Again,
    /// Nobody came.
    Nobody,
}

/// The arm to enlist at: one with a peer that has to be called, if there is such an arm. Not one whose channel has another arm, as we would see ourselves
/// there.
pub(crate) fn meeting_place(arms: &[Arm<'_>]) -> Option<usize> {
    if arms.len() == 1 || arms.len() > INLINE {
        return None;
    }
    let mut channels = [0; INLINE];
    let (mut meetings, mut places, mut calling, mut doubles) = (0_u32, 0_u32, 0_u32, 0_u32);
    for (i, port) in ports(arms) {
        let Some(spot) = port.spot() else { continue };
        for other in (0..i).filter(|other| meetings >> other & 1 == 1 && channels[*other] == spot.channel) {
            doubles |= 1 << other | 1 << i;
        }
        channels[i] = spot.channel;
        meetings |= 1 << i;
        places |= u32::from(spot.receives) << i;
        calling |= u32::from(spot.receives && spot.calls) << i;
    }
    places &= !doubles;
    let best = if places & calling != 0 { places & calling } else { places };
    (best != 0).then(|| one_of(best))
}

/// A value up to this size comes to the frame's own place, beside what the peer touches anyway.
type Small = [u64; 8];

/// Enlists at one arm for as long as staying awake is worth while.
pub(crate) fn meet(arms: &[Arm<'_>], at: usize, manner: Manner, storage: &mut Storage, deadline: Deadline) -> Met {
    let Some(port) = arms[at].0 else { return Met::Nobody };
    let mut frame = Frame::new(Place::<Small>::empty());
    let layout =
        port.place_layout().filter(|layout| !MODEL && layout.size() <= size_of::<Small>() && layout.align() <= align_of::<Small>());
    let place = if layout.is_some() { frame.place.erased() } else { storage.place_for(port) };
    frame.waiter = Waiter::new(&frame.claim, at, place);
    let Frame { claim, waiter, .. } = &frame;

    port.lock(None);
    // SAFETY: the lock is held.
    let won = unsafe { port.win_locked(claim, manner.hold) };
    let called = match won {
        Some(_) => None,
        // SAFETY: the lock is held; the waiter is in no queue, and stays where it is until it is taken out, below: nothing between runs foreign code that is
        // not contained.
        None => unsafe { port.enlist_locked(waiter, false, claim) },
    };
    // SAFETY: taken above.
    let asked = unsafe { port.unlock() };
    if let Some(mut token) = won {
        if asked != 0 {
            // SAFETY: made just now; and the storage outlives the token.
            token = unsafe { port.accept_early(token, manner.hold, storage.place_for(port)) };
            port.ask_again(asked);
        }
        return Met::Won(at, token);
    }
    port.ask_again(asked);
    let anybody_called = called.is_some();
    called.flatten().into_iter().for_each(Waker::wake);

    // A peer that we have called stands in its queues until it comes: so it is not looked at.
    let beckons = |port: &dyn Port| {
        let glimpse = port.glimpse();
        glimpse.wins || (!anybody_called && glimpse.calls)
    };
    let seen = || ports(arms).any(|(i, port)| i != at && beckons(port));
    let decided = || !claim.phase().is_waiting();
    let awake = port.spin().is_some_and(|spin| spin.comes_soon(decided) || spin.wait(deadline, || decided() || seen()));
    let phase = match claim.settle(claim.phase()) {
        phase if phase.is_waiting() => claim.give_up(),
        phase => phase,
    };
    match phase {
        Phase::Done(_) => {
            // SAFETY: DONE: a sender has filled the place and left it; if the value is in a token now, the place is not looked at again.
            let taken = (!manner.hold.applies(false)).then(|| unsafe { port.take_placed(place) }).flatten();
            let kept = || Token::Placed { place: keep(port, place, layout, storage), turn: Some(waiter.turn()) };
            Met::Won(at, taken.unwrap_or_else(kept))
        }
        Phase::Ready(_) => port.win_notified(ptr::null(), manner).map_or(Met::Again, |token| Met::Won(at, token)),
        Phase::Closed(_) => Met::Seen,
        _ => {
            port.withdraw(waiter, None);
            if awake {
                Met::Seen
            } else {
                Met::Nobody
            }
        }
    }
}

/// A place that outlives the frame: if the value is in the frame, with this layout, it moves to one.
fn keep(port: &dyn Port, place: *mut (), in_frame: Option<Layout>, storage: &mut Storage) -> *mut () {
    let Some(layout) = in_frame else { return place };
    let kept = storage.place_for(port);
    // SAFETY: both are places of this port's values, and as large as `layout` says; the value moves, and the old place is left for good.
    unsafe { ptr::copy_nonoverlapping(place.cast::<u8>(), kept.cast::<u8>(), layout.size()) };
    kept
}
