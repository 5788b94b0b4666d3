//! Sends: one value, several, and through a sink.

use super::{draining_task, draining_thread, drive, each, make, settle, Order, Tally};
use crate::common::{Counter, Rng, Tracked};
use crate::executor::{Executor, Task};
use futures::Sink;
use rendez::Sender;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    One,
    Many,
    Sink,
}

pub fn storm(executor: Executor, kind: Kind) {
    each(|cap, seed, n, rounds| {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = make(cap);
        let threads = vec![draining_thread(rx.clone(), Order::Rising)];
        let mut tasks = vec![draining_task(rx, Order::Rising)];
        tasks.extend((0..n).map(|i| {
            let stormy =
                Stormy { tx: tx.clone(), rng: Rng::new(seed + i), next: 0, id: i as usize, alive: alive.clone(), tally: Tally::default() };
            stormy.run(kind, rounds)
        }));
        drop(tx);
        settle(executor, threads, tasks, &alive, &format!("{kind:?} on {executor:?}, capacity {cap:?}, {n} tasks"));
    });
}

struct Stormy {
    tx: Sender<Tracked>,
    rng: Rng,
    next: u64,
    id: usize,
    alive: Arc<Counter>,
    tally: Tally,
}

impl Stormy {
    fn value(&mut self) -> Tracked {
        self.next += 1;
        Tracked::new(self.id, self.next - 1, &self.alive)
    }

    fn run(mut self, kind: Kind, rounds: u64) -> Task<Tally> {
        Box::pin(async move {
            match kind {
                Kind::One => self.one(rounds).await,
                Kind::Many => self.many(rounds).await,
                Kind::Sink => self.sink(rounds).await,
            }
            self.tally
        })
    }

    async fn one(&mut self, rounds: u64) {
        let mut back = None;
        for _ in 0..rounds {
            let value = back.take().unwrap_or_else(|| self.value());
            let number = value.number;
            let mut send = pin!(self.tx.send_async(value));
            match drive(send.as_mut(), &mut self.rng, &mut self.tally).await {
                Some(result) => {
                    assert!(result.is_ok());
                    self.tally.sent(number);
                }
                None if self.rng.below(2) == 0 => self.tally.dropped += 1,
                None => match send.as_mut().cancel() {
                    None => self.tally.sent(number),
                    value => back = value,
                },
            }
        }
    }

    async fn many(&mut self, rounds: u64) {
        let mut values = VecDeque::new();
        for _ in 0..rounds {
            for _ in 0..self.rng.below(4) {
                values.push_back(self.value());
            }
            let first = values.front().map(|value| value.number);
            let all = drive(pin!(self.tx.send_many_async(&mut values)), &mut self.rng, &mut self.tally).await;
            assert!(all.is_none_or(|result| result.is_ok()));
            assert!(all.is_none() || values.is_empty());
            let end = values.front().map_or(self.next, |value| value.number);
            (first.unwrap_or(end)..end).for_each(|number| self.tally.sent(number));
        }
    }

    async fn sink(&mut self, rounds: u64) {
        let tx = self.tx.clone();
        let mut back = None;
        let mut rounds = 0..rounds;
        while !rounds.is_empty() {
            let mut sink = pin!(tx.sink());
            // What is on its way.
            let mut waits = None;
            for _ in rounds.by_ref() {
                if drive(pin!(poll_fn(|cx| sink.as_mut().poll_ready(cx))), &mut self.rng, &mut self.tally).await.is_some() {
                    waits.take().into_iter().for_each(|number| self.tally.sent(number));
                    let value: Tracked = back.take().unwrap_or_else(|| self.value());
                    waits = Some(value.number);
                    assert!(sink.as_mut().start_send(value).is_ok());
                }
                if self.rng.below(4) == 0 {
                    break;
                }
            }
            if let Some(number) = waits {
                match self.rng.below(3) {
                    0 => self.tally.dropped += 1,
                    1 => {
                        assert!(poll_fn(|cx| sink.as_mut().poll_close(cx)).await.is_ok());
                        self.tally.sent(number);
                    }
                    _ => match sink.as_mut().cancel() {
                        None => self.tally.sent(number),
                        value => back = value,
                    },
                }
            }
        }
    }
}
