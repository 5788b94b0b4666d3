//! Capacity 0: whom one expects, what a select takes, what is left, and the seat.

#![allow(unsafe_code)] // enlisting waiters of the test's own frame

use crate::chan::frame::Place;
use crate::chan::words::Words;
use crate::chan::{Holding, Manner, Token};
use crate::error::TryRecvError;
use crate::wait::{self, partner, Claim, Patience, Phase, Waiter};
use std::future::Future;
use std::pin::pin;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// Who comes second at capacity 0 knows whom it met, and expects it there, but nobody elsewhere; who came first does not.
#[test]
fn who_came_second_expects_the_same_peer() {
    let (tx, rx) = crate::bounded(0);
    let (other, _elsewhere) = crate::bounded::<u8>(0);
    let expects = |tx: &crate::Sender<u8>| partner::is_expected(tx.0.chan().address());
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            tx.send(1).expect("a receiver");
            expects(&tx)
        });
        while !tx.0.chan().has_peer(false, wait::Patience::Thread) {
            std::thread::yield_now();
        }
        assert!(!expects(&tx));
        assert_eq!(rx.recv(), Ok(1));
        assert!(expects(&tx));
        assert!(!expects(&other));
        assert!(!first.join().expect("no panic"));
    });
}

/// A waker that says whether the lock was free when it ran.
struct AfterTheLock(crate::Sender<u8>, AtomicUsize);

impl Wake for AfterTheLock {
    fn wake(self: Arc<Self>) {
        let count = if self.0 .0.chan().cold.lock.hints().is_some() { 1 } else { 100 };
        self.1.fetch_add(count, Ordering::Relaxed); // ORDERING: of the test's thread alone
    }
}

/// A select that receives takes a small value from a sender that is awake as it wins it; not where foreign code may come in between; and who sleeps is
/// woken after the lock.
#[test]
fn a_select_takes_a_small_value_as_it_wins() {
    let (tx, _rx) = crate::bounded::<u8>(0);
    let chan = tx.0.chan();
    let woken = Arc::new(AfterTheLock(tx.clone(), AtomicUsize::new(0)));
    let win = |claim: &Claim, hold: Holding| {
        let place = Place::holding(7);
        let waiter = Waiter::new(claim, 0, place.erased());
        // SAFETY: in no queue before; chosen below, before this frame goes.
        chan.lock().with(|lists| unsafe { lists.tx.push_back(&waiter) });
        let token = chan.win_recv(ptr::null(), Manner { patience: Patience::Thread, hold }).expect("a sender");
        let phase = claim.phase();
        assert_eq!(chan.finish_recv(token), Ok(7));
        assert_eq!(claim.phase(), Phase::Done(0));
        phase
    };
    assert_eq!(win(&Claim::new(), Holding::Sends), Phase::Done(0));
    assert_eq!(win(&Claim::new(), Holding::All), Phase::Held(0));
    assert_eq!(win(&Claim::parked(woken.clone().into()), Holding::Sends), Phase::Claimed(0));
    assert_eq!(woken.1.load(Ordering::Relaxed), 1); // ORDERING: as above
}

/// Who gives up what it has taken puts it first.
#[test]
fn a_value_that_was_taken_is_put_back() {
    let (tx, rx) = crate::bounded::<u8>(0);
    let chan = tx.0.chan();
    chan.give_up(Token::Taken(Words::new(7_u8)), || false);
    assert_eq!(rx.try_recv(), Ok(7));
}

/// While another operation has the lock nobody knows whether a value is left on a closed channel: who only tries does not say that there is none.
#[test]
fn who_does_not_get_the_lock_says_nothing_of_what_is_left() {
    let (tx, rx) = crate::bounded::<u8>(0);
    let chan = tx.0.chan();
    chan.put_back(None, 7);
    tx.close();
    let guard = chan.lock();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    drop(guard);
    assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(7), Err(TryRecvError::Disconnected)));
}

/// What a token can carry is no larger, and no more aligned, than it.
#[test]
fn three_words_fit() {
    #[repr(align(16))]
    struct Aligned(#[allow(dead_code)] u8);
    assert!(Words::fits::<()>() && Words::fits::<[usize; 3]>());
    assert!(!Words::fits::<[usize; 4]>() && !Words::fits::<Aligned>());
}

/// Who meets by the short way leaves the seat shut if it was: a waiter that sat down then would be counted by nobody, or learn of no close.
#[test]
fn a_seat_that_is_shut_stays_shut() {
    let (tx, rx) = crate::bounded(0);
    let lock = &tx.0.chan().cold.lock;
    lock.shut_seat();
    let mut cx = Context::from_waker(Waker::noop());
    let (mut first, mut second, mut receive) = (pin!(tx.send_async(1)), pin!(tx.send_async(2)), pin!(rx.recv_async()));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    for value in [1, 2] {
        assert_eq!(pin!(rx.recv_async()).poll(&mut cx), Poll::Ready(Ok(value)));
    }
    assert!(receive.as_mut().poll(&mut cx).is_pending());
    assert!(lock.look().is_some_and(|seen| !seen.is_seat()));
}

/// Where an address leaves no room for flags nobody sits: threads meet through the queue.
#[test]
fn threads_that_may_not_sit_enlist() {
    let (tx, rx) = crate::bounded(0);
    let limit = Duration::from_secs(10); // only if they never meet
    let sender = std::thread::spawn(move || {
        wait::seat::TAGGED.set(true);
        tx.send_timeout(1, limit)
    });
    wait::seat::TAGGED.set(true);
    let received = rx.recv_timeout(limit);
    wait::seat::TAGGED.set(false);
    assert_eq!(received, Ok(1));
    assert_eq!(sender.join().expect("no panic"), Ok(()));
}
