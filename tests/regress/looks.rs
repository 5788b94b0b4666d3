//! What a refusal or a look says was so at some moment between its start and its end.

use super::common::task::poll;
use rendez::{bounded, select, Receiver, RecvError, Select};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

/// Whether the channel was closed, and what came of a receive then.
type Seen = (bool, Poll<Result<usize, RecvError>>);

/// Receives when it is woken.
struct Receives(Receiver<usize>, Mutex<Vec<Seen>>);

impl Wake for Receives {
    fn wake(self: Arc<Self>) {
        let closed = self.0.is_closed();
        let received = poll(pin!(self.0.recv_async()), Waker::noop());
        self.1.lock().unwrap().push((closed, received));
    }
}

/// At capacity 0 a close gives all that wait their values back; it wakes so many at a time, and wakers may receive.
#[test]
fn nobody_receives_what_a_close_gives_back() {
    const SENDERS: usize = 40;
    let (tx, rx) = bounded(0);
    let waker = Arc::new(Receives(rx.clone(), Mutex::new(Vec::new())));
    let mut sends: Vec<_> = (0..SENDERS).map(|n| Box::pin(tx.send_async(n))).collect();
    for (n, send) in sends.iter_mut().enumerate() {
        let waker = if n == 0 { Waker::from(waker.clone()) } else { Waker::noop().clone() };
        assert!(poll(send.as_mut(), &waker).is_pending());
    }
    assert!(rx.close());
    assert_eq!(*waker.1.lock().unwrap(), [(true, Poll::Ready(Err(RecvError)))]);
    let sent = sends.into_iter().map(|send| poll(pin!(send), Waker::noop()));
    assert_eq!(sent.filter(|sent| *sent == Poll::Ready(Ok(()))).count(), 0, "sent after the close");
}

/// A select waits to send at capacity 0. Answers how many of these attempts have received something.
fn meets_a_select(attempt: impl Fn(&Receiver<u8>) -> bool) -> usize {
    let (tx, rx) = bounded(0);
    thread::scope(|s| {
        let selecting = s.spawn(move || {
            let _ = select! { send(tx, 1) -> sent => sent };
        });
        let mut ready = Select::new();
        ready.recv(&rx);
        assert_eq!(ready.ready(), 0, "it waits");
        let met = (0..200).filter(|_| attempt(&rx)).count();
        rx.close();
        selecting.join().unwrap();
        met
    })
}

/// An expired deadline still tries once.
#[test]
fn an_expired_receive_meets_a_select() {
    assert_ne!(meets_a_select(|rx| rx.recv_timeout(Duration::ZERO).is_ok()), 0, "of 200, while it waited all the time");
}

/// A receiver waits until the channel is ready, and a sender does: who says that it is ready means that somebody can go on.
#[test]
fn two_that_wait_until_it_is_ready_meet() {
    let (tx, rx) = bounded(0);
    let (met, tries) = thread::scope(|s| {
        s.spawn(|| {
            let mut select = Select::new();
            select.recv(&rx);
            while !rx.is_closed() {
                select.ready();
                if rx.try_recv().is_ok() {
                    return;
                }
            }
        });
        let mut select = Select::new();
        select.send(&tx);
        // Asleep.
        (0..100).for_each(|_| thread::sleep(Duration::from_millis(1)));
        let (mut met, mut tries) = (false, 0);
        while !met && tries < 200_000 {
            select.ready();
            met = tx.try_send(1).is_ok();
            tries += 1;
        }
        tx.close();
        (met, tries)
    });
    assert!(met, "it was said to be ready {tries} times, and never was");
}
