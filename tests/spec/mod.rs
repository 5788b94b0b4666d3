//! The contract as a program: what each operation does to a channel that nobody else uses, and what it answers.

use std::collections::VecDeque;

/// A channel of the contract. `cap` is `None` if it is unbounded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    pub cap: Option<usize>,
    pub values: VecDeque<u32>,
    pub closed: bool,
    pub senders: usize,
    pub receivers: usize,
}

/// Why a value did not go in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    Full,
    Closed,
}

/// Why no value came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Missing {
    Empty,
    Closed,
}

impl Spec {
    pub fn new(cap: Option<usize>) -> Spec {
        Spec { cap, values: VecDeque::new(), closed: false, senders: 1, receivers: 1 }
    }

    /// A send that does not wait. Nobody else is there, so at capacity 0 there is never room.
    pub fn try_send(&mut self, value: u32) -> Result<(), Refused> {
        if self.closed {
            return Err(Refused::Closed);
        }
        if self.cap.is_some_and(|cap| self.values.len() >= cap) {
            return Err(Refused::Full);
        }
        self.values.push_back(value);
        Ok(())
    }

    /// What is left of a closed channel is received first.
    pub fn try_recv(&mut self) -> Result<u32, Missing> {
        match self.values.pop_front() {
            Some(value) => Ok(value),
            None if self.closed => Err(Missing::Closed),
            None => Err(Missing::Empty),
        }
    }

    /// Answers what had to make room: the oldest value, or at capacity 0 the value itself.
    pub fn force_send(&mut self, value: u32) -> Result<Option<u32>, Refused> {
        match self.try_send(value) {
            Err(Refused::Full) if self.cap == Some(0) => Ok(Some(value)),
            Err(Refused::Full) => {
                let evicted = self.values.pop_front();
                self.values.push_back(value);
                Ok(evicted)
            }
            other => other.map(|()| None),
        }
    }

    /// Answers whether the channel was open.
    pub fn close(&mut self) -> bool {
        !std::mem::replace(&mut self.closed, true)
    }

    pub fn drop_sender(&mut self) {
        self.senders -= 1;
        self.closed |= self.senders == 0;
    }

    pub fn drop_receiver(&mut self) {
        self.receivers -= 1;
        if self.receivers == 0 {
            self.closed = true;
            self.values.clear();
        }
    }

    pub fn is_full(&self) -> bool {
        self.cap.is_some_and(|cap| self.values.len() >= cap)
    }
}
