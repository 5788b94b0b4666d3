//! Wakers that use the channel while they are cloned, woken and dropped, and wakers that panic then.
#![allow(unsafe_code)] // a waker that runs code when it is cloned

mod common;

use common::watched;
use rendez::{bounded, select_async, unbounded, Receiver, Select, Sender};
use std::cell::Cell;
use std::collections::VecDeque;
use std::future::{poll_fn, Future};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
use std::thread;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Clone,
    Wake,
    Drop,
}

const EVENTS: [Event; 3] = [Event::Clone, Event::Wake, Event::Drop];

/// What a waker does.
struct Hook(Box<dyn Fn(Event) + Send + Sync>);

fn hook(pointer: *const ()) -> Arc<Hook> {
    // SAFETY: from `waker`, and counted once for each waker.
    unsafe { Arc::from_raw(pointer.cast()) }
}

fn clone(pointer: *const ()) -> RawWaker {
    let hook = std::mem::ManuallyDrop::new(hook(pointer));
    hook.0(Event::Clone);
    RawWaker::new(Arc::into_raw(Arc::clone(&hook)).cast(), &TABLE)
}

fn wake(pointer: *const ()) {
    hook(pointer).0(Event::Wake);
}

fn wake_by_ref(pointer: *const ()) {
    std::mem::ManuallyDrop::new(hook(pointer)).0(Event::Wake);
}

fn drop_hook(pointer: *const ()) {
    hook(pointer).0(Event::Drop);
}

static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_hook);

fn waker(f: impl Fn(Event) + Send + Sync + 'static) -> Waker {
    let hook = Arc::new(Hook(Box::new(f)));
    // SAFETY: the functions of the table take pointers from here.
    unsafe { Waker::from_raw(RawWaker::new(Arc::into_raw(hook).cast(), &TABLE)) }
}

thread_local! {
    /// A waker that is run by what a waker does only looks on.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn once(f: impl FnOnce()) {
    if !INSIDE.replace(true) {
        f();
        INSIDE.set(false);
    }
}

/// All that one can do with a channel without waiting.
fn use_it(tx: &Sender<u32>, rx: &Receiver<u32>) {
    let _ = (tx.len(), rx.is_full(), tx.is_closed(), tx.clone(), rx.downgrade());
    let _ = rx.try_recv();
    let _ = tx.try_send(9);
    let mut cx = Context::from_waker(Waker::noop());
    let mut recv = pin!(rx.recv_async());
    let _ = recv.as_mut().poll(&mut cx);
    let mut send = pin!(tx.send_async(9));
    let _ = send.as_mut().poll(&mut cx);
    let mut select = Select::new();
    select.recv(rx);
    select.send(tx);
    drop(select.try_select());
    let _ = rx.drain();
}

type Fut<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A future of every kind.
fn futures<'a>(tx: &'a Sender<u32>, rx: &'a Receiver<u32>) -> Vec<Fut<'a>> {
    vec![
        Box::pin(async move {
            let _ = tx.send_async(1).await;
        }),
        Box::pin(async move {
            let _ = rx.recv_async().await;
        }),
        Box::pin(async move {
            let _ = tx.send_many_async(&mut VecDeque::from([1, 2, 3, 4])).await;
        }),
        Box::pin(async move {
            let _ = rx.recv_many_async(&mut Vec::new(), 3).await;
        }),
        Box::pin(async move {
            let mut stream = pin!(rx.stream());
            for _ in 0..2 {
                let _ = poll_fn(|cx| futures_core::Stream::poll_next(stream.as_mut(), cx)).await;
            }
        }),
        Box::pin(async move {
            select_async! { recv(rx) -> _ => (), send(tx, 1) -> _ => () }
        }),
        Box::pin(async move {
            select_async! { recv(rx) -> _ => (), future(tx.closed()) -> () => () }
        }),
        Box::pin(async move {
            let mut select = Select::new();
            select.recv(rx);
            let _ = select.select_async().await;
        }),
        Box::pin(tx.closed()),
        Box::pin(rx.closed()),
    ]
}

const CAPS: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];

fn make(cap: Option<usize>) -> (Sender<u32>, Receiver<u32>) {
    cap.map_or_else(unbounded, bounded)
}

/// What may happen to a future of the channel: others come, it gets another waker, it goes.
fn lives(mut future: Fut<'_>, tx: &Sender<u32>, rx: &Receiver<u32>, make_waker: &dyn Fn() -> Waker, ending: usize) {
    for _ in 0..2 {
        let waker = make_waker();
        for _ in 0..2 {
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                return;
            }
        }
    }
    match ending {
        0 => {}
        1 => _ = tx.try_send(5),
        2 => _ = rx.try_recv(),
        _ => _ = tx.close(),
    }
    let waker = make_waker();
    let _ = future.as_mut().poll(&mut Context::from_waker(&waker));
}

#[test]
fn a_waker_may_use_the_channel_at_any_time() {
    watched(|| {
        for cap in CAPS {
            for full in [false, true] {
                for ending in 0..4 {
                    let kinds = futures(&make(cap).0, &make(cap).1).len();
                    for kind in 0..kinds {
                        let (tx, rx) = make(cap);
                        let (hook_tx, hook_rx) = (tx.clone(), rx.clone());
                        (0..cap.unwrap_or(2)).filter(|_| full).for_each(|_| tx.send(0).unwrap());
                        let make_waker = move || {
                            let (tx, rx) = (hook_tx.clone(), hook_rx.clone());
                            waker(move |_| once(|| use_it(&tx, &rx)))
                        };
                        lives(futures(&tx, &rx).swap_remove(kind), &tx, &rx, &make_waker, ending);
                        works(&tx, &rx, &format!("{cap:?}, kind {kind}, ending {ending}"));
                    }
                }
            }
        }
    });
}

