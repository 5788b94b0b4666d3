//! Random walks of tasks on one thread: futures of all kinds over two channels begin, are polled, get other wakers and are dropped, beside attempts,
//! evictions, closing, and selects that were won and are held for a while.
//!
//! At the end of a walk everyone who was told comes, until nobody is told. Then nobody may wait while what they wait for is there; and when all is
//! over, each value was received, pushed out or given back, or has gone with the future or the hold that was given up with it.
//!
//! `RENDEZ_STRESS` is the number of walks, `RENDEZ_SEED` the seed of the first. Each depends on its seed alone: arms are tried in the order given. One that
//! goes wrong is made shorter as long as it goes wrong, and shown step by step.

mod book;
mod channel;
#[path = "../common/mod.rs"]
mod common;
mod futures;
mod program;
mod walk;

use common::watched_for;
use program::Program;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::Duration;
use walk::walk;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// One walk, with values that peers copy for each other, or with longer ones.
fn run(program: &Program, loud: bool) -> Result<(), String> {
    let run = || if program.big { walk::<98>(program, loud) } else { walk::<0>(program, loud) };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("a panic".to_owned()))
}

/// Leaves out what is not needed for it to go wrong.
fn shorten(mut program: Program) -> Program {
    let mut at = program.steps.len();
    while at > 0 {
        at -= 1;
        let mut shorter = program.clone();
        shorter.steps.remove(at);
        if run(&shorter, false).is_err() {
            at = shorter.steps.len(); // what is before it may be needed no more, and what is behind
            program = shorter;
        }
    }
    program
}

#[test]
fn nobody_waits_for_what_is_there() {
    let first = number("RENDEZ_SEED", u64::from(std::process::id()));
    let count = number("RENDEZ_STRESS", if cfg!(debug_assertions) { 60_000 } else { 200_000 });
    eprintln!("RENDEZ_SEED={first}");
    watched_for(Duration::from_secs(120 + count / 200), move || {
        for seed in (0..count).map(|n| first.wrapping_add(n)) {
            let program = Program::random(seed);
            if run(&program, false).is_err() {
                let program = shorten(program);
                let Program { caps, before, big, .. } = program;
                eprintln!("capacities {caps:?}, {before} values before where there is no limit, long values: {big}");
                let why = run(&program, true).expect_err("the same again");
                panic!("{why}: RENDEZ_SEED={seed} RENDEZ_STRESS=1");
            }
        }
    });
}
