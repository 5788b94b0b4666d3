//! A channel of a walk: attempts, and what selects win.

use crate::book::{self, saw, send, Value};
use crate::program::Side;
use rendez::{bounded, unbounded, Receiver, Select, SelectedOperation, SendError, Sender};

/// Both ends.
#[derive(Clone)]
pub struct Channel<const N: usize> {
    pub tx: Sender<Value<N>>,
    pub rx: Receiver<Value<N>>,
}

impl<const N: usize> Channel<N> {
    pub fn new(cap: Option<usize>) -> Channel<N> {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        Channel { tx, rx }
    }

    pub fn meets(&self) -> bool {
        self.rx.capacity() == Some(0)
    }

    pub fn try_send(&self) -> bool {
        send(|value| self.tx.try_send(value).map_err(|error| SendError(error.into_inner())))
    }

    pub fn force_send(&self) -> bool {
        send(|value| {
            saw(self.tx.force_send(value)?);
            Ok(())
        })
    }

    pub fn try_recv(&self) -> bool {
        saw(self.rx.try_recv())
    }

    pub fn drain(&self) -> bool {
        saw(self.rx.drain())
    }

    /// A send has ended that only a close ends without success.
    pub fn sent(&self, number: usize, result: Result<(), SendError<Value<N>>>) {
        assert!(book::sent(number, result) || self.tx.is_closed(), "value {number} was not sent");
    }

    /// A receive has ended that only a close ends with nothing.
    pub fn received(&self, values: impl IntoIterator<Item = Value<N>>) {
        assert!(saw(values) || self.rx.is_closed(), "nothing was received");
    }

    pub fn add<'a>(&'a self, side: Side, select: &mut Select<'a>) {
        match side {
            Side::Sends => select.send(&self.tx),
            Side::Receives => select.recv(&self.rx),
        };
    }

    /// A select wins this, if it can now.
    pub fn hold(&self, side: Side) -> Option<SelectedOperation<'_>> {
        let mut select = Select::new_biased();
        self.add(side, &mut select);
        select.try_select().ok()
    }

    /// Completes what a select has won here, or gives it up.
    pub fn end(&self, side: Side, won: SelectedOperation<'_>, completes: bool) {
        match side {
            Side::Sends if completes => {
                let number = book::number();
                self.sent(number, won.send(&self.tx, Value::new(number)));
            }
            Side::Receives if completes => self.received(won.recv(&self.rx)),
            Side::Receives if !self.meets() => book::give_up(won),
            // A sender that waits keeps its value.
            _ => drop(won),
        }
    }

    /// Whether it has room for as many values as when it was new, if it is empty, open and not in use.
    pub fn is_whole(&self) -> bool {
        let Some(cap) = self.tx.capacity() else { return true };
        (0..cap).all(|_| self.try_send()) && !self.try_send()
    }
}
