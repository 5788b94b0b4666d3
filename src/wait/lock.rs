//! The channel's cold lock: taken only where somebody waits, and never waited for by whoever only wants to wake.
//!
//! ```text
//!   word:  LOCKED | CROWDED (threads sleep at the gate) | WAKE_RX | WAKE_TX (requests to the holder; anew) | SHUT
//!          and HAS_RX | HAS_TX | PLACED_RX | PLACED_TX, or the address of who waits alone | SENDER | THREAD (see `seat`)
//! ```
//!
//! 1. Who finds LOCKED clear when setting it holds the lock.
//! 2. A request is an RMW on the same word. If LOCKED was set, the holder has not released yet, and its release, an RMW too,
//!    will see the request; if not, the requester now holds the lock. So waking never waits for a frozen holder.
//! 3. While the lock is free and nobody sits, HAS_RX and HAS_TX say whether a receiver or a sender is enlisted; PLACED_RX and PLACED_TX, whether one whose
//!    value can be moved at once (a stashed value counts as such a sender). The release writes them, at no cost of its own, for attempts that must not
//!    sleep.
//!
//! What made the constants of the gaps what they are: `docs/tuning.md`.

use super::crowd::GAPS;
use super::lag::{Lag, Patience};
use super::seat::{hints_of, SHUT};
use super::spin::pause_for;
use crate::sync::{fetch_early, pause, AtomicU64, Gate, Ordering, MODEL};
use core::ptr;

pub(super) const LOCKED: u64 = 1;
const CROWDED: u64 = 2;
/// Request: wake one receiver.
pub(crate) const WAKE_RX: u64 = 4;
/// Request: wake one sender.
pub(crate) const WAKE_TX: u64 = 8;
/// Request: wake one receiver; who was told before has come in vain.
pub(crate) const WAKE_RX_ANEW: u64 = WAKE_RX | 16;
/// Request: wake one sender; who was told before has come in vain.
pub(crate) const WAKE_TX_ANEW: u64 = WAKE_TX | 32;
const REQUESTS: u64 = WAKE_RX_ANEW | WAKE_TX_ANEW;
/// A receiver is enlisted.
pub(crate) const HAS_RX: u64 = 256;
/// A sender is enlisted.
pub(crate) const HAS_TX: u64 = 512;
/// A receiver is enlisted that has a place for a value.
pub(crate) const PLACED_RX: u64 = 1024;
/// A sender is enlisted that has a value.
pub(crate) const PLACED_TX: u64 = 2048;
pub(super) const HINTS: u64 = HAS_RX | HAS_TX | PLACED_RX | PLACED_TX;

/// How long a task that finds the lock held leaves it alone before it looks again, and how often. Meanwhile the holder, and what runs on its thread after
/// that, has the channel to itself: so tasks on two threads are as fast at one channel as on one (amt_mpmc_1 316 to 74 ns). Not so the only task of its
/// side: the others would soon wait for it (amt_mpsc_1 125 to 102).
const TASK_GAP_NS: u32 = 5_000;
const TASK_GAPS: u32 = 2;
/// At a ring of this many slots or more, others work for a while without the lock; but in a gap of that length they fill it, or empty it, and then wait for
/// the task that leaves it alone. So there is one gap there, a shorter one (amt_mpsc_128 17.1 to 10.7 ns; with 4 slots it loses: amt_mpmc_4 53 to 88).
const LONG_RING: usize = 8;
const LONG_RING_GAP_NS: u32 = 500;

/// How often `lock` looks before it sleeps.
const LOOKS: u32 = if MODEL { 1 } else { 100 };

/// What a release leaves in the word, which was `word` before.
#[inline(always)]
pub(super) fn released(word: u64, hints: u64) -> u64 {
    hints | word & SHUT
}

/// The lock's word and gate; what it guards stands beside it in the channel.
#[derive(Debug)]
#[repr(C)] // the word last, beside what it guards
pub(crate) struct Lock {
    gate: Gate,
    pub(super) word: AtomicU64,
}

/// Where in a `Lock` its word is.
pub(crate) const WORD_AT: usize = core::mem::offset_of!(Lock, word);

impl Lock {
    pub(crate) fn new() -> Lock {
        Lock { word: AtomicU64::new(0), gate: Gate::new() }
    }

    /// Asks for the word's cache line, which is about to be looked at and then written.
    #[inline(always)]
    pub(crate) fn fetch_early(&self) {
        fetch_early(ptr::from_ref(&self.word).cast());
    }

    /// Takes the lock if it is free.
    #[inline]
    pub(crate) fn take_if_free(&self) -> bool {
        // No look first: that would fetch the cache line a second time (to read, then to write) whenever another core had it last.
        // Setting the bit of a lock that is held changes nothing.
        // ORDERING: SeqCst as in `grab`.
        self.word.fetch_or(LOCKED, Ordering::SeqCst) & LOCKED == 0
    }

