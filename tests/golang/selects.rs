//! What `select` promises beyond its arms: one of them, chosen fairly, and the others as if they had never been.

use super::common::{watched, Rng};
use super::{rounds, SHORT};
use rendez::{bounded, never, rendezvous, select, Receiver, Sender};
use std::cell::{Cell, RefCell};
use std::thread;

/// One value is offered on four channels at once: it must go out on one of them.
#[test]
fn a_value_offered_to_several_channels_goes_to_one() {
    watched(|| {
        for cap in [0, 1, 2] {
            let count = rounds(20_000);
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..4).map(|_| bounded(cap)).unzip();
            let (joined, all) = bounded(cap);
            let mut seen = thread::scope(|s| {
                s.spawn(move || {
                    let [a, b, c, d] = &senders[..] else { unreachable!() };
                    for i in 0..count {
                        select! {
                            send(a, i) -> res => res.unwrap(),
                            send(b, i) -> res => res.unwrap(),
                            send(c, i) -> res => res.unwrap(),
                            send(d, i) -> res => res.unwrap(),
                        }
                    }
                });
                for rx in receivers {
                    let joined = joined.clone();
                    s.spawn(move || rx.iter().for_each(|i| joined.send(i).unwrap()));
                }
                drop(joined);
                all.iter().collect::<Vec<_>>()
            });
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..count), "each exactly once");
        }
    });
}

/// Only the arm that wins makes its value; so none of them is skipped.
#[test]
fn the_values_of_a_select_that_waits_are_made_once() {
    watched(|| {
        let next = Cell::new(0);
        let value = || next.replace(next.get() + 1);
        let (a, from_a) = bounded(1);
        let (b, from_b) = bounded(1);
        for round in 0..1000 {
            let (mut a_on, mut b_on) = (true, true);
            let mut sent = 0;
            while a_on || b_on {
                select! {
                    send(a, value()) -> res, if a_on => (res.unwrap(), a_on = false).0,
                    send(b, value()) -> res, if b_on => (res.unwrap(), b_on = false).0,
                    default => panic!("both have room"),
                }
                sent += 1;
            }
            select! { send(a, value()) -> _ => panic!("full"), send(b, value()) -> _ => panic!("full"), default => {} }
            let mut got = [from_a.recv().unwrap(), from_b.recv().unwrap()];
            got.sort_unstable();
            assert_eq!((got, sent), ([round * 2, round * 2 + 1], 2));
        }
    });
}

#[test]
fn handles_and_conditions_are_evaluated_once_in_order_and_messages_and_patterns_by_the_winner_alone() {
    let log = RefCell::new(Vec::new());
    let note = |what: &'static str| log.borrow_mut().push(what);
    let (tx, rx) = bounded(1);
    let (full, _open) = rendezvous::<u32>();
    let handle = |name, tx: &Sender<u32>| (note(name), tx.clone()).1;
    let source = |name, rx: &Receiver<u32>| (note(name), rx.clone()).1;
    let on = |name, value: bool| (note(name), value).1;
    let message = |name, value: u32| (note(name), value).1;
    select! {
        send(handle("full", &full), message("message 1", 1)) -> _, if on("if 1", true) => note("body 1"),
        recv(source("off", &rx)) -> _, if on("if 2", false) => note("body 2"),
        send(handle("room", &tx), message("message 3", 3)) -> res => note((res.unwrap(), "body 3").1),
        recv(source("silent", &never())) -> _ => note("body 4"),
    }
    assert_eq!(*log.borrow(), ["if 1", "full", "if 2", "room", "silent", "message 3", "body 3"]);
    assert_eq!(rx.try_recv(), Ok(3));
}

#[test]
fn what_is_received_can_go_anywhere() {
    let (tx, rx) = bounded(2);
    let mut places = [0; 2];
    let index = Cell::new(0);
    let place = || index.replace(index.get() + 1);
    (5..7).for_each(|i| tx.send(i).unwrap());
    for _ in 0..2 {
        select! {
            recv(never::<u32>()) -> _ => places[place()] = 9,
            recv(rx) -> value => places[place()] = value.unwrap(),
        }
    }
    assert_eq!((places, index.get()), ([5, 6], 2));
}

/// A select that loses an arm to another leaves that channel's other waiters as they were.
#[test]
fn a_lost_arm_leaves_those_behind_it_in_the_queue() {
    watched(|| {
        let (a, from_a) = rendezvous::<u32>();
        let (b, from_b) = rendezvous::<u32>();
        let (done, finished) = rendezvous();
        thread::scope(|s| {
            let first = s.spawn(|| from_a.recv());
            s.spawn(|| {
                select! { recv(from_a) -> value => assert_eq!(value, Ok(1)), recv(from_b) -> value => assert_eq!(value, Ok(2)) }
                done.send(()).unwrap();
            });
            let third = s.spawn(|| from_a.recv());
            // Whichever way they queued: three of the four values go out, and everybody goes home.
            b.send(2).unwrap();
            finished.recv().unwrap();
            a.send(1).unwrap();
            a.send(1).unwrap();
            assert_eq!((first.join().unwrap(), third.join().unwrap()), (Ok(1), Ok(1)));
            assert!(a.try_send(1).is_err() && b.try_send(1).is_err(), "nobody is left in a queue");

            let senders = [s.spawn(|| a.send(7)), s.spawn(|| a.send(7))];
            s.spawn(|| {
                select! { send(a, 8) -> res => res.unwrap(), send(b, 9) -> res => res.unwrap() }
                done.send(()).unwrap();
            });
            assert_eq!(from_b.recv(), Ok(9));
            finished.recv().unwrap();
            assert_eq!((from_a.recv(), from_a.recv()), (Ok(7), Ok(7)));
            senders.into_iter().for_each(|sender| assert_eq!(sender.join().unwrap(), Ok(())));
            assert!(from_a.try_recv().is_err(), "the lost arm's value is not there");
        });
    });
}

