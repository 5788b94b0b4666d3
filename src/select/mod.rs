//! Select: N arms, one claim.
//!
//! ```text
//!   look ──▶ an arm could be won: done                              (a fresh random order, or the given one; `select!` looks by itself, see `first`)
//!     │
//!   meet     capacity 0, awake: in one channel, if we receive there; see `meet`
//!     │
//!   enlist   capacity 0: all such channels locked together, in order of their ids; look once more, then a waiter in each
//!     │      buffered:   one after the other; one that is ready now ends the round
//!   wait     one claim word for all waiters: whoever claims it decides which arm it is
//!     │
//!   withdraw every waiter that is still in a queue; then the arm of the claim: performed (DONE), or to be tried first (READY)
//!     └────▶ not won after all: look again, and enlist first in each queue
//! ```
//!
//! 1. Exactly one arm takes effect: a waiting select is claimed once, and it claims others only while its own waiters are in no queue, or while it holds
//!    the locks of all its channels of capacity 0.
//! 2. So of two selects that face each other one sees the other enlisted, and a match needs a single claim: neither deadlock nor livelock.
//! 3. READY on an arm is discharged by trying that arm first (see `chan`, invariant 2); so no wake-up is lost whichever arm wins.
//! 4. A select does not meet itself: its own waiters are passed over.
//! 5. Waiters stand in the order in which they enlist, drawn once for the whole wait: who is found first is as random as who looks first.

mod first;
mod list;
mod look;
mod meet;
mod order;
mod port;
mod ready;
mod round;
mod run;
mod storage;

pub(crate) use first::first;
pub use first::First;
pub(crate) use list::List;
pub(crate) use look::{look, ports, settle_on_none};
pub(crate) use order::below;
pub use order::Order;
pub use port::Arm;
pub(crate) use port::Port;
pub(crate) use ready::ready;
pub(crate) use round::{meetings, Enlisting, Round};
pub(crate) use run::{placed, rest, run, Until, Wanted, DYNAMIC, MANNER};
pub use storage::Storage;
pub(crate) use storage::INLINE;

#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;
