//! What an implementation must offer, and which there are.

pub mod async_channel;
mod cells;
pub mod crossbeam;
pub mod crossfire;
pub mod flume;
pub mod kanal;
pub mod loole;
mod mpmc;
pub mod rendez;
mod rtrb;
pub mod std_mpsc;
pub mod tokio;

use std::future::Future;

use crate::message::{Message, Words};
use crate::scenario::{Cap, Family, Scenario};
use crate::{measure::Run, select, tasks, threads};

/// A channel whose operations block a thread. `None` from `open` or a `fork`: it cannot do that.
pub trait Blocking<T>: 'static {
    type Tx: Send + 'static;
    type Rx: Send + 'static;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)>;
    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx>;
    fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx>;
    /// `false`: closed.
    fn send(tx: &mut Self::Tx, value: T) -> bool;
    /// `None`: closed and empty.
    fn recv(rx: &mut Self::Rx) -> Option<T>;
}

/// A channel that a thread can select over.
pub trait Selecting<T>: Blocking<T> {
    /// `None`: one of them is closed and empty.
    fn recv_any(rx: &[Self::Rx; 4]) -> Option<T>;
    fn recv_either(first: &Self::Rx, second: &Self::Rx) -> T;
    /// Select with send arms; `false`: it cannot.
    fn send_any(tx: &[Self::Tx; 4], value: T) -> bool;
    /// Select with one receive arm and a default: whether there was no message. `None`: it cannot.
    fn poll(rx: &Self::Rx) -> Option<bool>;
    /// Receives `count` messages by one select over all receivers, made once. `None`: it cannot.
    fn recv_wide(_rx: &[Self::Rx], _count: u64, _each: &mut dyn FnMut(T)) -> Option<()> {
        None
    }
}

/// A channel whose operations suspend a task.
pub trait Tasks<T>: 'static {
    type Tx: Send + 'static;
    type Rx: Send + 'static;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)>;
    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx>;
    fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx>;
    fn send(tx: &mut Self::Tx, value: T) -> impl Future<Output = bool> + Send;
    fn recv(rx: &mut Self::Rx) -> impl Future<Output = Option<T>> + Send;
}

#[derive(Clone, Copy, Debug)]
pub struct Impl {
    pub name: &'static str,
    /// The package whose version the report states; `None`: it comes with the compiler, or is Go.
    pub package: Option<&'static str>,
    /// No peer, but a floor to compare with, which lacks what makes it one: and what it does in its place.
    pub floor: Option<&'static str>,
}

pub const OURS: &str = "rendez";
pub const GO: &str = "go";
const CELLS: &str = "cells";

const fn peer(name: &'static str, package: &'static str) -> Impl {
    Impl { name, package: Some(package), floor: None }
}

/// In the order of the columns.
pub const ALL: &[Impl] = &[
    peer(OURS, "rendez"),
    peer("crossbeam", "crossbeam-channel"),
    peer("flume", "flume"),
    peer("kanal", "kanal"),
    peer("crossfire", "crossfire"),
    peer("crossfire-mpsc", "crossfire"),
    peer("crossfire-spsc", "crossfire"),
    peer("loole", "loole"),
    peer("async-channel", "async-channel"),
    peer("tokio", "tokio"),
    Impl { name: "std", package: None, floor: None },
    Impl { name: GO, package: None, floor: None },
    Impl { name: "rtrb", package: Some("rtrb"), floor: Some("spins") },
    Impl { name: CELLS, package: None, floor: Some("one thread") },
];

/// Runs a scenario in this process. `None`: this implementation has no such thing.
pub fn run(name: &str, scenario: &Scenario, count: u64, payload: usize) -> Option<Run> {
    match scenario.bytes.unwrap_or(payload) {
        8 => run_with::<Words<1>>(name, scenario, count),
        // Other sizes only where they say something that 8 bytes do not.
        _ if scenario.family != Family::Threads => None,
        64 => run_threads::<Words<8>>(name, scenario, count),
        256 => run_threads::<Words<32>>(name, scenario, count),
        1024 => run_threads::<Words<128>>(name, scenario, count),
        4096 => run_large::<Words<512>>(name, scenario, count),
        16384 => run_large::<Words<2048>>(name, scenario, count),
        65536 => run_large::<Words<8192>>(name, scenario, count),
        _ => None,
    }
}

fn run_with<T: Message>(name: &str, scenario: &Scenario, count: u64) -> Option<Run> {
    match scenario.family {
        Family::Threads => run_threads::<T>(name, scenario, count),
        Family::Select => run_select::<T>(name, scenario, count),
        Family::OneThread | Family::TwoThreads => run_tasks::<T>(name, scenario, count),
    }
}

