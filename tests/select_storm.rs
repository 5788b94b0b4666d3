//! Threads that select at random, in every form, over a few channels: what was sent is received once and in its sender's order, no select
//! meets itself, and nobody hangs.
//!
//! `RENDEZ_STRESS` is the number of operations that take effect, for each test; `RENDEZ_SEED` repeats the choices of a run.

mod common;

use common::{watched, Counter, Rng, Tracked};
use rendez::{bounded, select, select_biased, Receiver, RecvError, Select, SelectedOperation, SendError, Sender};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

const THREADS: usize = 8;
const CHANNELS: usize = 4;

fn env(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn total() -> u64 {
    env("RENDEZ_STRESS", if cfg!(debug_assertions) { 100_000 } else { 400_000 })
}

fn seed() -> u64 {
    let seed = env("RENDEZ_SEED", u64::from(std::process::id()));
    eprintln!("RENDEZ_SEED={seed}");
    seed
}

/// What the threads share.
struct Storm {
    tx: Vec<Sender<Tracked>>,
    rx: Vec<Receiver<Tracked>>,
    done: AtomicU64,
    total: u64,
    over: AtomicBool,
    alive: Arc<Counter>,
}

impl Storm {
    fn end(&self) {
        self.over.store(true, Ordering::SeqCst); // ORDERING: pairs with the look in `run`, which comes in time or an operation later
        for tx in &self.tx {
            tx.close();
        }
    }
}

/// One thread.
struct Worker<'a> {
    storm: &'a Storm,
    id: usize,
    rng: Rng,
    /// Whether the channel was not closed when last seen.
    open: [bool; CHANNELS],
    next: u64,
    last: [[Option<u64>; THREADS]; CHANNELS],
    sent: u64,
    received: u64,
}

