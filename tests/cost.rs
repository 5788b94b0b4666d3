//! What waiting costs: no processor, no memory. This file has its own allocator, which counts what the measuring threads ask for.
#![allow(unsafe_code)] // the allocator

mod common;

use common::task::{poll, Count};
use common::watched;
use futures_core::Stream;
use rendez::{bounded, select, select_async, unbounded, Receiver, Select, Sender};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::VecDeque;
use std::future::{pending, poll_fn, Future};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread;

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

fn note(calls: usize, bytes: isize) {
    CALLS.with(|count| count.set(count.get() + calls));
    BYTES.with(|count| count.set(count.get() + bytes));
}

// SAFETY: the system's allocator, with two counters beside it that allocate nothing (they need neither initialisation nor a destructor).
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        note(0, -(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size as isize - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(ptr, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this thread allocates in `f`.
fn allocations(f: impl FnOnce()) -> usize {
    let before = CALLS.with(Cell::get);
    f();
    CALLS.with(Cell::get) - before
}

/// The bytes that this thread allocated and did not free.
fn held() -> isize {
    BYTES.with(Cell::get)
}

/// Names a thread, so that others can see whether it sleeps.
#[derive(Clone, Debug)]
struct Id(#[allow(dead_code)] String);

impl Id {
    fn current() -> Id {
        #[cfg(target_os = "linux")]
        let name = std::fs::read_link("/proc/thread-self").expect("a thread has a name").display().to_string();
        #[cfg(not(target_os = "linux"))]
        let name = String::new();
        Id(name)
    }

    /// Waits until the thread sleeps. Where that cannot be seen, it gives it some time: then the rounds may be too quick to sleep.
    fn until_asleep(&self) {
        #[cfg(target_os = "linux")]
        while !self.read("stat").rsplit(") ").next().is_some_and(|rest| rest.starts_with('S')) {
            thread::yield_now();
        }
        #[cfg(not(target_os = "linux"))]
        (0..100).for_each(|_| thread::yield_now());
    }

    #[cfg(target_os = "linux")]
    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.0)).expect("the thread is there")
    }

    /// The time, in nanoseconds, that the thread has run on a processor.
    #[cfg(target_os = "linux")]
    fn run_time(&self) -> u64 {
        self.read("schedstat").split(' ').next().and_then(|first| first.parse().ok()).expect("a number of nanoseconds")
    }
}

#[test]
fn a_channel_is_one_allocation() {
    for cap in [0, 1, 64] {
        let mut made = None;
        assert_eq!(allocations(|| made = Some(bounded::<u64>(cap))), 1, "capacity {cap}");
        let before = held();
        assert_eq!(allocations(|| drop(made.clone())), 0, "handles are no allocations");
        drop(made);
        assert!(held() < before, "capacity {cap}");
    }
}

#[test]
fn a_channel_gives_all_its_memory_back() {
    let before = held();
    for cap in [0, 1, 64] {
        let (tx, rx) = bounded::<u64>(cap);
        while tx.try_send(1).is_ok() {}
        drop((tx.downgrade(), rx.downgrade()));
        drop((tx, rx));
        assert_eq!(held(), before, "capacity {cap}");
    }
    let (tx, rx) = unbounded::<u64>();
    (0..1000).for_each(|i| tx.send(i).expect("open"));
    drop((tx, rx));
    assert_eq!(held(), before, "unbounded");
}

#[test]
fn the_memory_of_a_burst_is_given_back() {
    let (tx, rx) = unbounded::<u64>();
    let before = held();
    for _ in 0..3 {
        (0..100_000).for_each(|i| tx.send(i).expect("open"));
        assert!(held() >= before + 8 * 90_000, "the burst was held somewhere");
        assert!((0..100_000).all(|i| rx.recv() == Ok(i)));
        assert_eq!(held(), before);
    }
}

/// Rounds before counting: the first may allocate what is kept for the thread.
const WARM: usize = 200;
const ROUNDS: usize = 2_000;

#[test]
fn a_ping_pong_allocates_nothing() {
    for cap in [0, 1] {
        watched(move || {
            let (ping, pinged) = bounded::<usize>(cap);
            let (pong, ponged) = bounded::<usize>(cap);
            thread::scope(|s| {
                let other = s.spawn(move || {
                    let answer = |rounds| (0..rounds).for_each(|_| pong.send(pinged.recv().expect("open")).expect("open"));
                    answer(WARM);
                    allocations(|| answer(ROUNDS))
                });
                let rounds = |rounds| {
                    for i in 0..rounds {
                        ping.send(i).expect("open");
                        assert_eq!(ponged.recv(), Ok(i));
                    }
                };
                rounds(WARM);
                assert_eq!(allocations(|| rounds(ROUNDS)), 0, "capacity {cap}");
                assert_eq!(other.join().expect("no panic"), 0, "capacity {cap}");
            });
        });
    }
}

/// Runs `round` again and again on a thread of its own; `feed` ends each one when that thread sleeps in it. The first `warm` rounds may
/// allocate, the others must not.
fn sleeping_rounds(warm: usize, mut round: impl FnMut(usize) + Send, mut feed: impl FnMut(usize)) {
    const ASLEEP: usize = 25;
    let entered = Arc::new(AtomicUsize::new(0));
    let (tell, id) = std::sync::mpsc::channel();
    thread::scope(|s| {
        let theirs = entered.clone();
        let sleeper = s.spawn(move || {
            tell.send(Id::current()).expect("wanted");
            let mut run = |rounds: std::ops::Range<usize>| {
                for i in rounds {
                    theirs.store(i + 1, Ordering::Release); // ORDERING: pairs with the Acquire below: all before this round is over
                    round(i);
                }
            };
            run(0..warm);
            allocations(|| run(warm..ASLEEP))
        });
        let id = id.recv().expect("told");
        for i in 0..ASLEEP {
            // ORDERING: pairs with the Release above.
            while entered.load(Ordering::Acquire) <= i {
                thread::yield_now();
            }
            id.until_asleep();
            feed(i);
        }
        assert_eq!(sleeper.join().expect("no panic"), 0);
    });
}

#[test]
fn a_receive_that_sleeps_allocates_nothing() {
    for cap in [Some(0), Some(1), None] {
        watched(move || {
            let (tx, rx) = cap.map_or_else(unbounded, bounded);
            sleeping_rounds(1, move |i| assert_eq!(rx.recv(), Ok(i)), |i| tx.send(i).expect("open"));
        });
    }
}

#[test]
fn a_send_that_sleeps_allocates_nothing() {
    for cap in [0, 1] {
        watched(move || {
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|_| tx.send(0).expect("open"));
            sleeping_rounds(1, move |i| tx.send(i).expect("open"), |_| assert!(rx.recv().is_ok()));
        });
    }
}

