//! Receives: one value, several, and those of a stream.

use super::{drive, each, feeding_task, feeding_thread, make, settle, Last, Order, Seen, Tally};
use crate::common::{Counter, Rng, Tracked};
use crate::executor::{Executor, Task};
use futures::{Stream, StreamExt};
use rendez::Receiver;
use std::pin::{pin, Pin};
use std::sync::Arc;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    One,
    Many,
    Stream,
}

pub fn storm(executor: Executor, kind: Kind) {
    each(|cap, seed, n, rounds| {
        let alive = Arc::new(Counter::new());
        let (tx, rx) = make(cap);
        let order = match (n, cap) {
            (1, _) => Order::Exact,
            (_, Some(0)) => Order::Any,
            _ => Order::Rising,
        };
        let threads = vec![feeding_thread(tx.clone(), 0, alive.clone())];
        let mut tasks = vec![feeding_task(tx, 1, alive.clone())];
        let last = Last::of(n);
        tasks.extend((0..n).map(|i| stormy(rx.clone(), kind, rounds, Rng::new(seed + i), order, last.clone())));
        drop(rx);
        settle(executor, threads, tasks, &alive, &format!("{kind:?} on {executor:?}, capacity {cap:?}, {n} tasks"));
    });
}

fn stormy(rx: Receiver<Tracked>, kind: Kind, rounds: u64, mut rng: Rng, order: Order, last: Last) -> Task<Tally> {
    Box::pin(async move {
        let (mut tally, mut seen) = (Tally::default(), Seen::new(order));
        {
            let mut stream = None;
            for _ in 0..rounds {
                match kind {
                    Kind::One => {
                        let result = drive(pin!(rx.recv_async()), &mut rng, &mut tally).await;
                        result.into_iter().for_each(|result| seen.note(result.unwrap(), &mut tally));
                    }
                    Kind::Many => {
                        let mut values = Vec::new();
                        let max = 1 + rng.below(4) as usize;
                        let result = drive(pin!(rx.recv_many_async(&mut values, max)), &mut rng, &mut tally).await;
                        assert_eq!(values.len(), result.map_or(0, Result::unwrap));
                        values.into_iter().for_each(|value| seen.note(value, &mut tally));
                    }
                    Kind::Stream => {
                        let stream = stream.get_or_insert_with(|| new_stream(&rx, rng.below(2) == 0));
                        let result = drive(pin!(stream.next()), &mut rng, &mut tally).await;
                        result.into_iter().for_each(|value| seen.note(value.unwrap(), &mut tally));
                    }
                }
                // A stream outlives several rounds.
                if rng.below(3) == 0 {
                    stream = None;
                }
            }
        }
        if last.is_it() {
            rx.close();
            while let Ok(value) = rx.recv_async().await {
                seen.note(value, &mut tally);
            }
        }
        tally
    })
}

fn new_stream(rx: &Receiver<Tracked>, borrowed: bool) -> Pin<Box<dyn Stream<Item = Tracked> + Send + '_>> {
    match borrowed {
        true => Box::pin(rx.stream()),
        false => Box::pin(rx.clone().into_stream()),
    }
}
