//! Where peers run, as a side learns it.

use crate::sync::{processors, Deadline, Duration};
use crate::wait::placing::one_more;
use crate::wait::Spin;
use std::cell::Cell;

/// Waits for a peer who comes as soon as it gives way. Answers how often it looked before.
fn looks_before_giving_way(spin: &Spin) -> u32 {
    let (looks, gave_way) = (Cell::new(0), Cell::new(false));
    let ready = || {
        looks.set(looks.get() + u32::from(!gave_way.get()));
        gave_way.get()
    };
    let give_way = || {
        gave_way.set(true);
        Duration::ZERO
    };
    spin.wait_giving_way(Deadline::NEVER, ready, give_way);
    looks.get()
}

/// A side whose peers come only while it gives way, wherever it is placed.
fn that_shares() -> Spin {
    let spin = Spin::default();
    assert!(looks_before_giving_way(&spin) > 0 && !spin.shares_processor());
    for _ in 0..1_000 {
        looks_before_giving_way(&spin);
    }
    assert!(spin.shares_processor());
    spin
}

/// It gives way without a look; until a peer comes otherwise.
#[test]
fn who_shares_its_processor_gives_way_at_once() {
    if processors() == 1 {
        return; // that is how it begins there
    }
    let spin = that_shares();
    let at_once = (0..64).filter(|_| looks_before_giving_way(&spin) == 0).count();
    assert!(at_once >= 56, "{at_once} of 64");

    while looks_before_giving_way(&spin) > 0 {}
    let looks = Cell::new(0);
    let at_third = || {
        looks.set(looks.get() + 1);
        looks.get() == 3
    };
    assert!(spin.wait_giving_way(Deadline::NEVER, at_third, || Duration::ZERO));
    assert!(!spin.shares_processor());
}

/// Otherwise it would give way for ever after others have left the second processor, as a peer always comes meanwhile.
#[test]
fn who_shares_its_processor_looks_again_from_time_to_time() {
    if processors() == 1 {
        return; // that is how it stays there
    }
    let spin = that_shares();
    let waits_until_found = (1..=32).find(|_| {
        // It comes a moment later, also to who does not give way.
        let looks = Cell::new(0);
        let gave_way = Cell::new(false);
        let ready = || {
            looks.set(looks.get() + 1);
            looks.get() > 2 || gave_way.get()
        };
        let give_way = || {
            gave_way.set(true);
            Duration::ZERO
        };
        assert!(spin.wait_giving_way(Deadline::NEVER, ready, give_way));
        !spin.shares_processor()
    });
    assert!(waits_until_found.is_some());
}

/// On one processor they are counted for as long as the channel lives; and a sum that is too large would panic in a wait, whose frame is in a queue.
#[test]
fn the_count_of_first_yields_has_an_end() {
    let (first, second) = ((0..10_000).fold(0, |count, _| one_more(count)), (0..20_000).fold(0, |count, _| one_more(count)));
    assert!(first > 0 && first == second, "{first}, {second}");
}
