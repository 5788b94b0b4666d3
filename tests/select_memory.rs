//! What a select allocates, and that arms which do not win, timers among them, leave nothing behind.

#![allow(unsafe_code)] // an allocator that counts

mod common;

use common::watched;
use rendez::{after, at, bounded, never, rendezvous, select, tick, Select};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(1000);
const ROUNDS: usize = if cfg!(debug_assertions) { 5_000 } else { 50_000 };

/// Counts for each thread by itself, so that tests do not disturb each other.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work; the cells need no allocation and have no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        BYTES.set(BYTES.get() + layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get() - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How many allocations `f` makes on this thread, and how many bytes it keeps, once it has run before.
fn cost(mut f: impl FnMut()) -> (usize, isize) {
    (0..50).for_each(|_| f());
    let before = (ALLOCATIONS.get(), BYTES.get());
    (0..ROUNDS).for_each(|_| f());
    (ALLOCATIONS.get() - before.0, BYTES.get() - before.1)
}

#[test]
fn an_allocation_is_counted() {
    let mut kept = Vec::with_capacity(ROUNDS + 50);
    assert_eq!(cost(|| kept.push(Box::new(1_u64))), (ROUNDS, 8 * ROUNDS as isize));
}

#[test]
fn a_timeout_that_does_not_come_allocates_nothing() {
    let (tx, rx) = bounded(1);
    let cost = cost(|| {
        select! { send(tx, 1) -> res => res.unwrap(), default(LONG) => panic!() }
        select! { recv(rx) -> msg => drop(msg.unwrap()), default(LONG) => panic!() }
    });
    assert_eq!(cost, (0, 0));
}

#[test]
fn a_timer_that_does_not_fire_leaves_nothing() {
    let (tx, rx) = bounded(1);
    let (_allocations, kept) = cost(|| {
        tx.send(1).unwrap();
        select! {
            recv(rx) -> msg => drop(msg.unwrap()),
            recv(after(LONG)) -> _ => panic!(),
            recv(at(Instant::now() + LONG)) -> _ => panic!(),
            recv(tick(LONG)) -> _ => panic!(),
            recv(never::<u32>()) -> _ => panic!(),
        }
    });
    assert_eq!(kept, 0);
}

#[test]
fn timers_that_are_reused_leave_nothing() {
    let (tx, rx) = bounded(1);
    let (late, ticks) = (after(LONG), tick(LONG));
    let cost = cost(|| {
        tx.send(1).unwrap();
        select! { recv(rx) -> msg => drop(msg.unwrap()), recv(late) -> _ => panic!(), recv(ticks) -> _ => panic!(), default(LONG) => panic!() }
    });
    assert_eq!(cost, (0, 0));
    assert_eq!((late.len(), ticks.len()), (0, 0));
}

#[test]
fn a_timer_that_lost_still_fires_in_time() {
    let start = Instant::now();
    let alarm = after(Duration::from_millis(20));
    let (tx, rx) = bounded(1);
    tx.send(1).unwrap();
    select! { biased; recv(rx) -> msg => assert_eq!(msg, Ok(1)), recv(alarm) -> _ => panic!() }
    select! { recv(rx) -> _ => panic!(), recv(alarm) -> msg => assert!(msg.unwrap() >= start + Duration::from_millis(20)) }
    select! { recv(alarm) -> _ => panic!("it fires once"), default => {} }
}

/// Both sides of capacity 0 and 1 wait, asleep, in turns.
#[test]
fn a_select_that_waits_allocates_nothing() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = bounded(cap);
            let (back, forth) = bounded(cap);
            let (_open, silent) = rendezvous::<u8>();
            thread::scope(|s| {
                let (silent, rx) = (&silent, &rx);
                s.spawn(move || loop {
                    let value = select! {
                        recv(rx) -> msg => match msg { Ok(value) => value, Err(_) => return },
                        recv(silent) -> _ => panic!(),
                    };
                    select! { send(back, value) -> res => res.unwrap(), recv(silent) -> _ => panic!() }
                });
                let cost = cost(|| {
                    select! { send(tx, [1_u64; 4]) -> res => res.unwrap(), recv(silent) -> _ => panic!(), default(LONG) => panic!() }
                    select! { recv(forth) -> msg => drop(msg.unwrap()), recv(silent) -> _ => panic!(), default(LONG) => panic!() }
                });
                drop(tx);
                assert_eq!(cost, (0, 0), "capacity {cap}");
            });
        }
    });
}

/// A silent arm is enlisted in and withdrawn from, round after round.
#[test]
fn arms_that_lose_leave_their_channels() {
    watched(|| {
        let (silent_tx, silent_rx) = rendezvous::<u8>();
        let (full_tx, full_rx) = bounded(1);
        full_tx.send(0).unwrap();
        let (tx, rx) = bounded(0);
        thread::scope(|s| {
            s.spawn(move || while tx.send(()).is_ok() {});
            let cost = cost(|| {
                select! {
                    recv(rx) -> msg => msg.unwrap(),
                    recv(silent_rx) -> _ => panic!(),
                    send(silent_tx, 1) -> _ => panic!(),
                    send(full_tx, 1) -> _ => panic!(),
                    default(LONG) => panic!(),
                }
            });
            drop(rx);
            assert_eq!(cost, (0, 0));
        });
        assert!(silent_tx.try_send(1).is_err() && silent_rx.try_recv().is_err(), "nobody is enlisted");
        assert_eq!(full_rx.recv(), Ok(0));
        assert!(full_rx.try_recv().is_err(), "nobody is enlisted");
    });
}

#[test]
fn a_dynamic_select_of_a_few_arms_is_used_again_without_allocating() {
    watched(|| {
        let (tx, rx): (Vec<_>, Vec<_>) = (0..8).map(|i| bounded(i / 4)).unzip();
        thread::scope(|s| {
            s.spawn(move || {
                let mut select = Select::new();
                for tx in &tx {
                    select.send(tx);
                }
                loop {
                    let won = select.select();
                    let index = won.index();
                    if won.send(&tx[index], [7_u64; 4]).is_err() {
                        return;
                    }
                }
            });
            let mut select = Select::new();
            for rx in &rx {
                select.recv(rx);
            }
            let cost = cost(|| {
                let won = select.select();
                let index = won.index();
                assert_eq!(won.recv(&rx[index]), Ok([7; 4]));
            });
            drop(select);
            drop(rx);
            assert_eq!(cost, (0, 0));
        });
    });
}
