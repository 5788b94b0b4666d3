//! What this machine can do at best: the floor under every row.

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

/// How long one figure may take.
const SLICE: Duration = Duration::from_millis(40);

/// A figure's name, and how to take it, in nanoseconds.
pub type Figure = (&'static str, fn() -> Option<f64>);

pub const FIGURES: &[Figure] = &[
    ("cache line there and back", line_round_trip),
    ("read-modify-write, alone", rmw_alone),
    ("read-modify-write, two threads", rmw_contended),
    ("sched_yield", || Some(per_call(thread::yield_now))),
    ("park and unpark, there and back", || Some(park_round_trip())),
    ("Instant::now", || {
        Some(per_call(|| {
            black_box(Instant::now());
        }))
    }),
];

/// Nanoseconds of one call, over about one slice.
fn per_call(mut call: impl FnMut()) -> f64 {
    let began = Instant::now();
    let mut calls = 0;
    while began.elapsed() < SLICE {
        for _ in 0..1000 {
            call();
        }
        calls += 1000;
    }
    began.elapsed().as_nanos() as f64 / f64::from(calls)
}

/// One CPU has no second thread to answer while the first looks.
fn two_cpus() -> bool {
    thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1)
}

#[repr(align(128))]
struct Line(AtomicU64);

fn rmw_alone() -> Option<f64> {
    let line = Line(AtomicU64::new(0));
    Some(per_call(|| {
        black_box(&line.0).fetch_add(1, Ordering::Relaxed); // ORDERING: the number alone counts
    }))
}

/// The time from one operation to the next, whoever of two threads does it.
fn rmw_contended() -> Option<f64> {
    if !two_cpus() {
        return None;
    }
    let line = Arc::new(Line(AtomicU64::new(0)));
    let both = Arc::new(Barrier::new(2));
    let add = |line: &Line, both: &Barrier| {
        both.wait();
        per_call(|| {
            line.0.fetch_add(1, Ordering::Relaxed); // ORDERING: the number alone counts
        })
    };
    let other = {
        let (line, both) = (line.clone(), both.clone());
        thread::spawn(move || add(&line, &both))
    };
    let mine = add(&line, &both);
    let theirs = other.join().expect("a thread panicked");
    // The mean of what each sees, and in that time both do one.
    Some((mine + theirs) / 4.0)
}

/// Two threads answer each other by plain stores on one line.
fn line_round_trip() -> Option<f64> {
    if !two_cpus() {
        return None;
    }
    let line = Arc::new(Line(AtomicU64::new(0)));
    let answer = {
        let line = line.clone();
        thread::spawn(move || {
            let mut seen = 0;
            loop {
                // ORDERING: Acquire pairs with the Release of the other: what a message through shared memory needs at least. So everywhere here.
                match line.0.load(Ordering::Acquire) {
                    u64::MAX => return,
                    now if now > seen => {
                        seen = now + 1;
                        line.0.store(seen, Ordering::Release); // ORDERING: as above
                    }
                    _ => spin_loop(),
                }
            }
        })
    };
    let mut turn = 0;
    let mut trip = || {
        line.0.store(turn + 1, Ordering::Release); // ORDERING: as in the other thread
        turn += 2;
        // ORDERING: as in the other thread.
        while line.0.load(Ordering::Acquire) != turn {
            spin_loop();
        }
    };
    // The other thread has to be there first.
    trip();
    let ns = per_call(trip);
    line.0.store(u64::MAX, Ordering::Release); // ORDERING: as above
    answer.join().expect("a thread panicked");
    Some(ns)
}

/// Two threads wake each other, and sleep: what every channel pays that cannot spin.
fn park_round_trip() -> f64 {
    let turn = Arc::new(AtomicU64::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let caller = thread::current();
    let answer = {
        let (turn, over) = (turn.clone(), over.clone());
        thread::spawn(move || {
            // ORDERING: Acquire pairs with the Release, or AcqRel, of the other: as a channel would, whose values it has to publish. So everywhere here.
            while !over.load(Ordering::Acquire) {
                if turn.load(Ordering::Acquire) % 2 == 1 {
                    turn.fetch_add(1, Ordering::AcqRel); // ORDERING: as above
                    caller.unpark();
                } else {
                    thread::park();
                }
            }
        })
    };
    let began = Instant::now();
    let mut trips = 0;
    while began.elapsed() < 2 * SLICE {
        turn.fetch_add(1, Ordering::AcqRel); // ORDERING: as in the other thread
        answer.thread().unpark();
        // ORDERING: as in the other thread.
        while turn.load(Ordering::Acquire) % 2 == 1 {
            thread::park();
        }
        trips += 1;
    }
    let ns = began.elapsed().as_nanos() as f64 / f64::from(trips);
    over.store(true, Ordering::Release); // ORDERING: as above
    answer.thread().unpark();
    answer.join().expect("a thread panicked");
    ns
}

/// One line of figures in the order of [`FIGURES`], `-` for what cannot be had.
pub fn print() {
    let figures: Vec<String> = FIGURES.iter().map(|(_, take)| take().map_or("-".into(), |ns| format!("{ns:.2}"))).collect();
    println!("{}", figures.join(" "));
}
