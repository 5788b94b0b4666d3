//! A closed channel gives the same answers to everybody who asks, however they ask.

use rendez::{bounded, rendezvous, select, select_biased, Receiver, RecvError, Select, SendError, Sender};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(100);

type Receive = fn(&Receiver<u32>) -> Result<u32, RecvError>;
type Send = fn(&Sender<u32>, u32) -> Result<(), SendError<u32>>;

/// Every way to receive from a channel that has an answer.
const RECEIVES: &[(&str, Receive)] = &[
    ("recv", |rx| rx.recv()),
    ("try_recv", |rx| rx.try_recv().map_err(|error| answer(error.is_disconnected(), RecvError))),
    ("recv_timeout", |rx| rx.recv_timeout(LONG).map_err(|error| answer(error.is_disconnected(), RecvError))),
    ("select of one", |rx| select! { recv(rx) -> value => value }),
    ("select or default", |rx| select! { recv(rx) -> value => value, default => panic!("not ready") }),
    ("select or timeout", |rx| select! { recv(rx) -> value => value, default(LONG) => panic!("not ready") }),
    ("select of the same twice", |rx| select! { recv(rx) -> value => value, recv(rx) -> value => value }),
    ("select with a silent channel", |rx| {
        let (_open, silent) = rendezvous::<u32>();
        select! { recv(silent) -> _ => panic!("nothing was sent"), recv(rx) -> value => value }
    }),
    ("select with a send that must wait", |rx| {
        let (full, _open) = rendezvous::<u32>();
        select_biased! { send(full, 1) -> _ => panic!("nobody receives"), recv(rx) -> value => value }
    }),
    ("Select", |rx| {
        let mut select = Select::new();
        select.recv(rx);
        select.select().recv(rx)
    }),
    ("Select::try_select", |rx| {
        let mut select = Select::new();
        select.recv(rx);
        select.try_select().expect("ready").recv(rx)
    }),
    ("Select::ready", |rx| {
        let mut select = Select::new();
        select.recv(rx);
        select.ready();
        rx.try_recv().map_err(|error| answer(error.is_disconnected(), RecvError))
    }),
];

/// Every way to send on a channel that is closed.
const SENDS: &[(&str, Send)] = &[
    ("send", |tx, value| tx.send(value)),
    ("try_send", |tx, value| tx.try_send(value).map_err(|error| answer(error.is_disconnected(), SendError(error.into_inner())))),
    ("send_timeout", |tx, value| {
        tx.send_timeout(value, LONG).map_err(|error| answer(error.is_disconnected(), SendError(error.into_inner())))
    }),
    ("select of one", |tx, value| select! { send(tx, value) -> res => res }),
    ("select or default", |tx, value| select! { send(tx, value) -> res => res, default => panic!("not ready") }),
    ("select or timeout", |tx, value| select! { send(tx, value) -> res => res, default(LONG) => panic!("not ready") }),
    ("select with a silent channel", |tx, value| {
        let (_open, silent) = rendezvous::<u32>();
        select! { recv(silent) -> _ => panic!("nothing was sent"), send(tx, value) -> res => res }
    }),
    ("Select", |tx, value| {
        let mut select = Select::new();
        select.send(tx);
        select.select().send(tx, value)
    }),
    ("Select::try_select", |tx, value| {
        let mut select = Select::new();
        select.send(tx);
        select.try_select().expect("ready").send(tx, value)
    }),
];

fn answer<E>(disconnected: bool, error: E) -> E {
    assert!(disconnected, "a closed channel is neither empty nor full");
    error
}

#[test]
fn what_is_left_comes_first_and_then_the_error_for_ever() {
    for (way, receive) in RECEIVES {
        for cap in [0, 1, 2, 5] {
            let (tx, rx) = bounded(cap);
            (0..cap as u32).for_each(|i| tx.send(i).unwrap());
            assert!(tx.close());
            (0..cap as u32).for_each(|i| assert_eq!(receive(&rx), Ok(i), "{way}, capacity {cap}"));
            (0..3).for_each(|_| assert_eq!(receive(&rx), Err(RecvError), "{way}, capacity {cap}"));
        }
    }
}

#[test]
fn a_send_gets_its_value_back_even_if_there_is_room() {
    for (way, send) in SENDS {
        for (cap, filled) in [(0, 0), (1, 0), (1, 1), (5, 2)] {
            let (tx, rx) = bounded(cap);
            (0..filled).for_each(|i| tx.send(i).unwrap());
            assert!(rx.close());
            (0..3).for_each(|_| assert_eq!(send(&tx, 77), Err(SendError(77)), "{way}, capacity {cap}"));
            assert_eq!(rx.try_iter().count(), filled as usize, "{way}: a refused value must not be there");
        }
    }
}

#[test]
fn closing_again_answers_false_and_changes_nothing() {
    let (tx, rx) = bounded(1);
    tx.send(1).unwrap();
    assert_eq!([tx.close(), tx.close(), rx.close()], [true, false, false]);
    assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError)));
}

#[test]
fn iteration_ends_when_the_channel_is_closed_and_empty() {
    for cap in [0, 1, 4] {
        let (tx, rx) = bounded(cap);
        let sum: u32 = std::thread::scope(|s| {
            s.spawn(move || {
                (1..=4).for_each(|i| tx.send(i).unwrap());
                tx.close();
            });
            (&rx).into_iter().sum()
        });
        assert_eq!((sum, rx.iter().next()), (10, None));
    }
}
