//! The lock's gate, the queue, and how long a wait stays awake, on the real machine.

#![allow(unsafe_code)] // enlisting waiters of the test's own frame

mod crowd;
mod gate;
mod giving;
mod odd;
mod placing;

use super::claim::Claim;
use super::gap::{gap_after, GAP_LONG_NS, GAP_NS};
use super::lock::{gaps, Lock};
use super::moment::{learned as moment_after, Moment, MOMENT_MAX};
use super::queue::{Queue, Waiter};
use super::spin::RARE_US;
use super::turn::{Turn, AWAY, TURN, WAITS};
use super::{turn, Patience, Spin};
use crate::sync::{processors, Deadline, SLEPT};
use std::cell::Cell;
use std::iter;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc};
use std::thread::{spawn, yield_now};
use std::time::{Duration, Instant};

/// Threads that sleep at the gate are woken, and do not merely look again by themselves. The time limit turns a sleeper that sleeps on into a failure.
#[test]
fn a_crowd_gets_through() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 200;
    let shared = Arc::new((Lock::new(), AtomicUsize::new(0)));
    let (done, finished) = mpsc::channel();
    for _ in 0..THREADS {
        let (shared, done) = (shared.clone(), done.clone());
        spawn(move || {
            let (lock, inside) = &*shared;
            for _ in 0..ROUNDS {
                lock.lock();
                assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0); // ORDERING: none of its own: the lock's is what is tested
                                                                       // Held long enough for the others to give up looking.
                (0..20).for_each(|_| yield_now());
                inside.store(0, Ordering::Relaxed); // ORDERING: as above
                assert_eq!(lock.try_release(0), Ok(()));
            }
            done.send(SLEPT.with(|slept| *slept.borrow())).unwrap();
        });
    }
    let finished = || finished.recv_timeout(Duration::from_secs(60)).expect("a thread sleeps on at the gate");
    let (woken, unwoken) = (0..THREADS).map(|_| finished()).fold((0, 0), |sum, [woken, unwoken]| (sum.0 + woken, sum.1 + unwoken));
    assert!(woken > 0 || unwoken == 0, "none of {unwoken} sleepers was woken");
}

/// Every way of taking waiters out leaves the others in their order, behind one that came back.
#[test]
fn first_come_first_served() {
    const COUNT: u32 = 4;
    for leaving in 0..1 << COUNT {
        for early in [true, false] {
            // A place that is never entered, for every waiter.
            let place = |claim: &Claim| ptr::from_ref(claim).cast_mut().cast();
            let claims: Vec<Claim> = (0..COUNT + 2).map(|_| Claim::new()).collect();
            let waiters: Vec<Waiter> = claims.iter().map(|claim| Waiter::new(claim, 0, place(claim))).collect();
            let ([back, last], waiters) = waiters.split_first_chunk().expect("more than two");
            let mut queue = Queue::new();
            let leaves = |i: usize| leaving & 1 << i != 0;
            let leave = |queue: &mut Queue, i: usize| {
                if leaves(i) {
                    // SAFETY: in this queue or in none.
                    assert!(unsafe { queue.remove(&waiters[i]) && !queue.remove(&waiters[i]) });
                }
            };
            for (i, waiter) in waiters.iter().enumerate() {
                // SAFETY: in no queue, and it stays as long as the queue.
                unsafe { queue.push_back(waiter) };
                if early {
                    leave(&mut queue, i);
                }
            }
            if !early {
                (0..waiters.len()).for_each(|i| leave(&mut queue, i));
            }
            // SAFETY: in no queue, and it stays as long as the queue.
            unsafe { queue.push_front(back) };
            // SAFETY: as above.
            unsafe { queue.push_back(last) };
            let expected = iter::once(0).chain((0..waiters.len()).filter(|&i| !leaves(i)).map(|i| i + 2)).chain([1]);
            for i in expected {
                assert!(queue.any_placed());
                let chosen = queue.choose().expect("one is left");
                assert!(chosen.won.is_of(&claims[i]), "{i} is next");
                assert!(chosen.won.ready().is_none());
            }
            assert!(queue.is_empty() && !queue.any_placed());
        }
    }
}