impl Worker<'_> {
    fn value(&mut self) -> Tracked {
        self.next += 1;
        Tracked::new(self.id, self.next, &self.storm.alive)
    }

    fn count(&mut self) {
        // ORDERING: a count alone.
        if self.storm.done.fetch_add(1, Ordering::Relaxed) + 1 == self.storm.total {
            self.storm.end();
        }
    }

    fn sent(&mut self, i: usize, result: Result<(), SendError<Tracked>>) {
        match result {
            Ok(()) => {
                self.sent += 1;
                self.count();
            }
            Err(SendError(value)) => {
                assert_eq!((value.sender, value.number), (self.id, self.next), "another value came back");
                self.open[i] = false;
            }
        }
    }

    fn got(&mut self, i: usize, result: Result<Tracked, RecvError>) {
        match result {
            Ok(value) => {
                assert!(self.last[i][value.sender] < Some(value.number), "order of sender {}", value.sender);
                assert!(value.sender != self.id || self.storm.rx[i].capacity() != Some(0), "met itself");
                self.last[i][value.sender] = Some(value.number);
                self.received += 1;
                self.count();
            }
            Err(RecvError) => self.open[i] = false,
        }
    }

    fn complete(&mut self, won: SelectedOperation<'_>, arms: &[(usize, bool)]) {
        let (i, sends) = arms[won.index()];
        if !sends {
            let result = won.recv(&self.storm.rx[i]);
            self.got(i, result);
        } else if self.rng.below(16) == 0 {
            drop(won); // given up
        } else {
            let value = self.value();
            let result = won.send(&self.storm.tx[i], value);
            self.sent(i, result);
        }
    }

    /// A dynamic select: over any arms for a while, or for ever with both sides of the channel that all can meet on.
    fn dynamic(&mut self, meeting: usize) {
        let storm = self.storm;
        let mut arms: Vec<(usize, bool)> = (0..self.rng.below(6)).map(|_| (self.channel(), self.rng.below(2) == 0)).collect();
        let forever = self.rng.below(2) == 0;
        if forever {
            let at = self.rng.below(arms.len() as u64 + 1) as usize;
            arms.splice(at..at, [(meeting, true), (meeting, false)]);
        }
        let mut select = if self.rng.below(4) == 0 { Select::new_biased() } else { Select::new() };
        for (i, sends) in &arms {
            if *sends {
                select.send(&storm.tx[*i]);
            } else {
                select.recv(&storm.rx[*i]);
            }
        }
        for (index, (i, _)) in arms.iter().enumerate() {
            if !self.open[*i] {
                select.remove(index);
            }
        }
        let timeout = self.timeout();
        match self.rng.below(4) {
            _ if forever => {
                for _ in 0..1 + self.rng.below(3) {
                    let won = select.select();
                    self.complete(won, &arms);
                    if !self.open[meeting] {
                        return;
                    }
                }
            }
            0 => drop(select.try_select().map(|won| self.complete(won, &arms))),
            1 => drop(select.ready_timeout(timeout)),
            2 => drop(select.try_ready()),
            _ => drop(select.select_timeout(timeout).map(|won| self.complete(won, &arms))),
        }
    }

    fn channel(&mut self) -> usize {
        self.rng.below(self.storm.tx.len() as u64) as usize
    }

    /// Rarely long enough to sleep, which takes most of the time of a storm.
    fn timeout(&mut self) -> Duration {
        Duration::from_micros(if self.rng.below(4) == 0 { self.rng.below(60) } else { 0 })
    }

    /// One select. Those that wait for ever have both sides of the first open channel: two threads that wait so can meet.
    fn step(&mut self, meeting: usize) {
        let storm = self.storm;
        let (tx, rx) = (&storm.tx, &storm.rx);
        let (i, j, k) = (self.channel(), self.channel(), self.channel());
        let on = |this: &mut Self, i: usize| this.open[i] && this.rng.below(4) != 0;
        let (on_i, on_j, on_k) = (on(self, i), on(self, j), on(self, k));
        let timeout = self.timeout();
        match self.rng.below(12) {
            0 => select! { send(tx[i], self.value()) -> res, if on_i => self.sent(i, res), default => {} },
            1 => select! { recv(rx[i]) -> msg, if on_i => self.got(i, msg), default => {} },
            2 => select! {
                send(tx[i], self.value()) -> res, if on_i => self.sent(i, res),
                recv(rx[j]) -> msg, if on_j => self.got(j, msg),
                recv(rx[k]) -> msg, if on_k => self.got(k, msg),
                default => thread::yield_now(),
            },
            3 => select! {
                send(tx[i], self.value()) -> res, if on_i => self.sent(i, res),
                send(tx[j], self.value()) -> res, if on_j => self.sent(j, res),
                recv(rx[k]) -> msg, if on_k => self.got(k, msg),
                default(timeout) => {},
            },
            4 => select_biased! {
                recv(rx[i]) -> msg, if on_i => self.got(i, msg),
                send(tx[i], self.value()) -> res, if on_i => self.sent(i, res),
                recv(rendez::after(timeout)) -> _ => {},
            },
            // The message leaves early, now and then.
            5 => select! {
                send(tx[i], { if self.rng.below(4) == 0 { return } self.value() }) -> res, if on_i => self.sent(i, res),
                send(tx[j], { if self.rng.below(4) == 0 { return } self.value() }) -> res, if on_j => self.sent(j, res),
                default(timeout) => {},
            },
            6 => select! {
                send(tx[meeting], { if self.rng.below(8) == 0 { return } self.value() }) -> res => self.sent(meeting, res),
                recv(rx[meeting]) -> msg => self.got(meeting, msg),
                recv(rx[j]) -> msg, if on_j => self.got(j, msg),
            },
            7 => self.dynamic(meeting),
            8 => drop(rx[i].try_recv().map(|value| self.got(i, Ok(value)))),
            9 if on_i => {
                let value = self.value();
                match tx[i].send_timeout(value, timeout) {
                    Err(error) if error.is_timeout() => {}
                    result => self.sent(i, result.map_err(|error| SendError(error.into_inner()))),
                }
            }
            _ => select! {
                recv(rx[meeting]) -> msg => self.got(meeting, msg),
                send(tx[i], self.value()) -> res, if on_i => self.sent(i, res),
                send(tx[meeting], self.value()) -> res => self.sent(meeting, res),
                recv(rx[k]) -> msg, if on_k => self.got(k, msg),
            },
        }
    }

    fn run(&mut self, closes: bool) {
        // ORDERING: as in `end`.
        while !self.storm.over.load(Ordering::SeqCst) {
            let Some(meeting) = self.open.iter().zip(&self.storm.tx).position(|(open, _)| *open) else { return };
            if closes && self.rng.below(self.storm.total / 4) == 0 {
                self.storm.tx[self.channel()].close();
            }
            self.step(meeting);
        }
    }
}

