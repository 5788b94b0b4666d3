//! Go's channels and `select` for Rust, for threads and tasks: rendezvous, bounded and unbounded, with a real close.
//!
//! # Guarantees
//!
//! - **Rendezvous.** At capacity 0 a send returns `Ok` only after one receive operation has taken the value. Nothing is buffered.
//! - **Select.** Exactly one arm takes effect; among the ready arms the choice is uniformly random. A closed arm is ready and yields its error.
//! - **Order.** Values come out in the order in which their sends took effect; so those of each sender stay in order.
//! - **Close.** By either side, explicitly or by dropping its last handle; never a panic. Senders that wait get their value back, receivers get what is left
//!   first, everybody who waits is woken once. A value for which a send said `Ok` is received, or dropped when the last receiver goes (what is
//!   behind an operation that a `Select` holds goes later: see `SelectedOperation`).
//! - **Cancellation.** A timeout, or dropping a future, at any moment loses neither a value nor a wake-up; an unsent value can be had back. A receive future of
//!   capacity 0 that was served already and is dropped gives its value to the next receiver.
//! - **Bounded attempts.** `try_*` finish in a bounded number of their own steps, even when another thread is stopped in the middle of an operation; after some
//!   20 ms they may then answer `Empty` or `Full`. There is one exception: a peer at capacity 0 that has yet to come, such as a select that has yet to make the
//!   message that it waits to send, is called and waited for ([attempts at capacity 0][attempts]).
//! - **Memory model.** What happened before a send happens before its receive returns; at capacity C the k-th receive happens before the (k+C)-th send
//!   returns; closing happens before a receive that reports it.
//! - **Foreign code** (wakers, a value's `Drop`, iterators) never runs under a lock, nor in the middle of an operation, but for a send arm's message (see
//!   [`select!`]). If a value's `Drop` panics while the last receiver goes, the values behind it are dropped by the last sender, or leaked if there is none.
//! - **Time.** Any `Duration` is accepted, one too large for the clock means no limit; an expired deadline still tries once.
//! - **Waiting is cheap.** A blocked operation spins and yields for some tens of microseconds at most, by a rule that learns, then sleeps ([`set_spin_limit`] sets
//!   another limit, 0 for none of it). A wait allocates nothing, but in a large select, and a bounded channel is one allocation: [what it costs][costs].
//!   Where many threads of one side are in each other's way, those that lose leave the channel alone for a moment before they try again, a few times: for
//!   0.4 µs or, where that has been seen to be faster, up to 32 µs; attempts and tasks twice, for 8 µs at most.
//! - **Fair.** Waiters are served in order; a running thread may overtake a sleeping one, but threads that pass values without a wait offer their processors
//!   to the others every half millisecond (`try_*` and tasks do not), so that among equal threads none gets less than a third of its share in a second
//!   (measured on two processors).
//!
//! [`set_spin_limit`]: Sender::set_spin_limit
//! [attempts]: guide::capacity#attempts-at-capacity-0
//! [costs]: guide::capacity#what-it-costs
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
//! - `sink`: [`Sender::sink`] and [`Sender::into_sink`], for the `Sink` trait of `futures`. Everything else is always there. (`std` changes
//!   nothing: it is there because crossbeam-channel has a feature of that name.)
//!
//! With `--cfg loom` the channels are built from loom's primitives, for [models of your program](guide::models); with `--cfg rendez_coarse` as well each
//! operation is one step of the model; `--cfg rendez_no_loom` keeps them as they are.
//!
//! The standard library, a clock, and a machine with 64-bit atomics are needed, and Rust 1.85.
//!
//! # The code, from the bottom
//!
//! `sync` is the wall to the machine and the model checker, and `error` has what operations answer; `wait` is how an operation sleeps and one peer wakes it,
//! `ring` is the lock-free buffer, and neither knows the other; `chan` joins the two; `select` wins one of many arms, `time` has the timers. Last, on one
//! level, come the handles, the futures (`task`) and the rest of what users hold. A module imports from the levels before its own; those of the last one meet.

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
