//! Nobody starves: each of many threads gets its turns, however busy the others are.
//!
//! How even the parts are depends on the scheduler as well: `peers fairness` measures it. Here every thread only has to finish its first turns
//! while the others go on; one that is passed over never does. The order of those who wait is checked with tasks, which enlist when polled.

mod common;

use common::task::{poll, Count};
use common::watched_for;
use rendez::{bounded, select, select_async, Receiver, Sender};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::Arc;
use std::task::Poll;
use std::thread::{self, yield_now};
use std::time::Duration;

/// Senders and receivers.
const SHAPES: [(usize, usize); 4] = [(2, 2), (4, 4), (1, 8), (8, 1)];
/// How often each has to have its turn.
const TURNS: u32 = 20;
/// Thousands of times what it takes.
const LIMIT: Duration = Duration::from_secs(120);

/// Repeats `again` until it answers no, or `stop` is set; counts.
fn repeat(stop: &AtomicBool, turns: &AtomicU32, again: impl Fn() -> bool) {
    // ORDERING: only when to stop.
    while !stop.load(Ordering::Relaxed) && again() {
        turns.fetch_add(1, Ordering::Relaxed); // ORDERING: a count, of which nothing but the number is asked
    }
}

/// Runs `send` and `recv` on so many threads until each thread has had its turns.
fn everybody_gets_turns(
    (senders, receivers): (usize, usize),
    send: impl Fn() -> bool + Clone + Send + 'static,
    recv: impl Fn() -> bool + Clone + Send + 'static,
) {
    let stop = Arc::new(AtomicBool::new(false));
    let turns: Arc<[AtomicU32]> = (0..senders + receivers).map(|_| AtomicU32::new(0)).collect();
    let spawn = |i: usize, stop: Arc<AtomicBool>, again: Box<dyn Fn() -> bool + Send>| {
        let turns = turns.clone();
        thread::spawn(move || repeat(&stop, &turns[i], again))
    };
    let mut threads: Vec<_> = (0..senders).map(|i| spawn(i, stop.clone(), Box::new(send.clone()))).collect();
    // Receivers go on until the senders are gone, so that no sender is left waiting.
    let never = Arc::new(AtomicBool::new(false));
    threads.extend((senders..senders + receivers).map(|i| spawn(i, never.clone(), Box::new(recv.clone()))));
    drop((send, recv));
    // ORDERING: as in `repeat`; so is the store.
    while turns.iter().any(|turns| turns.load(Ordering::Relaxed) < TURNS) {
        yield_now();
    }
    stop.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
}

fn cases() -> impl Iterator<Item = ((usize, usize), usize)> {
    SHAPES.into_iter().flat_map(|shape| [0, 1, 128].map(|cap| (shape, cap)))
}

#[test]
fn no_thread_starves_at_a_channel() {
    for (shape, cap) in cases() {
        watched_for(LIMIT, move || {
            let (tx, rx) = bounded(cap);
            everybody_gets_turns(shape, move || tx.send(1).is_ok(), move || rx.recv().is_ok());
        });
    }
}

fn send_any(tx: &[Sender<u64>; 2]) -> bool {
    select! {
        send(tx[0], 1) -> sent => sent.is_ok(),
        send(tx[1], 1) -> sent => sent.is_ok(),
    }
}

fn recv_any(rx: &[Receiver<u64>; 2]) -> bool {
    let first = select! {
        recv(rx[0]) -> value => value,
        recv(rx[1]) -> value => value,
    };
    // Both close at once; what is left is taken one by one.
    first.is_ok() || rx[0].recv().is_ok() || rx[1].recv().is_ok()
}

#[test]
fn no_thread_starves_in_a_select() {
    for (shape, cap) in cases() {
        watched_for(LIMIT, move || {
            let ((tx_0, rx_0), (tx_1, rx_1)) = (bounded(cap), bounded(cap));
            let (tx, rx) = ([tx_0, tx_1], [rx_0, rx_1]);
            everybody_gets_turns(shape, move || send_any(&tx), move || recv_any(&rx));
        });
    }
}

type Waiting<T> = (Pin<Box<dyn Future<Output = T>>>, Arc<Count>);

/// Has the futures wait, one after the other. Then `serve` is called once for each, and each time it is the turn of the one that came first.
fn first_come_first_served<T, F: Future<Output = T> + 'static>(futures: impl Iterator<Item = F>, serve: impl Fn(usize)) {
    let mut waiting: Vec<Waiting<T>> = Vec::new();
    for future in futures {
        let (count, waker) = Count::new();
        let mut future: Pin<Box<dyn Future<Output = T>>> = Box::pin(future);
        assert!(poll(future.as_mut(), &waker).is_pending());
        waiting.push((future, count));
    }
    for i in 0..waiting.len() {
        serve(i);
        let woken: Vec<usize> = waiting.iter().map(|(_, count)| count.get()).collect();
        let expected: Vec<usize> = (0..waiting.len()).map(|at| usize::from(at <= i)).collect();
        assert_eq!(woken, expected, "after serving {i}");
        let (future, count) = &mut waiting[i];
        assert!(matches!(poll(future.as_mut(), &count.clone().into()), Poll::Ready(_)));
    }
}

const WAITING: usize = 5;

#[test]
fn receivers_are_served_in_the_order_in_which_they_came() {
    for cap in [0, 1, 3] {
        let (tx, rx) = bounded(cap);
        let serve = |i| assert_eq!(tx.try_send(i), Ok(()));
        let all = || (0..WAITING).map(|_| rx.clone());
        first_come_first_served(all().map(|rx| async move { rx.recv_async().await.unwrap() }), serve);
        let select = |rx: Receiver<usize>| async move {
            select_async! { recv(rx) -> value => value.unwrap() }
        };
        first_come_first_served(all().map(select), serve);
    }
}

#[test]
fn senders_are_served_in_the_order_in_which_they_came() {
    for cap in [0, 1, 3] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|_| tx.send(0).unwrap());
        let serve = |_| assert!(rx.try_recv().is_ok());
        let all = || (0..WAITING).map(|_| tx.clone());
        first_come_first_served(all().map(|tx| async move { tx.send_async(1).await.unwrap() }), serve);
    }
}
