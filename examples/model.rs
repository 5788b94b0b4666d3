//! A pipeline that is run once, or model-checked: with `--cfg loom` every order in which its threads can meet is tried.
//!
//! ```text
//! cargo run --example model
//! RUSTFLAGS="--cfg loom" cargo run --release --example model --target-dir target/loom
//!
//! main ── numbers, capacity 1 ──▶ squares and sums ── rendezvous ──▶ main
//! ```
//!
//! It is the same source in both: what changes is where its threads come from. Comment out `drop(numbers)`, the mistake that everybody makes once, and the
//! model reports a deadlock.

use rendez::{bounded, rendezvous, Receiver, Sender};

#[cfg(loom)]
use loom::thread;
#[cfg(not(loom))]
use std::thread;

/// Sums the squares of what comes, and hands the sum over when nothing more does.
fn work(numbers: Receiver<u32>, total: Sender<u32>) {
    let sum = numbers.iter().map(|n| n * n).sum();
    let _ = total.send(sum); // fails if nobody wants it any more
}

/// The sum of the squares of 1 to `count`.
fn sum(count: u32) -> u32 {
    let (numbers, todo) = bounded(1);
    let (total, done) = rendezvous();
    let worker = thread::spawn(move || work(todo, total));
    for n in 1..=count {
        numbers.send(n).expect("the worker is there");
    }
    drop(numbers); // or the worker waits for more, and `done` for the worker
    let sum = done.recv().expect("the worker is there");
    worker.join().expect("the worker does not panic");
    sum
}

fn main() {
    #[cfg(not(loom))]
    println!("the sum of one run: {}", sum(100));

    #[cfg(loom)]
    {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(1); // how often a thread is interrupted: with 2 it takes minutes
        model.check(|| assert_eq!(sum(2), 5));
        println!("the sum is right in every order of the threads");
    }
}
