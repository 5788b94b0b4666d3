//! Small random programs: what a few threads do to one or two channels.

use crate::common::Rng;
use std::time::Duration;

/// One operation of a thread. `ch` is the number of a channel; every value sent is sent once.
#[derive(Clone, Debug)]
pub enum Op {
    Send {
        ch: usize,
        value: u32,
        how: How,
    },
    ForceSend {
        ch: usize,
        value: u32,
    },
    /// The values from `first` on.
    SendMany {
        ch: usize,
        first: u32,
        count: u32,
    },
    /// A future that is polled so often, and cancelled if that was not enough.
    SendAndCancel {
        ch: usize,
        value: u32,
        polls: u32,
    },
    Recv {
        ch: usize,
        how: How,
    },
    RecvMany {
        ch: usize,
        max: usize,
    },
    /// A future that is polled so often, and dropped if that was not enough.
    RecvAndDrop {
        ch: usize,
        polls: u32,
    },
    Select {
        arms: Arms,
        how: How,
    },
    Close {
        ch: usize,
    },
    IsClosed {
        ch: usize,
    },
}

/// How an operation waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Blocking,
    Try,
    Timeout(Duration),
    Task,
    /// For a select: the list that is made at run time.
    Dynamic,
}

/// Which arms a select has: a receive from each channel, and a send to each.
#[derive(Clone, Copy, Debug)]
pub struct Arms {
    pub recv: [bool; 2],
    pub send: [Option<u32>; 2],
}

impl Arms {
    /// The arms that are there: the channel, and whether it is a send.
    pub fn all(self) -> impl Iterator<Item = (usize, bool)> {
        (0..2).flat_map(move |ch| [self.recv[ch].then_some((ch, false)), self.send[ch].map(|_| (ch, true))]).flatten()
    }
}

/// What an operation answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// It would wait, or has waited long enough; nothing was done.
    Not,
    Closed,
    /// So many were sent before the channel closed.
    SentSome(u32),
    Got(Vec<u32>),
    Evicted(u32),
    /// The answer of `close` and of `is_closed`.
    Is(bool),
    /// This arm of a select was won.
    Won {
        ch: usize,
        sending: bool,
        result: Box<Outcome>,
    },
    /// The future did not come to an end, and is gone.
    Dropped,
}

/// What the threads do, and with how many channels of which capacity.
#[derive(Clone, Debug)]
pub struct Program {
    pub caps: Vec<Option<usize>>,
    /// What the first channel holds at the start.
    pub before: Vec<u32>,
    pub threads: Vec<Vec<Op>>,
}

impl Program {
    pub fn random(rng: &mut Rng) -> Program {
        const CAPS: [Option<usize>; 6] = [Some(0), Some(0), Some(1), Some(1), Some(2), None];
        let caps: Vec<_> = (0..1 + rng.below(2)).map(|_| CAPS[rng.below(6) as usize]).collect();
        // So many that the next values go behind the ring.
        let before = match caps[0] {
            None if rng.below(4) == 0 => (1000..1126 + rng.below(3) as u32).collect(),
            _ => Vec::new(),
        };
        let mut next = 0;
        let threads = 2 + rng.below(3);
        let threads = (0..threads).map(|_| (0..2 + rng.below(3)).map(|_| Op::random(rng, caps.len(), &mut next)).collect()).collect();
        Program { caps, before, threads }
    }
}

fn how(rng: &mut Rng) -> How {
    match rng.below(8) {
        0..=2 => How::Blocking,
        3 | 4 => How::Try,
        5 => How::Timeout(Duration::from_micros(rng.below(60))),
        _ => How::Task,
    }
}

impl Op {
    fn random(rng: &mut Rng, channels: usize, next: &mut u32) -> Op {
        let ch = rng.below(channels as u64) as usize;
        let mut fresh = |count| {
            *next += count;
            *next - count
        };
        match rng.below(40) {
            0..=10 => Op::Send { ch, value: fresh(1), how: how(rng) },
            11 => Op::ForceSend { ch, value: fresh(1) },
            12 => Op::SendMany { ch, first: fresh(3), count: 1 + rng.below(3) as u32 },
            13 | 14 => Op::SendAndCancel { ch, value: fresh(1), polls: rng.below(3) as u32 },
            15..=25 => Op::Recv { ch, how: how(rng) },
            26 => Op::RecvMany { ch, max: 1 + rng.below(3) as usize },
            27..=29 => Op::RecvAndDrop { ch, polls: rng.below(3) as u32 },
            30..=37 => {
                let mut arms = Arms { recv: [false; 2], send: [None; 2] };
                for ch in 0..channels {
                    arms.recv[ch] = rng.below(3) != 0;
                    arms.send[ch] = (rng.below(3) != 0).then(|| fresh(1));
                }
                arms.recv[ch] |= arms.all().next().is_none();
                let how = if rng.below(5) == 0 { How::Dynamic } else { how(rng) };
                Op::Select { arms, how }
            }
            38 => Op::Close { ch },
            _ => Op::IsClosed { ch },
        }
    }

    /// What it waits for if it waits: channels, and whether to send. `None` if it does not wait for ever.
    pub fn waits(&self) -> Option<Vec<(usize, bool)>> {
        match *self {
            Op::Send { ch, how: How::Blocking | How::Task, .. } | Op::SendMany { ch, .. } => Some(vec![(ch, true)]),
            Op::Recv { ch, how: How::Blocking | How::Task } | Op::RecvMany { ch, .. } => Some(vec![(ch, false)]),
            Op::Select { arms, how: How::Blocking | How::Task | How::Dynamic } => Some(arms.all().collect()),
            _ => None,
        }
    }
}