/// A thread that panics must not leave the others waiting.
impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.storm.end();
        }
    }
}

/// In parts, so that none takes as long as a hang.
fn storm(threads: usize, capacities: &[usize], total: u64, closes: bool, seed: u64) {
    const PART: u64 = 1_000_000;
    for part in 0..total.div_ceil(PART) {
        storm_once(threads, capacities, (total - part * PART).min(PART), closes, seed + part);
    }
}

fn storm_once(threads: usize, capacities: &[usize], total: u64, closes: bool, seed: u64) {
    let (tx, rx): (Vec<_>, Vec<_>) = capacities.iter().map(|cap| bounded(*cap)).unzip();
    let description = format!("{threads} threads, capacities {capacities:?}, closes: {closes}");
    let start = Instant::now();
    watched(move || {
        let storm = Storm { tx, rx, done: AtomicU64::new(0), total, over: AtomicBool::new(false), alive: Arc::default() };
        let (sent, mut received) = thread::scope(|s| {
            let spawn = |id| {
                let mut worker = Worker {
                    storm: &storm,
                    id,
                    rng: Rng::new(seed + id as u64),
                    open: [true; CHANNELS],
                    next: 0,
                    last: [[None; THREADS]; CHANNELS],
                    sent: 0,
                    received: 0,
                };
                s.spawn(move || {
                    worker.run(closes);
                    (worker.sent, worker.received)
                })
            };
            let workers: Vec<_> = (0..threads).map(spawn).collect();
            let done = workers.into_iter().map(|worker| worker.join().expect(&description));
            done.fold((0, 0), |sum, done| (sum.0 + done.0, sum.1 + done.1))
        });
        received += storm.rx.iter().map(|rx| rx.try_iter().count() as u64).sum::<u64>();
        assert_eq!(sent, received, "{description}");
        assert_eq!(storm.alive.get(), 0, "leaked: {description}");
        let done = storm.done.into_inner();
        assert!(closes || done >= total, "{description}");
        eprintln!("{description}: {done} operations in {:.1?}", start.elapsed());
    });
}

#[test]
fn over_one_rendezvous() {
    storm(2, &[0], total() / 3, false, seed());
    storm(3, &[0], total() / 3, false, seed());
    storm(8, &[0], total() / 3, false, seed());
}

#[test]
fn over_several_rendezvous() {
    storm(2, &[0, 0], total() / 3, false, seed());
    storm(4, &[0, 0, 0], total() / 3, false, seed());
    storm(8, &[0, 0, 0, 0], total() / 3, false, seed());
}

#[test]
fn over_buffers() {
    storm(2, &[1], total() / 4, false, seed());
    storm(4, &[1, 2], total() / 4, false, seed());
    storm(8, &[2], total() / 4, false, seed());
    storm(8, &[1, 1, 2, 2], total() / 4, false, seed());
}

#[test]
fn over_channels_of_all_kinds() {
    storm(2, &[0, 1], total() / 4, false, seed());
    storm(5, &[2, 0, 1], total() / 4, false, seed());
    storm(8, &[0, 1, 2, 0], total() / 4, false, seed());
    storm(8, &[1, 0], total() / 4, false, seed());
}

