//! `mem::forget` of every future in every state. It keeps its memory and its place, and no more: the channel goes on, and with `k` other places as many
//! other tasks get through. The address sanitizer runs this as well.

mod common;

use common::task::Count;
use common::{keep, watched};
use rendez::{bounded, select_async, unbounded, Receiver, Select, Sender};
use std::collections::VecDeque;
use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;

type Fut = Pin<Box<dyn Future<Output = ()>>>;

fn forget(future: Fut) {
    keep(&*future);
    std::mem::forget(future);
}

/// Handles that live as long as forgotten futures do.
fn handles<T: 'static>(cap: Option<usize>) -> (&'static Sender<T>, &'static Receiver<T>) {
    let (tx, rx) = cap.map_or_else(unbounded, bounded);
    let (tx, rx): (&'static _, &'static _) = (Box::leak(Box::new(tx)), Box::leak(Box::new(rx)));
    keep(tx);
    keep(rx);
    (tx, rx)
}

/// A value with memory of its own: a small one, and one that is too large to be moved for others.
trait Value: 'static + Send {
    fn new(n: usize) -> Self;
    fn number(&self) -> usize;
}

impl Value for Box<usize> {
    fn new(n: usize) -> Self {
        Box::new(n)
    }

    fn number(&self) -> usize {
        **self
    }
}

impl Value for [Box<usize>; 80] {
    fn new(n: usize) -> Self {
        [(); 80].map(|()| Box::new(n))
    }

    fn number(&self) -> usize {
        *self[79]
    }
}

/// Tasks that are polled when they were woken.
#[derive(Default)]
struct Tasks(Vec<Task>);

struct Task {
    future: Option<Fut>,
    count: Arc<Count>,
    waker: Waker,
    seen: usize,
}

impl Tasks {
    /// Polls it for the first time.
    fn add(&mut self, future: Fut) {
        let (count, waker) = Count::new();
        let mut task = Task { future: Some(future), count, waker, seen: 0 };
        task.poll();
        self.0.push(task);
    }

    /// Polls those that are woken until none is. Answers how many have ended.
    fn run(&mut self) -> usize {
        while let Some(task) = self.0.iter_mut().find(|task| task.future.is_some() && task.count.get() > task.seen) {
            task.seen = task.count.get();
            task.poll();
        }
        self.0.iter().filter(|task| task.future.is_none()).count()
    }

    /// Forgets the one that was added first, as it is.
    fn forget_first(&mut self) {
        let task = self.0.remove(0);
        task.future.into_iter().for_each(forget);
    }
}

impl Task {
    fn poll(&mut self) {
        let Some(future) = &mut self.future else { return };
        if future.as_mut().poll(&mut Context::from_waker(&self.waker)).is_ready() {
            self.future = None;
        }
    }
}

