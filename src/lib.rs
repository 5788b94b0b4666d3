//! Go's channels for Rust: rendezvous, bounded and unbounded, with a real close.
//!
//! # Guarantees
//!
//! - **Rendezvous.** At capacity 0 a send returns `Ok` only after one receive has taken the value.
//! - **Order.** Values come out in the order in which their sends took effect.
//! - **Close.** By either side, explicitly or by dropping its last handle. Senders that wait get their value back, receivers get what is left
//!   first. A value for which a send said `Ok` is received, or dropped when the last receiver goes.
//! - **Cancellation.** A timeout loses neither a value nor a wake-up.
//! - **Memory.** What happened before a send happens before its receive returns; at capacity C the k-th receive happens before the (k+C)-th send
//!   returns; closing happens before a receive that reports it.
//! - **Waiting is cheap.** A blocked operation spins for some tens of microseconds at most, then sleeps. It allocates nothing.
//!
//! # A pipeline
//!
//! ```
//! let (jobs, todo) = rendez::bounded(4);
//! let (results, done) = rendez::bounded(4);
//! std::thread::scope(|s| {
//!     s.spawn(move || (1..=10).for_each(|n| jobs.send(n).unwrap()));
//!     for _ in 0..2 {
//!         let (todo, results) = (todo.clone(), results.clone());
//!         s.spawn(move || todo.iter().for_each(|n| results.send(n * n).unwrap()));
//!     }
//!     drop((todo, results));
//!     assert_eq!(done.iter().sum::<u32>(), 385);
//! });
//! ```
//!
//! # The code, from the bottom
//!
//! `sync` is the wall to the machine and the model checker; `wait` is how an operation sleeps and one peer wakes it; `ring` is the lock-free
//! buffer; `chan` joins the two; `time` has the timers; the handles come last. A module imports from those before it only.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod arms;
mod cancel;
mod chan;
mod construct;
mod dynamic;
mod error;
mod iter;
#[macro_use]
mod macros;
#[doc(hidden)]
#[path = "select_rt.rs"]
pub mod __select;
#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
mod receiver;
mod ring;
mod select;
mod sender;
mod sync;
mod task;
mod time;
mod wait;

pub use cancel::{CancelGuard, CancelToken};
pub use construct::{after, at, bounded, never, rendezvous, tick, try_bounded, unbounded};
pub use dynamic::{Select, SelectedOperation};
pub use error::{
    CapacityError, ReadyTimeoutError, RecvError, RecvTimeoutError, SelectTimeoutError, SendError, SendTimeoutError, TryReadyError,
    TryRecvError, TrySelectError, TrySendError,
};
pub use iter::{Drain, IntoIter, Iter, TryIter};
pub use receiver::{Receiver, WeakReceiver};
pub use sender::{Sender, WeakSender};
pub use task::{ClosedFuture, IntoStream, RecvFuture, RecvManyFuture, RecvStream, SelectFuture, SendFuture, SendManyFuture};
#[cfg(feature = "sink")]
#[cfg_attr(docsrs, doc(cfg(feature = "sink")))]
pub use task::{IntoSink, SendSink};

/// The programs in the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
