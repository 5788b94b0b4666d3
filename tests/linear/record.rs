//! Runs programs and records what was answered, and when.
//!
//! The time is a counter that every call and every return takes one further: so if one operation returned before another was called, the record says
//! so. When all threads of a program sleep for good, the recorder closes the channels, as one more thread. Before, it makes sure that none of them could go
//! on: that would be a lost wake-up.

use crate::common::Rng;
use crate::history::{History, Record};
use crate::program::{Op, Outcome, Program};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Some channels on which operations can be run.
pub trait Subject: Sync {
    fn run(&self, op: &Op) -> Outcome;
    /// Whether one of these sleeping operations, of different threads, could go on.
    fn could_go_on(&self, asleep: &[Vec<(usize, bool)>]) -> bool;
    /// Takes out what is left.
    fn drain(&self, ch: usize) -> Vec<u32>;
}

struct Run<S> {
    program: Program,
    subject: S,
    /// Counts calls and returns. SeqCst, so that a call that is later on the clock has begun after the return that is earlier.
    clock: AtomicU64,
    arrived: AtomicUsize,
    /// How far each thread is.
    at: Vec<AtomicUsize>,
    records: Mutex<Vec<Record>>,
    seed: u64,
}

const QUIET: Duration = Duration::from_micros(150);
const STUCK: Duration = Duration::from_secs(30);

impl<S: Subject> Run<S> {
    fn operate(&self, thread: usize, op: &Op, records: &mut Vec<Record>) {
        let called = self.clock.fetch_add(1, Ordering::SeqCst); // ORDERING: see `clock`
        let outcome = self.subject.run(op);
        let returned = self.clock.fetch_add(1, Ordering::SeqCst); // ORDERING: see `clock`
        records.push(Record { thread, called, returned, op: op.clone(), outcome });
    }

    fn thread(&self, thread: usize) {
        let mut rng = Rng::new(self.seed ^ (thread as u64 + 1) << 32);
        self.arrived.fetch_add(1, Ordering::SeqCst); // ORDERING: pairs with the look below: all have begun
        let mut looks = 0;
        // ORDERING: pairs with the addition.
        while self.arrived.load(Ordering::SeqCst) < self.at.len() {
            looks += 1;
            if looks > 50 {
                thread::yield_now();
            }
        }
        let mut records = Vec::new();
        for op in &self.program.threads[thread] {
            match rng.below(8) {
                0 => thread::yield_now(),
                _ => (0..rng.below(60)).for_each(|_| std::hint::spin_loop()),
            }
            self.operate(thread, op, &mut records);
            self.at[thread].fetch_add(1, Ordering::SeqCst); // ORDERING: pairs with `places`: what is behind it has returned
        }
        self.records.lock().unwrap().extend(records);
        self.at[thread].store(usize::MAX, Ordering::SeqCst); // ORDERING: pairs with `places`: the records are there
    }

    fn places(&self) -> Vec<usize> {
        self.at.iter().map(|at| at.load(Ordering::SeqCst)).collect() // ORDERING: pairs with the stores of `thread`
    }

    /// Sees the program to its end.
    fn see_through(&self, rng: &mut Rng) {
        let mut places = self.places();
        let mut since = Instant::now();
        let mut closed = false;
        while places.iter().any(|at| *at != usize::MAX) {
            thread::yield_now();
            let now = self.places();
            // ORDERING: as in `thread`.
            if now != places || self.arrived.load(Ordering::SeqCst) < self.at.len() {
                (places, since) = (now, Instant::now());
                continue;
            }
            let quiet = since.elapsed();
            assert!(quiet < STUCK, "somebody sleeps who could go on; threads are at {places:?} of seed {}, {:?}", self.seed, self.program);
            if quiet < QUIET || closed {
                continue;
            }
            let unfinished = places.iter().enumerate().filter(|(_, at)| **at != usize::MAX);
            let asleep: Option<Vec<_>> = unfinished.map(|(thread, at)| self.program.threads[thread].get(*at)?.waits()).collect();
            if asleep.is_some_and(|asleep| !self.subject.could_go_on(&asleep)) {
                let mut order: Vec<usize> = (0..self.program.caps.len()).collect();
                if rng.below(2) == 0 {
                    order.reverse();
                }
                let mut records = Vec::new();
                order.into_iter().for_each(|ch| self.operate(self.at.len(), &Op::Close { ch }, &mut records));
                self.records.lock().unwrap().extend(records);
                closed = true;
                since = Instant::now();
            }
        }
    }

    fn history(self) -> History {
        let left = (0..self.program.caps.len()).map(|ch| self.subject.drain(ch)).collect();
        let Program { caps, before, .. } = self.program;
        History { caps, before, records: self.records.into_inner().unwrap(), left }
    }
}

/// Runs `count` programs. Each history comes with the seed of its program.
pub fn record<S: Subject>(seed: u64, count: usize, fits: impl Fn(&Program) -> bool, new: impl Fn(&Program) -> S) -> Vec<(u64, History)> {
    let mut runs: Vec<Run<S>> = Vec::new();
    let mut seeds = (0..).map(|n| seed.wrapping_mul(1_000_003).wrapping_add(n));
    while runs.len() < count {
        let seed = seeds.next().unwrap();
        let program = Program::random(&mut Rng::new(seed));
        if !fits(&program) {
            continue;
        }
        let at = program.threads.iter().map(|_| AtomicUsize::new(0)).collect();
        let subject = new(&program);
        let clock = AtomicU64::new(0);
        runs.push(Run { program, subject, clock, arrived: AtomicUsize::new(0), at, records: Mutex::new(Vec::new()), seed });
    }
    thread::scope(|s| {
        let runs = &runs;
        for thread in 0..4 {
            s.spawn(move || runs.iter().filter(|run| thread < run.at.len()).for_each(|run| run.thread(thread)));
        }
        let mut rng = Rng::new(seed);
        runs.iter().for_each(|run| run.see_through(&mut rng));
    });
    runs.into_iter().map(|run| (run.seed, run.history())).collect()
}
