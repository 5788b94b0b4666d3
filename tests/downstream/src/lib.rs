//! Small programs, each with a mistake and without it, as loom models over the public API. Run by `run.sh`.

#![cfg(all(test, loom))]

mod deadlock;
mod lost;
mod order;
mod outcomes;
mod pipeline;
mod race;

use rendez::{bounded, Receiver, Sender};

/// A channel for numbers.
fn channel(cap: usize) -> (Sender<u32>, Receiver<u32>) {
    bounded(cap)
}
