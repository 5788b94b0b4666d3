//! The order of arms, alone.

use super::first::{first, First};
use super::look::{choose, choose_seen};
use super::meet::{meet, meeting_place, Met};
use super::order::{below, Order};
use super::{Arm, Enlisting, Port, Round, Storage, Until, INLINE};
use crate::chan::{Holding, Manner, Place, Token};
use crate::sync::Deadline;
use crate::wait::lock::WAKE_RX;
use crate::wait::turn::{self, WAITS};
use crate::wait::{Claim, Patience, Phase, Waiter};
use crate::{bounded, never, Receiver};
use core::cell::Cell;
use core::ptr;
use core::task::Waker;
use std::sync::{Arc, Mutex};
use std::task::Wake;

const ROUNDS: u32 = 100_000;

const FOR_EVER: Until = Until::Deadline(Deadline::NEVER);

/// Each as often as the others, give or take six standard deviations.
fn assert_equal(counts: &[u32]) {
    let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    let near = |n: &u32| (f64::from(*n) - expected).abs() < 6.0 * expected.sqrt();
    assert!(counts.iter().all(near), "{counts:?}");
}

#[test]
fn of_any_two_arms_each_comes_first_equally_often() {
    let mut firsts = [[0; 4]; 4];
    for _ in 0..ROUNDS {
        let mut arms = [0, 1, 2, 3];
        Order::Random.arrange(&mut arms);
        for (n, first) in arms.iter().enumerate() {
            arms[n + 1..].iter().for_each(|second| firsts[*first][*second] += 1);
        }
    }
    for (a, b) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
        assert_equal(&[firsts[a][b], firsts[b][a]]);
    }
}

#[test]
fn a_given_order_stays() {
    let mut arms = [0, 1, 2, 3];
    Order::Given.arrange(&mut arms);
    assert_eq!(arms, [0, 1, 2, 3]);
}

