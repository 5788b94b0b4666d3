//! The real machine's side of the wall.

use super::{Deadline, Duration, Instant};
use std::marker::PhantomData;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError, TryLockError};
use std::thread::{self, Thread};

pub(crate) use super::cell::{init_cell, Cell};
pub(crate) use std::alloc::{alloc, dealloc};
pub(crate) use std::hint::spin_loop as pause;
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize};
pub(crate) use std::thread::yield_now;

/// What a coarse model makes of an operation. Here it is nothing.
#[derive(Debug)]
pub(crate) struct Step;

impl Step {
    pub(crate) const fn new() -> Step {
        Step
    }

    #[inline(always)]
    pub(crate) fn take(&self) {}
}

/// The current thread, able to sleep. Bound to the thread that made it.
pub(crate) struct Parker {
    thread: Thread,
    not_send: PhantomData<*const ()>,
}

impl Parker {
    pub(crate) fn new() -> Parker {
        Parker { thread: thread::current(), not_send: PhantomData }
    }

    pub(crate) fn unparker(&self) -> Unparker {
        Unparker(self.thread.clone())
    }

    /// Sleeps until unparked, until the deadline, or for no reason at all. Answers whether the deadline has passed.
    pub(crate) fn park(&self, deadline: Deadline) -> bool {
        match deadline.instant() {
            None => thread::park(),
            Some(when) => match when.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => thread::park_timeout(left),
                _ => return true,
            },
        }
        false
    }
}

/// Wakes the thread of a [`Parker`].
#[derive(Debug)]
pub(crate) struct Unparker(Thread);

impl Unparker {
    pub(crate) fn unpark(self) {
        self.0.unpark();
    }
}

/// The longest sleep at the gate, before another attempt: an `open` may have been missed.
const MISSED: Duration = Duration::from_millis(5);

/// How often `open` looks whether the gate is free.
const LOOKS: u32 = 64;

#[cfg(all(test, not(loom)))]
thread_local! {
    /// How often this thread has slept at a gate until it was woken, and how often until it looked again by itself.
    pub(crate) static SLEPT: std::cell::RefCell<[u32; 2]> = const { std::cell::RefCell::new([0; 2]) };
}

/// Where threads sleep that could not have a lock at once.
#[derive(Debug)]
pub(crate) struct Gate {
    mutex: Mutex<()>,
    condvar: Condvar,
}

impl Gate {
    pub(crate) const fn new() -> Gate {
        Gate { mutex: Mutex::new(()), condvar: Condvar::new() }
    }

    /// Sleeps until `attempt` succeeds. `attempt` runs with the gate held, so an `open` that follows a failed attempt, and finds the gate free, wakes. One
    /// that does not find it free may come in the few instructions between a failed attempt and the sleep, and is missed: that costs one sleep of
    /// `MISSED`, and no more.
    #[cold]
    pub(crate) fn pass(&self, mut attempt: impl FnMut() -> bool) {
        let mut held = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        while !attempt() {
            let slept = self.condvar.wait_timeout(held, MISSED).unwrap_or_else(PoisonError::into_inner);
            #[cfg(all(test, not(loom)))]
            SLEPT.with(|counts| counts.borrow_mut()[usize::from(slept.1.timed_out())] += 1);
            held = slept.0;
        }
    }

    /// Lets one sleeper attempt again. Does not wait for one that stands in the gate, and may have lost its processor there.
    #[cold]
    pub(crate) fn open(&self) {
        for _ in 0..LOOKS {
            match self.mutex.try_lock() {
                Err(TryLockError::WouldBlock) => pause(),
                _ => break, // nobody is between a failed attempt and its sleep
            }
        }
        self.condvar.notify_one();
    }
}

/// Sleeps about `micros`, for a peer that is in the middle of a copy and has lost its processor.
#[cold]
pub(crate) fn nap(micros: u64) {
    thread::sleep(Duration::from_micros(micros));
}

/// Nanoseconds of the short measurements that calibrate spinning.
fn nanos_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// A number that is found out once (or by several threads at the same time); it is not 0.
fn once(known: &AtomicU32, find: impl FnOnce() -> u32) -> u32 {
    let number = known.load(super::Ordering::Relaxed); // ORDERING: the number is all there is to know
    if number != 0 {
        return number;
    }
    let number = find();
    known.store(number, super::Ordering::Relaxed); // ORDERING: as above
    number
}

/// How many processors this process may use; asked once.
#[inline]
pub(crate) fn processors() -> usize {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let find = || match thread::available_parallelism() {
        Ok(count) if count.get() > 1 => u32::try_from(count.get()).unwrap_or(u32::MAX),
        _ => super::affinity::of_all_threads().unwrap_or(1),
    };
    once(&COUNT, find) as usize
}

/// What one `pause` costs in nanoseconds, measured once: it differs tenfold between processors.
#[inline]
pub(crate) fn pause_nanos() -> u32 {
    static NANOS: AtomicU32 = AtomicU32::new(0);
    once(&NANOS, || {
        const PAUSES: u64 = 64;
        let once = || {
            let start = Instant::now();
            (0..PAUSES).for_each(|_| pause());
            nanos_since(start)
        };
        // The least of a few: an interrupt makes one longer, nothing makes one shorter.
        let least = (0..5).map(|_| once()).min().unwrap_or(PAUSES);
        (least / PAUSES).clamp(1, 1_000) as u32
    })
}

/// Waits until what this thread has stored has left it, and for `steps` of about a nanosecond each. What comes after it is not begun before.
#[inline]
pub(crate) fn idle(steps: u32) {
    let mut x = steps;
    for _ in 0..steps {
        x = x.wrapping_mul(x) | 5; // each waits for the one before
    }
    std::hint::black_box(x);
    // ORDERING: none is needed. A processor begins later loads early, and would look before the steps are over.
    std::sync::atomic::fence(super::Ordering::SeqCst);
}

/// The time.
#[inline]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Microseconds on a clock that starts with the first call; they begin anew after an hour.
pub(crate) fn micros() -> u32 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(now).elapsed().as_micros() as u32
}

/// A number that no other call gets.
pub(crate) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, super::Ordering::Relaxed) // ORDERING: only uniqueness counts
}

/// A random number, from a generator of this thread.
pub(crate) fn random() -> u32 {
    use std::cell::Cell;
    use std::collections::hash_map::RandomState;
    use std::hash::{BuildHasher, Hasher};
    thread_local!(static STATE: Cell<u64> = const { Cell::new(0) });
    STATE
        .try_with(|state| {
            let mut x = state.get();
            if x == 0 {
                x = RandomState::new().build_hasher().finish() | 1; // the standard library's seed, different in each thread
            }
            // xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016).
            x ^= x >> 12;
            x ^= x << 25;
            x ^= x >> 27;
            state.set(x);
            (x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
        })
        .unwrap_or(0) // the thread is on its way out
}
