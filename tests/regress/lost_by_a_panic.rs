//! A future that lost a select panics in its destructor: the place that a channel's arm had won was never given up, and the channel was stuck. And a waker
//! that panics when it is dropped: a value that had just been sent was dropped a second time with the future.

#![allow(unsafe_code)] // a waker of one's own

use rendez::{bounded, select_async, unbounded};
use std::future::{pending, Future};
use std::mem::ManuallyDrop;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::ptr::null;
use std::sync::Arc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new("a destructor panics"));
    }
}

async fn armed() {
    let _bomb = Bomb;
    pending().await
}

fn panics(future: impl Future) {
    let poll = AssertUnwindSafe(|| pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready());
    assert!(catch_unwind(poll).is_err());
}

#[test]
fn a_won_place_is_given_up() {
    let (tx, rx) = bounded(1);
    tx.send(1).unwrap();
    panics(async {
        select_async! { biased; future(armed()) -> () => (), recv(rx) -> _ => () }
    });
    assert!(rx.try_recv().is_err(), "a receive that is given up drops its value");
    panics(async {
        select_async! { biased; future(armed()) -> () => (), send(tx, 2) -> _ => () }
    });
    assert_eq!(tx.try_send(3), Ok(()));
    assert_eq!(rx.try_recv(), Ok(3));
}

/// A waker whose clones panic when they are dropped.
fn panicking_waker() -> ManuallyDrop<Waker> {
    const TABLE: RawWakerVTable =
        RawWakerVTable::new(|data| RawWaker::new(data, &TABLE), |_| (), |_| (), |_| resume_unwind(Box::new("a waker panics")));
    // SAFETY: there is no data, so nothing can be done wrong with it.
    ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(null(), &TABLE)) })
}

#[test]
fn what_a_future_does_at_once_is_done_once() {
    let value = Arc::new(());
    let (tx, rx) = unbounded();
    let waker = panicking_waker();
    let mut cx = Context::from_waker(&waker);
    // Behind the ring, to which a future comes only with its waker in its hands.
    for count in 1..1_000 {
        assert_eq!(pin!(tx.send_async(value.clone())).poll(&mut cx), Poll::Ready(Ok(())));
        assert_eq!((rx.len(), Arc::strong_count(&value)), (count, count + 1));
    }
    drop((tx, rx));
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_send_that_is_given_up_gives_its_value_back() {
    let (tx, _rx) = bounded(0);
    let waker = panicking_waker();
    let mut send = pin!(tx.send_async(1));
    assert!(send.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert_eq!(send.as_mut().cancel(), Some(1));
}
