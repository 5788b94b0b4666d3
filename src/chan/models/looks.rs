//! How many values there are, as `len` says it, was so at some moment of it.

use super::{channel, model, recv, rest, send};
use crate::sync::Deadline;
use loom::thread::spawn;

/// One value, behind the ring. Another thread that receives moves it into the ring: it is seen in one place or the other, unless that thread has it.
#[test]
fn a_value_on_its_way_into_the_ring_is_counted() {
    model("a value on its way into the ring is counted", || {
        let chan = channel(None, 2);
        assert_eq!(recv(&chan), 0);
        let other = chan.clone();
        let receiver = spawn(move || other.try_recv().ok());
        let len = chan.len();
        let got = chan.try_recv().ok();
        let _ = receiver.join().unwrap();
        assert!(len == 1 || got.is_none(), "no value was there, says len, and then it was received here");
    });
}

/// The same of `drain`, which takes as many as `len` says.
#[test]
fn a_value_on_its_way_into_the_ring_is_drained() {
    model("a value on its way into the ring is drained", || {
        let chan = channel(None, 2);
        assert_eq!(recv(&chan), 0);
        let other = chan.clone();
        let receiver = spawn(move || other.try_recv().ok());
        let mut drained = Vec::new();
        chan.drain(&mut drained);
        let got = chan.try_recv().ok();
        let _ = receiver.join().unwrap();
        assert!(!drained.is_empty() || got.is_none(), "nothing was drained, and then it was received here");
    });
}

/// At most two values are there at any time.
#[test]
fn no_value_is_counted_twice() {
    model("no value is counted twice", || {
        let chan = channel(None, 1);
        let other = chan.clone();
        let thread = spawn(move || {
            send(&other, 1);
            assert_eq!(recv(&other), 0);
            send(&other, 2);
        });
        let len = chan.len();
        assert!(len <= 2, "{len}");
        thread.join().unwrap();
    });
}

/// After a close nothing enters: what is there then is what can be received.
#[test]
fn what_a_closed_channel_holds_is_counted() {
    for cap in [Some(3), None] {
        model("what a closed channel holds is counted", move || {
            let chan = channel(cap, 2);
            let other = chan.clone();
            let sender = spawn(move || other.send(2, Deadline::NEVER).is_ok());
            assert!(chan.close());
            let len = chan.len();
            let _ = sender.join().unwrap();
            assert_eq!(rest(&chan).len(), len, "{cap:?}");
        });
    }
}
