//! How long from a send to the other thread's `recv` returning, when that thread has gone to sleep?
//!
//! Each round waits half a millisecond first, so that the receiver no longer spins. The floor is the system's own way to wake a thread:
//! `park and unpark` beside it.
#![allow(missing_docs)] // criterion_group makes a function without

use criterion::{criterion_group, criterion_main, Criterion};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// After so long nobody spins any more.
const ASLEEP: Duration = Duration::from_micros(500);

fn wake_receiver(cap: usize, rounds: u64) -> Duration {
    let (tx, rx) = rendez::bounded::<Instant>(cap);
    let receiver = thread::spawn(move || rx.iter().map(|sent| sent.elapsed()).sum());
    for _ in 0..rounds {
        thread::sleep(ASLEEP);
        tx.send(Instant::now()).expect("open");
    }
    drop(tx);
    receiver.join().expect("no panic")
}

/// The same by the standard library's own means, with the time of sending in a shared number.
fn wake_parked(rounds: u64) -> Duration {
    let epoch = Instant::now();
    let sent = Arc::new(AtomicU64::new(0));
    let theirs = sent.clone();
    let sleeper = thread::spawn(move || {
        let mut total = Duration::ZERO;
        for _ in 0..rounds {
            let sent = loop {
                // ORDERING: Acquire pairs with the Release below, as a channel's would; the number itself needs less.
                match theirs.swap(0, Ordering::Acquire) {
                    0 => thread::park(),
                    sent => break sent,
                }
            };
            total += epoch.elapsed() - Duration::from_nanos(sent);
        }
        total
    });
    for _ in 0..rounds {
        thread::sleep(ASLEEP);
        // Alone in the slot: the sleeper has had half a millisecond to take the last one; if it did not, this round waits for it.
        // ORDERING: as above.
        while sent.load(Ordering::Acquire) != 0 {
            thread::yield_now();
        }
        sent.store(epoch.elapsed().as_nanos() as u64, Ordering::Release); // ORDERING: as above
        sleeper.thread().unpark();
    }
    sleeper.join().expect("no panic")
}

fn wakeup(c: &mut Criterion) {
    let mut group = c.benchmark_group("wakeup");
    group.sample_size(20);
    for cap in [0, 1] {
        group.bench_function(format!("recv asleep, capacity {cap}"), |b| b.iter_custom(|rounds| wake_receiver(cap, rounds)));
    }
    group.bench_function("park and unpark", |b| b.iter_custom(wake_parked));
    group.finish();
}

criterion_group!(benches, wakeup);
criterion_main!(benches);
