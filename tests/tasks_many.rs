//! `recv_many_async`, `send_many_async`: batches in tasks.

mod common;

use common::task::{block_on, poll, Count};
use common::watched;
use futures_core::FusedFuture;
use rendez::{bounded, never, unbounded, Receiver, RecvError, SendError, Sender};
use std::collections::VecDeque;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::thread;

fn make<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

#[test]
fn a_batch_is_what_is_there() {
    block_on(async {
        let (tx, rx) = bounded(4);
        (0..4).for_each(|n| tx.send(n).unwrap());
        let mut msgs = vec![9];
        assert_eq!(rx.recv_many_async(&mut msgs, 0).await, Ok(0));
        assert_eq!(rx.recv_many_async(&mut msgs, 3).await, Ok(3));
        assert_eq!(rx.recv_many_async(&mut msgs, 3).await, Ok(1));
        assert_eq!(msgs, [9, 0, 1, 2, 3]);
        drop(tx);
        assert_eq!(rx.recv_many_async(&mut msgs, 3).await, Err(RecvError));
        assert_eq!(rx.recv_many_async(&mut msgs, 0).await, Ok(0));
    });
    let never = never::<i32>();
    assert_eq!(poll(pin!(never.recv_many_async(&mut Vec::new(), 1)), Waker::noop()), Poll::Pending);
}

#[test]
fn a_pending_batch_is_woken_by_its_first_value() {
    for cap in [0, 2] {
        let (tx, rx) = bounded(cap);
        let (count, waker) = Count::new();
        let mut msgs = Vec::new();
        {
            let mut recv = pin!(rx.recv_many_async(&mut msgs, 5));
            assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending);
            assert_eq!(tx.try_send(1), Ok(()));
            assert_eq!(count.get(), 1);
            let mut next = pin!(tx.send_async(2));
            let _ = poll(next.as_mut(), Waker::noop());
            assert_eq!(poll(recv.as_mut(), &waker), Poll::Ready(Ok(2)));
            assert!(recv.is_terminated());
            assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending, "fused");
        }
        assert_eq!(msgs, [1, 2], "and what else is there: capacity {cap}");
    }
}

#[test]
fn a_served_batch_that_is_dropped_loses_nothing() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let mut msgs = Vec::new();
        {
            let mut recv = pin!(rx.recv_many_async(&mut msgs, 5));
            assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending);
            assert_eq!(tx.try_send(7), Ok(()));
        }
        assert!(msgs.is_empty());
        assert_eq!(rx.try_recv(), Ok(7), "capacity {cap}");
    }
}

#[test]
fn a_dropped_send_leaves_the_rest_in_order() {
    for cap in [0, 2] {
        let (tx, rx) = bounded(cap);
        let mut msgs = VecDeque::from_iter(0..6);
        {
            let mut send = pin!(tx.send_many_async(&mut msgs));
            assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Pending);
            assert_eq!(rx.try_recv(), Ok(0));
            assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Pending);
        }
        let left: Vec<_> = rx.try_iter().chain(msgs).collect();
        assert_eq!(left, [1, 2, 3, 4, 5], "capacity {cap}");
    }
}

#[test]
fn close_leaves_what_was_not_sent() {
    for cap in [0, 2] {
        let (tx, rx) = bounded(cap);
        let (count, waker) = Count::new();
        let mut msgs = VecDeque::from_iter(0..6);
        {
            let mut send = pin!(tx.send_many_async(&mut msgs));
            assert_eq!(poll(send.as_mut(), &waker), Poll::Pending);
            rx.close();
            assert_eq!(count.get(), 1);
            assert_eq!(poll(send.as_mut(), &waker), Poll::Ready(Err(SendError(()))));
            assert!(send.is_terminated());
        }
        assert!(msgs.iter().copied().eq(cap..6));
        assert_eq!(block_on(tx.send_many_async(&mut msgs)), Err(SendError(())));
        assert_eq!(msgs.len(), 6 - cap);
        assert_eq!(block_on(tx.send_many_async(&mut VecDeque::new())), Ok(()));
    }
}

#[test]
fn batches_between_threads_and_tasks() {
    const N: u32 = 5_000;
    watched(|| {
        for cap in [Some(0), Some(1), Some(3), Some(64), None] {
            for (sender, receiver) in [(true, true), (true, false), (false, true)] {
                let (tx, rx) = make(cap);
                let mut msgs = Vec::new();
                thread::scope(|s| {
                    s.spawn(move || {
                        for start in (0..N).step_by(50) {
                            let mut batch = VecDeque::from_iter(start..start + 50);
                            match sender {
                                true => block_on(tx.send_many_async(&mut batch)).unwrap(),
                                false => tx.send_many(&mut batch).unwrap(),
                            }
                        }
                    });
                    match receiver {
                        true => while block_on(rx.recv_many_async(&mut msgs, 30)).is_ok() {},
                        false => msgs.extend(rx.iter()),
                    }
                });
                assert!(msgs.into_iter().eq(0..N), "capacity {cap:?}");
            }
        }
    });
}
