//! What a waker throws may itself panic when it is dropped. Who had woken it was unwound then: a thread whose frame stood in a queue, so that a peer put its
//! value into a frame that was gone; or the thread of all timers.

#![allow(unsafe_code)] // a waker of one's own

use rendez::{rendezvous, select_async, RecvTimeoutError, TrySendError};
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::resume_unwind;
use std::pin::pin;
use std::ptr::null;
use std::sync::mpsc;
use std::sync::Arc;
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};
use std::time::Duration;

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new(())); // of no size: it is left for good, and nothing is to count as leaked
    }
}

/// A waker that throws a bomb when it is woken.
fn bomber() -> ManuallyDrop<Waker> {
    const TABLE: RawWakerVTable =
        RawWakerVTable::new(|data| RawWaker::new(data, &TABLE), |_| resume_unwind(Box::new(Bomb)), |_| (), |_| ());
    // SAFETY: there is no data, so nothing can be done wrong with it.
    ManuallyDrop::new(unsafe { Waker::from_raw(RawWaker::new(null(), &TABLE)) })
}

#[test]
fn who_wakes_goes_on() {
    let (tx, rx) = rendezvous();
    // It has no message yet, so the receiver calls it, and waits.
    let mut lazy = pin!(async {
        select_async! { send(tx, 1) -> _ => () }
    });
    assert!(lazy.as_mut().poll(&mut Context::from_waker(&bomber())).is_pending());
    assert_eq!(rx.recv_timeout(Duration::from_millis(10)), Err(RecvTimeoutError::Timeout));
    assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)), "nobody waits");
}

struct Told(mpsc::Sender<()>);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(());
    }
}

#[test]
fn the_clock_goes_on() {
    let (_tx, rx) = rendezvous::<()>();
    let timed = || async {
        select_async! { recv(rx) -> _ => (), default(Duration::from_millis(10)) => () }
    };
    let mut bombed = pin!(timed());
    assert!(bombed.as_mut().poll(&mut Context::from_waker(&bomber())).is_pending());
    let (told, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(Told(told)));
    let mut next = pin!(timed());
    assert!(next.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    woken.recv_timeout(Duration::from_secs(60)).expect("no timers any more");
}