type Sends<T> = fn(&'static Sender<T>) -> Fut;
type Receives<T> = fn(&'static Receiver<T>) -> Fut;

/// What all of these send or receive has a number that nobody looks at.
const ANY: usize = 1000;

fn sends<T: Value>() -> Vec<(&'static str, Sends<T>)> {
    vec![
        ("send", |tx| {
            Box::pin(async move {
                let _ = tx.send_async(T::new(ANY)).await;
            })
        }),
        ("send_many", |tx| {
            Box::pin(async move {
                let mut values = VecDeque::from_iter([T::new(ANY)]);
                let _ = tx.send_many_async(&mut values).await;
            })
        }),
        ("select", |tx| {
            Box::pin(async move {
                select_async! { send(tx, T::new(ANY)) -> _ => (), recv(rendez::never::<()>()) -> _ => () }
            })
        }),
        ("dynamic select", |tx| {
            Box::pin(async move {
                let mut select = Select::new();
                select.send(tx);
                let won = select.select_async().await;
                drop(won.send(tx, T::new(ANY)));
            })
        }),
        #[cfg(feature = "sink")]
        ("sink", |tx| {
            Box::pin(async move {
                use futures_sink::Sink;
                let mut sink = pin!(tx.sink());
                drop(sink.as_mut().start_send(T::new(ANY)));
                let _ = poll_fn(|cx| sink.as_mut().poll_flush(cx)).await;
            })
        }),
    ]
}

fn receives<T: Value>() -> Vec<(&'static str, Receives<T>)> {
    vec![
        ("recv", |rx| {
            Box::pin(async move {
                let _ = rx.recv_async().await;
            })
        }),
        ("recv_many", |rx| {
            Box::pin(async move {
                let mut values = Vec::new();
                let _ = rx.recv_many_async(&mut values, 1).await;
            })
        }),
        ("stream", |rx| {
            Box::pin(async move {
                use futures_core::Stream;
                let mut stream = pin!(rx.stream());
                let _ = poll_fn(|cx| stream.as_mut().poll_next(cx)).await;
            })
        }),
        ("select", |rx| {
            Box::pin(async move {
                select_async! { recv(rx) -> _ => (), recv(rendez::never::<()>()) -> _ => () }
            })
        }),
        ("select with a future", |rx| {
            Box::pin(async move {
                select_async! { recv(rx) -> _ => (), future(std::future::pending::<()>()) -> () => () }
            })
        }),
        ("dynamic select", |rx| {
            Box::pin(async move {
                let mut select = Select::new();
                select.recv(rx);
                let won = select.select_async().await;
                drop(won.recv(rx));
            })
        }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Unpolled,
    Pending,
    /// Woken, and at capacity 0 perhaps served.
    Woken,
    Closed,
}

const STATES: [State; 4] = [State::Unpolled, State::Pending, State::Woken, State::Closed];

/// How a channel gets a future into its state, and the future out of this program's hands.
fn leave(future: Fut, state: State, wake: impl FnOnce(), close: impl FnOnce()) {
    let mut tasks = Tasks::default();
    if state == State::Unpolled {
        return forget(future);
    }
    tasks.add(future);
    match state {
        State::Woken => wake(),
        State::Closed => close(),
        _ => {}
    }
    tasks.forget_first();
}

/// All that is left can be received, and what is sent by a thread comes to a thread.
fn goes_on<T: Value>(tx: &'static Sender<T>, rx: &'static Receiver<T>, what: &str) {
    while rx.try_recv().is_ok() {}
    if tx.is_closed() {
        assert!(tx.try_send(T::new(0)).is_err() && rx.recv().is_err(), "{what}");
        return;
    }
    thread::scope(|s| {
        s.spawn(|| (0..5).for_each(|n| assert!(tx.send(T::new(n)).is_ok(), "{what}")));
        let mut next = 0;
        while next < 5 {
            let number = rx.recv().expect(what).number();
            assert!(number == next || number == ANY, "{what}");
            next += usize::from(number == next);
        }
    });
}

fn forgotten_sends<T: Value>() {
    for cap in [0, 1, 3] {
        for state in STATES {
            for (name, send) in sends::<T>() {
                let (tx, rx) = handles(Some(cap));
                (0..cap).for_each(|n| assert!(tx.try_send(T::new(n)).is_ok()));
                leave(send(tx), state, || _ = rx.try_recv(), || _ = rx.close());
                goes_on(tx, rx, &format!("{name}, {state:?}, capacity {cap}"));
            }
        }
    }
}

fn forgotten_receives<T: Value>() {
    for cap in [Some(0), Some(1), Some(3), None] {
        for state in STATES {
            for (name, receive) in receives::<T>() {
                let (tx, rx) = handles(cap);
                leave(receive(rx), state, || _ = tx.try_send(T::new(ANY)), || _ = tx.close());
                // What waits still is told of the next value; at capacity 0 it takes it.
                if state == State::Pending {
                    assert!(tx.try_send(T::new(ANY)).is_ok(), "{name}");
                }
                goes_on(tx, rx, &format!("{name}, {state:?}, capacity {cap:?}"));
            }
        }
    }
}

#[test]
fn a_channel_goes_on_without_a_send() {
    watched(|| {
        forgotten_sends::<Box<usize>>();
        forgotten_sends::<[Box<usize>; 80]>();
    });
}

#[test]
fn a_channel_goes_on_without_a_receive() {
    watched(|| {
        forgotten_receives::<Box<usize>>();
        forgotten_receives::<[Box<usize>; 80]>();
    });
}

#[test]
fn a_channel_closes_without_who_waits_for_that() {
    for cap in [Some(0), Some(1), None] {
        for state in STATES {
            let (tx, rx) = handles::<Box<usize>>(cap);
            leave(Box::pin(tx.closed()), state, || _ = tx.try_send(Box::new(ANY)), || _ = tx.close());
            leave(Box::pin(rx.closed()), state, || _ = tx.try_send(Box::new(ANY)), || _ = tx.close());
            goes_on(tx, rx, "closed");
            let mut tasks = Tasks::default();
            tasks.add(Box::pin(tx.closed()));
            tx.close();
            assert_eq!(tasks.run(), 1);
        }
    }
}

/// Sends wait at a full channel; one of them is forgotten. As many others get through as there is other room, whether it comes at once or bit by bit.
fn room_for_others<T: Value>(name: &str, send: Sends<T>) {
    const CAP: usize = 4;
    for position in 0..2 {
        for woken in [false, true] {
            for at_once in [false, true] {
                let (tx, rx) = handles(Some(CAP));
                (0..CAP).for_each(|n| assert!(tx.try_send(T::new(n)).is_ok()));
                let (mut forgotten, mut others) = (Tasks::default(), Tasks::default());
                let mut add = |n| others.add(Box::pin(async move { assert!(tx.send_async(T::new(n)).await.is_ok()) }));
                (0..position).for_each(&mut add);
                forgotten.add(send(tx));
                (position..CAP - 1).for_each(&mut add);
                if !woken {
                    forgotten.forget_first();
                }
                match at_once {
                    true => assert_eq!(rx.drain().count(), CAP),
                    false => (0..CAP).for_each(|_| assert!(rx.try_recv().is_ok())),
                }
                if woken {
                    forgotten.forget_first();
                }
                let what = format!("{name}, {position} before it, woken: {woken}, room at once: {at_once}");
                assert_eq!(others.run(), CAP - 1, "{what}");
            }
        }
    }
}

#[test]
fn other_sends_find_other_room() {
    watched(|| {
        sends::<Box<usize>>().into_iter().for_each(|(name, send)| room_for_others(name, send));
        sends::<[Box<usize>; 80]>().into_iter().for_each(|(name, send)| room_for_others(name, send));
    });
}

/// Receives wait at an empty channel; one of them is forgotten. As many others get a value as there are other values.
fn values_for_others<T: Value>(name: &str, receive: Receives<T>) {
    const N: usize = 4;
    for cap in [Some(0), Some(N), None] {
        for position in 0..2 {
            for woken in [false, true] {
                for at_once in [false, true] {
                    let (tx, rx) = handles(cap);
                    let (mut forgotten, mut others) = (Tasks::default(), Tasks::default());
                    let mut add = |_| others.add(Box::pin(async move { assert!(rx.recv_async().await.is_ok()) }));
                    (0..position).for_each(&mut add);
                    forgotten.add(receive(rx));
                    (position..N - 1).for_each(&mut add);
                    if !woken {
                        forgotten.forget_first();
                    }
                    let mut values: VecDeque<_> = (0..N).map(T::new).collect();
                    match at_once {
                        true => assert!(tx.send_many(&mut values).is_ok()),
                        false => values.into_iter().for_each(|value| assert!(tx.try_send(value).is_ok())),
                    }
                    if woken {
                        forgotten.forget_first();
                    }
                    let what = format!("{name}, capacity {cap:?}, {position} before it, woken: {woken}, values at once: {at_once}");
                    assert_eq!(others.run(), N - 1, "{what}");
                }
            }
        }
    }
}

#[test]
fn other_receives_find_other_values() {
    watched(|| {
        receives::<Box<usize>>().into_iter().for_each(|(name, receive)| values_for_others(name, receive));
        receives::<[Box<usize>; 80]>().into_iter().for_each(|(name, receive)| values_for_others(name, receive));
    });
}
