//! Random programs of one thread: each operation answers what the specification says.
//!
//! `RENDEZ_STRESS` sets the number of operations per capacity, `RENDEZ_SEED` the programs.

mod common;
mod spec;

use common::{watched, Rng};
use rendez::{bounded, select, unbounded, Receiver, RecvTimeoutError, Select, SendTimeoutError, Sender, TryRecvError, TrySendError};
use spec::{Missing, Refused, Spec};
use std::collections::VecDeque;
use std::time::Duration;

fn refused<T>(result: Result<T, TrySendError<u32>>, value: u32) -> Result<T, Refused> {
    result.map_err(|error| match error {
        TrySendError::Full(back) => {
            assert_eq!(back, value);
            Refused::Full
        }
        TrySendError::Disconnected(back) => {
            assert_eq!(back, value);
            Refused::Closed
        }
    })
}

fn late<T>(result: Result<T, SendTimeoutError<u32>>, value: u32) -> Result<T, Refused> {
    refused(
        result.map_err(|error| match error {
            SendTimeoutError::Timeout(back) => TrySendError::Full(back),
            SendTimeoutError::Disconnected(back) => TrySendError::Disconnected(back),
        }),
        value,
    )
}

fn missing(error: TryRecvError) -> Missing {
    match error {
        TryRecvError::Empty => Missing::Empty,
        TryRecvError::Disconnected => Missing::Closed,
    }
}

/// The channel under test, its handles, and what it should be.
struct Both {
    spec: Spec,
    tx: Vec<Sender<u32>>,
    rx: Vec<Receiver<u32>>,
    next: u32,
}

impl Both {
    fn new(cap: Option<usize>) -> Both {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        Both { spec: Spec::new(cap), tx: vec![tx], rx: vec![rx], next: 0 }
    }

