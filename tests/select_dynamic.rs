//! The dynamic `Select`: a list of operations that lives for many rounds.

mod common;

use common::{watched, Counter, Tracked};
use rendez::{bounded, never, rendezvous, unbounded, RecvError, Select, SendError, TrySendError};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(2);
const LONG: Duration = Duration::from_secs(100);

fn panic_text<R>(f: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else { panic!("it must panic") };
    panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).expect("a text")
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

/// Whether the operation at `index` alone would not wait.
fn is_ready<'a>(add: impl FnOnce(&mut Select<'a>) -> usize) -> bool {
    let mut select = Select::new();
    add(&mut select);
    select.try_ready().is_ok()
}

#[test]
fn indices_count_up_and_are_not_used_again() {
    let (tx, rx) = bounded::<u32>(1);
    let mut select = Select::new();
    assert_eq!([select.send(&tx), select.recv(&rx), select.recv(&rx)], [0, 1, 2]);
    select.remove(1);
    select.remove(2);
    assert_eq!([select.recv(&rx), select.send(&tx)], [3, 4]);
}

#[test]
fn a_list_serves_many_rounds() {
    watched(|| {
        for cap in [Some(0), Some(1), Some(3), None] {
            let (tx, rx): (Vec<_>, Vec<_>) = (0..3).map(|_| cap.map_or_else(unbounded, bounded)).unzip();
            thread::scope(|s| {
                for tx in tx {
                    s.spawn(move || (0..200).for_each(|i| tx.send(i).unwrap()));
                }
                let mut select = Select::new();
                rx.iter().for_each(|rx| assert!(select.recv(rx) < 3));
                let (mut next, mut open) = ([0; 3], 3);
                while open > 0 {
                    let won = select.select();
                    let i = won.index();
                    match won.recv(&rx[i]) {
                        Ok(value) => {
                            assert_eq!(value, next[i]);
                            next[i] += 1;
                        }
                        Err(RecvError) => {
                            select.remove(i);
                            open -= 1;
                        }
                    }
                }
                assert_eq!(next, [200; 3]);
                assert!(select.try_select().is_err(), "all are removed");
            });
        }
    });
}

#[test]
fn a_list_can_grow_between_rounds_and_be_copied() {
    let (tx, rx) = bounded(2);
    let (other_tx, other_rx) = bounded::<u32>(1);
    let mut select = Select::new();
    select.recv(&other_rx);
    assert!(select.try_select().is_err());
    let second = select.recv(&rx);
    tx.send(1).unwrap();
    let mut copy = select.clone();
    assert_eq!(select.try_select().unwrap().recv(&rx), Ok(1));
    assert!(copy.try_select().is_err());
    tx.send(2).unwrap();
    assert_eq!(copy.ready(), second);
    copy.remove(second);
    assert!(copy.try_ready().is_err());
    assert_eq!(select.ready(), second, "a copy is a list of its own");
    drop(other_tx);
    assert_eq!(copy.ready(), 0);
}

#[test]
fn what_is_removed_does_not_win_and_cannot_be_removed_again() {
    let (tx, rx) = bounded(1);
    tx.send(1).unwrap();
    let mut select = Select::new();
    let index = select.recv(&rx);
    select.remove(index);
    assert!(select.try_select().is_err() && select.try_ready().is_err());
    assert!(panic_text(|| select.remove(index)).contains("was removed from the select before"));
    assert!(panic_text(|| select.remove(7)).contains("no operation with index 7"));
}

#[test]
fn without_operations_it_answers_or_panics_but_does_not_hang() {
    let mut select = Select::new();
    assert!(select.try_select().is_err() && select.try_ready().is_err());
    let start = Instant::now();
    assert!(select.select_timeout(SHORT).is_err() && select.ready_timeout(SHORT).is_err());
    assert!(start.elapsed() >= SHORT * 2, "it waits the time out");
    assert!(select.select_deadline(start).is_err() && select.ready_deadline(start).is_err());
    for text in [panic_text(|| Select::new().select().index()), panic_text(|| Select::new().ready())] {
        assert!(text.contains("no operation was added to the select"), "{text}");
    }
    let rx = never::<u32>();
    let index = select.recv(&rx);
    select.remove(index);
    assert!(panic_text(|| select.select()).contains("no operation"), "all are removed");
}

