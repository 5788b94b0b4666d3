//! The heap, against a map that is in order.

use super::heap::{Heap, Ticket};
use super::{Duration, Instant};
use std::collections::BTreeMap;

/// Each in turn put in, taken out by its ticket, taken out as the first, or asked for once more when it is gone.
#[test]
fn a_heap_does_what_a_map_does() {
    for seed in 1..200 {
        walk(seed);
    }
}

fn walk(seed: u64) {
    let start = Instant::now();
    let mut state = seed;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let most = 1 + random(40);
    let (mut heap, mut map) = (Heap::new(), BTreeMap::new());
    let mut tickets: Vec<(Ticket, (Instant, u64))> = Vec::new();
    for id in 0..500 {
        // Several are due at the same instant.
        let when = start + Duration::from_secs(random(most) as u64);
        match random(4) {
            0 | 1 if map.len() < most => {
                tickets.push((heap.insert(when, id), (when, id)));
                map.insert((when, id), ());
            }
            0..=2 if !tickets.is_empty() => {
                let (ticket, key) = tickets[random(tickets.len())];
                assert_eq!(heap.remove(ticket), map.remove(&key).map(|()| key.1));
                assert_eq!(heap.remove(ticket), None, "it is gone");
            }
            _ => {
                let due = map.first_key_value().map(|(key, ())| *key).filter(|key| key.0 <= when);
                assert_eq!(heap.pop(when), due.map(|key| key.1));
                due.and_then(|key| map.remove(&key));
            }
        }
        assert_eq!(heap.first(), map.first_key_value().map(|(key, ())| key.0));
    }
    // To the end, in order.
    let far = start + Duration::from_secs(1000);
    assert!(std::iter::from_fn(|| heap.pop(far)).eq(map.into_keys().map(|key| key.1)));
}
