//! A recorded history, and whether the specification explains it.
//!
//! Wing and Gong's search: an order of all steps such that each lies between its operation's call and its return, and the specification answers
//! in that order what was answered. States that were visited (which steps are done, what the channels hold) are not visited again.
//!
//! - A hand-off of capacity 0 is one step of two operations; so they overlap.
//! - A batch is several steps, in order, within one operation.
//! - A receive future of capacity 0 that is dropped may have been served: then its value is the next receiver's, once it has been given back.
//! - `try_*`, a timeout and a select without a ready arm may also say *full* or *empty* while another operation, that succeeds, is in the middle of a
//!   step. That is accepted only where nothing better explains the history, and counted.

use crate::program::{Op, Outcome};
use crate::spec::{Missing, Spec};
use std::collections::HashSet;
use std::fmt::Write;

/// An operation as it was seen from outside.
#[derive(Clone, Debug)]
pub struct Record {
    pub thread: usize,
    pub called: u64,
    pub returned: u64,
    pub op: Op,
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
pub struct History {
    pub caps: Vec<Option<usize>>,
    /// What the first channel held at the start.
    pub before: Vec<u32>,
    pub records: Vec<Record>,
    /// What was in each channel at the end.
    pub left: Vec<Vec<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Explained.
    Exact,
    /// Explained with an attempt that was refused on account of another operation in the middle of a step.
    Excused,
    Wrong,
}

#[derive(Clone, Debug)]
enum Act {
    Send(usize, u32),
    Recv(usize, u32),
    Evict(usize, u32, u32),
    /// Arms that were not ready, all at one moment.
    Not(Vec<(usize, bool)>),
    SendClosed(usize),
    RecvClosed(usize),
    Close(usize, bool),
    IsClosed(usize, bool),
    /// A dropped receive future: it may be served, then what it has is given back.
    Accept(usize),
    GiveBack,
}

impl Act {
    /// The channel into or out of which it moves a value.
    fn moves(&self) -> Option<usize> {
        match *self {
            Act::Send(ch, _) | Act::Recv(ch, _) | Act::Evict(ch, ..) | Act::Accept(ch) => Some(ch),
            _ => None,
        }
    }
}

struct Step {
    /// The record to which it belongs.
    record: usize,
    act: Act,
    /// The steps that come before it whatever happens.
    after: u64,
    /// Channels on which another operation is under way that moves a value.
    busy: [bool; 2],
    /// A select's send of capacity 0, won with a future that was dropped then: the value is the next receiver's.
    orphan: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    done: u64,
    channels: Vec<Spec>,
    /// Capacity 0: channel, turn and value of what dropped futures gave back.
    back: Vec<(usize, u32, u32)>,
    /// What dropped futures have not given back yet, by the number of the step that will.
    held: Vec<(usize, usize, u32, u32)>,
    turn: u32,
}

fn acts(op: &Op, outcome: &Outcome) -> Vec<Act> {
    match (op, outcome) {
        (Op::Send { ch, value, .. } | Op::ForceSend { ch, value } | Op::SendAndCancel { ch, value, .. }, Outcome::Sent) => {
            vec![Act::Send(*ch, *value)]
        }
        (Op::Send { ch, .. } | Op::ForceSend { ch, .. } | Op::SendAndCancel { ch, .. }, Outcome::Closed) => vec![Act::SendClosed(*ch)],
        (Op::Send { ch, .. }, Outcome::Not) => vec![Act::Not(vec![(*ch, true)])],
        // Itself: there was neither room nor anything to evict.
        (Op::ForceSend { ch, value }, Outcome::Evicted(old)) if old == value => vec![Act::Not(vec![(*ch, true)])],
        (Op::ForceSend { ch, value }, Outcome::Evicted(old)) => vec![Act::Evict(*ch, *value, *old)],
        (Op::SendAndCancel { .. }, Outcome::Dropped) => Vec::new(),
        (Op::SendMany { ch, first, count }, Outcome::Sent) => (0..*count).map(|n| Act::Send(*ch, first + n)).collect(),
        (Op::SendMany { ch, first, .. }, Outcome::SentSome(count)) => {
            (0..*count).map(|n| Act::Send(*ch, first + n)).chain([Act::SendClosed(*ch)]).collect()
        }
        (Op::Recv { ch, .. } | Op::RecvMany { ch, .. } | Op::RecvAndDrop { ch, .. }, Outcome::Got(values)) => {
            values.iter().map(|value| Act::Recv(*ch, *value)).collect()
        }
        (Op::Recv { ch, .. } | Op::RecvMany { ch, .. } | Op::RecvAndDrop { ch, .. }, Outcome::Closed) => vec![Act::RecvClosed(*ch)],
        (Op::Recv { ch, .. }, Outcome::Not) => vec![Act::Not(vec![(*ch, false)])],
        (Op::RecvAndDrop { ch, .. }, Outcome::Dropped) => vec![Act::Accept(*ch), Act::GiveBack],
        (Op::Close { ch }, Outcome::Is(first)) => vec![Act::Close(*ch, *first)],
        (Op::IsClosed { ch }, Outcome::Is(closed)) => vec![Act::IsClosed(*ch, *closed)],
        (Op::Select { arms, .. }, Outcome::Not) => vec![Act::Not(arms.all().collect())],
        (Op::Select { arms, .. }, Outcome::Won { ch, sending, result }) if arms.all().any(|arm| arm == (*ch, *sending)) => {
            match (&**result, arms.send[*ch]) {
                (Outcome::Sent, Some(value)) => vec![Act::Send(*ch, value)],
                (Outcome::Closed, _) if *sending => vec![Act::SendClosed(*ch)],
                (Outcome::Got(values), _) => vec![Act::Recv(*ch, values[0])],
                (Outcome::Closed, _) => vec![Act::RecvClosed(*ch)],
                other => panic!("a select answered {other:?}"),
            }
        }
        other => panic!("no operation answers so: {other:?}"),
    }
}

impl History {
    fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (record, Record { op, outcome, .. }) in self.records.iter().enumerate() {
            for (n, act) in acts(op, outcome).into_iter().enumerate() {
                let after = if n == 0 { 0 } else { 1 << (steps.len() - 1) };
                steps.push(Step { record, act, after, busy: [false; 2], orphan: false });
            }
        }
        assert!(steps.len() <= 64, "the history is too long");
        for i in 0..steps.len() {
            let mine = &self.records[steps[i].record];
            for j in 0..steps.len() {
                let other = &self.records[steps[j].record];
                if other.returned < mine.called {
                    steps[i].after |= 1 << j;
                } else if other.thread != mine.thread && mine.returned >= other.called {
                    if let Some(ch) = steps[j].act.moves() {
                        steps[i].busy[ch] = true;
                        let accepts = matches!(steps[j].act, Act::Accept(_));
                        steps[i].orphan |= accepts && matches!(mine.op, Op::Select { .. }) && steps[i].act.moves() == Some(ch);
                    }
                }
            }
        }
        steps
    }

