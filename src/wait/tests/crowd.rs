//! Who leaves a channel alone, and for how long.

use crate::sync::{processors, Duration};
use crate::wait::crowd::count;
use crate::wait::{Crowd, Spin};
use std::cell::Cell;
use std::thread::scope;
use std::{iter, ptr};

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
    let twice = || [(); 2].map(|()| crowd.lost_turn(ptr::null(), &spin));
    for _ in 0..3 {
        assert_eq!(twice(), [true, false]);
        scope(|scope| assert_eq!(scope.spawn(twice).join().expect("no panic"), [true, false]));
    }
    spin.set_limit(Duration::ZERO);
    assert!(iter::repeat_with(twice).take(3).all(|gaps| gaps == [false; 2]), "waits do not stay awake");
}

/// Where the load alone decides how many pass, gaps are short, whatever chance makes of the windows.
#[test]
fn chance_decides_for_short_gaps() {
    let (crowd, mut now, mut at, mut random, mut long) = (Crowd::default(), 1, 0, 1_u32, 0);
    for _ in 0..100_000 {
        crowd.look(now, || at);
        long += u32::from(crowd.is_long());
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (now, at) = (now + 200, at + 500 + random % 1_000);
    }
    assert!(long < 10_000, "{long} of 100000");
}

/// A thread whose look at the clock is old, or that is late with what it has counted, ends no window.
#[test]
fn who_comes_late_judges_nothing() {
    let (crowd, clock) = (Crowd::default(), clock());
    lose(&crowd, &clock, 10_000, 10, [30, 500]);
    let (now, at) = clock.get();
    for late in [100, 1_000] {
        crowd.look(now.wrapping_sub(late), || at);
        assert!(crowd.is_long(), "{late}");
    }
    let window = format!("{crowd:?}");
    crowd.look(now.wrapping_sub(1_000), || at);
    assert_eq!(format!("{crowd:?}"), window);
    // But a window begins after three quarters of an hour, which look like a time before its beginning.
    crowd.look(now.wrapping_add(45 * 60 * 1_000_000), || at);
    assert!(!crowd.is_long());
}

/// The counts of one window do not go backwards: its judge has come too late.
#[test]
fn a_window_that_goes_backwards_is_none() {
    let crowd = Crowd::default();
    crowd.look(1_000, || 50);
    crowd.look(1_200, || 40);
    assert_eq!(
        format!("{crowd:?}"),
        format!("{:?}", {
            let other = Crowd::default();
            other.look(1_200, || 40);
            other
        })
    );
}

/// What a thread did at other channels is not counted, nor what it did long ago.
#[test]
fn operations_are_counted_by_channel() {
    if processors() == 1 {
        return;
    }
    let (crowd, spin) = (Crowd::default(), Spin::default());
    let channels = [0_usize, 128, 4 * 128].map(|address| ptr::without_provenance(4096 + address));
    for channel in channels {
        (0..100).for_each(|_| count(channel));
    }
    let told_of = |channel| {
        let before = crowd.operations();
        crowd.lost_turn(channel, &spin);
        crowd.operations() - before
    };
    assert_eq!(channels.map(told_of), [0, 100, 100], "the first and the last are counted at the same place");
    assert_eq!(channels.map(told_of), [0; 3], "they were told of");
    (0..1_000_000).for_each(|_| count(channels[0]));
    assert_eq!(told_of(channels[0]), 4_096, "it may have been long ago");
}
