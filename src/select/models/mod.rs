//! Loom models of select.
//!
//! Channels are shared rather than moved, and go last: that their handles come and go is the matter of other models.

mod commit;
mod ends;
mod lazy;
mod meet;
mod ready;

use super::{Port, Storage};
use crate::chan::models::model;
use crate::chan::{Enlisted, Holding, Manner};
use crate::wait::{Claim, Patience, Phase, Waiter, Waker};
use crate::{bounded, Receiver, Sender};
use core::ptr;
use loom::thread;
use std::sync::Arc;
use std::time::Duration;

/// In a model any timed wait may end.
const MANNER: Manner = Manner { patience: Patience::Thread, hold: Holding::All };

const SOON: Duration = Duration::from_secs(1);

type Channel = Arc<(Sender<i32>, Receiver<i32>)>;

fn channel(cap: usize) -> Channel {
    Arc::new(bounded(cap))
}

/// A receiver of capacity 0 without a thread.
struct Peer {
    waiter: Waiter,
    claim: Box<Claim>,
    _storage: Storage,
}

#[allow(unsafe_code)]
// SAFETY: what two threads touch is atomic, or under the channel's lock.
unsafe impl Send for Peer {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl Sync for Peer {}

impl Peer {
    fn new(rx: &Receiver<i32>) -> Peer {
        let claim = Box::new(Claim::new());
        let mut storage = Storage::new();
        let waiter = Waiter::new(&*claim, 0, storage.place_for(rx));
        Peer { waiter, claim, _storage: storage }
    }

    #[allow(unsafe_code)]
    fn enlist(&self, rx: &Receiver<i32>) {
        assert!(rx.lock(None));
        // SAFETY: the lock is held; the waiter stays until it is withdrawn.
        let waker = unsafe { rx.enlist_locked(&self.waiter, false, &*self.claim) };
        // SAFETY: taken above.
        rx.ask_again(unsafe { rx.unlock() });
        waker.flatten().into_iter().for_each(Waker::wake);
    }
}

/// Enlists a receiver; after `then`, which brings a value if it could enlist, it has been told.
#[allow(unsafe_code)]
fn next_is_told(rx: &Receiver<i32>, then: impl FnOnce()) {
    let claim = Claim::new();
    let waiter = Waiter::new(&claim, 0, ptr::null_mut());
    // SAFETY: withdrawn below.
    let enlisted = unsafe { rx.enlist(&waiter, false, None) == Enlisted::Yes };
    then();
    assert!(!enlisted || claim.phase() == Phase::Ready(0), "a value is there, and nobody was told");
    rx.withdraw(&waiter, None);
}

/// M17, where `wait` waits for either channel, and takes a value of the first at most: it is told of that while it enlists in the second, which is ready
/// already.
fn told_while_it_enlists(name: &str, wait: fn(&Channel, &Channel)) {
    model(name, move || {
        let (a, b) = (channel(2), channel(1));
        let (to_a, to_b) = (a.clone(), b.clone());
        let sender = thread::spawn(move || {
            to_b.0.send(1).unwrap();
            to_a.0.send(2).unwrap();
            to_a.0.send(3).unwrap();
        });
        wait(&a, &b);
        next_is_told(&a.1, || sender.join().unwrap());
    });
}
