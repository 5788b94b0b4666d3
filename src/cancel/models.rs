//! However a cancel meets the birth of a child, the child hears of it.

use super::CancelToken;
use crate::models::model;
use loom::thread;

/// A cancel against the birth of a child: it hears of it, and so does its elder.
#[test]
fn cancel_against_birth() {
    model("cancel_against_birth", || {
        let root = CancelToken::new();
        let elder = root.child();
        let canceller = root.clone();
        let thread = thread::spawn(move || canceller.cancel());
        let younger = root.child(); // looks after the elder's link meanwhile
        assert!(thread.join().unwrap());
        assert!(elder.is_cancelled() && younger.is_cancelled());
    });
}

/// The last to drop a token need not be the one that cancelled it, and comes after whoever used it.
#[test]
fn a_token_ends_anywhere() {
    model("a_token_ends_anywhere", || {
        let token = CancelToken::new();
        let child = token.child();
        let thread = thread::spawn(move || child.done().wait_closed());
        token.cancel();
        drop(token);
        thread.join().unwrap();
    });
}

/// Nor need the last to drop a timer be the one that had its message.
#[test]
fn a_timer_ends_anywhere() {
    model("a_timer_ends_anywhere", || {
        let timer = crate::after(crate::sync::Duration::from_secs(1));
        let other = timer.clone();
        let thread = thread::spawn(move || other.try_recv().is_ok());
        let got = timer.recv_timeout(crate::sync::Duration::from_secs(2)).is_ok();
        drop(timer);
        assert!(got != thread.join().unwrap());
    });
}
