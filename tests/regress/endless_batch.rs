//! A batch without a limit took what came while it was taken, too: with senders that were fast enough neither a `drain` of capacity 0 nor a poll of
//! `recv_many_async` had an end. Here a sender is polled by its own waker, so it is always fast enough.

use super::common::task::poll;
use rendez::{bounded, Receiver, Sender};
use std::future::Future;
use std::pin::{pin, Pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// So many values are without end.
const MANY: usize = 100_000;

/// A task that runs where it is woken.
struct Task(Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let waker = Waker::from(self.clone());
        // Held only if it is being polled just now.
        if let Ok(mut future) = self.0.try_lock() {
            let _ = future.as_mut().poll(&mut Context::from_waker(&waker));
        }
    }
}

/// A sender that sends the next value as soon as one was taken.
fn sender(tx: Sender<usize>) -> Waker {
    let task: Waker = Arc::new(Task(Mutex::new(Box::pin(async move {
        for n in 0..MANY {
            tx.send_async(n).await.unwrap();
        }
        std::future::pending().await
    }))))
    .into();
    task.wake_by_ref();
    task
}

fn poll_once(rx: &Receiver<usize>, msgs: &mut Vec<usize>) -> Poll<usize> {
    poll(pin!(rx.recv_many_async(msgs, usize::MAX)), Waker::noop()).map(Result::unwrap)
}

#[test]
fn a_batch_has_an_end() {
    for cap in [0, 1, 3] {
        let (tx, rx) = bounded(cap);
        let _task = sender(tx);
        let mut msgs: Vec<_> = rx.drain().collect();
        assert!(!msgs.is_empty() && msgs.len() < MANY / 10, "capacity {cap}: drained {}", msgs.len());
        let count = rx.recv_many(&mut msgs, usize::MAX).unwrap();
        assert!(count < MANY / 10, "capacity {cap}: received {count}");
        if let Poll::Ready(count) = poll_once(&rx, &mut msgs) {
            assert!(count < MANY / 10, "capacity {cap}: received {count} in one poll");
        }
        assert!(msgs.iter().copied().eq(0..msgs.len()), "capacity {cap}: in order, without a gap");
    }
}

#[test]
fn a_batch_takes_from_all_that_wait() {
    let (tx, rx) = bounded(0);
    let mut sends: Vec<_> = (0..1_000).map(|n| Box::pin(tx.send_async(n))).collect();
    for send in &mut sends {
        assert!(poll(send.as_mut(), Waker::noop()).is_pending());
    }
    assert!(rx.drain().eq(0..1_000));
    let mut receives: Vec<_> = (0..1_000).map(|_| Box::pin(rx.recv_async())).collect();
    for (n, receive) in receives.iter_mut().enumerate() {
        assert!(poll(receive.as_mut(), Waker::noop()).is_pending());
        tx.send(n).unwrap();
    }
    drop(receives); // their values are for the next who receive
    assert!(rx.drain().eq(0..1_000));
}

#[test]
fn a_batch_takes_all_that_is_behind_the_ring() {
    let (tx, rx) = rendez::unbounded();
    (0..MANY).for_each(|n| tx.send(n).unwrap());
    let mut msgs = Vec::new();
    assert_eq!(poll_once(&rx, &mut msgs), Poll::Ready(MANY));
    assert!(msgs.into_iter().eq(0..MANY));
}
