//! Panics around a channel, and values that reach back into it when they are dropped.

mod common;

use common::{watched, Counter, Tracked};
use rendez::{bounded, unbounded, Receiver, RecvError, Select, SendError, Sender, TryRecvError, TrySendError, WeakReceiver, WeakSender};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

/// Panics without a word on the screen.
fn throw() {
    resume_unwind(Box::new("thrown"));
}

fn thrown(f: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

/// Counts its drops; some panic in theirs.
struct Loud {
    panics: bool,
    dropped: Arc<Counter>,
}

impl Drop for Loud {
    fn drop(&mut self) {
        self.dropped.add(1);
        if self.panics {
            throw();
        }
    }
}

/// Makes values of which those panic that are said to, and reads how many were dropped.
struct Values(Arc<Counter>);

impl Values {
    fn new() -> Values {
        Values(Arc::default())
    }

    fn quiet(&self) -> Loud {
        Loud { panics: false, dropped: self.0.clone() }
    }

    fn loud(&self) -> Loud {
        Loud { panics: true, dropped: self.0.clone() }
    }

    fn dropped(&self) -> usize {
        self.0.get()
    }

    /// No value that the channel still owns could count later: it would have this, too.
    fn all_gone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

fn make<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// With room for three; without limit, also with values behind the ring.
const BUFFERED: [(Option<usize>, usize); 4] = [(Some(3), 3), (Some(4), 3), (None, 3), (None, 1000)];

#[test]
fn a_panic_in_a_drop_reaches_who_drops_the_last_receiver_and_harms_nobody_else() {
    for (cap, n) in BUFFERED {
        for loud in [0, 1, n - 1] {
            let values = Values::new();
            let (tx, rx) = make(cap);
            (0..n).for_each(|i| assert!(tx.send(if i == loud { values.loud() } else { values.quiet() }).is_ok()));
            assert!(thrown(|| drop(rx)), "{cap:?}: the panic is not swallowed");
            assert!(values.dropped() > loud);
            assert!(tx.is_closed());
            assert!(matches!(tx.try_send(values.quiet()), Err(TrySendError::Disconnected(_))), "the sender is told as ever");
            assert!(matches!(tx.send(values.quiet()), Err(SendError(_))));
            drop(tx);
            assert_eq!(values.dropped(), n + 2, "{cap:?}: the last sender drops what the panic left, each value once");
            assert!(values.all_gone());
        }
    }
}

#[test]
fn a_panic_in_a_drop_does_not_stop_the_last_receiver_from_telling_senders_that_wait() {
    watched(|| {
        let values = Values::new();
        let (tx, rx) = bounded(1);
        assert!(tx.send(values.loud()).is_ok());
        thread::scope(|s| {
            let blocked: Vec<_> = (0..3).map(|_| s.spawn(|| tx.send(values.quiet()).is_err())).collect();
            assert!(thrown(|| drop(rx)));
            assert!(blocked.into_iter().all(|sender| sender.join().expect("no panic")), "each has its value back");
        });
        drop(tx);
        assert_eq!(values.dropped(), 4);
    });
}

#[test]
fn a_panic_in_a_drop_after_both_sides_have_gone_reaches_the_last() {
    for (cap, n) in BUFFERED {
        let values = Values::new();
        let (tx, rx) = make(cap);
        (1..n).for_each(|_| assert!(tx.send(values.quiet()).is_ok()));
        assert!(tx.send(values.loud()).is_ok());
        drop(tx);
        assert_eq!(values.dropped(), 0, "the receiver is still there");
        assert!(thrown(|| drop(rx)), "{cap:?}");
        assert_eq!(values.dropped(), n);
        assert!(values.all_gone());
    }
}

#[test]
fn a_drain_with_a_panic_leaves_the_channel_empty_and_alive() {
    for (cap, n) in BUFFERED {
        let values = Values::new();
        let (tx, rx) = make(cap);
        (0..n).for_each(|i| assert!(tx.send(if i == 1 { values.loud() } else { values.quiet() }).is_ok()));
        assert!(thrown(|| drop(rx.drain())));
        assert_eq!((values.dropped(), rx.len()), (n, 0));
        assert!(tx.send(values.quiet()).is_ok() && rx.recv().is_ok());
    }
}

#[test]
fn a_won_receive_given_up_with_a_panic_leaves_the_channel_alive() {
    for (cap, _) in BUFFERED {
        let values = Values::new();
        let (tx, rx) = make(cap);
        for _ in 0..10 {
            assert!(tx.send(values.loud()).is_ok());
            assert!(tx.send(values.quiet()).is_ok());
            let mut select = Select::new();
            select.recv(&rx);
            assert!(thrown(|| drop(select.select())));
            assert_eq!(rx.len(), 1);
            assert!(rx.recv().is_ok_and(|value| !value.panics));
        }
        assert_eq!(values.dropped(), 20);
    }
}

#[test]
fn a_won_send_completed_after_the_last_receiver_has_gone_drops_its_value() {
    for cap in [Some(1), Some(3), None] {
        let values = Values::new();
        let (tx, rx) = make(cap);
        let mut select = Select::new();
        select.send(&tx);
        let won = select.select();
        drop(rx);
        let value = values.loud();
        // Either it is taken and dropped here, or it comes back and is dropped here.
        assert!(thrown(|| drop(won.send(&tx, value))), "{cap:?}");
        assert_eq!(values.dropped(), 1);
        assert!(tx.send(values.quiet()).is_err());
    }
}

/// Runs `f` with `rx` and unwinds through it.
fn unwind_with<T>(rx: Receiver<T>) {
    assert!(thrown(move || {
        let _rx = rx;
        throw();
    }));
}

#[test]
fn the_last_receiver_dropped_while_unwinding_frees_every_value() {
    for (cap, n) in BUFFERED {
        let values = Values::new();
        let (tx, rx) = make(cap);
        (0..n).for_each(|_| assert!(tx.send(values.quiet()).is_ok()));
        unwind_with(rx);
        assert_eq!(values.dropped(), n, "{cap:?}: at once, not with the sender");
        assert!(values.all_gone());
        assert!(tx.send(values.quiet()).is_err());
    }
}

#[test]
fn the_last_receiver_dropped_while_unwinding_gives_blocked_senders_their_values_back() {
    for cap in [0, 1, 3] {
        watched(move || {
            let alive = Arc::new(Counter::new());
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|i| assert!(tx.send(Tracked::new(9, i as u64, &alive)).is_ok()));
            thread::scope(|s| {
                let blocked: Vec<_> = (0..4)
                    .map(|sender| {
                        let (tx, alive) = (tx.clone(), &alive);
                        s.spawn(move || tx.send(Tracked::new(sender, 7, alive)).expect_err("closed").into_inner())
                    })
                    .collect();
                while alive.get() < cap + 4 {
                    thread::yield_now();
                }
                unwind_with(rx);
                for (i, sender) in blocked.into_iter().enumerate() {
                    let value = sender.join().expect("no panic");
                    assert_eq!((value.sender, value.number), (i, 7), "its own");
                }
            });
            assert_eq!(alive.get(), 0);
        });
    }
}

#[test]
fn the_last_sender_dropped_while_unwinding_closes_for_receivers_that_wait() {
    for cap in [Some(0), Some(1), None] {
        watched(move || {
            let (tx, rx) = make::<u8>(cap);
            thread::scope(|s| {
                let blocked = s.spawn(|| rx.recv());
                assert!(thrown(move || {
                    let _tx = tx;
                    throw();
                }));
                assert_eq!(blocked.join().expect("no panic"), Err(RecvError));
            });
        });
    }
}

#[test]
fn a_panic_between_two_receives_harms_no_other_receiver() {
    let (tx, rx) = unbounded();
    (0..10).for_each(|i| tx.send(i).expect("open"));
    let theirs = rx.clone();
    assert!(thrown(move || for i in theirs {
        if i == 3 {
            throw();
        }
    }));
    drop(tx);
    assert_eq!(rx.iter().collect::<Vec<_>>(), [4, 5, 6, 7, 8, 9]);
}

/// A value that does something with its own channel when it is dropped, and counts that it was.
struct Deed {
    act: Option<Box<dyn FnOnce() + Send>>,
    done: Arc<Counter>,
}

impl Deed {
    fn new(done: &Arc<Counter>, act: impl FnOnce() + Send + 'static) -> Deed {
        Deed { act: Some(Box::new(act)), done: done.clone() }
    }
}

impl Drop for Deed {
    fn drop(&mut self) {
        if let Some(act) = self.act.take() {
            act();
        }
        self.done.add(1);
    }
}

type Act = fn(&Sender<Deed>, &Arc<Counter>) -> Box<dyn FnOnce() + Send>;

/// What a value may do while the last receiver drops it.
const ACTS: [(&str, Act); 7] = [
    ("sends", |tx, done| {
        let (tx, next) = (tx.clone(), Deed::new(done, || ()));
        Box::new(move || assert!(tx.send(next).is_err(), "closed"))
    }),
    ("tries to send", |tx, done| {
        let (tx, next) = (tx.clone(), Deed::new(done, || ()));
        Box::new(move || assert!(matches!(tx.try_send(next), Err(TrySendError::Disconnected(_)))))
    }),
    ("forces", |tx, done| {
        let (tx, next) = (tx.clone(), Deed::new(done, || ()));
        Box::new(move || assert!(tx.force_send(next).is_err()))
    }),
    ("closes", |tx, _| {
        let tx = tx.clone();
        Box::new(move || assert!(!tx.close() && tx.is_closed()))
    }),
    ("looks", |tx, _| {
        let tx = tx.clone();
        Box::new(move || assert!(tx.len() <= 1000 && tx.receiver_count() == 0 && format!("{tx:?}").starts_with("Sender")))
    }),
    ("waits for the close", |tx, _| {
        let tx = tx.clone();
        Box::new(move || tx.wait_closed())
    }),
    ("drops a handle", |tx, _| {
        let tx = tx.clone();
        Box::new(move || drop(tx))
    }),
];

#[test]
fn a_value_dropped_with_the_last_receiver_may_use_its_channel() {
    for (name, act) in ACTS {
        for (cap, n) in BUFFERED {
            for keep in [true, false] {
                let more = usize::from(["sends", "tries to send", "forces"].contains(&name));
                watched(move || {
                    let done = Arc::new(Counter::new());
                    let (tx, rx) = make(cap);
                    (0..n).for_each(|_| assert!(tx.send(Deed::new(&done, act(&tx, &done))).is_ok()));
                    // Without it, the values hold the last senders of their own channel.
                    let _tx = keep.then_some(tx);
                    drop(rx);
                    assert_eq!(done.get(), n * (1 + more), "{name}, {cap:?}");
                    assert_eq!(Arc::strong_count(&done), 1, "{name}, {cap:?}");
                });
            }
        }
    }
}

#[test]
fn a_value_that_closes_its_channel_when_received_and_dropped_leaves_the_rest_to_be_received() {
    for (cap, n) in BUFFERED {
        let done = Arc::new(Counter::new());
        let (tx, rx) = make(cap);
        let theirs = tx.clone();
        tx.send(Deed::new(&done, move || assert!(theirs.close()))).unwrap_or_else(|_| panic!("open"));
        (1..n).for_each(|_| assert!(tx.send(Deed::new(&done, || ())).is_ok()));
        drop(rx.recv());
        assert!(rx.is_closed() && tx.try_send(Deed::new(&done, || ())).is_err());
        assert_eq!(rx.iter().count(), n - 1);
        assert!(matches!(rx.try_recv(), Err(TryRecvError::Disconnected)));
    }
}

#[test]
fn a_value_that_sends_another_when_it_is_dropped_goes_round() {
    for cap in [Some(1), Some(3), None] {
        let done = Arc::new(Counter::new());
        let (tx, rx) = make(cap);
        let weak: WeakSender<Deed> = tx.downgrade();
        let next = Deed::new(&done, || ());
        let first = Deed::new(&done, move || assert!(weak.upgrade().expect("there").send(next).is_ok()));
        assert!(tx.send(first).is_ok());
        drop(rx.recv());
        assert_eq!((done.get(), rx.len()), (1, 1));
        drop(rx.recv());
        assert_eq!((done.get(), rx.len()), (2, 0));
    }
}

#[test]
fn a_value_that_holds_the_last_receiver_takes_the_channel_with_it() {
    watched(|| {
        let done = Arc::new(Counter::new());
        let (tx, rx) = bounded(2);
        assert!(tx.send(Deed::new(&done, move || drop(rx))).is_ok());
        assert!(tx.send(Deed::new(&done, || ())).is_ok());
        assert!(!tx.is_closed(), "the receiver is in its own channel");
        let evicted = tx.force_send(Deed::new(&done, || ())).unwrap_or_else(|_| panic!("open"));
        assert_eq!(done.get(), 0);
        drop(evicted.expect("the first"));
        assert_eq!(done.get(), 3, "it drops the receiver, which drops the others");
        assert!(tx.is_closed());
    });
}

#[test]
fn a_refused_value_may_hold_the_last_receiver() {
    watched(|| {
        let done = Arc::new(Counter::new());
        let (tx, rx) = bounded(1);
        assert!(tx.send(Deed::new(&done, || ())).is_ok());
        let refused = tx.try_send(Deed::new(&done, move || drop(rx)));
        assert!(matches!(refused, Err(TrySendError::Full(_))));
        drop(refused);
        assert_eq!((done.get(), tx.is_closed()), (2, true));
    });
}

#[test]
fn a_value_dropped_with_the_last_receiver_cannot_bring_it_back() {
    for (cap, n) in BUFFERED {
        watched(move || {
            let done = Arc::new(Counter::new());
            let (tx, rx) = make(cap);
            for _ in 0..n {
                let weak: WeakReceiver<Deed> = rx.downgrade();
                assert!(tx.send(Deed::new(&done, move || assert!(weak.upgrade().is_none()))).is_ok());
            }
            drop(rx);
            assert_eq!(done.get(), n);
        });
    }
}

#[test]
fn a_value_that_holds_both_ends_of_its_channel_is_dropped_once_when_received() {
    for (cap, _) in BUFFERED {
        watched(move || {
            let done = Arc::new(Counter::new());
            let (tx, rx) = make(cap);
            let ends = (tx.clone(), rx.clone());
            assert!(tx.send(Deed::new(&done, move || drop(ends))).is_ok());
            drop(tx);
            let value = rx.recv();
            drop(rx);
            drop(value);
            assert_eq!((done.get(), Arc::strong_count(&done)), (1, 1));
        });
    }
}
