//! A pipeline of three threads and two messages: more than a model in full detail gets to the end of, so this one is for coarse models.

use super::channel;
use loom::thread;
use rendez::{select, Receiver, Sender};

/// Doubles the jobs until there are no more, or it is told to stop; says how many it did.
fn worker(stop: &Receiver<u32>, jobs: &Receiver<u32>, done: &Sender<u32>, goes_on: bool) -> u32 {
    let mut count = 0;
    loop {
        select! {
            recv(jobs) -> job => match job {
                Ok(job) => {
                    count += 1;
                    done.send(job * 2).unwrap();
                }
                Err(_) => return count,
            },
            recv(stop) -> _ => {
                if goes_on {
                    jobs.try_iter().for_each(|job| { count += 1; done.send(job * 2).unwrap() });
                }
                return count;
            }
        }
    }
}

fn model(goes_on: bool) {
    loom::model(move || {
        let ((jobs, todo), (done, results), (stop, stopped)) = (channel(1), channel(1), channel(0));
        let worker = thread::spawn(move || worker(&stopped, &todo, &done, goes_on));
        let collector = thread::spawn(move || results.iter().sum::<u32>());
        (1..3).for_each(|job| jobs.send(job).unwrap());
        stop.close();
        drop(jobs);
        assert_eq!((worker.join().unwrap(), collector.join().unwrap()), (2, 6), "a message was lost");
    });
}

#[test]
fn seeded() {
    model(false);
}

#[test]
fn mended() {
    model(true);
}
