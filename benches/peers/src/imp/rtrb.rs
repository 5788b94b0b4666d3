use std::hint::spin_loop;
use std::thread::yield_now;

use rtrb::{Consumer, PopError, Producer, PushError, RingBuffer};

use super::Blocking;
use crate::scenario::Cap;

/// A bare ring between two threads that never sleep.
pub struct Rtrb;

/// Gives the CPU away now and then, or one CPU would never get through.
#[inline(always)]
fn pause(spins: &mut u32) {
    *spins += 1;
    if spins.is_multiple_of(256) {
        yield_now();
    } else {
        spin_loop();
    }
}

impl<T: Send + 'static> Blocking<T> for Rtrb {
    type Tx = Producer<T>;
    type Rx = Consumer<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        cap.filter(|cap| *cap > 0).map(RingBuffer::new)
    }

    fn fork_tx(_: &Self::Tx) -> Option<Self::Tx> {
        None
    }

    fn fork_rx(_: &Self::Rx) -> Option<Self::Rx> {
        None
    }

    #[inline(always)]
    fn send(tx: &mut Self::Tx, mut value: T) -> bool {
        let mut spins = 0;
        while let Err(PushError::Full(back)) = tx.push(value) {
            if tx.is_abandoned() {
                return false;
            }
            value = back;
            pause(&mut spins);
        }
        true
    }

    #[inline(always)]
    fn recv(rx: &mut Self::Rx) -> Option<T> {
        let mut spins = 0;
        loop {
            match rx.pop() {
                Ok(value) => return Some(value),
                // Asked before the last look: what was sent before the producer went is still taken.
                Err(PopError::Empty) if rx.is_abandoned() => return rx.pop().ok(),
                Err(PopError::Empty) => pause(&mut spins),
            }
        }
    }
}