    /// One operation. `None` when no handle is left.
    fn step(&mut self, rng: &mut Rng) -> Option<()> {
        let Both { spec, tx, rx, next } = self;
        *next += 1;
        let value = *next;
        if tx.is_empty() && rx.is_empty() {
            return None;
        }
        let sending = rx.is_empty() || (!tx.is_empty() && rng.below(2) == 0);
        let which = rng.below(64);
        if sending {
            let at = rng.below(tx.len() as u64) as usize;
            let sender = &tx[at];
            match which {
                0..=15 => assert_eq!(refused(sender.try_send(value), value), spec.try_send(value)),
                16..=23 => assert_eq!(late(sender.send_timeout(value, Duration::ZERO), value), spec.try_send(value)),
                24..=31 => assert_eq!(sender.force_send(value).map_err(|_| Refused::Closed), spec.force_send(value)),
                32..=37 => {
                    let expected = spec.try_send(value);
                    let found = select! {
                        send(sender, value) -> result => result.map_err(|_| Refused::Closed),
                        default => Err(Refused::Full),
                    };
                    assert_eq!(found, expected);
                }
                38..=43 if !spec.is_full() || spec.closed => {
                    assert_eq!(sender.send(value).map_err(|_| Refused::Closed), spec.try_send(value));
                }
                44..=49 => {
                    // As many as there is room for; one more would wait.
                    let room = spec.cap.map_or(5, |cap| cap - spec.values.len());
                    let mut values: VecDeque<u32> = (0..rng.below(room as u64 + 1) as u32).map(|n| value + n).collect();
                    *next += 1_000;
                    let all: Vec<u32> = values.iter().copied().collect();
                    let result = sender.send_many(&mut values);
                    if spec.closed && !all.is_empty() {
                        assert!(result.is_err() && values == all);
                    } else {
                        assert!(result.is_ok() && values.is_empty());
                        all.into_iter().for_each(|value| spec.try_send(value).unwrap());
                    }
                }
                50..=56 => {
                    assert_eq!((sender.len(), sender.is_empty()), (spec.values.len(), spec.values.is_empty()));
                    assert_eq!((sender.is_full(), sender.capacity(), sender.is_closed()), (spec.is_full(), spec.cap, spec.closed));
                    assert_eq!((sender.sender_count(), sender.receiver_count()), (spec.senders, spec.receivers));
                }
                57..=60 if tx.len() < 4 => {
                    let clone = sender.clone();
                    tx.push(clone);
                    spec.senders += 1;
                }
                61..=62 if tx.len() > 1 || rng.below(8) == 0 => {
                    drop(tx.swap_remove(at));
                    spec.drop_sender();
                }
                _ => {
                    if rng.below(8) == 0 {
                        assert_eq!(sender.close(), spec.close());
                    }
                }
            }
        } else {
            let at = rng.below(rx.len() as u64) as usize;
            let receiver = &rx[at];
            match which {
                0..=15 => assert_eq!(receiver.try_recv().map_err(missing), spec.try_recv()),
                16..=23 => {
                    let found = receiver.recv_timeout(Duration::ZERO).map_err(|error| match error {
                        RecvTimeoutError::Timeout => Missing::Empty,
                        RecvTimeoutError::Disconnected => Missing::Closed,
                    });
                    assert_eq!(found, spec.try_recv());
                }
                24..=31 => {
                    let found = select! {
                        recv(receiver) -> result => result.map_err(|_| Missing::Closed),
                        default => Err(Missing::Empty),
                    };
                    assert_eq!(found, spec.try_recv());
                }
                32..=37 => {
                    let mut select = Select::new();
                    select.recv(receiver);
                    let found = select.try_select().map_err(|_| Missing::Empty);
                    let found = found.and_then(|won| won.recv(receiver).map_err(|_| Missing::Closed));
                    assert_eq!(found, spec.try_recv());
                }
                38..=43 if !spec.values.is_empty() || spec.closed => {
                    assert_eq!(receiver.recv().map_err(|_| Missing::Closed), spec.try_recv());
                }
                44..=47 => {
                    let expected: Vec<u32> = spec.values.drain(..).collect();
                    assert!(receiver.drain().eq(expected));
                }
                48..=51 if !spec.values.is_empty() || spec.closed => {
                    let max = rng.below(5) as usize;
                    let mut values = Vec::new();
                    let result = receiver.recv_many(&mut values, max);
                    let expected: Vec<u32> = spec.values.drain(..max.min(spec.values.len())).collect();
                    assert_eq!(values, expected);
                    assert_eq!(result.is_err(), max > 0 && values.is_empty());
                }
                52..=56 => {
                    assert_eq!((receiver.len(), receiver.is_empty()), (spec.values.len(), spec.values.is_empty()));
                    assert_eq!((receiver.is_full(), receiver.capacity(), receiver.is_closed()), (spec.is_full(), spec.cap, spec.closed));
                }
                57..=60 if rx.len() < 4 => {
                    let clone = receiver.clone();
                    rx.push(clone);
                    spec.receivers += 1;
                }
                61..=62 if rx.len() > 1 || rng.below(8) == 0 => {
                    drop(rx.swap_remove(at));
                    spec.drop_receiver();
                }
                _ => {
                    if rng.below(8) == 0 {
                        assert_eq!(receiver.close(), spec.close());
                    }
                }
            }
        }
        Some(())
    }
}

#[test]
fn every_operation_answers_as_specified() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let seed: u64 = number("RENDEZ_SEED", u64::from(std::process::id()));
    let operations = number("RENDEZ_STRESS", 100_000);
    eprintln!("RENDEZ_SEED={seed}");
    watched(move || {
        for cap in [Some(0), Some(1), Some(2), Some(3), Some(64), None] {
            let mut rng = Rng::new(seed);
            let mut left = operations;
            while left > 0 {
                let mut both = Both::new(cap);
                // A closed channel has little more to say: soon another.
                while left > 0 && both.step(&mut rng).is_some() && !(both.spec.closed && rng.below(16) == 0) {
                    left -= 1;
                }
                left = left.saturating_sub(1);
            }
        }
    });
}
