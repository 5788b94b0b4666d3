//! Whom to wake first, of a sender whose value was sent for it and a receiver that was told of that value.
//!
//! Who made the room mostly takes that value as well. Then the receiver finds something only if the sender has run before it, and has sent again. An executor
//! with one queue runs first who was woken first; one that keeps a slot for who was woken last runs that one first. So the order is learned: where the
//! receiver comes in vain, there are two values for each pair that is woken; where it does not, many more, or hardly any pair is woken, as nobody waits any
//! more. (With 4 senders and 4 receivers in tasks at capacity 1, ns a message: two threads, a slot each, 189 with the first woken first and 108 with the
//! last; one thread, one queue, 89 and 118.)

use crate::ring::Ring;

/// Pairs until the next decision.
const PAIRS: u32 = 64;
/// Values per pair, at least, if the order is right.
const VALUES: usize = 3;

/// What is known of the order. Under the lock.
#[derive(Debug)]
pub(super) struct WakeOrder {
    /// How many pairs were woken since the last decision.
    pairs: u32,
    last_first: bool,
    /// Where the tail was at that decision.
    since: u64,
}

impl WakeOrder {
    pub(super) fn new() -> WakeOrder {
        WakeOrder { pairs: 0, last_first: false, since: 0 }
    }

    /// Several are about to be woken: counts them as a pair. Answers whether to wake the last one first.
    pub(super) fn count_pair<T, M>(&mut self, ring: &Ring<T, M>) -> bool {
        self.pairs += 1;
        if self.pairs == PAIRS {
            let tail = ring.position_of(ring.tail_word());
            self.last_first ^= ring.distance(tail, self.since) < VALUES * PAIRS as usize;
            (self.pairs, self.since) = (0, tail);
        }
        self.last_first
    }
}
