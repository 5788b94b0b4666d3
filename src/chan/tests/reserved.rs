//! No waker runs between a won peer, or slot, and its end: it may keep others waiting, and may be about the very peer.
//!
//! At capacity 0 a waker runs where the lock is released if a waiter without a place was asked for meanwhile. Here it is asked for in advance.

#![allow(unsafe_code)] // enlisting waiters of the test's own frame

use crate::chan::{Chan, Holding, Manner, Place, Rank, Token, WAITED};
use crate::ring::position::WAKING;
use crate::wait::lock::{WAKE_RX, WAKE_TX};
use crate::wait::{Claim, Patience, Phase, Waiter};
use crate::{bounded, Receiver, Sender};
use std::future::Future;
use std::pin::pin;
use std::ptr;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Writes down in what phase a peer was when the waker ran.
struct Witness {
    peer: Arc<Claim>,
    seen: Mutex<Option<Phase>>,
}

impl Wake for Witness {
    fn wake(self: Arc<Self>) {
        *self.seen.lock().expect("no panic") = Some(self.peer.phase());
    }
}

/// Who meets the peer.
struct Scene<'a, T> {
    tx: &'a Sender<T>,
    rx: &'a Receiver<T>,
    receives: bool,
}

impl<T> Scene<'_, T> {
    fn chan(&self) -> &Chan<T> {
        self.tx.0.chan()
    }

    /// Has the bystander asked for, as if the lock had just been taken.
    fn ask(&self) {
        self.chan().ask_in_advance(if self.receives { WAKE_RX } else { WAKE_TX });
    }
}

