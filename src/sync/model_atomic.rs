//! Atomics inside a loom model, with loads that make it explore what it should.
//!
//! loom decides from the last access of an atomic which other orders of two threads are worth a look, and a load by one thread hides the
//! loads of the others from it: then it never tries a later store first. A read-modify-write hides nothing, but always reads the latest
//! value. So a model is explored in the first two of these ways, which together find what each would miss; one about SeqCst in the third:
//!
//! | mode | loads and stores | finds |
//! |---|---|---|
//! | `Interleavings` | are read-modify-writes | any order of steps, as if memory were one |
//! | `Orders` | are what they are: a load may read an old value | orderings that are too weak |
//! | `TotalOrder` | as `Orders`, and what is SeqCst is in one order, which loom alone does not model | SeqCst that is missing |
//!
//! In every mode the end of an atomic is an access that excludes all others: so a model also finds who touches what has been freed.
//!
//! In every mode a relaxed load of an `AtomicU32` or `AtomicU64`, mostly a guess before an exchange, is a read-modify-write. (Not of an
//! `AtomicUsize`: claim words are plainly stored, and a read-modify-write could, in loom, read for ever what it wrote itself.)

use super::Ordering;
use loom::sync::atomic;
use std::cell::Cell;

/// How atomics behave in the model that this thread explores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    #[cfg_attr(not(test), allow(dead_code))]
    Interleavings,
    Orders,
    #[cfg_attr(not(test), allow(dead_code))]
    TotalOrder,
}

thread_local!(static MODE: Cell<Mode> = const { Cell::new(Mode::Orders) }); // loom runs all threads of a model on one

/// Sets the mode of the models that this thread is going to explore.
#[cfg(test)]
pub(crate) fn set_mode(mode: Mode) {
    MODE.set(mode);
}

loom::lazy_static! {
    /// Passed on by what is SeqCst: a write leaves here what it knows, a read learns it.
    static ref TOTAL: atomic::AtomicU32 = atomic::AtomicU32::new(0);
}

/// Begins an execution. That `TOTAL` comes into being orders threads, so it does before there are others.
#[cfg(test)]
pub(crate) fn begin() {
    before_read(Ordering::SeqCst); // ORDERING: any read of `TOTAL` makes it
}

fn before_read(order: Ordering) {
    // ORDERING: what the caller says.
    if order == Ordering::SeqCst && MODE.get() == Mode::TotalOrder {
        TOTAL.fetch_or(0, Ordering::Acquire); // ORDERING: pairs with the Release in `after_write`
    }
}

fn after_write(order: Ordering) {
    if order == Ordering::SeqCst && MODE.get() == Mode::TotalOrder {
        TOTAL.fetch_or(0, Ordering::Release); // ORDERING: pairs with the Acquire in `before_read`
    }
}

macro_rules! model_atomics {
    ($($name:ident $int:ty, $guess:expr;)*) => {$(
        #[derive(Debug, Default)]
        pub(crate) struct $name(atomic::$name);

        #[allow(dead_code)] // all have what one needs
        impl $name {
            pub(crate) fn new(value: $int) -> $name {
                $name(atomic::$name::new(value))
            }

            pub(crate) fn load(&self, order: Ordering) -> $int {
                before_read(order);
                if MODE.get() == Mode::Interleavings || $guess == Some(order) {
                    self.0.fetch_or(0, order)
                } else {
                    self.0.load(order)
                }
            }

            pub(crate) fn store(&self, value: $int, order: Ordering) {
                if MODE.get() == Mode::Interleavings {
                    self.0.swap(value, order);
                } else {
                    self.0.store(value, order);
                }
                after_write(order);
            }

            pub(crate) fn fetch_or(&self, value: $int, order: Ordering) -> $int {
                self.rmw(order, |atomic| atomic.fetch_or(value, order))
            }

            pub(crate) fn fetch_and(&self, value: $int, order: Ordering) -> $int {
                self.rmw(order, |atomic| atomic.fetch_and(value, order))
            }

            pub(crate) fn fetch_add(&self, value: $int, order: Ordering) -> $int {
                self.rmw(order, |atomic| atomic.fetch_add(value, order))
            }

            pub(crate) fn fetch_sub(&self, value: $int, order: Ordering) -> $int {
                self.rmw(order, |atomic| atomic.fetch_sub(value, order))
            }

            pub(crate) fn compare_exchange(&self, old: $int, new: $int, yes: Ordering, no: Ordering) -> Result<$int, $int> {
                self.rmw(yes, |atomic| atomic.compare_exchange(old, new, yes, no))
            }

            pub(crate) fn compare_exchange_weak(&self, old: $int, new: $int, yes: Ordering, no: Ordering) -> Result<$int, $int> {
                self.compare_exchange(old, new, yes, no)
            }

            fn rmw<R>(&self, order: Ordering, f: impl FnOnce(&atomic::$name) -> R) -> R {
                before_read(order);
                let result = f(&self.0);
                after_write(order);
                result
            }
        }

        /// Its memory goes: who has touched it came before, and nobody will (loom reports both).
        impl Drop for $name {
            fn drop(&mut self) {
                if !std::thread::panicking() {
                    self.0.with_mut(|_| ());
                }
            }
        }
    )*};
}

/// loom has no such order: but for `TotalOrder`, an exchange that changes nothing stands for it.
impl super::InOrder for AtomicU64 {
    fn load_in_order(&self) -> u64 {
        match MODE.get() {
            // ORDERING: SeqCst is what the name says; AcqRel learns all that came before the latest value.
            Mode::TotalOrder => self.load(Ordering::SeqCst),
            _ => self.fetch_or(0, Ordering::AcqRel),
        }
    }
}

// ORDERING: the loads that are guesses before an exchange.
model_atomics!(
    AtomicU32 u32, Some(Ordering::Relaxed);
    AtomicU64 u64, Some(Ordering::Relaxed);
    AtomicUsize usize, None;
);
