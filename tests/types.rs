//! Values of every kind: of no size, of large alignment, of a megabyte, without a size known outside. Each is dropped once.

mod common;

use common::{watched, Counter, Tracked};
use rendez::{bounded, select, unbounded, Receiver, Select, Sender};
use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;

const CAPS: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];

fn make<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// Sends and receives in every way, `n` values each, with a thread for the senders.
fn all_ways<T: Send>(cap: Option<usize>, n: usize, new: impl Fn(usize) -> T + Sync, check: impl Fn(usize, T)) {
    let (tx, rx) = &make(cap);
    let new = &new;
    thread::scope(|s| {
        s.spawn(move || {
            for i in 0..n {
                assert!(tx.send(new(i)).is_ok());
            }
            let mut many: VecDeque<T> = (0..n).map(new).collect();
            assert!(tx.send_many(&mut many).is_ok() && many.is_empty());
            for i in 0..n {
                select! { send(tx, new(i)) -> sent => assert!(sent.is_ok()) }
            }
            for i in 0..n {
                let mut select = Select::new();
                select.send(tx);
                assert!(select.select().send(tx, new(i)).is_ok());
            }
            for i in 0..n {
                let mut value = new(i);
                while let Err(back) = tx.try_send(value) {
                    value = back.into_inner();
                    thread::yield_now();
                }
            }
            assert!(tx.close());
            assert!(tx.send(new(0)).is_err());
        });
        let next = &mut 0;
        let mut got = |value| {
            check(*next % n, value);
            *next += 1;
        };
        (0..n).for_each(|_| got(rx.recv().expect("open")));
        let mut many = Vec::new();
        while many.len() < n {
            let max = n - many.len();
            assert!(rx.recv_many(&mut many, max).is_ok());
        }
        many.into_iter().for_each(&mut got);
        for _ in 0..n {
            got(select! { recv(rx) -> value => value.expect("open") });
        }
        for _ in 0..n {
            let mut select = Select::new();
            select.recv(rx);
            got(select.select().recv(rx).expect("open"));
        }
        rx.iter().for_each(&mut got);
        assert_eq!(*next, 5 * n);
    });
}

/// Nothing but its drop.
struct Empty;

static EMPTY_MADE: Counter = Counter::new();
static EMPTY_DROPPED: Counter = Counter::new();

impl Empty {
    fn new() -> Empty {
        EMPTY_MADE.add(1);
        Empty
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        EMPTY_DROPPED.add(1);
    }
}

/// One test, since the counters are shared: a value without size has no room for its own.
#[test]
fn values_of_no_size_are_dropped_once_each() {
    watched(|| {
        assert_eq!(size_of::<Empty>(), 0);
        let balance = || (EMPTY_MADE.get(), EMPTY_DROPPED.get());
        for cap in CAPS {
            all_ways(cap, 500, |_| Empty::new(), |_, value| drop(value));
            let (made, dropped) = balance();
            assert_eq!(made, dropped, "{cap:?}");
        }
        for cap in [Some(1), Some(3), None] {
            let (tx, rx) = make(cap);
            let n = cap.unwrap_or(1000);
            (0..n).for_each(|_| assert!(tx.try_send(Empty::new()).is_ok()));
            assert_eq!((tx.len(), tx.is_full()), (n, cap.is_some()));
            drop(rx.recv());
            let (made, dropped) = balance();
            assert_eq!(made - dropped, n - 1, "{cap:?}");
            drop((tx, rx));
            let (made, dropped) = balance();
            assert_eq!(made, dropped, "{cap:?}");
        }
    });
}

#[test]
fn units_go_through_and_their_number_is_kept() {
    for cap in CAPS {
        watched(move || all_ways(cap, 1000, |_| (), |_, ()| ()));
    }
}

#[derive(Clone, Copy)]
#[repr(align(128))]
struct Aligned(u8);

impl Aligned {
    fn is_aligned(&self) -> bool {
        (self as *const Aligned).addr() % 128 == 0
    }
}

#[test]
fn aligned_values_stay_aligned() {
    for cap in CAPS {
        watched(move || {
            let check = |i, value: Aligned| assert!(value.is_aligned() && value.0 == i as u8);
            all_ways(cap, 300, |i| Aligned(i as u8), check);
        });
    }
}

