//! Threads and tasks on the same channels, at every capacity; futures dropped at every moment.

mod common;

use common::task::{block_on, poll, Count};
use common::{keep, watched, Counter, Rng, Tracked};
use futures_core::{FusedFuture, FusedStream, Stream};
use rendez::{bounded, unbounded, Receiver, RecvError, SendError, Sender, TryRecvError};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};
use std::thread::{self};

const CAPS: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(64), None];

fn make<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

fn send_all(tx: Sender<u32>, task: bool) {
    for n in 0..2_000 {
        match task {
            true => block_on(tx.send_async(n)).unwrap(),
            false => tx.send(n).unwrap(),
        }
    }
}

fn receive_all(rx: Receiver<u32>, task: bool) -> Vec<u32> {
    match task {
        true => {
            let mut all = Vec::new();
            while let Ok(value) = block_on(rx.recv_async()) {
                all.push(value);
            }
            all
        }
        false => rx.iter().collect(),
    }
}

#[test]
fn every_pairing_of_threads_and_tasks() {
    watched(|| {
        for cap in CAPS {
            for (sender, receiver) in [(true, true), (true, false), (false, true)] {
                let (tx, rx) = make(cap);
                thread::scope(|s| {
                    s.spawn(move || send_all(tx, sender));
                    assert!(receive_all(rx, receiver).into_iter().eq(0..2_000), "capacity {cap:?}");
                });
            }
        }
    });
}

#[test]
fn a_crowd_of_threads_and_tasks() {
    watched(|| {
        for cap in CAPS {
            let (tx, rx) = make(cap);
            let total: usize = thread::scope(|s| {
                for i in 0..4 {
                    let tx = tx.clone();
                    s.spawn(move || send_all(tx, i % 2 == 0));
                }
                let receivers: Vec<_> = (0..4)
                    .map(|i| {
                        let rx = rx.clone();
                        s.spawn(move || receive_all(rx, i % 2 == 0).len())
                    })
                    .collect();
                drop((tx, rx));
                receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum()
            });
            assert_eq!(total, 8_000, "capacity {cap:?}");
        }
    });
}

#[test]
fn a_pending_receive_is_woken_once_and_served() {
    for cap in CAPS {
        let (tx, rx) = make(cap);
        let (count, waker) = Count::new();
        let mut recv = pin!(rx.recv_async());
        assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending);
        assert!(!recv.is_terminated());
        assert_eq!(tx.try_send(5), Ok(()));
        assert_eq!(count.get(), 1);
        assert_eq!(poll(recv.as_mut(), &waker), Poll::Ready(Ok(5)));
        assert!(recv.is_terminated());
        assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending, "fused");
    }
}

#[test]
fn a_pending_send_is_woken_once_and_served() {
    for cap in [0, 1, 3] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|n| tx.send(n).unwrap());
        let (count, waker) = Count::new();
        let mut send = pin!(tx.send_async(cap));
        assert_eq!(poll(send.as_mut(), &waker), Poll::Pending);
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!(count.get(), 1);
        assert_eq!(poll(send.as_mut(), &waker), Poll::Ready(Ok(())));
        assert!(send.is_terminated());
        assert!(rx.try_iter().eq(1..cap + usize::from(cap > 0)));
    }
}

/// Who takes values out of a full channel puts those of waiting tasks in, whether these run or not.
#[test]
fn room_is_given_to_waiting_sends() {
    for cap in [1, 3] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|n| tx.send(n).unwrap());
        let (count, waker) = Count::new();
        let mut sends: Vec<_> = (cap..3 * cap).map(|n| Box::pin(tx.send_async(n))).collect();
        sends.iter_mut().for_each(|send| assert_eq!(poll(send.as_mut(), &waker), Poll::Pending));
        assert_eq!(rx.drain().collect::<Vec<_>>(), (0..cap).collect::<Vec<_>>());
        assert_eq!((count.get(), rx.len()), (cap, cap));
        assert!(rx.try_iter().take(2 * cap).eq(cap..3 * cap));
        assert_eq!(count.get(), 2 * cap);
        let dropped = sends.pop();
        drop(dropped);
        sends.iter_mut().for_each(|send| assert_eq!(poll(send.as_mut(), &waker), Poll::Ready(Ok(()))));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    }
}

