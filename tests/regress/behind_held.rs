//! A select holds a place of an unbounded channel's ring, and the rest of the ring is empty: what is behind the ring cannot come in. Receivers sleep, where
//! they once asked again and again, until that place is left.

use super::common::task::{poll, Count};
use rendez::{unbounded, Receiver, Select, SelectedOperation, Sender, TryRecvError};
use std::mem;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread;

/// More than any ring has.
const MANY: usize = 1_000;

fn hold(rx: &Receiver<usize>) -> SelectedOperation<'_> {
    let mut select = Select::new();
    select.recv(rx);
    select.try_select().unwrap()
}

/// Sends until something is behind the ring; takes out what is before that, but for so many that are held. Answers the first value behind.
fn fill<'a>(tx: &Sender<usize>, rx: &'a Receiver<usize>, holds: usize) -> (Vec<SelectedOperation<'a>>, usize) {
    (0..MANY).for_each(|value| tx.send(value).unwrap());
    let held: Vec<_> = (0..holds).map(|_| hold(rx)).collect();
    let taken = std::iter::from_fn(|| rx.try_recv().ok()).last().unwrap();
    (held, taken + 1)
}

#[test]
fn a_task_sleeps_until_the_place_is_left() {
    let (tx, rx) = unbounded();
    let (mut held, next) = fill(&tx, &rx, 2);
    assert!(next < MANY, "nothing is behind the ring");
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    let told = [(); 2].map(|()| Arc::<Count>::default());
    let (mut first, mut second) = (pin!(rx.recv_async()), pin!(rx.recv_async()));
    assert!(poll(first.as_mut(), &Waker::from(told[0].clone())).is_pending());
    assert!(poll(second.as_mut(), &Waker::from(told[1].clone())).is_pending());
    // It is the first one's place that counts.
    assert_eq!(held.pop().unwrap().recv(&rx), Ok(1));
    tx.send(MANY).unwrap();
    assert_eq!([told[0].get(), told[1].get()], [0, 0]);
    drop(held);
    assert_eq!(told[0].get(), 1);
    assert_eq!(poll(first, Waker::noop()), Poll::Ready(Ok(next)));
    assert_eq!(told[1].get(), 1);
    assert_eq!(poll(second, Waker::noop()), Poll::Ready(Ok(next + 1)));
}

#[test]
fn threads_sleep_until_the_place_is_left() {
    let (tx, rx) = unbounded();
    let (held, next) = fill(&tx, &rx, 1);
    thread::scope(|s| {
        let receivers = [(); 3].map(|()| s.spawn(|| rx.recv())); // mostly asleep when the hold ends, and never for ever
        (0..1_000).for_each(|_| thread::yield_now());
        held.into_iter().for_each(|held| assert_eq!(held.recv(&rx), Ok(0)));
        let mut got = receivers.map(|receiver| receiver.join().unwrap().unwrap());
        got.sort_unstable();
        assert_eq!(got, [next, next + 1, next + 2]);
    });
}

#[test]
fn what_is_behind_comes_after_a_close() {
    let (tx, rx) = unbounded();
    let (held, next) = fill(&tx, &rx, 1);
    tx.close();
    let told = Arc::<Count>::default();
    let mut receive = pin!(rx.recv_async());
    assert!(poll(receive.as_mut(), &Waker::from(told.clone())).is_pending());
    assert_eq!(told.get(), 0);
    drop(held);
    assert_eq!(told.get(), 1);
    assert_eq!(poll(receive, Waker::noop()), Poll::Ready(Ok(next)));
    assert_eq!(rx.drain().count(), MANY - next - 1);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed); // ORDERING: one thread
    }
}

/// It once waited for a place that nobody was to leave any more.
#[test]
fn the_last_receiver_goes_though_a_hold_was_forgotten() {
    let (tx, rx) = unbounded();
    (0..MANY).for_each(|_| assert!(tx.send(Counted).is_ok()));
    let mut select = Select::new();
    select.recv(&rx);
    mem::forget(select.try_select().unwrap());
    drop(select);
    drop(rx);
    // ORDERING: as above.
    assert_eq!(DROPPED.load(Ordering::Relaxed), MANY - 1, "all but the one that is held");
    assert!(tx.send(Counted).is_err());
}
