//! Many values at once, and values that push others out: one exchange and one wake-up for each batch.

use super::gaps::Loser;
use super::{Chan, Holding, Manner};
use crate::error::{RecvError, RecvTimeoutError, SendError, SendTimeoutError, TrySendError};
use crate::ring::Refused;
use crate::sync::Deadline;
use crate::wait::{Lag, Patience};
use core::ptr;
use std::collections::VecDeque;

/// So often a batch takes what is there before it looks how much that is, and takes no more than that.
const ROUNDS: usize = 64;

impl<T> Chan<T> {
    /// Sends all of `values`, waiting as need be. What could not be sent because the channel closed stays in.
    pub(crate) fn send_many(&self, values: &mut VecDeque<T>) -> Result<(), SendError<()>> {
        while !values.is_empty() {
            self.send_ready(values, None)?;
            if let Some(first) = values.pop_front() {
                if let Err(error) = self.send(first, Deadline::NEVER) {
                    match error {
                        SendTimeoutError::Timeout(first) | SendTimeoutError::Disconnected(first) => values.push_front(first),
                    }
                    return Err(SendError(()));
                }
                self.cold.step.take();
            }
        }
        Ok(())
    }

    /// Sends of `values` what there is room for, without waiting for more; at capacity 0 nothing. With `patience`, it does not sleep for the lock either.
    pub(crate) fn send_ready(&self, values: &mut VecDeque<T>, patience: Option<Patience>) -> Result<(), SendError<()>> {
        let mut lost = self.gaps(true, if patience.is_none() { Loser::Waits(Deadline::NEVER) } else { Loser::Attempts });
        while !values.is_empty() && !self.is_rendezvous() {
            match self.ring.push_many(values, &mut lost) {
                Ok((_, flags)) => self.after_push(flags),
                Err(Refused::Closed) => return Err(SendError(())),
                Err(refused) if self.spills(refused) => return self.spill_many(values, patience),
                Err(_) => break,
            }
            if !values.is_empty() {
                self.cold.step.take();
            }
        }
        Ok(())
    }

    /// Waits for a first value, then takes what else is there, up to `max` in all.
    pub(crate) fn recv_many(&self, values: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        if max == 0 {
            return Ok(0);
        }
        let start = values.len();
        if self.take_ready(values, max, Patience::Thread) == 0 {
            let first = self.recv(Deadline::NEVER).map_err(|error| match error {
                RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => RecvError,
            })?;
            values.push(first);
            self.cold.step.take();
            self.take_ready(values, max - 1, Patience::Thread);
        }
        Ok(values.len() - start)
    }

    /// Takes what is there, up to `max`, without waiting. Answers how many. What comes meanwhile is taken as well, but not for ever: senders may be as fast.
    pub(crate) fn take_ready(&self, values: &mut Vec<T>, max: usize, patience: Patience) -> usize {
        let start = values.len();
        let mut max = max;
        let mut rounds = 0;
        let mut lost = self.gaps(false, Loser::Attempts);
        while values.len() - start < max {
            if values.len() > start {
                self.cold.step.take();
            }
            let left = max - (values.len() - start);
            if self.is_rendezvous() {
                match self.take_met(patience) {
                    Some(value) => values.push(value),
                    None => break,
                }
            } else {
                // Room first: a push that allocates could panic while values are in between.
                values.reserve(left.min(self.ring.len()));
                let room = left.min(values.capacity() - values.len());
                let (taken, head) = self.ring.pop_many(room, |value| values.push(value), &mut lost);
                if taken > 0 {
                    self.after_pop(head);
                } else if let Some(value) = self.take_first(Loser::Attempts) {
                    values.push(value); // after slots that were given up
                } else if !self.unspill(Some(patience)) {
                    break;
                }
            }
            rounds += 1;
            if rounds % ROUNDS == 0 {
                max = max.min((values.len() - start).saturating_add(self.there(patience)));
            }
        }
        values.len() - start
    }

    /// How many values are there now; at capacity 0, of how many senders. No limit while some are there without their senders, as for each of those a future
    /// was dropped. 0 if that is not to be found out.
    #[cold]
    fn there(&self, patience: Patience) -> usize {
        if !self.is_rendezvous() {
            return self.len();
        }
        let Some(mut guard) = self.try_lock(patience) else { return 0 };
        guard.with(|lists| if lists.has_stashed() { usize::MAX } else { lists.tx.count() })
    }

    /// Takes the value of a sender of capacity 0 that waits. A task does not wait for a select that has to be called.
    fn take_met(&self, patience: Patience) -> Option<T> {
        match patience {
            Patience::Thread => self.try_recv().ok(),
            Patience::Task | Patience::TaskAlone => {
                self.finish_recv(self.win_recv(ptr::null(), Manner { patience, hold: Holding::None })?).ok()
            }
        }
    }

    /// Takes what is there now.
    pub(crate) fn drain(&self, values: &mut Vec<T>) {
        if self.is_rendezvous() {
            // Nothing tells how many senders wait; each that is served goes, and comes again at the end of the queue at best.
            self.take_ready(values, usize::MAX, Patience::Thread);
            return;
        }
        let end = values.len() + self.len();
        loop {
            self.take_ready(values, end - values.len(), Patience::Thread);
            if values.len() >= end {
                return;
            }
            // Others took the rest, or it is on its way into the ring: an attempt tells the one from the other.
            let Ok(value) = self.try_recv() else { return };
            values.push(value);
        }
    }

    /// Sends without waiting, evicting the oldest value if there is no room. At capacity 0, and where a select holds the oldest place, that is
    /// `value` itself.
    pub(crate) fn force_send(&self, value: T) -> Result<Option<T>, SendError<T>> {
        if self.is_rendezvous() {
            return match self.try_send(value) {
                Ok(()) => Ok(None),
                Err(TrySendError::Full(value)) => Ok(Some(value)),
                Err(TrySendError::Disconnected(value)) => Err(SendError(value)),
            };
        }
        if self.cold.unbounded {
            let sent = match self.try_send(value) {
                Err(TrySendError::Full(value)) => self.spill(value, None).map(|_| ()), // there is room, but for a thread that was stopped
                sent => sent,
            };
            return sent.map(|()| None).map_err(|error| SendError(error.into_inner()));
        }
        let mut lag = Lag::new();
        match self.ring.push_evict(value, || lag.wait()) {
            Ok(forced) => {
                self.after_push(forced.flags);
                self.skip(); // what was given up behind the evicted value is room now
                Ok(forced.evicted)
            }
            Err((value, Refused::Full)) => Ok(Some(value)), // behind a held place there is nothing to evict: no room, as at capacity 0
            Err((value, _)) => Err(SendError(value)),
        }
    }
}
