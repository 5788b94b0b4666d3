//! Among the arms that are ready each wins equally often, whatever its place, and whatever won before; and in a biased select the first.
//!
//! The test is Pearson's chi-square; its limit is crossed by a fair choice once in 10^8 cases or less, and there are fewer than a hundred cases.

mod common;

use common::watched;
use rendez::{bounded, rendezvous, select, select_biased, unbounded, Receiver, Select, SelectedOperation, Sender};
use std::thread;
use std::time::Duration;

const ROUNDS: usize = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
const LONG: Duration = Duration::from_secs(100);

/// The value that chi-square exceeds with a chance below 10^-8 (Wilson and Hilferty's approximation, at six standard deviations).
fn limit(freedom: usize) -> f64 {
    let part = 2.0 / (9.0 * freedom as f64);
    freedom as f64 * (1.0 - part + 6.0 * part.sqrt()).powi(3)
}

fn assert_uniform(what: &str, counts: &[u64]) {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let chi_square: f64 = counts.iter().map(|n| (*n as f64 - expected).powi(2) / expected).sum();
    let limit = limit((counts.len() - 1).max(1));
    assert!(chi_square < limit, "{what}: chi-square {chi_square:.1} above {limit:.1}; {counts:?}");
}

/// Draws `rounds` times, and checks how often each of `ready` comes, and how often each comes after each.
fn check(what: &str, rounds: usize, ready: &[usize], mut draw: impl FnMut() -> usize) {
    let place = |won: usize| ready.iter().position(|arm| *arm == won).unwrap_or_else(|| panic!("{what}: arm {won} is not ready"));
    let mut counts = vec![0; ready.len()];
    let mut pairs = vec![0; ready.len() * ready.len()];
    let mut last = None;
    for _ in 0..rounds {
        let won = place(draw());
        counts[won] += 1;
        if let Some(last) = last.take() {
            pairs[last * ready.len() + won] += 1;
        } else {
            last = Some(won); // disjoint pairs are independent
        }
    }
    assert_uniform(what, &counts);
    assert_uniform(&format!("{what}, in pairs"), &pairs);
}

/// What makes an arm ready.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A value to receive.
    Value,
    /// Room to send into.
    Room,
    /// A receive from a closed channel.
    ClosedReceive,
    /// A send on a closed channel.
    ClosedSend,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Value, Kind::Room, Kind::ClosedReceive, Kind::ClosedSend];

    fn sends(self) -> bool {
        matches!(self, Kind::Room | Kind::ClosedSend)
    }
}

/// Channels of which some are ready and stay so.
struct Arms {
    kind: Kind,
    tx: Vec<Sender<u8>>,
    rx: Vec<Receiver<u8>>,
}

impl Arms {
    fn new(kind: Kind, width: usize, ready: &[usize]) -> Arms {
        let (tx, rx): (Vec<_>, Vec<_>) = (0..width).map(|_| bounded(1)).unzip();
        for (i, (tx, _)) in tx.iter().zip(&rx).enumerate() {
            match (kind, ready.contains(&i)) {
                (Kind::Value, true) | (Kind::Room | Kind::ClosedSend, false) => tx.send(0).unwrap(),
                (Kind::ClosedReceive | Kind::ClosedSend, true) => assert!(tx.close()),
                _ => {}
            }
        }
        Arms { kind, tx, rx }
    }

    /// Makes the arm ready again that won.
    fn restore(&self, won: usize) -> usize {
        match self.kind {
            Kind::Value => self.tx[won].try_send(0).unwrap(),
            Kind::Room => assert_eq!(self.rx[won].try_recv(), Ok(0)),
            _ => {}
        }
        won
    }

    fn select(&self) -> Select<'_> {
        let mut select = Select::new();
        for (tx, rx) in self.tx.iter().zip(&self.rx) {
            if self.kind.sends() {
                select.send(tx);
            } else {
                select.recv(rx);
            }
        }
        select
    }
}

/// A select over the first arms of `$arms`, which answers the index of the winner.
macro_rules! choose {
    ($select:ident, $arms:ident, [$($i:literal)*] $($rest:tt)*) => {
        if $arms.kind.sends() {
            $select! { $(send($arms.tx[$i], 0) -> _ => $i,)* $($rest)* }
        } else {
            $select! { $(recv($arms.rx[$i]) -> _ => $i,)* $($rest)* }
        }
    };
}

