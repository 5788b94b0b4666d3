//! Takes the figures of one implementation, in its own process.

use std::future::Future;
use std::sync::{Arc, Barrier};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use super::alloc::{calls, live, peak};
use crate::imp::{Blocking, Tasks};
use crate::threads::handles;

/// One a column; `None`: there is no such thing.
pub type Figures = Vec<Option<f64>>;

/// Messages of the burst.
pub const BURST: u64 = 1 << 20;

/// Means are taken over so many channels or waiters.
const MANY: usize = 64;

/// The heap has settled when nobody has asked for anything for so long.
const QUIET: Duration = Duration::from_millis(100);

/// Channels, handles, waiting threads; `U` is the unbounded kind.
pub fn blocking<C: Blocking<u64>, U: Blocking<u64>>() -> Figures {
    let bounded = |cap| Some(channel::<C>(Some(cap))?.0);
    let mut figures = vec![bounded(0), bounded(1), bounded(64), channel::<U>(None).map(|(bytes, _)| bytes)];
    figures.push(channel::<C>(Some(64)).map(|(_, calls)| calls));
    figures.push(Some((size_of::<C::Tx>() + size_of::<C::Rx>()) as f64));
    figures.extend([waiting_senders::<C>(), waiting_receivers::<C>()]);
    figures
}

/// Bytes and allocations of one open channel.
fn channel<C: Blocking<u64>>(cap: Option<usize>) -> Option<(f64, f64)> {
    let mut channels = Vec::with_capacity(MANY);
    // The first may set up what all of them share.
    drop(C::open(cap)?);
    let before = (live(), calls());
    for _ in 0..MANY {
        channels.push(C::open(cap)?);
    }
    let each = |now: isize, before: isize| (now - before) as f64 / MANY as f64;
    Some((each(live(), before.0), each(calls(), before.1)))
}

/// What each of many threads adds by being blocked in `wait`, until `other` is dropped, the last handle of the other side.
fn blocked<H: Send + 'static, O>(waiters: Vec<H>, wait: fn(H), other: O) -> f64 {
    let many = waiters.len();
    let (here, go) = (Arc::new(Barrier::new(many + 1)), Arc::new(Barrier::new(many + 1)));
    let run = |waiter| {
        let (here, go) = (here.clone(), go.clone());
        thread::spawn(move || {
            here.wait();
            go.wait();
            wait(waiter);
        })
    };
    let threads: Vec<_> = waiters.into_iter().map(run).collect();
    here.wait();
    let before = live();
    go.wait();
    settle();
    let bytes = (live() - before) as f64 / many as f64;
    drop(other);
    threads.into_iter().for_each(|thread| thread.join().expect("a waiter panicked"));
    bytes
}

fn settle() {
    let mut last = calls();
    loop {
        thread::sleep(QUIET);
        let now = calls();
        if now == last {
            return;
        }
        last = now;
    }
}

fn waiting_senders<C: Blocking<u64>>() -> Option<f64> {
    let (mut tx, rx) = C::open(Some(1))?;
    assert!(C::send(&mut tx, 0), "closed");
    let many = if C::fork_tx(&tx).is_some() { MANY } else { 1 };
    let wait = |mut tx| {
        C::send(&mut tx, 0);
    };
    Some(blocked(handles(tx, many, C::fork_tx)?, wait, rx))
}

fn waiting_receivers<C: Blocking<u64>>() -> Option<f64> {
    let (tx, rx) = C::open(Some(1))?;
    let many = if C::fork_rx(&rx).is_some() { MANY } else { 1 };
    let wait = |mut rx| {
        C::recv(&mut rx);
    };
    Some(blocked(handles(rx, many, C::fork_rx)?, wait, tx))
}

/// The most bytes for each message while all are in the channel, and what it holds when they are out again.
pub fn burst<U: Blocking<u64>>() -> Figures {
    let Some((mut tx, mut rx)) = U::open(None) else {
        return vec![None; 2];
    };
    settle();
    let before = live();
    peak();
    for number in 0..BURST {
        assert!(U::send(&mut tx, number), "closed");
    }
    for _ in 0..BURST {
        U::recv(&mut rx).expect("closed");
    }
    vec![Some((peak() - before) as f64 / BURST as f64), Some((live() - before) as f64)]
}

/// Waiting tasks: what the first poll of a future that has to wait adds on the heap.
pub fn tasks<C: Tasks<u64>>() -> Figures {
    vec![task_senders::<C>(), task_receivers::<C>()]
}

fn task_senders<C: Tasks<u64>>() -> Option<f64> {
    let (tx, _rx) = C::open(Some(1))?;
    let many = if C::fork_tx(&tx).is_some() { MANY } else { 1 };
    let mut senders = handles(tx, many + 1, C::fork_tx)?;
    let mut filler = senders.pop()?;
    let mut fill = Box::pin(C::send(&mut filler, 0));
    assert!(fill.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready(), "no room for the first");
    Some(pending(senders.iter_mut().map(|tx| C::send(tx, 0))))
}

fn task_receivers<C: Tasks<u64>>() -> Option<f64> {
    let (_tx, rx) = C::open(Some(1))?;
    let many = if C::fork_rx(&rx).is_some() { MANY } else { 1 };
    let mut receivers = handles(rx, many, C::fork_rx)?;
    Some(pending(receivers.iter_mut().map(|rx| C::recv(rx))))
}

fn pending<F: Future>(futures: impl Iterator<Item = F>) -> f64 {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let before = live();
    for future in &mut futures {
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "did not wait");
    }
    (live() - before) as f64 / futures.len() as f64
}
