//! Selects between a receive from one channel and a send to another.

use super::{draining_task, draining_thread, drive, each, feeding_task, feeding_thread, make, settle, Last, Order, Seen, Tally};
use crate::common::{Counter, Rng, Tracked};
use crate::executor::{yield_now, Executor, Task};
use rendez::{select_async, Receiver, Select, Sender};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Macro,
    Dynamic,
}

pub fn storm(executor: Executor, kind: Kind) {
    each(|cap, seed, n, rounds| {
        let alive = Arc::new(Counter::new());
        let ((tx, from), (to, rx)) = (make(cap), make(cap));
        let order = match (n, cap) {
            (1, _) => Order::Exact,
            (_, Some(0)) => Order::Any,
            _ => Order::Rising,
        };
        let threads = vec![feeding_thread(tx.clone(), 0, alive.clone()), draining_thread(rx.clone(), Order::Rising)];
        let mut tasks = vec![feeding_task(tx, 1, alive.clone()), draining_task(rx, Order::Rising)];
        let last = Last::of(n);
        tasks.extend((0..n).map(|i| {
            let stormy = Stormy {
                from: from.clone(),
                to: to.clone(),
                rng: Rng::new(seed + i),
                next: 0,
                id: 2 + i as usize,
                alive: alive.clone(),
                seen: Seen::new(order),
                tally: Tally::default(),
            };
            stormy.run(kind, rounds, last.clone())
        }));
        drop((from, to));
        settle(executor, threads, tasks, &alive, &format!("{kind:?} on {executor:?}, capacity {cap:?}, {n} tasks"));
    });
}

struct Stormy {
    from: Receiver<Tracked>,
    to: Sender<Tracked>,
    rng: Rng,
    next: u64,
    id: usize,
    alive: Arc<Counter>,
    seen: Seen,
    tally: Tally,
}

impl Stormy {
    fn run(mut self, kind: Kind, rounds: u64, last: Last) -> Task<Tally> {
        Box::pin(async move {
            match kind {
                Kind::Macro => self.selects(rounds).await,
                Kind::Dynamic => self.dynamic(rounds).await,
            }
            if last.is_it() {
                self.from.close();
                while let Ok(value) = self.from.recv_async().await {
                    self.seen.note(value, &mut self.tally);
                }
            }
            self.tally
        })
    }

    async fn selects(&mut self, rounds: u64) {
        let (from, to, id, alive) = (self.from.clone(), self.to.clone(), self.id, self.alive.clone());
        for _ in 0..rounds {
            let (slow, biased, timed) = (self.rng.below(4) == 0, self.rng.below(4) == 0, self.rng.below(64) == 0);
            let before = self.next;
            let next = &mut self.next;
            // Sent is what was made.
            let mut make = || {
                *next += 1;
                Tracked::new(id, *next - 1, &alive)
            };
            let both = async {
                match (biased, timed) {
                    (true, _) => select_async! {
                        biased;
                        future(from.closed()) -> () => unreachable!(),
                        send(to, make()) -> result => result.map(|()| None),
                        recv(from) -> value => Ok(value.ok()),
                    },
                    (_, true) => select_async! {
                        recv(from) -> value => Ok(value.ok()),
                        send(to, make()) -> result, if slow => result.map(|()| None),
                        default(Duration::from_micros(20)) => Ok(None),
                    },
                    _ => select_async! {
                        recv(from) -> value => Ok(value.ok()),
                        // It holds its place while it waits, and is dropped so, now and then.
                        send(to, { if slow { yield_now().await } make() }) -> result => result.map(|()| None),
                    },
                }
            };
            let result = drive(pin!(both), &mut self.rng, &mut self.tally).await;
            if let Some(value) = result.and_then(Result::unwrap) {
                self.seen.note(value, &mut self.tally);
            }
            (before..self.next).for_each(|number| self.tally.sent(number));
        }
    }

    async fn dynamic(&mut self, rounds: u64) {
        let (from, to) = (self.from.clone(), self.to.clone());
        let mut select = Select::new();
        let (give, _take) = (select.send(&to), select.recv(&from));
        for _ in 0..rounds {
            let gives_up = self.rng.below(8) == 0;
            match drive(pin!(select.select_async()), &mut self.rng, &mut self.tally).await {
                Some(won) if won.index() == give && gives_up => drop(won),
                Some(won) if won.index() == give => {
                    let value = Tracked::new(self.id, self.next, &self.alive);
                    assert!(won.send(&to, value).is_ok());
                    self.tally.sent(self.next);
                    self.next += 1;
                }
                Some(won) => self.seen.note(won.recv(&from).unwrap(), &mut self.tally),
                None => {}
            }
        }
    }
}