/// Two arms of one channel, which becomes ready at any moment, between two others.
#[test]
fn arms_that_become_ready_together_are_chosen_equally_often() {
    let rx: [Receiver<()>; 4] = core::array::from_fn(|_| never());
    let arms: [Arm<'_>; 4] = core::array::from_fn(|i| Arm(Some(&rx[i])));
    let is_one_of = |port: &dyn Port, some: &[Receiver<()>]| some.iter().any(|rx| ptr::addr_eq(rx, port));
    let (mut wins, mut seen_wins, mut first_wins) = ([0; 4], [0; 4], [[0; 4]; 2]);
    for _ in 0..ROUNDS {
        let since = below(8);
        let looks = Cell::new(0);
        let look = || looks.replace(looks.get() + 1) >= since;
        let ready = |port: &dyn Port| look() && is_one_of(port, &rx[1..3]);
        if let Some(won) = choose(&arms, Order::Random, ready, |i, _| Some(i)) {
            wins[won] += 1;
        }
        looks.set(0);
        let seen = (0..4).filter(|i| look() && (*i == 1 || *i == 2)).fold(0, |set, i| set | 1 << i);
        if let Some(won) = choose_seen(&arms, Order::Random, seen, |_| false, ready, |i, _| Some(i)) {
            seen_wins[won] += 1;
        }
        let ready = |i: usize| look() && (i == 1 || i == 2);
        for (until, wins) in [FOR_EVER, Until::Now].into_iter().zip(&mut first_wins) {
            looks.set(0);
            // Of those that are not ready by the cheap look, the other finds none here.
            let is_ready = |i| matches!(until, Until::Now) && ready(i);
            if let First::Won(won, ()) = first(4, Order::Random, until, ready, is_ready, |_| 0, |_| Some(())) {
                wins[won] += 1;
            }
        }
    }
    for wins in [wins, seen_wins, first_wins[0], first_wins[1]] {
        assert_eq!([wins[0], wins[3]], [0, 0]);
        assert_equal(&wins[1..3]);
    }
}

#[test]
fn the_first_look_is_fair_or_biased_as_asked() {
    let (mut fair, mut biased) = ([0; 5], [0; 5]);
    for _ in 0..ROUNDS {
        for (order, wins) in [(Order::Random, &mut fair), (Order::Given, &mut biased)] {
            match first(5, order, Until::Now, |_| true, |i| i % 2 == 1 || i == 4, |_| 0, |i| Some(i * 10)) {
                First::Won(won, token) => {
                    assert_eq!(token, won * 10);
                    wins[won] += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!([fair[0], fair[2]], [0, 0]);
    assert_equal(&[fair[1], fair[3], fair[4]]);
    assert_eq!(biased, [0, ROUNDS, 0, 0, 0]);
}

/// Nothing is an answer only for who does not wait, and if there was a moment at which no arm was ready.
#[test]
fn the_first_look_is_sure_of_nothing_only_if_nothing_moved() {
    let none = |n: usize, until: Until, moves: bool| {
        let versions = Cell::new(0);
        let version = |_| versions.replace(versions.get() + u64::from(moves));
        match first::<()>(n, Order::Random, until, |_| false, |_| false, version, |_| panic!("not ready")) {
            First::Nothing => true,
            First::Unsure => false,
            First::Won(..) => unreachable!(),
        }
    };
    assert!(none(1, Until::Now, true), "one look at one arm is one moment");
    assert!(none(2, Until::Now, false));
    assert!(!none(2, Until::Now, true));
    assert!(!none(2, FOR_EVER, false));
    assert!(!none(1, FOR_EVER, false));
    // Ready, and lost to another before it could be won.
    let lost = first::<()>(2, Order::Random, Until::Now, |_| true, |_| true, |_| 0, |_| None);
    assert!(matches!(lost, First::Unsure), "{lost:?}");
}

/// A closed channel and a clock are not seen by the cheap look. Once another arm is found by it, they have the same chance.
#[test]
fn an_arm_that_only_a_full_look_finds_has_its_chance() {
    let won = || match first(2, Order::Random, FOR_EVER, |i| i == 0, |_| true, |_| 0, Some) {
        First::Won(i, _) => i,
        _ => panic!("both are ready"),
    };
    let wins = (0..1000).map(|_| won()).sum::<usize>();
    assert!((350..650).contains(&wins), "{wins} of 1000");
    let biased = first(2, Order::Given, FOR_EVER, |i| i == 1, |_| true, |_| 0, Some);
    assert!(matches!(biased, First::Won(0, 0)), "{biased:?}");
}

/// Whether it goes behind the others or, woken in vain, in front of them: who comes finds the first of its arms first.
#[test]
#[allow(unsafe_code)]
fn arms_stand_in_their_order() {
    for again in [false, true] {
        let (tx, rx) = bounded(1);
        tx.send(()).unwrap();
        let arms = [Arm(Some(&tx)); 3];
        let claim = Claim::new();
        Storage::new().with_waiters(&arms, Order::Given, &claim, |waiters, meetings| {
            let (order, manner) = (Order::Given, Manner { patience: Patience::Thread, hold: Holding::All });
            let round = Round { arms: &arms, claim: &claim, waiters, meetings, order, manner, patience: None, called: Cell::new(false) };
            // SAFETY: in no queue, and withdrawn below.
            assert!(matches!(unsafe { round.enlist(again) }, Enlisting::Yes));
            rx.recv().unwrap();
            assert!(round.withdraw_all(None));
        });
        assert_eq!(claim.phase(), Phase::Ready(0), "again: {again}");
        tx.renounce();
    }
}

/// Values that fit the frame of a meeting, that are larger, and that want more alignment than it has.
#[test]
fn a_value_of_any_shape_is_met() {
    #[repr(align(64))]
    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Aligned(u8);
    fn meets<T: Copy + PartialEq + core::fmt::Debug + Send + 'static>(value: T) {
        let ((tx, rx), (_open, other)) = (bounded(0), bounded::<T>(0));
        std::thread::spawn(move || while tx.try_send(value).is_err() {});
        let manner = Manner { patience: Patience::Thread, hold: Holding::Sends };
        let mut storage = Storage::new();
        let (at, token) = loop {
            match meet(&[Arm(Some(&other)), Arm(Some(&rx))], 1, manner, &mut storage, Deadline::NEVER) {
                Met::Won(at, token) => break (at, token),
                _ => continue,
            }
        };
        assert_eq!((at, rx.finish(token)), (1, Ok(value)));
    }
    meets(());
    meets(7);
    meets([7_u8; 3]);
    meets([7_u64; 8]);
    meets([7_u64; 9]);
    meets([7_u128; 2]);
    meets(Aligned(7));
    meets([7_u64; 1000]);
}

/// Who takes it for certain leaves the place at once.
#[test]
fn who_may_give_a_value_up_keeps_its_turn() {
    for hold in [Holding::Sends, Holding::All] {
        let ((tx, rx), (_open, other)) = (bounded(0), bounded::<u8>(0));
        std::thread::spawn(move || while tx.try_send(7).is_err() {});
        let mut storage = Storage::new();
        let token = loop {
            match meet(&[Arm(Some(&other)), Arm(Some(&rx))], 1, Manner { patience: Patience::Thread, hold }, &mut storage, Deadline::NEVER)
            {
                Met::Won(_, token) => break token,
                _ => continue,
            }
        };
        assert_eq!(matches!(token, Token::Placed { .. }), hold == Holding::All, "{token:?}");
        assert_eq!(rx.finish(token), Ok(7));
    }
}

/// With the same chance for each arm that receives at capacity 0; but where somebody has to be called, if there is such a place.
#[test]
fn a_meeting_place_is_drawn() {
    let meetings: [_; 3] = core::array::from_fn(|_| bounded::<u8>(0));
    let [(tx0, rx0), (tx1, rx1), (_, rx2)] = &meetings;
    let (_, buffered) = bounded::<u8>(1);
    let mut chosen = [0; 4];
    for _ in 0..ROUNDS {
        let arms = [Arm(Some(&buffered)), Arm(Some(rx0)), Arm(Some(tx1)), Arm(Some(rx2))];
        chosen[meeting_place(&arms).expect("two will do")] += 1;
    }
    assert_eq!([chosen[0], chosen[2]], [0, 0]);
    assert_equal(&[chosen[1], chosen[3]]);
    // One arm alone enlists as always; and a select that would see itself does.
    assert_eq!(meeting_place(&[Arm(Some(rx0))]), None);
    assert_eq!(meeting_place(&[Arm(Some(tx0)), Arm(Some(rx0))]), None);
    assert_eq!(meeting_place(&[Arm(Some(rx0)); INLINE + 1]), None);
    // A select that waits to send has to be called.
    let claim = Claim::new();
    let waiter = Waiter::new(&claim, 0, ptr::null_mut());
    // SAFETY: in no queue, and withdrawn below.
    #[allow(unsafe_code)]
    let enlisted = unsafe { tx1.enlist_lazy(&waiter, &claim) };
    assert!(enlisted);
    for _ in 0..100 {
        assert_eq!(meeting_place(&[Arm(Some(rx0)), Arm(Some(rx1)), Arm(Some(rx2))]), Some(1));
    }
    tx1.withdraw(&waiter, None);
}

/// A select that need not wait counts as a wait that is over, unless it would not wait anyway.
#[test]
fn a_select_without_a_wait_is_counted() {
    let looks = |until| {
        let before = turn::offers();
        (0..10 * WAITS).for_each(|_| assert!(matches!(first(1, Order::Given, until, |_| true, |_| true, |_| 0, Some), First::Won(0, 0))));
        turn::offers() - before
    };
    assert_eq!(looks(Until::Deadline(Deadline::NEVER)), 10);
    assert_eq!(looks(Until::Now), 0);
}

/// Says, when it is woken, whether both locks are free, and what has become of a peer.
struct Witness<T> {
    channels: [crate::Sender<T>; 2],
    peer: Arc<Claim>,
    seen: Mutex<Option<(bool, Phase)>>,
}

impl<T: Send + 'static> Wake for Witness<T> {
    fn wake(self: Arc<Self>) {
        let free = !self.channels.iter().any(|tx| tx.0.chan().is_locked());
        *self.seen.lock().expect("no panic") = Some((free, self.peer.phase()));
    }
}

/// Wins the first of two arms.
type Win = fn(&[Arm<'_>], Manner, &mut Storage) -> Option<Token>;

#[allow(unsafe_code)]
fn win_by_enlisting(arms: &[Arm<'_>], manner: Manner, storage: &mut Storage) -> Option<Token> {
    let claim = Claim::new();
    storage.with_waiters(arms, Order::Given, &claim, |waiters, meetings| {
        let (order, called) = (Order::Given, Cell::new(false));
        let round = Round { arms, claim: &claim, waiters, meetings, order, manner, patience: None, called };
        // SAFETY: an arm is won, so none is in a queue.
        match unsafe { round.enlist(false) } {
            Enlisting::Won(0, token) => Some(token),
            _ => None,
        }
    })
}

fn win_by_meeting(arms: &[Arm<'_>], manner: Manner, storage: &mut Storage) -> Option<Token> {
    match meet(arms, 0, manner, storage, Deadline::NEVER) {
        Met::Won(0, token) => Some(token),
        _ => None,
    }
}

/// A select holds the locks of two channels while it looks, and others ask for somebody meanwhile: he is woken when both locks are free, and the peer that
/// was won is done, or held.
#[test]
fn a_select_wakes_nobody_before_it_has_released_all_and_served_its_peer() {
    #[allow(unsafe_code)]
    fn wins<T: Copy + PartialEq + core::fmt::Debug + Send + 'static>(value: T, hold: Holding, decided: Phase, win: Win) {
        let ((tx, rx), (other_tx, other_rx)) = (bounded::<T>(0), bounded::<T>(0));
        let [peer, second, third] = [(); 3].map(|()| Arc::new(Claim::parked(Waker::noop().clone())));
        let witness = Arc::new(Witness { channels: [tx.clone(), other_tx.clone()], peer: peer.clone(), seen: Mutex::new(None) });
        let bystanders = [(); 2].map(|()| Claim::parked(witness.clone().into()));
        let places = [(); 3].map(|()| Place::holding(value));
        let senders = [(&peer, &tx), (&second, &tx), (&third, &other_tx)];
        let waiters: [_; 3] = core::array::from_fn(|i| Waiter::new(&**senders[i].0, 0, places[i].erased()));
        let lazy = bystanders.each_ref().map(|claim| Waiter::new(claim, 0, ptr::null_mut()));
        let enlist = |port: &dyn Port, waiter: &Waiter, claim: &Claim| {
            assert!(port.lock(None));
            // SAFETY: the lock is held; the waiter is in no queue, and is chosen, or taken out, below.
            assert!(unsafe { port.enlist_locked(waiter, false, claim) }.is_none());
            // SAFETY: taken above.
            port.ask_again(unsafe { port.unlock() });
        };
        senders.iter().zip(&waiters).for_each(|((claim, tx), waiter)| enlist(*tx, waiter, claim));
        [&rx, &other_rx].into_iter().zip(&lazy).zip(&bystanders).for_each(|((rx, waiter), claim)| enlist(rx, waiter, claim));
        [&tx, &other_tx].into_iter().for_each(|tx| tx.0.chan().ask_in_advance(WAKE_RX));

        let arms = [Arm(Some(&rx as &dyn Port)), Arm(Some(&other_rx))];
        let mut storage = Storage::new();
        let won = win(&arms, Manner { patience: Patience::Thread, hold }, &mut storage);
        assert_eq!(*witness.seen.lock().expect("no panic"), Some((true, decided)));
        assert_eq!(won.map(|token| rx.finish(token)), Some(Ok(value)));
        assert_eq!(peer.phase(), Phase::Done(0));
        [&rx, &other_rx].into_iter().zip(&lazy).for_each(|(rx, waiter)| assert!(rx.withdraw(waiter, None)));
        senders.iter().zip(&waiters).for_each(|((claim, tx), waiter)| {
            assert!(tx.withdraw(waiter, None));
            claim.discard_waker();
        });
    }
    for win in [win_by_enlisting, win_by_meeting] {
        wins(7_u8, Holding::Sends, Phase::Done(0), win);
        wins([7_u8; 300], Holding::Sends, Phase::Done(0), win);
        wins(7_u8, Holding::All, Phase::Held(0), win); // as foreign code comes in any case
    }
}