#[test]
fn a_waker_that_panics_breaks_no_channel() {
    let quiet = || resume_unwind(Box::new("a waker panics"));
    watched(move || {
        for cap in CAPS {
            for full in [false, true] {
                for ending in 0..4 {
                    for event in EVENTS {
                        let kinds = futures(&make(cap).0, &make(cap).1).len();
                        for kind in 0..kinds {
                            let (tx, rx) = make(cap);
                            (0..cap.unwrap_or(2)).filter(|_| full).for_each(|_| tx.send(0).unwrap());
                            let make_waker = move || {
                                waker(move |now| {
                                    if now == event && !thread::panicking() {
                                        quiet()
                                    }
                                })
                            };
                            // The task that brought the waker may be harmed.
                            let life = || lives(futures(&tx, &rx).swap_remove(kind), &tx, &rx, &make_waker, ending);
                            let _ = catch_unwind(AssertUnwindSafe(life));
                            works(&tx, &rx, &format!("{cap:?}, kind {kind}, ending {ending}, panics in {event:?}"));
                        }
                    }
                }
            }
        }
    });
}

/// Whoever sends or closes is not harmed by the waker of another.
#[test]
fn a_waker_that_panics_harms_nobody_else() {
    for cap in CAPS {
        let kinds = futures(&make(cap).0, &make(cap).1).len();
        for kind in 0..kinds {
            let (tx, rx) = make(cap);
            let waker = waker(|now| {
                if now == Event::Wake {
                    resume_unwind(Box::new("a waker panics"))
                }
            });
            let mut all = futures(&tx, &rx);
            let mut future = all.swap_remove(kind);
            let _ = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()));
            let _ = tx.try_send(1);
            let _ = rx.try_recv();
            assert!(tx.close(), "{cap:?}, kind {kind}");
        }
    }
}

/// A peer comes while the waker is cloned, after the select's look: the select wins as it enlists, and what its waker does then loses nothing.
#[test]
fn a_waker_that_panics_loses_nothing_that_is_won_at_once() {
    let (tx, rx) = bounded(0);
    let send: Pin<Box<dyn Future<Output = bool> + Send>> = Box::pin(async move { tx.send_async(7).await.is_ok() });
    let send = Arc::new(Mutex::new(send));
    let poll_send = move || send.lock().unwrap().as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let (come, armed) = (poll_send.clone(), AtomicBool::new(false));
    let waker = waker(move |now| match now {
        Event::Clone => {
            armed.store(true, Ordering::Relaxed); // ORDERING: all is one thread
            assert!(come().is_pending());
        }
        // ORDERING: as above.
        Event::Drop if armed.swap(false, Ordering::Relaxed) => resume_unwind(Box::new("a waker panics")),
        _ => {}
    });
    let select = pin!(async {
        select_async! { recv(rx) -> got => got, recv(rendez::never::<()>()) -> _ => unreachable!() }
    });
    assert_eq!(select.poll(&mut Context::from_waker(&waker)), Poll::Ready(Ok(7)));
    assert_eq!(poll_send(), Poll::Ready(true));
}

/// In a round of two values a sender and a receiver are woken together, and that receiver comes in vain. After 64 such pairs they are woken the other way
/// round, unless there are more values between them.
#[test]
fn who_comes_in_vain_turns_the_order_round() {
    let orders = |values: u32| -> Vec<String> {
        let (tx, rx) = bounded(1);
        let log = Arc::new(Mutex::new(String::new()));
        let noting = |name| {
            let log = log.clone();
            waker(move |event| {
                if event == Event::Wake {
                    log.lock().unwrap().push(name)
                }
            })
        };
        let (receiver, sender) = (noting('r'), noting('s'));
        let round = || {
            let (mut told, mut next) = (pin!(rx.recv_async()), pin!(rx.recv_async()));
            for receive in [&mut told, &mut next] {
                assert!(receive.as_mut().poll(&mut Context::from_waker(&receiver)).is_pending());
            }
            assert_eq!(tx.try_send(1), Ok(()));
            let mut send = pin!(tx.send_async(2));
            assert!(send.as_mut().poll(&mut Context::from_waker(&sender)).is_pending());
            log.lock().unwrap().clear();
            assert_eq!(rx.try_recv(), Ok(1));
            let order = log.lock().unwrap().clone();
            assert_eq!(rx.try_recv(), Ok(2));
            assert!(send.as_mut().poll(&mut Context::from_waker(&sender)).is_ready());
            for value in 2..values {
                assert_eq!(tx.try_send(value), Ok(()));
                assert_eq!(rx.try_recv(), Ok(value));
            }
            order
        };
        (0..192).map(|_| round()).collect()
    };
    let turns = |orders: Vec<String>| -> Vec<(usize, String)> {
        let first = (0, orders[0].clone());
        let changes = orders.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]).map(|(at, pair)| (at + 1, pair[1].clone()));
        std::iter::once(first).chain(changes).collect()
    };
    let all = [(0, "sr"), (63, "rs"), (127, "sr"), (191, "rs")].map(|(at, order)| (at, order.to_owned()));
    assert_eq!(turns(orders(2)), all);
    assert_eq!(turns(orders(4)), all[..1]);
}

/// A thread still sends to another.
fn works(tx: &Sender<u32>, rx: &Receiver<u32>, what: &str) {
    let _ = rx.drain();
    if tx.is_closed() {
        assert!(tx.try_send(7).is_err() && rx.recv().is_err(), "{what}");
        return;
    }
    thread::scope(|s| {
        s.spawn(|| (7..9).for_each(|n| tx.send(n).expect(what)));
        assert_eq!((rx.recv(), rx.recv()), (Ok(7), Ok(8)), "{what}");
    });
}