/// A send that has been performed for a task cannot be had back, and one that is left out for its size can.
#[test]
fn a_send_that_was_performed_is_not_given_back() {
    let (tx, rx) = bounded(1);
    tx.send([0; 32]).unwrap();
    let (_, waker) = Count::new();
    let mut send = pin!(tx.send_async([1; 32]));
    assert_eq!(poll(send.as_mut(), &waker), Poll::Pending);
    assert_eq!(rx.try_recv(), Ok([0; 32]));
    assert_eq!(send.as_mut().cancel(), None);
    assert_eq!(rx.try_recv(), Ok([1; 32]));

    let (tx, rx) = bounded(1);
    tx.send([0; 400]).unwrap();
    let mut send = pin!(tx.send_async([1; 400]));
    assert_eq!(poll(send.as_mut(), &waker), Poll::Pending);
    assert_eq!(rx.try_recv(), Ok([0; 400]));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(send.as_mut().cancel(), Some([1; 400]));
}

/// More of them than one round of wake-ups has room for.
#[test]
fn one_drain_serves_a_crowd() {
    let (tx, rx) = bounded(100);
    (0..100).for_each(|n| tx.send(n).unwrap());
    let (count, waker) = Count::new();
    let mut sends: Vec<_> = (100..200).map(|n| Box::pin(tx.send_async(n))).collect();
    sends.iter_mut().for_each(|send| assert_eq!(poll(send.as_mut(), &waker), Poll::Pending));
    assert_eq!(rx.drain().count(), 100);
    assert_eq!(count.get(), 100);
    assert!(rx.try_iter().eq(100..200));
}

#[test]
fn close_wakes_tasks_and_gives_the_value_back() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|n| tx.send(n).unwrap());
        let (count, waker) = Count::new();
        let mut send = pin!(tx.send_async(7));
        assert_eq!(poll(send.as_mut(), &waker), Poll::Pending);
        rx.close();
        assert_eq!(count.get(), 1);
        assert_eq!(poll(send.as_mut(), &waker), Poll::Ready(Err(SendError(7))));

        let (tx, rx) = bounded::<i32>(cap);
        let (count, waker) = Count::new();
        let mut recv = pin!(rx.recv_async());
        assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending);
        drop(tx);
        assert_eq!(count.get(), 1);
        assert_eq!(poll(recv.as_mut(), &waker), Poll::Ready(Err(RecvError)));
    }
}

#[test]
fn the_last_waker_is_the_one_that_is_woken() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let (first, old) = Count::new();
        let (second, new) = Count::new();
        let mut recv = pin!(rx.recv_async());
        assert_eq!(poll(recv.as_mut(), &old), Poll::Pending);
        assert_eq!(poll(recv.as_mut(), &new), Poll::Pending);
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!((first.get(), second.get()), (0, 1));
        assert_eq!(poll(recv.as_mut(), &new), Poll::Ready(Ok(1)));
    }
}

#[test]
fn a_dropped_future_leaves_its_queue() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let (count, waker) = Count::new();
        {
            let mut recv = pin!(rx.recv_async());
            assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending);
        }
        assert_eq!(tx.try_send(1).is_ok(), cap == 1);
        assert_eq!(count.get(), 0);
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|_| tx.send(0).unwrap());
        {
            let mut send = pin!(tx.send_async(9));
            assert_eq!(poll(send.as_mut(), &waker), Poll::Pending);
        }
        assert!(rx.try_iter().eq((0..cap).map(|_| 0)), "the value went with the future");
    }
}

#[test]
fn cancel_gives_the_unsent_value_back() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|n| tx.send(n.to_string()).unwrap());
        let mut send = pin!(tx.send_async("mine".to_string()));
        assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Pending);
        assert_eq!(send.as_mut().cancel().as_deref(), Some("mine"));
        assert_eq!(send.as_mut().cancel(), None);
        assert_eq!(rx.try_iter().count(), cap);
    }
    let (tx, rx) = bounded(0);
    let mut send = pin!(tx.send_async(1));
    assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Pending);
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(send.as_mut().cancel(), None, "it was sent");
}

#[test]
fn a_woken_receive_that_is_dropped_passes_the_wake_up_on() {
    let (tx, rx) = bounded(1);
    let (first, old) = Count::new();
    let (second, new) = Count::new();
    let mut next = pin!(rx.recv_async());
    {
        let mut recv = pin!(rx.recv_async());
        assert_eq!(poll(recv.as_mut(), &old), Poll::Pending);
        assert_eq!(poll(next.as_mut(), &new), Poll::Pending);
        tx.send(1).unwrap();
        assert_eq!((first.get(), second.get()), (1, 0));
    }
    assert_eq!(second.get(), 1);
    assert_eq!(poll(next.as_mut(), &new), Poll::Ready(Ok(1)));
}

