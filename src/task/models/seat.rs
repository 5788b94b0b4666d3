//! A task that waits alone: it sits in the lock's word, rises if there is something after all, and is enlisted by who takes the lock.

use super::{block_on, channel, finish, poll, Channel, SOON};
use crate::models::{litmus, model};
use core::pin::pin;
use core::task::{Poll, Waker};
use loom::thread::spawn;

/// It is found by a task, and by a thread, which enlists it first.
#[test]
fn who_sits_is_found() {
    for cap in [0, 1] {
        model("who sits is found", move || {
            let c = channel(cap);
            let to = c.clone();
            let mut recv = pin!(c.1.recv_async());
            assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
            let sender = spawn(move || block_on(to.0.send_async(1)).unwrap());
            let more = c.0.try_send(2).is_ok();
            let received = finish(recv).unwrap() + if more { c.1.recv().unwrap() } else { 0 };
            assert_eq!(received, if more { 3 } else { 1 });
            sender.join().unwrap();
        });
    }
}

/// A sender sits, and is found likewise; what it sends is received whether it comes or not.
#[test]
fn a_sender_that_sits_is_found() {
    for cap in [0, 1] {
        model("a sender that sits is found", move || {
            let c = channel(cap);
            (0..cap).for_each(|_| c.0.try_send(1).unwrap());
            let from = c.clone();
            let mut send = pin!(c.0.send_async(2));
            assert!(poll(send.as_mut(), Waker::noop()).is_pending());
            let receiver = spawn(move || block_on(from.1.recv_async()).unwrap());
            let received = c.1.try_recv();
            if cap == 0 && received.is_ok() {
                c.0.send(1).unwrap();
            }
            let sum = received.unwrap_or(0) + receiver.join().unwrap();
            assert!(sum == 3 || (received.is_err() && sum == if cap == 0 { 2 } else { 1 }));
            assert_eq!(finish(send), Ok(()));
        });
    }
}

/// It sits down, and a sender that waits for room enlists it before it has looked: it is told of the value that came in between.
#[test]
fn who_cannot_rise_is_told() {
    model("who cannot rise is told", || {
        let c = channel(1);
        let task = c.clone();
        let receiver = spawn(move || block_on(task.1.recv_async()));
        c.0.try_send(1).unwrap();
        let _ = c.0.send_timeout(2, SOON);
        assert_eq!(receiver.join().unwrap(), Ok(1));
    });
}

/// The same for room.
#[test]
fn a_sender_that_cannot_rise_is_told() {
    model("a sender that cannot rise is told", || {
        let c = channel(1);
        c.0.try_send(0).unwrap();
        let task = c.clone();
        let sender = spawn(move || block_on(task.0.send_async(1)));
        assert_eq!(c.1.try_recv(), Ok(0));
        let _ = c.1.recv_timeout(SOON);
        assert_eq!(sender.join().unwrap(), Ok(()));
    });
}

/// It sits down while the channel is closed, and another takes the lock meanwhile: it learns of it.
fn learns_of_close(cap: usize, sends: bool) {
    model(&format!("who sits learns of close, {cap} {sends}"), move || {
        let c = channel(cap);
        if sends && cap == 1 {
            c.0.try_send(0).unwrap();
        }
        let (task, thread) = (c.clone(), c.clone());
        let sitting = spawn(move || match sends {
            true => block_on(task.0.send_async(1)).is_err(),
            false => block_on(task.1.recv_async()).is_err(),
        });
        let closer = spawn(move || thread.0.close());
        match sends {
            true => drop(c.0.send_timeout(2, SOON).unwrap_err()),
            false => drop(c.1.recv_timeout(SOON).unwrap_err()),
        }
        assert!(closer.join().unwrap());
        assert!(sitting.join().unwrap(), "nobody takes or gives anything");
    });
}

#[test]
fn a_receiver_that_sits_learns_of_close() {
    learns_of_close(1, false);
}

#[test]
fn a_sender_that_sits_learns_of_close() {
    learns_of_close(1, true);
}

#[test]
fn who_sits_at_capacity_0_learns_of_close() {
    learns_of_close(0, false);
}

/// It leaves while it is served, or has been.
#[test]
fn who_sits_and_leaves_loses_nothing() {
    model("who sits and leaves loses nothing", || {
        let c = channel(0);
        let to = c.clone();
        let mut recv = Box::pin(c.1.recv_async());
        assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
        let sender = spawn(move || block_on(to.0.send_async(1)).unwrap());
        drop(recv);
        assert_eq!(c.1.recv(), Ok(1));
        sender.join().unwrap();
    });
    model("a sender that sits and leaves has its value", || {
        let c = channel(0);
        let from = c.clone();
        let mut send = Box::pin(c.0.send_async(1));
        assert!(poll(send.as_mut(), Waker::noop()).is_pending());
        let receiver = spawn(move || {
            let mut recv = pin!(from.1.recv_async());
            poll(recv.as_mut(), Waker::noop())
        });
        let left = send.as_mut().cancel();
        let received = receiver.join().unwrap();
        assert_eq!(left.is_none(), received == Poll::Ready(Ok(1)));
    });
}

/// A full channel, with 1 in it, whose flag of senders is there from a send that has waited.
fn full_after_a_wait() -> Channel {
    let c = channel(1);
    c.0.try_send(0).unwrap();
    let mut before = Box::pin(c.0.send_async(1));
    assert!(poll(before.as_mut(), Waker::noop()).is_pending());
    assert_eq!(c.1.try_recv(), Ok(0));
    assert_eq!(finish(before.as_mut()), Ok(()));
    drop(before);
    c
}

/// SeqCst: of a task that sits down and a value, or room, that comes, one sees the other.
#[test]
fn who_sits_and_what_comes_do_not_miss_each_other() {
    litmus("who sits and a value do not miss each other", || {
        let c = channel(1);
        // The flag is there from before.
        let mut before = Box::pin(c.1.recv_async());
        assert!(poll(before.as_mut(), Waker::noop()).is_pending());
        c.0.try_send(0).unwrap();
        assert_eq!(finish(before.as_mut()), Ok(0));
        drop(before);
        let to = c.clone();
        let sender = spawn(move || to.0.try_send(1).unwrap());
        assert_eq!(block_on(c.1.recv_async()), Ok(1));
        sender.join().unwrap();
    });
    litmus("who sits and room do not miss each other", || {
        let c = full_after_a_wait();
        let from = c.clone();
        let receiver = spawn(move || from.1.try_recv().unwrap());
        assert_eq!(block_on(c.0.send_async(2)), Ok(()));
        assert_eq!(receiver.join().unwrap(), 1);
    });
    litmus("who sits down for the first time and close do not miss each other", || {
        let c = channel(1);
        c.0.try_send(0).unwrap();
        let closer = c.clone();
        let closer = spawn(move || closer.1.close());
        assert!(block_on(c.0.send_async(1)).is_err());
        assert!(closer.join().unwrap());
    });
    litmus("who sits and close do not miss each other", || {
        let c = full_after_a_wait();
        let closer = c.clone();
        let closer = spawn(move || closer.1.close());
        assert!(block_on(c.0.send_async(2)).is_err());
        assert!(closer.join().unwrap());
    });
}