type Handles = (Vec<Sender<usize>>, Vec<Receiver<usize>>);

fn channels(n: usize, cap: usize) -> Handles {
    (0..n).map(|_| bounded(cap)).unzip()
}

fn select_2(rx: &[Receiver<usize>]) -> usize {
    select! {
        recv(rx[0]) -> value => value.expect("open"),
        recv(rx[1]) -> value => value.expect("open"),
    }
}

fn select_8(rx: &[Receiver<usize>]) -> usize {
    select! {
        recv(rx[0]) -> value => value.expect("open"),
        recv(rx[1]) -> value => value.expect("open"),
        recv(rx[2]) -> value => value.expect("open"),
        recv(rx[3]) -> value => value.expect("open"),
        recv(rx[4]) -> value => value.expect("open"),
        recv(rx[5]) -> value => value.expect("open"),
        recv(rx[6]) -> value => value.expect("open"),
        recv(rx[7]) -> value => value.expect("open"),
    }
}

fn add<'a>(select: &mut Select<'a>, rx: &'a [Receiver<usize>]) {
    for rx in rx {
        select.recv(rx);
    }
}

fn select_dynamic(select: &mut Select<'_>, rx: &[Receiver<usize>]) -> usize {
    let won = select.select();
    let index = won.index();
    won.recv(&rx[index]).expect("open")
}