#[test]
fn a_served_receive_that_is_dropped_hands_its_value_to_the_next() {
    let (tx, rx) = bounded(0);
    let (count, waker) = Count::new();
    let mut next = pin!(rx.recv_async());
    {
        let mut recv = pin!(rx.recv_async());
        assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending);
        assert_eq!(poll(next.as_mut(), &waker), Poll::Pending);
        assert_eq!(tx.try_send(1), Ok(()));
    }
    assert_eq!(count.get(), 1);
    assert_eq!(poll(next.as_mut(), &waker), Poll::Ready(Ok(1)));
}

#[test]
fn values_of_dropped_receives_come_first_and_in_order() {
    let (tx, rx) = bounded(0);
    let serve = |order: [usize; 3]| {
        let mut futures: Vec<_> = (0..3).map(|_| Some(Box::pin(rx.recv_async()))).collect();
        for future in futures.iter_mut().flatten() {
            assert_eq!(poll(future.as_mut(), Waker::noop()), Poll::Pending);
        }
        (0..3).for_each(|n| assert_eq!(tx.try_send(n), Ok(())));
        order.into_iter().for_each(|i| futures[i] = None);
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        serve(order);
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!(rx.recv(), Ok(1));
        assert_eq!(block_on(rx.recv_async()), Ok(2));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    }
    serve([0, 1, 2]);
    rx.close();
    assert!(rx.iter().eq(0..3), "also when it is closed");
}

/// Each receive waits alone and is served by a task, or by a thread, before the next one comes.
#[test]
fn values_of_receives_dropped_one_after_the_other_come_in_order() {
    let serve: [fn(&Sender<u32>, u32); 2] =
        [|tx, n| assert!(poll(pin!(tx.send_async(n)), Waker::noop()) == Poll::Ready(Ok(()))), |tx, n| tx.try_send(n).unwrap()];
    for ways in 0..64 {
        let (tx, rx) = bounded(0);
        let mut served = Vec::new();
        for n in 0..6 {
            let mut receive = Box::pin(rx.recv_async());
            assert!(poll(receive.as_mut(), Waker::noop()).is_pending());
            serve[ways >> n & 1](&tx, n);
            served.push(receive);
        }
        // In whatever order they go.
        (0..6).for_each(|n| drop(served.swap_remove((n * ways) % (6 - n))));
        assert_eq!(rx.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5], "served by {ways:b}");
    }
}

#[test]
fn what_is_left_of_dropped_receives_goes_with_the_last_receiver() {
    let alive = Arc::new(Counter::new());
    let (tx, rx) = bounded(0);
    {
        let mut recv = pin!(rx.recv_async());
        assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
        assert!(tx.try_send(Tracked::new(0, 0, &alive)).is_ok());
    }
    assert_eq!(alive.get(), 1);
    drop(rx);
    assert_eq!(alive.get(), 0);
}

#[test]
fn a_select_that_holds_a_future_may_lose_it() {
    // A dynamic select has won the future, which is dropped before the select completes.
    let (tx, rx) = bounded(0);
    let mut recv = Box::pin(rx.recv_async());
    assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending);
    let mut select = rendez::Select::new();
    select.send(&tx);
    let won = select.try_select().unwrap();
    assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending, "held");
    drop(recv);
    assert_eq!(won.send(&tx, 1), Ok(()));
    assert_eq!(rx.try_recv(), Ok(1), "the next receiver gets it");

    let mut send = Box::pin(tx.send_async(2));
    assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Pending);
    let mut select = rendez::Select::new();
    select.recv(&rx);
    let won = select.try_select().unwrap();
    drop(send);
    assert_eq!(won.recv(&rx), Ok(2));

    let mut send = Box::pin(tx.send_async(3));
    assert_eq!(poll(send.as_mut(), Waker::noop()), Poll::Pending);
    let won = select.try_select().unwrap();
    assert_eq!(send.as_mut().cancel(), None, "a receiver has accepted it");
    drop(won);
    assert_eq!(rx.try_recv(), Ok(3), "and gave it up");
}

