//! The ring, through the public API: values of odd sizes and alignments go in and out as from a `VecDeque`.

use crate::bytes::Bytes;
use rendez::{bounded, TryRecvError, TrySendError};
use std::cell::Cell;
use std::collections::VecDeque;

thread_local!(static ALIVE: Cell<usize> = const { Cell::new(0) });

/// `N` bytes, each the number of the value.
struct Sized<const N: usize>([u8; N]);

/// As above, alone on its cache line.
#[repr(align(64))]
struct Aligned(Sized<5>);

trait Payload {
    fn new(number: u8) -> Self;
    /// Whether it is the value of this number, whole and where it may be.
    fn is(&self, number: u8) -> bool;
}

impl<const N: usize> Payload for Sized<N> {
    fn new(number: u8) -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Sized([number; N])
    }

    fn is(&self, number: u8) -> bool {
        self.0.iter().all(|byte| *byte == number)
    }
}

impl<const N: usize> Drop for Sized<N> {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

impl Payload for Aligned {
    fn new(number: u8) -> Self {
        Aligned(Sized::new(number))
    }

    fn is(&self, number: u8) -> bool {
        self.0.is(number) && (self as *const Self as usize) % 64 == 0
    }
}

/// A byte for the capacity, one for the size of the values, and then the operations.
pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let cap = 1 + bytes.below(70);
    match bytes.below(7) {
        0 => operate::<Sized<0>>(cap, bytes),
        1 => operate::<Sized<1>>(cap, bytes),
        2 => operate::<Sized<3>>(cap, bytes),
        3 => operate::<Sized<17>>(cap, bytes),
        4 => operate::<Sized<129>>(cap, bytes),
        5 => operate::<Sized<1031>>(cap, bytes),
        _ => operate::<Aligned>(cap, bytes),
    }
    assert_eq!(ALIVE.get(), 0, "as many values are dropped as were made");
}

fn operate<P: Payload>(cap: usize, mut bytes: Bytes<'_>) {
    let (tx, rx) = bounded::<P>(cap);
    let mut model: VecDeque<u8> = VecDeque::new();
    let mut closed = false;
    let mut number = 0u8;
    while let Some(op) = bytes.next() {
        number = number.wrapping_add(1);
        match op % 8 {
            0 | 1 => match tx.try_send(P::new(number)) {
                Ok(()) => {
                    assert!(!closed && model.len() < cap);
                    model.push_back(number);
                }
                Err(TrySendError::Full(back)) => assert!(!closed && model.len() == cap && back.is(number)),
                Err(TrySendError::Disconnected(back)) => assert!(closed && back.is(number)),
            },
            2 | 3 => match rx.try_recv() {
                Ok(value) => assert!(value.is(model.pop_front().expect("a value was sent"))),
                Err(TryRecvError::Empty) => assert!(!closed && model.is_empty()),
                Err(TryRecvError::Disconnected) => assert!(closed && model.is_empty()),
            },
            4 => match tx.force_send(P::new(number)) {
                Ok(evicted) => {
                    let oldest = if model.len() == cap { model.pop_front() } else { None };
                    assert!(!closed && evicted.is_some() == oldest.is_some());
                    assert!(evicted.iter().zip(oldest).all(|(value, oldest)| value.is(oldest)));
                    model.push_back(number);
                }
                Err(back) => assert!(closed && back.0.is(number)),
            },
            5 => {
                let count = bytes.below(cap - model.len() + 1);
                let mut batch: VecDeque<P> = (0..count).map(|n| P::new(number.wrapping_add(n as u8))).collect();
                let result = tx.send_many(&mut batch);
                assert_eq!((result.is_err(), batch.len()), (closed && count > 0, if closed { count } else { 0 }));
                if !closed {
                    model.extend((0..count).map(|n| number.wrapping_add(n as u8)));
                }
                number = number.wrapping_add(count as u8);
            }
            6 if !model.is_empty() || closed => {
                let max = bytes.below(cap + 2);
                let mut values = Vec::new();
                let result = rx.recv_many(&mut values, max);
                assert_eq!(result.is_err(), max > 0 && model.is_empty());
                assert_eq!(values.len(), max.min(model.len()));
                assert!(values.iter().all(|value| value.is(model.pop_front().expect("a value was sent"))));
            }
            7 if bytes.below(16) == 0 => {
                assert_eq!(tx.close(), !closed);
                closed = true;
            }
            _ => {
                assert!(rx.drain().all(|value| value.is(model.pop_front().expect("a value was sent"))));
                assert!(model.is_empty());
            }
        }
        assert_eq!((rx.len(), tx.is_full(), rx.is_empty()), (model.len(), model.len() == cap, model.is_empty()));
        assert_eq!(ALIVE.get(), model.len());
    }
    if number % 2 == 0 {
        drop(tx);
        drop(rx);
    }
}
