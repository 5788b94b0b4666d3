//! The scenarios of threads, each written once for every implementation.

use std::thread::sleep;
use std::time::Duration;

use crate::imp::Blocking;
use crate::measure::{race, share, Run, Tally, Worker};
use crate::message::Message;
use crate::scenario::{Cap, Kind, Scenario};

/// `None`: the implementation has no such channel.
pub fn run<T: Message, C: Blocking<T>>(scenario: &Scenario, count: u64) -> Option<Run> {
    let cap = scenario.cap;
    let workers = match scenario.kind {
        Kind::PingPong => ping_pong::<T, C>(cap, count)?,
        Kind::Crowd(producers, consumers) => crowd::<T, C>(cap, count, producers, consumers)?,
        Kind::Seq => seq::<T, C>(cap?, count)?,
        Kind::OneShot => one_shot::<T, C>(cap, count)?,
        Kind::Paced(pace) => paced::<T, C>(cap, count, pace)?,
        Kind::Idle(many) => idle::<T, C>(many, cap?, count)?,
        _ => return None,
    };
    Some(race(workers))
}

fn ping_pong<T: Message, C: Blocking<T>>(cap: Cap, count: u64) -> Option<Vec<Worker>> {
    let (mut ping, mut pinged) = C::open(cap)?;
    let (mut pong, mut ponged) = C::open(cap)?;
    let first = move || {
        let mut tally = Tally::default();
        for number in 0..count {
            assert!(C::send(&mut ping, T::new(number)), "closed");
            tally.add(C::recv(&mut ponged).expect("closed").number());
        }
        tally
    };
    let second = move || {
        while let Some(message) = C::recv(&mut pinged) {
            assert!(C::send(&mut pong, message), "closed");
        }
        Tally::default()
    };
    Some(vec![Box::new(first), Box::new(second)])
}

fn crowd<T: Message, C: Blocking<T>>(cap: Cap, count: u64, producers: usize, consumers: usize) -> Option<Vec<Worker>> {
    let (tx, rx) = C::open(cap)?;
    let mut workers: Vec<Worker> = Vec::new();
    for rx in handles(rx, consumers, C::fork_rx)? {
        workers.push(Box::new(move || take_all::<T, C>(rx)));
    }
    for (index, mut tx) in handles(tx, producers, C::fork_tx)?.into_iter().enumerate() {
        let numbers = share(count, producers, index);
        workers.push(Box::new(move || {
            for number in numbers {
                assert!(C::send(&mut tx, T::new(number)), "closed");
            }
            Tally::default()
        }));
    }
    Some(workers)
}

/// So many handles, the given one among them: a single one needs no `fork`.
pub fn handles<H>(handle: H, many: usize, fork: fn(&H) -> Option<H>) -> Option<Vec<H>> {
    let mut handles = (1..many).map(|_| fork(&handle)).collect::<Option<Vec<H>>>()?;
    handles.push(handle);
    Some(handles)
}

fn take_all<T: Message, C: Blocking<T>>(mut rx: C::Rx) -> Tally {
    let mut tally = Tally::default();
    while let Some(message) = C::recv(&mut rx) {
        tally.add(message.number());
    }
    tally
}

fn seq<T: Message, C: Blocking<T>>(cap: usize, count: u64) -> Option<Vec<Worker>> {
    let channel = C::open(Some(cap))?;
    Some(vec![Box::new(move || fill_and_empty::<T, C>(channel, cap, count))])
}

/// The other channels are open and silent. The one in use is in the middle of them.
fn idle<T: Message, C: Blocking<T>>(many: usize, cap: usize, count: u64) -> Option<Vec<Worker>> {
    let mut channels = (0..many).map(|_| C::open(Some(cap))).collect::<Option<Vec<_>>>()?;
    let channel = channels.swap_remove(many / 2);
    Some(vec![Box::new(move || {
        let _open = channels;
        fill_and_empty::<T, C>(channel, cap, count)
    })])
}

fn fill_and_empty<T: Message, C: Blocking<T>>((mut tx, mut rx): (C::Tx, C::Rx), cap: usize, count: u64) -> Tally {
    let mut tally = Tally::default();
    let mut next = 0;
    while next < count {
        let end = count.min(next + cap as u64);
        for number in next..end {
            assert!(C::send(&mut tx, T::new(number)), "closed");
        }
        for _ in next..end {
            tally.add(C::recv(&mut rx).expect("closed").number());
        }
        next = end;
    }
    tally
}

fn one_shot<T: Message, C: Blocking<T>>(cap: Cap, count: u64) -> Option<Vec<Worker>> {
    C::open(cap)?;
    Some(vec![Box::new(move || {
        let mut tally = Tally::default();
        for number in 0..count {
            let (mut tx, mut rx) = C::open(cap).expect("opened before");
            assert!(C::send(&mut tx, T::new(number)), "closed");
            tally.add(C::recv(&mut rx).expect("closed").number());
        }
        tally
    })])
}

fn paced<T: Message, C: Blocking<T>>(cap: Cap, count: u64, pace: Duration) -> Option<Vec<Worker>> {
    let (mut tx, rx) = C::open(cap)?;
    let producer = move || {
        for number in 0..count {
            sleep(pace);
            assert!(C::send(&mut tx, T::new(number)), "closed");
        }
        Tally::default()
    };
    let consumer = move || take_all::<T, C>(rx);
    Some(vec![Box::new(consumer), Box::new(producer)])
}
