//! At capacity 0 a future that had been served was dropped and left its value, then the channel was closed. Who had looked for a peer before that, and looked
//! after it whether the channel was closed, was told that nothing was left.

use super::common::{delay, race_rounds};
use rendez::{bounded, Receiver, Select, TryRecvError};
use std::future::Future;
use std::hint::spin_loop;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::thread;

/// Awake, but for a while only: others may need the processor.
fn until(ready: impl Fn() -> bool) {
    for looks in 1.. {
        match ready() {
            true => return,
            false if looks % 1_000 == 0 => thread::yield_now(),
            false => spin_loop(),
        }
    }
}

/// Tries until there is another answer than `Empty`, or what comes before the close is done.
fn nobody_is_told_that_nothing_is_left(attempt: impl Fn(&Receiver<usize>) -> Result<usize, TryRecvError> + Sync) {
    let rounds = race_rounds(20_000);
    let channels: Vec<_> = (0..rounds).map(|_| bounded(0)).collect();
    let step = AtomicUsize::new(0);
    // ORDERING: a signal; the values come through the channels.
    let is_at = |wanted| step.load(Ordering::Relaxed) >= wanted;
    thread::scope(|s| {
        let tries = s.spawn(|| {
            for (i, (_, rx)) in channels.iter().enumerate() {
                until(|| is_at(2 * i + 1));
                let mut told = Err(TryRecvError::Empty);
                while told == Err(TryRecvError::Empty) {
                    told = attempt(rx);
                }
                assert_eq!(told, Ok(i), "it was left before the close");
                step.store(2 * i + 2, Ordering::Relaxed); // ORDERING: as above
            }
        });
        for (i, (tx, rx)) in channels.iter().enumerate() {
            {
                let mut served = pin!(rx.recv_async());
                assert!(served.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                tx.try_send(i).expect("a receiver waits");
                step.store(2 * i + 1, Ordering::Relaxed); // ORDERING: as above
                (0..i % 128).for_each(delay);
            }
            rx.close();
            until(|| is_at(2 * i + 2) || tries.is_finished());
        }
    });
}

/// One after the other, so that both threads have a processor.
#[test]
fn nobody_misses_it() {
    nobody_is_told_that_nothing_is_left(Receiver::try_recv);
    nobody_is_told_that_nothing_is_left(|rx| {
        let mut select = Select::new();
        select.recv(rx);
        let won = select.try_select().map_err(|_| TryRecvError::Empty)?;
        won.recv(rx).map_err(|_| TryRecvError::Disconnected)
    });
}
