//! The channels of this crate, as operations on them.

use crate::common::task::block_on;
use crate::program::{Arms, How, Op, Outcome, Program};
use crate::record::Subject;
use rendez::{
    bounded, select, select_async, unbounded, Receiver, RecvError, RecvTimeoutError, Select, SendError, SendTimeoutError, Sender,
    TryRecvError, TrySendError,
};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub struct Ours(Vec<(Sender<u32>, Receiver<u32>)>);

impl Ours {
    pub fn new(program: &Program) -> Ours {
        let channels: Vec<_> = program.caps.iter().map(|cap| cap.map_or_else(unbounded, bounded)).collect();
        program.before.iter().for_each(|value| channels[0].0.send(*value).unwrap());
        Ours(channels)
    }
}

fn sent(result: Result<(), SendError<u32>>) -> Outcome {
    result.map_or(Outcome::Closed, |()| Outcome::Sent)
}

fn got(result: Result<u32, RecvError>) -> Outcome {
    result.map_or(Outcome::Closed, |value| Outcome::Got(vec![value]))
}

/// Polls so often; `None` if that was not enough.
fn polled<F: Future>(mut future: std::pin::Pin<&mut F>, polls: u32) -> Option<F::Output> {
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
        std::thread::yield_now();
    }
    None
}

fn won(ch: usize, sending: bool, result: Outcome) -> Outcome {
    Outcome::Won { ch, sending, result: Box::new(result) }
}

impl Ours {
    fn select(&self, arms: Arms, how: How) -> Outcome {
        let second = self.0.get(1).unwrap_or(&self.0[0]);
        let ((tx0, rx0), (tx1, rx1)) = (&self.0[0], second);
        let (v0, v1) = (arms.send[0], arms.send[1]);
        macro_rules! arms {
            ($select:ident $($last:tt)*) => {
                $select! {
                    recv(rx0) -> msg, if arms.recv[0] => won(0, false, got(msg)),
                    send(tx0, v0.unwrap()) -> res, if v0.is_some() => won(0, true, sent(res)),
                    recv(rx1) -> msg, if arms.recv[1] => won(1, false, got(msg)),
                    send(tx1, v1.unwrap()) -> res, if v1.is_some() => won(1, true, sent(res)),
                    $($last)*
                }
            };
        }
        match how {
            How::Blocking => arms!(select),
            How::Try => arms!(select default => Outcome::Not),
            How::Timeout(timeout) => arms!(select default(timeout) => Outcome::Not),
            How::Task => block_on(async { arms!(select_async) }),
            How::Dynamic => {
                let mut select = Select::new();
                let all: Vec<_> = arms.all().collect();
                for &(ch, sending) in &all {
                    let (tx, rx) = &self.0[ch];
                    let _ = if sending { select.send(tx) } else { select.recv(rx) };
                }
                let operation = select.select();
                let (ch, sending) = all[operation.index()];
                let (tx, rx) = &self.0[ch];
                let result = match (sending, arms.send[ch]) {
                    (true, Some(value)) => sent(operation.send(tx, value)),
                    _ => got(operation.recv(rx)),
                };
                won(ch, sending, result)
            }
        }
    }

    fn send(tx: &Sender<u32>, value: u32, how: How) -> Outcome {
        match how {
            How::Try => match tx.try_send(value) {
                Ok(()) => Outcome::Sent,
                Err(TrySendError::Full(_)) => Outcome::Not,
                Err(TrySendError::Disconnected(_)) => Outcome::Closed,
            },
            How::Timeout(timeout) => match tx.send_timeout(value, timeout) {
                Ok(()) => Outcome::Sent,
                Err(SendTimeoutError::Timeout(_)) => Outcome::Not,
                Err(SendTimeoutError::Disconnected(_)) => Outcome::Closed,
            },
            How::Task => sent(block_on(tx.send_async(value))),
            How::Blocking | How::Dynamic => sent(tx.send(value)),
        }
    }

    fn recv(rx: &Receiver<u32>, how: How) -> Outcome {
        match how {
            How::Try => match rx.try_recv() {
                Ok(value) => Outcome::Got(vec![value]),
                Err(TryRecvError::Empty) => Outcome::Not,
                Err(TryRecvError::Disconnected) => Outcome::Closed,
            },
            How::Timeout(timeout) => match rx.recv_timeout(timeout) {
                Ok(value) => Outcome::Got(vec![value]),
                Err(RecvTimeoutError::Timeout) => Outcome::Not,
                Err(RecvTimeoutError::Disconnected) => Outcome::Closed,
            },
            How::Task => got(block_on(rx.recv_async())),
            How::Blocking | How::Dynamic => got(rx.recv()),
        }
    }
}

impl Subject for Ours {
    fn run(&self, op: &Op) -> Outcome {
        match *op {
            Op::Send { ch, value, how } => Ours::send(&self.0[ch].0, value, how),
            Op::Recv { ch, how } => Ours::recv(&self.0[ch].1, how),
            Op::ForceSend { ch, value } => match self.0[ch].0.force_send(value) {
                Ok(None) => Outcome::Sent,
                Ok(Some(old)) => Outcome::Evicted(old),
                Err(_) => Outcome::Closed,
            },
            Op::SendMany { ch, first, count } => {
                let mut values: VecDeque<u32> = (first..first + count).collect();
                match self.0[ch].0.send_many(&mut values) {
                    Ok(()) => Outcome::Sent,
                    Err(_) => Outcome::SentSome(count - values.len() as u32),
                }
            }
            Op::RecvMany { ch, max } => {
                let mut values = Vec::new();
                self.0[ch].1.recv_many(&mut values, max).map_or(Outcome::Closed, |_| Outcome::Got(values))
            }
            Op::SendAndCancel { ch, value, polls } => {
                let mut future = pin!(self.0[ch].0.send_async(value));
                match polled(future.as_mut(), polls) {
                    Some(result) => sent(result),
                    None => future.cancel().map_or(Outcome::Sent, |_| Outcome::Dropped),
                }
            }
            Op::RecvAndDrop { ch, polls } => {
                let future = pin!(self.0[ch].1.recv_async());
                polled(future, polls).map_or(Outcome::Dropped, got)
            }
            Op::Select { arms, how } => self.select(arms, how),
            Op::Close { ch } => Outcome::Is(self.0[ch].0.close()),
            Op::IsClosed { ch } => Outcome::Is(self.0[ch].1.is_closed()),
        }
    }

    fn could_go_on(&self, asleep: &[Vec<(usize, bool)>]) -> bool {
        let ready = |&(ch, sending): &(usize, bool)| {
            let (tx, rx) = &self.0[ch];
            tx.is_closed() || if sending { !tx.is_full() } else { !rx.is_empty() }
        };
        let meets = |a: &(usize, bool), b: &(usize, bool)| a.0 == b.0 && a.1 != b.1 && self.0[a.0].0.capacity() == Some(0);
        let alone = asleep.iter().flatten().any(ready);
        let met = |i: usize| asleep[..i].iter().flatten().any(|a| asleep[i].iter().any(|b| meets(a, b)));
        alone || (0..asleep.len()).any(met)
    }

    fn drain(&self, ch: usize) -> Vec<u32> {
        self.0[ch].1.try_iter().collect()
    }
}
