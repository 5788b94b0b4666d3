//! Threads that send and receive as fast as they can for a given time, each counting for itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use super::Shape;
use crate::imp::{Blocking, Selecting};
use crate::message::{Message, Words};
use crate::select::{fork, four};
use crate::threads::handles;

type Number = Words<1>;

/// What one thread did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    pub count: u64,
    /// The longest time from one of its operations to the next.
    pub worst: Duration,
}

#[derive(Debug)]
pub struct Parts {
    pub sent: Vec<Part>,
    pub received: Vec<Part>,
}

type Worker = Box<dyn FnOnce() -> Part + Send>;

/// Repeats an operation until it says `false`. Looking at the clock takes as long as a message, so only where asked.
fn count(clock: bool, mut again: impl FnMut() -> bool) -> Part {
    let mut part = Part::default();
    if !clock {
        while again() {
            part.count += 1;
        }
        return part;
    }
    let mut last = Instant::now();
    while again() {
        let now = Instant::now();
        part.count += 1;
        part.worst = part.worst.max(now - last);
        last = now;
    }
    part
}

/// Runs both sides from a common start for that long.
fn race(time: Duration, stop: &AtomicBool, producers: Vec<Worker>, consumers: Vec<Worker>) -> Parts {
    let start = Arc::new(Barrier::new(producers.len() + consumers.len() + 1));
    let run = |work: Worker| {
        let start = start.clone();
        thread::spawn(move || {
            start.wait();
            work()
        })
    };
    let consumers: Vec<_> = consumers.into_iter().map(run).collect();
    let producers: Vec<_> = producers.into_iter().map(run).collect();
    start.wait();
    thread::sleep(time);
    stop.store(true, Ordering::Relaxed); // ORDERING: some time soon is enough; the counts come by `join`
    let parts = |threads: Vec<thread::JoinHandle<Part>>| threads.into_iter().map(|t| t.join().expect("a worker panicked")).collect();
    Parts { sent: parts(producers), received: parts(consumers) }
}

/// One channel for all. `None`: it has no such channel.
pub fn plain<C: Blocking<Number>>(shape: Shape, time: Duration, clock: bool) -> Option<Parts> {
    let (tx, rx) = C::open(Some(shape.cap))?;
    let stop = Arc::new(AtomicBool::new(false));
    let produce = |mut tx: C::Tx| -> Worker {
        let stop = stop.clone();
        // ORDERING: as in `race`.
        Box::new(move || count(clock, || !stop.load(Ordering::Relaxed) && C::send(&mut tx, Number::new(0))))
    };
    let consume = |mut rx: C::Rx| -> Worker { Box::new(move || count(clock, || C::recv(&mut rx).is_some())) };
    let producers = handles(tx, shape.threads, C::fork_tx)?.into_iter().map(produce).collect();
    let consumers = handles(rx, shape.threads, C::fork_rx)?.into_iter().map(consume).collect();
    Some(race(time, &stop, producers, consumers))
}

/// Four channels, every thread in a select over all of them. `None`: it has no such select.
pub fn selecting<C: Selecting<Number>>(shape: Shape, time: Duration, clock: bool) -> Option<Parts> {
    let (tx, rx) = four::<Number, C>(Some(shape.cap))?;
    let (probe, _probed) = four::<Number, C>(Some(1))?;
    if !C::send_any(&probe, Number::new(0)) {
        return None;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let produce = |_| -> Option<Worker> {
        let (stop, tx) = (stop.clone(), fork(&tx, C::fork_tx)?);
        // ORDERING: as in `race`.
        Some(Box::new(move || count(clock, || !stop.load(Ordering::Relaxed) && C::send_any(&tx, Number::new(0)))))
    };
    let consume = |_| -> Option<Worker> {
        let mut rx = fork(&rx, C::fork_rx)?;
        let mut open = true;
        Some(Box::new(move || {
            count(clock, || {
                // All close at once, when the last producer goes; what is left is taken one by one.
                open = open && C::recv_any(&rx).is_some();
                open || rx.iter_mut().any(|rx| C::recv(rx).is_some())
            })
        }))
    };
    let producers = (0..shape.threads).map(produce).collect::<Option<_>>()?;
    let consumers = (0..shape.threads).map(consume).collect::<Option<_>>()?;
    drop((tx, rx));
    Some(race(time, &stop, producers, consumers))
}
