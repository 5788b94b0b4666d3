//! Who loses an exchange to another of its side leaves the channel alone for a while.

use crate::chan::gaps::Loser;
use crate::chan::{Holding, Manner, WAITED, WAKING};
use crate::sync::{processors, Deadline};
use crate::wait::crowd::{HAD, LONG_ONES};
use crate::wait::Patience;
use crate::{bounded, select, Receiver, Sender};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread::{scope, yield_now};
use std::time::{Duration, Instant};

/// The gaps that this thread has in `f`.
fn gaps_of(f: impl FnOnce()) -> Vec<u32> {
    HAD.take();
    f();
    HAD.take()
}

/// A channel whose ends are taken to be where they were before the last operations: as if others had been faster.
fn overtaken(cap: usize) -> (Sender<u32>, Receiver<u32>) {
    let (tx, rx) = bounded(cap);
    for _ in 0..2 {
        tx.send(1).expect("open");
        rx.recv().expect("open");
    }
    tx.0.chan().ring.forget();
    (tx, rx)
}

#[test]
fn who_is_overtaken_has_a_gap() {
    if processors() == 1 {
        return; // where nobody runs meanwhile there is no gap
    }
    for (cap, long, waits, attempts) in [(1, false, 400, 400), (4, false, 400, 400), (1, true, 32_000, 8_000), (4, true, 8_000, 8_000)] {
        LONG_ONES.set(long);
        let (waits, attempts) = ([waits], [attempts]); // ns
        let (tx, rx) = overtaken(cap);
        assert_eq!(gaps_of(|| tx.send(2).expect("open")), waits);
        assert_eq!(gaps_of(|| assert_eq!(rx.recv(), Ok(2))), waits);
        assert_eq!(gaps_of(|| tx.send(2).expect("open")), [], "now it knows better");

        let (tx, rx) = overtaken(cap);
        assert_eq!(gaps_of(|| tx.try_send(2).expect("room")), attempts);
        assert_eq!(gaps_of(|| assert_eq!(rx.try_recv(), Ok(2))), attempts);

        let (tx, rx) = overtaken(cap);
        assert_eq!(gaps_of(|| select! { send(tx, 2) -> sent => assert_eq!(sent, Ok(())) }), attempts);
        assert_eq!(gaps_of(|| select! { recv(rx) -> received => assert_eq!(received, Ok(2)) }), attempts);

        let (tx, _rx) = overtaken(cap);
        tx.0.chan().ring.push(2).expect("room");
        tx.0.chan().ring.forget();
        assert_eq!(gaps_of(|| assert!(tx.0.chan().take_first_quietly().is_some())), [], "others wait for the lock");

        let (tx, rx) = overtaken(cap);
        tx.set_spin_limit(Duration::ZERO);
        rx.set_spin_limit(Duration::ZERO);
        assert_eq!(gaps_of(|| tx.send(2).expect("open")), [], "waits do not stay awake");
        assert_eq!(gaps_of(|| assert_eq!(rx.recv(), Ok(2))), []);

        let (tx, _rx) = overtaken(cap);
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(gaps_of(|| assert_eq!(pin!(tx.send_async(2)).poll(&mut cx), Poll::Ready(Ok(())))), attempts);
        tx.0.chan().ring.forget(); // it has looked at the head
        assert_eq!(gaps_of(|| assert_eq!(tx.0.chan().take_first(Loser::Attempts), Some(2))), attempts);
    }
}

