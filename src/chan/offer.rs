//! Capacity 0: an attempt succeeds only if a peer waits.

use super::handoff::{give_releasing, take_releasing};
use super::ready::Lack;
use super::{Chan, Lists};
use crate::error::{RecvTimeoutError, TryRecvError, TrySendError};
use crate::wait::lock::{HAS_RX, HAS_TX};
use crate::wait::Patience;
use core::ptr;

impl<T> Chan<T> {
    /// `try_send` at capacity 0.
    #[inline(never)]
    pub(super) fn offer(&self, value: T) -> Result<(), TrySendError<T>> {
        let refusal = |value| match self.is_closed() {
            true => Err(TrySendError::Disconnected(value)),
            false => Err(TrySendError::Full(value)),
        };
        if self.cold.lock.hints().is_some_and(|hints| hints & HAS_RX == 0) {
            return refusal(value);
        }
        let Some(mut guard) = self.try_lock(Patience::Thread) else { return refusal(value) };
        if self.is_closed() {
            drop(guard);
            return Err(TrySendError::Disconnected(value));
        }
        match guard.with(|lists| lists.rx.choose_receiver(ptr::null(), false, self.met())) {
            Some(receiver) => {
                give_releasing(guard, receiver, value);
                Ok(())
            }
            None => {
                drop(guard);
                Err(TrySendError::Full(value))
            }
        }
    }

    /// `try_recv` at capacity 0.
    #[inline(never)]
    pub(super) fn fetch(&self) -> Result<T, TryRecvError> {
        match self.lacks(HAS_TX) {
            Some(Lack::Closed) => return Err(TryRecvError::Disconnected),
            Some(Lack::Open) => return Err(TryRecvError::Empty),
            None => {}
        }
        // Without the lock nobody knows whether a value was left: so it cannot be said, even of a closed channel, that nothing will come.
        let Some(mut guard) = self.try_lock(Patience::Thread) else { return Err(TryRecvError::Empty) };
        if let Some(value) = guard.with(Lists::take_stashed) {
            return Ok(value);
        }
        if self.is_closed() {
            drop(guard);
            return Err(TryRecvError::Disconnected);
        }
        match guard.with(|lists| lists.tx.choose_placed(ptr::null(), false)) {
            Some(sender) => Ok(take_releasing(guard, sender)),
            None if guard.with(|lists| lists.tx.is_empty()) => {
                drop(guard);
                Err(TryRecvError::Empty)
            }
            None => self.fetch_lazy(guard),
        }
    }

    /// `recv` at capacity 0 whose time was over before it could wait: once, as an attempt, which calls a select that has no value yet.
    #[cold]
    pub(super) fn fetch_at_last(&self) -> Result<T, RecvTimeoutError> {
        self.fetch().map_err(|error| match error {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }
}
