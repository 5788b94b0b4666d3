//! Equal threads get equal parts, by and large: nobody starves.
//!
//! `benches/peers` measures how even the parts are. Here the bound is generous, since other tests run beside this one: in one of a few seconds
//! every thread has to get a tenth of an equal part. A queue that serves the last to come first, or a waiter passed over, does not get there.

mod common;

use common::watched;
use rendez::{bounded, select, Receiver, Sender};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

/// Senders and receivers. Where one side is alone, the other waits, and its queue decides who is served.
const SHAPES: [(usize, usize); 3] = [(4, 4), (1, 8), (8, 1)];

/// What each sender sent, and each receiver received.
type Counts = [Vec<u64>; 2];

/// Repeats `send` and `recv` on so many threads for a second. `recv` ends when the senders are gone.
fn counts(
    shape: (usize, usize),
    send: impl Fn() -> bool + Clone + Send + 'static,
    recv: impl Fn() -> bool + Clone + Send + 'static,
) -> Counts {
    let (start, stop) = (Arc::new(Barrier::new(shape.0 + shape.1)), Arc::new(AtomicBool::new(false)));
    let spawn = |mut again: Box<dyn FnMut() -> bool + Send>| {
        let start = start.clone();
        thread::spawn(move || {
            start.wait();
            let mut count = 0;
            while again() {
                count += 1;
            }
            count
        })
    };
    let receivers: Vec<_> = (0..shape.1).map(|_| spawn(Box::new(recv.clone()))).collect();
    let sender = || {
        let (send, stop) = (send.clone(), stop.clone());
        spawn(Box::new(move || !stop.load(Ordering::Relaxed) && send()))
    };
    let senders: Vec<_> = (0..shape.0).map(|_| sender()).collect();
    drop((send, recv));
    thread::sleep(Duration::from_secs(1)); // the time of the measurement
    stop.store(true, Ordering::Relaxed);
    [senders, receivers].map(|side| side.into_iter().map(|thread| thread.join().expect("no panic")).collect())
}

/// One good second is enough, as the machine may have been away in the others.
fn nobody_starves(what: &str, second: impl Fn() -> Counts) {
    let fair = |side: &Vec<u64>| {
        let equal = side.iter().sum::<u64>() / side.len() as u64;
        side.iter().all(|&count| count > equal / 10)
    };
    let mut seen = Vec::new();
    for _ in 0..5 {
        let counts = second();
        if counts.iter().all(fair) {
            return;
        }
        seen.push(counts);
    }
    panic!("{what}: sent and received, thread by thread: {seen:?}");
}

fn cases() -> impl Iterator<Item = ((usize, usize), usize)> {
    SHAPES.into_iter().flat_map(|shape| [0, 1, 128].map(|cap| (shape, cap)))
}

#[test]
fn no_thread_starves_at_a_channel() {
    for (shape, cap) in cases() {
        watched(move || {
            nobody_starves(&format!("{shape:?} at capacity {cap}"), || {
                let (tx, rx) = bounded(cap);
                counts(shape, move || tx.send(1).is_ok(), move || rx.recv().is_ok())
            });
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
        watched(move || {
            nobody_starves(&format!("select, {shape:?} at capacity {cap}"), || {
                let ((tx_0, rx_0), (tx_1, rx_1)) = (bounded(cap), bounded(cap));
                let (tx, rx) = ([tx_0, tx_1], [rx_0, rx_1]);
                counts(shape, move || send_any(&tx), move || recv_any(&rx))
            });
        });
    }
}
