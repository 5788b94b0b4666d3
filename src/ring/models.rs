//! Loom models of the ring alone: that each value comes out once, in order, and what the flags and holds promise to who waits.

#![allow(unsafe_code)] // a ring over slots of a box
#![allow(clippy::arc_with_non_send_sync)] // loom's cells are shared by its threads

use super::position::{CLOSED, WAITED};
use super::{Ring, Slot};
use crate::models::model;
use crate::sync::Cell;
use loom::thread::{spawn, yield_now};
use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// A ring and its slots.
struct Owned {
    ring: Ring<u32, ()>,
    _slots: Box<[MaybeUninit<Slot<u32>>]>,
}

impl Deref for Owned {
    type Target = Ring<u32, ()>;

    fn deref(&self) -> &Ring<u32, ()> {
        &self.ring
    }
}

/// A ring with the values `0..len` in it.
fn ring(cap: usize, len: u32) -> Arc<Owned> {
    let mut slots: Box<[_]> = (0..cap).map(|_| MaybeUninit::uninit()).collect();
    // SAFETY: the slots live beside the ring.
    let ring = unsafe { Ring::new(NonNull::from(&mut slots[0]).cast(), cap) };
    (0..len).for_each(|value| assert!(ring.push(value).is_ok()));
    Arc::new(Owned { ring, _slots: slots })
}

fn push_waiting(ring: &Owned, value: u32) {
    while ring.push(value).is_err() {
        yield_now();
    }
}

fn pop_waiting(ring: &Owned) -> u32 {
    loop {
        match ring.pop() {
            Ok((value, _)) => return value,
            Err(_) => yield_now(),
        }
    }
}

/// What is in the ring when nobody else is there.
fn rest(ring: &Owned) -> Vec<u32> {
    std::iter::from_fn(|| ring.pop().ok()).map(|(value, _)| value).collect()
}

/// Values of all sources, sorted.
fn all(sources: impl IntoIterator<Item = Vec<u32>>) -> Vec<u32> {
    let mut all: Vec<u32> = sources.into_iter().flatten().collect();
    all.sort_unstable();
    all
}

/// M1. One sender and one receiver go round the ring.
#[test]
fn values_keep_their_order_through_the_wrap() {
    for cap in [1, 2] {
        model("ring: values keep their order through the wrap", move || {
            let ring = ring(cap, 0);
            let other = ring.clone();
            let sender = spawn(move || (0..3).for_each(|value| push_waiting(&other, value)));
            assert_eq!([(); 3].map(|()| pop_waiting(&ring)), [0, 1, 2]);
            sender.join().unwrap();
        });
    }
}

/// M2. Two senders and two receivers, each trying once: what was sent is received, or still there.
#[test]
fn two_senders_and_two_receivers() {
    for (cap, len) in [(1, 1), (2, 1)] {
        model("ring: two senders and two receivers", move || {
            let ring = ring(cap, len);
            let senders = [1, 2].map(|value| {
                let ring = ring.clone();
                spawn(move || ring.push(value).map_or(vec![], |_| vec![value]))
            });
            let other = ring.clone();
            let receiver = spawn(move || other.pop().map_or(vec![], |(value, _)| vec![value]));
            let first = ring.pop().map_or(vec![], |(value, _)| vec![value]);
            let sent = all(senders.map(|sender| sender.join().unwrap()).into_iter().chain([vec![0]]));
            let second = receiver.join().unwrap();
            assert_eq!(all([first, second, rest(&ring)]), sent);
        });
    }
}

/// M21. What goes in with one exchange stays together.
#[test]
fn a_batch_against_a_send() {
    model("ring: a batch against a send", || {
        let ring = ring(3, 1);
        let other = ring.clone();
        let batch = spawn(move || other.push_many(&mut VecDeque::from([1, 2]), || ()).map_or(0, |(sent, _)| sent));
        let single = ring.push(3).is_ok();
        let sent = batch.join().unwrap();
        let expected: &[&[u32]] = match (sent, single) {
            (1, true) => &[&[0, 3, 1]],
            (2, false) => &[&[0, 1, 2]],
            _ => panic!("{sent} of the batch, the other {single}"),
        };
        assert!(expected.contains(&rest(&ring).as_slice()));
    });
}

