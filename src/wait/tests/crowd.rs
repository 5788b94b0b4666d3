//! Who leaves a channel alone, and for how long.

use crate::sync::{processors, Duration};
use crate::wait::{Crowd, Spin};
use std::cell::Cell;
use std::iter;
use std::thread::scope;

/// Losses of so many microseconds, one each `each_us`; with a short and with a long gap so many messages pass meanwhile. Answers how many of the losses
/// found the gap long.
fn lose(crowd: &Crowd, clock: &Cell<(u32, u32)>, us: u32, each_us: u32, [short, long]: [u32; 2]) -> u32 {
    let loss = |_: &u32| {
        let (now, at) = clock.get();
        crowd.look(now, || at);
        clock.set((now.wrapping_add(each_us), at.wrapping_add(if crowd.is_long() { long } else { short })));
        crowd.is_long()
    };
    (0..us / each_us).filter(loss).count() as u32
}

/// Counters that overflow soon.
fn clock() -> Cell<(u32, u32)> {
    Cell::new((u32::MAX - 5_000, u32::MAX - 100_000))
}

#[test]
fn the_gap_that_is_better_is_kept() {
    let (crowd, clock) = (Crowd::default(), clock());
    assert_eq!(lose(&crowd, &clock, 200, 10, [30, 500]), 0, "before anything was measured");
    lose(&crowd, &clock, 1_000, 10, [30, 500]);
    assert!(crowd.is_long());
    let long = lose(&crowd, &clock, 100_000, 10, [30, 500]);
    assert!((9_000..10_000).contains(&long), "{long} of 10000 while it is better");
    lose(&crowd, &clock, 100_000, 10, [100, 60]);
    let long = lose(&crowd, &clock, 100_000, 10, [100, 60]);
    assert!((1..=1_000).contains(&long), "{long} of 10000 while it is worse");
    let long = lose(&crowd, &clock, 100_000, 10, [100, 110]);
    assert!((1..=1_000).contains(&long), "{long} of 10000 while it is hardly better");
    lose(&crowd, &clock, 100_000, 10, [30, 500]);
    assert!(crowd.is_long(), "while it is better again");
}

/// What is seldom lost tells nothing; nor does a pause between two windows.
#[test]
fn rare_losses_change_nothing() {
    let (crowd, clock) = (Crowd::default(), clock());
    assert_eq!(lose(&crowd, &clock, 1_000_000, 1_000, [30, 500]), 0);
    for _ in 0..100 {
        assert_eq!(lose(&crowd, &clock, 190, 10, [30, 500]), 0);
        clock.set((clock.get().0.wrapping_add(5_000), clock.get().1));
    }
    lose(&crowd, &clock, 10_000, 10, [30, 500]);
    assert!(crowd.is_long());
    assert_eq!(lose(&crowd, &clock, 10_000, 1_000, [30, 500]), 1, "the first is not known to be rare");
}

/// At capacity 0: one of a side leads and has no gap, and who has had one takes the lead.
#[test]
fn who_comes_back_from_a_gap_leads() {
    if processors() == 1 {
        return; // where nobody runs meanwhile there is no gap
    }
    let (crowd, spin) = (Crowd::default(), Spin::default());
    let twice = || [crowd.lost_turn(&spin), crowd.lost_turn(&spin)];
    for _ in 0..3 {
        assert_eq!(twice(), [true, false]);
        scope(|scope| assert_eq!(scope.spawn(twice).join().expect("no panic"), [true, false]));
    }
    spin.set_limit(Duration::ZERO);
    assert!(iter::repeat_with(twice).take(3).all(|gaps| gaps == [false; 2]), "waits do not stay awake");
}
