//! Which operations wait, which do not, and that one without waiting sees what is there.

use super::common::watched;
use super::{rounds, SHORT};
use rendez::{bounded, never, rendezvous, select, Receiver, Select, Sender};
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// What an operation does, alone and in a select.
fn waits(name: &str, operation: impl Fn(Option<Duration>) -> bool) {
    assert!(!operation(None), "{name}: must not be ready");
    assert!(!operation(Some(SHORT)), "{name}: must wait");
}

fn goes_on(name: &str, operation: impl Fn(Option<Duration>) -> bool) {
    assert!(operation(None), "{name}: must be ready");
    assert!(operation(Some(SHORT)), "{name}: must not wait");
}

fn receive(rx: &Receiver<u32>, timeout: Option<Duration>) -> bool {
    match timeout {
        None => select! { recv(rx) -> _ => true, default => false },
        Some(timeout) => select! { recv(rx) -> _ => true, default(timeout) => false },
    }
}

fn send(tx: &Sender<u32>, timeout: Option<Duration>) -> bool {
    match timeout {
        None => select! { send(tx, 1) -> _ => true, default => false },
        Some(timeout) => select! { send(tx, 1) -> _ => true, default(timeout) => false },
    }
}

#[test]
fn an_operation_waits_exactly_if_it_cannot_go_on() {
    watched(|| {
        waits("receive from no channel", |t| receive(&never(), t));
        let (tx, rx) = bounded(0);
        waits("receive at capacity 0 without a sender", |t| receive(&rx, t));
        waits("send at capacity 0 without a receiver", |t| send(&tx, t));
        let (tx, rx) = bounded(10);
        waits("receive from an empty buffer", |t| receive(&rx, t));
        goes_on("send into an empty buffer", |t| send(&tx, t));
        goes_on("receive from a buffer", |t| receive(&rx, t));
        (0..10).for_each(|_| tx.send(1).unwrap());
        waits("send into a full buffer", |t| send(&tx, t));
        goes_on("receive from a full buffer", |t| receive(&rx, t));
        tx.close();
        goes_on("send on a closed channel", |t| send(&tx, t));
        goes_on("receive from a closed channel", |t| receive(&rx, t));
        let (tx, rx) = bounded::<u32>(0);
        tx.close();
        goes_on("receive from a closed channel of capacity 0", |t| receive(&rx, t));
        goes_on("send on a closed channel of capacity 0", |t| send(&tx, t));
    });
}

#[test]
fn a_select_waits_exactly_if_every_arm_does() {
    watched(|| {
        let silent = never::<u32>;
        // No arm that can go on: `default`, and without it a wait.
        let empty =
            |timeout| select! { recv(silent()) -> _ => true, send(rendezvous().0, 1) -> _, if false => true, default(timeout) => false };
        waits("no arm is ready", |t| empty(t.unwrap_or_default()));
        // A select on no more than arms that are off does what its `default` says.
        waits("no arm is there", |t| match t {
            None => select! { recv(silent()) -> _, if false => true, default => false },
            Some(t) => select! { recv(silent()) -> _, if false => true, default(t) => false },
        });
        // One arm that can go on.
        let (tx, rx) = bounded(10);
        goes_on("a ready send beside a silent receive", |t| {
            select! { recv(silent()) -> _ => false, send(tx, 1) -> _ => true, default(t.unwrap_or_default()) => false }
        });
        goes_on("a ready receive beside a silent one", |t| {
            select! { recv(silent()) -> _ => false, recv(rx) -> _ => true, default(t.unwrap_or_default()) => false }
        });
    });
}

/// The same channel on both sides of one select: it must not meet itself.
#[test]
fn a_select_alone_on_both_sides_of_a_rendezvous_waits() {
    watched(|| {
        let (tx, rx) = rendezvous::<u32>();
        waits("send and receive", |t| select! { send(tx, 1) -> _ => true, recv(rx) -> _ => true, default(t.unwrap_or_default()) => false });
        waits("receive and send", |t| select! { recv(rx) -> _ => true, send(tx, 1) -> _ => true, default(t.unwrap_or_default()) => false });
    });
}

/// Without waiting nothing happens before a peer waits; then it happens.
fn polls_until_the_peer_waits<T: Send + Sync + Copy + Debug + PartialEq>(value: T) {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        select! { recv(rx) -> _ => panic!("nothing was sent"), default => {} }
        if cap == 0 {
            select! { send(tx, value) -> _ => panic!("nobody receives"), default => {} }
        }
        thread::scope(|s| {
            s.spawn(|| tx.send(value).unwrap());
            loop {
                select! {
                    recv(rx) -> got => break assert_eq!(got, Ok(value)),
                    default => thread::yield_now(),
                }
            }
            let receiver = s.spawn(|| rx.recv());
            loop {
                select! {
                    send(tx, value) -> res => break res.unwrap(),
                    default => thread::yield_now(),
                }
            }
            assert_eq!(receiver.join().unwrap(), Ok(value));
        });
    }
}