#[test]
fn time_runs_out_and_not_before() {
    let (tx, rx) = bounded(1);
    let mut select = Select::new();
    select.recv(&rx);
    for wait in [SHORT, Duration::ZERO] {
        let start = Instant::now();
        assert!(select.select_timeout(wait).is_err());
        assert!(select.select_deadline(Instant::now() + wait).is_err());
        assert!(select.ready_timeout(wait).is_err());
        assert!(select.ready_deadline(Instant::now() + wait).is_err());
        assert!(start.elapsed() >= wait * 4);
    }
    // A deadline that has passed, and one beyond the clock, still find what is there.
    let past = Instant::now();
    tx.send(1).unwrap();
    assert_eq!((select.ready_deadline(past), select.ready_timeout(Duration::MAX)), (Ok(0), Ok(0)));
    assert_eq!(select.select_deadline(past).unwrap().recv(&rx), Ok(1));
    tx.send(2).unwrap();
    assert_eq!(select.select_timeout(Duration::MAX).unwrap().recv(&rx), Ok(2));
}

#[test]
fn readiness_is_told_and_nothing_is_taken() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = bounded(cap);
            let (_open, silent) = rendezvous::<u32>();
            thread::scope(|s| {
                for ask in [|select: &mut Select<'_>| select.ready(), |select: &mut Select<'_>| select.ready_timeout(LONG).unwrap()] {
                    s.spawn(|| tx.send(1).unwrap());
                    let mut select = Select::new();
                    select.recv(&silent);
                    select.recv(&rx);
                    assert_eq!([ask(&mut select), ask(&mut select)], [1, 1], "still there");
                    assert_eq!(rx.recv(), Ok(1));

                    let receiver = s.spawn(|| rx.recv());
                    let mut select = Select::new();
                    select.recv(&silent);
                    select.send(&tx);
                    assert_eq!([ask(&mut select), ask(&mut select)], [1, 1], "still there");
                    tx.send(2).unwrap();
                    assert_eq!(receiver.join().unwrap(), Ok(2));
                }
            });
            tx.close();
            assert!(is_ready(|select| select.recv(&rx)) && is_ready(|select| select.send(&tx)), "closed is ready");
        }
    });
}

/// A thread that waits to be told is told by a close, too, on either side.
#[test]
fn a_close_wakes_who_waits_for_readiness() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|_| tx.send(0).unwrap());
            let (_open, empty) = bounded::<u32>(cap);
            thread::scope(|s| {
                let sending = s.spawn(|| {
                    let mut select = Select::new();
                    select.recv(&empty);
                    select.send(&tx);
                    select.ready()
                });
                rx.close();
                assert_eq!(sending.join().unwrap(), 1);
                let receiving = s.spawn(|| {
                    let mut select = Select::new();
                    select.recv(&empty);
                    select.ready()
                });
                empty.close();
                assert_eq!(receiving.join().unwrap(), 0);
            });
        }
    });
}

/// Wins a receive from a sender at `cap`, and drops it. Answers whether the value can still be had.
fn can_be_had_after_drop(cap: usize) -> bool {
    let alive = Arc::new(Counter::new());
    let (tx, rx) = bounded(cap);
    let got = thread::scope(|s| {
        s.spawn(|| tx.send(Tracked::new(0, 1, &alive)));
        until(|| is_ready(|select| select.recv(&rx))); // so that the select finds the sender, and not the sender the select
        let mut select = Select::new();
        select.recv(&rx);
        drop(select.select());
        let got = if cap == 0 { rx.recv_timeout(LONG).is_ok() } else { rx.try_recv().is_ok() };
        rx.close();
        got
    });
    assert_eq!(alive.get(), 0, "dropped, not leaked");
    got
}

#[test]
fn a_receive_that_is_dropped_leaves_a_waiting_sender_its_value_and_drops_a_buffered_one() {
    watched(|| {
        assert!(can_be_had_after_drop(0));
        assert!(!can_be_had_after_drop(1));
    });
}

/// The send has taken effect: its value was accepted, and goes to the next receiver.
#[test]
fn a_receive_that_a_sender_has_completed_hands_the_value_on() {
    watched(|| {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = rendezvous();
        thread::scope(|s| {
            s.spawn(|| {
                let mut select = Select::new();
                select.recv(&rx);
                drop(select.select());
            });
            until(|| is_ready(|select| select.send(&tx)));
            assert!(tx.send(Tracked::new(0, 1, &alive)).is_ok());
        });
        assert_eq!(alive.get(), 1);
        assert!(rx.try_recv().is_ok());
        assert!(rx.try_recv().is_err());
        assert_eq!(alive.get(), 0);
    });
}