/// A drop sees the value where the channel has it: in its slot.
#[test]
fn aligned_values_are_aligned_within_the_channel() {
    struct Checked(#[allow(dead_code)] Aligned, Arc<Counter>);
    impl Drop for Checked {
        fn drop(&mut self) {
            self.1.add(usize::from(self.0.is_aligned()));
        }
    }
    for (cap, n) in [(Some(1), 1), (Some(3), 3), (None, 300)] {
        let aligned = Arc::new(Counter::new());
        let (tx, rx) = make(cap);
        (0..n).for_each(|_| assert!(tx.send(Checked(Aligned(1), aligned.clone())).is_ok()));
        drop((tx, rx));
        assert_eq!(aligned.get(), n);
    }
}

const MEGABYTE: usize = 1 << 20;
type Large = [u8; MEGABYTE];

/// Runs `f` on a stack with room for the copies that an unoptimised build makes of a value on its way.
fn roomy(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new()
        .stack_size(256 * MEGABYTE)
        .spawn(f)
        .expect("a thread")
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

#[test]
fn a_megabyte_goes_through_as_it_is() {
    watched(|| {
        roomy(|| {
            for cap in CAPS {
                let (tx, rx) = &make::<Large>(cap);
                thread::scope(|s| {
                    let send = move || (0..5).for_each(|i| assert!(tx.send([i; MEGABYTE]).is_ok()));
                    thread::Builder::new().stack_size(256 * MEGABYTE).spawn_scoped(s, send).expect("a thread");
                    for i in 0..5 {
                        let value = Box::new(rx.recv().expect("open"));
                        assert!(value.iter().all(|byte| *byte == i), "{cap:?}");
                    }
                });
            }
        })
    });
}

#[test]
fn a_refused_megabyte_comes_back_as_it_was() {
    roomy(|| {
        let (tx, rx) = bounded::<Large>(1);
        assert!(tx.try_send([1; MEGABYTE]).is_ok());
        let back = tx.try_send([2; MEGABYTE]).expect_err("full").into_inner();
        assert!(back.iter().all(|byte| *byte == 2));
        let evicted = tx.force_send(back).ok().flatten().expect("the first");
        assert!(evicted.iter().all(|byte| *byte == 1));
        assert!(rx.recv().is_ok_and(|value| value[MEGABYTE - 1] == 2));
    });
}

#[test]
fn closures_go_through_and_run_once() {
    for cap in CAPS {
        watched(move || {
            let sum = Arc::new(Counter::new());
            let job = |i: usize| -> Box<dyn FnOnce() + Send> {
                let sum = sum.clone();
                Box::new(move || {
                    sum.add(i);
                })
            };
            all_ways(cap, 100, job, |_, job| job());
            assert_eq!(sum.get(), 5 * (0..100).sum::<usize>());
            assert_eq!(Arc::strong_count(&sum), 1, "what a closure had is dropped");
        });
    }
}

#[test]
fn values_with_an_own_memory_go_through() {
    for cap in CAPS {
        watched(move || {
            all_ways(cap, 300, |i| vec![i.to_string(); 3], |i, value| assert_eq!(value, [i.to_string(), i.to_string(), i.to_string()]));
            all_ways(cap, 300, |i| Some(Box::new(i)), |i, value| assert_eq!(value, Some(Box::new(i))));
            all_ways(cap, 300, |i| (i % 2 == 0).then_some(i as u128), |i, value| assert_eq!(value, (i % 2 == 0).then_some(i as u128)));
        });
    }
}

/// Receivers and senders are values, too: a request carries the way back.
#[test]
fn channels_go_through_channels() {
    for cap in CAPS {
        watched(move || {
            let (tx, rx) = make::<(u32, Sender<u32>)>(cap);
            thread::scope(|s| {
                s.spawn(move || rx.iter().for_each(|(n, back)| back.send(n * n).expect("wanted")));
                for n in 0..100 {
                    let (back, answer) = make(cap);
                    tx.send((n, back)).expect("open");
                    assert_eq!(answer.recv(), Ok(n * n));
                    assert!(answer.recv().is_err(), "the other end is gone");
                }
                drop(tx);
            });
        });
    }
}

#[test]
fn a_channel_dropped_half_full_frees_exactly_what_is_inside() {
    for (cap, inside) in [(Some(1), 0), (Some(1), 1), (Some(8), 4), (Some(8), 8), (None, 64), (None, 128), (None, 129), (None, 1000)] {
        // From every place of the ring, also across its end.
        for start in 0..10 {
            for senders_first in [true, false] {
                let alive = Arc::new(Counter::new());
                let (tx, rx) = make(cap);
                for i in 0..start {
                    assert!(tx.send(Tracked::new(0, i, &alive)).is_ok() && rx.recv().is_ok());
                }
                assert_eq!(alive.get(), 0);
                (0..inside).for_each(|i| assert!(tx.send(Tracked::new(0, i, &alive)).is_ok()));
                let out = (inside > 1).then(|| rx.recv().expect("open"));
                assert_eq!(alive.get(), inside as usize);
                match senders_first {
                    true => {
                        drop(tx);
                        assert_eq!(alive.get(), inside as usize, "a receiver is left");
                        drop(rx);
                    }
                    false => {
                        drop(rx);
                        assert_eq!(alive.get(), usize::from(out.is_some()), "at once");
                        drop(tx);
                    }
                }
                assert_eq!(alive.get(), usize::from(out.is_some()), "{cap:?} {inside} {start}: only what was taken out");
                assert!(out.is_none_or(|value| value.number == 0));
            }
        }
    }
}

#[test]
fn a_value_left_with_a_weak_handle_is_dropped_with_the_last_strong_one() {
    for cap in [Some(3), None] {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = make(cap);
        (0..3).for_each(|i| assert!(tx.send(Tracked::new(0, i, &alive)).is_ok()));
        let weak = (tx.downgrade(), rx.downgrade());
        drop((tx, rx));
        assert_eq!(alive.get(), 0);
        assert!(weak.0.upgrade().is_none() && weak.1.upgrade().is_none());
    }
}
