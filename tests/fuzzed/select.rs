//! Selects over some channels, whose won operations are held for a while: a select wins an arm that is ready by the model, or says that there is none.
//!
//! The model knows the places of a channel, since what a select holds takes one:
//!
//! ```text
//!   Free, Emptying ... | Full, Filling, GivenUp ... |        the oldest place that is not free again first; a channel is full by their number
//!                      ▲ the next to be received
//! ```

use crate::bytes::{alive, Bytes, Counted};
use rendez::{bounded, unbounded, Receiver, Select, SelectedOperation, Sender, TryRecvError, TrySendError};
use std::collections::VecDeque;

type Value = Counted<u32>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Full(u32),
    /// Won by the select of this number, which has to fill it.
    Filling(usize),
    GivenUp,
    /// Won by the select of this number, which has to empty it.
    Emptying(usize, u32),
    Free,
}

struct Model {
    cap: Option<usize>,
    places: VecDeque<Place>,
    closed: bool,
}

/// What the next receive finds.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    At(usize),
    Empty,
    Closed,
}

impl Model {
    fn tidy(&mut self) {
        if let Some(first) = self.places.iter().position(|place| !matches!(place, Place::Free | Place::Emptying(..))) {
            let given_up = self.places.iter_mut().skip(first).take_while(|place| **place == Place::GivenUp);
            given_up.for_each(|place| *place = Place::Free);
        }
        while self.places.front() == Some(&Place::Free) {
            self.places.pop_front();
        }
    }

    fn next(&mut self) -> Next {
        self.tidy();
        match self.places.iter().position(|place| !matches!(place, Place::Free | Place::Emptying(..))) {
            Some(at) if matches!(self.places[at], Place::Full(_)) => Next::At(at),
            Some(_) => Next::Empty,
            None if self.closed => Next::Closed,
            None => Next::Empty,
        }
    }

    fn is_full(&mut self) -> bool {
        self.tidy();
        self.cap.is_some_and(|cap| self.places.len() >= cap)
    }

    fn is_ready(&mut self, sending: bool) -> bool {
        if sending {
            self.closed || !self.is_full()
        } else {
            self.next() != Next::Empty
        }
    }
}

/// What a select has won.
enum Won {
    Closed,
    Read(u32),
    Write,
    Append,
}

struct Held<'a> {
    number: usize,
    operation: SelectedOperation<'a>,
    ch: usize,
    sending: bool,
    won: Won,
}

struct World<'a> {
    channels: &'a [(Sender<Value>, Receiver<Value>)],
    models: Vec<Model>,
    held: Vec<Held<'a>>,
    next: usize,
}

/// Channels first, then operations.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let caps: Vec<Option<usize>> = (0..1 + bytes.below(3)).map(|_| [Some(1), Some(2), Some(3), None, Some(0)][bytes.below(5)]).collect();
    let channels: Vec<_> = caps.iter().map(|cap| cap.map_or_else(unbounded, bounded)).collect();
    let models = caps.iter().map(|cap| Model { cap: *cap, places: VecDeque::new(), closed: false }).collect();
    let mut world = World { channels: &channels, models, held: Vec::new(), next: 0 };
    while let Some(op) = bytes.next() {
        world.step(op, &mut bytes);
    }
    drop(world);
    drop(channels);
    assert_eq!(alive(), 0, "as many values are dropped as were made");
}

