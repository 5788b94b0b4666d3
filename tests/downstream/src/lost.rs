//! A worker that is told to stop while there is something left to do.

use super::channel;
use loom::thread;
use rendez::{select, Receiver};

/// Stops at once.
fn work_until_told(stop: &Receiver<u32>, jobs: &Receiver<u32>) -> u32 {
    let mut sum = 0;
    loop {
        select! {
            recv(stop) -> _ => return sum,
            recv(jobs) -> job => sum += job.unwrap(),
        }
    }
}

/// Does first what was sent before.
fn work_until_done(stop: &Receiver<u32>, jobs: &Receiver<u32>) -> u32 {
    work_until_told(stop, jobs) + jobs.try_iter().sum::<u32>()
}

fn model(work: fn(&Receiver<u32>, &Receiver<u32>) -> u32) {
    loom::model(move || {
        let ((jobs, todo), (stop, stopped)) = (channel(1), channel(0));
        let worker = thread::spawn(move || work(&stopped, &todo));
        jobs.send(1).unwrap();
        stop.close();
        assert_eq!(worker.join().unwrap(), 1, "a message was lost");
    });
}

#[test]
fn seeded() {
    model(work_until_told);
}

#[test]
fn mended() {
    model(work_until_done);
}
