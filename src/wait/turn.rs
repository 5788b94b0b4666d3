//! Turns at the processors, where there are more threads than these: each is to have as many as the others.
//!
//! The queues are first come, first served, and the ring serves who is there. So among equal threads the values go to those that are on a processor, and a
//! thread may come short in three ways, against which there is a rule each.
//!
//! 1. *Turns are short.* Two threads on two processors can pass values without a wait until the system stops them, after some milliseconds: that is eight turns
//!    a second for each of 64 threads, by chance long or short. So who has been at it for `TURN` offers its processor, by one yield, which costs half a
//!    microsecond where nobody wants it. The clock is looked at once in many operations. If two looks are a turn apart, the thread was not at it, or not on
//!    its processor: then a turn begins anew.
//! 2. *A turn is given away once.* A wait that yields while the others are busy loses its turn, and most systems count that turn as used up. So who comes
//!    back from a yield after `AWAY`, and in vain, yields no more in this wait: it enlists and sleeps, and is then served in the order of the queue.
//! 3. *Who lost turns is more patient.* Where three senders and a receiver share one processor, and a sender and three receivers the other, the odd ones
//!    hardly ever find each other awake: whoever looks for a microsecond gives its turn away before the other's comes. So each turn that was lost in this
//!    way doubles the time for which the thread looks before it gives away the next, until it has had a whole one, or nobody wants its processor. That
//!    somebody came meanwhile makes no difference: an odd one stands in a queue, and each of the others that has its processor serves it once. (4x4 in 0.5 s:
//!    the smallest share was 0.2 in each third run at capacity 0, and 0.6 in 15 runs since.)

use crate::sync::{now, yield_now, Duration, Instant, MODEL};
use core::cell::Cell;

/// How long a turn lasts.
pub(super) const TURN: Duration = Duration::from_micros(500);

/// A yield that takes this long has lost a turn.
pub(super) const AWAY: Duration = Duration::from_micros(50);

/// How long a thread that has lost a turn looks before it gives the next away; twice as long for each turn more, up to `DOUBLINGS`.
const PATIENCE_NS: u32 = 2_000;
const DOUBLINGS: u32 = 5;

/// Waits, or parts of waits, for each look at the clock.
pub(crate) const WAITS: u32 = 32;

/// The turn of a thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// How many turns in a row were lost.
    lost: u32,
    /// When it began, and the last look; `None`: at the next look.
    times: Option<(Instant, Instant)>,
}

thread_local! {
    static TURN_OF_THREAD: Cell<Turn> = const { Cell::new(Turn::NEW) };
    /// Apart, as it is written with every message.
    static WAITED: Cell<u32> = const { Cell::new(0) };
}

impl Turn {
    pub(super) const NEW: Turn = Turn { lost: 0, times: None };

    /// A look at the clock. Answers whether the turn is over.
    pub(super) fn look(&mut self, now: Instant) -> bool {
        let begun = match self.times {
            Some((begun, last)) if now.saturating_duration_since(last) < TURN => begun,
            _ => now,
        };
        self.times = Some((begun, now));
        let over = now.saturating_duration_since(begun) >= TURN;
        if over {
            *self = Turn::NEW;
        }
        over
    }

    /// Back from a yield. Answers whether it was long: then a turn is lost.
    pub(super) fn back(&mut self, away: Duration) -> bool {
        let long = away >= AWAY;
        self.lost = if long { self.lost + 1 } else { 0 };
        long
    }

    /// For how long to look before yielding, if longer than usual.
    pub(super) fn patience_ns(&self) -> u32 {
        match self.lost {
            0 => 0,
            lost => PATIENCE_NS << (lost - 1).min(DOUBLINGS),
        }
    }
}

/// Does something with the turn of this thread, unless the thread is on its way out.
#[inline]
fn with<R: Default>(f: impl FnOnce(&mut Turn) -> R) -> R {
    let in_cell = |cell: &Cell<Turn>| {
        let mut turn = cell.get();
        let answer = f(&mut turn);
        cell.set(turn);
        answer
    };
    TURN_OF_THREAD.try_with(in_cell).unwrap_or_default()
}

/// After many operations without a wait: yields if the turn is over.
#[cold]
#[inline(never)]
pub(crate) fn offer() {
    if MODEL {
        return;
    }
    #[cfg(all(test, not(loom)))]
    OFFERS.set(OFFERS.get() + 1);
    if with(|turn| turn.look(now())) {
        yield_now();
    }
}

/// Called where a wait begins that may end awake, or an operation that takes as long. Not where a wait ends: there the peer would wait for this, too (spsc_1
/// 84 to 95 ns).
#[inline]
pub(crate) fn count() {
    if MODEL {
        return;
    }
    let waits = WAITED.try_with(|cell| {
        let waits = cell.get().wrapping_add(1);
        cell.set(waits);
        waits
    });
    if waits.is_ok_and(|waits| waits % WAITS == 0) {
        offer();
    }
}

/// Before a sleep, or after the processor was given away for another reason: the next look begins a turn.
pub(crate) fn end() {
    with(|turn| turn.times = None);
}

/// As `Turn::back`, for this thread.
pub(super) fn back(away: Duration) -> bool {
    with(|turn| turn.back(away))
}

/// As `Turn::patience_ns`, for this thread.
pub(super) fn patience_ns() -> u32 {
    with(|turn| turn.patience_ns())
}

#[cfg(all(test, not(loom)))]
thread_local!(static OFFERS: Cell<u32> = const { Cell::new(0) });

/// How often this thread has looked at the clock.
#[cfg(all(test, not(loom)))]
pub(crate) fn offers() -> u32 {
    OFFERS.get()
}
