//! What can come of small programs: a coarse model finds all that is written down here, and no model finds anything else. (In full detail it would take
//! more preemptions, and more than a minute, to find all of it.)

use super::channel;
use loom::future::block_on;
use loom::thread;
use rendez::{after, select, select_async, tick, Receiver, RecvError};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(1);

fn assert_outcomes<R: Ord + Clone + Debug + Send + 'static>(expected: &[R], program: impl Fn() -> R + Send + Sync + 'static) {
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let all = found.clone();
    loom::model(move || {
        let outcome = program();
        all.lock().unwrap().insert(outcome);
    });
    let (found, expected) = (found.lock().unwrap(), BTreeSet::from_iter(expected.iter().cloned()));
    let ok = if cfg!(rendez_coarse) { *found == expected } else { found.is_subset(&expected) };
    assert!(ok, "{found:?}");
}

#[test]
fn of_attempts() {
    let expected = [
        ([true, false], [0, 0]),
        ([true, false], [0, 1]),
        ([true, false], [1, 0]),
        ([true, true], [0, 1]),
        ([true, true], [1, 0]),
        ([true, true], [1, 2]),
    ];
    assert_outcomes(&expected, || {
        let (tx, rx) = channel(1);
        let sender = thread::spawn(move || [1, 2].map(|n| tx.try_send(n).is_ok()));
        let got = [(); 2].map(|()| rx.try_recv().unwrap_or(0));
        (sender.join().unwrap(), got)
    });
}

#[test]
fn of_timeouts() {
    for (cap, expected) in [(0, vec![(false, 0), (true, 1)]), (1, vec![(true, 0), (true, 1)])] {
        assert_outcomes(&expected, move || {
            let (tx, rx) = channel(cap);
            let sender = thread::spawn(move || tx.send_timeout(1, SOON).is_ok());
            let got = rx.recv_timeout(SOON).unwrap_or(0);
            (sender.join().unwrap(), got)
        });
    }
}

/// The sender leaves, and so closes.
#[test]
fn of_closing() {
    for (cap, expected) in [
        (0, vec![((false, false), (0, 0)), ((false, true), (0, 2)), ((false, true), (2, 0)), ((true, false), (0, 1))]),
        (1, vec![((true, false), (0, 1)), ((true, false), (1, 0)), ((true, true), (0, 1)), ((true, true), (1, 2))]),
    ] {
        assert_outcomes(&expected, move || {
            let (tx, rx) = channel(cap);
            let sender = thread::spawn(move || (tx.try_send(1).is_ok(), tx.send_timeout(2, SOON).is_ok()));
            let got = (rx.try_recv().unwrap_or(0), rx.recv().unwrap_or(0));
            (sender.join().unwrap(), got)
        });
    }
}

#[test]
fn of_a_task() {
    for (cap, expected) in [(0, vec![(false, 0), (true, 1)]), (1, vec![(true, 1)])] {
        assert_outcomes(&expected, move || {
            let (tx, rx) = channel(cap);
            let sender = thread::spawn(move || tx.try_send(1).is_ok());
            let got = loom::future::block_on(async { rx.recv_async().await.unwrap_or(0) });
            (sender.join().unwrap(), got)
        });
    }
}

#[cfg(rendez_coarse)]
#[test]
fn of_two_receivers() {
    for (cap, expected) in [(0, vec![(0, 1), (1, 0)]), (1, vec![(0, 1), (1, 0)])] {
        assert_outcomes(&expected, move || {
            let (tx, rx) = channel(cap);
            let other = rx.clone();
            let receiver = thread::spawn(move || other.recv().unwrap_or(0));
            let sender = thread::spawn(move || tx.send(1).unwrap());
            let got = rx.try_recv().unwrap_or(0);
            sender.join().unwrap();
            (receiver.join().unwrap(), got)
        });
    }
}

