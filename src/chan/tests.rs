//! What the lock's holder owes those who asked it to wake somebody, and what tasks are told.

#![allow(unsafe_code)] // enlisting waiters of the test's own frame

mod crowd;
mod frozen;
mod meet;
mod reserved;
mod waits;

use super::shared::channel;
use super::{Chan, WAITED};
use crate::wait::lock::{WAKE_RX, WAKE_TX};
use crate::wait::{self, Claim, Waiter, WakeList};
use std::future::Future;
use std::pin::pin;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

#[derive(Default)]
struct Woken(AtomicUsize);

impl Woken {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed) // ORDERING: of this thread alone, which does all the waking here
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed); // ORDERING: as in `count`
    }
}

/// Requests that come while the list of wakers is full, or is about to be, are answered as put off: none is lost, and nothing overflows.
#[test]
fn a_request_without_room_for_its_waker_is_put_off() {
    let woken = Arc::new(Woken::default());
    let claims = [(); 2].map(|()| Claim::parked(woken.clone().into()));
    let [receiver, sender] = claims.each_ref().map(|claim| Waiter::new(claim, 0, ptr::null_mut()));
    // A value to receive, and room to send.
    let (strong, _other) = channel::<u8>(Some(2)).expect("two slots");
    strong.chan().try_send(1).expect("room");
    let mut guard = strong.chan().lock();
    // SAFETY: in no queue before; both are chosen below, before this frame goes.
    guard.with(|lists| unsafe {
        lists.rx.push_back(&receiver);
        lists.tx.push_back(&sender);
    });
    let mut wakers = WakeList::new();
    let mut filled = 0;
    while !wakers.is_full() {
        wakers.push(Some(wait::Waker::Task(woken.clone().into())));
        filled += 1;
    }
    assert_eq!(guard.collect(WAKE_RX | WAKE_TX, &mut wakers), WAKE_RX | WAKE_TX);
    wakers.wake_all();
    (1..filled).for_each(|_| wakers.push(Some(wait::Waker::Task(woken.clone().into()))));
    assert_eq!(guard.collect(WAKE_RX | WAKE_TX, &mut wakers), WAKE_TX, "room for one more");
    assert!(wakers.is_full());
    wakers.wake_all();
    assert_eq!(guard.collect(WAKE_TX, &mut wakers), 0);
    drop(guard);
    drop(wakers);
    assert_eq!(woken.count(), filled + filled + 1);
}

/// A channel of `cap` with `values` in it, and as many futures that wait for one, whose claims are `claims`; with its lock.
fn with_receivers(cap: Option<usize>, values: usize, waiters: &[Waiter], then: impl FnOnce(&Chan<usize>)) {
    let (strong, _other) = channel::<usize>(cap).expect("little memory");
    let chan = strong.chan();
    (0..values).for_each(|value| chan.try_send(value).expect("room"));
    let mut guard = chan.lock();
    chan.ring.tail_set(WAITED);
    // SAFETY: in no queue before; all are chosen before this frame goes.
    guard.with(|lists| waiters.iter().for_each(|waiter| unsafe { lists.rx.push_back(waiter) }));
    // As if they had been there, and told of all but what is behind the ring.
    let told = chan.ring.position_of(chan.ring.tail_word());
    guard.with(|lists| lists.told_rx = told);
    drop(guard);
    then(chan);
    assert!(chan.lock().with(|lists| lists.rx.is_empty()), "all were told");
}

/// Two requests that come to one: values behind the ring are for all that wait.
#[test]
fn each_task_is_told_of_values_behind_the_ring() {
    let woken = Arc::new(Woken::default());
    let claims = [(); 3].map(|()| Claim::parked(woken.clone().into()));
    let waiters = claims.each_ref().map(|claim| Waiter::new(claim, 0, ptr::null_mut()));
    with_receivers(None, super::UNBOUNDED_RING + 1, &waiters, |chan| chan.request(WAKE_RX));
    assert_eq!(woken.count(), 3);
}

/// An attempt does not overtake what waits behind the ring, though the ring has room.
#[test]
fn attempts_keep_their_turn_behind_the_ring() {
    let (strong, _other) = channel::<usize>(None).expect("little memory");
    let chan = strong.chan();
    const MANY: usize = 2 * super::UNBOUNDED_RING;
    for value in 0..MANY {
        chan.try_send(value).expect("open");
    }
    assert_eq!(chan.try_recv(), Ok(0));
    chan.try_send(MANY).expect("open");
    (1..=MANY).for_each(|value| assert_eq!(chan.try_recv(), Ok(value)));
}

