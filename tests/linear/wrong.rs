//! A plain channel behind one lock, with a fault to choose: what the checker has to find.

use crate::program::{How, Op, Outcome, Program};
use crate::record::Subject;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// The newest value comes out first.
    Lifo,
    /// Closing drops the newest value.
    CloseLoses,
    /// What a closed channel holds is not received any more.
    CloseHides,
    /// A sender does not see that the channel is closed.
    SendsAfterClose,
    /// A select takes two values and answers with one.
    TwoArms,
    /// A select without a ready arm has looked at one after the other.
    LooksApart,
    /// A receive looks and takes in two steps.
    TakesTwice,
    /// One more value than there is room for.
    Overfills,
    /// An attempt is refused though there is room.
    Refuses,
    /// A cancelled send is sent all the same.
    CancelSends,
    /// Capacity 0 holds a value.
    Buffers,
    /// A batch that is sent is out of order.
    Shuffles,
}

pub const ALL: [Fault; 12] = [
    Fault::Lifo,
    Fault::CloseLoses,
    Fault::CloseHides,
    Fault::SendsAfterClose,
    Fault::TwoArms,
    Fault::LooksApart,
    Fault::TakesTwice,
    Fault::Overfills,
    Fault::Refuses,
    Fault::CancelSends,
    Fault::Buffers,
    Fault::Shuffles,
];

struct Channel {
    cap: usize,
    values: VecDeque<u32>,
    closed: bool,
}

pub struct Wrong {
    fault: Fault,
    channels: Mutex<Vec<Channel>>,
    changed: Condvar,
}

type Channels<'a> = MutexGuard<'a, Vec<Channel>>;

impl Wrong {
    pub fn new(fault: Fault, program: &Program) -> Wrong {
        let one_more = usize::from(fault == Fault::Overfills);
        let cap = |cap: &Option<usize>| match *cap {
            Some(0) => 1,
            Some(cap) => cap + one_more,
            None => usize::MAX,
        };
        let mut channels: Vec<_> = program.caps.iter().map(|c| Channel { cap: cap(c), values: VecDeque::new(), closed: false }).collect();
        channels[0].values.extend(&program.before);
        Wrong { fault, channels: Mutex::new(channels), changed: Condvar::new() }
    }

    /// Only what this channel can do at all: capacity 0 it can not.
    pub fn fits(fault: Fault, program: &Program) -> bool {
        program.caps.contains(&Some(0)) == (fault == Fault::Buffers)
    }

    fn give(&self, channel: &mut Channel, value: u32) -> Option<Outcome> {
        let full = channel.values.len() >= channel.cap;
        if channel.closed && (full || self.fault != Fault::SendsAfterClose) {
            return Some(Outcome::Closed);
        }
        (!full).then(|| {
            channel.values.push_back(value);
            Outcome::Sent
        })
    }

    fn take(&self, channel: &mut Channel) -> Option<Outcome> {
        let hidden = channel.closed && self.fault == Fault::CloseHides;
        let value = match self.fault {
            _ if hidden => None,
            Fault::Lifo => channel.values.pop_back(),
            _ => channel.values.pop_front(),
        };
        value.map(|value| Outcome::Got(vec![value])).or(channel.closed.then_some(Outcome::Closed))
    }

    /// Waits as the operation says.
    fn wait<'a>(&'a self, mut channels: Channels<'a>, how: How, mut f: impl FnMut(&mut Vec<Channel>) -> Option<Outcome>) -> Outcome {
        loop {
            let outcome = f(&mut channels);
            self.changed.notify_all();
            match (outcome, how) {
                (Some(outcome), _) => return outcome,
                (None, How::Try | How::Timeout(_)) => return Outcome::Not,
                _ => channels = self.changed.wait(channels).unwrap(),
            }
        }
    }

    fn recv(&self, ch: usize, how: How) -> Outcome {
        if self.fault == Fault::TakesTwice {
            let seen = self.channels.lock().unwrap()[ch].values.front().copied();
            std::thread::yield_now();
            if let Some(seen) = seen {
                self.channels.lock().unwrap()[ch].values.pop_front();
                return Outcome::Got(vec![seen]);
            }
        }
        self.wait(self.channels.lock().unwrap(), how, |channels| self.take(&mut channels[ch]))
    }
}

