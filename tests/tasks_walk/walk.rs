//! One walk, and what has to be true at its end.

use crate::book::{self, saw};
use crate::channel::Channel;
use crate::common::task::{poll, Count};
use crate::common::Rng;
use crate::futures::{future, Fut};
use crate::program::{Kind, Program, Side, Step};
use rendez::SelectedOperation;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

const TASKS: usize = 10;
const HOLDS: usize = 3;

/// A future that is pending.
struct Task {
    future: Fut,
    kind: Kind,
    /// For which side of each channel it waits.
    sides: [Option<Side>; 2],
    /// How often its last waker was woken; and how often it had been when it was polled last.
    woken: Arc<Count>,
    seen: usize,
    waker: Waker,
    /// At the end: it was told, and does not come.
    stays_away: bool,
}

impl Task {
    /// Answers whether it is over.
    fn poll(&mut self, anew: bool) -> bool {
        if anew {
            (self.woken, self.waker) = Count::new();
        }
        self.seen = self.woken.get();
        poll(self.future.as_mut(), &self.waker).is_ready()
    }

    fn is_told(&self) -> bool {
        self.woken.get() != self.seen
    }

    /// Told, and on its way.
    fn comes(&self) -> bool {
        self.is_told() && !self.stays_away
    }
}

/// What a select has won.
struct Hold<'a> {
    at: usize,
    side: Side,
    won: SelectedOperation<'a>,
}

struct Walk<'a, const N: usize> {
    channels: &'a [Channel<N>; 2],
    tasks: Vec<Task>,
    holds: Vec<Hold<'a>>,
    rng: Rng,
    loud: bool,
}

/// Walks, and answers what is wrong at the end. `loud`: says what is done and what comes of it.
pub fn walk<const N: usize>(program: &Program, loud: bool) -> Result<(), String> {
    book::begin();
    let channels = program.caps.map(Channel::<N>::new);
    let rng = Rng::new(program.end);
    let mut walk = Walk { channels: &channels, tasks: Vec::new(), holds: Vec::new(), rng, loud };
    for at in (0..2).filter(|at| program.caps[*at].is_none()) {
        (0..program.before).for_each(|_| _ = channels[at].try_send());
    }
    program.steps.iter().for_each(|step| walk.step(*step));
    // Who is not told yet comes when it is.
    walk.tasks.iter_mut().for_each(|task| task.stays_away &= task.is_told());
    walk.judge()?;
    while let Some(hold) = walk.holds.pop() {
        let completes = walk.rng.below(2) == 0;
        walk.end(hold, completes);
        walk.judge()?;
    }
    drop(walk);
    for channel in &channels {
        channel.drain();
        if !channel.tx.is_closed() && !channel.is_whole() {
            return Err("a place was lost".to_owned());
        }
        channel.drain();
    }
    drop(channels);
    book::check()
}

impl<'a, const N: usize> Walk<'a, N> {
    fn note(&self, what: impl FnOnce() -> String) {
        if self.loud {
            eprintln!("{}", what());
        }
    }

    fn step(&mut self, step: Step) {
        let done = self.attempt(step);
        self.note(|| format!("{step:?}: {done:?}"));
    }

    /// Answers whether it was done, or is over; `None` if there is nothing to do it with.
    fn attempt(&mut self, step: Step) -> Option<bool> {
        let channels = self.channels;
        match step {
            Step::Begin { count, kind, at, side, other, stays_away } => {
                let count = (TASKS - self.tasks.len()).min(count as usize);
                (0..count).map(|_| self.begin(kind, at, [side, other], stays_away)).reduce(|any, over| any | over)
            }
            Step::Poll { task, told, anew } => {
                let task = self.choose(task, told)?;
                Some(self.poll(task, anew))
            }
            Step::Drop { task, told } => {
                let task = self.choose(task, told)?;
                Some(self.tasks.remove(task).is_told())
            }
            Step::TrySend { at } => Some(channels[at].try_send()),
            Step::TryRecv { at } => Some(self.try_recv(at)),
            Step::ForceSend { at } => Some(channels[at].force_send()),
            Step::Drain { at } => (!self.is_to_call(at)).then(|| channels[at].drain()),
            Step::Close { at } => Some(channels[at].tx.close()),
            Step::Hold { at, side } => {
                let hold = (self.holds.len() < HOLDS).then(|| self.hold(at, side))??;
                self.holds.push(hold);
                Some(true)
            }
            Step::End { hold, completes } => {
                let hold = hold.checked_rem(self.holds.len())?;
                let hold = self.holds.remove(hold);
                self.end(hold, completes);
                Some(true)
            }
            Step::HoldInVain { at, side } => {
                let hold = self.hold(at, side)?;
                self.end(hold, false);
                Some(true)
            }
        }
    }

    /// A task; with `told` one of those that were told.
    fn choose(&self, task: usize, told: bool) -> Option<usize> {
        let mut all = (0..self.tasks.len()).filter(|task| !told || self.tasks[*task].is_told());
        let task = task.checked_rem(all.clone().count())?;
        all.nth(task)
    }

