//! The scenarios of selecting threads.

use crate::imp::Selecting;
use crate::measure::{race, share, Run, Tally, Worker};
use crate::message::Message;
use crate::scenario::{Cap, Kind, Scenario};

pub const WAYS: usize = 4;

/// `None`: the implementation has no such select.
pub fn run<T: Message, C: Selecting<T>>(scenario: &Scenario, count: u64) -> Option<Run> {
    let workers = match scenario.kind {
        Kind::SelRx => from_four::<T, C>(scenario.cap, count)?,
        Kind::SelBoth => both_sides::<T, C>(scenario.cap, count)?,
        Kind::SelPoll => poll_empty::<T, C>(scenario.cap, count)?,
        Kind::SelReady => one_ready::<T, C>(scenario.cap, count)?,
        Kind::SelWide(width) => one_of_many::<T, C>(width, scenario.cap, count)?,
        _ => return None,
    };
    Some(race(workers))
}

#[allow(clippy::type_complexity)] // two arrays of handles, as the trait wants them
pub fn four<T: Message, C: Selecting<T>>(cap: Cap) -> Option<([C::Tx; WAYS], [C::Rx; WAYS])> {
    let mut senders = Vec::new();
    let mut receivers = Vec::new();
    for _ in 0..WAYS {
        let (tx, rx) = C::open(cap)?;
        senders.push(tx);
        receivers.push(rx);
    }
    Some((senders.try_into().ok()?, receivers.try_into().ok()?))
}

/// Receives by count, not until closed: a closed channel is always ready, and would have to be
/// taken out of the select.
fn take<T: Message, C: Selecting<T>>(rx: &[C::Rx; WAYS], count: u64) -> Tally {
    let mut tally = Tally::default();
    for _ in 0..count {
        tally.add(C::recv_any(rx).expect("closed").number());
    }
    tally
}

fn from_four<T: Message, C: Selecting<T>>(cap: Cap, count: u64) -> Option<Vec<Worker>> {
    let (tx, rx) = four::<T, C>(cap)?;
    // A second set of handles keeps the channels open until the last message is taken.
    let open = fork::<C::Tx>(&tx, C::fork_tx)?;
    let mut workers: Vec<Worker> = vec![Box::new(move || {
        let _open = open;
        take::<T, C>(&rx, count)
    })];
    for (index, mut tx) in tx.into_iter().enumerate() {
        let numbers = share(count, WAYS, index);
        workers.push(Box::new(move || {
            for number in numbers {
                assert!(C::send(&mut tx, T::new(number)), "closed");
            }
            Tally::default()
        }));
    }
    Some(workers)
}

fn both_sides<T: Message, C: Selecting<T>>(cap: Cap, count: u64) -> Option<Vec<Worker>> {
    let (tx, rx) = four::<T, C>(cap)?;
    // Probed on a channel nobody else sees: a select that cannot send says so at once.
    let (probe, _probed) = four::<T, C>(Some(1))?;
    if !C::send_any(&probe, T::new(0)) {
        return None;
    }
    let mut workers: Vec<Worker> = Vec::new();
    for index in 0..WAYS {
        let numbers = share(count, WAYS, index);
        let quota = numbers.end - numbers.start;
        let senders = fork(&tx, C::fork_tx)?;
        let receivers = fork(&rx, C::fork_rx)?;
        // Each side holds the other's handles too, so that nothing closes before the end.
        let (keep_tx, keep_rx) = (fork(&tx, C::fork_tx)?, fork(&rx, C::fork_rx)?);
        workers.push(Box::new(move || {
            let _open = keep_tx;
            take::<T, C>(&receivers, quota)
        }));
        workers.push(Box::new(move || {
            let _open = keep_rx;
            for number in numbers {
                assert!(C::send_any(&senders, T::new(number)), "closed");
            }
            Tally::default()
        }));
    }
    Some(workers)
}

pub fn fork<H>(handles: &[H; WAYS], fork: fn(&H) -> Option<H>) -> Option<[H; WAYS]> {
    let forked = handles.iter().map(fork).collect::<Option<Vec<H>>>()?;
    forked.try_into().ok()
}

/// Nothing is ever sent: what is counted is polls that found nothing.
fn poll_empty<T: Message, C: Selecting<T>>(cap: Cap, count: u64) -> Option<Vec<Worker>> {
    let (tx, rx) = C::open(cap)?;
    C::poll(&rx)?;
    Some(vec![Box::new(move || {
        let _open = tx;
        let mut tally = Tally::default();
        for number in 0..count {
            assert_eq!(C::poll(&rx), Some(true), "found what nobody sent");
            tally.add(number);
        }
        tally
    })])
}

fn one_ready<T: Message, C: Selecting<T>>(cap: Cap, count: u64) -> Option<Vec<Worker>> {
    let (mut tx, ready) = C::open(cap)?;
    let (quiet, never) = C::open(cap)?;
    Some(vec![Box::new(move || {
        let _open = quiet;
        let mut tally = Tally::default();
        for number in 0..count {
            assert!(C::send(&mut tx, T::new(number)), "closed");
            tally.add(C::recv_either(&ready, &never).number());
        }
        tally
    })])
}

fn one_of_many<T: Message, C: Selecting<T>>(width: usize, cap: Cap, count: u64) -> Option<Vec<Worker>> {
    let (mut senders, receivers): (Vec<C::Tx>, Vec<C::Rx>) = (0..width).map(|_| C::open(cap)).collect::<Option<_>>()?;
    C::recv_wide(&receivers, 0, &mut |_| ())?;
    let mut active = senders.swap_remove(width / 2);
    let open = (senders, C::fork_tx(&active)?);
    let take: Worker = Box::new(move || {
        let _open = open;
        let mut tally = Tally::default();
        C::recv_wide(&receivers, count, &mut |value| tally.add(value.number()));
        tally
    });
    let send: Worker = Box::new(move || {
        for number in 0..count {
            assert!(C::send(&mut active, T::new(number)), "closed");
        }
        Tally::default()
    });
    Some(vec![take, send])
}