impl Subject for Wrong {
    fn run(&self, op: &Op) -> Outcome {
        let lock = || self.channels.lock().unwrap();
        match *op {
            Op::Send { how: How::Try, .. } if self.fault == Fault::Refuses => Outcome::Not,
            Op::Send { ch, value, how } => self.wait(lock(), how, |channels| self.give(&mut channels[ch], value)),
            Op::Recv { ch, how } => self.recv(ch, how),
            Op::RecvAndDrop { ch, .. } => match self.recv(ch, How::Try) {
                Outcome::Not => Outcome::Dropped,
                outcome => outcome,
            },
            Op::RecvMany { ch, .. } => self.recv(ch, How::Blocking),
            Op::ForceSend { ch, value } => self.wait(lock(), How::Try, |channels| {
                let channel = &mut channels[ch];
                self.give(channel, value).or_else(|| {
                    channel.values.push_back(value);
                    channel.values.pop_front().map(Outcome::Evicted)
                })
            }),
            Op::SendMany { ch, first, count } => {
                let mut values: Vec<u32> = (first..first + count).collect();
                if self.fault == Fault::Shuffles {
                    values.reverse();
                }
                for (sent, value) in values.into_iter().enumerate() {
                    if self.wait(lock(), How::Blocking, |channels| self.give(&mut channels[ch], value)) == Outcome::Closed {
                        return Outcome::SentSome(sent as u32);
                    }
                }
                Outcome::Sent
            }
            Op::SendAndCancel { ch, value, .. } => match self.wait(lock(), How::Try, |channels| self.give(&mut channels[ch], value)) {
                Outcome::Not | Outcome::Sent if self.fault == Fault::CancelSends => Outcome::Dropped,
                Outcome::Not => Outcome::Dropped,
                outcome => outcome,
            },
            Op::Select { arms, how } => {
                if self.fault == Fault::LooksApart && how == How::Try {
                    let one = |(ch, sending): (usize, bool)| match (sending, lock()) {
                        (true, channels) => !channels[ch].closed && channels[ch].values.len() >= channels[ch].cap,
                        (false, channels) => !channels[ch].closed && channels[ch].values.is_empty(),
                    };
                    let looks: Vec<bool> = arms.all().map(|arm| (one(arm), std::thread::yield_now()).0).collect();
                    if looks.iter().all(|none| *none) {
                        return Outcome::Not;
                    }
                }
                self.wait(lock(), how, |channels| {
                    let mut won = arms.all().filter_map(|(ch, sending)| {
                        let channel = &mut channels[ch];
                        let result = if sending { self.give(channel, arms.send[ch]?) } else { self.take(channel) }?;
                        Some(Outcome::Won { ch, sending, result: Box::new(result) })
                    });
                    let first = won.next();
                    if self.fault == Fault::TwoArms {
                        won.next();
                    }
                    first
                })
            }
            Op::Close { ch } => {
                let mut channels = lock();
                let first = !std::mem::replace(&mut channels[ch].closed, true);
                if first && self.fault == Fault::CloseLoses {
                    channels[ch].values.pop_back();
                }
                self.changed.notify_all();
                Outcome::Is(first)
            }
            Op::IsClosed { ch } => Outcome::Is(lock()[ch].closed),
        }
    }

    fn could_go_on(&self, _: &[Vec<(usize, bool)>]) -> bool {
        false
    }

    fn drain(&self, ch: usize) -> Vec<u32> {
        self.channels.lock().unwrap()[ch].values.drain(..).collect()
    }
}
