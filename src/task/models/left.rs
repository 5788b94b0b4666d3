//! What is left when a future goes at any moment.

use super::Who::{Task, Thread};
use super::{block_on, channel, poll, Channel};
use crate::models::model;
use crate::{Select, TryRecvError};
use core::pin::pin;
use core::task::Waker;
use loom::thread::{spawn, yield_now};

/// M13. Two futures go while a sender serves them: what they got comes first, and in the order in which it was sent.
#[test]
fn what_futures_leave_behind_keeps_its_order() {
    model("what futures leave behind keeps its order", || {
        let c = channel(0);
        let to = c.clone();
        {
            let (mut first, mut second) = (pin!(Some(c.1.recv_async())), pin!(Some(c.1.recv_async())));
            assert!(poll(first.as_mut().as_pin_mut().expect("there"), Waker::noop()).is_pending());
            assert!(poll(second.as_mut().as_pin_mut().expect("there"), Waker::noop()).is_pending());
            let sender = spawn(move || [1, 2].into_iter().for_each(|value| to.0.send(value).unwrap()));
            yield_now();
            second.set(None);
            first.set(None);
            assert_eq!([c.1.recv(), c.1.recv()], [Ok(1), Ok(2)]);
            sender.join().unwrap();
        }
    });
}

/// M13. The next receiver sleeps already when a served future goes.
#[test]
fn a_served_future_serves_the_next_receiver() {
    for who in [Thread, Task] {
        model("a served future serves the next receiver", move || {
            let c = channel(0);
            let mut first = Box::pin(c.1.recv_async());
            assert!(poll(first.as_mut(), Waker::noop()).is_pending());
            assert!(c.0.try_send(1).is_ok());
            let from = c.clone();
            let next = spawn(move || match who {
                Thread => from.1.recv(),
                _ => block_on(from.1.recv_async()),
            });
            drop(first);
            assert_eq!(next.join().unwrap(), Ok(1));
        });
    }
}

fn attempt(dynamic: bool, c: &Channel) -> Result<i32, TryRecvError> {
    if !dynamic {
        return c.1.try_recv();
    }
    let mut select = Select::new();
    select.recv(&c.1);
    match select.try_select() {
        Ok(won) => won.recv(&c.1).map_err(|_| TryRecvError::Disconnected),
        Err(_) => Err(TryRecvError::Empty),
    }
}

/// A served future goes, then the channel closes: nobody who tries meanwhile is told that nothing is left.
#[test]
fn what_was_left_before_the_close_is_not_missed() {
    for dynamic in [false, true] {
        model("what was left before the close is not missed", move || {
            let c = channel(0);
            let from = c.clone();
            let tries = spawn(move || attempt(dynamic, &from));
            let mut served = Box::pin(c.1.recv_async());
            assert!(poll(served.as_mut(), Waker::noop()).is_pending());
            assert!(c.0.try_send(1).is_ok());
            drop(served);
            c.1.close();
            match tries.join().unwrap() {
                Ok(value) => assert_eq!(value, 1),
                Err(error) => assert_eq!((error, c.1.try_recv()), (TryRecvError::Empty, Ok(1))),
            }
        });
    }
}

/// M9. A future that was woken goes, while another task waits behind it.
#[test]
fn a_woken_future_passes_the_wake_up_on() {
    model("a woken future passes the wake-up on", || {
        let c = channel(1);
        let mut first = Box::pin(c.1.recv_async());
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        let (to, from) = (c.clone(), c.clone());
        let next = spawn(move || block_on(from.1.recv_async()));
        let sender = spawn(move || to.0.send(1).unwrap());
        drop(first);
        assert_eq!(next.join().unwrap(), Ok(1));
        sender.join().unwrap();
    });
}

/// A future that was woken never comes: the next value is for the task behind it.
#[test]
fn a_woken_future_that_never_comes_holds_up_nobody() {
    model("a woken future that never comes holds up nobody", || {
        let c = channel(2);
        let mut first = Box::pin(c.1.recv_async());
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        let from = c.clone();
        let next = spawn(move || block_on(from.1.recv_async()));
        [1, 2].into_iter().for_each(|value| c.0.send(value).unwrap());
        assert!(next.join().unwrap().is_ok());
        drop(first);
    });
}
