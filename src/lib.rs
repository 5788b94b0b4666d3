//! Go's channels and `select` for Rust, for threads and tasks: rendezvous, bounded and unbounded, with a real close.
//!
//! # Guarantees
//!
//! - **Rendezvous.** At capacity 0 a send returns `Ok` only after one receive operation has taken the value. Nothing is buffered.
//! - **Order.** Values come out in the order in which their sends took effect; so those of each sender stay in order.
//! - **Close.** By either side, explicitly or by dropping its last handle; never a panic. Senders that wait get their value back, receivers get what is left
//!   first, everybody who waits is woken once. A value for which a send said `Ok` is received, or dropped when the last receiver goes.
//! - **Select.** Exactly one arm takes effect; among the ready arms the choice is uniformly random.
//! - **Cancellation.** A timeout, or dropping a future, at any moment loses neither a value nor a wake-up; an unsent value can be had back.
//! - **Bounded attempts.** `try_*` finish in a bounded number of their own steps, even when another thread is stopped in the middle of an operation.
//! - **Memory.** What happened before a send happens before its receive returns; at capacity C the k-th receive happens before the (k+C)-th send
//!   returns; closing happens before a receive that reports it.
//! - **Foreign code** (wakers, a value's `Drop`, iterators) never runs under a lock, nor in the middle of an operation, but for a send arm's message: see
//!   [`select!`].
//! - **Time.** Any `Duration` is accepted, one too large for the clock means no limit; an expired deadline still tries once.
//! - **Waiting is cheap.** A blocked operation spins for some tens of microseconds at most, or as long as [`Sender::set_spin_limit`] says, then sleeps. It
//!   allocates nothing. Where many threads of one side are in each other's way, those that lose pause before that, a few times, for 32 µs at most.
//! - **Fair.** Those who wait are served in order; a running thread may overtake a sleeping one. Who sends or receives for half a millisecond without
//!   sleeping yields its processor once (`try_` operations and tasks do not).
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
//! # Guides
//!
//! To begin with: [choosing a capacity](guide::capacity), [closing a pipeline](guide::closing), [select patterns](guide::select_patterns),
//! [threads and tasks together](guide::tasks).
//!
//! To build with: [worker pools](guide::workers), [request and reply](guide::requests), [limiting a rate](guide::rates),
//! [overflow on purpose](guide::overflow), [sharing by communicating](guide::sharing).
//!
//! To rely on: [cancel safety, method by method](guide::cancellation), [what can still go wrong](guide::pitfalls),
//! [model-check your pipeline](guide::models).
//!
//! Coming from [Go](guide::migration::from_go), [std's mpsc](guide::migration::from_std), [crossbeam-channel](guide::migration::from_crossbeam),
//! [flume](guide::migration::from_flume), [kanal](guide::migration::from_kanal), [async-channel](guide::migration::from_async_channel) or
//! [tokio's mpsc](guide::migration::from_tokio).
//!
//! # Features
//!
//! - `sink`: [`Sender::sink`] and [`Sender::into_sink`], for the `Sink` trait of `futures`. Everything else is always there. (`std` is
//!   nothing of its own; crossbeam-channel has it.)
//!
//! With `--cfg loom` the channels stand on loom's primitives, with `--cfg rendez_coarse` besides an operation is one step of the model, and with
//! `--cfg rendez_no_loom` they stay real.
//!
//! The standard library, a clock, and a machine with 64-bit atomics are needed, and Rust 1.85.
//!
//! # The code, from the bottom
//!
//! `sync` is the wall to the machine and the model checker; `wait` is how an operation sleeps and one peer wakes it; `ring` is the lock-free
//! buffer; `chan` joins the two; `select` wins one of many arms, `time` has the timers; `task` has the futures; the handles come last. A module imports from
//! those before it only.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Patterns with `|` need the parentheses that a select puts around each. The compiler tells nobody but those who are in this crate.
#![cfg_attr(test, allow(unused_parens))]

#[cfg(not(target_has_atomic = "64"))]
compile_error!("rendez needs a machine with 64-bit atomics");

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

/// The guides are documentation only.
#[cfg(any(doc, doctest))]
pub mod guide;

/// The macros in a program of the 2024 edition.
#[cfg(doctest)]
#[doc = include_str!("macros/edition2024.md")]
struct Edition2024;

/// The programs in the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
