//! The book of values: each has a number, and what becomes of it is written down.

use rendez::{SelectedOperation, SendError};
use std::cell::{Cell, RefCell};

/// What is known of a value.
#[derive(Debug, Default)]
struct Entry {
    made: u32,
    dropped: u32,
    /// A send has said that it did it.
    sent: bool,
    /// It came back into our hands: received, pushed out, given back.
    seen: bool,
    /// It has gone with a receive that was given up.
    given_up: bool,
}

thread_local! {
    // Not in the values: one that is dropped twice is to be noticed, and to do no harm.
    static BOOK: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    static GIVING_UP: Cell<bool> = const { Cell::new(false) };
}

fn write(number: usize, f: impl FnOnce(&mut Entry)) {
    BOOK.with_borrow_mut(|book| f(&mut book[number]));
}

/// A number for a value.
pub fn number() -> usize {
    BOOK.with_borrow_mut(|book| {
        book.push(Entry::default());
        book.len() - 1
    })
}

/// Before a walk.
pub fn begin() {
    BOOK.take();
    GIVING_UP.set(false);
}

/// After it, when all values are gone: none was lost, and each was dropped once.
pub fn check() -> Result<(), String> {
    let is_wrong = |entry: &Entry| entry.dropped != entry.made || (entry.sent && !entry.seen && !entry.given_up);
    match BOOK.take().iter().enumerate().find(|(_, entry)| is_wrong(entry)) {
        Some((number, entry)) => Err(format!("value {number} was lost, or came twice: {entry:?}")),
        None => Ok(()),
    }
}

/// A value, longer by `N` words.
#[derive(Debug)]
pub struct Value<const N: usize> {
    number: usize,
    _rest: [usize; N],
}

impl<const N: usize> Value<N> {
    pub fn new(number: usize) -> Value<N> {
        write(number, |entry| entry.made += 1);
        Value { number, _rest: [0; N] }
    }
}

impl<const N: usize> Drop for Value<N> {
    fn drop(&mut self) {
        write(self.number, |entry| {
            entry.dropped += 1;
            entry.given_up |= GIVING_UP.get();
        });
    }
}

/// A new value is sent. Answers whether.
pub fn send<const N: usize>(send: impl FnOnce(Value<N>) -> Result<(), SendError<Value<N>>>) -> bool {
    let number = number();
    sent(number, send(Value::new(number)))
}

/// A send of the value of this number has ended. Answers whether it was done.
pub fn sent<const N: usize>(number: usize, result: Result<(), SendError<Value<N>>>) -> bool {
    match result {
        Ok(()) => {
            write(number, |entry| entry.sent = true);
            true
        }
        Err(SendError(value)) => {
            assert_eq!(value.number, number, "another value came back");
            saw([value]);
            false
        }
    }
}

/// These came back. Answers whether there were any.
pub fn saw<const N: usize>(values: impl IntoIterator<Item = Value<N>>) -> bool {
    values.into_iter().map(|value| write(value.number, |entry| entry.seen = true)).count() > 0
}

/// A receive is given up: its value goes with it.
pub fn give_up(won: SelectedOperation<'_>) {
    GIVING_UP.set(true);
    drop(won);
    GIVING_UP.set(false);
}