fn run_threads<T: Message>(name: &str, scenario: &Scenario, count: u64) -> Option<Run> {
    let bounded = scenario.cap.is_some();
    let run = match name {
        "rendez" => threads::run::<T, rendez::Rendez>,
        "crossbeam" => threads::run::<T, crossbeam::Crossbeam>,
        "flume" => threads::run::<T, flume::Flume>,
        "kanal" => threads::run::<T, kanal::Kanal>,
        "crossfire" if bounded => threads::run::<T, crossfire::mpmc::Bounded>,
        "crossfire" => threads::run::<T, crossfire::mpmc::Unbounded>,
        "crossfire-mpsc" if bounded => threads::run::<T, crossfire::mpsc::Bounded>,
        "crossfire-mpsc" => threads::run::<T, crossfire::mpsc::Unbounded>,
        "crossfire-spsc" if bounded => threads::run::<T, crossfire::spsc::Bounded>,
        "crossfire-spsc" => threads::run::<T, crossfire::spsc::Unbounded>,
        "loole" => threads::run::<T, loole::Loole>,
        "async-channel" => threads::run::<T, async_channel::AsyncChannel>,
        "tokio" if bounded => threads::run::<T, tokio::Bounded>,
        "tokio" => threads::run::<T, tokio::Unbounded>,
        "std" if bounded => threads::run::<T, std_mpsc::Bounded>,
        "std" => threads::run::<T, std_mpsc::Unbounded>,
        "rtrb" => threads::run::<T, rtrb::Rtrb>,
        _ => return None,
    };
    run(scenario, count)
}

/// Sizes that few want to see, for fewer implementations: each takes seconds to compile.
fn run_large<T: Message>(name: &str, scenario: &Scenario, count: u64) -> Option<Run> {
    match name {
        "rendez" => threads::run::<T, rendez::Rendez>(scenario, count),
        "crossbeam" => threads::run::<T, crossbeam::Crossbeam>(scenario, count),
        "flume" => threads::run::<T, flume::Flume>(scenario, count),
        "kanal" => threads::run::<T, kanal::Kanal>(scenario, count),
        "crossfire" => threads::run::<T, crossfire::mpmc::Bounded>(scenario, count),
        _ => None,
    }
}

fn run_select<T: Message>(name: &str, scenario: &Scenario, count: u64) -> Option<Run> {
    match name {
        "rendez" => select::run::<T, rendez::Rendez>(scenario, count),
        "crossbeam" => select::run::<T, crossbeam::Crossbeam>(scenario, count),
        "flume" => select::run::<T, flume::Flume>(scenario, count),
        _ => None,
    }
}

fn run_tasks<T: Message>(name: &str, scenario: &Scenario, count: u64) -> Option<Run> {
    let run = match name {
        "rendez" => tasks::run::<T, rendez::Rendez>,
        "flume" => tasks::run::<T, flume::Flume>,
        CELLS if scenario.family == Family::OneThread => tasks::run::<T, cells::Cells>,
        "kanal" => tasks::run::<T, kanal::KanalTasks>,
        "crossfire" => tasks::run::<T, crossfire::mpmc::Bounded>,
        "crossfire-mpsc" => tasks::run::<T, crossfire::mpsc::Bounded>,
        "crossfire-spsc" => tasks::run::<T, crossfire::spsc::Bounded>,
        "loole" => tasks::run::<T, loole::Loole>,
        "async-channel" => tasks::run::<T, async_channel::AsyncChannel>,
        "tokio" => tasks::run::<T, tokio::Bounded>,
        _ => return None,
    };
    run(scenario, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Tally;
    use crate::scenario::{Kind, NAMES};

    #[test]
    fn ours_runs_every_scenario_and_loses_nothing() {
        for name in NAMES {
            let scenario = Scenario::parse(name).expect(name);
            let count = match scenario.kind {
                Kind::Crowd(producers, _) => 50.max(producers as u64),
                _ => 50,
            };
            let run = run(OURS, &scenario, count, 8).unwrap_or_else(|| panic!("{name} is not there"));
            assert_eq!(run.tally, Tally::of_all(count), "{name}");
        }
    }

    #[test]
    fn cells_run_every_scenario_of_one_thread_and_lose_nothing() {
        for scenario in NAMES.iter().map(|name| Scenario::parse(name).expect(name)) {
            let run = run(CELLS, &scenario, 4000, 8);
            assert_eq!(run.is_some(), scenario.family == Family::OneThread, "{}", scenario.name);
            assert!(run.is_none_or(|run| run.tally == Tally::of_all(4000)), "{}", scenario.name);
        }
    }
}