/// How often a wait in vain looks, where nobody else wants the processor.
fn looks(spin: &Spin) -> u32 {
    let mut looks = 0;
    let ready = || {
        looks += 1;
        false
    };
    assert!(!spin.wait_giving_way(Deadline::NEVER, ready, || Duration::ZERO));
    looks
}

/// A limit of zero means not even one look; a short one some; a long one more than the default, until that has been in vain.
#[test]
fn a_wait_keeps_to_its_limit() {
    let limited = |limit| {
        let spin = Spin::default();
        spin.set_limit(limit);
        looks(&spin)
    };
    assert_eq!(limited(Duration::ZERO), 0);
    let default = looks(&Spin::default());
    let short = limited(Duration::from_nanos(900));
    assert!(short < default, "{short} of {default}");
    if processors() > 1 {
        assert!(short > 0);
        assert_eq!(limited(Duration::from_nanos(1)), 1, "one look takes longer");
    }
    let spin = Spin::default();
    spin.set_limit(Duration::from_micros(200));
    let long = looks(&spin);
    assert!(long > 2 * default, "{long} after {default}");
    assert!((0..40).map(|_| looks(&spin)).last() < Some(default), "in vain so often, and still awake");
    spin.set_limit(Duration::ZERO);
    assert!(!spin.gap(100, 1, || panic!("no look")));
    assert_eq!(looks(&spin), 0);
}

/// Nobody stays awake beyond the deadline, however long the user lets a wait be.
#[test]
fn a_wait_keeps_to_its_deadline() {
    let spin = Spin::default();
    spin.set_limit(Duration::from_secs(2));
    let yields = Cell::new(0);
    let give_way = || {
        yields.set(yields.get() + 1);
        Duration::ZERO
    };
    assert!(!spin.wait_giving_way(Deadline::after(Duration::ZERO), || false, give_way));
    assert_eq!(yields.get(), 1);
}

/// A glance that never finds anything is hardly ever made; one that does brings it back.
#[test]
fn glances_in_vain_become_rare() {
    let spin = Spin::default();
    let made = |ready: bool, times: usize| {
        (0..times)
            .filter(|_| {
                let mut looked = false;
                spin.glance(0, || {
                    looked = true;
                    ready
                });
                looked
            })
            .count()
    };
    if processors() == 1 {
        return assert_eq!(made(true, 4), 0);
    }
    assert_eq!(made(true, 20), 20);
    let vain = made(false, 640);
    assert!((4..=20).contains(&vain), "{vain} of 640");
    made(true, 64);
    assert_eq!(made(true, 20), 20);
    spin.set_limit(Duration::ZERO);
    assert_eq!(made(true, 4), 0);
}

/// Who would go on anyway stays awake for a moment, whatever the limit of those who would sleep.
#[test]
fn a_brief_wait_is_brief_under_a_long_limit() {
    let spin = Spin::default();
    spin.set_limit(Duration::from_secs(2));
    let mut looks = 0;
    let look = || {
        looks += 1;
        false
    };
    // Yields that take no time: a long one would end any wait.
    assert!(!spin.wait_briefly_giving_way(look, || Duration::ZERO));
    assert!(looks < 20_000, "{looks} looks");
}

/// What a gap becomes in many waits, with so many operations between two of them.
fn learned(from: u32, run: u32, cap: usize) -> u32 {
    (0..64).fold(from, |gap, _| gap_after(run, gap, cap))
}

/// Long where a long one brings longer runs, short where the ring would run full or empty meanwhile, none where nothing runs.
#[test]
fn a_gap_is_as_long_as_the_ring_allows() {
    assert_eq!(learned(0, 100, 4096), GAP_LONG_NS);
    assert_eq!(learned(0, 100, 128), GAP_NS);
    assert_eq!(learned(GAP_LONG_NS, 1500, 4096), GAP_LONG_NS, "it is right as it is");
    assert!(learned(GAP_LONG_NS, 3000, 4096) <= GAP_NS);
    assert!(learned(GAP_LONG_NS, 100, 128) <= GAP_NS, "of a peer that was slower before");
    assert_eq!(learned(GAP_LONG_NS, 1, 4096), 0);
    assert_eq!(learned(0, 1, 4096), 0);
}

