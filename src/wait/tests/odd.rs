//! Waits where looks take long, where yields take a time slice, and on a processor of one's own.

use crate::sync::{processors, Deadline};
use crate::wait::Spin;
use std::cell::Cell;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A look that takes long, as that at many arms does, counts.
#[test]
fn a_wait_is_no_longer_where_looks_take_long() {
    const LOOK: Duration = Duration::from_micros(5);
    const LOOK_NS: u32 = LOOK.as_nanos() as u32;
    let looks = Cell::new(0_u32);
    let ready = || {
        looks.set(looks.get() + 1);
        let begun = Instant::now();
        while begun.elapsed() < LOOK {}
        false
    };
    assert!(!Spin::default().wait_looking(LOOK_NS, Deadline::NEVER, ready));
    assert!(!Spin::default().glance(LOOK_NS, ready));
    assert!(looks.get() <= 4, "{} looks of {LOOK:?}, after one, in 24 us", looks.get());
}

/// A peer that comes while we are away for a time slice would come to a sleeper, too. So such yields become rare, also where a peer comes now and then while
/// we look.
#[test]
fn yields_that_take_a_time_slice_become_rare() {
    if processors() == 1 {
        return; // there the waits are timed from the beginning
    }
    const SLICE: Duration = Duration::from_millis(2);
    let (spin, slices) = (Spin::default(), Cell::new(0));
    for wait in 0..240 {
        let (looks, away) = (Cell::new(0), Cell::new(false));
        let ready = || {
            looks.set(looks.get() + 1);
            away.get() || (wait % 8 == 0 && looks.get() > 2)
        };
        let give_way = || {
            away.set(true);
            slices.set(slices.get() + 1);
            sleep(SLICE);
            SLICE
        };
        let _ = spin.wait_giving_way(Deadline::NEVER, ready, give_way);
    }
    assert!(slices.get() < 80, "{} time slices were given away in 210 waits", slices.get());
}

/// What one thread may use says nothing of the others.
#[test]
#[cfg(target_os = "linux")]
fn a_thread_that_is_bound_to_a_processor_does_not_speak_for_all() {
    const INSIDE: &str = "RENDEZ_BOUND";
    let all = std::thread::available_parallelism().expect("known").get();
    if std::env::var_os(INSIDE).is_none() {
        if all == 1 || Command::new("taskset").arg("--version").output().is_err() {
            return;
        }
        let name = "wait::tests::odd::a_thread_that_is_bound_to_a_processor_does_not_speak_for_all";
        let this = std::env::current_exe().expect("known");
        let output = Command::new(this).args(["--exact", name, "--nocapture"]).env(INSIDE, "1").output().expect("it runs");
        return assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let bound = move || {
        let this = std::fs::read_link("/proc/thread-self").expect("of Linux");
        let id = this.file_name().and_then(|id| id.to_str()).expect("a number");
        assert!(Command::new("taskset").args(["-p", "1", id]).output().expect("it runs").status.success());
        assert_eq!(processors(), all, "of the whole process");
    };
    std::thread::spawn(bound).join().expect("no panic");
}
