//! Stops any number of threads with one word: closing a channel is a message that everybody gets.
//!
//! ```text
//! main ── jobs ──▶ workers (each job goes to one of them)
//! main ── stop: nothing is ever sent on it, and closing it reaches all of them
//! ```
//!
//! A worker that is told to stop first does what is left in the queue: a select chooses at random among the arms that are ready, so both `stopped` and a
//! job may be there, and `biased;` would only move the question to jobs that come a moment later.

use rendez::{bounded, select, tick, Receiver};
use std::thread;
use std::time::Duration;

/// Works until told to stop, and then off what is left. Answers how many jobs that was.
fn work(jobs: &Receiver<u64>, stopped: &Receiver<()>) -> u64 {
    let mut done = 0;
    let idle = tick(Duration::from_secs(60));
    loop {
        select! {
            recv(jobs) -> job => match job {
                Ok(_job) => done += 1,
                Err(_) => return done,
            },
            recv(stopped) -> _ => break,
            recv(idle) -> _ => eprintln!("still here, {done} jobs done"),
        }
    }
    done + jobs.try_iter().count() as u64
}

fn main() {
    let (jobs, todo) = bounded(16);
    let (stop, stopped) = bounded(0);
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (todo, stopped) = (todo.clone(), stopped.clone());
            thread::spawn(move || work(&todo, &stopped))
        })
        .collect();
    (0..1000).for_each(|job| jobs.send(job).expect("workers are there"));

    stop.close(); // dropping it would do as well

    println!("{} workers, told at once", workers.len());
    let done: u64 = workers.into_iter().map(|worker| worker.join().expect("no worker panics")).sum();
    println!("{done} jobs done, {} left", todo.len());
    assert!(jobs.send(0).is_ok()); // `todo` is here, so this channel is open: stopping the workers did not close it
}