/// M21. Two batches go round the ring.
#[test]
fn batches_keep_their_order_through_the_wrap() {
    model("ring: batches keep their order through the wrap", || {
        let ring = ring(2, 1);
        let other = ring.clone();
        let sender = spawn(move || {
            let mut values = VecDeque::from([1, 2]);
            while other.push_many(&mut values, || ()).is_err() || !values.is_empty() {
                yield_now();
            }
        });
        let mut values = Vec::new();
        while values.len() < 3 {
            if ring.pop_many(3, |value| values.push(value), || ()).0 == 0 {
                yield_now();
            }
        }
        assert_eq!(values, [0, 1, 2]);
        sender.join().unwrap();
    });
}

/// M21. A batch is taken against a receive, while a sender fills the place that became free.
#[test]
fn a_batch_against_a_receive() {
    model("ring: a batch against a receive", || {
        let ring = ring(2, 2);
        let (other, sending) = (ring.clone(), ring.clone());
        let batch = spawn(move || {
            let mut values = Vec::new();
            other.pop_many(2, |value| values.push(value), || ());
            values
        });
        let sender = spawn(move || sending.push(2).map_or(vec![], |_| vec![2]));
        let single = ring.pop().map_or(vec![], |(value, _)| vec![value]);
        let batch = batch.join().unwrap();
        assert!(batch.is_sorted() && !batch.is_empty() || single == [0]);
        let sent = all([sender.join().unwrap(), vec![0, 1]]);
        assert_eq!(all([batch, single, rest(&ring)]), sent);
    });
}

/// M21, M7. Who closes knows from the tail how much is in; nothing comes after that.
#[test]
fn nothing_enters_after_close() {
    model("ring: nothing enters after close", || {
        let ring = ring(3, 0);
        let (batching, evicting) = (ring.clone(), ring.clone());
        let batch = spawn(move || batching.push_many(&mut VecDeque::from([1, 2]), || ()).map_or(0, |(sent, _)| sent));
        let forced = spawn(move || evicting.push_evict(3, yield_now).is_ok());
        let tail = ring.tail_set(CLOSED);
        assert!(ring.push(4).is_err(), "closed");
        assert_eq!(batch.join().unwrap() + usize::from(forced.join().unwrap()), ring.distance(tail, 0));
        assert_eq!(rest(&ring).len(), ring.distance(tail, 0));
    });
}

/// M7. After closing, a receiver that goes on until the words are equal has everything that was accepted.
#[test]
fn a_closed_ring_is_drained() {
    model("ring: a closed ring is drained", || {
        let ring = ring(2, 0);
        let other = ring.clone();
        let sender = spawn(move || (0..2).filter(|&value| other.push(value).is_ok()).collect::<Vec<_>>());
        ring.tail_set(CLOSED);
        let mut values = Vec::new();
        loop {
            values.extend(rest(&ring));
            let (tail, head) = ring.words();
            if ring.distance(tail, head) == 0 {
                break;
            }
            yield_now();
        }
        assert_eq!(sender.join().unwrap(), values);
    });
}

/// What was done before closing is seen by who finds the ring closed.
#[test]
fn closing_publishes_what_came_before() {
    model("ring: closing publishes what came before", || {
        let ring = ring(1, 0);
        let aside = Arc::new(Cell::new(0));
        let (other, writing) = (ring.clone(), aside.clone());
        let closer = spawn(move || {
            // SAFETY: loom says whether another thread is in there.
            writing.with_mut(|place| unsafe { *place = 1 });
            other.tail_set(CLOSED);
        });
        if ring.tail_word() & CLOSED != 0 {
            // SAFETY: as above.
            assert_eq!(aside.with_mut(|place| unsafe { *place }), 1);
        }
        closer.join().unwrap();
    });
}

/// The two words read belong together.
#[test]
fn a_length_is_never_more_than_the_capacity() {
    model("ring: a length is never more than the capacity", || {
        let ring = ring(1, 0);
        let other = ring.clone();
        let both = spawn(move || {
            assert!(other.push(1).is_ok() && other.pop().is_ok());
            assert!(other.push(2).is_ok());
        });
        let (tail, head) = ring.words();
        assert!(ring.distance(tail, head) <= 1);
        both.join().unwrap();
    });
}

/// A send that evicts, against a receive: each value goes one way.
#[test]
fn an_eviction_against_a_receive() {
    for cap in [1, 2] {
        model("ring: an eviction against a receive", move || {
            let ring = ring(cap, cap as u32);
            let other = ring.clone();
            let forced = spawn(move || match other.push_evict(9, yield_now) {
                Ok(forced) => Vec::from_iter(forced.evicted),
                Err(_) => unreachable!("open"),
            });
            let first = ring.pop().map_or(vec![], |(value, _)| vec![value]);
            let evicted = forced.join().unwrap();
            let rest = rest(&ring);
            assert_eq!([&first[..], &rest].concat().last(), Some(&9));
            assert_eq!(all([evicted, first, rest]), all([(0..cap as u32).collect(), vec![9]]));
        });
    }
}