/// A ring that is filled or emptied in microseconds is not left alone for as many; and who is waited for does not wait.
#[test]
fn a_task_leaves_a_long_ring_alone_for_a_shorter_time() {
    let whole = |patience, slots| {
        let (gaps, length) = gaps(patience, slots);
        gaps * length
    };
    let (short, long) = (whole(Patience::Task, 1), whole(Patience::Task, 128));
    assert!(0 < long && long < short && whole(Patience::Task, 0) == short, "{short}, {long}");
    assert_eq!(whole(Patience::TaskAlone, 1), 0);
}

/// A task has gaps as long as something comes in them, now and then at least; where nothing ever does, hardly any.
#[test]
fn a_task_has_gaps_where_they_are_worth_it() {
    if processors() == 1 {
        return; // nobody comes there while it looks
    }
    let spin = Spin::default();
    let position = Cell::new(0);
    let looks = |run: u64, waits: u32, every: u32| {
        let looks = Cell::new(0);
        for wait in 0..waits {
            let comes = every != 0 && wait % every == 0;
            let look = || {
                looks.set(looks.get() + 1);
                comes
            };
            let before = looks.get();
            position.set(position.get() + run);
            assert_eq!(spin.may_have_gap(position.get(), 8) && spin.gap_of_task(look), comes && looks.get() > before);
        }
        looks.get()
    };
    assert_eq!(looks(10, 100, 4), 100);
    assert_eq!(looks(1, 100, 1), 0, "no run");
    let vain = looks(10, 10_000, 0);
    assert!((100..200).contains(&vain), "{vain} looks in vain");
    assert!(looks(10, 1_000, 1) > 900, "it comes to nothing for ever");
    spin.set_limit(Duration::ZERO);
    assert_eq!(looks(10, 100, 1), 0);
}

/// The moment before the first look grows until looks come in time, follows a peer that becomes faster, and has an end where none ever comes in time.
#[test]
fn a_moment_is_as_long_as_the_peer_takes() {
    let after = |from, looks, takes| (0..looks).fold(from, |moment, _| moment_after(moment, moment >= takes));
    for takes in [1_000, 3_000] {
        let moment = after(0, 1_000, takes);
        assert!((takes..takes + 10).contains(&moment) || (takes - 1..takes).contains(&moment), "{moment} of {takes}");
        assert!(after(MOMENT_MAX, 10_000, takes) < takes + 10, "shorter again");
    }
    assert_eq!(after(0, 10_000, u32::MAX), MOMENT_MAX);
    assert_eq!(after(1_000, 10_000, 0), 0);
}

/// With one slot, and with none, each wait begins with one look, whose answer is believed and learned from.
#[test]
fn one_slot_has_a_moment() {
    if processors() == 1 {
        return; // who waits there gives way at once
    }
    let spin = Spin::default();
    for answer in [true, false, true] {
        let looks = Cell::new(0);
        let look = || {
            looks.set(looks.get() + 1);
            answer
        };
        assert_eq!((spin.gap(7, 1, look), looks.get()), (answer, 1));
        assert_eq!((spin.comes_soon(look), looks.get()), (answer, 2));
    }
    let moment = Moment::new();
    // The least of a few: nothing makes one shorter.
    let time = || {
        let once = || {
            let start = Instant::now();
            (0..100).for_each(|_| assert!(moment.look(|| true)));
            start.elapsed()
        };
        (0..5).map(|_| once()).min()
    };
    let before = time();
    (0..10_000).for_each(|_| assert!(!moment.look(|| false)));
    let after = time();
    assert!(after > before.map(|before| 2 * before), "{before:?}, {after:?} once it has grown");
}

/// A turn that is looked at often is over after its length, and the next begins then; one that was not looked at for as long begins anew.
#[test]
fn a_turn_has_its_length() {
    let start = Instant::now();
    let mut turn = Turn::NEW;
    let over: Vec<u32> = (0..25).filter(|tenth| turn.look(start + TURN / 10 * *tenth)).collect();
    assert_eq!(over, [10, 21], "from its first look");
    let mut turn = Turn::NEW;
    assert!((0..50).all(|n| !turn.look(start + TURN * n)), "this thread is not at it, or not on its processor");
}

