//! Futures of every kind, dropped in every state, against threads and tasks. Nothing is lost or doubled, nobody is left waiting, and each sender's values
//! stay in order.
//!
//! `RENDEZ_STRESS` says how many futures of each kind there are on each executor, `RENDEZ_SEED` which.

mod receive;
mod select;
mod send;

use crate::common::{Counter, Rng, Tracked};
use crate::executor::{on_every_executor, woken, yield_now, Executor, Task};
use futures::FutureExt;
use rendez::{bounded, unbounded, Receiver, Sender};
use std::future::Future;
use std::ops::AddAssign;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(1800);

on_every_executor! {
    receives => |on| receive::storm(on, receive::Kind::One);
    batches_received => |on| receive::storm(on, receive::Kind::Many);
    streams => |on| receive::storm(on, receive::Kind::Stream);
    sends => |on| send::storm(on, send::Kind::One);
    batches_sent => |on| send::storm(on, send::Kind::Many);
    sinks => |on| send::storm(on, send::Kind::Sink);
    selects => |on| select::storm(on, select::Kind::Macro);
    dynamic_selects => |on| select::storm(on, select::Kind::Dynamic);
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Calls `f` with each capacity, a seed, the number of stormy tasks, and how many futures each of them makes.
fn each(f: impl Fn(Option<usize>, u64, u64, u64)) {
    let seed = number("RENDEZ_SEED", std::process::id().into());
    println!("RENDEZ_SEED={seed}");
    for (i, cap) in [Some(0), Some(1), Some(3), None].into_iter().enumerate() {
        for tasks in [1, 2] {
            f(cap, seed + 10 * i as u64, tasks, number("RENDEZ_STRESS", 400_000) / 8 / tasks);
        }
    }
}

fn make(cap: Option<usize>) -> (Sender<Tracked>, Receiver<Tracked>) {
    cap.map_or_else(unbounded, bounded)
}

/// What some of those who take part have done.
#[derive(Debug, Default)]
struct Tally {
    sent: u64,
    sent_sum: u64,
    /// Sent perhaps: dropped by the future.
    dropped: u64,
    received: u64,
    received_sum: u64,
    /// Futures dropped after they had been woken.
    woken: u64,
}

impl Tally {
    fn sent(&mut self, number: u64) {
        self.sent += 1;
        self.sent_sum += number;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.sent += other.sent;
        self.sent_sum += other.sent_sum;
        self.dropped += other.dropped;
        self.received += other.received;
        self.received_sum += other.received_sum;
        self.woken += other.woken;
    }
}

/// How the numbers of one sender come to one receiver.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// All of them.
    Exact,
    /// Some of them.
    Rising,
    /// At capacity 0, one that was handed over and given back by another receiver comes late.
    Any,
}

/// The senders of a storm.
const SENDERS: usize = 4;

/// What one receiver has seen.
struct Seen {
    order: Order,
    next: [u64; SENDERS],
}

impl Seen {
    fn new(order: Order) -> Seen {
        Seen { order, next: [0; SENDERS] }
    }

    fn note(&mut self, value: Tracked, tally: &mut Tally) {
        let next = &mut self.next[value.sender];
        match self.order {
            Order::Exact => assert_eq!(value.number, *next),
            Order::Rising => assert!(value.number >= *next, "{} after {}", value.number, *next),
            Order::Any => {}
        }
        *next = value.number + 1;
        tally.received += 1;
        tally.received_sum += value.number;
    }
}

/// Polls a future as chance has it. `None`: it is to be dropped as it is.
async fn drive<F: Future>(mut future: Pin<&mut F>, rng: &mut Rng, tally: &mut Tally) -> Option<F::Output> {
    let fate = rng.below(8);
    if rng.below(8) == 0 {
        yield_now().await;
    }
    match fate {
        0 => return None,
        1 => return Some(future.await),
        _ => {}
    }
    if let Some(output) = poll_once(future.as_mut()).await {
        return Some(output);
    }
    match fate {
        2 => {}
        3 => yield_now().await,
        4..=5 => {
            woken().await;
            tally.woken += 1;
        }
        _ => {
            yield_now().await;
            return poll_once(future).await;
        }
    }
    None
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match future.poll_unpin(cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

/// Sends until the channel is closed.
fn feeding_thread(tx: Sender<Tracked>, id: usize, alive: Arc<Counter>) -> JoinHandle<Tally> {
    thread::spawn(move || {
        let mut tally = Tally::default();
        for number in 0.. {
            while tx.len() > 64 {
                thread::yield_now();
            }
            if tx.send(Tracked::new(id, number, &alive)).is_err() {
                break;
            }
            tally.sent(number);
        }
        tally
    })
}

/// Sends until the channel is closed.
fn feeding_task(tx: Sender<Tracked>, id: usize, alive: Arc<Counter>) -> Task<Tally> {
    Box::pin(async move {
        let mut tally = Tally::default();
        for number in 0.. {
            while tx.len() > 64 && !tx.is_closed() {
                yield_now().await;
            }
            if tx.send_async(Tracked::new(id, number, &alive)).await.is_err() {
                break;
            }
            tally.sent(number);
        }
        tally
    })
}

/// Receives until the channel is closed.
fn draining_thread(rx: Receiver<Tracked>, order: Order) -> JoinHandle<Tally> {
    thread::spawn(move || {
        let (mut tally, mut seen) = (Tally::default(), Seen::new(order));
        rx.iter().for_each(|value| seen.note(value, &mut tally));
        tally
    })
}

/// Receives until the channel is closed.
fn draining_task(rx: Receiver<Tracked>, order: Order) -> Task<Tally> {
    Box::pin(async move {
        let (mut tally, mut seen) = (Tally::default(), Seen::new(order));
        while let Ok(value) = rx.recv_async().await {
            seen.note(value, &mut tally);
        }
        tally
    })
}

/// Runs a storm to its end, and compares what was sent with what was received.
fn settle(executor: Executor, threads: Vec<JoinHandle<Tally>>, tasks: Vec<Task<Tally>>, alive: &Counter, what: &str) {
    let mut sum = Tally::default();
    executor.run(tasks).into_iter().for_each(|tally| sum += tally);
    threads.into_iter().for_each(|thread| sum += thread.join().unwrap());
    println!("{what}: {sum:?}");
    assert!(sum.sent <= sum.received && sum.received <= sum.sent + sum.dropped, "{what}: {sum:?}");
    assert!(sum.dropped > 0 || sum.sent_sum == sum.received_sum, "{what}: {sum:?}");
    assert_eq!(alive.get(), 0, "{what}: alive");
}

/// A closing that comes when the last of several has finished.
#[derive(Clone)]
struct Last(Arc<AtomicUsize>);

impl Last {
    fn of(n: u64) -> Last {
        Last(Arc::new(AtomicUsize::new(n as usize)))
    }

    /// Whether all others have called this.
    fn is_it(&self) -> bool {
        self.0.fetch_sub(1, Ordering::AcqRel) == 1 // ORDERING: the last one comes after all that the others did
    }
}
