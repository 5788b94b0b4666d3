//! Attempts, and polls, while another thread is frozen that holds the channel's lock: they end.

use super::Woken;
use crate::chan::{channel, Chan, Holding, Manner, Token, UNBOUNDED_RING};
use crate::error::TrySendError;
use crate::wait::Patience;
use crate::{bounded, unbounded, Receiver, Sender};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{pin, Pin};
use std::ptr;
use std::sync::{mpsc, Arc};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

/// Whether `attempt` ends while another thread is frozen that holds the channel's lock.
fn ends_while_locked<T: Send + 'static>(chan: &Chan<T>, attempt: impl FnOnce() + Send) -> bool {
    let (done, ended) = mpsc::channel();
    let guard = chan.lock();
    thread::scope(|s| {
        s.spawn(move || {
            attempt();
            let _ = done.send(());
        });
        let ended = ended.recv_timeout(Duration::from_secs(10)).is_ok();
        drop(guard);
        ended
    })
}

/// Polls it while the lock is held: it ends, and is pending, having woken its task.
fn is_woken_while_locked<T: Send + 'static>(chan: &Chan<T>, mut future: Pin<&mut (impl Future + Send)>) {
    let woken = Arc::new(Woken::default());
    let waker = woken.clone().into();
    assert!(ends_while_locked(chan, || assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending())));
    assert!(woken.count() > 0, "nobody will poll it again");
}

/// An unbounded channel whose ring is full.
fn full_ring() -> (Sender<usize>, Receiver<usize>) {
    let (tx, rx) = unbounded();
    (0..UNBOUNDED_RING).for_each(|value| tx.try_send(value).expect("room"));
    (tx, rx)
}

/// That all has arrived, and once.
fn holds(rx: &Receiver<usize>, len: usize) {
    assert_eq!(rx.try_iter().collect::<Vec<_>>(), (0..len).collect::<Vec<_>>());
}

#[test]
fn an_attempt_to_send_behind_the_ring_ends() {
    let (tx, rx) = full_ring();
    let attempt = || assert_eq!(tx.try_send(UNBOUNDED_RING), Err(TrySendError::Full(UNBOUNDED_RING)));
    assert!(ends_while_locked(tx.0.chan(), attempt));
    assert_eq!(tx.try_send(UNBOUNDED_RING), Ok(()));
    holds(&rx, UNBOUNDED_RING + 1);
}

/// It is no attempt, and no unbounded channel is full for it.
#[test]
fn a_forced_send_waits_for_the_lock() {
    let (strong, _other) = channel::<usize>(None).expect("little memory");
    let chan = strong.chan();
    (0..UNBOUNDED_RING).for_each(|value| chan.try_send(value).expect("room"));
    let guard = chan.lock();
    thread::scope(|s| {
        let sender = s.spawn(|| chan.force_send(1));
        thread::sleep(Duration::from_millis(100)); // longer than an attempt takes
        drop(guard);
        assert_eq!(sender.join().unwrap(), Ok(None));
    });
}

#[test]
fn a_poll_that_sends_behind_the_ring_ends() {
    let (tx, rx) = full_ring();
    let mut send = pin!(tx.send_async(UNBOUNDED_RING));
    is_woken_while_locked(tx.0.chan(), send.as_mut());
    assert!(send.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    holds(&rx, UNBOUNDED_RING + 1);
}

#[test]
fn a_poll_that_sends_many_behind_the_ring_ends() {
    let (tx, rx) = full_ring();
    let mut values: VecDeque<_> = (UNBOUNDED_RING..2 * UNBOUNDED_RING).collect();
    {
        let mut send = pin!(tx.send_many_async(&mut values));
        is_woken_while_locked(tx.0.chan(), send.as_mut());
        assert!(send.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }
    assert!(values.is_empty());
    holds(&rx, 2 * UNBOUNDED_RING);
}

/// A task whose operation a select has won, which is running foreign code.
fn held(chan: &Chan<usize>) -> Token {
    let manner = Manner { patience: Patience::Thread, hold: Holding::All };
    chan.win_send(ptr::null(), manner).expect("it waits")
}

#[test]
fn a_poll_of_who_is_held_ends() {
    let (tx, rx) = bounded::<usize>(0);
    let mut recv = pin!(rx.recv_async());
    assert!(recv.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let token = held(tx.0.chan());
    is_woken_while_locked(tx.0.chan(), recv.as_mut());
    assert_eq!(tx.0.chan().finish_send(token, 1, || false), Ok(()));
    assert!(recv.poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn a_poll_of_a_select_that_is_held_ends() {
    let (tx, rx) = bounded::<usize>(0);
    let mut select = pin!(async {
        crate::select_async! { recv(rx) -> msg => msg }
    });
    assert!(select.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let token = held(tx.0.chan());
    is_woken_while_locked(tx.0.chan(), select.as_mut());
    assert_eq!(tx.0.chan().finish_send(token, 1, || false), Ok(()));
    assert!(select.poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

/// A sink keeps the value that it could not send at once.
#[test]
#[cfg(feature = "sink")]
fn a_sink_takes_a_value_though_the_lock_is_held() {
    use futures_sink::Sink;
    let (tx, rx) = full_ring();
    let mut sink = pin!(tx.sink());
    assert!(ends_while_locked(tx.0.chan(), || assert_eq!(sink.as_mut().start_send(UNBOUNDED_RING), Ok(()))));
    assert!(sink.as_mut().poll_flush(&mut Context::from_waker(Waker::noop())).is_ready());
    holds(&rx, UNBOUNDED_RING + 1);
}
