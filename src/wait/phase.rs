//! What a claim word says.
//!
//! ```text
//!   OPEN ◀─▶ PARKED                             the owner leaves its waker, or takes it back
//!     ├─ DEAD                                   the owner gives up
//!     ├─ READY | DONE                           a peer serves it at the seat, or a task of one channel under its lock: one store or exchange
//!     ├─ CLAIMED ────────────┬─ READY           a peer wins, and says at once what it has decided
//!     └─ HELD ─ HELD_PARKED ─┼─ DONE            a peer wins, and runs foreign code before; meanwhile the owner may go to sleep
//!                            └─ CLOSED
//! ```
//!
//! A task's hold is CLAIMED at the end, from when the peer is sure that the future has not left (`Won::settle_hold`) until it has decided.
//!
//! Before the next episode the owner makes it OPEN again.
//!
//! The low four bits are the phase, the rest is the arm that was claimed.

/// The phases of a claim word, as its owner sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The owner is awake; a claimer needs no waker.
    Open,
    /// The owner sleeps or is about to; the waker is in place.
    Parked,
    /// A peer is completing the operation on this arm.
    Claimed(usize),
    /// The owner was chosen to try again on this arm.
    Ready(usize),
    /// The operation on this arm has been performed for the owner.
    Done(usize),
    /// The channel of this arm was closed.
    Closed(usize),
    /// A peer has won the operation on this arm, and runs foreign code before it completes it.
    Held(usize),
    /// The owner gave up.
    Dead,
}

pub(super) const OPEN: usize = 0;
pub(super) const PARKED: usize = 1;
pub(super) const CLAIMED: usize = 2;
pub(super) const READY: usize = 3;
pub(super) const DONE: usize = 4;
pub(super) const CLOSED: usize = 5;
pub(super) const DEAD: usize = 6;
pub(super) const HELD: usize = 7;
/// Held, and the owner sleeps: its waker is in place. A task's is then guarded by the channel's lock (invariant 6).
pub(super) const HELD_PARKED: usize = 8;
pub(super) const PHASE: usize = 15;
pub(super) const ARM_SHIFT: u32 = 4;

impl Phase {
    #[inline]
    pub(super) fn decode(word: usize) -> Phase {
        let arm = word >> ARM_SHIFT;
        match word & PHASE {
            OPEN => Phase::Open,
            PARKED => Phase::Parked,
            CLAIMED => Phase::Claimed(arm),
            READY => Phase::Ready(arm),
            DONE => Phase::Done(arm),
            CLOSED => Phase::Closed(arm),
            HELD | HELD_PARKED => Phase::Held(arm),
            _ => Phase::Dead,
        }
    }

    #[inline]
    pub(super) fn encode(self) -> usize {
        match self {
            Phase::Open => OPEN,
            Phase::Parked => PARKED,
            Phase::Claimed(arm) => CLAIMED | arm << ARM_SHIFT,
            Phase::Ready(arm) => READY | arm << ARM_SHIFT,
            Phase::Done(arm) => DONE | arm << ARM_SHIFT,
            Phase::Closed(arm) => CLOSED | arm << ARM_SHIFT,
            Phase::Held(arm) => HELD | arm << ARM_SHIFT,
            Phase::Dead => DEAD,
        }
    }

    /// Whether it is undecided, and no peer has won it yet.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(self, Phase::Open | Phase::Parked)
    }
}