    /// Answers whether it is over.
    fn begin(&mut self, kind: Kind, at: usize, [side, other]: [Side; 2], stays_away: bool) -> bool {
        let channels = self.channels;
        let mut sides = [None; 2];
        sides[1 - at] = kind.is_of_both().then_some(other);
        sides[at] = Some(side);
        let (woken, waker) = Count::new();
        let future = future(kind, (channels[at].clone(), side), (channels[1 - at].clone(), other));
        let mut task = Task { future, kind, sides, woken, seen: 0, waker, stays_away };
        let over = task.poll(false);
        if !over {
            self.tasks.push(task);
        }
        over
    }

    /// Answers whether it is over.
    fn poll(&mut self, task: usize, anew: bool) -> bool {
        let over = self.tasks[task].poll(anew);
        if over {
            self.tasks.remove(task);
        }
        over
    }

    fn try_recv(&self, at: usize) -> bool {
        if !self.is_to_call(at) {
            return self.channels[at].try_recv();
        }
        match poll(pin!(self.channels[at].rx.recv_async()), Waker::noop()) {
            Poll::Ready(value) => saw(value),
            Poll::Pending => false,
        }
    }

    /// Whether who receives at capacity 0 has to call a select. A thread would stay for it, some 20 ms, but it is on this very thread: a task does not.
    fn is_to_call(&self, at: usize) -> bool {
        let is_select = |task: &Task| matches!(task.kind, Kind::Select | Kind::Beside | Kind::Dynamic | Kind::InVain);
        self.channels[at].meets() && self.tasks.iter().any(|task| task.sides[at] == Some(Side::Sends) && is_select(task))
    }

    fn hold(&self, at: usize, side: Side) -> Option<Hold<'a>> {
        if side == Side::Receives && self.is_to_call(at) {
            return None;
        }
        Some(Hold { at, side, won: self.channels[at].hold(side)? })
    }

    fn end(&mut self, hold: Hold<'a>, completes: bool) {
        self.channels[hold.at].end(hold.side, hold.won, completes);
    }

    /// Everyone who was told comes, in any order, until nobody is told.
    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..200 {
            let told: Vec<usize> = (0..self.tasks.len()).filter(|task| self.tasks[*task].comes()).collect();
            if told.is_empty() {
                return Ok(());
            }
            let task = told[self.rng.below(told.len() as u64) as usize];
            let anew = self.rng.below(2) == 0;
            let kind = self.tasks[task].kind;
            let over = self.poll(task, anew);
            self.note(|| format!("{kind:?}, the task {task}, comes: {over}"));
        }
        Err("they are told without end".to_owned())
    }

    fn judge(&mut self) -> Result<(), String> {
        for at in 0..2 {
            self.settle()?;
            self.judge_channel(at).map_err(|what| format!("{what} at channel {at}"))?;
        }
        self.settle()
    }

    /// Nobody waits while what they wait for is there.
    fn judge_channel(&self, at: usize) -> Result<(), &'static str> {
        let channel = &self.channels[at];
        let (receives, sends) = (self.waits(at, Side::Receives), self.waits(at, Side::Sends));
        // Each that was told and stays away may hold up one of the others.
        let away = self.tasks.iter().filter(|task| task.stays_away).count();
        let undisturbed = self.holds.is_empty() && away == 0;
        if receives && sends && undisturbed {
            return Err("a sender and a receiver wait");
        }
        if (receives || sends) && self.holds.is_empty() && channel.tx.is_closed() {
            return Err("somebody waits, and it is closed,");
        }
        if !channel.meets() {
            // A look is an attempt. Who is told by it comes for the rest.
            let is_there = |attempt: &dyn Fn() -> bool| (0..=away).all(|_| !self.somebody_comes() && attempt());
            if receives && is_there(&|| self.try_recv(at)) {
                return Err("a receiver waits, and there are values");
            }
            if sends && is_there(&|| channel.try_send()) {
                return Err("a sender waits, and there is room");
            }
        } else if undisturbed && receives != sends {
            // A select that has to come for that is called.
            let met = if receives { channel.try_send() } else { self.try_recv(at) };
            if !met && !self.somebody_comes() {
                return Err("somebody waits, and is not found,");
            }
        }
        Ok(())
    }

    fn somebody_comes(&self) -> bool {
        self.tasks.iter().any(Task::comes)
    }

    /// Whether somebody waits for this who would take it. Not who may be held at capacity 0: it is kept from its other channel then.
    fn waits(&self, at: usize, side: Side) -> bool {
        let held = self.holds.iter().any(|hold| self.channels[hold.at].meets());
        let is_free = |task: &Task| !task.stays_away && (!held || task.sides.contains(&None));
        self.tasks.iter().any(|task| task.sides[at] == Some(side) && is_free(task))
    }
}
