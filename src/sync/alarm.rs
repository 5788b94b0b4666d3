//! Waking tasks by the clock: one thread for the whole process, started when the first task waits for an instant.
//!
//! 1. For each entry of the heap there is a thread that will wake it: it is put in only after the thread was started. If that fails the next one tries again.
//! 2. Wakers are foreign code. They run while the heap is not locked, and their panics are contained: the thread goes on with the others, and so does who
//!    takes a wake-up back (about which a peer may have decided in the meantime).

use super::heap::{Heap, Ticket};
use super::{contain, Duration, Instant};
use core::task::Waker;
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};

/// Who is to be woken when.
static WAITING: Mutex<Heap<Waker>> = Mutex::new(Heap::new());
/// Notified when another entry has become the first.
static CHANGED: Condvar = Condvar::new();

/// At most one pending wake-up. Dropped, it is taken back.
#[derive(Debug)]
pub(crate) struct Alarm(Option<Ticket>);

impl Alarm {
    pub(crate) const fn new() -> Alarm {
        Alarm(None)
    }

    /// Wakes `waker` at `when`, instead of what was set before. Panics if there can be no thread for timers: then nothing is set.
    pub(crate) fn set(&mut self, when: Instant, waker: &Waker) {
        let waker = waker.clone(); // foreign code: before the lock
        self.cancel();
        start();
        let mut waiting = lock();
        let is_first = waiting.first().is_none_or(|first| when < first);
        self.0 = Some(waiting.insert(when, waker));
        drop(waiting);
        if is_first {
            CHANGED.notify_one();
        }
    }

    /// Takes the wake-up back.
    pub(crate) fn cancel(&mut self) {
        if let Some(ticket) = self.0.take() {
            let waker = lock().remove(ticket);
            contain(|| drop(waker)); // after the lock
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn lock() -> MutexGuard<'static, Heap<Waker>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner) // nothing panics under it but for want of memory
}

/// Starts the thread, unless it was. Whoever comes meanwhile waits for that.
fn start() {
    static STARTED: Once = Once::new();
    // By force: also after it has failed.
    STARTED.call_once_force(|_| {
        if let Err(error) = std::thread::Builder::new().name("rendez-timer".into()).spawn(run) {
            panic!("no thread for timers could be started: {error}");
        }
    });
}

fn run() {
    let mut waiting = lock();
    loop {
        let now = Instant::now();
        if let Some(waker) = waiting.pop(now) {
            drop(waiting);
            contain(|| waker.wake());
            waiting = lock();
        } else {
            let wait = waiting.first().map_or(Duration::from_secs(3600), |first| first - now);
            waiting = CHANGED.wait_timeout(waiting, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