#[test]
fn the_same_channel_in_two_arms_is_left_by_both() {
    watched(|| {
        let (a, from_a) = rendezvous::<u32>();
        let (b, from_b) = rendezvous::<u32>();
        thread::scope(|s| {
            let twice = s.spawn(|| select! { recv(from_a) -> v => v, recv(from_a) -> v => v, recv(from_b) -> v => v });
            let once = s.spawn(|| from_a.recv());
            b.send(7).unwrap();
            assert_eq!(twice.join().unwrap(), Ok(7));
            a.send(8).unwrap();
            assert_eq!(once.join().unwrap(), Ok(8));
            assert!(a.try_send(9).is_err());
        });
    });
}

/// Every way to send against every way to receive, whoever comes first.
#[test]
fn plain_operations_and_selects_meet_in_every_pairing() {
    type Sending = fn(&Sender<u32>);
    type Receiving = fn(&Receiver<u32>);
    let sends: [Sending; 3] = [
        |tx| tx.send(1).unwrap(),
        |tx| select! { send(tx, 1) -> res => res.unwrap() },
        |tx| select! { send(tx, 1) -> res => res.unwrap(), recv(never::<u32>()) -> _ => panic!("nothing was sent") },
    ];
    let receives: [Receiving; 3] = [
        |rx| assert_eq!(rx.recv(), Ok(1)),
        |rx| select! { recv(rx) -> value => assert_eq!(value, Ok(1)) },
        |rx| select! { recv(rx) -> value => assert_eq!(value, Ok(1)), recv(never::<u32>()) -> _ => panic!("nothing was sent") },
    ];
    watched(move || {
        for (send, receive) in sends.iter().flat_map(|send| receives.iter().map(move |receive| (send, receive))) {
            for cap in [0, 1, 2, 10] {
                for _ in 0..20 {
                    let (tx, rx) = bounded(cap);
                    thread::scope(|s| {
                        s.spawn(|| send(&tx));
                        receive(&rx);
                    });
                    thread::scope(|s| {
                        s.spawn(|| receive(&rx));
                        send(&tx);
                    });
                }
            }
        }
    });
}

#[test]
fn break_leaves_the_loop_that_it_names() {
    let (tx, rx) = bounded(10);
    (0..10).for_each(|i| tx.send(i).unwrap());
    let mut passes = 0;
    'outer: loop {
        passes += 1;
        for _ in 0..3 {
            select! {
                recv(rx) -> value => match value {
                    Ok(7) => break 'outer,
                    Ok(i) if i % 2 == 0 => continue,
                    _ => break,
                },
                default => panic!("there is more"),
            }
        }
    }
    assert_eq!((passes, rx.len()), (4, 2));
}

/// Two threads that select on both sides of one channel need each other, and never get their own value.
#[test]
fn selects_on_both_sides_of_a_channel_meet_each_other_and_not_themselves() {
    watched(|| {
        for cap in [0, 10] {
            let (tx, rx) = bounded(cap);
            thread::scope(|s| {
                for me in 0..2 {
                    let (tx, rx) = (&tx, &rx);
                    s.spawn(move || {
                        for i in 0..rounds(10_000) {
                            // Both orders of the arms.
                            let got = match me {
                                0 => select! { send(tx, me) -> _ => None, recv(rx) -> value => Some((value.unwrap(), i)) },
                                _ => select! { recv(rx) -> value => Some((value.unwrap(), i)), send(tx, me) -> _ => None },
                            };
                            assert!(cap > 0 || got.is_none_or(|(from, _)| from != me), "met itself");
                        }
                    });
                }
            });
        }
    });
}

