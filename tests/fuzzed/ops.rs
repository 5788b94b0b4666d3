//! Operations on one channel by one thread, futures and weak handles among them, against the specification.
//!
//! A future of a buffered channel does its work when it is polled; but one that waits to send is served by whoever makes room. If any that waits could go on,
//! one that waits for the same has been woken. At capacity 0 a future that waits is served by whoever comes: first come, first served; what a dropped one has
//! received goes to the next.

use crate::bytes::{alive, Bytes, Counted};
use rendez::{bounded, select, unbounded, Receiver, Sender, TryRecvError, TrySendError, WeakReceiver, WeakSender};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

#[path = "../spec/mod.rs"]
#[allow(dead_code)]
mod spec;
use spec::{Missing, Refused, Spec};

type Value = Counted<u32>;

#[derive(Default)]
struct Woken(AtomicUsize);

impl Woken {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed) // ORDERING: all is one thread
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed); // ORDERING: as in `count`
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not polled yet.
    Fresh,
    Waiting,
    /// Served; a receive, which is so at capacity 0 only, with this value, as the how-manieth.
    Served(u32, u32),
    /// Capacity 0: the channel was closed while it waited.
    Ended,
}

/// A future with its own handle.
struct Pending {
    number: u32,
    sending: bool,
    future: Pin<Box<dyn Future<Output = Result<Option<Value>, ()>>>>,
    state: State,
    woken: Arc<Woken>,
    seen: usize,
}

impl Pending {
    fn is_woken(&self) -> bool {
        self.woken.count() > self.seen
    }
}

struct World {
    spec: Spec,
    /// Capacity 0: when what is in `spec.values` was accepted.
    turns: VecDeque<u32>,
    turn: u32,
    tx: Vec<Sender<Value>>,
    rx: Vec<Receiver<Value>>,
    weak: Option<(WeakSender<Value>, WeakReceiver<Value>)>,
    /// In the order in which they began to wait.
    pending: Vec<Pending>,
    next: u32,
}

/// A byte for the capacity, then operations.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let cap = [Some(0), Some(1), Some(2), Some(5), None][bytes.below(5)];
    let (tx, rx) = cap.map_or_else(unbounded, bounded);
    let weak = Some((tx.downgrade(), rx.downgrade()));
    let (tx, rx) = (vec![tx], vec![rx]);
    let mut world = World { spec: Spec::new(cap), turns: VecDeque::new(), turn: 0, tx, rx, weak, pending: Vec::new(), next: 0 };
    while let Some(op) = bytes.next() {
        world.step(op, &mut bytes);
        world.check();
    }
    drop(world);
    assert_eq!(alive(), 0, "as many values are dropped as were made");
}

fn pick<'a, H>(handles: &'a [H], bytes: &mut Bytes<'_>) -> Option<&'a H> {
    (!handles.is_empty()).then(|| &handles[bytes.below(handles.len())])
}

impl World {
    fn rendezvous(&self) -> bool {
        self.spec.cap == Some(0)
    }

    fn serve(&mut self, sending: bool, value: u32) -> bool {
        let turn = self.turn + 1;
        let Some(peer) = self.pending.iter_mut().find(|peer| peer.sending == sending && peer.state == State::Waiting) else { return false };
        peer.state = State::Served(value, turn);
        self.turn = turn;
        true
    }

    fn model_send(&mut self, value: u32) -> Result<(), Refused> {
        if self.rendezvous() && !self.spec.closed && self.serve(false, value) {
            return Ok(());
        }
        self.spec.try_send(value)
    }

    fn model_recv(&mut self) -> Result<u32, Missing> {
        self.turns.pop_front();
        if self.rendezvous() && self.spec.values.is_empty() && !self.spec.closed {
            let first = self.pending.iter().find(|peer| peer.sending && peer.state == State::Waiting).map(|peer| peer.number);
            return first.inspect(|number| assert!(self.serve(true, *number))).ok_or(Missing::Empty);
        }
        let found = self.spec.try_recv();
        self.fill();
        found
    }

    /// Not at capacity 0: room goes to the sends that wait, first come, first served.
    fn fill(&mut self) {
        let waiting = self.pending.iter_mut().filter(|it| it.sending && it.state == State::Waiting);
        for it in waiting {
            if self.spec.cap == Some(0) || self.spec.try_send(it.number).is_err() {
                return;
            }
            it.state = State::Served(it.number, 0);
        }
    }

