//! What can be written in a `select!`, and what of it is evaluated when.

#![allow(unreachable_code, clippy::diverging_sub_expression, clippy::never_loop)] // messages that leave early

mod common;

use common::{watched, Counter, Tracked};
use rendez::{after, bounded, never, rendezvous, select, select_biased, Receiver, RecvError, Select, SendError, Sender, TrySendError};
use std::cell::Cell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);
const LONG: Duration = Duration::from_secs(100);

fn with_value<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = bounded(1);
    assert!(tx.send(value).is_ok());
    (tx, rx)
}

#[test]
fn commas_may_trail_and_are_not_needed_after_blocks() {
    let (tx, rx) = bounded(1);
    select! { send(tx, 1) -> res => res.unwrap() }
    select! { recv(rx) -> msg => assert_eq!(msg, Ok(1)), }
    select! { send(tx, 2,) -> res => res.unwrap(), default => panic!() }
    select! { recv(rx,) -> msg => { assert_eq!(msg, Ok(2)) } default(LONG,) => panic!(), }
    select! {
        recv(rx) -> _ => { panic!() }
        send(tx, 3) -> res => { res.unwrap() }
        default => { panic!() }
    }
    select! {
        biased;
        recv(rx) -> msg => { assert_eq!(msg, Ok(3)) },
        send(tx, 4) -> _ => panic!(),
        default() => {},
    }
    select_biased! { biased; recv(rx) -> _ => panic!(), default => {} }
}

#[test]
fn default_may_stand_anywhere() {
    let (_tx, rx) = with_value(1);
    let empty = never::<u32>();
    assert_eq!(select! { default => 0, recv(rx) -> msg => msg.unwrap() }, 1);
    assert_eq!(select! { recv(empty) -> _ => 1, default(SHORT) => 0, recv(empty) -> _ => 2 }, 0);
    assert_eq!(select! { else => 3, default => 0, recv(empty) -> _ => 1 }, 0);
}

#[test]
fn a_select_is_an_expression_of_any_type() {
    let (_tx, rx) = with_value(5);
    let text = select! { recv(rx) -> msg => format!("{msg:?}"), default => String::new() };
    assert_eq!(text, "Ok(5)");
    let both = (select! { default => 1 }, select! { default(Duration::ZERO) => { let x = 1; x + 1 } });
    assert_eq!(both, (1, 2));
    let closure = |rx: &Receiver<u32>| select! { recv(rx) -> msg => msg, default => Err(RecvError) };
    assert_eq!(closure(&rx), Err(RecvError));
}

#[test]
fn patterns_take_messages_apart() {
    let (tx, rx) = bounded(4);
    tx.send((1, "one")).unwrap();
    tx.send((2, "two")).unwrap();
    let n = select! {
        recv(rx) -> msg => { let Ok((n, "one")) = msg else { panic!() }; n }
    };
    assert_eq!(n, 1);
    #[allow(unused_mut)]
    {
        select! { recv(rx) -> mut msg => { msg = Err(RecvError); assert!(msg.is_err()) } }
    }
    select! { send(tx, (3, "three")) -> Ok(()) | Err(SendError(_)) => {} }
    select! { recv(rx) -> ref msg => assert_eq!(msg.as_ref().unwrap().0, 3) }
    tx.close();
    select! { recv(rx) -> Ok((_, _)) | Err(RecvError) => {} }
}

struct Holder {
    tx: Sender<u32>,
    rx: Receiver<u32>,
    boxed: Box<Receiver<u32>>,
    more: Vec<Arc<Receiver<u32>>>,
}

impl Holder {
    fn make() -> Holder {
        let (tx, rx) = bounded(4);
        (0..4).for_each(|i| tx.send(i).unwrap());
        Holder { boxed: Box::new(rx.clone()), more: vec![Arc::new(rx.clone())], tx, rx }
    }

    fn rx(&self) -> Option<&Receiver<u32>> {
        Some(&self.rx)
    }
}