macro_rules! biased_by_word {
    ($($arms:tt)*) => { select! { biased; $($arms)* } };
}
fn all_ready(width: usize, draw: impl Fn(&Arms) -> usize + Send + Sync + 'static) {
    watched(move || {
        let ready: Vec<usize> = (0..width).collect();
        for kind in Kind::ALL {
            let arms = Arms::new(kind, width, &ready);
            check(&format!("{width} arms, {kind:?}"), ROUNDS, &ready, || arms.restore(draw(&arms)));
        }
    });
}

#[test]
fn two_ready_arms_win_equally_often() {
    all_ready(2, |arms| choose!(select, arms, [0 1]));
}

#[test]
fn three_ready_arms_win_equally_often() {
    all_ready(3, |arms| choose!(select, arms, [0 1 2]));
}

#[test]
fn four_ready_arms_win_equally_often() {
    all_ready(4, |arms| choose!(select, arms, [0 1 2 3]));
}

#[test]
fn eight_ready_arms_win_equally_often() {
    all_ready(8, |arms| choose!(select, arms, [0 1 2 3 4 5 6 7]));
}

#[test]
fn sixteen_ready_arms_win_equally_often() {
    all_ready(16, |arms| choose!(select, arms, [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]));
}

#[test]
fn a_default_changes_nothing_about_ready_arms() {
    all_ready(3, |arms| choose!(select, arms, [0 1 2] default => usize::MAX));
    all_ready(3, |arms| choose!(select, arms, [0 1 2] default(LONG) => usize::MAX));
}

/// Not even by a look that spares those who pass values.
#[test]
fn a_closed_channel_wins_as_often_as_a_value() {
    watched(|| {
        let ((tx, rx), (other, closed)) = (bounded(1), bounded::<u8>(1));
        assert!(other.close());
        tx.send(0).unwrap();
        let restore = |won: usize| {
            let _ = tx.try_send(0);
            won
        };
        let macro_of = || select! { recv(rx) -> _ => 0, recv(closed) -> _ => 1 };
        check("select!", ROUNDS, &[0, 1], || restore(macro_of()));
        let dynamic = || {
            let mut select = Select::new();
            select.recv(&rx);
            select.recv(&closed);
            let won = select.select();
            let index = won.index();
            let _ = won.recv(if index == 0 { &rx } else { &closed });
            index
        };
        check("Select", ROUNDS / 4, &[0, 1], || restore(dynamic()));
    });
}

/// All that is left is behind the ring.
#[test]
fn a_value_of_an_unbounded_channel_wins_as_often_as_another() {
    const IN_RING: usize = 128;
    watched(|| {
        let (tx, rx) = bounded(1);
        tx.send(0_u8).unwrap();
        check("behind the ring", ROUNDS / 1000, &[0, 1], || {
            let (many, few) = unbounded();
            (0..=IN_RING).for_each(|_| many.send(0).unwrap());
            (0..IN_RING).for_each(|_| assert_eq!(few.try_recv(), Ok(0)));
            let won = select! { recv(rx) -> _ => 0, recv(few) -> _ => 1 };
            let _ = tx.try_send(0);
            won
        });
    });
}

/// A choice that starts anywhere and goes on in order would favour the arm behind those that are not ready.
#[test]
fn ready_arms_among_others_win_equally_often() {
    watched(|| {
        for ready in [&[0, 1][..], &[0, 3], &[2, 7], &[5, 6, 7], &[0, 1, 2, 6]] {
            for kind in Kind::ALL {
                let arms = Arms::new(kind, 8, ready);
                check(&format!("{ready:?} of 8, {kind:?}"), ROUNDS / 2, ready, || arms.restore(choose!(select, arms, [0 1 2 3 4 5 6 7])));
            }
        }
    });
}

#[test]
fn arms_that_are_switched_off_leave_the_others_equal() {
    watched(|| {
        let arms = Arms::new(Kind::Value, 5, &[0, 1, 2, 3, 4]);
        let off = std::hint::black_box(false);
        check("arms 1 and 2 off", ROUNDS, &[0, 3, 4], || {
            arms.restore(select! {
                recv(arms.rx[0]) -> _ => 0,
                recv(arms.rx[1]) -> _, if off => 1,
                recv(arms.rx[2]) -> _, if off => 2,
                recv(arms.rx[3]) -> _ => 3,
                recv(arms.rx[4]) -> _ => 4,
            })
        });
    });
}