/// Each turn in a row that is lost by yielding doubles the patience, up to a limit; it ends with a whole turn, and when nobody wants the processor.
#[test]
fn who_loses_turns_becomes_patient() {
    let start = Instant::now();
    let whole: [fn(&mut Turn, Instant); 2] = [
        |turn, start| assert!(!turn.look(start) && !turn.look(start + TURN / 2) && turn.look(start + TURN)),
        |turn, _| assert!(!turn.back(AWAY - Duration::from_nanos(1))),
    ];
    for ended in whole {
        let mut turn = Turn::NEW;
        assert_eq!(turn.patience_ns(), 0);
        assert!(turn.back(AWAY));
        let first = turn.patience_ns();
        assert!(first > 0);
        for n in 1..=5 {
            assert!(turn.back(AWAY));
            assert_eq!(turn.patience_ns(), first << n);
        }
        (0..100).for_each(|_| assert!(turn.back(AWAY)));
        assert_eq!(turn.patience_ns(), first << 5);
        ended(&mut turn, start);
        assert_eq!(turn.patience_ns(), 0);
    }
}

/// Each lost turn makes the next look longer, within the limit; also one in which a peer came.
#[test]
fn who_lost_turns_looks_longer() {
    if processors() == 1 {
        return; // nobody looks there without giving way
    }
    let looks = |limit: Option<Duration>, comes: bool| {
        let spin = Spin::default();
        limit.into_iter().for_each(|limit| spin.set_limit(limit));
        let (looks, until_yield) = (Cell::new(0), Cell::new(None));
        let ready = || {
            looks.set(looks.get() + 1);
            comes && until_yield.get().is_some()
        };
        let give_way = || {
            until_yield.set(until_yield.get().or(Some(looks.get())));
            AWAY
        };
        assert_eq!(spin.wait_giving_way(Deadline::NEVER, ready, give_way), comes);
        until_yield.get().expect("a yield")
    };
    let longer: Vec<u32> = [false, true, true, false, true].map(|comes| looks(None, comes)).into();
    assert!(longer.windows(2).all(|pair| pair[0] < pair[1]), "{longer:?}");
    assert!(looks(Some(Duration::from_micros(1)), false) < longer[1], "beyond the limit");
}

/// Who comes back late from a yield, and in vain, yields no more in this wait.
#[test]
fn a_turn_is_given_away_once() {
    let yields = |away| {
        let yields = Cell::new(0);
        let give_way = || {
            yields.set(yields.get() + 1);
            away
        };
        assert!(!Spin::default().wait_giving_way(Deadline::NEVER, || false, give_way));
        yields.get()
    };
    assert_eq!(yields(AWAY), 1);
    assert!(yields(Duration::ZERO) > 1);
}

/// A side that has learned to sleep yields in vain no more, if it waits rarely; but it tries from time to time.
#[test]
fn who_waits_rarely_sleeps_at_once() {
    const RARE: Duration = Duration::from_micros(RARE_US as u64);
    let spin = Spin::default();
    let yields = || {
        let yields = Cell::new(0);
        let give_way = || {
            yields.set(yields.get() + 1);
            Duration::ZERO
        };
        assert!(!spin.wait_giving_way(Deadline::NEVER, || false, give_way));
        yields.get()
    };
    assert!(yields() > 2, "before it has learned");
    while yields() > 2 {}
    let rare: Vec<u32> = (0..64)
        .map(|_| {
            std::thread::sleep(RARE);
            yields()
        })
        .collect();
    assert!(rare.iter().filter(|&&yields| yields == 0).count() > 60, "{rare:?}");
    assert!(rare.iter().any(|&yields| yields > 2), "{rare:?}");
}

/// A wait counts, whichever way the thread stays awake for it.
#[test]
fn waits_awake_are_looks_at_the_clock() {
    if processors() == 1 {
        return; // nobody waits awake there without giving way
    }
    let spin = Spin::default();
    let ways: [&dyn Fn() -> bool; 4] =
        [&|| spin.wait(Deadline::NEVER, || true), &|| spin.glance(0, || true), &|| spin.gap(0, 2, || true), &|| spin.comes_soon(|| true)];
    for wait in ways {
        let before = turn::offers();
        (0..10 * WAITS).for_each(|_| assert!(wait()));
        assert_eq!(turn::offers() - before, 10);
    }
}