#[test]
fn selects_of_ready_arms_allocate_nothing() {
    for (arms, warm) in [(2, 0), (8, 0), (20, 1)] {
        let (tx, rx) = channels(arms, 1);
        let mut select = Select::new();
        add(&mut select, &rx);
        let mut rounds = |rounds: usize| {
            for i in 0..rounds {
                if arms == 2 {
                    tx[i % 2].send(i).expect("open");
                    assert_eq!(select_2(&rx), i);
                }
                if arms == 8 {
                    tx[i % 8].send(i).expect("open");
                    assert_eq!(select_8(&rx), i);
                }
                tx[i % arms].send(i).expect("open");
                assert_eq!(select_dynamic(&mut select, &rx), i);
            }
        };
        rounds(warm);
        assert_eq!(allocations(|| rounds(500)), 0, "{arms} arms");
    }
}

#[test]
fn selects_that_sleep_allocate_nothing() {
    for (arms, cap) in [(2, 0), (2, 1), (8, 0), (8, 1)] {
        watched(move || {
            let (tx, rx) = channels(arms, cap);
            let round = move |i| assert_eq!(if arms == 2 { select_2(&rx) } else { select_8(&rx) }, i);
            sleeping_rounds(1, round, |i| tx[i % arms].send(i).expect("open"));
        });
    }
}

#[test]
fn a_reused_select_that_sleeps_allocates_nothing_after_its_first_round() {
    for (arms, cap) in [(8, 0), (8, 1), (20, 0), (20, 1)] {
        watched(move || {
            let (tx, rx) = channels(arms, cap);
            let mut select = Select::new();
            add(&mut select, &rx);
            sleeping_rounds(1, |i| assert_eq!(select_dynamic(&mut select, &rx), i), |i| tx[i % arms].send(i).expect("open"));
        });
    }
}

/// Polls a future that has to wait, lets a peer act, and polls it again.
fn waits<F: Future>(future: F, waker: &Waker, peer: impl FnOnce()) -> F::Output {
    let mut future = pin!(future);
    assert!(poll(future.as_mut(), waker).is_pending());
    peer();
    match poll(future, waker) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("woken in vain"),
    }
}

#[test]
fn futures_that_wait_allocate_nothing() {
    for cap in [Some(0), Some(1), Some(64), None] {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        let (_, waker) = Count::new();
        let send = |n| assert!(tx.try_send(n).is_ok());
        let never = rendez::never();
        let mut select = Select::new();
        select.recv(&rx);
        let (mut batch, mut values) = (Vec::with_capacity(4), VecDeque::with_capacity(4));
        let mut stream = pin!(rx.stream());
        let mut rounds = |rounds: usize| {
            for n in 0..rounds {
                assert_eq!(waits(rx.recv_async(), &waker, || send(n)), Ok(n));
                assert_eq!(waits(poll_fn(|cx| stream.as_mut().poll_next(cx)), &waker, || send(n)), Some(n));
                assert_eq!(waits(rx.recv_many_async(&mut batch, 2), &waker, || send(n)), Ok(1));
                batch.clear();
                let two = async {
                    select_async! { recv(rx) -> value => value, recv(never) -> value => value }
                };
                assert_eq!(waits(two, &waker, || send(n)), Ok(n));
                let both = async {
                    select_async! { recv(rx) -> value => value, future(pending()) -> value => value }
                };
                assert_eq!(waits(both, &waker, || send(n)), Ok(n));
                let won = waits(select.select_async(), &waker, || send(n));
                assert_eq!(won.recv(&rx), Ok(n));
                assert!(poll(pin!(rx.closed()), &waker).is_pending());
                if let Some(cap) = cap {
                    (0..cap).for_each(send);
                    assert_eq!(waits(tx.send_async(n), &waker, || assert!(rx.try_recv().is_ok())), Ok(()));
                    values.push_back(n);
                    assert_eq!(waits(tx.send_many_async(&mut values), &waker, || assert!(rx.try_recv().is_ok())), Ok(()));
                    while rx.try_recv().is_ok() {}
                }
            }
        };
        rounds(1);
        assert_eq!(allocations(|| rounds(100)), 0, "capacity {cap:?}");
    }
}

