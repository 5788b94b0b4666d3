//! What does a message cost through the buffer alone, where nobody ever waits?
//!
//! One thread fills the channel and empties it. Flat over the capacities, until the slots outgrow the caches.
#![allow(missing_docs)] // criterion_group makes a function without

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};

fn ring(c: &mut Criterion) {
    let mut group = c.benchmark_group("ring");
    for cap in [1, 16, 128, 4096, 65536] {
        let (tx, rx) = rendez::bounded(cap);
        group.throughput(Throughput::Elements(cap as u64));
        group.bench_function(BenchmarkId::new("fill and empty", cap), |b| {
            b.iter(|| {
                (0..cap).for_each(|i| tx.try_send(i).expect("room"));
                (0..cap).for_each(|i| assert_eq!(rx.try_recv(), Ok(i)));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, ring);
criterion_main!(benches);
