//! Tasks that meet at capacity 0 while others wait: what was seen in the lock's word is so when the lock is taken, and is left as it should be
//! (`chan::meet`).

use super::{block_on, channel, finish, poll};
use crate::models::model;
use core::pin::pin;
use core::task::{Poll, Waker};
use loom::thread::spawn;

/// One waits already, and is served while another comes: that one does not wait in vain.
#[test]
fn a_task_that_comes_second_finds_its_peer() {
    model("a receiver that comes second finds its sender", || {
        let c = channel(0);
        let to = c.clone();
        let (mut first, mut second) = (pin!(c.1.recv_async()), pin!(c.1.recv_async()));
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        let sender = spawn(move || [1, 2].into_iter().for_each(|value| block_on(to.0.send_async(value)).unwrap()));
        let at_once = poll(second.as_mut(), Waker::noop());
        assert_eq!(finish(first), Ok(1));
        assert_eq!(if let Poll::Ready(received) = at_once { received } else { finish(second) }, Ok(2));
        sender.join().unwrap();
    });
    model("a sender that comes second finds its receiver", || {
        let c = channel(0);
        let from = c.clone();
        let (mut first, mut second) = (pin!(c.0.send_async(1)), pin!(c.0.send_async(2)));
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        let receiver = spawn(move || [(); 2].map(|()| block_on(from.1.recv_async())));
        let at_once = poll(second.as_mut(), Waker::noop());
        assert_eq!(finish(first), Ok(()));
        assert_eq!(if let Poll::Ready(sent) = at_once { sent } else { finish(second) }, Ok(()));
        assert_eq!(receiver.join().unwrap(), [Ok(1), Ok(2)]);
    });
}

/// Two wait, and are served one after the other, in their order.
#[test]
fn tasks_that_wait_are_served_in_their_order() {
    model("receivers that wait are served in their order", || {
        let c = channel(0);
        let to = c.clone();
        let (mut first, mut second) = (pin!(c.1.recv_async()), pin!(c.1.recv_async()));
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        assert!(poll(second.as_mut(), Waker::noop()).is_pending());
        let sender = spawn(move || [1, 2].into_iter().for_each(|value| block_on(to.0.send_async(value)).unwrap()));
        assert_eq!((finish(first), finish(second)), (Ok(1), Ok(2)));
        sender.join().unwrap();
    });
    model("senders that wait are served in their order", || {
        let c = channel(0);
        let from = c.clone();
        let (mut first, mut second) = (pin!(c.0.send_async(1)), pin!(c.0.send_async(2)));
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        assert!(poll(second.as_mut(), Waker::noop()).is_pending());
        let receiver = spawn(move || [(); 2].map(|()| block_on(from.1.recv_async())));
        assert_eq!((finish(first), finish(second)), (Ok(()), Ok(())));
        assert_eq!(receiver.join().unwrap(), [Ok(1), Ok(2)]);
    });
}

/// Two wait, and the channel is closed: nothing is sent to them any more.
#[test]
fn a_closed_channel_serves_no_task() {
    model("a closed channel serves no task", || {
        let c = channel(0);
        let closer = c.clone();
        let (mut first, mut second) = (pin!(c.1.recv_async()), pin!(c.1.recv_async()));
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        assert!(poll(second.as_mut(), Waker::noop()).is_pending());
        let closer = spawn(move || closer.0.close());
        let closed = c.0.is_closed();
        let sent = poll(pin!(c.0.send_async(1)), Waker::noop());
        assert!(!closed || matches!(sent, Poll::Ready(Err(_))));
        assert!(closer.join().unwrap());
    });
}

/// A thread waits until a receive is ready: a task that sends calls it, as it has no place for the value.
#[test]
fn who_waits_to_receive_without_a_place_is_called() {
    model("who waits to receive without a place is called", || {
        let c = channel(0);
        let to = c.clone();
        let sender = spawn(move || block_on(to.0.send_async(1)).unwrap());
        let mut select = crate::Select::new();
        select.recv(&c.1);
        assert_eq!(select.ready(), 0);
        assert_eq!(c.1.try_recv(), Ok(1));
        sender.join().unwrap();
    });
}
