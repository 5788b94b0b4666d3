//! What do the ends of a channel cost: making it, cloning a handle, closing it, and closing it with threads that wait?
//!
//! The last is linear in the waiters: each is woken once.
#![allow(missing_docs)] // criterion_group makes a function without

use criterion::{criterion_group, criterion_main, BatchSize, BenchmarkId, Criterion};
use rendez::bounded;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// From the call of `close` until the last of the waiting threads has its answer.
fn close_waited_for(waiters: usize, rounds: u64) -> Duration {
    (0..rounds)
        .map(|_| {
            let (tx, rx) = bounded::<u8>(0);
            let start = Barrier::new(waiters + 1);
            thread::scope(|s| {
                let wait = || {
                    start.wait();
                    assert!(rx.recv().is_err());
                    Instant::now()
                };
                let waiting: Vec<_> = (0..waiters).map(|_| s.spawn(wait)).collect();
                start.wait();
                let began = Instant::now();
                assert!(tx.close());
                let ended = waiting.into_iter().map(|thread| thread.join().expect("no panic")).max().expect("a waiter");
                ended - began
            })
        })
        .sum()
}

fn close(c: &mut Criterion) {
    let mut group = c.benchmark_group("close");
    for cap in [0, 1, 128] {
        group.bench_function(BenchmarkId::new("make and drop", cap), |b| b.iter(|| drop(bounded::<u64>(cap))));
    }
    let (tx, _rx) = bounded::<u64>(1);
    group.bench_function("clone and drop a sender", |b| b.iter(|| drop(tx.clone())));
    group.bench_function("close, nobody waits", |b| {
        b.iter_batched_ref(|| bounded::<u64>(1), |(tx, _rx)| assert!(tx.close()), BatchSize::SmallInput);
    });
    group.sample_size(20);
    for waiters in [1, 10, 100] {
        group.bench_function(BenchmarkId::new("close, so many wait", waiters), |b| {
            b.iter_custom(|rounds| close_waited_for(waiters, rounds))
        });
    }
    group.finish();
}

criterion_group!(benches, close);
criterion_main!(benches);