    pub fn check(&self) -> Verdict {
        let steps = self.steps();
        for (excuses, verdict) in [(false, Verdict::Exact), (true, Verdict::Excused)] {
            let mut channels: Vec<Spec> = self.caps.iter().map(|cap| Spec::new(*cap)).collect();
            channels[0].values.extend(&self.before);
            let start = State { done: 0, channels, back: Vec::new(), held: Vec::new(), turn: 0 };
            let mut search = Search { history: self, steps: &steps, excuses, visited: HashSet::new() };
            if search.explains(start) {
                return verdict;
            }
        }
        Verdict::Wrong
    }

    /// For a person.
    pub fn show(&self) -> String {
        let mut text = format!("capacities {:?}, the first holds {:?}\n", self.caps, self.before);
        let mut records: Vec<&Record> = self.records.iter().collect();
        records.sort_by_key(|record| record.called);
        for Record { thread, called, returned, op, outcome } in records {
            let _ = writeln!(text, "  thread {thread}  {called:>3} to {returned:>3}  {op:?} -> {outcome:?}");
        }
        let _ = writeln!(text, "  left in the channels: {:?}", self.left);
        text
    }
}

struct Search<'a> {
    history: &'a History,
    steps: &'a [Step],
    excuses: bool,
    visited: HashSet<State>,
}

