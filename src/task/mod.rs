//! Operations of tasks: the same arms, waiters and claims as those of threads, in futures that never block.
//!
//! ```text
//!   Fresh ── look ─ won ─────────────────────────────────────────────────────────────▶ Over
//!     │ enlist, leave the waker
//!     ▼
//!   Enlisted ── a peer decides, and wakes; or the owner gives up
//!     │
//!     ▼
//!   Leaving: withdraw from all other queues ─────────────────────────────────────────▶ Over, or Fresh again
//! ```
//!
//! 1. What peers point to (claim, waiters, the place of a value) lies in the pinned future. Its memory stays until its destructor has run, which
//!    withdraws from every queue. A future that is forgotten stays in its queue, and its memory is never used again.
//! 2. A poll takes a bounded number of steps: it never sleeps for a lock. What it could not get in time it asks for again, by waking itself.
//! 3. Wakers are cloned before anything is enlisted. They are woken and dropped without a lock.
//! 4. No peer decides while a foreign future is polled: the select has left its queues.
//! 5. Dropped while a peer has served it at capacity 0, a receive gives the value to the next receiver; woken in vain, it passes the wake-up on.

mod closed;
mod dynamic;
mod foreign;
mod many;
#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
mod operation;
mod recv;
pub(crate) mod select;
mod send;
#[cfg(feature = "sink")]
mod sink;
mod solo;
mod stream;
#[cfg(all(test, not(loom)))]
mod tests;
mod wait;
mod wanted;

pub use closed::ClosedFuture;
pub use dynamic::SelectFuture;
pub use foreign::FutureArm;
pub use many::{RecvManyFuture, SendManyFuture};
pub use recv::RecvFuture;
pub use send::SendFuture;
#[cfg(feature = "sink")]
pub use sink::{IntoSink, SendSink};
pub use stream::{IntoStream, RecvStream};