/// WAITED outlives the last task that was told, until a request finds nobody.
#[test]
fn the_flag_of_a_task_goes_with_the_next_request() {
    let woken = Arc::new(Woken::default());
    let claim = Claim::parked(woken.clone().into());
    let waiters = [Waiter::new(&claim, 0, ptr::null_mut())];
    with_receivers(Some(2), 1, &waiters, |chan| {
        let flag = || chan.ring.tail_word() & WAITED != 0;
        chan.request(WAKE_RX);
        assert!(flag(), "for the task that comes back");
        assert!(chan.try_send(2).is_ok() && !flag());
    });
    assert_eq!(woken.count(), 1);
}

/// A future that was told found the value still being copied in, and is dropped, in no queue: the others are told anew.
#[test]
fn a_told_future_is_dropped_between_two_attempts() {
    let (tx, rx) = crate::bounded::<usize>(8);
    let chan = tx.0.chan();
    let counts = [(); 4].map(|()| Arc::new(Woken::default()));
    let is_woken = |i: usize| counts[i].count() > 0;
    let mut futures = [(); 4].map(|()| Some(Box::pin(rx.recv_async())));
    let mut poll = |i: usize| {
        let waker = counts[i].clone().into();
        futures[i].as_mut().expect("not dropped").as_mut().poll(&mut Context::from_waker(&waker))
    };
    (0..4).for_each(|i| assert!(poll(i).is_pending()));
    let (slot, flags) = chan.ring.reserve_write(|| ()).expect("room"); // and its sender loses its processor
    tx.try_send(1).expect("room");
    assert!(is_woken(0) && is_woken(1) && !is_woken(2));
    assert!(poll(0).is_pending());
    futures[0] = None;
    // Two requests become one.
    let guard = chan.lock();
    slot.publish(0);
    chan.after_push(flags);
    tx.try_send(2).expect("room");
    drop(guard);
    let mut poll = |i: usize| {
        assert!(is_woken(i), "{i} is to be told");
        futures[i].as_mut().expect("not dropped").as_mut().poll(&mut Context::from_waker(Waker::noop()))
    };
    (1..4).for_each(|i| assert_eq!(poll(i), Poll::Ready(Ok(i - 1))));
}

/// A future that waits alone is served, and its flag outlives it: until the next receive, or for good where there is one place.
#[test]
fn the_flag_of_senders_goes_with_the_next_receive() {
    fn goes<T: Copy + PartialEq + core::fmt::Debug>(value: T) {
        for cap in [1, 2] {
            let (tx, rx) = crate::bounded(cap);
            (0..cap).for_each(|_| tx.try_send(value).expect("room"));
            let mut send = Box::pin(tx.send_async(value));
            let mut poll = || send.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(poll().is_pending());
            let flag = || tx.0.chan().ring.head_word() & WAITED != 0;
            assert!(flag());
            assert_eq!(rx.try_recv(), Ok(value));
            assert!(flag() && poll().is_ready());
            (0..cap).for_each(|_| assert_eq!(rx.try_recv(), Ok(value)));
            assert_eq!(flag(), cap == 1);
        }
    }
    goes(0_u8);
    goes([0_u8; 1_000]); // not sent for the task
}

/// Two futures wait, in the queue: with the second the flag goes.
#[test]
fn the_flag_of_senders_goes_with_the_last() {
    fn goes<T: Copy + PartialEq + core::fmt::Debug>(value: T) {
        let (tx, rx) = crate::bounded(1);
        tx.try_send(value).expect("room");
        let mut sends = [(); 2].map(|()| Box::pin(tx.send_async(value)));
        let mut poll = |i: usize| sends[i].as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll(0).is_pending() && poll(1).is_pending());
        let flag = || tx.0.chan().ring.head_word() & WAITED != 0;
        assert_eq!(rx.try_recv(), Ok(value));
        assert!(poll(0).is_ready() && flag());
        assert_eq!(rx.try_recv(), Ok(value));
        assert!(!flag() && poll(1).is_ready());
    }
    goes(0_u8);
    goes([0_u8; 1_000]); // not sent for the task
}

