//! What does a message cost between tasks, the executor's own price left out?
//!
//! The executor here is the smallest there is: two futures on one thread, polled in turn.
#![allow(missing_docs)] // criterion_group makes a function without

use criterion::{criterion_group, criterion_main, BenchmarkId, Criterion, Throughput};
use rendez::bounded;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Polls both in turn until both are done.
fn join(first: impl Future, second: impl Future) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut cx = Context::from_waker(Waker::noop());
    let mut done = (false, false);
    while done != (true, true) {
        done.0 = done.0 || first.as_mut().poll(&mut cx).is_ready();
        done.1 = done.1 || second.as_mut().poll(&mut cx).is_ready();
    }
}

fn pass(cap: usize, messages: u64) -> Duration {
    let (tx, rx) = bounded(cap);
    let began = Instant::now();
    let send = async move {
        for i in 0..messages {
            tx.send_async(i).await.expect("open");
        }
    };
    let receive = async move {
        for i in 0..messages {
            assert_eq!(rx.recv_async().await, Ok(i));
        }
    };
    join(send, receive);
    began.elapsed()
}

fn tasks(c: &mut Criterion) {
    let mut group = c.benchmark_group("tasks");
    group.throughput(Throughput::Elements(1));
    for cap in [0, 1, 128] {
        group.bench_function(BenchmarkId::new("message", cap), |b| b.iter_custom(|messages| pass(cap, messages)));
    }
    let (_tx, rx) = bounded::<u64>(1);
    let mut cx = Context::from_waker(Waker::noop());
    group.bench_function("a wait that is given up", |b| {
        b.iter(|| assert!(matches!(pin!(rx.recv_async()).poll(&mut cx), Poll::Pending)));
    });
    group.finish();
}

criterion_group!(benches, tasks);
criterion_main!(benches);
