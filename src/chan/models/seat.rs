//! Enlisting under the lock, against who looks at its word alone.

use super::{channel, recv, send};
use crate::chan::{Chan, Enlisted, Rank};
use crate::models::litmus;
use crate::ring::position::WAITED;
use crate::wait::{Claim, Patience, Phase, Waiter};
use core::task::Waker;
use loom::thread::spawn;
use std::ptr;

/// SeqCst: of a task that enlists, whether the flag is there already or not, and a value that comes, one sees the other.
#[test]
fn who_enlists_and_a_value_do_not_miss_each_other() {
    who_enlists("who enlists and a value do not miss each other", false, |chan| send(chan, 1), Phase::Ready(0), Enlisted::Again);
}

/// SeqCst: the same for a task that sends, and room.
#[test]
fn who_enlists_and_room_do_not_miss_each_other() {
    who_enlists("who enlists and room do not miss each other", true, |chan| _ = recv(chan), Phase::Ready(0), Enlisted::Again);
}

/// SeqCst: the same for a task that sends, and close.
#[test]
fn who_enlists_and_close_do_not_miss_each_other() {
    who_enlists("who enlists and close do not miss each other", true, |chan| assert!(chan.close()), Phase::Closed(0), Enlisted::Closed);
}

/// A task enlists to send to a full channel, or to receive from an empty one, while another thread brings what it waits for: it is told so, `phase`, or
/// sees it itself, `seen`.
fn who_enlists(name: &'static str, sending: bool, bring: fn(&Chan<i32>), phase: Phase, seen: Enlisted) {
    for flag in [WAITED, 0] {
        litmus(name, move || {
            let chan = channel(Some(1), i32::from(sending));
            match sending {
                true => chan.ring.head_set(flag),
                false => chan.ring.tail_set(flag),
            };
            let other = chan.clone();
            let claim = Claim::parked(Waker::noop().clone());
            let waiter = Waiter::new(&claim, 0, ptr::null_mut());
            let other = spawn(move || bring(&other));
            // SAFETY: it stays until it is told, or has left.
            let enlisted = unsafe {
                match sending {
                    true => chan.enlist_sender(&waiter, Rank::Last, Some(Patience::Task)),
                    false => chan.enlist_receiver(&waiter, Rank::Last, Some(Patience::Task)),
                }
            };
            other.join().unwrap();
            match enlisted {
                Enlisted::Yes => assert_eq!(claim.phase(), phase),
                other => assert_eq!(other, seen),
            }
            claim.discard_waker();
        });
    }
}
