//! Data behind a flag, beside channels that have nothing to do with it: that both threads ask for the time orders nothing.

use super::channel;
use loom::cell::Cell;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(1);

struct Shared(Cell<u32>, AtomicBool);

// SAFETY: that nobody reads while another writes is what the model looks at.
unsafe impl Sync for Shared {}

fn model(publish: Ordering) {
    loom::model(move || {
        let ((a, from_a), (b, from_b)) = (channel(1), channel(1));
        let shared = Arc::new(Shared(Cell::new(0), AtomicBool::new(false)));
        let other = shared.clone();
        let writer = thread::spawn(move || {
            other.0.set(1);
            a.send_timeout(1, SOON).unwrap();
            other.1.store(true, publish);
        });
        // ORDERING: Acquire pairs with the Release of the mended one.
        if shared.1.load(Ordering::Acquire) {
            b.send_timeout(1, SOON).unwrap();
            assert_eq!(shared.0.get(), 1);
        }
        writer.join().unwrap();
        drop((from_a, from_b));
    });
}

#[test]
fn seeded() {
    model(Ordering::Relaxed); // ORDERING: the mistake
}

#[test]
fn mended() {
    model(Ordering::Release); // ORDERING: what was written before is seen
}
