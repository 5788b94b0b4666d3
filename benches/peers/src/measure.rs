//! Clocks, and what a run must prove: that every message came.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

/// What was received: how many messages, and the sum of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub count: u64,
    pub sum: u64,
}

impl Tally {
    #[inline(always)]
    pub fn add(&mut self, number: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(number);
    }

    pub fn join(&mut self, other: Tally) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// The tally of the numbers `0..count`, each received once.
    pub fn of_all(count: u64) -> Tally {
        let (even, odd) = if count.is_multiple_of(2) { (count / 2, count.wrapping_sub(1)) } else { (count / 2, count) };
        Tally { count, sum: even.wrapping_mul(odd) }
    }
}

/// One finished run.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub wall: Duration,
    pub cpu: Duration,
    pub tally: Tally,
}

/// The numbers that worker `index` of `workers` sends, out of `0..count`.
pub fn share(count: u64, workers: usize, index: usize) -> std::ops::Range<u64> {
    let at = |i: usize| (u128::from(count) * i as u128 / workers as u128) as u64;
    at(index)..at(index + 1)
}

/// CPU time of this process, all threads, user and system.
pub fn cpu_time() -> Duration {
    // SAFETY: `rusage` is plain integers, so all zeroes is a value of it.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live `rusage`, which the call fills.
    let failed = unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    assert_eq!(failed, 0, "getrusage failed");
    let of = |t: libc::timeval| Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64);
    of(usage.ru_utime) + of(usage.ru_stime)
}

pub type Worker = Box<dyn FnOnce() -> Tally + Send>;

/// Runs the workers, each on a thread of its own, from a common start until the last has ended.
///
/// A worker that panics ends the process: the others might wait for it for ever.
pub fn race(workers: Vec<Worker>) -> Run {
    let start = Arc::new(Barrier::new(workers.len() + 1));
    let threads: Vec<_> = workers
        .into_iter()
        .map(|work| {
            let start = start.clone();
            thread::spawn(move || {
                start.wait();
                // The first to run sets the clock, not the thread that waits for them all.
                let began = Instant::now();
                let tally = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| std::process::exit(101));
                (began, tally)
            })
        })
        .collect();
    let cpu = cpu_time();
    start.wait();
    let mut began = Instant::now();
    let mut tally = Tally::default();
    for thread in threads {
        let (at, part) = thread.join().expect("a worker panicked");
        began = began.min(at);
        tally.join(part);
    }
    Run { wall: began.elapsed(), cpu: cpu_time() - cpu, tally }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_cover_everything_once() {
        for count in [0, 1, 7, 1000] {
            let mut tally = Tally::default();
            for index in 0..4 {
                share(count, 4, index).for_each(|n| tally.add(n));
            }
            assert_eq!(tally, Tally::of_all(count));
        }
    }
}
