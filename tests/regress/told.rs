//! Tasks that were told of a value, or of room, and were dropped, or came in vain, while a place was held: nobody was told anew, and those that waited were
//! woken one after another only. So one that was not polled held up the rest.

use rendez::{bounded, select_async, Receiver, Select, Sender};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

#[derive(Default)]
struct Told(AtomicBool);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed); // ORDERING: all is one thread
    }
}

struct Task<'a> {
    future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    told: Arc<Told>,
}

impl<'a> Task<'a> {
    /// Waits.
    fn new(future: impl Future<Output = ()> + 'a) -> Task<'a> {
        let mut task = Task { future: Box::pin(future), told: Arc::default() };
        task.comes_in_vain();
        task
    }

    fn comes_in_vain(&mut self) {
        self.told.0.store(false, Ordering::Relaxed); // ORDERING: as in `wake`
        assert!(self.future.as_mut().poll(&mut Context::from_waker(&Waker::from(self.told.clone()))).is_pending());
    }

    fn ends_here(&mut self) {
        assert!(self.future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }

    fn ends(mut self) {
        self.ends_here();
    }

    fn is_told(&self) -> bool {
        self.told.0.load(Ordering::Relaxed) // ORDERING: as in `wake`
    }
}

fn receive(rx: &Receiver<[usize; 99]>) -> Task<'_> {
    Task::new(async { _ = rx.recv_async().await })
}

fn send(tx: &Sender<[usize; 99]>) -> Task<'_> {
    Task::new(async { _ = tx.send_async([0; 99]).await })
}

fn told_ones_leave(tasks: &mut Vec<Task<'_>>) {
    tasks.retain(|task| !task.is_told());
    assert_eq!(tasks.len(), 2);
}

fn told_ones_come_in_vain(tasks: &mut Vec<Task<'_>>) {
    tasks.iter_mut().for_each(Task::comes_in_vain);
}

/// Of three values one is held, and another has been taken by somebody else, whom nobody told.
fn values_are_news(waiting: usize, then: fn(&mut Vec<Task<'_>>)) {
    let (tx, rx) = bounded(3);
    let mut tasks: Vec<_> = (0..3 + waiting).map(|_| receive(&rx)).collect();
    tx.try_send([0; 99]).unwrap();
    let mut select = Select::new();
    select.send(&tx);
    let won = select.try_select().unwrap();
    tx.try_send([2; 99]).unwrap();
    rx.try_recv().unwrap();
    then(&mut tasks);
    won.send(&tx, [1; 99]).unwrap();
    assert!(tasks.iter().filter(|task| task.is_told()).count() >= 2, "two values, and two or more that wait");
}

#[test]
fn values_are_news_to_others() {
    values_are_news(2, told_ones_leave);
}

#[test]
fn values_are_news_to_those_who_came_in_vain() {
    values_are_news(0, told_ones_come_in_vain);
}

/// Of three places one is held, and another has been taken by somebody else, whom nobody told.
fn room_is_news(waiting: usize, then: fn(&mut Vec<Task<'_>>)) {
    let (tx, rx) = bounded(3);
    (0..3).for_each(|n| tx.try_send([n; 99]).unwrap());
    let mut tasks: Vec<_> = (0..3 + waiting).map(|_| send(&tx)).collect();
    rx.try_recv().unwrap();
    let mut select = Select::new();
    select.recv(&rx);
    let won = select.try_select().unwrap();
    rx.try_recv().unwrap();
    tx.try_send([3; 99]).unwrap();
    then(&mut tasks);
    won.recv(&rx).unwrap();
    assert!(tasks.iter().filter(|task| task.is_told()).count() >= 2, "room for two, and two or more that wait");
}

#[test]
fn room_is_news_to_others() {
    room_is_news(2, told_ones_leave);
}

#[test]
fn room_is_news_to_those_who_came_in_vain() {
    room_is_news(0, told_ones_come_in_vain);
}

/// There is room for one only, who was told of it and has not come: the others learn that no receiver is left.
#[test]
fn the_end_comes_to_who_waits_behind_one_that_was_told() {
    let (tx, rx) = bounded(1);
    tx.try_send([0; 99]).unwrap();
    let [first, second] = [(); 2].map(|()| send(&tx));
    rx.try_recv().unwrap();
    assert!(first.is_told() && !second.is_told());
    drop(rx);
    assert!(second.is_told());
}

/// A select that was told of a held place leaves by another arm. What was told to it is for the others, who are all woken when the place is filled.
#[test]
fn a_select_that_leaves_by_another_arm() {
    let ((tx, rx), (other_tx, other_rx)) = (bounded(8), bounded(8));
    let first = Task::new(async { assert_eq!(rx.recv_async().await, Ok(0)) });
    let mut select = Task::new(async {
        select_async! { recv(rx) -> _ => panic!("held"), recv(other_rx) -> _ => {} }
    });
    let others = [1, 2, 3].map(|_| Task::new(async { assert!(rx.recv_async().await.is_ok()) }));
    tx.send(0).unwrap();
    let mut held = Select::new();
    held.send(&tx);
    let held = held.select();
    tx.send(2).unwrap();
    assert!(first.is_told() && select.is_told() && others[0].is_told() && !others[1].is_told());
    first.ends();
    other_tx.send(7).unwrap();
    select.ends_here();
    tx.send(3).unwrap();
    held.send(&tx, 1).unwrap();
    for other in others {
        assert!(other.is_told(), "a value is there");
        other.ends();
    }
    assert!(rx.is_empty());
}
