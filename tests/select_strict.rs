//! What a select becomes keeps to the strictest rules that a crate can set itself, and leans on no name of the place where it stands.

#![forbid(unsafe_code, unused_parens, unused_braces, unused_variables, unused_mut, unused_must_use, unreachable_code, unused_labels)]
#![deny(warnings, let_underscore_drop, unused_qualifications, single_use_lifetimes, trivial_casts)]

use rendez::{bounded, select, select_async, Receiver};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[test]
fn every_arm_is_written_without_a_warning() {
    let (tx, rx) = bounded(1);
    select! { send(tx, 1) -> sent => assert!(sent.is_ok()), recv(rx) -> _ => {} }
    select! { biased; recv(rx) -> Ok(_) | Err(_), if true => {} send(tx, 2) -> _ => {}, default => {} else => {} }
    let task = async {
        select_async! {
            recv(rx) -> Ok(_) | Err(_) => 1,
            send(tx, 3) -> sent, if rx.is_empty() => i32::from(sent.is_ok()),
            future(rx.closed()) -> () => 2,
        }
    };
    assert_eq!(pin!(task).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(1));
    #[allow(clippy::needless_return)]
    fn leave(rx: &Receiver<i32>) -> u8 {
        select! { recv(rx) -> _ => return 1, default => return 2 }
    }
    assert_eq!((leave(&rx), leave(&rx)), (1, 2));
}

/// Where not even `Option` and `panic!` are known.
mod bare {
    #![no_implicit_prelude]
    use ::std::{assert, prelude::v1::test};

    #[test]
    fn without_a_prelude() {
        let (tx, rx) = ::rendez::bounded(1);
        ::rendez::select! { send(tx, 1) -> sent, if true => assert!(sent.is_ok()), default(::std::time::Duration::ZERO) => assert!(false) }
        ::rendez::select! { biased; recv(rx) -> msg => assert!(msg.is_ok()), else => assert!(false) }
        ::rendez::select_biased! { recv(rx) -> _ => assert!(false), default => {} }
        let task = async {
            ::rendez::select_async! { recv(rx) -> _ => {} future(::std::future::ready(())) -> () => {} }
        };
        ::std::mem::drop(task);
    }
}

/// Where the names of the standard library mean something else.
mod shadowed {
    #![allow(dead_code, unused_macros)]
    use rendez::{bounded, select};

    enum Option {
        None,
        Some,
    }
    struct Result;
    struct Ok;
    fn drop() {}
    macro_rules! panic {
        () => {};
    }
    macro_rules! unreachable {
        () => {};
    }

    #[test]
    fn with_other_names() {
        let (tx, rx) = bounded(1);
        select! { send(tx, 1) -> sent => assert!(sent.is_ok()) }
        select! { recv(rx) -> msg, if tx.is_full() => assert!(msg.is_ok()), default => assert!(tx.is_closed()) }
    }
}

#[test]
fn variables_of_the_same_names() {
    let (port, out) = bounded(1);
    let (won, token, first, rest, limit, storage, apart, held, message, i) = (1, 2, 3, 4, std::time::Duration::ZERO, 6, 7, 8, 9, 10);
    select! { send(port, held + message + i) -> sent, if won == 1 => assert!(sent.is_ok()), default(limit) => assert_eq!(rest, first) }
    let sum = select! { recv(out) -> msg => msg.map_or(0, |msg| msg + token + storage + apart), default(limit) => 0 };
    assert_eq!(sum, 27 + 15);
}