#[test]
fn over_channels_that_are_closed_meanwhile() {
    let mut rng = Rng::new(seed());
    for _ in 0..20 {
        let capacities: Vec<usize> = (0..1 + rng.below(CHANNELS as u64)).map(|_| rng.below(3) as usize).collect();
        storm(2 + rng.below(7) as usize, &capacities, total() / 20, true, rng.below(u64::MAX));
    }
}

/// Two selects that offer on all and take from all channels at once, in different orders.
#[test]
fn two_selects_that_face_each_other() {
    let count = total() / 2;
    watched(move || {
        let (tx, rx): (Vec<_>, Vec<_>) = (0..3).map(|_| bounded(0)).unzip();
        thread::scope(|s| {
            s.spawn(|| {
                for i in 0..count {
                    select! { send(tx[0], i) -> res => res, send(tx[1], i) -> res => res, send(tx[2], i) -> res => res }.unwrap();
                }
            });
            for i in 0..count {
                let value = select! { recv(rx[2]) -> value => value, recv(rx[0]) -> value => value, recv(rx[1]) -> value => value };
                assert_eq!(value, Ok(i));
            }
        });
    });
}

/// Each selects on both sides of all channels: each commit of one is a commit of the other, and with nobody else.
#[test]
fn two_selects_on_both_sides_of_the_same_channels() {
    let count = total() / 2;
    watched(move || {
        let (tx, rx): (Vec<_>, Vec<_>) = (0..2).map(|_| bounded(0)).unzip();
        let run = |me: usize, dynamic: bool| {
            let mut selects = Select::new();
            for (tx, rx) in tx.iter().zip(&rx) {
                selects.send(tx);
                selects.recv(rx);
            }
            let mut sent = 0;
            for _ in 0..count {
                let got = if dynamic {
                    let won = selects.select();
                    match won.index() {
                        index if index % 2 == 0 => won.send(&tx[index / 2], me).map(|()| None).unwrap(),
                        index => Some(won.recv(&rx[index / 2]).unwrap()),
                    }
                } else {
                    select! {
                        send(tx[0], me) -> res => res.map(|()| None).unwrap(),
                        recv(rx[1]) -> value => Some(value.unwrap()),
                        recv(rx[0]) -> value => Some(value.unwrap()),
                        send(tx[1], me) -> res => res.map(|()| None).unwrap(),
                    }
                };
                assert_ne!(got, Some(me), "met itself");
                sent += u64::from(got.is_none());
            }
            sent
        };
        for dynamic in [(false, false), (false, true), (true, true)] {
            let run = &run;
            let sent = thread::scope(|s| {
                let other = s.spawn(move || run(1, dynamic.1));
                run(0, dynamic.0) + other.join().unwrap()
            });
            assert_eq!(sent, count, "each meeting is one send and one receive");
        }
    });
}

/// A ring of selects: each offers to its right and takes from its left neighbour.
#[test]
fn a_ring_of_selects() {
    let laps = total() / 8;
    watched(move || {
        let (tx, mut rx): (Vec<_>, Vec<_>) = (0..4).map(|_| bounded(0)).unzip();
        rx.rotate_right(1);
        thread::scope(|s| {
            for (tx, rx) in tx.into_iter().zip(rx) {
                s.spawn(move || {
                    let (mut sent, mut got) = (0, 0);
                    while sent < laps || got < laps {
                        select! {
                            send(tx, sent) -> res, if sent < laps => sent += res.map(|()| 1).unwrap(),
                            recv(rx) -> value, if got < laps => {
                                assert_eq!(value, Ok(got));
                                got += 1;
                            },
                        }
                    }
                });
            }
        });
    });
}

