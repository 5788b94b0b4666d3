//! Places that selects reserved and gave up, behind values.

use super::common::task::{poll, Count};
use rendez::{bounded, Select, SendFuture};
use std::future::Future;
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;

/// Sends a value, then reserves the place behind it and gives it up.
fn one_and_a_gap(tx: &rendez::Sender<i32>) {
    tx.send(1).unwrap();
    let mut select = Select::new();
    select.send(tx);
    drop(select.try_select().unwrap());
}

#[test]
fn a_gap_whose_turn_has_come_is_room() {
    let (tx, rx) = bounded(2);
    one_and_a_gap(&tx);
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(tx.try_send(2), Ok(()));
    assert_eq!(tx.try_send(3), Ok(()), "two places, and one value");
    assert!(tx.is_full());
    assert!(rx.try_iter().eq([2, 3]));
}

#[test]
fn senders_that_wait_get_the_room_of_a_gap() {
    let (tx, rx) = bounded(2);
    one_and_a_gap(&tx);
    thread::scope(|s| {
        let senders = [2, 3].map(|n| {
            let tx = &tx;
            s.spawn(move || tx.send(n))
        });
        assert_eq!(rx.recv(), Ok(1));
        // Both end without another receive.
        senders.into_iter().for_each(|sender| assert_eq!(sender.join().unwrap(), Ok(())));
    });
    assert_eq!(rx.len(), 2);
}

fn is_pending(send: &mut Pin<Box<SendFuture<'_, i32>>>) -> bool {
    send.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

#[test]
fn tasks_that_wait_to_send_get_the_room_of_a_gap() {
    let (tx, rx) = bounded(2);
    tx.send(1).unwrap();
    let mut select = Select::new();
    select.send(&tx);
    let held = select.try_select().unwrap();
    let mut sends = [2, 3].map(|n| Box::pin(tx.send_async(n)));
    assert!(sends.iter_mut().all(is_pending));
    drop(held);
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(!sends.iter_mut().any(is_pending), "without another receive");
    assert!(rx.try_iter().eq([2, 3]));
}

/// It comes when the gap is the first place already.
#[test]
fn a_task_that_waits_alone_gets_the_room_of_a_gap() {
    let (tx, rx) = bounded(2);
    one_and_a_gap(&tx);
    assert_eq!(rx.try_recv(), Ok(1));
    let mut select = Select::new();
    select.send(&tx);
    let held = select.try_select().unwrap();
    tx.send(2).unwrap();
    drop(held);
    assert!(!is_pending(&mut Box::pin(tx.send_async(3))));
    assert!(rx.try_iter().eq([2, 3]));
}

/// The first value is evicted from before a place that was given up: that place is room now, and who waits to send has it.
#[test]
fn is_room_after_an_eviction() {
    let (tx, rx) = bounded(2);
    one_and_a_gap(&tx);
    let told = Arc::new(Count::default());
    let mut send = pin!(tx.send_async(2));
    assert!(poll(send.as_mut(), &Waker::from(told.clone())).is_pending());
    assert_eq!(tx.force_send(3), Ok(Some(1)));
    assert_eq!(told.get(), 1, "there is room, and nobody was told");
    assert!(poll(send, Waker::noop()).is_ready());
    assert_eq!(rx.drain().collect::<Vec<_>>(), [3, 2]);
}
