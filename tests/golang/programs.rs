//! Programs made of channels: many-to-many traffic, and two prime sieves.

use super::common::watched;
use super::rounds;
use rendez::{bounded, rendezvous, select, Receiver, Select, Sender};
use std::thread;

/// How the two ends of several channels are driven.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// A thread for each channel.
    Plain,
    /// One thread that selects over all.
    Selecting,
}

/// Sends `count` numbers on each channel, each channel's in order.
fn send_all(senders: &[Sender<usize>], end: End, count: usize) {
    if end == End::Plain {
        return thread::scope(|s| senders.iter().for_each(|tx| drop(s.spawn(move || (0..count).for_each(|i| tx.send(i).unwrap())))));
    }
    let mut next = vec![0; senders.len()];
    let mut select = Select::new();
    for tx in senders {
        select.send(tx);
    }
    for _ in 0..count * senders.len() {
        let won = select.select();
        let i = won.index();
        won.send(&senders[i], next[i]).unwrap();
        next[i] += 1;
        if next[i] == count {
            select.remove(i);
        }
    }
}

/// Receives until all channels are closed; each channel's numbers must come in order.
fn receive_all(receivers: &[Receiver<usize>], end: End, count: usize) {
    if end == End::Plain {
        return thread::scope(|s| receivers.iter().for_each(|rx| drop(s.spawn(move || assert!(rx.iter().eq(0..count))))));
    }
    let mut next = vec![0; receivers.len()];
    let mut open = receivers.len();
    let mut select = Select::new();
    for rx in receivers {
        select.recv(rx);
    }
    while open > 0 {
        let won = select.select();
        let i = won.index();
        match won.recv(&receivers[i]) {
            Ok(number) => {
                assert_eq!(number, next[i]);
                next[i] += 1;
            }
            Err(_) => {
                select.remove(i);
                open -= 1;
            }
        }
    }
    assert_eq!(next, vec![count; receivers.len()]);
}

#[test]
fn each_channels_numbers_come_in_order_however_the_ends_are_driven() {
    watched(|| {
        for cap in [0, 1, 10] {
            for (sending, receiving) in
                [(End::Plain, End::Plain), (End::Selecting, End::Plain), (End::Plain, End::Selecting), (End::Selecting, End::Selecting)]
            {
                let (senders, receivers): (Vec<_>, Vec<_>) = (0..10).map(|_| bounded(cap)).unzip();
                let count = rounds(1000);
                thread::scope(|s| {
                    s.spawn(move || send_all(&senders, sending, count));
                    receive_all(&receivers, receiving, count);
                });
            }
        }
    });
}

#[test]
fn ten_senders_of_one_channel_fill_every_number_in() {
    watched(|| {
        let (tx, rx) = rendezvous();
        let count = rounds(1000);
        let mut seen = vec![0; count];
        thread::scope(|s| {
            for _ in 0..10 {
                let tx = tx.clone();
                s.spawn(move || (0..count).for_each(|i| tx.send(i).unwrap()));
            }
            drop(tx);
            rx.iter().for_each(|i| seen[i] += 1);
        });
        assert_eq!(seen, vec![10; count]);
    });
}

const PRIMES: [u64; 40] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
    139, 149, 151, 157, 163, 167, 173,
];

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().name(name.into()).stack_size(128 << 10).spawn(work).unwrap();
}

/// A chain that grows by a filter for each prime.
#[test]
fn a_chain_of_filters_sieves_primes() {
    for cap in [0, 1] {
        let primes = watched(move || {
            let (tx, mut numbers) = bounded(cap);
            spawn("numbers", move || (2..).take_while(|n| tx.send(*n).is_ok()).for_each(drop));
            let mut primes = Vec::new();
            while primes.len() < PRIMES.len() {
                let prime: u64 = numbers.recv().unwrap();
                primes.push(prime);
                let (tx, rest) = bounded(cap);
                let from = std::mem::replace(&mut numbers, rest);
                spawn("filter", move || from.iter().filter(|n| n % prime != 0).take_while(|n| tx.send(*n).is_ok()).for_each(drop));
            }
            primes // dropping the last receiver takes the whole chain down
        });
        assert_eq!(primes, PRIMES);
    }
}

/// The multiples of each prime come on a channel of their own; what is on none of them is prime.
#[test]
fn merged_multiples_sieve_primes() {
    struct Multiples {
        head: u64,
        rest: Receiver<u64>,
    }
    let primes = watched(|| {
        let (stop, stopped) = rendezvous::<()>();
        let multiples_of = |prime: u64| {
            let (tx, rest) = bounded(3);
            let stopped = stopped.clone();
            spawn("multiples", move || {
                let mut next = prime * prime;
                loop {
                    select! {
                        send(tx, next) -> res => match res {
                            Ok(()) => next += prime,
                            Err(_) => return,
                        },
                        recv(stopped) -> _ => return,
                    }
                }
            });
            Multiples { head: rest.recv().unwrap(), rest }
        };
        let mut composites: Vec<Multiples> = Vec::new();
        let mut primes = Vec::new();
        for n in 2.. {
            let mut is_prime = true;
            for multiples in composites.iter_mut().filter(|multiples| multiples.head == n) {
                is_prime = false;
                multiples.head = multiples.rest.recv().unwrap();
            }
            if is_prime {
                primes.push(n);
                if primes.len() == PRIMES.len() {
                    break;
                }
                composites.push(multiples_of(n));
            }
        }
        drop(stop);
        // All threads have gone when nobody can receive the stop any more, nor send multiples.
        composites.iter().for_each(|multiples| multiples.rest.wait_closed());
        primes
    });
    assert_eq!(primes, PRIMES);
}
