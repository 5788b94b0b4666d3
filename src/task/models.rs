//! Loom models of tasks: who meets whom.
//!
//! Each task has a thread of its own, which sleeps while the task waits. Channels are shared rather than moved, and go last.

mod left;
mod looks;
mod meet;
mod seat;

use crate::models::model;
use crate::sync::{Deadline, Duration, Parker, Unparker};
use crate::{bounded, never, Receiver, Sender};
use core::future::Future;
use core::pin::{pin, Pin};
use core::task::{Context, Poll, Waker};
use loom::thread::{spawn, yield_now};
use std::sync::{Arc, Mutex};
use std::task::Wake;

/// In a model any timed wait may end.
const SOON: Duration = Duration::from_secs(1);

type Channel = Arc<(Sender<i32>, Receiver<i32>)>;

fn channel(cap: usize) -> Channel {
    Arc::new(bounded(cap))
}

/// Wakes a thread, once.
struct Unpark(Mutex<Option<Unparker>>);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        let unparker = self.0.lock().expect("nothing panics under it").take();
        unparker.into_iter().for_each(Unparker::unpark);
    }
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Polls with a new waker each time: only the last one may be woken.
fn finish<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    loop {
        let parker = Parker::new();
        let waker = Waker::from(Arc::new(Unpark(Mutex::new(Some(parker.unparker())))));
        if let Poll::Ready(output) = poll(future.as_mut(), &waker) {
            return output;
        }
        parker.park(Deadline::NEVER);
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    finish(pin!(future))
}

/// Polls once, and lets others run. `None`: to be given up.
fn poll_for_a_while<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    if let Poll::Ready(output) = poll(future.as_mut(), Waker::noop()) {
        return Some(output);
    }
    yield_now();
    None
}

/// How one side takes part.
#[derive(Clone, Copy, Debug)]
enum Who {
    Thread,
    Select,
    Task,
    TaskSelect,
}

use Who::{Select, Task, TaskSelect, Thread};

/// Sends 1. Who gives up may have sent it all the same, and sends it otherwise.
fn send(who: Who, gives_up: bool, tx: &Sender<i32>) {
    let sent = match (who, gives_up) {
        (Thread, false) => tx.send(1).is_ok(),
        (Thread, true) => tx.send_timeout(1, SOON).is_ok(),
        (Select, false) => select! { send(tx, 1) -> result => result.is_ok(), recv(never::<i32>()) -> _ => false },
        (Select, true) => select! { send(tx, 1) -> result => result.is_ok(), default(SOON) => false },
        (Task, false) => block_on(tx.send_async(1)).is_ok(),
        (Task, true) => {
            let mut send = pin!(tx.send_async(1));
            match poll_for_a_while(send.as_mut()) {
                Some(result) => result.is_ok(),
                None => send.cancel().is_none(),
            }
        }
        (TaskSelect, gives_up) => {
            let mut sent = false;
            let select = async {
                select_async! { send(tx, { sent = true; 1 }) -> result => result.is_ok(), recv(never::<i32>()) -> _ => false }
            };
            match gives_up {
                true => drop(poll_for_a_while(pin!(select))),
                false => drop(block_on(select)),
            }
            sent
        }
    };
    assert!(sent || gives_up);
    if !sent {
        assert!(tx.send(1).is_ok());
    }
}

/// Receives 1. Who gives up may have received it, and receives it otherwise.
fn receive(who: Who, gives_up: bool, rx: &Receiver<i32>) {
    let received = match (who, gives_up) {
        (Thread, false) => rx.recv().ok(),
        (Thread, true) => rx.recv_timeout(SOON).ok(),
        (Select, false) => select! { recv(rx) -> value => value.ok(), recv(never::<i32>()) -> _ => None },
        (Select, true) => select! { recv(rx) -> value => value.ok(), default(SOON) => None },
        (Task, false) => block_on(rx.recv_async()).ok(),
        (Task, true) => poll_for_a_while(pin!(rx.recv_async())).and_then(Result::ok),
        (TaskSelect, gives_up) => {
            let select = async {
                select_async! { recv(rx) -> value => value.ok(), recv(never::<i32>()) -> _ => None }
            };
            match gives_up {
                true => poll_for_a_while(pin!(select)).flatten(),
                false => block_on(select),
            }
        }
    };
    assert!(received.is_some() || gives_up);
    assert_eq!(received.map_or_else(|| rx.recv(), Ok), Ok(1));
}

/// One value from one side to the other; each may give up once.
fn pair(sender: Who, receiver: Who, cap: usize, (stops, leaves): (bool, bool)) {
    model(&format!("{sender:?} {stops} to {receiver:?} {leaves} at {cap}"), move || {
        let c = channel(cap);
        let to = c.clone();
        let sending = spawn(move || send(sender, stops, &to.0));
        receive(receiver, leaves, &c.1);
        sending.join().unwrap();
        assert!(c.1.try_recv().is_err(), "once");
    });
}

macro_rules! pairs {
    ($($name:ident: $sender:expr, $receiver:expr;)*) => {$(
        mod $name {
            use super::*;

            cases! {
                $sender, $receiver;
                at_0: 0, (false, false);
                at_1: 1, (false, false);
                and_gives_up_at_0: 0, (true, false);
                and_gives_up_at_1: 1, (true, false);
                that_gives_up_at_0: 0, (false, true);
                that_gives_up_at_1: 1, (false, true);
            }
        }
    )*};
}

