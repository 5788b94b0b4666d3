//! Linearizability: what threads and tasks answered one another, recorded and checked against the specification.
//!
//! `RENDEZ_HISTORIES` sets how many histories are recorded, `RENDEZ_SEED` the programs.

#[path = "../common/mod.rs"]
mod common;
mod history;
mod ours;
mod program;
mod record;
#[path = "../spec/mod.rs"]
#[allow(dead_code)]
mod spec;
mod wrong;

use common::watched_for;
use history::{History, Verdict};
use ours::Ours;
use record::record;
use std::time::Duration;
use wrong::{Fault, Wrong};

const BATCH: usize = 500;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn every_history_is_explained_by_the_specification() {
    let seed = number("RENDEZ_SEED", u64::from(std::process::id()));
    let count = number("RENDEZ_HISTORIES", if cfg!(debug_assertions) { 2_000 } else { 100_000 });
    eprintln!("RENDEZ_SEED={seed}");
    watched_for(Duration::from_secs(60 + count / 200), move || {
        let (mut checked, mut excused) = (0, 0);
        for batch in 0.. {
            if checked >= count {
                break;
            }
            for (program, history) in record(seed.wrapping_add(batch), BATCH, |_| true, Ours::new) {
                match history.check() {
                    Verdict::Exact => {}
                    Verdict::Excused => excused += 1,
                    Verdict::Wrong => panic!("nothing explains this history of RENDEZ_SEED={seed}, program {program}:\n{}", history.show()),
                }
                checked += 1;
            }
        }
        eprintln!("{checked} histories, {excused} of them with an attempt that an operation in the middle of a step made fail");
        assert!(excused * 20 < checked, "far too many attempts fail for no other reason than a peer in the middle of a step");
    });
}

/// The first history that is found wrong, of so many. A channel behind one lock is never in the middle of a step: there is no excuse for it.
fn first_wrong(fault: Fault, count: u64) -> Option<History> {
    let batches = (0..count.div_ceil(BATCH as u64))
        .flat_map(|batch| record(batch, BATCH, |program| Wrong::fits(fault, program), |program| Wrong::new(fault, program)));
    batches.map(|(_, history)| history).find(|history| history.check() != Verdict::Exact)
}

#[test]
fn a_right_channel_is_not_suspected() {
    if let Some(history) = first_wrong(Fault::None, 2_000) {
        panic!("{}", history.show());
    }
}

#[test]
fn every_planted_fault_is_found() {
    for fault in wrong::ALL {
        let history = first_wrong(fault, 50_000).unwrap_or_else(|| panic!("{fault:?} was not found"));
        eprintln!("{fault:?}:\n{}", history.show());
    }
}