    /// After whatever may have closed the channel.
    fn model_closed(&mut self) {
        if self.spec.closed && self.rendezvous() {
            self.pending.iter_mut().filter(|peer| peer.state == State::Waiting).for_each(|peer| peer.state = State::Ended);
        }
    }

    fn send(&mut self, op: u8, bytes: &mut Bytes<'_>) {
        self.next += 1;
        let number = self.next;
        let Some(tx) = pick(&self.tx, bytes).cloned() else { return };
        self.spec.senders += 1;
        let value = Counted::new(number);
        let found = match op % 4 {
            0 => tx.try_send(value).map_err(|error| match error {
                TrySendError::Full(_) => Refused::Full,
                TrySendError::Disconnected(_) => Refused::Closed,
            }),
            1 => tx.send_timeout(value, Duration::ZERO).map_err(|error| if error.is_timeout() { Refused::Full } else { Refused::Closed }),
            2 => select! {
                send(tx, value) -> result => result.map_err(|_| Refused::Closed),
                default => Err(Refused::Full),
            },
            _ => {
                let found = tx.force_send(value).map(|old| old.map(|old| *old.get())).map_err(|_| Refused::Closed);
                let expected = match self.model_send(number) {
                    Err(Refused::Full) => self.spec.force_send(number),
                    other => other.map(|()| None),
                };
                assert_eq!(found, expected);
                drop(tx);
                return self.spec.drop_sender();
            }
        };
        assert_eq!(found, self.model_send(number));
        drop(tx);
        self.spec.drop_sender();
    }

    fn recv(&mut self, op: u8, bytes: &mut Bytes<'_>) {
        let Some(rx) = pick(&self.rx, bytes) else { return };
        let found = match op % 3 {
            0 => rx.try_recv().map_err(|error| if error == TryRecvError::Empty { Missing::Empty } else { Missing::Closed }),
            1 => rx.recv_timeout(Duration::ZERO).map_err(|error| if error.is_timeout() { Missing::Empty } else { Missing::Closed }),
            _ => select! {
                recv(rx) -> result => result.map_err(|_| Missing::Closed),
                default => Err(Missing::Empty),
            },
        };
        assert_eq!(found.map(|value| *value.get()), self.model_recv());
    }

    fn start(&mut self, sending: bool, bytes: &mut Bytes<'_>) {
        if self.pending.len() == 6 {
            return;
        }
        self.next += 1;
        let number = self.next;
        let future: Pin<Box<dyn Future<Output = _>>> = match (sending, pick(&self.tx, bytes), pick(&self.rx, bytes)) {
            (true, Some(tx), _) => {
                let (tx, value) = (tx.clone(), Counted::new(number));
                self.spec.senders += 1;
                Box::pin(async move { tx.send_async(value).await.map(|()| None).map_err(drop) })
            }
            (false, _, Some(rx)) => {
                let rx = rx.clone();
                self.spec.receivers += 1;
                Box::pin(async move { rx.recv_async().await.map(Some).map_err(drop) })
            }
            _ => return,
        };
        self.pending.push(Pending { number, sending, future, state: State::Fresh, woken: Arc::default(), seen: 0 });
    }

