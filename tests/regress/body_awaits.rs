//! A body of `select!` that awaits made its future one that cannot leave its thread, even where nothing waits: `recv(rx) -> msg => f(msg).await, default => ..`.

use rendez::{bounded, select, Receiver, Sender};
use std::future::{ready, Future};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

fn run<F: Future + Send>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

async fn one(rx: &Receiver<u32>) -> u32 {
    select! { recv(rx) -> msg => ready(msg.unwrap_or(0)).await }
}

async fn now(rx: &Receiver<u32>) -> u32 {
    select! { recv(rx) -> msg => ready(msg.unwrap_or(0)).await, default => ready(7).await }
}

async fn several(rx: &Receiver<u32>, tx: &Sender<u32>) -> u32 {
    select! {
        recv(rx) -> msg => ready(msg.unwrap_or(0)).await,
        send(tx, ready(8).await) -> sent => ready(u32::from(sent.is_ok())).await,
        default(Duration::ZERO) => ready(9).await,
    }
}

#[test]
fn its_future_may_leave_its_thread() {
    let (tx, rx) = bounded(1);
    assert_eq!(run(now(&rx)), Poll::Ready(7));
    tx.send(5).unwrap();
    assert_eq!(run(one(&rx)), Poll::Ready(5));
    assert_eq!(run(several(&rx, &tx)), Poll::Ready(1));
    assert_eq!(run(several(&rx, &tx)), Poll::Ready(8));
}
