//! What does a buffered message cost between threads, and what does room buy?
//!
//! At capacity 1 every message waits for the one before; at 128 the sides rarely wait for each other.
#![allow(missing_docs)] // criterion_group makes a function without

mod common;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};

fn buffered(c: &mut Criterion) {
    let mut group = c.benchmark_group("buffered");
    group.throughput(Throughput::Elements(1));
    for cap in [1, 128, 4096] {
        for (senders, receivers) in [(1, 1), (4, 1), (1, 4), (4, 4)] {
            group.bench_function(BenchmarkId::new(format!("{senders}x{receivers}"), cap), |b| {
                b.iter_custom(|messages| common::pass(cap, senders, receivers, messages));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, buffered);
criterion_main!(benches);