#[test]
fn a_held_future_is_woken_when_the_hold_ends() {
    let (tx, rx) = bounded(0);
    let (first, old) = Count::new();
    let (second, new) = Count::new();
    let mut recv = pin!(rx.recv_async());
    assert_eq!(poll(recv.as_mut(), &old), Poll::Pending);
    let mut select = rendez::Select::new();
    select.send(&tx);
    let won = select.try_select().unwrap();
    assert_eq!(poll(recv.as_mut(), &new), Poll::Pending, "with another waker");
    assert_eq!(won.send(&tx, 4), Ok(()));
    assert_eq!((first.get(), second.get()), (0, 1));
    assert_eq!(poll(recv.as_mut(), &new), Poll::Ready(Ok(4)));

    let mut recv = pin!(rx.recv_async());
    assert_eq!(poll(recv.as_mut(), &new), Poll::Pending);
    drop(select.try_select().unwrap()); // given up
    assert_eq!(second.get(), 2);
    assert_eq!(poll(recv.as_mut(), &new), Poll::Pending);
    assert_eq!(tx.try_send(5), Ok(()));
    assert_eq!(poll(recv.as_mut(), &new), Poll::Ready(Ok(5)));
}

/// Forgotten, a future keeps its place; others go on.
#[test]
fn a_forgotten_future_does_not_stop_the_others() {
    for cap in [0, 3] {
        let (tx, rx) = bounded(cap);
        let (tx, rx): (&'static _, &'static _) = (Box::leak(Box::new(tx)), Box::leak(Box::new(rx)));
        let mut recv = Box::pin(rx.recv_async());
        assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending);
        keep(tx);
        keep(&*recv);
        std::mem::forget(recv);
        if cap == 0 {
            assert_eq!(tx.try_send(0), Ok(()), "the forgotten one takes it");
        }
        watched(move || {
            thread::scope(|s| {
                s.spawn(|| (0..10).for_each(|n| tx.send(n).unwrap()));
                (0..10).for_each(|n| assert_eq!(rx.recv(), Ok(n)));
            });
        });
    }
}

struct Reenter(Sender<u32>, Receiver<u32>);

impl Wake for Reenter {
    fn wake(self: Arc<Self>) {
        let _ = (self.0.len(), self.1.try_recv(), self.0.try_send(9));
    }
}

impl Drop for Reenter {
    fn drop(&mut self) {
        let _ = (self.0.len(), self.1.try_recv(), self.0.try_send(9));
    }
}

#[test]
fn a_waker_may_use_the_channel() {
    watched(|| {
        for cap in [0, 1, 3] {
            let (tx, rx) = bounded(cap);
            for _ in 0..10 {
                let waker = Waker::from(Arc::new(Reenter(tx.clone(), rx.clone())));
                let mut recv = pin!(rx.recv_async());
                let _ = poll(recv.as_mut(), &waker);
                let _ = tx.try_send(1);
                let _ = poll(recv.as_mut(), &waker);
                let mut send = pin!(tx.send_async(2));
                let _ = poll(send.as_mut(), &waker);
                drop(waker);
                let _ = rx.try_recv();
                let _ = poll(send.as_mut(), Waker::noop());
            }
            rx.close();
        }
    });
}

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

#[test]
fn a_waker_that_panics_harms_only_its_task() {
    watched(|| {
        for cap in [0, 1] {
            let (tx, rx) = bounded(cap);
            let waker = Waker::from(Arc::new(Panics));
            let mut recv = Box::pin(rx.recv_async());
            assert_eq!(poll(recv.as_mut(), &waker), Poll::Pending);
            assert_eq!(tx.try_send(1), Ok(()), "the sender is not harmed");
            drop(recv);
            assert_eq!(rx.try_recv(), Ok(1));
            thread::scope(|s| {
                s.spawn(|| tx.send(2).unwrap());
                assert_eq!(rx.recv(), Ok(2));
            });
        }
    });
}

#[test]
fn streams_yield_all_and_end() {
    watched(|| {
        for cap in CAPS {
            let (tx, rx) = make(cap);
            thread::scope(|s| {
                s.spawn(move || send_all(tx, true));
                let mut stream = pin!(rx.into_stream());
                let all = block_on(async {
                    let mut all = Vec::new();
                    while let Some(value) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                        all.push(value);
                    }
                    all
                });
                assert!(all.into_iter().eq(0..2_000));
                assert!(stream.is_terminated());
            });
        }
    });
}

