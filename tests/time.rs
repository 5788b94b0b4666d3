//! Timers: never early, no drift, nothing left over.

mod common;

use common::watched;
use rendez::{after, at, never, tick, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

#[test]
fn after_fires_once_and_not_early() {
    watched(|| {
        let start = Instant::now();
        let rx = after(20 * MS);
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        let when = rx.recv().unwrap();
        assert!(start.elapsed() >= 20 * MS);
        assert!(when >= start + 20 * MS && when <= Instant::now());
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(rx.recv_timeout(5 * MS), Err(RecvTimeoutError::Timeout), "once, and never closed");
    });
}

#[test]
fn at_a_past_instant_is_due_at_once() {
    let past = Instant::now();
    let rx = at(past);
    assert_eq!(rx.len(), 1);
    assert_eq!(rx.try_recv(), Ok(past));
    assert_eq!(rx.len(), 0);
}

#[test]
fn clones_share_one_message() {
    let rx = at(Instant::now());
    let clone = rx.clone();
    assert!(rx.same_channel(&clone));
    assert!(clone.recv().is_ok());
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn tick_keeps_to_its_grid() {
    watched(|| {
        let rx = tick(10 * MS);
        let first = rx.recv().unwrap();
        let mut last = first;
        for _ in 0..10 {
            let when = rx.recv().unwrap();
            assert!(when <= Instant::now(), "not early");
            let steps = (when - first).as_nanos() / (10 * MS).as_nanos();
            assert_eq!((when - first).as_nanos(), steps * (10 * MS).as_nanos(), "on the grid of the first tick: no drift");
            assert!(when > last);
            last = when;
        }
    });
}

#[test]
fn ticks_that_nobody_took_are_lost() {
    watched(|| {
        let rx = tick(MS);
        let start = rx.recv().unwrap();
        while start.elapsed() < 20 * MS {
            std::hint::spin_loop();
        }
        assert!(rx.try_recv().is_ok());
        // At most the ticks that fell due since: not the twenty that were missed.
        let before = Instant::now();
        let more = rx.try_iter().count();
        assert!(more as u128 <= before.elapsed().as_millis() + 1, "{more} ticks were kept");
    });
}

#[test]
fn timers_know_their_size() {
    let rx = after(Duration::from_secs(1000));
    assert_eq!((rx.len(), rx.is_empty(), rx.capacity(), rx.is_full()), (0, true, Some(1), false));
    let rx = at(Instant::now());
    assert_eq!((rx.len(), rx.is_empty(), rx.is_full()), (1, false, true));
    let rx = never::<()>();
    assert_eq!((rx.len(), rx.is_empty(), rx.capacity()), (0, true, Some(0)));
}

#[test]
fn never_never_comes() {
    let rx = never::<i32>();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(rx.recv_timeout(5 * MS), Err(RecvTimeoutError::Timeout));
    assert_eq!(rx.recv_deadline(Instant::now()), Err(RecvTimeoutError::Timeout));
}

#[test]
fn timeouts_are_not_early_and_try_once() {
    watched(|| {
        for cap in [0, 1, 3] {
            let (tx, rx) = rendez::bounded(cap);
            let start = Instant::now();
            assert_eq!(rx.recv_timeout(10 * MS), Err(RecvTimeoutError::Timeout));
            assert!(start.elapsed() >= 10 * MS);
            (0..cap).for_each(|n| tx.send(n).unwrap());
            let start = Instant::now();
            assert!(tx.send_timeout(9, 10 * MS).unwrap_err().is_timeout());
            assert!(start.elapsed() >= 10 * MS);
            if cap > 0 {
                assert_eq!(rx.recv_timeout(Duration::ZERO), Ok(0));
                assert_eq!(tx.send_deadline(9, start), Ok(()));
            }
        }
    });
}

#[test]
fn a_far_deadline_is_no_limit() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = rendez::bounded(cap);
            std::thread::scope(|s| {
                s.spawn(move || {
                    tx.send_timeout(1, Duration::MAX).unwrap();
                    drop(tx);
                });
                assert_eq!(rx.recv_timeout(Duration::MAX), Ok(1));
                assert_eq!(rx.recv_timeout(Duration::MAX), Err(RecvTimeoutError::Disconnected));
            });
        }
        let far = after(Duration::MAX);
        assert_eq!(far.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
        assert_eq!(tick(Duration::MAX).try_recv(), Err(TryRecvError::Empty));
    });
}
