//! Several wait on a closed channel for what is held: one gets it, or nobody, and the others learn that there is nothing more.

use super::common::task::{poll, Count};
use rendez::{bounded, RecvError, RecvTimeoutError, Select, SendError, TryRecvError};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// Mostly all have gone to sleep before the hold ends.
const ROUNDS: usize = if cfg!(miri) { 2 } else { 50 };
const THREADS: usize = 3;
/// Nobody waits as long but who was forgotten.
const HANG: Duration = Duration::from_secs(30);

#[test]
fn both_learn_of_it() {
    let (tx, rx) = bounded(1);
    let mut select = Select::new();
    select.send(&tx);
    let held = select.try_select().unwrap();
    rx.close();
    let told = [(); 2].map(|()| Arc::<Count>::default());
    let (mut first, mut second) = (pin!(rx.recv_async()), pin!(rx.recv_async()));
    assert!(poll(first.as_mut(), &Waker::from(told[0].clone())).is_pending());
    assert!(poll(second.as_mut(), &Waker::from(told[1].clone())).is_pending());
    held.send(&tx, 1).unwrap();
    assert_eq!(poll(first, Waker::noop()), Poll::Ready(Ok(1)));
    assert_eq!(told.map(|told| told.get()), [1, 1]);
    assert_eq!(poll(second, Waker::noop()), Poll::Ready(Err(RecvError)));
}

/// Threads are told one after the other: who finds nothing has the next one told. So does who only waits until the channel is ready.
fn threads_learn_of_it(fills: bool, first_is_ready: bool) {
    for _ in 0..ROUNDS {
        let (tx, rx) = bounded(1);
        rx.set_spin_limit(Duration::ZERO);
        let mut select = Select::new();
        select.send(&tx);
        let held = select.try_select().unwrap();
        rx.close();
        let begun = AtomicUsize::new(0);
        let begin = |n| {
            begun.fetch_add(1, Ordering::Relaxed); // ORDERING: a hint
            if first_is_ready && n == 0 {
                let mut select = Select::new();
                select.recv(&rx);
                assert_eq!(select.ready_timeout(HANG), Ok(0));
            }
            rx.recv_timeout(HANG)
        };
        let got = thread::scope(|s| {
            let threads = [0, 1, 2].map(|n| {
                let begin = &begin;
                let thread = s.spawn(move || begin(n));
                // ORDERING: as above.
                while begun.load(Ordering::Relaxed) <= n {
                    thread::yield_now();
                }
                thread
            });
            (0..100).for_each(|_| thread::yield_now());
            match fills {
                true => held.send(&tx, 1).unwrap(),
                false => drop(held),
            }
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(got.iter().filter(|got| **got == Ok(1)).count(), usize::from(fills));
        let learned = got.iter().filter(|got| **got == Err(RecvTimeoutError::Disconnected)).count();
        assert_eq!(learned, THREADS - usize::from(fills), "nothing comes, and not all were told");
    }
}

#[test]
fn all_threads_learn_of_a_value() {
    threads_learn_of_it(true, false);
}

#[test]
fn all_threads_learn_that_there_is_none() {
    threads_learn_of_it(false, false);
}

#[test]
fn who_waits_until_it_is_ready_passes_it_on() {
    threads_learn_of_it(false, true);
}

/// A send that a select won before the close, with a receiver that has left since: nobody had its value before others were told of the close.
#[test]
fn what_was_not_received_before_the_close_is_not_sent() {
    let (tx, rx) = bounded(0);
    let mut receiver = Box::pin(rx.recv_async());
    assert!(poll(receiver.as_mut(), Waker::noop()).is_pending());
    let mut select = Select::new();
    select.send(&tx);
    let held = select.try_select().unwrap();
    drop(receiver);
    rx.close();
    assert_eq!(rx.recv(), Err(RecvError));
    assert_eq!(held.send(&tx, 1), Err(SendError(1)));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

/// The same with a receiver that is still there: it was won before the close.
#[test]
fn who_was_won_before_the_close_receives() {
    let (tx, rx) = bounded(0);
    let mut receiver = Box::pin(rx.recv_async());
    assert!(poll(receiver.as_mut(), Waker::noop()).is_pending());
    let mut select = Select::new();
    select.send(&tx);
    let held = select.try_select().unwrap();
    rx.close();
    assert_eq!(held.send(&tx, 1), Ok(()));
    assert_eq!(poll(receiver.as_mut(), Waker::noop()), Poll::Ready(Ok(1)));
}