#[test]
fn timers_wake_tasks() {
    watched(|| {
        let start = std::time::Instant::now();
        let wait = std::time::Duration::from_millis(5);
        assert!(block_on(rendez::after(wait).recv_async()).is_ok());
        assert!(start.elapsed() >= wait);
        // The clock, asleep for long in the meantime, is told of one that comes before.
        for _ in 0..10 {
            thread::sleep(wait / 5);
            assert!(block_on(rendez::after(wait / 5).recv_async()).is_ok());
        }
        let ticks = rendez::tick(wait);
        assert!(block_on(async { ticks.recv_async().await.and(ticks.recv_async().await) }).is_ok());
        let never = rendez::never::<()>();
        let mut recv = pin!(never.recv_async());
        assert_eq!(poll(recv.as_mut(), Waker::noop()), Poll::Pending);
        let far = rendez::after(std::time::Duration::MAX);
        let mut recv = pin!(far.recv_async());
        assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
    });
}

#[test]
fn futures_are_send_for_send_values() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (tx, rx) = bounded::<std::cell::Cell<i32>>(0);
    drop(is_send(tx.send_async(std::cell::Cell::new(1))));
    drop(is_send(rx.recv_async()));
    assert_eq!(format!("{:?}", is_send(rx.stream())), "RecvStream { .. }");
    assert_eq!(format!("{:?}", is_send(rx.into_stream())), "IntoStream { .. }");
}

/// Futures dropped at random moments, against threads: nothing is lost or doubled, each sender's values stay in order.
#[test]
fn a_storm_of_cancellations() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let seed: u64 = number("RENDEZ_SEED", u64::from(std::process::id()));
    let rounds = number("RENDEZ_STRESS", 100_000) / 5;
    eprintln!("RENDEZ_SEED={seed}");
    watched(move || {
        for cap in [Some(0), Some(1), Some(2), None] {
            let alive = Arc::new(Counter::new());
            let (tx, rx) = make(cap);
            let (sent, received) = thread::scope(|s| {
                let senders: Vec<_> =
                    (0..3).map(|id| s.spawn(storm_sender(tx.clone(), id, rounds, Rng::new(seed + id as u64), &alive))).collect();
                let receivers: Vec<_> = (0..3).map(|id| s.spawn(storm_receiver(rx.clone(), Rng::new(seed + 10 + id)))).collect();
                drop((tx, rx));
                let sent: u64 = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
                (sent, receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum::<u64>())
            });
            assert_eq!(sent, received, "capacity {cap:?}");
            assert_eq!(alive.get(), 0);
        }
    });
}

fn storm_sender(tx: Sender<Tracked>, id: usize, rounds: u64, mut rng: Rng, alive: &Arc<Counter>) -> impl FnOnce() -> u64 + Send + use<'_> {
    move || {
        let mut sent = 0;
        for number in 0..rounds {
            let mut value = Some(Tracked::new(id, number, alive));
            while let Some(again) = value.take() {
                match rng.below(4) {
                    0 => tx.send(again).unwrap_or_else(|_| unreachable!()),
                    1 => block_on(tx.send_async(again)).unwrap_or_else(|_| unreachable!()),
                    _ => {
                        // Polled a few times at most, then given up; the value comes back and is sent again.
                        let mut send = pin!(tx.send_async(again));
                        let polls = rng.below(4);
                        if !(0..polls).any(|_| poll(send.as_mut(), Waker::noop()).is_ready()) {
                            value = send.as_mut().cancel();
                        }
                    }
                }
            }
            sent += 1;
        }
        sent
    }
}

fn storm_receiver(rx: Receiver<Tracked>, mut rng: Rng) -> impl FnOnce() -> u64 + Send {
    move || {
        let mut received = 0;
        loop {
            let result = match rng.below(4) {
                0 => rx.recv(),
                1 => block_on(rx.recv_async()),
                _ => {
                    let mut recv = pin!(rx.recv_async());
                    let polls = rng.below(4);
                    match (0..polls).find_map(|_| match poll(recv.as_mut(), Waker::noop()) {
                        Poll::Ready(result) => Some(result),
                        Poll::Pending => None,
                    }) {
                        Some(result) => result,
                        None => continue, // and dropped
                    }
                }
            };
            match result {
                Ok(_) => received += 1,
                Err(RecvError) => return received,
            }
        }
    }
}