#[test]
fn a_handle_may_be_a_place_a_reference_a_pointer_or_a_temporary() {
    let holder = Holder::make();
    let on = std::hint::black_box(true);
    select! { recv(holder.rx) -> msg => assert_eq!(msg, Ok(0)) }
    select! { recv(&holder.rx) -> msg => assert_eq!(msg, Ok(1)) }
    select! { recv(holder.boxed) -> msg, if on => assert_eq!(msg, Ok(2)) }
    select! { recv(holder.more[0]) -> msg, if on => assert_eq!(msg, Ok(3)) }
    select! { recv(Holder::make().rx().unwrap()) -> msg => assert_eq!(msg, Ok(0)) }
    select! { recv(Holder::make().rx().unwrap()) -> msg, if on => assert_eq!(msg, Ok(0)) }
    select! { recv(Holder::make().rx) -> msg, if on => assert_eq!(msg, Ok(0)) }
    select! { recv(if on { &holder.rx } else { &*holder.boxed }) -> _ => panic!(), default => {} }
    select! { recv(match on { true => Some(&holder.rx), false => None }.unwrap()) -> _, if on => panic!(), default => {} }
    select! { send(&&holder.tx, 9) -> res => res.unwrap() }
    select! { send(holder.tx.clone(), 8) -> res, if on => res.unwrap() }
    select! { recv(after(SHORT)) -> msg => assert!(msg.is_ok()), recv(after(LONG)) -> _, if on => panic!() }
    select! { recv(after(SHORT)) -> _ => {} recv(bounded::<u32>(1).1) -> msg => assert_eq!(msg, Err(RecvError)) }
    assert_eq!(holder.rx.try_iter().collect::<Vec<_>>(), [9, 8], "the handles were not consumed");
}

/// A body, a handle, a message and a condition that another macro has taken as expressions.
#[test]
fn a_select_may_stand_in_another_macro() {
    macro_rules! first_of {
        ($rx:expr, $tx:expr, $msg:expr, $cond:expr, $time:expr, $a:expr, $b:expr, $c:literal) => {
            select! { recv($rx) -> _, if $cond => $a, send($tx, $msg) -> _, if !$cond => $b, default($time) => $c }
        };
    }
    let (tx, rx) = with_value(1);
    assert_eq!(first_of!(rx, tx, 1 + 1, true, SHORT, 10, { 20 }, 30), 10);
    assert_eq!(first_of!(&rx, &tx, 1 + 1, tx.is_full(), SHORT, 10, { 20 }, 30), 20);
    assert_eq!(first_of!(rx, tx, { 3 }, 1 + 1 == 3, SHORT, 10, { 20 }, 30), 30);
    assert_eq!(rx.recv(), Ok(2));
}

#[test]
fn an_arm_that_is_switched_off_is_not_evaluated() {
    let (_tx, rx) = with_value(1);
    let off = std::hint::black_box(false);
    let chosen = select! {
        recv({ panic!("evaluated"); &rx }) -> _, if off => 1,
        send({ panic!("evaluated"); &_tx }, panic!("evaluated")) -> _, if off => 2,
        recv(rx) -> _, if !off => 3,
    };
    assert_eq!(chosen, 3);
}

#[test]
fn all_arms_off_means_else_or_default_or_a_panic() {
    let (tx, rx) = with_value(1);
    let off = std::hint::black_box(false);
    assert_eq!(select! { recv(rx) -> _, if off => 1, send(tx, 1) -> _, if off => 2, else => 3 }, 3);
    assert_eq!(select! { recv(rx) -> _, if off => 1, default => 2, else => 3 }, 3, "`else` before `default`");
    assert_eq!(select! { recv(rx) -> _, if off => 1, default => 2 }, 2);
    assert_eq!(select! { recv(rx) -> _, if off => 1, default(SHORT) => 2 }, 2);
    assert_eq!(select! { recv(rx) -> _, if !off => 1, else => 3 }, 1);
    let panic = catch_unwind(AssertUnwindSafe(|| select! { recv(rx) -> _, if off => {} }));
    let text = *panic.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(text, "every arm of the select is switched off, and it has neither `default` nor `else`");
}

#[test]
fn arms_follow_the_conditions_of_the_build() {
    let (_tx, rx) = with_value(1);
    let chosen = select! {
        #[cfg(any())]
        recv(no_such_name) -> msg => no_such_function(msg),
        #[cfg(not(any()))]
        recv(rx) -> msg => msg.unwrap(),
        #[cfg(any())]
        send(no_such_name, 1) -> _, if no_such_name => { no_such_function() }
        #[cfg(test)]
        #[cfg(debug_assertions)]
        recv(never::<u32>()) -> _ => 3,
        #[cfg(any())]
        default => no_such_function(),
        #[cfg(all(test, not(any())))]
        default => 2,
        #[cfg(any())]
        else => no_such_function()
    };
    assert_eq!(chosen, 1);
}