impl Search<'_> {
    fn explains(&mut self, state: State) -> bool {
        if state.done.count_ones() as usize == self.steps.len() {
            return self.history.left.iter().enumerate().all(|(ch, left)| {
                let back = state.back.iter().filter(|back| back.0 == ch).map(|back| back.2);
                state.channels[ch].values.iter().copied().chain(back).eq(left.iter().copied())
            });
        }
        if !self.visited.insert(state.clone()) {
            return false;
        }
        let enabled = |i: &usize| state.done & (1 << i) == 0 && self.steps[*i].after & !state.done == 0;
        let open: Vec<usize> = (0..self.steps.len()).filter(enabled).collect();
        for &i in &open {
            if self.alone(&state, i).is_some_and(|next| self.explains(next))
                || self.again(&state, i).is_some_and(|next| self.explains(next))
            {
                return true;
            }
            for &j in &open {
                if self.together(&state, i, j).is_some_and(|next| self.explains(next)) {
                    return true;
                }
            }
        }
        false
    }

    /// The state after step `i`, if the specification answers the same.
    fn alone(&self, state: &State, i: usize) -> Option<State> {
        let mut next = state.clone();
        next.done |= 1 << i;
        let step = &self.steps[i];
        let rendezvous = |ch: usize| state.channels[ch].cap == Some(0);
        let back = |ch: usize| state.back.iter().position(|back| back.0 == ch);
        let fits = match step.act {
            Act::Send(ch, value) if rendezvous(ch) => {
                next.back.push((ch, state.turn, value));
                step.orphan && !state.channels[ch].closed
            }
            Act::Send(ch, value) => next.channels[ch].try_send(value).is_ok(),
            Act::Recv(ch, value) if rendezvous(ch) => back(ch).is_some_and(|at| next.back.remove(at).2 == value),
            Act::Recv(ch, value) => next.channels[ch].try_recv() == Ok(value),
            Act::Evict(ch, value, old) => next.channels[ch].force_send(value) == Ok(Some(old)),
            Act::Not(ref arms) => arms.iter().all(|&(ch, sending)| {
                let channel = &state.channels[ch];
                let none = if sending { channel.is_full() } else { channel.values.is_empty() && back(ch).is_none() };
                (none && !channel.closed) || (self.excuses && step.busy[ch])
            }),
            Act::SendClosed(ch) => state.channels[ch].closed,
            Act::RecvClosed(ch) => back(ch).is_none() && next.channels[ch].try_recv() == Err(Missing::Closed),
            Act::Close(ch, first) => next.channels[ch].close() == first,
            Act::IsClosed(ch, closed) => state.channels[ch].closed == closed,
            Act::Accept(_) => true,
            Act::GiveBack => {
                if let Some(at) = state.held.iter().position(|held| held.0 == i) {
                    let (_, ch, turn, value) = next.held.remove(at);
                    let at = next.back.partition_point(|back| back.1 <= turn);
                    next.back.insert(at, (ch, turn, value));
                }
                true
            }
        };
        fits.then_some(next)
    }

    /// The state after a future that will be dropped has received, in step `i`, what another such future gave back.
    fn again(&self, state: &State, i: usize) -> Option<State> {
        let Act::Accept(ch) = self.steps[i].act else { return None };
        let at = state.back.iter().position(|back| back.0 == ch)?;
        let mut next = state.clone();
        next.done |= 1 << i;
        next.turn += 1;
        let (_, _, value) = next.back.remove(at);
        next.held.push((i + 1, ch, next.turn, value));
        Some(next)
    }

    /// The state after a hand-off from the send `i` to the receive `j`.
    fn together(&self, state: &State, i: usize, j: usize) -> Option<State> {
        let Act::Send(ch, value) = self.steps[i].act else { return None };
        let channel = &state.channels[ch];
        if channel.cap != Some(0) || channel.closed || self.steps[i].record == self.steps[j].record {
            return None;
        }
        let mut next = state.clone();
        next.done |= (1 << i) | (1 << j);
        match self.steps[j].act {
            Act::Recv(from, got) if (from, got) == (ch, value) && !state.back.iter().any(|back| back.0 == ch) => {}
            Act::Accept(from) if from == ch => {
                next.turn += 1;
                next.held.push((j + 1, ch, next.turn, value));
            }
            _ => return None,
        }
        Some(next)
    }
}
