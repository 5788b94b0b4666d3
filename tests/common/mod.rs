//! What the tests share.
#![allow(dead_code)]

pub mod task;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::time::Duration;

/// Runs `f`, and ends the process if that takes so long that it must hang.
pub fn watched<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    watched_for(Duration::from_secs(300), f)
}

/// As `watched`, with another limit.
pub fn watched_for<R: Send + 'static>(limit: Duration, f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let result = f();
        let _ = done.send(());
        result
    });
    if wait.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
        eprintln!("the test hangs");
        std::process::abort();
    }
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Whether two threads can run at once.
pub fn several_processors() -> bool {
    std::thread::available_parallelism().is_ok_and(|count| count.get() > 1)
}

/// How many rounds of a race are tried, of which some meet in the moment that matters, where two threads run at once; where not, each signal may take a turn of
/// the processor.
pub fn race_rounds(most: usize) -> usize {
    match several_processors() {
        _ if cfg!(miri) => 5,
        true => most,
        false => 100,
    }
}

/// One of a few steps by which one thread of a race is later.
pub fn delay(n: usize) {
    std::hint::black_box(n);
}

/// Remembers where memory is that will be leaked, so that it does not count as leaked.
pub fn keep<T: ?Sized>(place: &T) {
    static KEPT: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    KEPT.lock().unwrap().push((place as *const T).cast::<()>() as usize);
}

/// A small generator of random numbers (xorshift).
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// A number that any thread may change. Who relies on it has joined those that did, or asks again until it is what it is to be.
#[derive(Debug, Default)]
pub struct Counter(AtomicUsize);

impl Counter {
    pub const fn new() -> Counter {
        Counter(AtomicUsize::new(0))
    }

    pub fn add(&self, n: usize) {
        self.0.fetch_add(n, Ordering::Relaxed); // ORDERING: no change is lost, and nothing else is learned from the number
    }

    pub fn sub(&self, n: usize) {
        self.0.fetch_sub(n, Ordering::Relaxed); // ORDERING: as in `add`
    }

    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed) // ORDERING: as in `add`
    }
}

/// A value that knows its sender and number, and counts how many are alive.
pub struct Tracked {
    pub sender: usize,
    pub number: u64,
    alive: Arc<Counter>,
}

impl Tracked {
    pub fn new(sender: usize, number: u64, alive: &Arc<Counter>) -> Tracked {
        alive.add(1);
        Tracked { sender, number, alive: alive.clone() }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.alive.sub(1);
    }
}
