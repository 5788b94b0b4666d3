//! The ring alone.

#![allow(unsafe_code)] // a ring over slots of a vector

use super::position::{compare, Layout, Stamp, SPILLED, WAITED};
use super::{NoValue, Refused, Ring, Slot};
use crate::sync::Ordering;
use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

fn with_ring(cap: usize, f: impl FnOnce(&Ring<u32, ()>)) {
    let mut slots: Vec<MaybeUninit<Slot<u32>>> = (0..cap).map(|_| MaybeUninit::uninit()).collect();
    let first = NonNull::new(slots.as_mut_ptr().cast()).expect("a vector's pointer");
    // SAFETY: the slots outlive the ring.
    f(&unsafe { Ring::new(first, cap) });
}

#[test]
fn keeps_order_over_many_laps() {
    for cap in [1, 2, 3, 4, 5, 7, 8, 64] {
        with_ring(cap, |ring| {
            let mut next = (0, 0);
            for round in 0..10 * cap {
                for _ in 0..=round % cap {
                    assert_eq!(ring.push(next.0).map_err(|(value, _)| value), Ok(0));
                    next.0 += 1;
                }
                assert_eq!(ring.len(), round % cap + 1);
                for _ in 0..=round % cap {
                    assert_eq!(ring.pop().map(|(value, _)| value), Ok(next.1));
                    next.1 += 1;
                }
                assert_eq!(ring.pop(), Err(NoValue::Yet));
            }
        });
    }
}

#[test]
fn refuses_when_full() {
    for cap in [1, 2, 3, 5, 8] {
        with_ring(cap, |ring| {
            (0..cap as u32).for_each(|i| assert!(ring.push(i).is_ok()));
            assert_eq!(ring.push(9), Err((9, Refused::Full)));
            assert!(!ring.may_push() && !ring.may_push_now() && ring.may_pop() && ring.may_pop_now());
        });
    }
}

/// Who finds that others were faster says so before the next attempt; that a flag was set meanwhile is nothing.
#[test]
fn who_is_overtaken_says_so() {
    with_ring(4, |ring| {
        let mut overtaken = 0;
        (0..3).for_each(|i| assert!(ring.push(i).is_ok() && ring.pop().is_ok()));
        ring.tail.word.fetch_or(WAITED, Ordering::Relaxed); // ORDERING: of this thread alone
        ring.head.word.fetch_or(WAITED, Ordering::Relaxed); // ORDERING: as above
        ring.reserve_write(|| overtaken += 1).expect("room").0.publish(7);
        assert_eq!(ring.reserve_read(|| overtaken += 1).expect("a value").0.take(), 7);
        assert_eq!(overtaken, 0);
        ring.forget();
        ring.reserve_write(|| overtaken += 1).expect("room").0.publish(8);
        assert_eq!(overtaken, 1);
        assert_eq!(ring.reserve_read(|| overtaken += 1).expect("a value").0.take(), 8);
        assert_eq!(overtaken, 2);
    });
}

/// At capacities that are no powers of two, too.
#[test]
fn every_append_counts_as_one() {
    for cap in [1, 2, 3, 5, 64, 100] {
        with_ring(cap, |ring| {
            for n in 0..300 {
                assert_eq!(ring.appended_hint(), n);
                assert!(ring.push(n).is_ok() && ring.pop().is_ok());
            }
        });
    }
}

#[test]
fn batches_take_what_fits() {
    for cap in [1, 2, 3, 5, 8] {
        with_ring(cap, |ring| {
            for _ in 0..3 {
                let mut values: VecDeque<u32> = (0..cap as u32 + 2).collect();
                assert_eq!(ring.push_many(&mut values, || ()), Ok((cap, 0)));
                assert_eq!(values.len(), 2);
                let mut got = Vec::new();
                assert_eq!(ring.pop_many(100, |value| got.push(value), || ()).0, cap);
                assert_eq!(got, (0..cap as u32).collect::<Vec<_>>());
            }
        });
    }
}

#[test]
fn evicts_the_oldest() {
    for cap in [1, 2, 3, 5, 8] {
        with_ring(cap, |ring| {
            for i in 0..4 * cap as u32 {
                let forced = ring.push_evict(i, || unreachable!("nobody else is here"));
                assert_eq!(forced.ok().map(|forced| forced.evicted), Some(i.checked_sub(cap as u32)));
            }
            assert_eq!(ring.len(), cap);
        });
    }
}

#[test]
fn skips_what_was_given_up() {
    with_ring(2, |ring| {
        let held = ring.hold_write(|| ()).expect("there is room");
        assert!(ring.push(2).is_ok());
        assert_eq!(ring.pop(), Err(NoValue::Yet), "held is not there yet");
        assert!(ring.head_is_held(ring.head_word()) && !ring.may_pop() && !ring.may_pop_now());
        ring.give_up(held);
        assert_eq!(ring.pop(), Err(NoValue::GivenUp));
        assert!(ring.skip().is_some() && ring.skip().is_none());
        assert_eq!(ring.pop().map(|(value, _)| value), Ok(2));
    });
}

/// A guess may be old, as if its store had come late: then it is neither believed nor asked again.
#[test]
fn a_refusal_is_read_in_the_word_itself() {
    with_ring(3, |ring| {
        (0..3).for_each(|value| assert!(ring.push(value).is_ok()));
        let old = ring.head_word();
        let (held, head) = ring.reserve_read(|| ()).expect("a value");
        held.hold(ring.position_of(head));
        ring.head.guess.store(old, Ordering::Relaxed); // ORDERING: of this thread alone
        assert_eq!(ring.pop().map(|(value, _)| value), Ok(1), "the place before it is held, and was left behind");
        assert_eq!(ring.empty(held).0, 0);
        ring.tail_set(SPILLED);
        let old = ring.tail_word();
        ring.tail_clear(SPILLED);
        ring.tail.guess.store(old, Ordering::Relaxed); // ORDERING: as above
        assert!(ring.push(3).is_ok(), "nothing is behind the ring any more");
        assert_eq!(ring.pop().map(|(value, _)| value), Ok(2));
    });
}

#[test]
fn positions_count_through_the_wrap() {
    for cap in [1, 2, 3, 5, 8, 100] {
        let layout = Layout::new(cap);
        let start = layout.last_lap(layout.last_lap(0)); // two laps before the words wrap
        let mut word = start;
        for i in 0..5 * cap {
            assert_eq!(layout.index(word), i % cap);
            assert_eq!(layout.distance(word, start), i);
            assert_eq!(compare(word, word), Stamp::Here(0));
            assert_eq!(compare(word, layout.next(word)), Stamp::Behind);
            assert_eq!(compare(layout.next(word), word), Stamp::Ahead);
            word = layout.next(word);
        }
    }
}

/// Milestones are about a thousand positions apart, but no more than there are laps; and all else is the next position.
#[test]
fn milestones_come_once_in_a_thousand_positions() {
    for cap in [1, 2, 3, 100, 128, 1_000, 1_024, 4_096] {
        let layout = Layout::new(cap);
        let (mut word, mut milestones) = (WAITED, Vec::new());
        for n in 0..10 * 4_096 {
            let next = layout.next(word);
            assert_eq!(layout.next_plain(word), (!layout.is_milestone(word)).then_some(next));
            if layout.is_milestone(word) {
                milestones.push(n);
            }
            word = next;
        }
        assert!(milestones[0] >= 100, "a new channel is spared");
        assert!(milestones.windows(2).all(|pair| (512..=cap.max(1_024)).contains(&(pair[1] - pair[0]))), "{cap}: {milestones:?}");
    }
}