/// How one thread takes one value.
fn take_one(rx: &[Receiver<u64>; 2], rng: &mut Rng) -> u64 {
    loop {
        match rng.below(6) {
            0 => return select! { recv(rx[0]) -> value => value, recv(rx[1]) -> value => value }.unwrap(),
            1 => return select_biased! { recv(rx[1]) -> value => value, recv(rx[0]) -> value => value }.unwrap(),
            2 => {
                let mut select = Select::new();
                rx.iter().for_each(|rx| assert!(select.recv(rx) < 2));
                let won = select.select();
                let index = won.index();
                return won.recv(&rx[index]).unwrap();
            }
            // Is told that something is there, and may find it gone, or leave it to others.
            3 => {
                let mut select = Select::new();
                rx.iter().for_each(|rx| assert!(select.recv(rx) < 2));
                let ready = select.ready();
                if let Ok(value) = rx[ready].try_recv() {
                    return value;
                }
            }
            // Waits for a moment, and leaves.
            4 => {
                let timeout = Duration::from_micros(rng.below(30));
                if let Ok(value) =
                    select! { recv(rx[0]) -> value => value, recv(rx[1]) -> value => value, default(timeout) => Err(RecvError) }
                {
                    return value;
                }
            }
            _ => return select! { recv(rx[0]) -> value => value, recv(rx[0]) -> value => value, recv(rx[1]) -> value => value }.unwrap(),
        }
    }
}

/// How one thread sends one value.
fn give_one(tx: &[Sender<u64>; 2], rng: &mut Rng, value: u64) {
    loop {
        let mut leaves = rng.below(3) == 0;
        match rng.below(4) {
            0 => return select! { send(tx[0], value) -> res => res, send(tx[1], value) -> res => res }.unwrap(),
            // Leaves in the middle of the message, and comes again.
            1 => select! {
                send(tx[0], if leaves { continue } else { value }) -> res => return res.unwrap(),
                send(tx[1], if leaves { continue } else { value }) -> res => return res.unwrap(),
            },
            2 => {
                let mut select = Select::new();
                tx.iter().for_each(|tx| assert!(select.send(tx) < 2));
                let won = select.select();
                if std::mem::take(&mut leaves) {
                    continue; // dropped
                }
                let index = won.index();
                return won.send(&tx[index], value).unwrap();
            }
            _ => {
                let mut select = Select::new();
                tx.iter().for_each(|tx| assert!(select.send(tx) < 2));
                let ready = select.ready();
                if tx[ready].try_send(value).is_ok() {
                    return;
                }
            }
        }
    }
}

/// Round after round so many threads take one value as others send one, each in its own way; then nobody else moves. So a wake-up that was lost, or
/// was not passed on by one who left, leaves somebody asleep.
#[test]
fn nobody_is_left_asleep_when_all_is_quiet() {
    const SIDE: usize = 4;
    let rounds = total() / 50;
    let seed = seed();
    for capacities in [[0, 0], [1, 1], [2, 1], [0, 1]] {
        watched(move || {
            let (tx, rx): (Vec<_>, Vec<_>) = capacities.map(bounded).into_iter().unzip();
            let (tx, rx) = (<[_; 2]>::try_from(tx).unwrap(), <[_; 2]>::try_from(rx).unwrap());
            let (round, sum) = (Barrier::new(2 * SIDE), AtomicU64::new(0));
            thread::scope(|s| {
                for id in 0..2 * SIDE as u64 {
                    let (tx, rx, round, sum) = (&tx, &rx, &round, &sum);
                    s.spawn(move || {
                        let mut rng = Rng::new(seed + id);
                        for i in 0..rounds {
                            if id % 2 == 0 {
                                give_one(tx, &mut rng, i);
                                sum.fetch_add(i, Ordering::Relaxed); // ORDERING: the barrier's, here and below
                            } else {
                                let taken = take_one(rx, &mut rng);
                                sum.fetch_sub(taken, Ordering::Relaxed); // ORDERING: as above
                            }
                            round.wait();
                            assert_eq!(sum.load(Ordering::Relaxed), 0); // ORDERING: as above
                            round.wait();
                        }
                    });
                }
            });
        });
    }
}
