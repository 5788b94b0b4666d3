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
