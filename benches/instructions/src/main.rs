//! Repeats one operation that has to wait for nobody: `instructions NAME TIMES`. Without arguments it names the operations.
//!
//! `.ci/instructions` runs it under valgrind, which counts the instructions: once for N and once for 2N times. The difference belongs to the
//! operations alone, and is the same on every run.

use rendez::{bounded, select, unbounded};
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

type Operation = (&'static str, fn(usize));

const OPERATIONS: &[Operation] = &[
    ("nothing, but for the loop", nothing),
    ("try_send", try_send),
    ("try_recv", try_recv),
    ("try_send, full", try_send_full),
    ("try_recv, empty", try_recv_empty),
    ("send and recv, capacity 1", |times| pair(1, times)),
    ("send and recv, capacity 128", |times| pair(128, times)),
    ("send and recv, unbounded", pair_unbounded),
    ("send and recv of 1 KiB", pair_large),
    ("select of two, one ready", select_ready),
    ("select of two, default", select_default),
    ("poll of ready futures: send and recv", poll_pair),
    ("poll of a pending future, and drop", poll_pending),
    ("clone and drop of both handles", clone_drop),
    ("channel of capacity 0: made and dropped", |times| make(0, times)),
    ("channel of capacity 1: made and dropped", |times| make(1, times)),
    ("channel of capacity 128: made and dropped", |times| make(128, times)),
];

fn nothing(times: usize) {
    for i in 0..times {
        black_box(i);
    }
}

/// More than are ever asked for, so that what is made beforehand is the same for N and 2N.
const ROOM: usize = 1 << 14;

fn try_send(times: usize) {
    let (tx, rx) = bounded(ROOM);
    for i in 0..times {
        black_box(tx.try_send(black_box(i))).expect("room");
    }
    std::mem::forget((tx, rx)); // dropping the values is another operation
}

fn try_recv(times: usize) {
    let (tx, rx) = bounded(ROOM);
    (0..ROOM).for_each(|i| tx.send(i).expect("room"));
    for _ in 0..times {
        black_box(rx.try_recv()).expect("a value");
    }
    std::mem::forget((tx, rx));
}

fn try_send_full(times: usize) {
    let (tx, _rx) = bounded(1);
    tx.send(0).expect("room");
    for i in 0..times {
        black_box(tx.try_send(black_box(i))).expect_err("full");
    }
}

fn try_recv_empty(times: usize) {
    let (_tx, rx) = bounded::<usize>(1);
    for _ in 0..times {
        black_box(rx.try_recv()).expect_err("empty");
    }
}

fn pair(cap: usize, times: usize) {
    let (tx, rx) = bounded(cap);
    for i in 0..times {
        black_box(tx.send(black_box(i))).expect("open");
        black_box(rx.recv()).expect("open");
    }
}

fn pair_unbounded(times: usize) {
    let (tx, rx) = unbounded();
    for i in 0..times {
        black_box(tx.send(black_box(i))).expect("open");
        black_box(rx.recv()).expect("open");
    }
}

/// Mostly copies: one into the argument, one into the slot, one into the result.
fn pair_large(times: usize) {
    let (tx, rx) = bounded(1);
    let message = black_box([1_u64; 128]);
    for _ in 0..times {
        assert!(tx.send(message).is_ok());
        let received = rx.recv();
        assert!(black_box(&received).is_ok());
    }
}

/// The send that makes the arm ready is counted with it; which arm is ready alternates.
fn select_ready(times: usize) {
    let ((tx_0, rx_0), (tx_1, rx_1)) = (bounded(1), bounded(1));
    for i in 0..times {
        let tx = if i % 2 == 0 { &tx_0 } else { &tx_1 };
        tx.send(black_box(i)).expect("open");
        let value = select! {
            recv(rx_0) -> value => value,
            recv(rx_1) -> value => value,
        };
        black_box(value).expect("open");
    }
}

fn select_default(times: usize) {
    let ((_tx_0, rx_0), (_tx_1, rx_1)) = (bounded::<usize>(1), bounded::<usize>(1));
    for i in 0..times {
        let found = select! {
            recv(rx_0) -> _ => true,
            recv(rx_1) -> _ => true,
            default => false,
        };
        assert!(!black_box(found), "{i}");
    }
}

fn poll_pair(times: usize) {
    let (tx, rx) = bounded(1);
    let mut cx = Context::from_waker(Waker::noop());
    for i in 0..times {
        let sent = pin!(tx.send_async(black_box(i))).poll(&mut cx);
        assert!(black_box(sent).is_ready());
        let received = pin!(rx.recv_async()).poll(&mut cx);
        assert!(matches!(black_box(received), Poll::Ready(Ok(_))));
    }
}

fn poll_pending(times: usize) {
    let (_tx, rx) = bounded::<usize>(1);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..times {
        assert!(black_box(pin!(rx.recv_async()).poll(&mut cx)).is_pending());
    }
}

fn clone_drop(times: usize) {
    let (tx, rx) = bounded::<usize>(1);
    for _ in 0..times {
        drop(black_box((tx.clone(), rx.clone())));
    }
}

fn make(cap: usize, times: usize) {
    for _ in 0..times {
        drop(black_box(bounded::<usize>(black_box(cap))));
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, times] = args.as_slice() else {
        OPERATIONS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let (Some((_, run)), Ok(times)) = (OPERATIONS.iter().find(|(known, _)| known == name), times.parse()) else {
        eprintln!("instructions NAME TIMES");
        return ExitCode::FAILURE;
    };
    run(times);
    ExitCode::SUCCESS
}