/// Three futures wait: of the room that one request is for, each gets its part.
#[test]
fn a_batch_taken_is_filled_by_tasks() {
    for receivers in [0, 3] {
        let (tx, rx) = crate::bounded(2);
        let mut recvs: Vec<_> = (0..receivers).map(|_| Box::pin(rx.recv_async())).collect();
        assert!(recvs.iter_mut().all(|recv| recv.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()));
        (0..2).for_each(|value| tx.try_send(value).expect("room"));
        let mut sends = [2, 3, 4].map(|value| Box::pin(tx.send_async(value)));
        let mut poll = |i: usize| sends[i].as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!((0..3).all(|i| poll(i).is_pending()));
        assert_eq!(rx.recv_many(&mut Vec::new(), 2), Ok(2));
        assert!(poll(0).is_ready() && poll(1).is_ready() && poll(2).is_pending());
    }
}

/// Two futures wait to receive, and one to send: what is sent for that is told to the second receiver.
#[test]
fn a_value_sent_for_a_task_is_told_to_the_next_receiver() {
    for cap in [1, 2] {
        let (tx, rx) = crate::bounded(cap);
        let mut recvs = [(); 3].map(|()| Box::pin(rx.recv_async()));
        let told = [(); 3].map(|()| Arc::<Woken>::default());
        let mut poll = |i: usize| recvs[i].as_mut().poll(&mut Context::from_waker(&Waker::from(told[i].clone())));
        assert!((0..3).all(|i| poll(i).is_pending()));
        (0..cap).for_each(|value| tx.try_send(value).expect("room"));
        let mut send = Box::pin(tx.send_async(cap));
        let mut sent = || send.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert!(!sent());
        assert_eq!(poll(0), Poll::Ready(Ok(0)));
        assert_eq!(told.each_ref().map(|told| told.count()), [1, 1, cap - 1]);
        assert!(sent());
        (1..=cap).for_each(|i| assert_eq!(poll(i), Poll::Ready(Ok(i))));
    }
}

/// Three futures wait, and two values come with one request: two learn of it.
#[test]
fn a_batch_is_told_to_tasks() {
    let (tx, rx) = crate::bounded(2);
    let mut recvs = [(); 3].map(|()| Box::pin(rx.recv_async()));
    let told = [(); 3].map(|()| Arc::<Woken>::default());
    let mut poll = |i: usize| recvs[i].as_mut().poll(&mut Context::from_waker(&Waker::from(told[i].clone())));
    assert!((0..3).all(|i| poll(i).is_pending()));
    assert!(tx.send_many(&mut (0..2).collect()).is_ok());
    assert_eq!(told.each_ref().map(|told| told.count()), [1, 1, 0]);
    (0..2).for_each(|i| assert_eq!(poll(i), Poll::Ready(Ok(i))));
}

/// Writes down who is woken.
struct Noting(&'static str, Arc<Mutex<String>>);

impl Wake for Noting {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("no panic").push_str(self.0);
    }
}

/// Who was asked while it held the lock wakes a sender and a receiver in the order that is learned, too.
#[test]
fn whoever_serves_wakes_in_the_order_that_is_learned() {
    let (tx, rx) = crate::bounded(1);
    let woken = Arc::new(Mutex::new(String::new()));
    let [sends, receives] = ["s", "r"].map(|who| Waker::from(Arc::new(Noting(who, woken.clone()))));
    let orders: Vec<String> = (0..64)
        .map(|_| {
            let (mut told, mut next, mut send) = (pin!(rx.recv_async()), pin!(rx.recv_async()), pin!(tx.send_async(2)));
            assert!(told.as_mut().poll(&mut Context::from_waker(&receives)).is_pending());
            assert!(next.as_mut().poll(&mut Context::from_waker(&receives)).is_pending());
            assert_eq!(tx.try_send(1), Ok(()));
            assert!(send.as_mut().poll(&mut Context::from_waker(&sends)).is_pending());
            let guard = tx.0.chan().lock();
            assert_eq!(rx.try_recv(), Ok(1));
            woken.lock().expect("no panic").clear();
            drop(guard);
            let order = woken.lock().expect("no panic").clone();
            assert_eq!(rx.try_recv(), Ok(2));
            order
        })
        .collect();
    assert!(orders[..63].iter().all(|order| order == "sr"), "{orders:?}");
    assert_eq!(orders[63], "rs");
}
