//! Enlisting under the lock, against who looks at its word alone.

use super::{channel, recv, send};
use crate::chan::{Enlisted, Turn};
use crate::models::litmus;
use crate::ring::position::WAITED;
use crate::wait::{Claim, Patience, Phase, Waiter};
use core::task::Waker;
use loom::thread::spawn;
use std::ptr;

/// SeqCst: of a task that enlists, whether the flag is there already or not, and a value that comes, one sees the other.
#[test]
fn who_enlists_and_a_value_do_not_miss_each_other() {
    for flag in [WAITED, 0] {
        who_enlists_and_a_value(flag);
    }
}

fn who_enlists_and_a_value(flag: u64) {
    litmus("who enlists and a value do not miss each other", move || {
        let chan = channel(Some(1), 0);
        chan.ring.tail_set(flag);
        let other = chan.clone();
        let claim = Claim::parked(Waker::noop().clone());
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        let sender = spawn(move || send(&other, 1));
        // SAFETY: it stays until it is told, or has left.
        let enlisted = unsafe { chan.enlist_receiver(&waiter, Turn::Last, Some(Patience::Task)) };
        sender.join().unwrap();
        match enlisted {
            Enlisted::Yes => assert_eq!(claim.phase(), Phase::Ready(0)),
            other => assert_eq!(other, Enlisted::Again),
        }
        claim.discard_waker();
    });
}

/// SeqCst: the same for a task that sends, and room.
#[test]
fn who_enlists_and_room_do_not_miss_each_other() {
    for flag in [WAITED, 0] {
        litmus("who enlists and room do not miss each other", move || {
            let chan = channel(Some(1), 1);
            chan.ring.head_set(flag);
            let other = chan.clone();
            let claim = Claim::parked(Waker::noop().clone());
            let waiter = Waiter::new(&claim, 0, ptr::null_mut());
            let receiver = spawn(move || recv(&other));
            // SAFETY: it stays until it is told, or has left.
            let enlisted = unsafe { chan.enlist_sender(&waiter, Turn::Last, Some(Patience::Task)) };
            receiver.join().unwrap();
            match enlisted {
                Enlisted::Yes => assert_eq!(claim.phase(), Phase::Ready(0)),
                other => assert_eq!(other, Enlisted::Again),
            }
            claim.discard_waker();
        });
    }
}

/// SeqCst: the same for a task that sends, and close.
#[test]
fn who_enlists_and_close_do_not_miss_each_other() {
    for flag in [WAITED, 0] {
        litmus("who enlists and close do not miss each other", move || {
            let chan = channel(Some(1), 1);
            chan.ring.head_set(flag);
            let other = chan.clone();
            let claim = Claim::parked(Waker::noop().clone());
            let waiter = Waiter::new(&claim, 0, ptr::null_mut());
            let closer = spawn(move || other.close());
            // SAFETY: it stays until it is told, or has left.
            let enlisted = unsafe { chan.enlist_sender(&waiter, Turn::Last, Some(Patience::Task)) };
            closer.join().unwrap();
            match enlisted {
                Enlisted::Yes => assert_eq!(claim.phase(), Phase::Closed(0)),
                other => assert_eq!(other, Enlisted::Closed),
            }
            claim.discard_waker();
        });
    }
}
