//! Waiting for one of two channels to become ready: told of the first while it enlists in the second, which is ready already. The wake-up was left there,
//! and nobody who waited for the first channel was told any more.

use super::common::{delay, race_rounds};
use rendez::{bounded, Select};
use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Nobody waits as long but who was forgotten.
const HANG: Duration = Duration::from_secs(30);

#[test]
fn passes_the_wake_up_on() {
    let ((to_a, a), (to_b, b)) = (bounded(1), bounded(1));
    a.set_spin_limit(Duration::ZERO);
    let rounds = race_rounds(50_000);
    let step = Arc::new(AtomicUsize::new(0));
    let begun = step.clone();
    let sender = thread::spawn(move || {
        let wait_for = |wanted| {
            // ORDERING: a signal; the values come through the channels.
            while begun.load(Ordering::Relaxed) < wanted && !to_a.is_closed() {
                spin_loop();
            }
        };
        for i in 0..rounds {
            wait_for(2 * i + 1);
            (0..i % 128).for_each(delay);
            to_b.send(i).unwrap();
            to_a.send(i).unwrap();
            wait_for(2 * i + 2);
            (0..256).for_each(delay);
            to_a.send(i).unwrap();
        }
    });
    for i in 0..rounds {
        step.store(2 * i + 1, Ordering::Relaxed); // ORDERING: as above
        let mut select = Select::new_biased();
        select.recv(&a);
        select.recv(&b);
        select.ready();
        assert_eq!([&a, &b].map(|rx| rx.recv_timeout(HANG)), [Ok(i); 2]);
        step.store(2 * i + 2, Ordering::Relaxed); // ORDERING: as above
        assert_eq!(a.recv_timeout(HANG), Ok(i), "there is a value, and nobody was told");
    }
    sender.join().unwrap();
}
