//! Waiting at a ring that is empty or full.

#![allow(clippy::arc_with_non_send_sync)] // loom's cells are shared by its threads

use super::{assert_quiet, channel, channel_of, model, recv, rest, send, soon, Sleeper};
use crate::chan::first::Look;
use crate::chan::Chan;
use crate::models::litmus;
use crate::sync::Cell;
use crate::wait::Patience;
use loom::thread::spawn;
use std::collections::VecDeque;
use std::sync::Arc;

/// M4. A receiver goes to sleep while a sender sends.
#[test]
fn a_receiver_sleeps_against_a_send() {
    model("a receiver sleeps against a send", || {
        let chan = channel(Some(1), 0);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        assert_eq!(recv(&chan), 1);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M4. A receiver that was woken once is woken again.
#[test]
fn a_receiver_sleeps_twice() {
    model("a receiver sleeps twice", || {
        let chan = channel(Some(2), 0);
        let other = chan.clone();
        let sender = spawn(move || (1..3).for_each(|value| send(&other, value)));
        assert_eq!([recv(&chan), recv(&chan)], [1, 2]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M5, M10. The second send finds a receiver on its way and wakes nobody: that receiver does.
#[test]
fn a_woken_receiver_passes_the_wake_up_on() {
    model("a woken receiver passes the wake-up on", || {
        let chan = channel(Some(2), 0);
        let [first, second] = [(); 2].map(|()| Sleeper::receiver(&chan));
        let other = chan.clone();
        let receiver = spawn(move || first.recv(&other));
        send(&chan, 1);
        send(&chan, 2);
        assert_eq!(second.recv(&chan) + receiver.join().unwrap(), 3);
        assert_quiet(&chan);
    });
}

/// M5. Two receivers go to sleep against two values that come with one exchange.
#[test]
fn a_batch_wakes_two_receivers() {
    model("a batch wakes two receivers", || {
        let chan = channel(Some(2), 0);
        let receivers = [(); 2].map(|()| {
            let chan = chan.clone();
            spawn(move || recv(&chan))
        });
        assert!(chan.send_many(&mut VecDeque::from([1, 2])).is_ok());
        let sum: i32 = receivers.map(|receiver| receiver.join().unwrap()).iter().sum();
        assert_eq!(sum, 3);
        assert_quiet(&chan);
    });
}

/// M5. The first of two sleepers is on its way, and asks for the second, before who woke it has let go of the lock.
#[test]
fn a_batch_wakes_two_sleepers() {
    model("a batch wakes two sleepers", || {
        let chan = channel(Some(2), 0);
        let [first, second] = [(); 2].map(|()| Sleeper::receiver(&chan));
        let other = chan.clone();
        let receiver = spawn(move || first.recv(&other));
        assert!(chan.send_many(&mut VecDeque::from([1, 2])).is_ok());
        assert_eq!(second.recv(&chan) + receiver.join().unwrap(), 3);
        assert_quiet(&chan);
    });
}

/// M6. A sender goes to sleep on a full ring while a receiver makes room.
#[test]
fn a_sender_sleeps_against_a_receive() {
    model("a sender sleeps against a receive", || {
        let chan = channel(Some(1), 1);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        assert_eq!([recv(&chan), recv(&chan)], [0, 1]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M6. The second receive finds a sender on its way and wakes nobody: that sender does.
#[test]
fn a_woken_sender_passes_the_wake_up_on() {
    model("a woken sender passes the wake-up on", || {
        let chan = channel(Some(2), 2);
        let [first, second] = [(); 2].map(|()| Sleeper::sender(&chan));
        let other = chan.clone();
        let sender = spawn(move || first.send(&other, 2));
        assert_eq!([recv(&chan), recv(&chan)], [0, 1]);
        second.send(&chan, 3);
        sender.join().unwrap();
        let mut rest = rest(&chan);
        rest.sort_unstable();
        assert_eq!(rest, [2, 3]);
        assert_quiet(&chan);
    });
}

/// M6, M21. A batch that is taken makes room for two senders, with one wake-up.
#[test]
fn a_batch_taken_wakes_two_senders() {
    model("a batch taken wakes two senders", || {
        let chan = channel(Some(2), 2);
        let [first, second] = [(); 2].map(|()| Sleeper::sender(&chan));
        let other = chan.clone();
        let sender = spawn(move || first.send(&other, 2));
        let mut values = Vec::new();
        assert_eq!(chan.take_ready(&mut values, 2, Patience::Thread), 2);
        second.send(&chan, 3);
        sender.join().unwrap();
        assert_eq!((values, rest(&chan).len()), (vec![0, 1], 2));
        assert_quiet(&chan);
    });
}

/// M21. A batch that does not fit waits for room.
#[test]
fn a_batch_waits_for_room() {
    model("a batch waits for room", || {
        let chan = channel(Some(1), 1);
        let other = chan.clone();
        let sender = spawn(move || assert!(other.send_many(&mut VecDeque::from([1])).is_ok()));
        assert_eq!([recv(&chan), recv(&chan)], [0, 1]);
        sender.join().unwrap();
        assert_quiet(&chan);
    });
}

/// M21. Who wants many waits for the first, and takes what else is there.
#[test]
fn a_batch_waits_for_its_first_value() {
    model("a batch waits for its first value", || {
        let chan = channel(Some(2), 0);
        let other = chan.clone();
        let sender = spawn(move || assert!(other.send_many(&mut VecDeque::from([1, 2])).is_ok()));
        let mut values = Vec::new();
        assert_eq!(chan.recv_many(&mut values, 2), Ok(values.len()));
        sender.join().unwrap();
        values.extend(rest(&chan));
        assert_eq!(values, [1, 2]);
        assert_quiet(&chan);
    });
}

/// M9. A timeout against the send that wakes the receiver: the value is received or stays, and no wake-up is left over.
#[test]
fn a_receivers_timeout_against_a_send() {
    model("a receiver's timeout against a send", || {
        let chan = channel(Some(1), 0);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        let received = chan.recv(soon()).ok();
        sender.join().unwrap();
        assert_eq!(received.or_else(|| chan.try_recv().ok()), Some(1));
        assert_eq!(rest(&chan), []);
        assert_quiet(&chan);
    });
}

/// M9. The same for a sender and room.
#[test]
fn a_senders_timeout_against_a_receive() {
    model("a sender's timeout against a receive", || {
        let chan = channel(Some(1), 1);
        let other = chan.clone();
        let receiver = spawn(move || assert_eq!(recv(&other), 0));
        let sent = chan.send(1, soon()).is_ok();
        receiver.join().unwrap();
        assert_eq!(rest(&chan), if sent { vec![1] } else { vec![] });
        assert_quiet(&chan);
    });
}

/// M9. Who gives up is in no queue any more, and nothing says that somebody waits.
#[test]
fn a_timeout_leaves_nothing_behind() {
    model("a timeout leaves nothing behind", || {
        let chan = channel(Some(1), 0);
        assert!(chan.recv(soon()).is_err());
        assert_quiet(&chan);
        send(&chan, 0);
        assert!(chan.send(1, soon()).is_err());
        assert_quiet(&chan);
    });
}

/// M9. Of two sleepers the first gives up while a value comes: then it is the second's.
#[test]
fn a_sleeper_that_gives_up_is_passed_over() {
    model("a sleeper that gives up is passed over", || {
        let chan = channel(Some(1), 0);
        let [first, second] = [(); 2].map(|()| Sleeper::receiver(&chan));
        let other = chan.clone();
        let leaving = spawn(move || first.recv_soon(&other));
        send(&chan, 1);
        if let Some(value) = leaving.join().unwrap() {
            assert_eq!(value, 1);
            send(&chan, 1);
        }
        assert_eq!(second.recv(&chan), 1);
        assert_quiet(&chan);
    });
}

/// A value of a size that is not moved for those who wait: they are woken to try again themselves.
type Large = i64;

/// A receiver that was woken finds its value taken by another, and sleeps again.
#[test]
fn a_receiver_is_woken_in_vain() {
    model("a receiver is woken in vain", || {
        let chan = channel_of::<Large>(Some(1), 0);
        let other = chan.clone();
        let receiver = spawn(move || recv(&other));
        send(&chan, 1);
        let taken = chan.try_recv().is_ok();
        if taken {
            send(&chan, 2);
        }
        assert_eq!(receiver.join().unwrap(), if taken { 2 } else { 1 });
        assert_quiet(&chan);
    });
}

/// A sender that was woken finds its place taken by another, and sleeps again.
#[test]
fn a_sender_is_woken_in_vain() {
    model("a sender is woken in vain", || {
        let chan = channel_of::<Large>(Some(1), 1);
        let other = chan.clone();
        let sender = spawn(move || send(&other, 1));
        assert_eq!(recv(&chan), 0);
        let first = if chan.try_send(2).is_ok() { recv(&chan) } else { 1 };
        sender.join().unwrap();
        assert!(first == 2 && rest(&chan) == [1] || first == 1 && rest(&chan).len() == 1);
        assert_quiet(&chan);
    });
}

/// A send that evicts wakes a receiver.
#[test]
fn a_forced_send_wakes_a_receiver() {
    model("a forced send wakes a receiver", || {
        let chan = channel(Some(1), 0);
        let other = chan.clone();
        let receiver = spawn(move || recv(&other));
        assert!(chan.force_send(1).is_ok());
        assert_eq!(receiver.join().unwrap(), 1);
        assert_quiet(&chan);
    });
}

/// At capacity 1 what comes before the first receive is seen after the second send.
#[test]
fn a_receive_happens_before_the_send_it_makes_room_for() {
    model("a receive happens before the send it makes room for", || {
        let chan = channel(Some(1), 1);
        let aside = Arc::new(Cell::new(0));
        let (other, writing) = (chan.clone(), aside.clone());
        let receiver = spawn(move || {
            // SAFETY: loom says whether another thread is in there.
            writing.with_mut(|place| unsafe { *place = 1 });
            recv(&other)
        });
        send(&chan, 1);
        // SAFETY: as above.
        assert_eq!(aside.with_mut(|place| unsafe { *place }), 1);
        assert_eq!(receiver.join().unwrap(), 0);
        assert_quiet(&chan);
    });
}

/// M22. Two threads that each send to one channel, in any way, and then look into the other do not both find nothing.
#[test]
fn two_senders_do_not_both_miss_the_other() {
    let ways: [fn(&Chan<i32>); 3] = [
        |chan| send(chan, 1),
        |chan| assert!(chan.send_many(&mut VecDeque::from([1])).is_ok()),
        |chan| assert!(chan.force_send(1).is_ok()),
    ];
    for way in ways {
        litmus("two senders do not both miss the other", move || {
            let [one, two] = [(); 2].map(|()| channel(Some(1), 0));
            let (first, second) = (one.clone(), two.clone());
            let other = spawn(move || {
                way(&first);
                matches!(second.look(), Look::Empty)
            });
            way(&two);
            let missed = matches!(one.look(), Look::Empty);
            assert!(!(other.join().unwrap() && missed));
        });
    }
}

/// M22. The same, by the number that a select compares: nothing else is read that could make the other's send known.
#[test]
fn two_senders_do_not_both_miss_the_others_version() {
    litmus("two senders do not both miss the other's version", || {
        let [one, two] = [(); 2].map(|()| channel(Some(1), 0));
        let before = one.version(false);
        let (first, second) = (one.clone(), two.clone());
        let other = spawn(move || {
            send(&first, 1);
            second.version(false) == before
        });
        send(&two, 1);
        let missed = one.version(false) == before;
        assert!(!(other.join().unwrap() && missed));
    });
}

/// The same for room: two threads that each receive and then look for a place in the other channel.
#[test]
fn two_receivers_do_not_both_miss_the_other() {
    let ways: [fn(&Chan<i32>); 2] =
        [|chan| assert_eq!(recv(chan), 0), |chan| assert_eq!(chan.take_ready(&mut Vec::new(), 1, Patience::Thread), 1)];
    for way in ways {
        litmus("two receivers do not both miss the other", move || {
            let [one, two] = [(); 2].map(|()| channel(Some(1), 1));
            let (first, second) = (one.clone(), two.clone());
            let other = spawn(move || {
                way(&first);
                second.is_full()
            });
            way(&two);
            let missed = one.is_full();
            assert!(!(other.join().unwrap() && missed));
        });
    }
}
