//! Receive futures that were served and are dropped before they return the value: it is the next receiver's, before whatever else is in the channel.

mod common;

use common::task::{block_on, poll, Count};
use common::{watched, Tracked};
use rendez::{bounded, select, unbounded, Receiver, Select, Sender, TryRecvError, TrySendError};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

const CAPS: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(64), None];

fn make<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// Sends `0..3` to futures that wait, which go in this order.
fn serve_and_drop(tx: &Sender<u32>, rx: &Receiver<u32>, order: [usize; 3]) {
    let mut futures: Vec<_> = (0..3).map(|_| Some(Box::pin(rx.recv_async()))).collect();
    for future in futures.iter_mut().flatten() {
        assert_eq!(poll(future.as_mut(), Waker::noop()), Poll::Pending);
    }
    (0..3).for_each(|n| assert_eq!(tx.try_send(n), Ok(())));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "they have been served");
    order.into_iter().for_each(|i| futures[i] = None);
}

#[test]
fn the_next_future_gets_it() {
    for cap in CAPS {
        let (tx, rx) = make(cap);
        let (count, waker) = Count::new();
        let mut next = pin!(rx.recv_async());
        {
            let mut recv = pin!(rx.recv_async());
            assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending);
            assert_eq!(poll(next.as_mut(), &waker), Poll::Pending);
            assert_eq!(tx.try_send(1), Ok(()));
            assert_eq!(count.get(), 0);
        }
        assert_eq!(count.get(), 1);
        assert_eq!(poll(next.as_mut(), &waker), Poll::Ready(Ok(1)));
    }
}

#[test]
fn every_kind_of_receive_takes_it_first_and_in_order() {
    type Receive = fn(&Receiver<u32>) -> Vec<u32>;
    let receives: [(&str, Receive); 9] = [
        ("try_recv", |rx| (0..4).map(|_| rx.try_recv().unwrap()).collect()),
        ("recv", |rx| (0..4).map(|_| rx.recv().unwrap()).collect()),
        ("recv_timeout", |rx| (0..4).map(|_| rx.recv_timeout(Duration::ZERO).unwrap()).collect()),
        ("recv_async", |rx| (0..4).map(|_| block_on(rx.recv_async()).unwrap()).collect()),
        ("select!", |rx| (0..4).map(|_| select! { recv(rx) -> n => n.unwrap(), default => panic!("ready") }).collect()),
        ("Select", |rx| {
            let mut select = Select::new();
            select.recv(rx);
            (0..4).map(|_| select.try_select().unwrap().recv(rx).unwrap()).collect()
        }),
        ("recv_many", |rx| {
            let mut all = Vec::new();
            while all.len() < 4 {
                rx.recv_many(&mut all, 4).unwrap();
            }
            all
        }),
        ("drain", |rx| rx.drain().collect()),
        ("iter of a closed one", |rx| {
            rx.close();
            rx.iter().collect()
        }),
    ];
    for (name, receive) in receives {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            for cap in CAPS {
                let (tx, rx) = make(cap);
                serve_and_drop(&tx, &rx, order);
                let next = (cap != Some(0)).then_some(3);
                next.into_iter().for_each(|n| assert_eq!(tx.try_send(n), Ok(()), "there is room"));
                if next.is_some() {
                    assert!(receive(&rx).into_iter().eq(0..4), "{name}, capacity {cap:?}");
                } else {
                    (0..3).for_each(|n| assert_eq!(rx.recv(), Ok(n)));
                }
                assert!(rx.try_recv().is_err());
            }
        }
    }
}

#[test]
fn it_takes_no_room() {
    let (tx, rx) = bounded(2);
    serve_and_drop(&tx, &rx, [0, 1, 2]);
    assert_eq!((rx.len(), rx.is_empty(), tx.is_full()), (3, false, false));
    assert_eq!([tx.try_send(3), tx.try_send(4), tx.try_send(5)], [Ok(()), Ok(()), Err(TrySendError::Full(5))]);
    assert_eq!(tx.force_send(5), Ok(Some(3)), "the oldest of those that take room");
    assert!(rx.try_iter().eq([0, 1, 2, 4, 5]));
    assert!(rx.is_empty());
}

#[test]
fn it_goes_with_the_last_receiver() {
    for cap in CAPS {
        let alive = Arc::new(AtomicUsize::new(0));
        let (tx, rx) = make(cap);
        {
            let mut recv = pin!(rx.recv_async());
            assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
            assert!(tx.try_send(Tracked::new(0, 0, &alive)).is_ok());
        }
        assert_eq!(alive.load(Ordering::Relaxed), 1);
        drop(rx);
        assert_eq!(alive.load(Ordering::Relaxed), 0);
        assert!(tx.is_closed());
    }
}

#[test]
fn it_wakes_whoever_sleeps() {
    type Wait = fn(&Receiver<u32>) -> u32;
    let waits: [Wait; 4] = [
        |rx| rx.recv().unwrap(),
        |rx| block_on(rx.recv_async()).unwrap(),
        |rx| select! { recv(rx) -> n => n.unwrap() },
        |rx| {
            let mut select = Select::new();
            select.recv(rx);
            select.ready();
            rx.try_recv().unwrap()
        },
    ];
    for wait in waits {
        for cap in CAPS {
            watched(move || {
                for _ in 0..20 {
                    let (tx, rx) = make(cap);
                    let mut recv = Box::pin(rx.recv_async());
                    assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
                    assert_eq!(tx.try_send(7), Ok(()));
                    thread::scope(|s| {
                        let other = rx.clone();
                        let next = s.spawn(move || wait(&other));
                        thread::yield_now();
                        drop(recv);
                        assert_eq!(next.join().unwrap(), 7);
                    });
                }
            });
        }
    }
}

/// A dynamic select has won it, and gives it up: it is the next receiver's.
#[test]
fn a_select_that_gives_it_up_leaves_it() {
    for cap in CAPS {
        let (tx, rx) = make(cap);
        serve_and_drop(&tx, &rx, [0, 1, 2]);
        let mut select = Select::new();
        select.recv(&rx);
        assert_eq!(select.try_select().unwrap().recv(&rx), Ok(0));
        let won = select.try_select().unwrap();
        assert_eq!(rx.try_recv(), Ok(2), "1 is held");
        drop(won);
        assert_eq!(rx.try_recv(), Ok(1));
        assert!(rx.try_recv().is_err());
    }
}
