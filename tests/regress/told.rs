//! Tasks that were told of a value, or of room, and were dropped while a place was held: nobody was told anew, and those that waited were woken one after
//! another only. So one that was not polled held up the rest.

use rendez::{bounded, Receiver, Select, Sender};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

#[derive(Default)]
struct Told(AtomicBool);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task<'a> {
    _future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    told: Arc<Told>,
}

impl<'a> Task<'a> {
    /// Waits.
    fn new(future: impl Future<Output = ()> + 'a) -> Task<'a> {
        let (mut future, told) = (Box::pin(future), Arc::new(Told::default()));
        assert!(future.as_mut().poll(&mut Context::from_waker(&Waker::from(told.clone()))).is_pending());
        Task { _future: future, told }
    }

    fn is_told(&self) -> bool {
        self.told.0.load(Ordering::Relaxed)
    }
}

fn receive(rx: &Receiver<[usize; 99]>) -> Task<'_> {
    Task::new(async { _ = rx.recv_async().await })
}

fn send(tx: &Sender<[usize; 99]>) -> Task<'_> {
    Task::new(async { _ = tx.send_async([0; 99]).await })
}

/// Of three values one is held, and another has been taken by somebody else, whom nobody told.
fn values_are_news(waiting: usize, coming: usize) {
    let (tx, rx) = bounded(3);
    let mut tasks: Vec<_> = (0..3 + waiting).map(|_| receive(&rx)).collect();
    tx.try_send([0; 99]).unwrap();
    let mut select = Select::new();
    select.send(&tx);
    let won = select.try_select().unwrap();
    tx.try_send([2; 99]).unwrap();
    rx.try_recv().unwrap();
    tasks.retain(|task| !task.is_told());
    assert_eq!(tasks.len(), waiting);
    tasks.extend((0..coming).map(|_| receive(&rx)));
    won.send(&tx, [1; 99]).unwrap();
    assert!(tasks.iter().all(Task::is_told), "two values, and two that wait");
}

#[test]
fn values_are_news_to_others() {
    values_are_news(2, 0);
}

#[test]
fn values_are_news_to_those_who_come_while_a_place_is_held() {
    values_are_news(0, 2);
}

/// Of three places one is held, and another has been taken by somebody else, whom nobody told.
fn room_is_news(waiting: usize, coming: usize) {
    let (tx, rx) = bounded(3);
    (0..3).for_each(|n| tx.try_send([n; 99]).unwrap());
    let mut tasks: Vec<_> = (0..3 + waiting).map(|_| send(&tx)).collect();
    rx.try_recv().unwrap();
    let mut select = Select::new();
    select.recv(&rx);
    let won = select.try_select().unwrap();
    rx.try_recv().unwrap();
    tx.try_send([3; 99]).unwrap();
    tasks.retain(|task| !task.is_told());
    assert_eq!(tasks.len(), waiting);
    tasks.extend((0..coming).map(|_| send(&tx)));
    won.recv(&rx).unwrap();
    assert!(tasks.iter().all(Task::is_told), "room for two, and two that wait");
}

#[test]
fn room_is_news_to_others() {
    room_is_news(2, 0);
}

#[test]
fn room_is_news_to_those_who_come_while_a_place_is_held() {
    room_is_news(0, 2);
}
