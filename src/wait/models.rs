//! Loom models of the claim and the lock, without a channel.

#![allow(unsafe_code)] // claiming, and places shared between threads

use super::claim::Claim;
use super::lag::Patience;
use super::lock::{Lock, HAS_RX, WAKE_RX, WAKE_TX};
use super::phase::Phase;
use super::waker::Waker;
use crate::models::model;
use crate::sync::{Cell, Deadline, Duration, Parker};
use loom::thread::spawn;
use std::sync::Arc;

/// A place that loom watches.
struct Watched(Cell<u32>);

// SAFETY: loom reports two threads in the cell at once.
unsafe impl Sync for Watched {}
// SAFETY: as above.
unsafe impl Send for Watched {}

impl Watched {
    fn new() -> Watched {
        Watched(Cell::new(0))
    }

    fn add(&self, more: u32) {
        // SAFETY: loom says whether another thread is in there.
        self.0.with_mut(|place| unsafe { *place += more });
    }

    fn get(&self) -> u32 {
        // SAFETY: loom says whether another thread is in there.
        self.0.with_mut(|place| unsafe { *place })
    }
}

/// A waiting operation and its place.
struct Operation {
    claim: Claim,
    place: Watched,
}

fn operation() -> Arc<Operation> {
    Arc::new(Operation { claim: Claim::new(), place: Watched::new() })
}

/// Tries to serve the operation on `arm`. Answers whether that was won.
fn serve(operation: &Operation, arm: usize, hold: bool) -> bool {
    // SAFETY: the claim outlives the model, so no lock is needed to keep it.
    let Some(won) = (unsafe { operation.claim.claim(arm, hold) }) else { return false };
    operation.place.add(arm as u32);
    won.done().into_iter().for_each(Waker::wake);
    true
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(1))
}

/// The end of a timed wait. `None`: the time was over.
fn decide(claim: &Claim, deadline: Deadline) -> Option<Phase> {
    match claim.sleep(deadline) {
        phase if phase.is_waiting() => match claim.quit() {
            Ok(()) => None,
            Err(phase) => Some(claim.settle(phase)),
        },
        phase => Some(phase),
    }
}

/// Two peers want to serve a sleeper: one does, and its value is there when the sleeper is awake.
#[test]
fn one_of_two_servers_wins() {
    model("claim: one of two servers wins", || {
        let operation = operation();
        let servers = [1, 2].map(|arm| {
            let operation = operation.clone();
            spawn(move || serve(&operation, arm, false))
        });
        let Phase::Done(arm) = operation.claim.sleep(Deadline::NEVER) else { panic!("not done") };
        assert_eq!(operation.place.get(), arm as u32);
        let won = servers.map(|server| server.join().unwrap());
        assert_eq!(won, [arm == 1, arm == 2]);
    });
}

/// A timeout against a peer: either the operation was performed, or nobody touches the place any more.
#[test]
fn a_timeout_against_a_server() {
    for hold in [false, true] {
        model("claim: a timeout against a server", move || {
            let operation = operation();
            let other = operation.clone();
            let server = spawn(move || serve(&other, 1, hold));
            let decided = decide(&operation.claim, soon());
            assert_eq!(operation.place.get(), decided.map_or(0, |_| 1));
            assert!(matches!(decided, None | Some(Phase::Done(1))));
            assert_eq!(server.join().unwrap(), decided.is_some());
        });
    }
}

/// Two peers and a timeout.
#[test]
fn a_timeout_against_two_servers() {
    model("claim: a timeout against two servers", || {
        let operation = operation();
        let servers = [1, 2].map(|arm| {
            let operation = operation.clone();
            spawn(move || serve(&operation, arm, false))
        });
        let arm = match decide(&operation.claim, soon()) {
            None => 0,
            Some(Phase::Done(arm)) => arm,
            Some(phase) => panic!("{phase:?}"),
        };
        assert_eq!(operation.place.get(), arm as u32);
        assert_eq!(servers.map(|server| server.join().unwrap()), [arm == 1, arm == 2]);
    });
}

/// An owner that is awake while a peer holds its claim sleeps until the peer has finished.
#[test]
fn an_owner_sleeps_while_it_is_held() {
    model("claim: an owner sleeps while it is held", || {
        let operation = operation();
        let other = operation.clone();
        // SAFETY: as in `serve`.
        let won = unsafe { operation.claim.claim(1, true) }.expect("open");
        let server = spawn(move || {
            other.place.add(1);
            won.done().into_iter().for_each(Waker::wake);
        });
        assert_eq!(operation.claim.settle(operation.claim.phase()), Phase::Done(1));
        assert_eq!(operation.place.get(), 1);
        server.join().unwrap();
    });
}

