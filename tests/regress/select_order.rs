//! Arms of one select that stand in one queue.

use crate::common::watched;
use rendez::{bounded, select};
use std::thread;

const ROUNDS: usize = 2_000;

/// Within six standard deviations of a half.
fn is_half(part: usize) -> bool {
    (part as f64 - ROUNDS as f64 / 2.0).abs() < 6.0 * (ROUNDS as f64 / 4.0).sqrt()
}

/// Behind an arm that nobody comes for, the next one stood first twice as often as the other.
#[test]
fn two_sends_on_one_channel_beside_a_silent_arm_are_equal() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = bounded(cap);
            let (_open, silent) = bounded::<usize>(1);
            let ones: usize = thread::scope(|s| {
                s.spawn(move || {
                    for _ in 0..ROUNDS {
                        select! {
                            send(tx, 0) -> res => res.unwrap(),
                            send(tx, 1) -> res => res.unwrap(),
                            recv(silent) -> _ => unreachable!(),
                        }
                    }
                });
                rx.iter().inspect(|_| thread::yield_now()).sum()
            });
            assert!(is_half(ones), "capacity {cap}: {ones} ones in {ROUNDS}");
        }
    });
}
