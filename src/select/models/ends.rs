//! How a select ends without a value: by closing, or because nothing is ready.

use super::{channel, model, Peer, MANNER, SOON};
use crate::chan::Token;
use crate::select::look::{look, settle_on_none};
use crate::select::{Arm, Order, Port};
use crate::{after, Receiver, RecvError, Select, SendError, Sender};
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};
use loom::thread;
use std::sync::Arc;

/// M20. A select of receives against closing: it is woken, and takes the error; what was sent before comes first.
#[test]
fn a_receiving_select_is_woken_by_close() {
    for (cap, send) in [(0, false), (0, true), (1, false), (1, true)] {
        model("a receiving select is woken by close", move || {
            let (a, b) = (channel(cap), channel(cap));
            let closed = a.clone();
            let closer = thread::spawn(move || {
                let sent = send && closed.0.try_send(1).is_ok();
                assert!(closed.0.close());
                sent
            });
            let got = select! {
                recv(b.1) -> _ => unreachable!(),
                recv(a.1) -> value => value,
            };
            assert_eq!(got, if closer.join().unwrap() { Ok(1) } else { Err(RecvError) });
        });
    }
}

/// M20. A select of sends against closing: it is woken, and has its message back.
#[test]
fn a_sending_select_is_woken_by_close() {
    for cap in [0, 1] {
        model("a sending select is woken by close", move || {
            let (a, b) = (channel(cap), channel(cap));
            let _ = (a.0.try_send(0), b.0.try_send(0));
            let closed = a.clone();
            let closer = thread::spawn(move || assert!(closed.1.close()));
            let result = select! {
                send(b.0, 1) -> _ => unreachable!(),
                send(a.0, 2) -> result => result,
            };
            assert_eq!(result, Err(SendError(2)));
            closer.join().unwrap();
        });
    }
}

/// What a select with a default does when it has found nothing: it answers only if there was a moment at which nothing was ready.
fn settle<const N: usize>(ports: [&dyn Port; N]) -> Option<(usize, Token)> {
    let arms = ports.map(|port| Arm(Some(port)));
    settle_on_none(&arms, || look(&arms, Order::Given, MANNER))
}

/// A value moves from one arm to the other, and there is one all the time: a select with a default finds it.
#[test]
fn default_is_taken_only_if_no_arm_was_ready() {
    for whole in [false, true] {
        model("default is taken only if no arm was ready", move || {
            let (a, b) = (channel(1), channel(1));
            a.0.send(1).unwrap();
            let (from, to) = (a.clone(), b.clone());
            let mover = thread::spawn(move || {
                to.0.send(2).unwrap();
                let _ = from.1.try_recv();
            });
            let found = if whole {
                select_biased! {
                    recv(b.1) -> value => value.is_ok(),
                    recv(a.1) -> value => value.is_ok(),
                    default => false,
                }
            } else {
                settle([&b.1, &a.1]).is_some_and(|(i, token)| [&b.1, &a.1][i].finish(token).is_ok())
            };
            assert!(found, "one was ready all the time");
            mover.join().unwrap();
        });
    }
}

/// The same where the value moves back, too, or the room: each slot is as it was.
#[test]
fn default_is_taken_only_if_no_value_came_and_went() {
    for sending in [false, true] {
        model("default is taken only if no value came and went", move || {
            let (a, b) = (channel(1), channel(1));
            a.0.send(1).unwrap();
            let (from, to) = (a.clone(), b.clone());
            let mover = thread::spawn(move || {
                // With an eye on room the other way round: it is there before it is gone elsewhere.
                let moves = |from: &(Sender<i32>, Receiver<i32>), to: &(Sender<i32>, Receiver<i32>)| match sending {
                    true => from.1.try_recv().is_ok() && to.0.try_send(2).is_ok(),
                    false => to.0.try_send(2).is_ok() && from.1.try_recv().is_ok(),
                };
                let moved = moves(&from, &to);
                thread::yield_now();
                let _ = moved && moves(&to, &from);
            });
            let found = match sending {
                true => settle([&a.0, &b.0]).map(|(i, token)| [&a.0, &b.0][i].finish(token, 3).is_ok()),
                false => settle([&b.1, &a.1]).map(|(i, token)| [&b.1, &a.1][i].finish(token).is_ok()),
            };
            assert!(found.is_some(), "one was ready all the time");
            mover.join().unwrap();
        });
    }
}

/// The same for room.
#[test]
fn default_is_taken_only_if_there_was_no_room() {
    model("default is taken only if there was no room", || {
        let (a, b) = (channel(1), channel(1));
        b.0.send(1).unwrap();
        let (full, free) = (a.clone(), b.clone());
        let mover = thread::spawn(move || {
            free.1.recv().unwrap();
            let _ = full.0.try_send(1);
        });
        let found = settle([&b.0, &a.0]).map(|(i, token)| [&b.0, &a.0][i].finish(token, 2));
        assert_eq!(found, Some(Ok(())), "there was room all the time");
        mover.join().unwrap();
    });
}