impl World<'_> {
    fn step(&mut self, op: u8, bytes: &mut Bytes<'_>) {
        self.next += 1;
        let ch = bytes.below(self.channels.len());
        match op % 8 {
            0 => self.try_send(ch),
            1 => self.try_recv(ch),
            2..=4 if self.held.len() < 4 => self.select(bytes),
            7 if bytes.below(16) == 0 => {
                assert_eq!(self.channels[ch].1.close(), !self.models[ch].closed);
                self.models[ch].closed = true;
            }
            _ if self.held.is_empty() => {}
            5 => {
                let held = self.held.swap_remove(bytes.below(self.held.len()));
                self.give_up(held);
            }
            _ => {
                let held = self.held.swap_remove(bytes.below(self.held.len()));
                self.complete(held);
            }
        }
    }

    fn try_send(&mut self, ch: usize) {
        let (model, value) = (&mut self.models[ch], self.next as u32);
        match self.channels[ch].0.try_send(Counted::new(value)) {
            Ok(()) => {
                assert!(!model.closed && !model.is_full());
                model.places.push_back(Place::Full(value));
            }
            Err(TrySendError::Full(back)) => assert!(!model.closed && model.is_full() && *back.get() == value),
            Err(TrySendError::Disconnected(_)) => assert!(model.closed),
        }
    }

    fn try_recv(&mut self, ch: usize) {
        let model = &mut self.models[ch];
        match (self.channels[ch].1.try_recv(), model.next()) {
            (Ok(value), Next::At(at)) => {
                assert_eq!(model.places[at], Place::Full(*value.get()));
                model.places[at] = Place::Free;
            }
            (Err(TryRecvError::Empty), Next::Empty) | (Err(TryRecvError::Disconnected), Next::Closed) => {}
            (found, next) => panic!("{found:?}, but {next:?}"),
        }
    }

    fn select(&mut self, bytes: &mut Bytes<'_>) {
        let biased = bytes.below(2) == 0;
        let mut select = if biased { Select::new_biased() } else { Select::new() };
        let arms: Vec<(usize, bool)> = (0..bytes.below(6)).map(|_| (bytes.below(self.channels.len()), bytes.below(2) == 0)).collect();
        for &(ch, sending) in &arms {
            let (tx, rx) = &self.channels[ch];
            let _ = if sending { select.send(tx) } else { select.recv(rx) };
        }
        let ready: Vec<bool> = arms.iter().map(|&(ch, sending)| self.models[ch].is_ready(sending)).collect();
        let Ok(operation) = select.try_select() else { return assert!(!ready.contains(&true), "{arms:?} {ready:?}") };
        let index = operation.index();
        assert!(ready[index], "{arms:?} {ready:?} {index}");
        assert!(!biased || !ready[..index].contains(&true), "{arms:?} {ready:?} {index}");
        let (ch, sending) = arms[index];
        let (model, number) = (&mut self.models[ch], self.next);
        let won = match (sending, model.next()) {
            (true, _) if model.closed => Won::Closed,
            (true, _) if model.cap.is_none() => Won::Append,
            (true, _) => {
                model.places.push_back(Place::Filling(number));
                Won::Write
            }
            (false, Next::At(at)) => {
                let Place::Full(value) = model.places[at] else { panic!("a full place") };
                model.places[at] = Place::Emptying(number, value);
                Won::Read(value)
            }
            (false, _) => Won::Closed,
        };
        self.held.push(Held { number, operation, ch, sending, won });
    }

    /// The place that this operation holds becomes another.
    fn leave(&mut self, ch: usize, number: usize, next: Place) {
        let mine = |place: &&mut Place| matches!(place, Place::Filling(n) | Place::Emptying(n, _) if *n == number);
        *self.models[ch].places.iter_mut().find(mine).expect("a held place") = next;
    }

    fn complete(&mut self, held: Held<'_>) {
        let Held { number, operation, ch, sending, won } = held;
        let (tx, rx) = &self.channels[ch];
        if !sending {
            let found = operation.recv(rx);
            return match (found, won) {
                (Ok(value), Won::Read(expected)) => {
                    assert_eq!(*value.get(), expected);
                    self.leave(ch, number, Place::Free);
                }
                (Err(_), Won::Closed) => {}
                (found, _) => panic!("{found:?}"),
            };
        }
        let found = operation.send(tx, Counted::new(number as u32)).is_ok();
        match won {
            Won::Closed => assert!(!found),
            Won::Append => {
                assert_eq!(found, !self.models[ch].closed); // it may have closed since
                if found {
                    self.models[ch].places.push_back(Place::Full(number as u32));
                }
            }
            _ => {
                assert!(found);
                self.leave(ch, number, Place::Full(number as u32));
            }
        }
    }

    fn give_up(&mut self, held: Held<'_>) {
        let Held { number, operation, ch, won, .. } = held;
        drop(operation);
        match won {
            Won::Read(_) => self.leave(ch, number, Place::Free),
            Won::Write => self.leave(ch, number, Place::GivenUp),
            Won::Closed | Won::Append => {}
        }
    }
}