/// From the first look to the last nanosecond of sleep: less than a thousandth of the time, the spinning included.
#[cfg(target_os = "linux")]
#[test]
fn a_blocked_operation_uses_no_processor() {
    use std::time::{Duration, Instant};

    type Op = (&'static str, Box<dyn FnOnce() + Send>);

    watched(|| {
        let (tx, rx) = bounded::<u8>(0);
        let (tx_full, rx_full) = bounded::<u8>(1);
        let (tx_empty, rx_empty) = bounded::<u8>(1);
        let (tx_inf, rx_inf) = unbounded::<u8>();
        let (tx_0, rx_0) = bounded::<u8>(0);
        let (tx_sel, rx_sel) = bounded::<u8>(0);
        let (rx_sel_2, rx_dynamic) = (rx_empty.clone(), rx_sel.clone());
        let _receivers = (&rx_full, &rx_0);
        tx_full.send(0).expect("open");
        let to_full = tx_full.clone();
        let to_0 = tx_0.clone();
        let ops: Vec<Op> = vec![
            ("recv at capacity 0", Box::new(move || assert!(rx.recv().is_err()))),
            ("recv at capacity 1", Box::new(move || assert!(rx_empty.recv().is_err()))),
            ("recv without capacity", Box::new(move || assert!(rx_inf.recv().is_err()))),
            ("recv_timeout", {
                let never = rendez::never::<u8>();
                Box::new(move || assert!(never.recv_timeout(Duration::from_millis(1500)).is_err()))
            }),
            ("send at capacity 0", Box::new(move || assert!(to_0.send(1).is_err()))),
            ("send at capacity 1", Box::new(move || assert!(to_full.send(1).is_err()))),
            ("select!", Box::new(move || select! { recv(rx_sel) -> _ => (), recv(rx_sel_2) -> _ => () })),
            ("Select::ready", {
                Box::new(move || {
                    let mut select = Select::new();
                    select.recv(&rx_dynamic);
                    select.ready();
                })
            }),
        ];
        let blocked: Vec<_> = ops
            .into_iter()
            .map(|(name, op)| {
                let (tell, id) = std::sync::mpsc::channel();
                let thread = thread::spawn(move || {
                    let id = Id::current();
                    tell.send((id.run_time(), id, Instant::now())).expect("wanted");
                    op();
                });
                let (before, id, start) = id.recv().expect("told");
                (name, before, id, start, thread)
            })
            .collect();
        thread::sleep(Duration::from_secs(1)); // the time of the measurement
        for (name, before, id, start, _) in &blocked {
            let (ran, time) = (id.run_time() - before, start.elapsed().as_nanos() as u64);
            println!("{name}: ran {ran} ns of {time} ns");
            assert!(ran < time / 1000, "{name}: ran {ran} ns of {time} ns");
        }
        drop((tx, tx_empty, tx_inf, tx_sel));
        assert!(rx_full.close() && rx_0.close());
        for (name, .., thread) in blocked {
            thread.join().unwrap_or_else(|_| panic!("{name}"));
        }
    });
}

/// Nor does one that waits for the clock as well, whoever else does.
#[test]
fn futures_that_wait_for_the_clock_allocate_nothing() {
    const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
    let (_tx, rx) = bounded::<u8>(1);
    let timed = || async {
        select_async! { recv(rx) -> _ => (), default(HOUR) => () }
    };
    for others in [0, 5, 11, 20, 60] {
        let mut waiting: Vec<_> = (0..others).map(|_| Box::pin(timed())).collect();
        waiting.iter_mut().for_each(|other| assert!(poll(other.as_mut(), Waker::noop()).is_pending()));
        let rounds = |rounds: usize| (0..rounds).for_each(|_| assert!(poll(pin!(timed()), Waker::noop()).is_pending()));
        rounds(10);
        assert_eq!(allocations(|| rounds(100)), 0, "beside {others} others");
    }
}