macro_rules! cases {
    ($sender:expr, $receiver:expr; $($case:ident: $cap:expr, $gives_up:expr;)*) => {$(
        #[test]
        fn $case() {
            pair($sender, $receiver, $cap, $gives_up);
        }
    )*};
}

pairs! {
    a_thread_sends_to_a_task: Thread, Task;
    a_task_sends_to_a_thread: Task, Thread;
    a_task_sends_to_a_task: Task, Task;
    a_select_sends_to_a_task: Select, Task;
    a_task_sends_to_a_select: Task, Select;
    a_thread_sends_to_a_select_of_a_task: Thread, TaskSelect;
    a_select_of_a_task_sends_to_a_thread: TaskSelect, Thread;
    a_task_sends_to_a_select_of_a_task: Task, TaskSelect;
    a_select_of_a_task_sends_to_a_task: TaskSelect, Task;
    a_select_sends_to_a_select_of_a_task: Select, TaskSelect;
    a_select_of_a_task_sends_to_a_select: TaskSelect, Select;
    a_select_of_a_task_sends_to_another: TaskSelect, TaskSelect;
}

/// M14. A future that waits gets another waker while a sender wakes it.
#[test]
fn the_last_waker_is_woken() {
    for cap in [0, 1] {
        model("the last waker is woken", move || {
            let c = channel(cap);
            let to = c.clone();
            let mut recv = pin!(c.1.recv_async());
            assert!(poll(recv.as_mut(), Waker::noop()).is_pending());
            let sender = spawn(move || to.0.send(1).unwrap());
            assert_eq!(finish(recv), Ok(1));
            sender.join().unwrap();
        });
    }
}

/// M14. The same for one that sends. (A task takes the value, and the waker, after it has released the lock.)
#[test]
fn the_last_waker_of_a_send_is_woken() {
    for (cap, who) in [(0, Thread), (0, Task), (1, Thread)] {
        model("the last waker of a send is woken", move || {
            let c = channel(cap);
            (0..cap).for_each(|_| c.0.send(1).unwrap());
            let from = c.clone();
            let mut send = pin!(c.0.send_async(1));
            assert!(poll(send.as_mut(), Waker::noop()).is_pending());
            let receiver = spawn(move || receive(who, false, &from.1));
            assert_eq!(finish(send), Ok(()));
            receiver.join().unwrap();
        });
    }
}

/// M15. A thread and a task wait in one queue.
#[test]
fn a_thread_and_a_task_receive() {
    for cap in [0, 2] {
        model("a thread and a task receive", move || {
            let c = channel(cap);
            let (thread, task) = (c.clone(), c.clone());
            let receivers = [spawn(move || thread.1.recv()), spawn(move || block_on(task.1.recv_async()))];
            [1, 2].into_iter().for_each(|value| c.0.send(value).unwrap());
            let sum: i32 = receivers.map(|receiver| receiver.join().unwrap().unwrap()).iter().sum();
            assert_eq!(sum, 3);
        });
    }
}

/// M15. The same for those that send.
#[test]
fn a_thread_and_a_task_send() {
    for cap in [0, 1] {
        model("a thread and a task send", move || {
            let c = channel(cap);
            let (thread, task) = (c.clone(), c.clone());
            let senders = [spawn(move || thread.0.send(1)), spawn(move || block_on(task.0.send_async(2)))];
            assert_eq!(c.1.recv().unwrap() + c.1.recv().unwrap(), 3);
            senders.into_iter().for_each(|sender| sender.join().unwrap().unwrap());
        });
    }
}

/// A task's value is sent for it while a receiver, too, waits: that is woken.
#[test]
fn a_value_sent_for_a_task_wakes_a_receiver() {
    model("a value sent for a task wakes a receiver", || {
        let c = channel(1);
        c.0.send(0).unwrap();
        let mut send = pin!(c.0.send_async(1));
        assert!(poll(send.as_mut(), Waker::noop()).is_pending());
        let from = c.clone();
        let receiver = spawn(move || from.1.recv().unwrap());
        assert_eq!(c.1.recv().unwrap() + receiver.join().unwrap(), 1);
        assert_eq!(finish(send), Ok(()));
    });
}

/// Two tasks wait with their values: each is sent once, in their order, by whoever makes room, and both tasks learn of it.
#[test]
fn values_are_sent_for_tasks_in_their_order() {
    model("values are sent for tasks in their order", || {
        let c = channel(1);
        c.0.send(0).unwrap();
        let (mut first, mut second) = (pin!(c.0.send_async(1)), pin!(c.0.send_async(2)));
        assert!(poll(first.as_mut(), Waker::noop()).is_pending());
        assert!(poll(second.as_mut(), Waker::noop()).is_pending());
        let from = c.clone();
        let receiver = spawn(move || [from.1.recv(), from.1.recv()]);
        assert_eq!(finish(first), Ok(()));
        assert_eq!(finish(second), Ok(()));
        assert_eq!(receiver.join().unwrap(), [Ok(0), Ok(1)]);
        assert_eq!((c.1.try_recv(), c.1.try_recv().is_err()), (Ok(2), true));
    });
}