/// An attempt has so many gaps, whatever it loses; and none once its time is over.
#[test]
fn gaps_are_few() {
    if processors() == 1 {
        return;
    }
    LONG_ONES.set(true);
    let (tx, _rx) = bounded::<u32>(1);
    let chan = tx.0.chan();
    let gaps = |loser| {
        gaps_of(|| {
            let mut lost = chan.gaps(true, loser);
            (0..9).for_each(|_| lost());
        })
    };
    assert_eq!(gaps(Loser::Waits(Deadline::NEVER)), [32_000; 4]);
    assert_eq!(gaps(Loser::Waits(Deadline::at(Instant::now()))), []);
    assert_eq!(gaps(Loser::Attempts), [8_000; 2]);
    assert_eq!(gaps(Loser::Serves), []);
    tx.set_spin_limit(Duration::from_micros(1));
    assert_eq!(gaps(Loser::Attempts), [2_000; 2], "twice as long as a wait stays awake");
    LONG_ONES.set(false);
    tx.set_spin_limit(Duration::from_nanos(100));
    assert_eq!(gaps(Loser::Attempts), [200; 2]);
}

/// A select that was woken, and may have to see to others, has none.
#[test]
fn who_was_woken_for_others_has_no_gap() {
    if processors() == 1 {
        return;
    }
    let manner = Manner { patience: Patience::Thread, hold: Holding::None };
    for others in [false, true] {
        let (tx, _rx) = overtaken(4);
        let chan = tx.0.chan();
        chan.ring.head_set(if others { WAITED | WAKING } else { WAKING });
        chan.ring.forget();
        let gaps = gaps_of(|| {
            let token = chan.win_notified(true, ptr::null(), manner).expect("room");
            chan.finish_send(token, 2, || false).expect("open");
        });
        assert_eq!(gaps.is_empty(), others);
    }
}

/// Who sends or takes many at once has one, too.
#[test]
fn many_at_once_have_gaps() {
    if processors() == 1 {
        return;
    }
    let (tx, rx) = bounded(64);
    let end = Instant::now() + Duration::from_secs(60);
    let until_a_gap = |work: &(dyn Fn() + Sync)| {
        let had = AtomicBool::new(false);
        let until_one_had = || {
            // ORDERING: Relaxed, here and below: it only says to stop.
            while !had.load(Ordering::Relaxed) {
                let gaps = gaps_of(work);
                had.fetch_or(!gaps.is_empty() || Instant::now() > end, Ordering::Relaxed);
                // ORDERING: says to stop
            }
        };
        scope(|scope| (0..2).for_each(|_| drop(scope.spawn(until_one_had))));
        assert!(Instant::now() < end, "nobody had a gap");
    };
    until_a_gap(&|| {
        tx.send_many(&mut VecDeque::from([1])).expect("open");
        while tx.0.chan().ring.pop().is_err() {} // the other's may be on its way
    });
    until_a_gap(&|| {
        while tx.0.chan().ring.push(1).is_err() {}
        rx.recv_many(&mut Vec::new(), 1).expect("a value");
    });
}

/// The gaps of an operation that finds the lock held, of a channel of capacity 0, until it sleeps for it.
fn gaps_at_the_lock(work: impl FnOnce(&Sender<u32>) + Send, then: impl FnOnce(&Receiver<u32>)) -> Vec<u32> {
    let (tx, rx) = bounded(0);
    let chan = tx.0.chan();
    let (guard, before) = (chan.lock(), format!("{:?}", chan.cold.lock));
    let end = Instant::now() + Duration::from_secs(10);
    scope(|scope| {
        let worker = scope.spawn(|| gaps_of(|| work(&tx)));
        while format!("{:?}", chan.cold.lock) == before && Instant::now() < end {
            yield_now();
        }
        drop(guard);
        then(&rx);
        worker.join().expect("no panic")
    })
}

/// At capacity 0 it is the lock that is lost.
#[test]
fn who_does_not_get_the_lock_has_a_gap() {
    if processors() == 1 {
        return;
    }
    let gaps = gaps_at_the_lock(|tx| tx.send(1).expect("open"), |rx| assert_eq!(rx.recv(), Ok(1)));
    assert_eq!(gaps, [400]);
}

#[test]
fn who_has_no_time_has_no_gap_for_the_lock() {
    let gaps = gaps_at_the_lock(|tx| assert!(tx.send_timeout(1, Duration::ZERO).is_err()), |_| ());
    assert_eq!(gaps, []);
}