#[test]
fn sends_and_receives_are_equal() {
    watched(|| {
        let values = Arms::new(Kind::Value, 2, &[0, 1]);
        let room = Arms::new(Kind::Room, 2, &[0, 1]);
        check("two sends, two receives", ROUNDS, &[0, 1, 2, 3], || {
            select! {
                recv(values.rx[0]) -> _ => values.restore(0),
                send(room.tx[0], 0) -> _ => room.restore(0) + 2,
                recv(values.rx[1]) -> _ => values.restore(1),
                send(room.tx[1], 0) -> _ => room.restore(1) + 2,
            }
        });
    });
}

/// Whether it looks or is found: a select that meets another one at capacity 0 does so in any arm equally often.
#[test]
fn selects_that_face_each_other_meet_anywhere_equally_often() {
    watched(|| {
        let (tx, rx): (Vec<_>, Vec<_>) = (0..3).map(|_| rendezvous::<()>()).unzip();
        let rounds = ROUNDS / 20;
        thread::scope(|s| {
            s.spawn(move || {
                for _ in 0..rounds {
                    select! { send(tx[0], ()) -> _ => {} send(tx[1], ()) -> _ => {} send(tx[2], ()) -> _ => {} }
                }
            });
            check("three meetings", rounds, &[0, 1, 2], || {
                select! { recv(rx[0]) -> _ => 0, recv(rx[1]) -> _ => 1, recv(rx[2]) -> _ => 2 }
            });
        });
    });
}

fn complete(won: SelectedOperation<'_>, arms: &Arms) -> usize {
    let index = won.index();
    if arms.kind.sends() {
        let _ = won.send(&arms.tx[index], 0);
    } else {
        let _ = won.recv(&arms.rx[index]);
    }
    arms.restore(index)
}

/// Every way to ask a dynamic select for an arm.
#[test]
fn dynamic_selects_are_fair() {
    type Ask = fn(&mut Select<'_>, &Arms) -> usize;
    let ways: [(&str, Ask); 6] = [
        ("select", |select, arms| complete(select.select(), arms)),
        ("try_select", |select, arms| complete(select.try_select().unwrap(), arms)),
        ("select_timeout", |select, arms| complete(select.select_timeout(LONG).unwrap(), arms)),
        ("ready", |select, _| select.ready()),
        ("try_ready", |select, _| select.try_ready().unwrap()),
        ("ready_timeout", |select, _| select.ready_timeout(LONG).unwrap()),
    ];
    watched(move || {
        for (way, ask) in ways {
            for (kind, width, ready) in [(Kind::Value, 3, &[0, 1, 2][..]), (Kind::Room, 12, &[3, 4, 11])] {
                let arms = Arms::new(kind, width, ready);
                let mut select = arms.select();
                check(&format!("{way}, {ready:?} of {width}, {kind:?}"), ROUNDS / 2, ready, || ask(&mut select, &arms));
            }
        }
    });
}

#[test]
fn a_biased_select_takes_the_first_that_is_ready() {
    for mask in 1..16_usize {
        let ready: Vec<usize> = (0..4).filter(|i| mask >> i & 1 == 1).collect();
        for kind in Kind::ALL {
            let arms = Arms::new(kind, 4, &ready);
            let mut biased = Select::new_biased();
            for i in 0..4 {
                if kind.sends() {
                    biased.send(&arms.tx[i]);
                } else {
                    biased.recv(&arms.rx[i]);
                }
            }
            for _ in 0..200 {
                let by_word = arms.restore(choose!(biased_by_word, arms, [0 1 2 3]));
                let by_name = arms.restore(choose!(select_biased, arms, [0 1 2 3]));
                let with_default = arms.restore(choose!(select_biased, arms, [0 1 2 3] default => 4));
                let dynamic = complete(biased.select(), &arms);
                let dynamic_now = complete(biased.try_select().unwrap(), &arms);
                let found = [by_word, by_name, with_default, dynamic, dynamic_now, biased.ready(), biased.try_ready().unwrap()];
                assert_eq!(found, [ready[0]; 7], "{ready:?}, {kind:?}");
            }
        }
    }
}

/// The test of the test: an order that is only almost fair is found out.
#[test]
fn a_slight_bias_is_noticed() {
    let mut rng = common::Rng::new(1);
    let unfair = std::panic::catch_unwind(move || check("unfair", 100_000, &[0, 1], || (rng.below(100) < 52) as usize));
    assert!(unfair.is_err());
    let alternating = std::panic::catch_unwind(|| {
        let mut last = 0;
        check("alternating", 100_000, &[0, 1], || {
            last = 1 - last;
            last
        });
    });
    assert!(alternating.is_err());
}
