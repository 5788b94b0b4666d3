//! What was seen of a channel stays so.

use super::{channel, poll};
use crate::models::model;
use core::pin::pin;
use core::task::{Poll, Waker};
use loom::thread::spawn;

/// At capacity 0: who has seen the channel closed receives nothing any more from senders that wait. (One that has begun to close it wakes them only later.)
#[test]
fn nothing_is_received_after_a_close_was_seen() {
    model("nothing is received after a close was seen", || {
        let c = channel(0);
        let other = c.clone();
        let received = {
            let mut send = pin!(c.0.send_async(1));
            assert!(poll(send.as_mut(), Waker::noop()).is_pending());
            let closer = spawn(move || assert!(other.0.close()));
            let received = c.1.is_closed().then(|| poll(pin!(c.1.recv_async()), Waker::noop()));
            closer.join().unwrap();
            received
        };
        assert!(!matches!(received, Some(Poll::Ready(Ok(_)))), "{received:?} after the close");
    });
}
