//! Two tasks wait on a closed channel for what is held: one gets it, and the other learns that there is nothing more.

use super::common::task::{poll, Count};
use rendez::{bounded, RecvError, Select};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

#[test]
fn both_learn_of_it() {
    let (tx, rx) = bounded(1);
    let mut select = Select::new();
    select.send(&tx);
    let held = select.try_select().unwrap();
    rx.close();
    let told = [(); 2].map(|()| Arc::<Count>::default());
    let (mut first, mut second) = (pin!(rx.recv_async()), pin!(rx.recv_async()));
    assert!(poll(first.as_mut(), &Waker::from(told[0].clone())).is_pending());
    assert!(poll(second.as_mut(), &Waker::from(told[1].clone())).is_pending());
    held.send(&tx, 1).unwrap();
    assert_eq!(poll(first, Waker::noop()), Poll::Ready(Ok(1)));
    assert_eq!(told.map(|told| told.get()), [1, 1]);
    assert_eq!(poll(second, Waker::noop()), Poll::Ready(Err(RecvError)));
}
