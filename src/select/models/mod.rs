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
use crate::wait::{Claim, Patience, Waiter, Waker};
use crate::{bounded, Receiver, Sender};
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
