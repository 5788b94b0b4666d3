//! Limits a rate with a bucket of tokens: a request takes one, or waits for one; the clock puts one in at each tick, as long as there is room.
//!
//! ```text
//! tick ── every PERIOD, one token ──▶ [ bucket: BURST places ] ──▶ requests, from any number of threads and tasks
//! ```
//!
//! The bucket is a channel and its capacity is the burst that is allowed after a quiet time. Taking a token is a receive, so it may have a timeout, or be
//! an arm of a select.

use rendez::{bounded, tick, Receiver, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

const BURST: usize = 3;
const PERIOD: Duration = Duration::from_millis(20);

struct Limiter(Receiver<()>);

impl Limiter {
    fn new(burst: usize, period: Duration) -> Limiter {
        let (tokens, bucket) = bounded(burst);
        (0..burst).for_each(|_| tokens.send(()).expect("the bucket is here"));
        let ticks = tick(period);
        thread::spawn(move || {
            for _ in ticks {
                match tokens.try_send(()) {
                    Ok(()) | Err(TrySendError::Full(())) => {} // a full bucket takes no more
                    Err(TrySendError::Disconnected(())) => break,
                }
            }
        });
        Limiter(bucket)
    }

    /// Waits for a token, at most `timeout`. Answers whether there was one.
    fn acquire(&self, timeout: Duration) -> bool {
        self.0.recv_timeout(timeout).is_ok()
    }
}

fn main() {
    let start = Instant::now();
    let limiter = Limiter::new(BURST, PERIOD);
    let (threads, each) = (4, 5);
    thread::scope(|s| {
        for _ in 0..threads {
            s.spawn(|| (0..each).for_each(|_| assert!(limiter.acquire(Duration::MAX))));
        }
    });
    let requests = threads * each;
    let least = PERIOD * (requests - BURST as u32);
    println!("{requests} requests from {threads} threads: {BURST} at once, then one every {} ms", PERIOD.as_millis());
    println!("not done before {} ms: {}", least.as_millis(), start.elapsed() >= least);

    let slow = Limiter::new(1, Duration::MAX);
    assert!(slow.acquire(Duration::ZERO));
    println!("a second token in time: {}", slow.acquire(Duration::from_millis(1)));
}
