//! Which arm takes effect, and what becomes of the others.

#![allow(unsafe_code)] // waiters enlisted by hand, where a thread of its own would cost too much

use super::{channel, model, next_is_told, told_while_it_enlists, Channel, Enlisted, SOON};
use crate::never;
use crate::select::Port;
use crate::sync::Deadline;
use crate::wait::{Claim, Phase, Waiter};
use core::ptr;
use loom::thread;

/// M16. A select takes the value of one of two sends; the other one's stays with its sender. Their time may end meanwhile.
#[test]
fn a_select_takes_one_of_two_sends() {
    model("a select takes one of two sends", || {
        let (a, b) = (channel(0), channel(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || (to_a.0.send_timeout(1, SOON).is_ok(), to_b.0.send_timeout(2, SOON).is_ok()));
        let got = select! {
            recv(a.1) -> value => value.unwrap(),
            recv(b.1) -> value => value.unwrap(),
            default(SOON) => 0,
        };
        assert_eq!(sender.join().unwrap(), (got == 1, got == 2));
    });
}

/// M16. One peer tries both arms of a waiting select: it is told of the one that was taken, and of no other.
#[test]
fn a_select_is_claimed_once() {
    model("a select is claimed once", || {
        let (a, b) = (channel(0), channel(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || (to_a.0.try_send(1).is_ok(), to_b.0.try_send(2).is_ok()));
        let got = select! {
            recv(a.1) -> value => value.unwrap(),
            recv(b.1) -> value => value.unwrap(),
            default(SOON) => 0,
        };
        assert_eq!(sender.join().unwrap(), (got == 1, got == 2));
    });
}

/// M16. Two values come to two buffers: one is taken, one stays.
#[test]
fn a_select_leaves_the_other_buffer_alone() {
    model("a select leaves the other buffer alone", || {
        let (a, b) = (channel(1), channel(1));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || (to_b.0.send(2), to_a.0.send(1)));
        let got = select_biased! {
            recv(a.1) -> value => value.unwrap(),
            recv(b.1) -> value => value.unwrap(),
        };
        assert_eq!(sender.join().unwrap(), (Ok(()), Ok(())));
        assert_eq!((a.1.try_recv().ok(), b.1.try_recv().ok()), ((got == 2).then_some(1), (got == 1).then_some(2)));
    });
}

/// M17. A select that was woken takes one of two values: the wake-up for the other goes to who waits behind it.
#[test]
fn a_woken_select_passes_on_what_is_left() {
    model("a woken select passes on what is left", || {
        let c = channel(2);
        let from = c.clone();
        let selecting = thread::spawn(move || {
            select! {
                recv(from.1) -> value => value.unwrap(),
                recv(never()) -> value => value.unwrap(),
            }
        });
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        // SAFETY: claimed before this frame ends.
        let enlisted = unsafe { c.1.enlist(&waiter, false, None) == Enlisted::Yes };
        assert!(enlisted);
        c.0.send(1).unwrap();
        c.0.send(2).unwrap();
        assert_eq!(claim.sleep(Deadline::NEVER), Phase::Ready(0));
        c.1.renounce();
        assert_eq!(selecting.join().unwrap(), 1);
    });
}

/// M17. The same for room.
#[test]
fn a_woken_select_passes_on_the_room_that_is_left() {
    model("a woken select passes on the room that is left", || {
        let c = channel(2);
        c.0.send(1).unwrap();
        c.0.send(2).unwrap();
        let to = c.clone();
        let selecting = thread::spawn(move || {
            select! {
                send(to.0, 3) -> result => result.unwrap(),
                recv(never::<i32>()) -> _ => unreachable!(),
            }
        });
        let claim = Claim::new();
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        // SAFETY: claimed before this frame ends.
        let enlisted = unsafe { c.0.enlist(&waiter, false, None) == Enlisted::Yes };
        assert!(enlisted);
        assert_eq!((c.1.recv(), c.1.recv()), (Ok(1), Ok(2)));
        assert_eq!(claim.sleep(Deadline::NEVER), Phase::Ready(0));
        c.0.renounce();
        selecting.join().unwrap();
    });
}

/// M17. A select is woken for one arm while it enlists in another, which is ready already: whichever it takes, the next one who waits is told.
#[test]
fn a_select_woken_while_it_enlists_discharges_the_wake_up() {
    told_while_it_enlists("a select woken while it enlists discharges the wake-up", |a, b| {
        let _ = select_biased! {
            recv(a.1) -> value => value,
            recv(b.1) -> value => value,
        };
    });
}

/// M17. A select leaves by its timeout when it was woken just now.
#[test]
fn a_select_woken_as_its_time_ends_discharges_the_wake_up() {
    model("a select woken as its time ends discharges the wake-up", || {
        let c = channel(2);
        let to = c.clone();
        let sender = thread::spawn(move || to.0.send(1).unwrap());
        let _ = select! {
            recv(c.1) -> value => value,
            recv(never::<i32>()) -> _ => unreachable!(),
            default(SOON) => Ok(0),
        };
        next_is_told(&c.1, || {
            c.0.send(2).unwrap();
            sender.join().unwrap();
        });
    });
}

/// M18. Two selects face each other, each with the arms in its own order: one pair, no deadlock.
#[test]
fn selects_that_face_each_other_make_one_pair() {
    model("selects that face each other make one pair", || {
        let (a, b) = (channel(0), channel(0));
        let (a2, b2) = (a.clone(), b.clone());
        let other = thread::spawn(move || {
            select_biased! {
                send(a2.0, 1) -> result => result.map(|()| 0).unwrap(),
                recv(b2.1) -> value => value.unwrap(),
            }
        });
        let got = select_biased! {
            send(b.0, 2) -> result => result.map(|()| 0).unwrap(),
            recv(a.1) -> value => value.unwrap(),
        };
        let other = other.join().unwrap();
        assert!(matches!((other, got), (0, 1) | (2, 0)), "{other} {got}");
    });
}

/// M18. All sends on one side, all receives on the other.
#[test]
fn a_sending_and_a_receiving_select_make_one_pair() {
    model("a sending and a receiving select make one pair", || {
        let (a, b) = (channel(0), channel(0));
        let (a2, b2) = (a.clone(), b.clone());
        let sending = thread::spawn(move || {
            select_biased! {
                send(a2.0, 1) -> result => result.map(|()| 1).unwrap(),
                send(b2.0, 2) -> result => result.map(|()| 2).unwrap(),
            }
        });
        let got = select_biased! {
            recv(b.1) -> value => value.unwrap(),
            recv(a.1) -> value => value.unwrap(),
        };
        assert_eq!(sending.join().unwrap(), got);
    });
}

/// M19. A select with both directions of one channel does not meet itself.
#[test]
fn a_select_does_not_meet_itself() {
    model("a select does not meet itself", || {
        let c = channel(0);
        let mut met = false;
        select_biased! {
            send(c.0, 1) -> _ => met = true,
            recv(c.1) -> _ => met = true,
            default => {}
        }
        select_biased! {
            send(c.0, 1) -> _ => met = true,
            recv(c.1) -> _ => met = true,
            default(SOON) => {}
        }
        // In whichever order it enlists, a sending arm is there before the receiving one.
        select_biased! {
            send(c.0, 1) -> _ => met = true,
            recv(c.1) -> _ => met = true,
            send(c.0, 2) -> _ => met = true,
            default(SOON) => {}
        }
        assert!(!met);
    });
}

/// M19. Two of them meet each other.
#[test]
fn two_selects_with_both_directions_meet() {
    model("two selects with both directions meet", || {
        let c = channel(0);
        let both = |c: &Channel, value| {
            select_biased! {
                send(c.0, value) -> result => result.map(|()| 0).unwrap(),
                recv(c.1) -> got => got.unwrap(),
            }
        };
        let c2 = c.clone();
        let other = thread::spawn(move || both(&c2, 1));
        let got = both(&c, 2);
        let other = other.join().unwrap();
        assert!(matches!((other, got), (0, 1) | (2, 0)), "{other} {got}");
    });
}
