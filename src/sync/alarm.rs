//! Waking tasks by the clock: one thread for the whole process, started when the first task waits for an instant.

use super::{Duration, Instant};
use core::task::Waker;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Who is to be woken when. Two may wait for the same instant: the number tells them apart.
type Key = (Instant, u64);

struct Clock {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: BTreeMap<Key, Waker>,
    next: u64,
    started: bool,
}

static CLOCK: Clock = Clock { state: Mutex::new(State { waiting: BTreeMap::new(), next: 0, started: false }), changed: Condvar::new() };

/// At most one pending wake-up. Dropped, it is taken back.
#[derive(Debug)]
pub(crate) struct Alarm(Option<Key>);

impl Alarm {
    pub(crate) const fn new() -> Alarm {
        Alarm(None)
    }

    /// Wakes `waker` at `when`, instead of what was set before.
    pub(crate) fn set(&mut self, when: Instant, waker: &Waker) {
        let waker = waker.clone(); // foreign code: before the lock
        self.cancel();
        let mut state = lock();
        let key = (when, state.next);
        state.next += 1;
        if !state.started {
            state.started = true;
            // Without a thread there are no timers: that is for the caller to know.
            std::thread::Builder::new().name("rendez-timer".into()).spawn(run).expect("a thread for timers");
        }
        let first = state.waiting.first_key_value().is_none_or(|(other, _)| key < *other);
        state.waiting.insert(key, waker);
        drop(state);
        self.0 = Some(key);
        if first {
            CLOCK.changed.notify_one();
        }
    }

    /// Takes the wake-up back.
    pub(crate) fn cancel(&mut self) {
        if let Some(key) = self.0.take() {
            let waker = lock().waiting.remove(&key);
            drop(waker); // foreign code: after the lock
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn lock() -> MutexGuard<'static, State> {
    CLOCK.state.lock().unwrap_or_else(PoisonError::into_inner) // nothing panics under it but for want of memory
}

fn run() {
    let mut state = lock();
    loop {
        let now = Instant::now();
        match state.waiting.first_entry() {
            Some(entry) if entry.key().0 <= now => {
                let waker = entry.remove();
                drop(state);
                super::contain(|| waker.wake());
                state = lock();
            }
            first => {
                let wait = first.map_or(Duration::from_secs(3600), |entry| entry.key().0 - now);
                state = CLOCK.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}