    #[inline]
    fn grab(&self) -> bool {
        let word = self.word.load(Ordering::Relaxed); // ORDERING: a hint; the exchange decides
        word & LOCKED == 0
            // ORDERING: Acquire pairs with the Release in `try_release`: what the last holder wrote is seen. SeqCst: who finds nothing in the ring
            // after this, and enlists, is found by who changes that and then looks at the word (see `seat`).
            && self.word.compare_exchange(word, word | LOCKED, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    /// Takes the lock, sleeping if need be.
    #[inline]
    pub(crate) fn lock(&self) {
        if !self.take_if_free() {
            self.lock_slow();
        }
    }

    /// As `lock`. Whenever the lock is found held it calls `lost_turn`, which leaves it alone for a while, and answers whether: not if the thread leads (see
    /// `crowd`).
    #[inline]
    pub(crate) fn lock_in_turn(&self, lost_turn: impl FnMut() -> bool) {
        if !self.take_if_free() && !self.grab_in_turn(lost_turn) {
            self.lock_slow();
        }
    }

    #[cold]
    #[inline(never)]
    fn grab_in_turn(&self, mut lost_turn: impl FnMut() -> bool) -> bool {
        (0..GAPS).take_while(|_| !MODEL && lost_turn()).any(|_| self.grab())
    }

    #[cold]
    fn lock_slow(&self) {
        for _ in 0..LOOKS {
            pause();
            if self.grab() {
                return;
            }
        }
        // CROWDED goes in with the attempt, so that the holder's release opens the gate. A thread that gets the lock leaves it set: others may be asleep.
        // ORDERING: SeqCst as in `grab`.
        self.gate.pass(|| self.word.fetch_or(LOCKED | CROWDED, Ordering::SeqCst) & LOCKED == 0);
    }

    /// Tries to take the lock of a channel with `slots`, for as long as a bounded attempt may wait for a holder that has lost its processor.
    #[inline]
    pub(crate) fn try_lock(&self, patience: impl FnOnce() -> Patience, slots: usize) -> bool {
        self.take_if_free() || self.try_lock_slow(patience(), slots)
    }

    #[cold]
    fn try_lock_slow(&self, patience: Patience, slots: usize) -> bool {
        let (gaps, length) = gaps(patience, slots);
        for _ in 0..gaps {
            if pause_for(length) && self.grab() {
                return true;
            }
        }
        let mut lag = Lag::new();
        while lag.wait_bounded(patience) {
            if self.grab() {
                return true;
            }
        }
        // The last word is an RMW, so that a refusal means that the lock was held at that moment.
        self.take_if_free()
    }

    /// Asks that somebody be woken. `true`: the caller holds the lock now and serves the request itself by releasing.
    #[inline]
    pub(crate) fn request(&self, requests: u64) -> bool {
        // ORDERING: Release: the holder that takes the request sees the caller's operation; SeqCst: as in `grab`.
        self.word.fetch_or(LOCKED | requests, Ordering::SeqCst) & LOCKED == 0
    }

    /// For a test: as if somebody asked as soon as the lock was taken.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn ask_in_advance(&self, requests: u64) {
        self.word.fetch_or(requests, Ordering::SeqCst); // ORDERING: as in `request`
    }

    /// Holder: releases the lock if there is no request left, leaving `hints`; else takes the requests and holds on.
    #[inline(always)]
    pub(crate) fn try_release(&self, hints: u64) -> Result<(), u64> {
        // ORDERING: Relaxed: the exchange decides.
        let word = self.word.load(Ordering::Relaxed);
        // Mostly nobody has asked for anything, and nobody sleeps at the gate.
        // ORDERING: Release publishes what was written under the lock; nothing was asked for, so there is nothing to acquire. SeqCst, as all exchanges of the
        // word are: so nothing depends on how SeqCst and weaker accesses mix (see `who_waits`).
        if word & (REQUESTS | CROWDED) == 0
            && self.word.compare_exchange(word, released(word, hints), Ordering::SeqCst, Ordering::Relaxed).is_ok()
        {
            return Ok(());
        }
        self.try_release_asked(hints)
    }

    #[cold]
    #[inline(never)]
    fn try_release_asked(&self, hints: u64) -> Result<(), u64> {
        let mut word = self.word.load(Ordering::Relaxed); // ORDERING: the exchange below decides
        loop {
            let requests = word & REQUESTS;
            let next = if requests != 0 { word & !REQUESTS } else { released(word, hints) };
            // ORDERING: Release and SeqCst as above; Acquire pairs with the Release of `request`.
            match self.word.compare_exchange(word, next, Ordering::SeqCst, Ordering::Relaxed) {
                Err(now) => word = now,
                Ok(_) if requests != 0 => return Err(requests),
                Ok(_) => {
                    if word & CROWDED != 0 {
                        self.gate.open();
                    }
                    return Ok(());
                }
            }
        }
    }

    /// What was enlisted as of the last release, or `None` while the lock is held.
    #[inline]
    pub(crate) fn hints(&self) -> Option<u64> {
        // ORDERING: SeqCst: on the failing path of `try_*`, so that two threads which each sent and then look at the other's channel
        // cannot both miss. A plain load on most machines.
        let word = self.word.load(Ordering::SeqCst);
        (word & LOCKED == 0).then(|| hints_of(word))
    }
}

/// How often a held lock of a channel with `slots` is left alone, and for how long each time.
pub(super) fn gaps(patience: Patience, slots: usize) -> (u32, u32) {
    match patience {
        Patience::Thread => (0, 0),
        _ if slots >= LONG_RING => (1, LONG_RING_GAP_NS),
        Patience::TaskAlone => (0, 0),
        Patience::Task => (TASK_GAPS, TASK_GAP_NS),
    }
}