    fn poll(&mut self, at: usize) {
        let mut it = self.pending.remove(at);
        let woken = it.is_woken();
        it.seen = it.woken.count();
        let waker = Waker::from(it.woken.clone());
        let found = match it.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => Some(result.map(|value| value.map(|value| *value.get()))),
            Poll::Pending => None,
        };
        // Who was not woken does not look: another was.
        let waits = it.state == State::Waiting && (self.rendezvous() || !woken);
        let expected = match it.state {
            State::Served(value, _) => Some(Ok((!it.sending).then_some(value))),
            // A value that came back since: it may have it, or not.
            State::Ended if found != Some(Err(())) => Some(self.model_recv().map(Some).map_err(drop)),
            State::Ended => Some(Err(())),
            _ if waits => None,
            _ if it.sending => match self.model_send(it.number) {
                Err(Refused::Full) => None,
                other => Some(other.map(|()| None).map_err(drop)),
            },
            _ => match self.model_recv() {
                Err(Missing::Empty) => None,
                other => Some(other.map(Some).map_err(drop)),
            },
        };
        assert_eq!(found, expected, "{:?}", it.state);
        if found.is_none() {
            // One that has waited keeps its place.
            let place = if it.state == State::Waiting { at } else { self.pending.len() };
            it.state = State::Waiting;
            return self.pending.insert(place, it);
        }
        it.state = State::Ended;
        self.gone(it);
    }

    /// Drops it, and with it its handle.
    fn gone(&mut self, it: Pending) {
        let Pending { sending, state, future, .. } = it;
        drop(future);
        if let (false, State::Served(value, turn)) = (sending, state) {
            if !self.serve(false, value) {
                let at = self.turns.partition_point(|other| *other < turn);
                self.turns.insert(at, turn);
                self.spec.values.insert(at, value);
            }
        }
        if sending {
            self.spec.drop_sender();
        } else {
            self.spec.drop_receiver();
        }
        self.model_closed();
    }

    fn step(&mut self, op: u8, bytes: &mut Bytes<'_>) {
        match op % 32 {
            0..=6 => self.send(op / 32, bytes),
            7..=13 => self.recv(op / 32, bytes),
            14..=16 => self.start(true, bytes),
            17..=19 => self.start(false, bytes),
            20..=23 if !self.pending.is_empty() => self.poll(bytes.below(self.pending.len())),
            24 | 25 if !self.pending.is_empty() => {
                let it = self.pending.remove(bytes.below(self.pending.len()));
                self.gone(it);
            }
            26 if bytes.below(8) == 0 => {
                let first = match (self.tx.first(), self.rx.first()) {
                    (Some(tx), _) => tx.close(),
                    (_, Some(rx)) => rx.close(),
                    _ => return,
                };
                assert_eq!(first, self.spec.close());
                self.model_closed();
            }
            27 if self.weak.is_some() => {
                let (tx, rx) = self.weak.as_ref().expect("weak handles");
                let (tx, rx) = (tx.upgrade(), rx.upgrade());
                assert_eq!((tx.is_some(), rx.is_some()), (self.spec.senders > 0, self.spec.receivers > 0));
                self.spec.senders += usize::from(tx.is_some());
                self.spec.receivers += usize::from(rx.is_some());
                self.tx.extend(tx);
                self.rx.extend(rx);
            }
            28 if bytes.below(8) == 0 => self.weak = None,
            29 if !self.tx.is_empty() => {
                drop(self.tx.swap_remove(bytes.below(self.tx.len())));
                self.spec.drop_sender();
                self.model_closed();
            }
            30 if !self.rx.is_empty() => {
                drop(self.rx.swap_remove(bytes.below(self.rx.len())));
                self.spec.drop_receiver();
                self.model_closed();
            }
            31 if !self.rendezvous() && !self.rx.is_empty() => {
                let drained: Vec<u32> = self.rx[0].drain().map(|value| *value.get()).collect();
                assert_eq!(drained, self.spec.values.drain(..).collect::<Vec<_>>());
                self.fill();
            }
            _ => {}
        }
    }

    /// Who could go on has been woken: one of those who wait for the same, or all if the channel is closed.
    fn check(&self) {
        for sending in [true, false] {
            let waiting: Vec<&Pending> = self.pending.iter().filter(|it| it.sending == sending && it.state == State::Waiting).collect();
            let some = if sending { !self.spec.is_full() } else { !self.spec.values.is_empty() };
            if self.spec.closed {
                assert!(waiting.iter().all(|it| it.is_woken()), "everybody is woken when the channel closes");
            } else if some && !waiting.is_empty() {
                assert!(waiting.iter().any(|it| it.is_woken()), "somebody is woken who can go on");
            }
        }
        let served = self.pending.iter().filter(|it| matches!(it.state, State::Served(..) | State::Ended));
        served.for_each(|it| assert!(it.is_woken(), "who was served is woken"));
        if let Some(tx) = self.tx.first() {
            let spec = &self.spec;
            assert_eq!((tx.sender_count(), tx.receiver_count(), tx.is_closed()), (spec.senders, spec.receivers, spec.closed));
            assert!(self.rendezvous() || tx.len() == spec.values.len());
        }
    }
}
