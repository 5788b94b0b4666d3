//! A future that lost a select panics in its destructor: the place that a channel's arm had won was never given up, and the channel was stuck.

use rendez::{bounded, select_async};
use std::future::{pending, Future};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::task::{Context, Waker};

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
