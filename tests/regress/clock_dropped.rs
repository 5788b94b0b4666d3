//! A wait with a time leaves a clone of its waker with the clock. When it is over it takes that back and drops it: foreign code, which ran before what a peer
//! had decided was seen to. If it panicked, a value that had been accepted was lost, and nobody else was told of one that lay there.

#![allow(unsafe_code)] // a waker of one's own

use crate::common::task::{poll, Count};
use rendez::{at, bounded, rendezvous, select_async, Receiver, RecvError};
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::resume_unwind;
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::time::{Duration, Instant};

/// Once it is set, the next waker that is dropped panics.
type Fuse = &'static AtomicBool;

fn waker(fuse: Fuse) -> ManuallyDrop<Waker> {
    fn dropped(fuse: *const ()) {
        // SAFETY: from `waker`.
        let fuse = unsafe { &*fuse.cast::<AtomicBool>() };
        // ORDERING: set on this thread.
        if fuse.swap(false, Ordering::Relaxed) {
            resume_unwind(Box::new("a waker panics"));
        }
    }
    const TABLE: RawWakerVTable = RawWakerVTable::new(|fuse| RawWaker::new(fuse, &TABLE), |_| (), |_| (), dropped);
    // SAFETY: the data is static, and what the functions do with it is atomic.
    ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(std::ptr::from_ref(fuse).cast(), &TABLE)) })
}

type Fut<'a> = Pin<Box<dyn Future<Output = Option<u32>> + 'a>>;

fn timed(rx: &Receiver<u32>) -> Fut<'_> {
    Box::pin(async move {
        select_async! { recv(rx) -> got => got.ok(), default(Duration::from_secs(3600)) => None }
    })
}

/// The end of a future that was told, or served: polled, and it has `by_poll`; or dropped. The waker that the clock has panics.
fn end(mut future: Fut<'_>, by_poll: Option<u32>, fuse: Fuse, waker: &Waker) {
    fuse.store(true, Ordering::Relaxed); // ORDERING: for this thread
    if by_poll.is_some() {
        assert_eq!(poll(future.as_mut(), waker), Poll::Ready(by_poll));
    }
    drop(future);
    assert!(!fuse.load(Ordering::Relaxed), "no waker was dropped"); // ORDERING: by this thread
}

/// A ring: who was told of a value takes it, or has the next one told.
#[test]
fn who_is_told_receives() {
    let (tx, rx) = bounded(2);
    static FUSE: AtomicBool = AtomicBool::new(false);
    let waker = waker(&FUSE);
    let mut first = timed(&rx);
    assert!(poll(first.as_mut(), &waker).is_pending());
    tx.send(1).unwrap(); // the first is told
    end(first, Some(1), &FUSE, &waker);
    assert!(rx.is_empty());
}

#[test]
fn others_are_told_after_a_drop() {
    let (tx, rx) = bounded(2);
    static FUSE: AtomicBool = AtomicBool::new(false);
    let waker = waker(&FUSE);
    let mut first = timed(&rx);
    assert!(poll(first.as_mut(), &waker).is_pending());
    let (woken, count) = Count::new();
    let mut second = pin!(rx.recv_async());
    assert!(poll(second.as_mut(), &count).is_pending());
    tx.send(1).unwrap(); // the first is told
    end(first, None, &FUSE, &waker);
    assert_eq!(rx.len(), 1);
    assert!(woken.get() > 0, "a value is there, and a receiver sleeps");
}

/// So it is where no waker panics.
#[test]
fn others_are_told_after_a_quiet_drop() {
    let (tx, rx) = bounded(2);
    let mut first = timed(&rx);
    assert!(poll(first.as_mut(), Waker::noop()).is_pending());
    let (woken, count) = Count::new();
    let mut second = pin!(rx.recv_async());
    assert!(poll(second.as_mut(), &count).is_pending());
    tx.send(1).unwrap();
    assert_eq!(woken.get(), 0);
    drop(first);
    assert_eq!(woken.get(), 1);
}

/// Capacity 0: a value for which the send said `Ok` is received.
fn nothing_is_lost(by_poll: Option<u32>, fuse: Fuse) {
    let (tx, rx) = rendezvous();
    let waker = waker(fuse);
    let mut first = timed(&rx);
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert_eq!(tx.try_send(7), Ok(()));
    end(first, by_poll, fuse, &waker);
    assert_eq!(rx.try_recv().ok().or(by_poll), Some(7), "it was sent");
}

#[test]
fn nothing_is_lost_after_a_poll() {
    static FUSE: AtomicBool = AtomicBool::new(false);
    nothing_is_lost(Some(7), &FUSE);
}

#[test]
fn nothing_is_lost_after_a_drop() {
    static FUSE: AtomicBool = AtomicBool::new(false);
    nothing_is_lost(None, &FUSE);
}

/// Keeps the clock's thread from calling others while it is locked.
struct Blocks(Mutex<mpsc::Sender<()>>, Mutex<()>);

impl Wake for Blocks {
    fn wake(self: Arc<Self>) {
        let _ = self.0.lock().unwrap().send(());
        drop(self.1.lock().unwrap());
    }
}

type Message = Pin<Box<dyn Future<Output = Result<Instant, RecvError>>>>;

/// A receive of a timer's message, and when that is due. It waits, however slow this thread is.
fn waits(waker: &Waker) -> (Instant, Message) {
    let waits = (0..).find_map(|n| {
        let when = Instant::now() + Duration::from_millis(1 << n);
        let mut recv: Message = Box::pin(async move { at(when).recv_async().await });
        poll(recv.as_mut(), waker).is_pending().then_some((when, recv))
    });
    waits.unwrap()
}

/// The one message of a timer.
#[test]
fn a_message_of_the_clock_is_not_lost() {
    let (called, calls) = mpsc::channel();
    let blocks = Arc::new(Blocks(Mutex::new(called), Mutex::new(())));
    let blocked = blocks.1.lock().unwrap();
    let _before = waits(&Waker::from(blocks.clone()));
    calls.recv().unwrap();

    static FUSE: AtomicBool = AtomicBool::new(false);
    let waker = waker(&FUSE);
    let (when, mut recv) = waits(&waker);
    while Instant::now() < when {
        std::thread::yield_now();
    }
    FUSE.store(true, Ordering::Relaxed); // ORDERING: for this thread
    let polled = poll(recv.as_mut(), &waker);
    drop(blocked);
    assert_eq!(polled, Poll::Ready(Ok(when)));
    assert!(!FUSE.load(Ordering::Relaxed), "no waker was dropped"); // ORDERING: by this thread
}
