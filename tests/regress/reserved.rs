//! A select that was woken for a value passed the wake-up on while it still had the value's place: who was woken found the channel full. (One that
//! waited for that room would have waited for ever.)

use rendez::{bounded, select_async, Sender, TrySendError};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Sends when it is woken.
struct Sends(Sender<u8>, Mutex<Option<Result<(), TrySendError<u8>>>>);

impl Wake for Sends {
    fn wake(self: Arc<Self>) {
        *self.1.lock().unwrap() = Some(self.0.try_send(3));
    }
}

#[test]
fn a_waker_finds_the_room_of_a_value_that_was_selected() {
    let ((tx, rx), (_open, other)) = (bounded(2), bounded::<u8>(1));
    let waker = Arc::new(Sends(tx.clone(), Mutex::new(None)));
    let mut cx = Context::from_waker(Waker::noop());
    let mut select = pin!(async {
        select_async! {
            recv(rx) -> value => value,
            recv(other) -> value => value,
        }
    });
    let (mut second, mut third) = (pin!(rx.recv_async()), pin!(rx.recv_async()));
    assert!(select.as_mut().poll(&mut cx).is_pending());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    assert!(third.as_mut().poll(&mut Context::from_waker(&waker.clone().into())).is_pending());
    (1..=2).for_each(|value| tx.try_send(value).unwrap());
    assert!(waker.1.lock().unwrap().is_none(), "two values, and two were told");
    assert_eq!(select.poll(&mut cx), Poll::Ready(Ok(1)));
    assert_eq!(*waker.1.lock().unwrap(), Some(Ok(())));
    assert!(rx.try_iter().eq([2, 3]));
}
