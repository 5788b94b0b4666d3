//! Whether a wait gives way, by a clock of the test's own.

use crate::wait::giving::Giving;
use std::cell::Cell;

/// What a wait does, and the clock after it: a sleep takes 10 us, and a yield as long as is said.
fn waits(giving: &Giving, clock: &Cell<u32>, times: usize, yield_us: u32) -> usize {
    let sleep = |_: &usize| {
        let sleeps = giving.sleeps_at_once(|| clock.get());
        clock.set(clock.get().wrapping_add(if sleeps { 10 } else { yield_us }));
        sleeps
    };
    (0..times).filter(sleep).count()
}

/// Beside a program that keeps the processor busy a side comes to sleep at once, with few tries; when that has gone, it comes to yield again.
#[test]
fn who_gives_way_for_long_comes_to_sleep_at_once() {
    let (giving, clock) = (Giving::default(), Cell::new(u32::MAX - 50_000));
    assert_eq!(waits(&giving, &clock, 1_000, 3), 0);
    let begun = clock.get();
    waits(&giving, &clock, 1_000, 3_000);
    let took = clock.get().wrapping_sub(begun);
    assert!(took < 100_000, "{took} us for 1000 waits");
    let begun = clock.get();
    let (yields, waited) = (100_000 - waits(&giving, &clock, 100_000, 3_000), clock.get().wrapping_sub(begun));
    assert!((1..=20).contains(&yields), "{yields} yields, {waited} us");
    let until_it_yields = (0..).find(|_| waits(&giving, &clock, 100, 3) == 0).unwrap();
    assert!(until_it_yields < 1_000);
    assert_eq!(waits(&giving, &clock, 1_000, 3), 0);
}

/// Where both take as long, as nothing comes sooner, sleep is tried now and then, and yields go on.
#[test]
fn long_waits_that_sleep_would_not_shorten_yield() {
    let (giving, clock) = (Giving::default(), Cell::new(1));
    let sleeps = (0..10_000)
        .filter(|_| {
            let sleeps = giving.sleeps_at_once(|| clock.get());
            clock.set(clock.get() + 1_000);
            sleeps
        })
        .count();
    assert!((100..=2_000).contains(&sleeps), "{sleeps} of 10000");
}
