//! A poll comes to an end whatever others do.

use crate::{bounded, never, Select};
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