/// Four channels, each with a plain sender and receiver, and one select over all on either side, which drop an arm when its share is done.
#[test]
fn selects_and_plain_operations_share_channels() {
    watched(|| {
        let count = rounds(20_000);
        let (tx, rx): (Vec<_>, Vec<_>) = [0, 0, 2, 3].into_iter().map(bounded::<()>).unzip();
        thread::scope(|s| {
            for (tx, rx) in tx.iter().zip(&rx) {
                s.spawn(move || (0..count).for_each(|_| tx.send(()).unwrap()));
                s.spawn(move || (0..count).for_each(|_| rx.recv().unwrap()));
            }
            s.spawn(|| {
                let mut left = [count; 4];
                for _ in 0..4 * count {
                    let arm = select! {
                        send(tx[3], ()) -> res, if left[3] > 0 => (res.unwrap(), 3).1,
                        send(tx[2], ()) -> res, if left[2] > 0 => (res.unwrap(), 2).1,
                        send(tx[0], ()) -> res, if left[0] > 0 => (res.unwrap(), 0).1,
                        send(tx[1], ()) -> res, if left[1] > 0 => (res.unwrap(), 1).1,
                    };
                    left[arm] -= 1;
                }
                assert_eq!(left, [0; 4]);
            });
            s.spawn(|| {
                let mut left = [count; 4];
                for _ in 0..4 * count {
                    let arm = select! {
                        recv(rx[0]) -> value, if left[0] > 0 => (value.unwrap(), 0).1,
                        recv(rx[1]) -> value, if left[1] > 0 => (value.unwrap(), 1).1,
                        recv(rx[2]) -> value, if left[2] > 0 => (value.unwrap(), 2).1,
                        recv(rx[3]) -> value, if left[3] > 0 => (value.unwrap(), 3).1,
                    };
                    left[arm] -= 1;
                }
                assert_eq!(left, [0; 4]);
            });
        });
    });
}

/// Half of `n`, give or take six standard deviations.
fn is_half(part: usize, n: usize) -> bool {
    (part as f64 - n as f64 / 2.0).abs() < 6.0 * (n as f64 / 4.0).sqrt()
}

#[test]
fn two_ready_arms_win_equally_often_beside_two_silent_ones() {
    watched(|| {
        let count = rounds(100_000);
        let (a, from_a) = bounded(count);
        let (b, from_b) = bounded(count);
        (0..count).for_each(|_| (a.send(1).unwrap(), b.send(1).unwrap()).0);
        let (silent_1, silent_2) = (rendezvous::<u32>(), bounded::<u32>(1));
        let mut wins = [0; 2];
        for _ in 0..count {
            select! {
                recv(silent_1.1) -> _ => panic!("nothing was sent"),
                recv(silent_2.1) -> _ => panic!("nothing was sent"),
                recv(from_a) -> value => wins[0] += value.unwrap(),
                recv(from_b) -> value => wins[1] += value.unwrap(),
            }
        }
        assert!(is_half(wins[0], count), "{wins:?} of {count}");
    });
}

/// What a coin that is tossed by `select` sends.
#[test]
fn a_select_of_two_sends_on_one_channel_is_a_fair_coin() {
    watched(|| {
        for cap in [0, 1] {
            let count = rounds(20_000);
            let (tx, rx) = bounded(cap);
            let ones: usize = thread::scope(|s| {
                s.spawn(move || {
                    for _ in 0..count {
                        select! { send(tx, 0) -> res => res.unwrap(), send(tx, 1) -> res => res.unwrap() }
                    }
                });
                rx.iter().inspect(|_| thread::yield_now()).sum()
            });
            assert!(is_half(ones, count), "capacity {cap}: {ones} ones in {count}");
        }
    });
}

/// Two channels that are always ready: neither is passed over for long.
#[test]
fn neither_of_two_busy_channels_starves() {
    watched(|| {
        let (a, from_a) = bounded(1);
        let (b, from_b) = bounded(1);
        thread::scope(|s| {
            s.spawn(move || while a.send(()).is_ok() {});
            s.spawn(move || while b.send(()).is_ok() {});
            let mut wins = [0; 2];
            while wins.contains(&0) {
                select! { recv(from_a) -> _ => wins[0] += 1, recv(from_b) -> _ => wins[1] += 1 }
                assert!(wins.iter().sum::<usize>() < 1_000_000, "{wins:?}");
            }
            drop((from_a, from_b));
        });
    });
}

/// Selects come and go on channels that live on.
#[test]
fn a_select_leaves_nothing_on_a_channel_that_never_wins() {
    watched(|| {
        let (_open, silent) = rendezvous::<u32>();
        let (tx, rx) = bounded(1);
        let (back, forth) = bounded(1);
        let count = rounds(20_000);
        thread::scope(|s| {
            let silent = &silent;
            s.spawn(move || {
                let mut rng = Rng::new(3);
                for i in 0..count {
                    if rng.below(4) == 0 {
                        thread::yield_now();
                    }
                    select! { send(tx, i) -> res => res.unwrap(), recv(silent) -> _ => panic!("nothing was sent") }
                    select! { recv(forth) -> value => assert_eq!(value, Ok(i)), recv(silent) -> _ => panic!("nothing was sent") }
                }
            });
            for i in 0..count {
                select! { recv(rx) -> value => assert_eq!(value, Ok(i)), recv(silent) -> _ => panic!("nothing was sent") }
                select! { send(back, i) -> res => res.unwrap(), recv(silent) -> _ => panic!("nothing was sent") }
            }
        });
        select! { recv(silent) -> _ => panic!("nothing was sent"), default(SHORT) => {} }
    });
}
