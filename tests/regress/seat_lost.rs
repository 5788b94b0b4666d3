//! Who serves more waiters than fit into one list of wakers takes the lock again after it has woken the first: somebody may sit in its word by then.

use super::common::task::poll;
use rendez::{bounded, Receiver, RecvError};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};

type Receive = Pin<Box<dyn Future<Output = Result<usize, RecvError>> + Send>>;

fn receive(rx: &Receiver<usize>) -> Receive {
    let rx = rx.clone();
    Box::pin(async move { rx.recv_async().await })
}

#[derive(Default)]
struct Told(AtomicBool);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed); // ORDERING: one thread
    }
}

/// The first time it wakes, all others leave, and one sits down.
struct Leaves {
    rx: Receiver<usize>,
    others: Mutex<Vec<Receive>>,
    sits: Mutex<Option<Receive>>,
    told: Arc<Told>,
    woke: AtomicBool,
}

impl Wake for Leaves {
    fn wake(self: Arc<Self>) {
        // ORDERING: Relaxed: one thread.
        if self.woke.swap(true, Ordering::Relaxed) {
            return;
        }
        while self.rx.try_recv().is_ok() {}
        drop(std::mem::take(&mut *self.others.lock().unwrap()));
        let mut sits = self.sits.lock().unwrap();
        assert!(poll(sits.as_mut().unwrap().as_mut(), &Waker::from(self.told.clone())).is_pending());
    }
}

#[test]
fn who_sits_while_wakers_run_is_not_lost() {
    const FIT: usize = 32;
    let (tx, rx) = bounded(64);
    let waker = Arc::new(Leaves {
        rx: rx.clone(),
        others: Mutex::default(),
        sits: Mutex::new(Some(receive(&rx))),
        told: Arc::default(),
        woke: AtomicBool::new(false),
    });
    let mut tasks: Vec<_> = (0..FIT + 2).map(|_| receive(&rx)).collect();
    for task in &mut tasks {
        assert!(poll(task.as_mut(), &Waker::from(waker.clone())).is_pending());
    }
    *waker.others.lock().unwrap() = tasks.split_off(FIT);
    tx.send_many(&mut (0..FIT + 2).collect::<VecDeque<_>>()).unwrap();
    let told = || waker.told.0.load(Ordering::Relaxed); // ORDERING: one thread
    assert!(!told());
    tx.try_send(7).unwrap();
    let mut sits = waker.sits.lock().unwrap().take().unwrap();
    if !told() {
        std::mem::forget(sits); // nobody would let it go
        panic!("it sits, a value has come, and it was not told");
    }
    assert_eq!(poll(sits.as_mut(), Waker::noop()), Poll::Ready(Ok(7)));
}
