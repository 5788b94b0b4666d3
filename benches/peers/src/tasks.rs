//! The scenarios of tasks, on tokio's executor.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use tokio::runtime::{Builder, Runtime};

use crate::imp::Tasks;
use crate::measure::{cpu_time, share, Run, Tally};
use crate::message::Message;
use crate::scenario::{Cap, Family, Kind, Scenario};
use crate::threads::handles;

type Task = Pin<Box<dyn Future<Output = Tally> + Send>>;

/// `None`: the implementation has no such channel.
pub fn run<T: Message, C: Tasks<T>>(scenario: &Scenario, count: u64) -> Option<Run> {
    let tasks = match scenario.kind {
        Kind::PingPong => ping_pong::<T, C>(scenario.cap, count)?,
        Kind::Crowd(producers, consumers) => crowd::<T, C>(scenario.cap, count, producers, consumers)?,
        _ => return None,
    };
    Some(race(runtime(scenario.family), tasks))
}

fn runtime(family: Family) -> Runtime {
    let runtime = match family {
        Family::OneThread => Builder::new_current_thread().build(),
        _ => Builder::new_multi_thread().worker_threads(2).build(),
    };
    runtime.expect("no runtime")
}

fn race(runtime: Runtime, tasks: Vec<Task>) -> Run {
    let cpu = cpu_time();
    let began = Instant::now();
    let tally = runtime.block_on(async {
        let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
        let mut tally = Tally::default();
        for task in running {
            // The others might wait for a task that panicked: end with it.
            tally.join(task.await.unwrap_or_else(|_| std::process::exit(101)));
        }
        tally
    });
    Run { wall: began.elapsed(), cpu: cpu_time() - cpu, tally }
}

fn ping_pong<T: Message, C: Tasks<T>>(cap: Cap, count: u64) -> Option<Vec<Task>> {
    let (mut ping, mut pinged) = C::open(cap)?;
    let (mut pong, mut ponged) = C::open(cap)?;
    let first = async move {
        let mut tally = Tally::default();
        for number in 0..count {
            assert!(C::send(&mut ping, T::new(number)).await, "closed");
            tally.add(C::recv(&mut ponged).await.expect("closed").number());
        }
        tally
    };
    let second = async move {
        while let Some(message) = C::recv(&mut pinged).await {
            assert!(C::send(&mut pong, message).await, "closed");
        }
        Tally::default()
    };
    Some(vec![Box::pin(first), Box::pin(second)])
}

fn crowd<T: Message, C: Tasks<T>>(cap: Cap, count: u64, producers: usize, consumers: usize) -> Option<Vec<Task>> {
    let (tx, rx) = C::open(cap)?;
    let mut tasks: Vec<Task> = Vec::new();
    for mut rx in handles(rx, consumers, C::fork_rx)? {
        tasks.push(Box::pin(async move {
            let mut tally = Tally::default();
            while let Some(message) = C::recv(&mut rx).await {
                tally.add(message.number());
            }
            tally
        }));
    }
    for (index, mut tx) in handles(tx, producers, C::fork_tx)?.into_iter().enumerate() {
        let numbers = share(count, producers, index);
        tasks.push(Box::pin(async move {
            for number in numbers {
                assert!(C::send(&mut tx, T::new(number)).await, "closed");
            }
            Tally::default()
        }));
    }
    Some(tasks)
}
