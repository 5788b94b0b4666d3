//! Eight senders and eight receivers doing everything at random: nothing is lost, doubled, leaked or out of its sender's order.
//!
//! `RENDEZ_STRESS` is the number of values for each capacity, `RENDEZ_SEED` repeats a run.

mod common;

use common::{watched, Counter, Rng, Tracked};
use rendez::{Receiver, SendTimeoutError, Sender, TrySendError};
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const PEERS: usize = 8;

fn env(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Sends `count` values in one way or another. Answers how many went.
fn send_all(tx: Sender<Tracked>, id: usize, count: u64, alive: &Arc<Counter>, mut rng: Rng) -> u64 {
    let mut tx = tx;
    let mut next = 0;
    while next < count {
        let value = Tracked::new(id, next, alive);
        let mut value = Some(value);
        while let Some(unsent) = value.take() {
            value = match rng.below(16) {
                0..=4 => match tx.try_send(unsent) {
                    Ok(()) => None,
                    Err(TrySendError::Full(back)) => Some(back),
                    Err(TrySendError::Disconnected(_)) => return next,
                },
                5..=7 => match tx.send_timeout(unsent, Duration::from_micros(rng.below(60))) {
                    Ok(()) => None,
                    Err(SendTimeoutError::Timeout(back)) => Some(back),
                    Err(SendTimeoutError::Disconnected(_)) => return next,
                },
                8 => {
                    let mut batch = VecDeque::from([unsent]);
                    batch.extend((1..rng.below(5)).map(|i| Tracked::new(id, next + i, alive)));
                    next += batch.len() as u64 - 1;
                    let result = tx.send_many(&mut batch);
                    if result.is_err() {
                        return next + 1 - batch.len() as u64;
                    }
                    None
                }
                9 => {
                    tx = tx.downgrade().upgrade().expect("this sender exists").clone();
                    Some(unsent)
                }
                _ => match tx.send(unsent) {
                    Ok(()) => None,
                    Err(_) => return next,
                },
            };
        }
        next += 1;
    }
    next
}

/// Receives until the channel is closed and empty. Answers how many came.
fn receive_all(rx: Receiver<Tracked>, mut rng: Rng) -> u64 {
    let mut rx = rx;
    let mut last = [None; PEERS];
    let mut count = 0;
    let mut batch = Vec::new();
    loop {
        match rng.below(16) {
            0..=3 => match rx.try_recv() {
                Ok(value) => batch.push(value),
                Err(error) if error.is_disconnected() => return count,
                Err(_) => thread::yield_now(),
            },
            4..=6 => match rx.recv_timeout(Duration::from_micros(rng.below(60))) {
                Ok(value) => batch.push(value),
                Err(error) if error.is_disconnected() => return count,
                Err(_) => {}
            },
            7 => drop(rx.recv_many(&mut batch, 5)),
            8 => batch.extend(rx.drain()),
            9 => rx = rx.clone(),
            _ => match rx.recv() {
                Ok(value) => batch.push(value),
                Err(_) => return count,
            },
        }
        for value in batch.drain(..) {
            count += 1;
            assert!(last[value.sender] < Some(value.number), "order of sender {}", value.sender);
            last[value.sender] = Some(value.number);
        }
    }
}

fn stress(cap: Option<usize>, close_early: bool) {
    let seed = env("RENDEZ_SEED", u64::from(std::process::id()));
    let total = env("RENDEZ_STRESS", 100_000);
    eprintln!("capacity {cap:?}, RENDEZ_SEED={seed}");
    watched(move || {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = cap.map_or_else(rendez::unbounded, rendez::bounded);
        let (sent, received) = thread::scope(|s| {
            let senders: Vec<_> = (0..PEERS)
                .map(|id| {
                    let (tx, alive) = (tx.clone(), &alive);
                    s.spawn(move || send_all(tx, id, total / PEERS as u64, alive, Rng::new(seed + id as u64)))
                })
                .collect();
            let receivers: Vec<_> = (0..PEERS)
                .map(|id| {
                    let rx = rx.clone();
                    s.spawn(move || receive_all(rx, Rng::new(seed + 100 + id as u64)))
                })
                .collect();
            if close_early {
                // All may have come and gone unseen.
                while alive.get() == 0 && !senders.iter().all(|sender| sender.is_finished()) {
                    thread::yield_now();
                }
                tx.close();
            }
            drop((tx, rx));
            let sent: u64 = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
            let received: u64 = receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum();
            (sent, received)
        });
        assert_eq!(sent, received);
        assert!(close_early || sent == total / PEERS as u64 * PEERS as u64 || sent > total - 100);
        assert_eq!(alive.get(), 0, "leaked");
    });
}

#[test]
fn rendezvous() {
    stress(Some(0), false);
}

#[test]
fn one() {
    stress(Some(1), false);
}

#[test]
fn three() {
    stress(Some(3), false);
}

#[test]
fn many() {
    stress(Some(64), false);
}

#[test]
fn unbounded() {
    stress(None, false);
}

#[test]
fn closed_at_random() {
    for cap in [Some(0), Some(1), Some(3), Some(64), None] {
        (0..5).for_each(|_| stress(cap, true));
    }
}

#[test]
fn values_left_behind_are_dropped() {
    for cap in [Some(1), Some(3), Some(64), None] {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = cap.map_or_else(rendez::unbounded, rendez::bounded);
        while tx.try_send(Tracked::new(0, 0, &alive)).is_ok() && alive.get() < 1000 {}
        drop(rx);
        assert_eq!(alive.get(), 0, "promptly, at {cap:?}");
        assert!(tx.send(Tracked::new(0, 1, &alive)).is_err());
    }
}