#[cfg(rendez_coarse)]
#[test]
fn of_a_select() {
    for (cap, expected) in [
        (
            0,
            vec![
                ([0, 0], (false, false)),
                ([1, 0], (true, false)),
                ([1, 2], (true, true)),
                ([1, 3], (true, false)),
                ([2, 0], (false, true)),
                ([2, 3], (false, true)),
                ([3, 0], (false, false)),
                ([3, 1], (true, false)),
                ([3, 2], (false, true)),
                ([3, 3], (false, false)),
            ],
        ),
        (
            1,
            vec![
                ([1, 0], (true, true)),
                ([1, 2], (true, true)),
                ([1, 3], (true, true)),
                ([2, 1], (true, true)),
                ([3, 1], (true, true)),
                ([3, 2], (true, true)),
                ([3, 3], (true, true)),
            ],
        ),
    ] {
        assert_outcomes(&expected, move || {
            let ((a, from_a), (b, from_b)) = (channel(cap), channel(cap));
            let sender = thread::spawn(move || (a.send_timeout(1, SOON).is_ok(), b.send_timeout(2, SOON).is_ok()));
            let next = || {
                select! {
                    recv(from_a) -> n => n.unwrap_or(0),
                    recv(from_b) -> n => n.unwrap_or(0),
                    default(SOON) => 3,
                }
            };
            let got = [next(), next()];
            (got, sender.join().unwrap())
        });
    }
}

/// The last sender goes, and closes, while another is about to be made of a weak one.
#[test]
fn of_upgrading() {
    let expected = [(false, false), (false, true), (true, false)];
    assert_outcomes(&expected, || {
        let (tx, rx) = channel(1);
        let weak = tx.downgrade();
        let sender = thread::spawn(move || drop(tx));
        let another = weak.upgrade();
        let closed = rx.try_recv() == Err(rendez::TryRecvError::Disconnected);
        sender.join().unwrap();
        (another.is_some(), closed)
    });
}

/// What is drained may be more than waited at the beginning.
#[test]
fn of_draining() {
    let expected = [(vec![], false), (vec![1], false), (vec![1, 2], true)];
    assert_outcomes(&expected, || {
        let (tx, rx) = channel(0);
        let sender = thread::spawn(move || tx.send_many(&mut [1, 2].into()).is_ok());
        let came = rx.drain().collect::<Vec<_>>();
        drop(rx);
        (came, sender.join().unwrap())
    });
}

/// All tries may come too early.
#[test]
fn of_retrying() {
    assert_outcomes(&[(false, false), (true, true)], || {
        let (tx, rx) = channel(0);
        let sender = thread::spawn(move || (0..3).any(|_| tx.send_timeout(1, SOON).is_ok()));
        let came = rx.recv().is_ok();
        (sender.join().unwrap(), came)
    });
}

/// Who wakes by the clock, again and again, gives the others their turns: by a timeout or a timer, as a thread or a task.
#[test]
fn of_beats() {
    type Round = fn(&Receiver<u32>, &Receiver<Instant>) -> Option<Result<u32, RecvError>>;
    let rounds: [Round; 4] = [
        |jobs, _| select! { recv(jobs) -> job => Some(job), default(SOON) => None },
        |jobs, beat| select! { recv(jobs) -> job => Some(job), recv(beat) -> _ => None },
        |jobs, _| {
            block_on(async {
                select_async! { recv(jobs) -> job => Some(job), default(SOON) => None }
            })
        },
        |jobs, beat| {
            block_on(async {
                select_async! { recv(jobs) -> job => Some(job), recv(beat) -> _ => None }
            })
        },
    ];
    for round in rounds {
        assert_outcomes(&[1], move || {
            let (jobs, todo) = channel(1);
            let worker = thread::spawn(move || {
                let (mut sum, beat) = (0, tick(SOON));
                loop {
                    match round(&todo, &beat) {
                        Some(Ok(job)) => sum += job,
                        Some(Err(_)) => return sum,
                        None => {}
                    }
                }
            });
            jobs.send(1).unwrap();
            drop(jobs);
            worker.join().unwrap()
        });
    }
}

/// Two that share a timer: one of them gets its message.
#[test]
fn of_sharing_a_timer() {
    assert_outcomes(&[(false, true), (true, false)], || {
        let timer = after(SOON);
        let other = timer.clone();
        let thread = thread::spawn(move || other.try_recv().is_ok());
        let got = block_on(async {
            select_async! { recv(timer) -> _ => true, default(2 * SOON) => false }
        });
        drop(timer);
        (got, thread.join().unwrap())
    });
}
