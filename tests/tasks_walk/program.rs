//! What is done in a walk: steps, each of which can be left out.

use crate::common::Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Sends,
    Receives,
}

/// What a future does. Those from `Select` on wait for both channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Kind {
    One,
    Many,
    Stream,
    Select,
    /// A select that polls a future, too, which never ends: while it is polled it leaves its queues.
    Beside,
    Dynamic,
    /// A dynamic select that gives up what it wins.
    InVain,
    /// Two futures, of which the one that ends first ends the other.
    Race,
}

impl Kind {
    pub fn is_of_both(self) -> bool {
        self >= Kind::Select
    }
}

/// Channels are numbered, 0 and 1. So are tasks and holds, modulo how many there are.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// So many futures begin, and are polled. They wait for this side of one channel and, if they wait for both, for that side of the other. `stays_away`:
    /// told when the walk is over, they are not polled again.
    Begin {
        count: u64,
        kind: Kind,
        at: usize,
        side: Side,
        other: Side,
        stays_away: bool,
    },
    /// `told`: one of those that were told. `anew`: with another waker.
    Poll {
        task: usize,
        told: bool,
        anew: bool,
    },
    Drop {
        task: usize,
        told: bool,
    },
    TrySend {
        at: usize,
    },
    TryRecv {
        at: usize,
    },
    ForceSend {
        at: usize,
    },
    Drain {
        at: usize,
    },
    Close {
        at: usize,
    },
    /// A select wins this, if it can, and keeps it.
    Hold {
        at: usize,
        side: Side,
    },
    /// It completes that, or gives it up.
    End {
        hold: usize,
        completes: bool,
    },
    /// Both at once.
    HoldInVain {
        at: usize,
        side: Side,
    },
}

/// A walk to be.
#[derive(Clone, Debug)]
pub struct Program {
    pub caps: [Option<usize>; 2],
    /// What the unbounded channels hold at the beginning: mostly nothing, or so much that the next values go behind the ring.
    pub before: usize,
    pub big: bool,
    pub steps: Vec<Step>,
    /// In which order everyone comes at the end.
    pub end: u64,
}

/// Of what a program is made: each is about some kinds of steps, and has little or nothing of others.
struct Choice {
    /// The kinds of steps, see `step`, each as often as its share is.
    bag: Vec<usize>,
    channels: u64,
    kinds: u64,
    /// How many of four times several futures of a kind begin together.
    crowds: u64,
    /// How many of eight sides send.
    send: u64,
    stay_away: bool,
}

impl Choice {
    fn random(rng: &mut Rng) -> Choice {
        let mut shares = [(); 11].map(|()| [0, 1, 2, 8][rng.below(4) as usize]);
        shares[0] = 8; // futures begin in any case
        shares[10] = shares[10].min(1); // after a close not much happens
        Choice {
            bag: shares.iter().enumerate().flat_map(|(kind, share)| vec![kind; *share]).collect(),
            channels: 1 + rng.below(2),
            kinds: if rng.below(2) == 0 { 1 } else { 8 },
            crowds: rng.below(3),
            send: 1 + rng.below(7),
            stay_away: rng.below(3) == 0,
        }
    }

    fn side(&self, rng: &mut Rng) -> Side {
        if rng.below(8) < self.send {
            Side::Sends
        } else {
            Side::Receives
        }
    }

    fn kind(&self, rng: &mut Rng) -> Kind {
        const ALL: [Kind; 8] = [Kind::One, Kind::Many, Kind::Stream, Kind::Select, Kind::Beside, Kind::Dynamic, Kind::InVain, Kind::Race];
        match rng.below(3) {
            0 => Kind::One,
            _ => ALL[rng.below(self.kinds) as usize],
        }
    }

    fn step(&self, rng: &mut Rng) -> Step {
        let (at, which) = (rng.below(self.channels) as usize, rng.below(60) as usize);
        match self.bag[rng.below(self.bag.len() as u64) as usize] {
            0 => {
                let (kind, side) = (self.kind(rng), self.side(rng));
                // Mostly a future receives only, or sends only.
                let other = if rng.below(4) == 0 { self.side(rng) } else { side };
                let count = if rng.below(4) < self.crowds { 2 + rng.below(3) } else { 1 };
                Step::Begin { count, kind, at, side, other, stays_away: self.stay_away && rng.below(2) == 0 }
            }
            1 => Step::Poll { task: which, told: rng.below(4) != 0, anew: rng.below(2) == 0 },
            2 => Step::Drop { task: which, told: rng.below(2) == 0 },
            3 => Step::TrySend { at },
            4 => Step::TryRecv { at },
            5 => Step::ForceSend { at },
            6 => Step::Drain { at },
            7 => Step::Hold { at, side: self.side(rng) },
            8 => Step::End { hold: which, completes: rng.below(2) == 0 },
            9 => Step::HoldInVain { at, side: self.side(rng) },
            _ => Step::Close { at },
        }
    }
}

impl Program {
    pub fn random(seed: u64) -> Program {
        const CAPS: [Option<usize>; 9] = [Some(0), Some(0), Some(1), Some(1), Some(2), Some(3), Some(3), Some(5), None];
        let mut rng = Rng::new(seed);
        (0..10).for_each(|_| _ = rng.below(2)); // the first numbers of seeds that are near are near
        let caps = [(); 2].map(|()| CAPS[rng.below(9) as usize]);
        let choice = Choice::random(&mut rng);
        let steps = (0..3 + rng.below(40)).map(|_| choice.step(&mut rng)).collect();
        let before = if rng.below(4) == 0 { 126 + rng.below(3) as usize } else { 0 };
        Program { caps, before, big: rng.below(2) == 0, steps, end: rng.below(u64::MAX) }
    }
}
