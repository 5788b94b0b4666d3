//! What the benchmarks share: threads that pass messages, timed from their common start to the end of the last.
#![allow(dead_code)] // no benchmark uses all of it

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// The time in which so many threads pass so many messages through one channel.
pub fn pass(cap: usize, senders: u64, receivers: u64, messages: u64) -> Duration {
    let (tx, rx) = rendez::bounded(cap);
    let start = Barrier::new((senders + receivers + 1) as usize);
    thread::scope(|s| {
        let takers: Vec<_> = (0..receivers)
            .map(|_| {
                let (rx, start) = (rx.clone(), &start);
                s.spawn(move || {
                    start.wait();
                    rx.iter().count() as u64
                })
            })
            .collect();
        for index in 0..senders {
            let (tx, start) = (tx.clone(), &start);
            let share = messages * index / senders..messages * (index + 1) / senders;
            s.spawn(move || {
                start.wait();
                share.for_each(|i| tx.send(i).expect("open"));
            });
        }
        drop((tx, rx));
        start.wait();
        let began = Instant::now();
        let received: u64 = takers.into_iter().map(|taker| taker.join().expect("no panic")).sum();
        assert_eq!(received, messages);
        began.elapsed()
    })
}

/// The time of so many messages to another thread, each of which is answered.
pub fn ping_pong(cap: usize, trips: u64) -> Duration {
    let (ping, pinged) = rendez::bounded(cap);
    let (pong, ponged) = rendez::bounded(cap);
    thread::scope(|s| {
        s.spawn(move || pinged.iter().for_each(|i: u64| pong.send(i).expect("open")));
        let began = Instant::now();
        for i in 0..trips {
            ping.send(i).expect("open");
            assert_eq!(ponged.recv(), Ok(i));
        }
        drop(ping);
        began.elapsed()
    })
}
