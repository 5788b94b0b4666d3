//! How one operation sleeps and exactly one peer wakes it.
//!
//! ```text
//!   an operation          its claim word            whoever can serve it (holds the channel's lock, or has it rise: see `seat`)
//!   ------------          --------------            -------------------------------------------------------------------------
//!   enlist, or sit down   OPEN
//!   spin a while          OPEN  ── claim ─────────▶ CLAIMED(arm)  value moves, waker taken
//!   leave the waker       PARKED ─ claim ─────────▶ CLAIMED(arm)
//!   sleep                                           finish: READY(arm) | DONE(arm) | CLOSED(arm), then wake (no lock)
//!                         OPEN | PARKED ──────────▶ READY | DONE  at once: at the seat, and a task of one channel (invariant 7)
//!   give up               OPEN | PARKED ──────────▶ DEAD          (timeout, dropped future, another arm)
//! ```
//! (A thread's `send` or `recv` at capacity 0, and a future that waits for one channel, give up without DEAD: they rise from the seat, or take their waiter out of its queue
//! under the lock. Nobody can decide after that.)
//!
//! | what | files |
//! |---|---|
//! | one that waits | `claim`: its word, as the owner has it; `won`: as a peer has it; `phase`: what it says; `waker`: whom to wake; `queue`: waiters |
//! | the lock | `lock`; `seat`: who waits alone, in its word; `seen`: what a look at the word allows; `wake_list`: wakers for after the release |
//! | a peer in the middle of a step | `lag`: how to wait for it, and how patiently |
//! | staying awake | `spin`: how long; `gap`, `moment`, `glance`: the first look; `placing`: where peers run; `giving`: whether to yield |
//! | many threads | `turn`: turns at the processors; `crowd`: who loses leaves the channel alone |
//! | cache lines | `partner`: whose frame is touched next |
//!
//! What is in the last three rows decides how fast and how fair it is, and nothing else.
//!
//! 1. A claim leaves {OPEN, PARKED} once per episode; so of all arms of a select, and of all peers, one wins.
//! 2. A peer touches a waiter and its claim only (a) under the lock of the channel whose queue holds the waiter, or (b) between
//!    its own claim and its own `finish`, or (c) between the exchange by which it serves one at the seat and the decision (see `seat`). After that the
//!    waiting frame may be gone.
//! 3. The waker in the claim belongs to the owner while OPEN, and to whoever claims it while PARKED, or has it rise from the seat.
//! 4. READY says *try again*, DONE *your operation has been performed*, CLOSED *the channel is closed*.
//! 5. Wakers run after the lock is released.
//! 6. A future may be dropped at any time, also while a peer that has won it runs foreign code (HELD). So that peer touches the claim only under the
//!    lock, and only if it finds it still in the channel's list of holds (see `chan::stash`); the owner takes itself out of that list under the same lock.
//! 7. A future that waits for one channel has one waiter, so who could win it holds the lock of that channel, or serves it at the seat. Its owner gives up,
//!    and changes its waker, under that lock, too, and only while the waiter is in the queue: so the word is stored, not exchanged.

mod claim;
pub(crate) mod crowd;
mod gap;
mod giving;
mod glance;
mod lag;
pub(crate) mod lock;
mod moment;
pub(crate) mod partner;
mod phase;
mod placing;
pub(crate) mod queue;
pub(crate) mod seat;
pub(crate) mod seen;
pub(crate) mod spin;
pub(crate) mod turn;
mod wake_list;
mod waker;
mod won;

pub(crate) use claim::Claim;
pub(crate) use crowd::Crowd;
pub(crate) use lag::{Lag, Patience};
pub(crate) use lock::Lock;
pub(crate) use phase::Phase;
pub(crate) use queue::{Queue, Waiter};
pub(crate) use spin::Spin;
pub(crate) use wake_list::WakeList;
pub(crate) use waker::{wake, Waker};

#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;