/// The same where peers come and go.
#[test]
fn default_is_taken_only_if_no_peer_waited() {
    model("default is taken only if no peer waited", || {
        let (a, b) = (channel(0), channel(0));
        let (first, second) = (Arc::new(Peer::new(&a.1)), Arc::new(Peer::new(&b.1)));
        first.enlist(&a.1);
        let (from, to, first2, second2) = (a.clone(), b.clone(), first.clone(), second.clone());
        let mover = thread::spawn(move || {
            second2.enlist(&to.1);
            from.1.withdraw(&first2.waiter, None);
        });
        let found = settle([&b.0, &a.0]).map(|(i, token)| [&b.0, &a.0][i].finish(token, 2));
        assert_eq!(found, Some(Ok(())), "one waited all the time");
        mover.join().unwrap();
        b.1.withdraw(&second.waiter, None);
    });
}

/// The same where tasks come, alone, and are served by others: who sits is not counted, so nobody does where a select counts.
#[test]
fn default_is_taken_only_if_no_task_waited() {
    model("default is taken only if no task waited", || {
        let (a, b) = (channel(0), channel(0));
        let (from, to) = (a.clone(), b.clone());
        let cx = &mut Context::from_waker(Waker::noop());
        let mut first = Box::pin(from.1.recv_async());
        assert!(first.as_mut().poll(cx).is_pending());
        let selecting = thread::spawn(move || settle([&b.0, &a.0]).map(|(i, token)| [&b.0, &a.0][i].finish(token, 2)));
        let mut second = Box::pin(to.1.recv_async());
        let _ = second.as_mut().poll(cx);
        let _ = pin!(from.0.send_async(1)).poll(cx);
        assert_eq!(selecting.join().unwrap(), Some(Ok(())), "one waited all the time");
    });
}

/// The same where a place was held, and that hold ends, with a value, without one on a closed channel, or with room; then the peer of the other arm goes.
#[test]
fn default_is_taken_only_if_no_hold_ended() {
    for (sending, closed) in [(false, false), (false, true), (true, false)] {
        model("default is taken only if no hold ended", move || {
            let (a, b) = (channel(2), channel(0)); // two places: the one that is held is the first, or the last
            let (held, other) = (a.clone(), b.clone());
            let cx = &mut Context::from_waker(Waker::noop());
            let _ = b.0.version(); // so that whoever waits there does not sit, and is counted now
            let (mut sends, mut receives) = (Box::pin(other.0.send_async(2)), Box::pin(other.1.recv_async()));
            let mut select = Select::new();
            if sending {
                [1, 2].into_iter().for_each(|value| a.0.send(value).unwrap());
                select.recv(&held.1);
                assert!(receives.as_mut().poll(cx).is_pending());
            } else {
                select.send(&held.0);
                assert!(sends.as_mut().poll(cx).is_pending());
            }
            let hold = select.select();
            let _ = closed && held.0.close();
            let selecting = thread::spawn(move || match sending {
                true => settle([&a.0, &b.0]).map(|(i, token)| [&a.0, &b.0][i].finish(token, 3).is_ok()),
                false => settle([&a.1, &b.1]).map(|(i, token)| [&a.1, &b.1][i].finish(token).is_ok()),
            });
            match (sending, closed) {
                (true, _) => assert_eq!(hold.recv(&held.1), Ok(1)),
                (_, true) => drop(hold),
                _ => assert_eq!(hold.send(&held.0, 1), Ok(())),
            }
            drop((sends, receives));
            assert!(selecting.join().unwrap().is_some(), "one was ready all the time");
        });
    }
}

/// The same with room for what is behind the ring of an unbounded channel.
#[test]
fn default_is_taken_only_if_nothing_came_from_behind() {
    model("default is taken only if nothing came from behind", || {
        let (a, b) = (Arc::new(crate::unbounded()), channel(0));
        [1, 3].into_iter().for_each(|value| a.0.send(value).unwrap()); // there is one place in a model
        let (held, other) = (a.clone(), b.clone());
        let _ = b.0.version(); // as above
        let mut peer = Box::pin(other.0.send_async(2));
        assert!(peer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let mut select = Select::new();
        select.recv(&held.1);
        let hold = select.select();
        let selecting = thread::spawn(move || settle([&a.1, &b.1]).map(|(i, token)| [&a.1, &b.1][i].finish(token).is_ok()));
        assert_eq!(hold.recv(&held.1), Ok(1));
        drop(peer);
        assert!(selecting.join().unwrap().is_some(), "one was ready all the time");
    });
}

/// Time passes in a model by waiting for it: a timer is an arm like others, and the first of two ends a select.
#[test]
fn a_timer_ends_a_select() {
    model("a timer ends a select", || {
        let c = channel(0);
        let from = c.clone();
        let receiver = thread::spawn(move || from.1.recv_timeout(SOON).is_ok());
        let sent = select! {
            send(c.0, 1) -> result => result.is_ok(),
            recv(after(SOON)) -> _ => false,
            recv(after(SOON * 2)) -> _ => unreachable!(),
        };
        assert_eq!(receiver.join().unwrap(), sent);
        select! {
            recv(after(SOON * 2)) -> _ => unreachable!(),
            default(SOON) => {}
        }
        assert!(after(SOON).recv_timeout(SOON * 2).is_ok());
        assert!(after(SOON * 2).recv_timeout(SOON).is_err());
        let slow = after(SOON * 2);
        let mut select = Select::new();
        select.recv(&slow);
        assert_eq!((select.ready_timeout(SOON).is_ok(), select.ready()), (false, 0));
    });
}
