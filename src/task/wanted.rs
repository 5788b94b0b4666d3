//! What a future with several arms waits for, and its memory for the waiters.

use crate::chan::{Holding, Manner};
use crate::select::{Arm, Order};
use crate::sync::Deadline;
use crate::wait::{Patience, Waiter};
use core::cell::Cell;
use core::mem::MaybeUninit;

/// What is waited for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'s, 'a> {
    pub(super) arms: &'s [Arm<'a>],
    pub(super) order: Order,
    /// Whether foreign code may run between a win and its end.
    pub(super) hold: Holding,
    pub(super) deadline: Deadline,
}

impl Wanted<'_, '_> {
    pub(super) fn manner(&self) -> Manner {
        Manner { patience: Patience::Task, hold: self.hold }
    }
}

/// Memory for the waiters of some arms.
pub(super) trait Waiters {
    /// None written.
    const NEW: Self;

    /// Where waiters for `n` arms are; always the same memory for the same `n`.
    fn memory(&mut self, n: usize) -> &mut [MaybeUninit<Waiter>];

    /// The first of them.
    fn first(&self) -> *const Waiter;

    /// Memory for the list of arms of capacity 0, if it is kept.
    fn meetings(&self) -> Option<&Cell<Vec<(u64, usize)>>> {
        None
    }
}

/// For arms known when the code is written.
pub(super) type Fixed<const N: usize> = [MaybeUninit<Waiter>; N];

impl<const N: usize> Waiters for Fixed<N> {
    const NEW: Fixed<N> = [const { MaybeUninit::uninit() }; N];

    fn memory(&mut self, n: usize) -> &mut [MaybeUninit<Waiter>] {
        &mut self[..n]
    }

    fn first(&self) -> *const Waiter {
        self.as_ptr().cast()
    }
}
