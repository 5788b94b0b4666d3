//! Prints the prime factors of the numbers on its input, one line each, as `factor` does: a pool of workers whose results come out in order.
//!
//! ```text
//! seq 1000000 1000010 | cargo run --release --example factor
//!
//! reader ─── number, reply sender ──▶ workers ─── factors ──▶ printer
//!       └────────── reply receivers, in order ──────────────────▶
//! ```
//!
//! A job carries the sender of its own reply, a channel for one value; the printer has the receivers in the order of the input. No worker waits for
//! another, no result is sorted, and `WINDOW` bounds how far the workers may run ahead of a slow line.

use rendez::{bounded, Receiver, Sender};
use std::io::{self, BufWriter, Write};
use std::thread;

const WINDOW: usize = 64;

type Factors = Vec<u64>;

fn factors(mut n: u64) -> Factors {
    let mut found = Vec::new();
    let mut divisor = 2;
    while divisor <= n / divisor {
        while n % divisor == 0 {
            found.push(divisor);
            n /= divisor;
        }
        divisor += 1;
    }
    if n > 1 {
        found.push(n);
    }
    found
}

fn read(jobs: &Sender<(u64, Sender<Factors>)>, order: &Sender<(u64, Receiver<Factors>)>) {
    for line in io::stdin().lines().map_while(Result::ok) {
        let Ok(n) = line.trim().parse() else {
            eprintln!("factor: {line:?} is not a number");
            continue;
        };
        let (reply, result) = bounded(1);
        if order.send((n, result)).is_err() || jobs.send((n, reply)).is_err() {
            break; // the printer is gone
        }
    }
}

fn main() -> io::Result<()> {
    let (jobs, todo) = bounded(WINDOW);
    let (order, results) = bounded(WINDOW);
    thread::scope(|s| {
        s.spawn(move || read(&jobs, &order));
        for _ in 0..thread::available_parallelism()?.get() {
            let todo = todo.clone();
            s.spawn(move || {
                for (n, reply) in todo {
                    let _ = reply.send(factors(n)); // fails if the printer is gone
                }
            });
        }
        drop(todo); // the workers have theirs
        let mut out = BufWriter::new(io::stdout());
        for (n, result) in results {
            let factors = result.recv().expect("a worker answers every job");
            write!(out, "{n}:")?;
            factors.iter().try_for_each(|factor| write!(out, " {factor}"))?;
            writeln!(out)?;
        }
        out.flush()
    })
}