#[test]
fn bodies_may_leave_loops_and_functions() {
    fn sum(rx: &Receiver<u32>) -> Result<u32, RecvError> {
        let mut sum = 0;
        'outer: loop {
            for _ in 0..3 {
                select! {
                    recv(rx) -> msg => match msg? {
                        0 => continue 'outer,
                        1 => break 'outer,
                        2 => continue,
                        3 => break,
                        100 => return Ok(100),
                        n => sum += n,
                    },
                }
            }
        }
        Ok(sum)
    }
    let (tx, rx) = bounded(10);
    for (values, result) in [(&[0, 2, 3, 10, 20, 1][..], Ok(30)), (&[100], Ok(100)), (&[], Err(RecvError))] {
        values.iter().for_each(|value| tx.send(*value).unwrap());
        if values.is_empty() {
            tx.close();
        }
        assert_eq!(sum(&rx), result);
    }
}

#[test]
fn sixty_four_arms() {
    macro_rules! many {
        ($rx:ident, $($i:literal)*) => { select! { $(recv($rx[$i]) -> msg => (msg.unwrap(), $i),)* } };
    }
    let channels: Vec<_> = (0..64).map(|_| bounded(1)).collect();
    let (tx, rx): (Vec<_>, Vec<_>) = channels.into_iter().unzip();
    for i in [0, 1, 31, 62, 63] {
        tx[i].send("here").unwrap();
        let won = many!(rx, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39
            40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
        assert_eq!(won, ("here", i));
    }
}

/// Waits until somebody waits to receive at capacity 0.
fn until_received_from<T>(tx: &Sender<T>) {
    let mut select = Select::new();
    select.send(tx);
    while select.try_ready().is_err() {
        thread::yield_now();
    }
}

type Receiving = fn(&Receiver<Tracked>) -> Result<Tracked, RecvError>;

type LeaveEarly = fn(&Sender<Tracked>) -> Result<(), RecvError>;

/// All the ways out of a message expression.
const WAYS_OUT: &[(&str, LeaveEarly)] = &[
    ("panic", |tx| {
        let panic = catch_unwind(|| select! { send(tx, panic!("in the message")) -> _ => unreachable!() });
        assert!(panic.is_err());
        Ok(())
    }),
    ("return", |tx| select! { send(tx, return Ok(())) -> _ => unreachable!() }),
    ("?", |tx| select! { send(tx, Err(RecvError)?) -> _ => unreachable!() }),
    ("break", |tx| loop {
        select! { send(tx, break Ok(())) -> _ => unreachable!() }
    }),
    ("continue", |tx| {
        let mut again = true;
        while std::mem::take(&mut again) {
            select! { send(tx, continue) -> _ => unreachable!() }
        }
        Ok(())
    }),
    ("a panic beside an arm that waits", |tx| {
        let panic = catch_unwind(|| select! { recv(never::<u32>()) -> _ => {} send(tx, panic!("in the message")) -> _ => unreachable!() });
        assert!(panic.is_err());
        Ok(())
    }),
];

#[test]
fn a_message_that_leaves_early_leaves_the_peer_waiting_as_before() {
    let receives: [Receiving; 3] = [
        |rx| rx.recv(),
        |rx| select! { recv(rx) -> msg => msg, recv(never::<Tracked>()) -> msg => msg },
        |rx| {
            let mut select = Select::new();
            select.recv(rx);
            select.select().recv(rx)
        },
    ];
    watched(move || {
        let alive = Arc::new(Counter::new());
        for (way, leave) in WAYS_OUT {
            for receive in receives {
                let (tx, rx) = rendezvous();
                thread::scope(|s| {
                    let peer = s.spawn(|| receive(&rx));
                    for _ in 0..3 {
                        until_received_from(&tx);
                        let _ = leave(&tx);
                    }
                    // It can be had as before: by a plain send, and by nobody else.
                    assert!(tx.send(Tracked::new(0, 7, &alive)).is_ok());
                    assert_eq!(peer.join().unwrap().unwrap().number, 7, "{way}");
                });
                assert!(matches!(tx.try_send(Tracked::new(0, 8, &alive)), Err(TrySendError::Full(_))), "{way}: nobody waits any more");
            }
        }
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}

#[test]
fn a_message_that_leaves_early_leaves_a_buffer_as_it_was() {
    let alive = Arc::new(Counter::new());
    for (way, leave) in WAYS_OUT {
        for before in 0..3 {
            let (tx, rx) = bounded(3);
            (0..before).for_each(|i| assert!(tx.send(Tracked::new(0, i, &alive)).is_ok()));
            // A place behind a value cannot be had back before that value is gone.
            for _ in 0..if before == 0 { 5 } else { 3 - before } {
                let _ = leave(&tx);
            }
            // No value is lost, none appears, and the place can be used again once those before it are gone.
            let after = (before..).take_while(|i| tx.try_send(Tracked::new(0, *i, &alive)).is_ok()).count() as u64;
            assert!((0..before + after).eq(rx.try_iter().map(|value| value.number)), "{way}, {before} before");
            assert_eq!((0..9).take_while(|i| tx.try_send(Tracked::new(0, *i, &alive)).is_ok()).count(), 3, "{way}, {before} before");
            assert_eq!(rx.try_iter().count(), 3, "{way}");
        }
    }
}

#[test]
fn while_the_message_is_made_the_send_is_not_there_yet() {
    watched(|| {
        for cap in [1, 3] {
            let (tx, rx) = bounded(cap);
            select! {
                send(tx, {
                    assert!(rx.try_recv().is_err());
                    assert!(rx.recv_timeout(SHORT).is_err());
                    1
                }) -> res => res.unwrap(),
            }
            assert_eq!(rx.try_recv(), Ok(1));
        }
        // At capacity 0 the peer is held: others see it no more, and it sees nothing.
        let (tx, rx) = rendezvous();
        thread::scope(|s| {
            let peer = s.spawn(|| rx.recv());
            until_received_from(&tx);
            select! {
                send(tx, {
                    assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
                    1
                }) -> res => res.unwrap(),
            }
            assert_eq!(peer.join().unwrap(), Ok(1));
        });
    });
}

/// The message may use the other side of other channels, and even select.
#[test]
fn a_message_may_come_from_another_select() {
    let (inner, source) = with_value(6);
    let (tx, rx) = bounded(1);
    select! { send(tx, select! { recv(source) -> msg => msg.unwrap() + 1 }) -> res => res.unwrap() }
    assert_eq!((rx.try_recv(), inner.is_empty()), (Ok(7), true));
}

#[test]
fn a_handle_or_condition_that_leaves_early_leaves_nothing_behind() {
    fn leaves(tx: &Sender<u32>, rx: &Receiver<u32>, how: u32) -> Option<()> {
        {
            select! {
                send(tx, 1) -> _ => {}
                recv(match how { 0 => return None, 1 => None::<&Receiver<u32>>?, 2 => panic!("in the handle"), _ => rx }) -> _ => {}
                recv(rx) -> _, if match how { 3 => return None, 4 => None?, _ => panic!("in the condition") } => {}
            }
        }
        Some(())
    }
    let (tx, rx) = bounded(1);
    for how in 0..6 {
        assert!(!matches!(catch_unwind(|| leaves(&tx, &rx, how)), Ok(Some(()))));
        assert!(rx.is_empty(), "no arm took effect");
    }
}

#[test]
fn messages_are_evaluated_once_and_only_in_the_winner() {
    watched(|| {
        let made = Cell::new(0);
        let make = || made.replace(made.get() + 1);
        // Not for a default, nor a timeout.
        let (tx, rx) = rendezvous();
        select! { send(tx, make()) -> _ => panic!(), default => {} }
        select! { send(tx, make()) -> _ => panic!(), default(SHORT) => {} }
        assert_eq!(made.get(), 0);
        // A send on a closed channel has won too: its error gives the message back.
        let (closed, _) = bounded(1);
        select! { send(closed, make()) -> res => assert_eq!(res, Err(SendError(0))) }
        // In a select that had to wait.
        thread::scope(|s| {
            let peer = s.spawn(|| rx.recv());
            select! { send(tx, make()) -> res => res.unwrap(), send(tx, make()) -> res => res.unwrap() }
            assert_eq!((peer.join().unwrap(), made.get()), (Ok(1), 2));
        });
    });
}

#[test]
fn values_too_large_for_a_frame_or_of_no_size_pass_through_a_select() {
    watched(|| {
        fn pass<T: Send + Sync + Copy + PartialEq + std::fmt::Debug>(value: T) {
            let (tx, rx) = rendezvous();
            let (_open, silent) = rendezvous::<u8>();
            thread::scope(|s| {
                s.spawn(|| tx.send(value).unwrap());
                select! { recv(rx) -> msg => assert_eq!(msg, Ok(value)), recv(silent) -> _ => panic!() }
                s.spawn(|| select! { recv(rx) -> msg => assert_eq!(msg, Ok(value)), recv(silent) -> _ => panic!() });
                select! { send(tx, value) -> res => res.unwrap(), recv(silent) -> _ => panic!() }
            });
        }
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[repr(align(256))]
        struct Aligned(u8);
        pass(());
        pass([1_u8; 64]);
        pass([2_u64; 1000]);
        pass(Aligned(3));
    });
}