#[test]
fn a_send_that_is_dropped_has_never_been() {
    watched(|| {
        let (tx, rx) = bounded(1);
        for _ in 0..5 {
            let mut select = Select::new();
            select.send(&tx);
            let won = select.select();
            assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)), "the place is held");
            assert!(rx.try_recv().is_err());
            drop(won);
            assert_eq!((tx.try_send(1), rx.try_recv()), (Ok(()), Ok(1)), "it is free again");
        }
        let (tx, rx) = rendezvous();
        thread::scope(|s| {
            let receiver = s.spawn(|| rx.recv());
            let mut select = Select::new();
            select.send(&tx);
            drop(select.select());
            assert!(!receiver.is_finished());
            assert_eq!(select.select().send(&tx, 3), Ok(()));
            assert_eq!(receiver.join().unwrap(), Ok(3));
        });
    });
}

/// Forgetting is safe: it holds its own place, and nothing else.
#[test]
fn an_operation_that_is_forgotten_holds_its_own_place() {
    let (tx, rx) = bounded(2);
    let mut select = Select::new();
    select.send(&tx);
    std::mem::forget(select.select());
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Err(TrySendError::Full(2))));
    assert!(rx.try_recv().is_err(), "what is behind the forgotten place waits for it");
    assert!(tx.close());
}

#[test]
fn the_wrong_handle_panics_and_gives_the_operation_up() {
    watched(|| {
        let wrong = "has to be completed with the handle that was added";
        let (tx, rx) = bounded(1);
        let (other_tx, other_rx) = bounded(1);
        let (clone_tx, clone_rx) = (tx.clone(), rx.clone());
        let mut sends = Select::new();
        sends.send(&tx);
        for handle in [&other_tx, &clone_tx] {
            assert!(panic_text(|| sends.select().send(handle, 1)).contains(wrong));
        }
        assert!(panic_text(|| sends.select().recv(&rx)).contains(wrong), "a receive for a send");
        assert_eq!((sends.select().send(&tx, 5), tx.len(), other_tx.len()), (Ok(()), 1, 0));
        let mut receives = Select::new();
        receives.recv(&rx);
        for handle in [&other_rx, &clone_rx] {
            assert!(panic_text(|| receives.select().recv(handle)).contains(wrong));
            tx.send(6).unwrap(); // the value went with the operation
        }
        assert!(panic_text(|| receives.select().send(&tx, 7)).contains(wrong), "a send for a receive");
        assert!(rx.is_empty());

        // A sender that waits for a rendezvous goes on waiting.
        let (tx, rx) = rendezvous();
        thread::scope(|s| {
            let sender = s.spawn(|| tx.send(8));
            until(|| is_ready(|select| select.recv(&rx)));
            let mut receives = Select::new();
            receives.recv(&rx);
            assert!(panic_text(|| receives.select().recv(&other_rx)).contains(wrong));
            assert_eq!(rx.recv(), Ok(8));
            assert_eq!(sender.join().unwrap(), Ok(()));
        });
    });
}

#[test]
fn between_winning_and_completing_others_see_the_operation_as_not_there() {
    watched(|| {
        let (tx, rx) = rendezvous();
        thread::scope(|s| {
            s.spawn(|| tx.send(1).unwrap());
            let mut select = Select::new();
            select.recv(&rx);
            let won = select.select();
            assert!(!is_ready(|select| select.recv(&rx)), "the sender is held");
            assert!(rx.try_recv().is_err());
            assert_eq!(won.recv(&rx), Ok(1));
        });
        let (tx, rx) = bounded(1);
        tx.send(2).unwrap();
        let mut select = Select::new();
        select.recv(&rx);
        let won = select.select();
        assert!(rx.try_recv().is_err());
        assert!(tx.try_send(3).is_err(), "its place is not free before it is emptied");
        assert_eq!((won.recv(&rx), tx.try_send(3)), (Ok(2), Ok(())));
    });
}

