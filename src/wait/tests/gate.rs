//! The gate of a lock: nobody but a sleeper waits at it, and no sleeper for ever.

use crate::sync::Gate;
use std::cell::Cell;
use std::sync::{mpsc, Arc, Mutex};
use std::thread::spawn;
use std::time::Duration;

/// More than anything here takes.
const LONG: Duration = Duration::from_secs(10);

/// Who opens the gate never waits for who is on its way through it, which may have lost its processor there.
#[test]
fn the_gate_is_opened_whoever_stands_in_it() {
    let gate = Arc::new(Gate::new());
    let (inside, entered) = mpsc::channel();
    let frozen = Arc::new(Mutex::new(()));
    let held = frozen.lock().unwrap();
    let sleeper = {
        let (gate, frozen) = (gate.clone(), frozen.clone());
        spawn(move || {
            gate.pass(|| {
                let _ = inside.send(());
                drop(frozen.lock()); // here it loses its processor
                true
            });
        })
    };
    entered.recv().unwrap();
    let (done, opened) = mpsc::channel();
    let opener = spawn(move || {
        gate.open();
        let _ = done.send(());
    });
    let answer = opened.recv_timeout(LONG);
    drop(held);
    sleeper.join().unwrap();
    opener.join().unwrap();
    assert_eq!(answer, Ok(()), "an attempt that releases a lock waits for a thread that is frozen");
}

/// It was opened after an attempt that failed, and before the sleep that follows: the opener cannot wait for that, so the sleeper looks again.
#[test]
fn who_missed_the_opening_attempts_again() {
    let (done, passed) = mpsc::channel();
    spawn(move || {
        let gate = Gate::new();
        let attempts = Cell::new(0);
        gate.pass(|| {
            attempts.set(attempts.get() + 1);
            if attempts.get() == 1 {
                gate.open();
            }
            attempts.get() > 1
        });
        let _ = done.send(());
    });
    assert_eq!(passed.recv_timeout(LONG), Ok(()), "it sleeps for ever");
}