impl<T> Chan<T> {
    /// As if somebody would ask as soon as the lock is taken.
    pub(crate) fn ask_in_advance(&self, requests: u64) {
        self.cold.lock.ask_in_advance(requests);
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.cold.lock.hints().is_none()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Peer {
    Awake,
    /// A future that waits for this channel alone.
    Asleep,
    /// Another, which may leave while it is held.
    OfSelect,
}

/// `act` meets a peer that waits, or gives it up. There is another behind it, and so reason to wake the bystander on our own side: not before the peer is
/// `decided`.
fn meets<T: Copy>(value: T, peer: Peer, receives: bool, decided: Phase, act: impl FnOnce(&Scene<'_, T>)) {
    let (tx, rx) = bounded::<T>(0);
    let scene = Scene { tx: &tx, rx: &rx, receives };
    let waker = || Waker::noop().clone();
    let claim = Arc::new(match peer {
        Peer::Awake => Claim::new(),
        Peer::Asleep => Claim::parked(waker()),
        Peer::OfSelect => Claim::for_task(),
    });
    if peer == Peer::OfSelect {
        claim.park(crate::wait::Waker::Task(waker())).expect("nobody has won it");
    }
    let witness = Arc::new(Witness { peer: claim.clone(), seen: Mutex::new(None) });
    let (other, bystander) = (Claim::new(), Claim::parked(witness.clone().into()));
    let places = [(); 2].map(|()| if receives { Place::holding(value) } else { Place::empty() });
    let first = Waiter::new(&*claim, 0, places[0].erased());
    let second = Waiter::new(&other, 0, places[1].erased());
    let third = Waiter::new(&bystander, 0, ptr::null_mut());
    // SAFETY: in no queue before; chosen, or taken out below, before this frame goes.
    scene.chan().lock().with(|lists| unsafe {
        let (peers, own) = if receives { (&mut lists.tx, &mut lists.rx) } else { (&mut lists.rx, &mut lists.tx) };
        Rank::Last.push(peers, &first);
        Rank::Last.push(peers, &second);
        Rank::Last.push(own, &third);
    });
    act(&scene);
    assert_eq!(claim.phase(), decided);
    assert_eq!(*witness.seen.lock().expect("no panic"), Some(decided));
    scene.chan().withdraw_waiter(receives, &second, None);
    claim.discard_waker();
}

const SMALL: u8 = 7;
/// It moves after the unlock.
const LARGE: [u8; 300] = [7; 300];
const PEERS: [Peer; 3] = [Peer::Awake, Peer::Asleep, Peer::OfSelect];
const MANNER: Manner = Manner { patience: Patience::Thread, hold: Holding::Sends };

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn receives<T: Copy>(value: T, act: impl Fn(&Scene<'_, T>)) {
    PEERS.into_iter().for_each(|peer| meets(value, peer, true, Phase::Done(0), &act));
}

fn sends<T: Copy>(value: T, act: impl Fn(&Scene<'_, T>)) {
    PEERS.into_iter().for_each(|peer| meets(value, peer, false, Phase::Done(0), &act));
}

fn every_receive<T: Copy + PartialEq + core::fmt::Debug>(value: T) {
    receives(value, |scene| {
        scene.ask();
        assert_eq!(scene.rx.try_recv(), Ok(value));
    });
    receives(value, |scene| {
        scene.ask();
        assert_eq!(scene.rx.recv(), Ok(value));
    });
    // By the common way.
    receives(value, |scene| {
        scene.ask();
        let (claim, place) = (Claim::parked(Waker::noop().clone()), Place::<T>::empty());
        let waiter = Waiter::new(&claim, 0, place.erased());
        // SAFETY: a sender waits, so it is in no queue.
        let attempt = unsafe { scene.chan().accept_or_enlist(&waiter, &claim, false, || Patience::Task) };
        assert!(matches!(attempt, crate::chan::Attempt::Now(Ok(received)) if received == value));
        claim.discard_waker();
    });
    // By the short way, but for who is served there without being won.
    for peer in [Peer::Awake, Peer::OfSelect] {
        meets(value, peer, true, Phase::Done(0), |scene| {
            scene.ask();
            assert_eq!(poll(scene.rx.recv_async()), Poll::Ready(Ok(value)));
        });
    }
    // By a select, for which nobody is held.
    receives(value, |scene| {
        scene.ask();
        let token = scene.chan().win_recv(ptr::null(), MANNER).expect("a sender");
        assert_eq!(scene.chan().finish_recv(token), Ok(value));
    });
    receives(value, |scene| {
        scene.ask();
        crate::select! { recv(scene.rx) -> received => assert_eq!(received, Ok(value)) }
    });
    // By one for which the peer is held: what is asked for at the win is seen to at once.
    receives(value, |scene| {
        let mut select = crate::Select::new();
        select.recv(scene.rx);
        let won = select.select();
        scene.ask();
        assert_eq!(won.recv(scene.rx), Ok(value));
        scene.chan().request(WAKE_RX); // a peer that cannot leave ended without the lock
    });
}

fn every_send<T: Copy>(value: T) {
    sends(value, |scene| {
        scene.ask();
        assert!(scene.tx.try_send(value).is_ok());
    });
    sends(value, |scene| {
        scene.ask();
        assert!(scene.tx.send(value).is_ok());
    });
    sends(value, |scene| {
        scene.ask();
        let (claim, place) = (Claim::parked(Waker::noop().clone()), Place::holding(value));
        let waiter = Waiter::new(&claim, 0, place.erased());
        // SAFETY: a receiver waits, so it is in no queue.
        let attempt = unsafe { scene.chan().give_or_enlist(&place, &waiter, &claim, false, || Patience::Task) };
        assert!(matches!(attempt, crate::chan::Attempt::Now(Ok(()))));
        claim.discard_waker();
    });
    for peer in [Peer::Awake, Peer::OfSelect] {
        meets(value, peer, false, Phase::Done(0), |scene| {
            scene.ask();
            assert!(matches!(poll(scene.tx.send_async(value)), Poll::Ready(Ok(()))));
        });
    }
    sends(value, |scene| {
        scene.ask();
        scene.chan().put_back(None, value);
    });
    sends(value, |scene| {
        let mut select = crate::Select::new();
        select.send(scene.tx);
        let won = select.select();
        scene.ask();
        assert!(won.send(scene.tx, value).is_ok());
        scene.chan().request(WAKE_TX); // as above
    });
}

/// Whoever comes second serves the peer before it wakes others.
#[test]
fn a_peer_is_served_before_others_are_woken() {
    every_receive(SMALL);
    every_receive(LARGE);
    every_send(SMALL);
    every_send(LARGE);
}

/// So does who gives it up.
#[test]
fn a_peer_is_given_up_before_others_are_woken() {
    for receives in [true, false] {
        meets(SMALL, Peer::OfSelect, receives, Phase::Ready(0), |scene| {
            let mut select = crate::Select::new();
            let _ = if receives { select.recv(scene.rx) } else { select.send(scene.tx) };
            let won = select.select();
            scene.ask();
            drop(won);
        });
    }
}

/// So does who closes the channel: all that wait know of it before.
#[test]
fn who_waits_knows_of_close_before_others_are_woken() {
    for receives in [true, false] {
        for peer in PEERS {
            meets(SMALL, peer, receives, Phase::Closed(0), |scene| {
                scene.ask();
                assert!(scene.tx.close());
            });
        }
    }
}

/// A select that was woken for a value passes the wake-up on once the slot is free again, or says that it is held.
#[test]
fn a_slot_is_left_before_others_are_woken() {
    for hold in [Holding::Sends, Holding::All] {
        let (tx, rx) = bounded(2);
        let chan = tx.0.chan();
        let witness = Arc::new(Witness { peer: Arc::new(Claim::new()), seen: Mutex::new(None) });
        let claim = Claim::parked(witness.clone().into());
        let waiter = Waiter::new(&claim, 0, ptr::null_mut());
        (1..=2).for_each(|value| tx.try_send(value).expect("room"));
        // SAFETY: in no queue before; chosen below, before this frame goes.
        chan.lock().with(|lists| unsafe { lists.rx.push_back(&waiter) });
        chan.ring.tail_set(WAITED | WAKING);
        let is_woken = || witness.seen.lock().expect("no panic").is_some();
        let mut token = chan.win_notified(false, ptr::null(), Manner { patience: Patience::Thread, hold }).expect("a value");
        assert!(!is_woken());
        if hold == Holding::All {
            chan.hold(&mut token);
            assert!(is_woken() && matches!(token, Token::Held(_)));
        }
        assert_eq!(chan.finish_recv(token), Ok(1));
        assert!(is_woken());
        assert_eq!(rx.try_recv(), Ok(2));
    }
}

/// A future that looks, when it is dropped, whether the one place of the channel is held.
struct Looks<'a>(&'a Sender<u8>, &'a Mutex<Option<bool>>);

impl Future for Looks<'_> {
    type Output = u8;

    fn poll(self: std::pin::Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<u8> {
        Poll::Pending
    }
}

impl Drop for Looks<'_> {
    fn drop(&mut self) {
        let ring = &self.0 .0.chan().ring;
        *self.1.lock().expect("no panic") = Some(ring.tail_is_held(ring.tail_word()));
    }
}

/// The futures of a select that have lost are dropped before what was won is received: foreign code, for which its place is held.
#[test]
#[allow(unused_variables)] // in the macro, of which that is not said elsewhere
fn a_slot_is_held_while_the_losers_are_dropped() {
    let (tx, rx) = bounded(1);
    tx.try_send(7).expect("room");
    let held = Mutex::new(None);
    let looks = Looks(&tx, &held);
    let selected = poll(async {
        crate::select_async! { biased; recv(rx) -> value => value, future(looks) -> value => Ok(value) }
    });
    assert_eq!(selected, Poll::Ready(Ok(7)));
    assert_eq!(*held.lock().expect("no panic"), Some(true));
}
