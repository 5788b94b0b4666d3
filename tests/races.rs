//! A program for ThreadSanitizer, which must report nothing: threads and tasks that pass memory of their own through every kind of channel, in every way.
//!
//! It has no test harness, and between the threads there is nothing of the standard library but their beginning and end: what the standard library orders by
//! code of its own, a sanitizer cannot see, unless that was built for it too. So every order it sees here comes from the channels.

use rendez::{bounded, select, select_async, unbounded, Receiver, Select, Sender};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// Written by its sender and by its receiver, without any order but the channel's.
type Value = Box<[u64; 3]>;

fn value(n: u64) -> Value {
    Box::new([n, n + 1, n + 2])
}

#[allow(clippy::boxed_local)] // the memory is what is passed on
fn sum(mut value: Value) -> u64 {
    value[1] -= 1;
    value[2] -= 2;
    assert!(value.iter().all(|n| *n == value[0]));
    value[0]
}

/// A waker that is never freed: the counter in an `Arc` is ordered by a fence, which the sanitizer does not know.
fn waker() -> Waker {
    static VTABLE: RawWakerVTable = RawWakerVTable::new(|data| RawWaker::new(data, &VTABLE), wake, wake, |_| {});
    #[allow(unsafe_code)]
    fn wake(data: *const ()) {
        // SAFETY: a leaked thread handle.
        unsafe { &*data.cast::<Thread>() }.unpark();
    }
    let thread: &'static Thread = Box::leak(Box::new(thread::current()));
    #[allow(unsafe_code)]
    // SAFETY: the functions do what a waker's must; what they are given is never freed.
    unsafe {
        Waker::from_raw(RawWaker::new((thread as *const Thread).cast(), &VTABLE))
    }
}

fn block_on<F: Future>(waker: &Waker, future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
            return output;
        }
        thread::park();
    }
}

/// Sends the numbers below `n` in turn in each way.
fn send_all(tx: &Sender<Value>, n: u64) {
    let waker = waker();
    for i in 0..n {
        match i % 7 {
            0 => tx.send(value(i)).unwrap(),
            1 => block_on(&waker, tx.send_async(value(i))).unwrap(),
            2 => select! { send(tx, value(i)) -> sent => sent.unwrap() },
            3 => block_on(&waker, async {
                select_async! { send(tx, value(i)) -> sent => sent.unwrap() }
            }),
            4 => tx.send_many(&mut VecDeque::from([value(i)])).unwrap(),
            5 => {
                let mut select = Select::new();
                select.send(tx);
                select.select().send(tx, value(i)).unwrap();
            }
            _ => {
                let mut value = value(i);
                while let Err(back) = tx.send_timeout(value, Duration::from_micros(20)) {
                    value = back.into_inner();
                }
            }
        }
    }
}

/// Receives in turn in each way until the channel is closed.
fn receive_all(rx: &Receiver<Value>) -> u64 {
    let waker = waker();
    let mut total = 0;
    for i in 0.. {
        let received = match i % 8 {
            0 => rx.recv().ok(),
            1 => block_on(&waker, rx.recv_async()).ok(),
            2 => select! { recv(rx) -> received => received.ok(), default(Duration::from_secs(60)) => panic!("stuck") },
            3 => block_on(&waker, async {
                select_async! { recv(rx) -> received => received.ok() }
            }),
            4 => {
                let mut values = Vec::new();
                if rx.recv_many(&mut values, 3).is_err() {
                    return total;
                }
                total += values.into_iter().map(sum).sum::<u64>();
                continue;
            }
            5 => {
                let mut select = Select::new();
                select.recv(rx);
                select.select().recv(rx).ok()
            }
            6 => {
                // Dropped half way, now and then with a value that goes to the next.
                let mut future = pin!(rx.recv_async());
                match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(received) => received.ok(),
                    Poll::Pending => continue,
                }
            }
            _ => match rx.recv_timeout(Duration::from_micros(20)) {
                Err(error) if error.is_timeout() => continue,
                received => received.ok(),
            },
        };
        match received {
            Some(value) => total += sum(value),
            None => break,
        }
    }
    total
}

fn main() {
    let rounds = if cfg!(miri) { 20 } else { std::env::var("RENDEZ_STRESS").map_or(2_000, |text| text.parse().expect("a number")) };
    for cap in [Some(0), Some(1), Some(3), Some(64), None] {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        let (tx2, rx2) = (tx.clone(), rx.clone());
        let senders = [tx, tx2].map(|tx| thread::spawn(move || send_all(&tx, rounds)));
        let receivers = [rx, rx2].map(|rx| thread::spawn(move || receive_all(&rx)));
        senders.into_iter().for_each(|thread| thread.join().expect("no panic"));
        let total: u64 = receivers.into_iter().map(|thread| thread.join().expect("no panic")).sum();
        assert_eq!(total, rounds * (rounds - 1), "capacity {cap:?}");
    }
    println!("every value arrived, once and whole");
}
