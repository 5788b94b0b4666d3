//! Choices read from a byte string, and values that are counted.

use std::cell::Cell;

/// The choices. At the end of the bytes there are none left.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub fn new(data: &'a [u8]) -> Bytes<'a> {
        Bytes(data)
    }

    pub fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number below `n`, 0 at the end.
    pub fn below(&mut self, n: usize) -> usize {
        self.next().map_or(0, |byte| usize::from(byte) % n.max(1))
    }
}

thread_local!(static ALIVE: Cell<usize> = const { Cell::new(0) });

/// How many values of this thread are alive.
pub fn alive() -> usize {
    ALIVE.get()
}

/// A value that is counted, and owns memory, so that a sanitizer sees one that is dropped twice or never.
#[derive(Debug)]
pub struct Counted<P>(Box<P>);

impl<P> Counted<P> {
    pub fn new(payload: P) -> Counted<P> {
        ALIVE.set(ALIVE.get() + 1);
        Counted(Box::new(payload))
    }

    pub fn get(&self) -> &P {
        &self.0
    }
}

impl<P> Drop for Counted<P> {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}
