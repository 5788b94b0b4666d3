//! How long do two threads take to meet, and what do more of them add?
//!
//! Capacity 0: every message is a meeting. The floor is a cache line's way to the other core and back.
#![allow(missing_docs)] // criterion_group makes a function without

mod common;

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};

fn rendezvous(c: &mut Criterion) {
    let mut group = c.benchmark_group("rendezvous");
    group.throughput(Throughput::Elements(1));
    for (senders, receivers) in [(1, 1), (4, 1), (1, 4), (4, 4)] {
        group.bench_function(BenchmarkId::new("meeting", format!("{senders}x{receivers}")), |b| {
            b.iter_custom(|messages| common::pass(0, senders, receivers, messages));
        });
    }
    group.bench_function("there and back", |b| b.iter_custom(|trips| common::ping_pong(0, trips)));
    group.finish();
}

criterion_group!(benches, rendezvous);
criterion_main!(benches);