/// An owner that changes its waker against a peer: the waker that is in place when it sleeps is the one that is woken.
#[test]
fn a_waker_is_changed_against_a_server() {
    model("claim: a waker is changed against a server", || {
        let operation = operation();
        let other = operation.clone();
        let claim = &operation.claim;
        assert!(claim.park(Waker::Thread(Parker::new().unparker())).is_ok());
        let server = spawn(move || serve(&other, 1, false));
        let phase = match claim.unpark() {
            Ok(old) => {
                assert!(old.is_some());
                claim.sleep(Deadline::NEVER)
            }
            Err(phase) => claim.settle(phase),
        };
        assert_eq!((phase, operation.place.get()), (Phase::Done(1), 1));
        assert!(server.join().unwrap());
    });
}

/// A claim that was decided is used again: the peers of the first episode do not disturb the second.
#[test]
fn a_claim_is_used_again() {
    model("claim: a claim is used again", || {
        let operation = operation();
        for _ in 0..2 {
            let other = operation.clone();
            let server = spawn(move || serve(&other, 1, false));
            assert_eq!(operation.claim.sleep(Deadline::NEVER), Phase::Done(1));
            server.join().unwrap();
            operation.claim.reopen();
        }
        assert_eq!(operation.place.get(), 2);
    });
}

/// A lock, what it guards, and what has been served.
struct Guarded {
    lock: Lock,
    place: Watched,
    served: [Watched; 2],
}

fn guarded() -> Arc<Guarded> {
    Arc::new(Guarded { lock: Lock::new(), place: Watched::new(), served: [Watched::new(), Watched::new()] })
}

impl Guarded {
    /// Releases, serving what was requested meanwhile.
    fn release(&self, hints: u64) {
        self.place.add(1);
        while let Err(requests) = self.lock.try_release(hints) {
            self.place.add(1);
            self.served[0].add(u32::from(requests & WAKE_RX != 0));
            self.served[1].add(u32::from(requests & WAKE_TX != 0));
        }
    }

    fn request(&self, requests: u64) {
        if self.lock.request(requests) {
            self.release(0);
        }
    }
}

/// Three threads exclude each other, whichever way they take the lock.
#[test]
fn holders_exclude_each_other() {
    model("lock: holders exclude each other", || {
        let guarded = guarded();
        let (trying, locking) = (guarded.clone(), guarded.clone());
        let first = spawn(move || {
            let held = trying.lock.try_lock(|| Patience::Thread, 0);
            if held {
                trying.release(0);
            }
            held
        });
        let second = spawn(move || {
            locking.lock.lock();
            locking.release(0);
        });
        guarded.lock.lock();
        guarded.release(0);
        let held = first.join().unwrap();
        second.join().unwrap();
        guarded.lock.lock();
        assert_eq!(guarded.place.get(), 2 + u32::from(held));
    });
}

/// A request against a holder that releases: one of the two serves it, once.
#[test]
fn a_request_is_served_by_the_holder_or_the_requester() {
    model("lock: a request is served by the holder or the requester", || {
        let guarded = guarded();
        let other = guarded.clone();
        let holder = spawn(move || {
            other.lock.lock();
            other.release(0);
        });
        guarded.request(WAKE_RX);
        holder.join().unwrap();
        assert_eq!((guarded.served[0].get(), guarded.served[1].get()), (1, 0));
    });
}

/// Two requests of different kinds against a holder: both are served, and what was done before each is seen by who serves it.
#[test]
fn two_requests_are_served() {
    model("lock: two requests are served", || {
        let guarded = guarded();
        guarded.lock.lock();
        let other = guarded.clone();
        let requester = spawn(move || other.request(WAKE_TX));
        let another = guarded.clone();
        let second = spawn(move || another.request(WAKE_RX));
        guarded.release(HAS_RX);
        requester.join().unwrap();
        second.join().unwrap();
        assert_eq!((guarded.served[0].get(), guarded.served[1].get()), (1, 1));
    });
}

/// Who serves a request sees what was done before it.
#[test]
fn a_request_publishes_what_came_before() {
    model("lock: a request publishes what came before", || {
        let guarded = guarded();
        let news = Arc::new(Watched::new());
        let (other, writing) = (guarded.clone(), news.clone());
        guarded.lock.lock();
        let requester = spawn(move || {
            writing.add(1);
            other.request(WAKE_RX);
        });
        if guarded.lock.try_release(0).is_err() {
            assert_eq!(news.get(), 1);
            guarded.release(0);
        }
        requester.join().unwrap();
    });
}

/// The hints that a release leaves are there for who finds the lock free, and not while it is held.
#[test]
fn hints_are_those_of_the_last_release() {
    model("lock: hints are those of the last release", || {
        let guarded = guarded();
        let other = guarded.clone();
        let holder = spawn(move || {
            other.lock.lock();
            other.release(HAS_RX);
            other.lock.hints()
        });
        let seen = guarded.lock.hints();
        assert!(matches!(seen, None | Some(0 | HAS_RX)));
        assert_eq!(holder.join().unwrap(), Some(HAS_RX));
    });
}