#[test]
fn closed_channels_win_with_their_error() {
    let (tx, rx) = bounded::<u32>(1);
    tx.close();
    let mut select = Select::new();
    select.recv(&rx);
    assert_eq!(select.select().recv(&rx), Err(RecvError));
    let mut select = Select::new();
    select.send(&tx);
    assert_eq!(select.select().send(&tx, 4), Err(SendError(4)));
}

#[test]
fn a_list_moves_between_threads() {
    watched(|| {
        let (tx, rx): (Vec<_>, Vec<_>) = (0..2).map(|_| bounded::<Box<u32>>(1)).unzip();
        thread::scope(|s| {
            let mut select = Select::new();
            rx.iter().for_each(|rx| assert!(select.recv(rx) < 2));
            let receives = s.spawn(|| {
                let won = select.select();
                let index = won.index();
                assert_eq!(won.recv(&rx[index]), Ok(Box::new(1)));
                select
            });
            tx[0].send(Box::new(1)).unwrap();
            let mut select = receives.join().unwrap();
            tx[1].send(Box::new(2)).unwrap();
            // And back, with an operation that has been won elsewhere.
            let mut copy = select.clone();
            let other = s.spawn(move || copy.ready()).join().unwrap();
            assert_eq!((other, select.select().recv(&rx[1])), (1, Ok(Box::new(2))));
        });
    });
}

#[test]
fn a_select_that_waits_wakes_for_whichever_comes() {
    watched(|| {
        for cap in [0, 1] {
            for which in 0..12 {
                let (tx, rx): (Vec<_>, Vec<_>) = (0..12).map(|_| bounded(cap)).unzip();
                thread::scope(|s| {
                    let receiver = s.spawn(|| {
                        let mut select = Select::new();
                        rx.iter().for_each(|rx| assert!(select.recv(rx) < 12));
                        let won = select.select();
                        let index = won.index();
                        (index, won.recv(&rx[index]))
                    });
                    if cap == 0 {
                        until(|| is_ready(|select| select.send(&tx[which])));
                    }
                    tx[which].send([which as u64; 9]).unwrap();
                    assert_eq!(receiver.join().unwrap(), (which, Ok([which as u64; 9])));
                });
            }
        }
    });
}

#[test]
fn it_can_be_shown() {
    assert_eq!(format!("{:?}", Select::new()), "Select { .. }");
    let (tx, _rx) = bounded::<u32>(1);
    let mut select = Select::default();
    select.send(&tx);
    assert_eq!(format!("{:?}", select.select()), "SelectedOperation { .. }");
}

#[test]
fn a_place_given_up_is_room_once_the_values_before_it_are_gone() {
    let (tx, rx) = bounded(2);
    tx.send(1).unwrap();
    let mut select = Select::new();
    select.send(&tx);
    drop(select.select());
    assert_eq!(rx.recv(), Ok(1));
    assert!(rx.is_empty());
    assert_eq!((tx.try_send(2), tx.try_send(3)), (Ok(()), Ok(())));
    assert!(tx.is_full());
    assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(2), Ok(3)));
}

#[test]
fn a_sender_does_not_wait_for_a_place_that_was_given_up() {
    watched(|| {
        let (tx, rx) = bounded(2);
        tx.send(1).unwrap();
        let mut select = Select::new();
        select.send(&tx);
        drop(select.select());
        assert_eq!(rx.recv(), Ok(1));
        tx.send(2).unwrap();
        tx.send(3).unwrap();
        assert_eq!((rx.recv(), rx.recv()), (Ok(2), Ok(3)));
    });
}

#[test]
fn a_forced_send_does_not_wait_for_a_held_operation() {
    watched(|| {
        let (tx, rx) = bounded(1);
        let mut sends = Select::new();
        sends.send(&tx);
        let mut receives = Select::new();
        receives.recv(&rx);
        let sending = sends.select();
        assert_eq!(tx.force_send(2), Ok(Some(2)));
        sending.send(&tx, 1).unwrap();
        let receiving = receives.select();
        assert_eq!(tx.force_send(2), Ok(Some(2)));
        assert_eq!(receiving.recv(&rx), Ok(1));
        assert_eq!(tx.force_send(2), Ok(None));
        assert_eq!(tx.force_send(3), Ok(Some(2)));
        tx.close();
        assert_eq!(tx.force_send(4), Err(SendError(4)));
    });
}
