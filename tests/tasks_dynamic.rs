//! `Select::select_async`: a list of operations that a task waits for.

mod common;

use common::task::{block_on, poll, Count};
use common::{keep, watched};
use futures_core::FusedFuture;
use rendez::{after, bounded, never, Receiver, Select, Sender};
use std::future::Future;
use std::mem::forget;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

type Handles = (Vec<Sender<usize>>, Vec<Receiver<usize>>);

fn channels(n: usize, cap: usize) -> Handles {
    (0..n).map(|_| bounded(cap)).unzip()
}

fn receiving(rx: &[Receiver<usize>]) -> Select<'_> {
    let mut select = Select::new();
    for rx in rx {
        select.recv(rx);
    }
    select
}

#[test]
fn a_pending_one_is_woken_once_and_served_round_after_round() {
    for (arms, cap) in [(3, 0), (3, 1), (20, 0), (20, 1)] {
        let (tx, rx) = channels(arms, cap);
        let mut select = receiving(&rx);
        for i in 0..2 * arms {
            let (count, waker) = Count::new();
            let mut wait = pin!(select.select_async());
            assert!(poll(wait.as_mut(), &waker).is_pending());
            assert!(!wait.is_terminated());
            assert_eq!(tx[i % arms].try_send(i), Ok(()));
            assert_eq!(count.get(), 1);
            let Poll::Ready(won) = poll(wait.as_mut(), &waker) else { panic!("woken in vain") };
            assert!(wait.is_terminated());
            assert!(poll(wait.as_mut(), &waker).is_pending(), "fused");
            let index = won.index();
            assert_eq!((index, won.recv(&rx[index])), (i % arms, Ok(i)));
        }
    }
}

#[test]
fn a_send_wins_and_may_be_given_up() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let mut select = Select::new();
        select.send(&tx);
        thread::scope(|s| {
            let receiver = s.spawn(|| (rx.recv(), rx.recv()));
            block_on(async {
                drop(select.select_async().await); // and the receiver waits on
                assert_eq!(select.select_async().await.send(&tx, 1), Ok(()));
                assert_eq!(select.select_async().await.send(&tx, 2), Ok(()));
            });
            assert_eq!(receiver.join().unwrap(), (Ok(1), Ok(2)));
        });
    }
}

#[test]
fn closed_operations_and_timers_win() {
    watched(|| {
        let (tx, rx) = channels(2, 0);
        let mut select = receiving(&rx);
        drop(tx);
        block_on(async {
            let won = select.select_async().await;
            let index = won.index();
            assert!(won.recv(&rx[index]).is_err());
            let (nothing, soon) = (never::<()>(), after(Duration::from_millis(5)));
            let mut select = Select::new();
            select.recv(&nothing);
            let timer = select.recv(&soon);
            let won = select.select_async().await;
            assert_eq!(won.index(), timer);
            assert!(won.recv(&soon).is_ok());
        });
    });
}

#[test]
#[should_panic(expected = "no operation was added")]
fn without_operations_it_would_wait_for_ever() {
    drop(Select::new().select_async());
}

#[test]
fn a_served_one_that_is_dropped_hands_its_value_to_the_next() {
    for arms in [2, 20] {
        let (tx, rx) = channels(arms, 0);
        let mut select = receiving(&rx);
        let mut next = pin!(rx[1].recv_async());
        {
            let mut wait = pin!(select.select_async());
            assert!(poll(wait.as_mut(), Waker::noop()).is_pending());
            assert!(poll(next.as_mut(), Waker::noop()).is_pending());
            assert_eq!(tx[1].try_send(5), Ok(()));
        }
        assert_eq!(poll(next.as_mut(), Waker::noop()), Poll::Ready(Ok(5)));
        assert!(select.try_select().is_err(), "and left every queue");
    }
}

#[test]
fn a_woken_one_that_is_dropped_passes_the_wake_up_on() {
    let (tx, rx) = channels(2, 1);
    let mut select = receiving(&rx);
    let (count, waker) = Count::new();
    let mut next = pin!(rx[0].recv_async());
    {
        let mut wait = pin!(select.select_async());
        assert!(poll(wait.as_mut(), Waker::noop()).is_pending());
        assert!(poll(next.as_mut(), &waker).is_pending());
        tx[0].send(1).unwrap();
        assert_eq!(count.get(), 0);
    }
    assert_eq!(count.get(), 1);
    assert_eq!(poll(next.as_mut(), &waker), Poll::Ready(Ok(1)));
}

/// What peers point to stays with the future: the select can be used again, and dropped.
#[test]
fn a_forgotten_one_keeps_its_memory() {
    for arms in [2, 20] {
        let (tx, rx) = channels(arms, 0);
        let (tx, rx): (&'static _, &'static [_]) = (Box::leak(Box::new(tx)), rx.leak());
        keep(tx);
        keep(rx);
        let mut select = receiving(rx);
        for _ in 0..2 {
            let mut wait = Box::pin(select.select_async());
            assert!(poll(wait.as_mut(), Waker::noop()).is_pending());
            keep(&*wait);
            forget(wait);
        }
        assert_eq!(tx[0].try_send(1), Ok(()), "to the first that was forgotten");
        assert_eq!(tx[1].try_send(1), Ok(()), "to the second");
        assert_eq!(tx[1].try_send(1).ok(), None);
        let mut wait = Box::pin(select.select_async());
        assert!(poll(wait.as_mut(), Waker::noop()).is_pending());
        assert_eq!(tx[1].try_send(2), Ok(()));
        let Poll::Ready(won) = poll(wait.as_mut(), Waker::noop()) else { panic!("woken in vain") };
        assert_eq!(won.recv(&rx[1]), Ok(2));
        drop(wait);
        drop(select);
    }
}

#[test]
fn selects_of_threads_and_tasks_meet() {
    const N: usize = 2_000;
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = channels(12, cap);
            let sum: usize = thread::scope(|s| {
                let receivers: Vec<_> = (0..2)
                    .map(|i| {
                        let rx = rx.clone();
                        s.spawn(move || {
                            let mut select = receiving(&rx);
                            let mut sum = 0;
                            loop {
                                let won = if i == 0 { select.select() } else { block_on(select.select_async()) };
                                let index = won.index();
                                match won.recv(&rx[index]) {
                                    Ok(value) => sum += value,
                                    Err(_) => return sum,
                                }
                            }
                        })
                    })
                    .collect();
                let tx = &tx;
                let sender = s.spawn(move || {
                    let mut select = Select::new();
                    for tx in tx {
                        select.send(tx);
                    }
                    for i in 0..N {
                        let won = block_on(select.select_async());
                        let index = won.index();
                        won.send(&tx[index], i).unwrap();
                    }
                });
                sender.join().unwrap();
                // The one that loses the race for what is left ends on another channel, so none is closed before all is received.
                while tx.iter().any(|tx| !tx.is_empty()) {
                    thread::yield_now();
                }
                assert!(tx.iter().all(Sender::close));
                receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum()
            });
            assert_eq!(sum, N * (N - 1) / 2, "capacity {cap}");
        }
    });
}

#[test]
fn the_future_goes_to_other_threads() {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let (tx, rx) = channels(2, 1);
    tx[1].send(3).unwrap();
    let got = is_send(async {
        let mut select = receiving(&rx);
        let mut sum = 0;
        while sum == 0 {
            let (index, value) = {
                let won = select.select_async().await;
                let index = won.index();
                (index, won.recv(&rx[index]))
            };
            assert_eq!(index, 1);
            sum += value.unwrap();
            std::future::ready(()).await;
        }
        sum
    });
    assert_eq!(block_on(got), 3);
}