#[test]
fn polling_finds_the_peer_whatever_is_sent() {
    watched(|| {
        polls_until_the_peer_waits(1_u8);
        polls_until_the_peer_waits(-1_i64);
        polls_until_the_peer_waits(true);
        polls_until_the_peer_waits("text");
        polls_until_the_peer_waits([7_u64; 20]);
        polls_until_the_peer_waits(());
    });
}

/// Runs `beside` in another thread against `here`, each round on fresh channels.
fn race<S: Send + Sync>(make: impl Fn() -> S, beside: impl Fn(&S) + Sync, here: impl Fn(&S)) {
    let (start, begin) = rendezvous::<Arc<S>>();
    thread::scope(|s| {
        let beside = &beside;
        s.spawn(move || begin.iter().for_each(|state| beside(&state)));
        for _ in 0..rounds(50_000) {
            let state = Arc::new(make());
            start.send(state.clone()).unwrap();
            here(&state);
        }
        drop(start);
    });
}

fn filled(cap: usize) -> (Sender<u32>, Receiver<u32>) {
    let (tx, rx) = bounded(cap);
    (0..cap as u32).for_each(|i| tx.send(i).unwrap());
    (tx, rx)
}

#[test]
fn a_poll_beside_a_close_is_never_told_that_nothing_is_there() {
    watched(|| {
        race(
            || filled(1),
            |(_, rx)| select! { recv(rx) -> _ => {} default => panic!("neither the value nor the close was seen") },
            |(tx, rx)| {
                tx.close();
                let _ = rx.recv();
            },
        );
    });
}

/// Ways to poll two receivers: `None` if neither was ready, else which was, and what was taken.
type Poll = fn(&Receiver<u32>, &Receiver<u32>) -> Option<(usize, Option<u32>)>;

/// Values move to and fro between two channels, into the one before out of the other: at every moment one of them has some.
#[test]
fn a_poll_of_two_channels_sees_the_one_that_is_ready() {
    let polls: [Poll; 3] = [
        |a, b| select! { recv(a) -> v => Some((0, v.ok())), recv(b) -> v => Some((1, v.ok())), default => None },
        |a, b| select! { recv(a) -> v => Some((0, v.ok())), recv(b) -> v => Some((1, v.ok())), default(Duration::ZERO) => None },
        |a, b| {
            let mut select = Select::new();
            select.recv(a);
            select.recv(b);
            Some((select.try_ready().ok()?, None))
        },
    ];
    watched(move || {
        let channels = [bounded(16), bounded(16)];
        channels[0].0.send(0).unwrap();
        let stop = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                // ORDERING: only when to stop.
                while !stop.load(Ordering::Relaxed) {
                    for (to, from) in [(1, 0), (0, 1)] {
                        channels[to].0.send(1).unwrap();
                        channels[from].1.try_iter().for_each(drop);
                    }
                }
            });
            for poll in polls {
                for _ in 0..rounds(500_000) {
                    let found = poll(&channels[0].1, &channels[1].1);
                    // What was taken goes back before the next poll.
                    if let Some((i, Some(value))) = found {
                        channels[i].0.send(value).unwrap();
                    }
                    if found.is_none() {
                        stop.store(true, Ordering::Relaxed); // ORDERING: as above
                        panic!("one of them was ready all the time");
                    }
                }
            }
            stop.store(true, Ordering::Relaxed); // ORDERING: as above
        });
    });
}

/// The same for room.
#[test]
fn a_poll_of_two_sends_sees_the_one_with_room() {
    watched(|| {
        let channels = [filled(4), filled(4)];
        channels[0].1.recv().unwrap();
        let stop = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                // ORDERING: only when to stop.
                while !stop.load(Ordering::Relaxed) {
                    for (to, from) in [(1, 0), (0, 1)] {
                        channels[to].1.recv().unwrap();
                        while channels[from].0.try_send(1).is_ok() {}
                    }
                }
            });
            for _ in 0..rounds(500_000) {
                let found = select! {
                    send(channels[0].0, 1) -> _ => channels[0].1.try_recv().ok(),
                    send(channels[1].0, 1) -> _ => channels[1].1.try_recv().ok(),
                    default => {
                        stop.store(true, Ordering::Relaxed); // ORDERING: as above
                        panic!("one of them had room all the time");
                    }
                };
                assert!(found.is_some());
            }
            stop.store(true, Ordering::Relaxed); // ORDERING: as above
        });
    });
}

#[test]
fn a_poll_of_two_channels_sees_the_one_that_is_closed() {
    watched(|| {
        race(
            || (filled(1), bounded::<u32>(1)),
            |((_, a), (_, b))| select! { recv(a) -> _ => {} recv(b) -> _ => {} default => panic!("one of them was ready all the time") },
            |((_, a), (b, _))| {
                b.close();
                select! { recv(a) -> _ => {} default => {} }
            },
        );
    });
}
