//! Waiting for an arm to become ready, without performing it.

#![allow(unsafe_code)] // waiters enlisted by hand, where a thread of its own would cost too much

use super::{channel, model, told_while_it_enlists, Enlisted, Peer, SOON};
use crate::select::Port;
use crate::sync::Deadline;
use crate::wait::{Claim, Phase, Waiter};
use crate::{never, Select};
use core::ptr;
use loom::thread;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst}; // ORDERING: in one order, as nothing here is about orders
use std::sync::Arc;

/// Who waits for a channel to become ready is told of a sender.
#[test]
fn ready_is_told_of_a_sender() {
    for cap in [0, 1] {
        model("ready is told of a sender", move || {
            let (a, b) = (channel(cap), channel(cap));
            let to = b.clone();
            let sender = thread::spawn(move || to.0.send(1).unwrap());
            let mut select = Select::new();
            select.recv(&a.1);
            select.recv(&b.1);
            assert_eq!(select.ready(), 1);
            assert_eq!(b.1.try_recv(), Ok(1));
            sender.join().unwrap();
        });
    }
}

/// And of closing, on either side.
#[test]
fn ready_is_told_of_close() {
    for cap in [0, 1] {
        model("ready is told of close", move || {
            let (a, b) = (channel(cap), channel(cap));
            let _ = a.0.try_send(1);
            let closed = [a.clone(), b.clone()];
            let closer = thread::spawn(move || closed.iter().for_each(|c| assert!(c.0.close())));
            let mut select = Select::new();
            select.send(&a.0);
            select.recv(&b.1);
            assert!(select.ready() <= 1);
            closer.join().unwrap();
        });
    }
}

/// Who waited for a channel to become ready and then does nothing, or gave up as it became ready, leaves the wake-up to the next one.
#[test]
fn ready_without_a_receive_passes_the_wake_up_on() {
    model("ready without a receive passes the wake-up on", || {
        let c = channel(1);
        let from = c.clone();
        let waiting = thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&from.1);
            select.ready_timeout(SOON)
        });
        thread::yield_now(); // so that it may wait first, at no preemption
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        // SAFETY: claimed before this frame ends.
        let enlisted = unsafe { c.1.enlist(&waiter, false, None) == Enlisted::Yes };
        assert!(enlisted);
        c.0.send(1).unwrap();
        assert_eq!(claim.sleep(Deadline::NEVER), Phase::Ready(0));
        c.1.renounce();
        let _ = waiting.join().unwrap();
    });
}

/// M17, of who waits for an arm to become ready: told of one while it enlists in another, which is ready already, it leaves no wake-up behind.
#[test]
fn ready_told_while_it_enlists_discharges_the_wake_up() {
    told_while_it_enlists("ready told while it enlists discharges the wake-up", |a, b| {
        let mut select = Select::new_biased();
        select.recv(&a.1);
        select.recv(&b.1);
        select.ready();
        let _ = a.1.try_recv();
    });
}

/// At capacity 0 a receiver calls one of those who have no value; if that is one who does nothing, the next one is called.
#[test]
fn ready_without_a_send_calls_the_next_one() {
    model("ready without a send calls the next one", || {
        let c = channel(0);
        let to = c.clone();
        let selecting = thread::spawn(move || {
            select! {
                send(to.0, 1) -> result => result.unwrap(),
                recv(never::<i32>()) -> _ => unreachable!(),
            }
        });
        let (claim, receiver) = (Claim::new(), Peer::new(&c.1));
        let ready = Waiter::new(&claim, 0, ptr::null_mut());
        // SAFETY: withdrawn below.
        let enlisted = unsafe { c.0.enlist_lazy(&ready, &claim) };
        assert!(enlisted);
        receiver.enlist(&c.1);
        if claim.phase() == Phase::Ready(0) {
            c.0.renounce();
        }
        selecting.join().unwrap();
        c.0.withdraw(&ready, None);
    });
}

/// Two wait until the channel is ready. The receiver is told of the sender, which is ready only once the receiver has a place.
#[test]
fn of_two_that_wait_until_it_is_ready_the_receiver_goes_first() {
    model("of two that wait until it is ready the receiver goes first", || {
        let c = channel(0);
        let tried = Arc::new(AtomicBool::new(false));
        let (claim, begun) = (Claim::new(), tried.clone());
        let receiver = Waiter::new(&claim, 0, ptr::null_mut());
        // SAFETY: claimed before this frame ends.
        let enlisted = unsafe { c.1.enlist_lazy(&receiver, &claim) };
        assert!(enlisted);
        let to = c.clone();
        let sender = thread::spawn(move || {
            let mut select = Select::new();
            select.send(&to.0);
            let ready = select.ready_timeout(SOON).is_ok();
            // ORDERING: SeqCst: the model is about the queue, not about this flag.
            assert!(!ready || begun.load(SeqCst), "no receive had begun");
            ready && to.0.try_send(1).is_ok()
        });
        assert_eq!(claim.sleep(Deadline::NEVER), Phase::Ready(0));
        c.1.renounce();
        tried.store(true, SeqCst); // ORDERING: as above
        let received = c.1.try_recv().is_ok();
        assert_eq!(sender.join().unwrap(), received);
    });
}

/// Who waits for either side of one channel is not told of itself.
#[test]
fn ready_does_not_see_itself() {
    model("ready does not see itself", || {
        let c = channel(0);
        let mut select = Select::new();
        select.send(&c.0);
        select.recv(&c.1);
        assert!(select.ready_timeout(SOON).is_err());
        assert!(select.try_ready().is_err());
    });
}
