//! A select that meets at one arm while it is awake, and then goes on as any other. (A model has no time to stay awake, so it leaves at any moment.)

use super::{channel, model, Channel, SOON};
use crate::chan::{Holding, Manner};
use crate::select::meet::{meet, Met};
use crate::select::{Arm, Storage};
use crate::sync::Deadline;
use crate::wait::Patience;
use crate::{never, RecvError};
use loom::thread;

/// What was received by an arm of `a`, which is also where it stays awake, or of `b`.
fn meet_at_first(a: &Channel, b: &Channel) -> Option<Result<i32, RecvError>> {
    let mut storage = Storage::new();
    let arms = [Arm(Some(&a.1)), Arm(Some(&b.1))];
    match meet(&arms, 0, Manner { patience: Patience::Thread, hold: Holding::Sends }, &mut storage, Deadline::NEVER) {
        Met::Won(at, token) => Some([&a.1, &b.1][at].finish(token)),
        _ => None,
    }
}

/// M26. A sender comes while the select enlists at one arm, or leaves it: its value is taken, or stays with it.
#[test]
fn a_select_that_meets_takes_one_of_two_sends() {
    model("a select that meets takes one of two sends", || {
        let (a, b) = (channel(0), channel(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || (to_a.0.send_timeout(1, SOON).is_ok(), to_b.0.try_send(2).is_ok()));
        let got = meet_at_first(&a, &b).unwrap_or_else(|| {
            select! {
                recv(a.1) -> value => value,
                recv(b.1) -> value => value,
                default(SOON) => Ok(0),
            }
        });
        assert_eq!(sender.join().unwrap(), (got == Ok(1), got == Ok(2)));
        assert!(a.0.try_send(3).is_err(), "its waiter has stayed behind");
    });
}

/// M26. A waiting select is called by one that does not stay, and comes in vain, or for its next try: they meet all the same.
#[test]
fn a_select_that_meets_is_met_by_a_sending_one() {
    model("a select that meets is met by a sending one", || {
        let (a, b) = (channel(0), channel(0));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sending = thread::spawn(move || {
            select_biased! {
                send(to_b.0, 2) -> result => result.map(|()| 2).unwrap(),
                send(to_a.0, 1) -> result => result.map(|()| 1).unwrap(),
            }
        });
        let got = meet_at_first(&a, &b).unwrap_or_else(|| {
            select_biased! {
                recv(a.1) -> value => value,
                recv(b.1) -> value => value,
            }
        });
        assert_eq!(Ok(sending.join().unwrap()), got);
    });
}

/// M26. It is won, and given up again: it waits on.
#[test]
fn a_select_that_meets_goes_on_when_a_message_leaves() {
    model("a select that meets goes on when a message leaves", || {
        let (a, b) = (channel(0), channel(0));
        let to_a = a.clone();
        let sender = thread::spawn(move || {
            let leave = || {
                select! {
                    send(to_a.0, None?) -> _ => unreachable!(),
                    recv(never::<i32>()) -> _ => unreachable!(),
                }
            };
            let _: Option<()> = leave();
            to_a.0.send(1).unwrap();
        });
        let got = meet_at_first(&a, &b).unwrap_or_else(|| a.1.recv());
        assert_eq!(got, Ok(1));
        sender.join().unwrap();
    });
}

/// M26. The channel is closed meanwhile.
#[test]
fn a_select_that_meets_is_told_of_close() {
    model("a select that meets is told of close", || {
        let (a, b) = (channel(0), channel(0));
        let of_a = a.clone();
        let closing = thread::spawn(move || assert!(of_a.0.close()));
        let got = meet_at_first(&a, &b).unwrap_or_else(|| a.1.recv());
        assert_eq!(got, Err(RecvError));
        closing.join().unwrap();
    });
}
