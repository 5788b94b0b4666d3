//! A closed channel of capacity 0 may give a value after it has said that there is none: a future that was served is dropped. The iterators say that they are
//! fused, and were not.

use super::common::task::poll;
use rendez::{bounded, Receiver, Sender};
use std::pin::{pin, Pin};
use std::task::Waker;

/// A channel that was closed after a future was served, and that future.
fn served(tx: Sender<u8>, rx: &Receiver<u8>) -> Pin<Box<rendez::RecvFuture<'_, u8>>> {
    let mut receive = Box::pin(rx.recv_async());
    assert!(poll(receive.as_mut(), Waker::noop()).is_pending());
    tx.send(1).unwrap();
    receive
}

#[test]
fn an_iterator_stays_at_its_end() {
    let (tx, rx) = bounded(0);
    let receive = served(tx, &rx);
    let mut iter = rx.iter();
    assert_eq!(iter.next(), None);
    drop(receive);
    assert_eq!(iter.next(), None);
    assert_eq!(rx.iter().next(), Some(1), "for the next who receives");
}

#[test]
fn an_iterator_that_owns_its_receiver_stays_at_its_end() {
    let (tx, rx) = bounded(0);
    let mut iter = rx.clone().into_iter();
    let receive = served(tx, &rx);
    assert_eq!(iter.next(), None);
    drop(receive);
    assert_eq!(iter.next(), None);
    assert_eq!(rx.try_recv(), Ok(1), "for the next who receives");
}

#[test]
fn a_future_is_not_held_up() {
    let (tx, rx) = bounded(0);
    let mut receive = pin!(served(tx, &rx));
    assert_eq!(rx.iter().next(), None);
    assert_eq!(poll(receive.as_mut(), Waker::noop()), std::task::Poll::Ready(Ok(1)));
}
