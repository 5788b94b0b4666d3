//! Prints the first primes, found by a chain of threads: each one is a prime, and passes on the numbers that it does not divide.
//!
//! ```text
//! cargo run --example sieve -- 25
//!
//! 2, 3, 4, ... ──▶ [not 2] ──▶ [not 3] ──▶ [not 5] ──▶ ...
//! ```
//!
//! The channels are rendezvous: nobody computes ahead. When the printer has enough it drops its receiver; the thread before it cannot send any more and
//! ends, which drops its own receiver, and so on back to the first: the chain closes from its end.

use rendez::{rendezvous, Receiver};
use std::thread::{self, JoinHandle};

/// A thread that sends what the iterator gives, until nobody receives it.
fn stage(numbers: impl Iterator<Item = u32> + Send + 'static) -> (Receiver<u32>, JoinHandle<()>) {
    let (out, rest) = rendezvous();
    let thread = thread::spawn(move || {
        for n in numbers {
            if out.send(n).is_err() {
                break;
            }
        }
    });
    (rest, thread)
}

fn main() {
    let count = std::env::args().nth(1).map_or(25, |arg| arg.parse().expect("how many primes"));
    let (mut numbers, first) = stage(2..);
    let mut threads = vec![first];
    for _ in 0..count {
        let prime = numbers.recv().expect("there is always another number");
        println!("{prime}");
        let (rest, thread) = stage(numbers.into_iter().filter(move |n| n % prime != 0));
        numbers = rest;
        threads.push(thread);
    }
    drop(numbers);
    for thread in threads {
        thread.join().expect("no stage panics");
    }
}
