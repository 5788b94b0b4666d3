//! What does a select cost over the plain operation, and how does that grow with its arms?
//!
//! First where an arm is ready, by `select!` and by a `Select` that is used again and again; then where none is and there is a `default`.
#![allow(missing_docs)] // criterion_group makes a function without

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion};
use rendez::{bounded, select, Receiver, Select, Sender};

fn channels(arms: usize) -> (Vec<Sender<usize>>, Vec<Receiver<usize>>) {
    (0..arms).map(|_| bounded(1)).unzip()
}

fn ready(c: &mut Criterion) {
    let mut group = c.benchmark_group("select");
    let (tx, rx) = channels(2);
    group.bench_function("no select: send and recv", |b| {
        b.iter(|| {
            tx[0].send(1).expect("open");
            rx[0].recv()
        });
    });
    group.bench_function("select!, one of two ready", |b| {
        b.iter(|| {
            tx[0].send(1).expect("open");
            select! {
                recv(rx[0]) -> value => value,
                recv(rx[1]) -> value => value,
            }
        });
    });
    group.bench_function("select!, none of two ready", |b| {
        b.iter(|| {
            select! {
                recv(rx[0]) -> value => value.is_ok(),
                recv(rx[1]) -> value => value.is_ok(),
                default => false,
            }
        });
    });
    for arms in [2, 10, 100, 1000] {
        let (tx, rx) = channels(arms);
        let mut select = Select::new();
        rx.iter().for_each(|rx| {
            select.recv(rx);
        });
        group.bench_function(BenchmarkId::new("Select, one ready of", arms), |b| {
            b.iter(|| {
                tx[arms / 2].send(1).expect("open");
                let won = select.select();
                let index = won.index();
                won.recv(&rx[index])
            });
        });
    }
    group.finish();
}

criterion_group!(benches, ready);
criterion_main!(benches);
