//! In which order arms are tried, and in which they enlist.

use crate::sync::{random, MODEL};

/// In which order arms are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Uniformly random, anew each time.
    Random,
    /// First to last.
    Given,
}

impl Order {
    /// Puts what is to enlist in order. Of arms that stand in one queue, or that have called one peer, the first is found. So a cheaper order, like a random
    /// start, will not do: there an arm that nobody comes for would lend its chance to the next one.
    pub(crate) fn arrange<T>(self, waiters: &mut [T]) {
        if self == Order::Given || MODEL {
            return;
        }
        // Fisher and Yates.
        for i in 1..waiters.len() {
            waiters.swap(i, below(i as u32 + 1) as usize);
        }
    }
}

/// A random number below `n`, without bias: Lemire, "Fast random integer generation in an interval" (2019).
pub(crate) fn below(n: u32) -> u32 {
    let mut product = u64::from(random()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u32) < threshold {
            product = u64::from(random()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}

/// The index of a set bit, of each with the same chance.
#[inline]
pub(super) fn one_of(mut set: u32) -> usize {
    if set.is_power_of_two() {
        return set.trailing_zeros() as usize;
    }
    for _ in 0..below(set.count_ones()) {
        set &= set - 1;
    }
    set.trailing_zeros() as usize
}