/// Two sends that evict meet at one slot.
#[test]
fn two_evictions() {
    for cap in [1, 2] {
        model("ring: two evictions", move || {
            let ring = ring(cap, cap as u32);
            let evict = |ring: &Owned, value| match ring.push_evict(value, yield_now) {
                Ok(forced) => Vec::from_iter(forced.evicted),
                Err(_) => unreachable!("open"),
            };
            let other = ring.clone();
            let forced = spawn(move || evict(&other, 8));
            let evicted = [evict(&ring, 9), forced.join().unwrap()].concat();
            assert_eq!(evicted.len(), 2);
            let rest = rest(&ring);
            assert_eq!(rest.len(), cap);
            assert_eq!(all([evicted, rest]), all([(0..cap as u32).collect(), vec![8, 9]]));
        });
    }
}

/// A hold of a writer ends while a receiver is about to sleep because of it: one sees the other.
#[test]
fn the_end_of_a_held_write_is_not_missed() {
    for give_up in [false, true] {
        model("ring: the end of a held write is not missed", move || {
            let ring = ring(1, 0);
            let Ok(slot) = ring.hold_write(|| ()) else { unreachable!("there is room") };
            let other = ring.clone();
            let waiter = spawn(move || {
                other.tail_set(WAITED);
                !other.head_is_held(other.head_set(0))
            });
            let flags = if give_up { ring.give_up(slot) } else { ring.fill(slot, 1) };
            let seen = waiter.join().unwrap();
            assert!(seen || flags & WAITED != 0);
        });
    }
}

/// A hold of a reader ends while a sender is about to sleep because of it: one sees the other.
#[test]
fn the_end_of_a_held_read_is_not_missed() {
    model("ring: the end of a held read is not missed", || {
        let ring = ring(1, 1);
        let Ok((slot, head)) = ring.reserve_read(|| ()) else { unreachable!("there is a value") };
        slot.hold(ring.position_of(head));
        let other = ring.clone();
        let waiter = spawn(move || {
            other.head_set(WAITED);
            !other.tail_is_held(other.tail_set(0))
        });
        let (value, flags) = ring.empty(slot);
        let seen = waiter.join().unwrap();
        assert!(value == 0 && (seen || flags & WAITED != 0));
    });
}

/// A place given up is passed over once, also if a sender sets a flag at that moment, and is room for the next lap.
#[test]
fn a_place_given_up_is_skipped_once() {
    model("ring: a place given up is skipped once", || {
        let ring = ring(1, 0);
        let Ok(slot) = ring.hold_write(|| ()) else { unreachable!("there is room") };
        ring.give_up(slot);
        let (other, waiting) = (ring.clone(), ring.clone());
        let skipping = spawn(move || usize::from(other.skip().is_some()));
        let waiter = spawn(move || waiting.head_set(WAITED));
        let skipped = usize::from(ring.skip().is_some());
        assert_eq!(skipping.join().unwrap() + skipped, 1);
        waiter.join().unwrap();
        assert!(ring.push(1).is_ok());
        assert_eq!(rest(&ring), [1]);
    });
}

/// A place that is held and given up goes round: the receiver before it, who skips it, and the sender after it are in order.
#[test]
fn a_place_given_up_is_written_again() {
    model("ring: a place given up is written again", || {
        let ring = ring(1, 1);
        let other = ring.clone();
        let giving_up = spawn(move || loop {
            match other.hold_write(|| ()) {
                Ok(slot) => break other.give_up(slot),
                Err(_) => yield_now(),
            }
        });
        assert_eq!(pop_waiting(&ring), 0);
        while ring.skip().is_none() {
            yield_now();
        }
        push_waiting(&ring, 1);
        assert_eq!(rest(&ring), [1]);
        giving_up.join().unwrap();
    });
}

/// Who sees a reader's hold sees the head moved on, and does not take it for a writer's.
#[test]
fn a_readers_hold_is_no_writers() {
    model("ring: a reader's hold is no writer's", || {
        let ring = ring(2, 1);
        let other = ring.clone();
        let reader = spawn(move || {
            let Ok((slot, head)) = other.reserve_read(|| ()) else { unreachable!("there is a value") };
            slot.hold(other.position_of(head));
            other.empty(slot);
        });
        let head = ring.head_set(0);
        assert!(!ring.head_is_held(head));
        reader.join().unwrap();
    });
}
