//! A poll comes to an end whatever others do.

use crate::sync::{processors, Duration};
use crate::{bounded, never, unbounded, Select};
use core::future::Future;
use core::pin::{pin, Pin};
use core::task::{Context, Poll};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Wake, Waker};

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed); // ORDERING: of the test's thread alone
    }
}

type Fut<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Somebody holds the channel's lock, as a thread does that has lost its processor: each poll ends, asks to be polled again, and is served when the lock
/// is free.
#[test]
#[allow(unsafe_code)] // the lock, held by hand
fn a_poll_does_not_wait_for_the_lock() {
    for cap in [0, 1] {
        let ((tx, from), (to, rx)) = (bounded(cap), bounded(cap));
        (0..cap).for_each(|_| assert!(tx.try_send(0).is_ok()));
        let futures: Vec<Fut<'_>> = vec![
            Box::pin(async {
                let _ = tx.send_async(1).await;
            }),
            Box::pin(async {
                let _ = tx.send_many_async(&mut VecDeque::from([1, 2])).await;
            }),
            Box::pin(async {
                select_async! { send(tx, 1) -> _ => (), recv(never::<()>()) -> _ => () }
            }),
            Box::pin(tx.closed()),
            Box::pin(async {
                let _ = rx.recv_async().await;
            }),
            Box::pin(async {
                let _ = rx.recv_many_async(&mut Vec::new(), 2).await;
            }),
            Box::pin(async {
                select_async! { recv(rx) -> _ => (), recv(never::<()>()) -> _ => () }
            }),
            Box::pin(async {
                let mut select = Select::new();
                select.recv(&rx);
                drop(select.select_async().await);
            }),
            Box::pin(rx.closed()),
        ];
        for (i, mut future) in futures.into_iter().enumerate() {
            let count = Arc::new(Count::default());
            let waker = Waker::from(count.clone());
            let mut cx = Context::from_waker(&waker);
            for chan in [tx.0.chan(), to.0.chan()] {
                assert!(chan.lock_for_select(None));
            }
            assert_eq!(future.as_mut().poll(&mut cx), Poll::Pending, "future {i}, capacity {cap}");
            let asked = count.0.load(Ordering::Relaxed); // ORDERING: as in `wake`
            assert!(asked > 0, "future {i}, capacity {cap}");
            for chan in [tx.0.chan(), to.0.chan()] {
                // SAFETY: held since above.
                chan.ask_again(unsafe { chan.unlock_for_select() });
            }
            assert_eq!(future.as_mut().poll(&mut cx), Poll::Pending, "future {i}, capacity {cap}");
            // ORDERING: as in `wake`.
            assert_eq!(count.0.load(Ordering::Relaxed), asked, "it waits in its queue: future {i}, capacity {cap}");
        }
        drop((from, to));
    }
}

/// What a select has won and not completed is not there for others, who wait for it without asking again.
#[test]
fn a_poll_does_not_wait_for_a_held_place() {
    let (tx, rx) = bounded(1);
    let mut select = Select::new();
    select.send(&tx);
    let won = select.select();
    let count = Arc::new(Count::default());
    let waker = Waker::from(count.clone());
    let mut cx = Context::from_waker(&waker);
    let (mut recv, mut send) = (pin!(rx.recv_async()), pin!(tx.send_async(2)));
    assert_eq!(recv.as_mut().poll(&mut cx), Poll::Pending);
    assert_eq!(send.as_mut().poll(&mut cx), Poll::Pending);
    assert_eq!(count.0.load(Ordering::Relaxed), 0); // ORDERING: as in `wake`
    assert!(won.send(&tx, 1).is_ok());
    assert_eq!(recv.as_mut().poll(&mut cx), Poll::Ready(Ok(1)));
    assert_eq!(send.as_mut().poll(&mut cx), Poll::Ready(Ok(())));
}

fn poll_once<F: Future>(future: F) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// A wait that follows a run of operations begins with a second look, at a bounded ring of several slots, and only where the user lets waits stay awake.
#[test]
fn a_task_that_waits_after_a_run_looks_twice() {
    for (cap, slots) in [(Some(8), 8), (Some(4), 4), (None, 128)] {
        for limit in [None, Some(Duration::ZERO)] {
            let (tx, rx) = cap.map_or_else(unbounded, bounded);
            if let Some(limit) = limit {
                tx.set_spin_limit(limit);
                rx.set_spin_limit(limit);
            }
            let looked_twice = |sending| format!("{:?}", tx.0.chan().spin(sending)).contains("task_gaps_off: 64");
            let twice = processors() > 1 && cap == Some(8) && limit.is_none();
            assert!((0..slots).all(|i| poll_once(tx.send_async(i))) && !looked_twice(true));
            assert_eq!(poll_once(tx.send_async(0)), cap.is_none());
            assert_eq!(looked_twice(true), twice, "{cap:?}, {limit:?}");
            (0..slots + usize::from(cap.is_none())).for_each(|_| assert!(poll_once(rx.recv_async())));
            assert!(!looked_twice(false) && !poll_once(rx.recv_async()));
            assert_eq!(looked_twice(false), twice, "{cap:?}, {limit:?}");
        }
    }
}
