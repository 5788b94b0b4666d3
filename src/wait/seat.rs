//! A seat in the lock's word: a task that waits alone, or at capacity 0 a thread, sits there, and is served without the lock.
//!
//! ```text
//!            ┌─────────────────────── serve ────────────────────────┐
//!            ▼                                                      │
//!   word:    0 ─ sit ─▶ address of its waiter | SENDER? | THREAD? ──┤
//!            ▲                                                      │ somebody takes the lock
//!            └── release ── LOCKED; the holder enlists it first ◀───┘
//! ```
//!
//! 1. Who sits was alone: the word was 0. So the lock was free, nobody was in the queues, and no value was left behind. Whoever comes later, and does not
//!    serve it, takes the lock, and enlists it before anything else. So everybody finds it, and it keeps its turn.
//! 2. The exchange that serves a waiter gives it to the server; it is in no queue then. Until it is decided its owner, which looks under the lock, finds it not
//!    linked, and leaves it alone. So a task's claim word, PARKED, is stored; a thread's is exchanged, as the thread may go to sleep meanwhile.
//! 3. Between a look and the exchange the waiter may be gone, and another sit at its address. Then that one is served: nothing was read of the first.
//! 4. SHUT stays: nobody sits any more. The channel is closed, or its waiters are counted (see `Chan::version`).
//! 5. Where an address has more bits than there is room for (it has a tag, say), nobody sits; all enlist. (So who could not sit down takes the lock, whatever
//!    the reason was.)

#![allow(unsafe_code)] // waiters by their addresses

use super::lock::{Lock, HAS_RX, HAS_TX, HINTS, LOCKED, PLACED_RX, PLACED_TX};
use super::{Phase, Waiter, Waker};
use crate::sync::{InOrder, Ordering};
use core::ptr;

/// Who sits is a sender.
pub(super) const SENDER: u64 = 64;
/// Nobody sits any more.
pub(super) const SHUT: u64 = 128;
/// The flags are below an address.
const SHIFT: u32 = 8;
/// Who sits is a thread. (In the address, whose lowest bit is 0.)
const THREAD: u64 = 1 << SHIFT;
const _: () = assert!(align_of::<Waiter>() > 1);
/// From here on a word holds an address; below, hints.
pub(super) const LOWEST: u64 = 4096 << SHIFT;

/// What a word says of who waits; if it is locked, of who waited when the lock was taken.
#[inline(always)]
pub(super) fn hints_of(word: u64) -> u64 {
    match word {
        _ if word < LOWEST => word & HINTS,
        _ if word & SENDER != 0 => HAS_TX | PLACED_TX,
        _ => HAS_RX | PLACED_RX,
    }
}

#[inline(always)]
fn word_of(address: u64, sending: bool, thread: bool) -> u64 {
    address << SHIFT | if sending { SENDER } else { 0 } | if thread { THREAD } else { 0 }
}

/// Who waits of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Waits {
    /// Nobody did at that moment.
    Nobody,
    /// Somebody, alone.
    Seated(Seated),
    /// The lock knows.
    Others,
}

/// Somebody who seems to sit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seated(pub(super) u64);

impl Seated {
    fn waiter(self) -> *const Waiter {
        ptr::with_exposed_provenance(((self.0 & !THREAD) >> SHIFT) as usize)
    }

    pub(crate) fn is_thread(self) -> bool {
        self.0 & THREAD != 0
    }

    /// The cache line of its waiter.
    #[inline(always)]
    pub(crate) fn line(self) -> *const () {
        self.waiter().cast()
    }
}

#[cfg(all(test, not(loom)))]
thread_local! {
    /// For a test: as if this thread's addresses had tags.
    pub(crate) static TAGGED: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
}

#[inline(always)]
fn fits(address: u64, seated: u64) -> bool {
    #[cfg(all(test, not(loom)))]
    if TAGGED.get() {
        return false;
    }
    (seated & !THREAD) >> SHIFT == address
}

impl Lock {
    /// Sits down, if nobody waits. Answers whether.
    ///
    /// # Safety
    /// `waiter` is in no queue, of a `parked` claim or of a thread's, and stays where it is until it is decided, has risen, or was taken out of its queue
    /// under the lock.
    #[inline(always)]
    pub(crate) unsafe fn sit(&self, waiter: &Waiter, sending: bool) -> bool {
        let address = ptr::from_ref(waiter).expose_provenance() as u64;
        let seated = word_of(address, sending, waiter.is_of_thread());
        if self.word.load(Ordering::Relaxed) != 0 // ORDERING: a hint; the exchange decides
            || !fits(address, seated)
        {
            return false;
        }
        // ORDERING: Release publishes the waiter, its claim and its place to the Acquire of who serves or takes the lock; Acquire: who was the last to
        // wait, and took with it what it had set in the ring's words, is seen. SeqCst as in `who_waits`.
        self.word.compare_exchange(0, seated, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    /// Gives the seat up again. `false`: who sat is being served, or was enlisted.
    #[cold]
    pub(crate) fn rise(&self, waiter: &Waiter, sending: bool) -> bool {
        let seated = word_of(ptr::from_ref(waiter).expose_provenance() as u64, sending, waiter.is_of_thread());
        // ORDERING: nobody has touched the waiter: so SeqCst only because all exchanges of the word are, see `who_waits`. (SHUT may have come.)
        let rises = |word| self.word.compare_exchange(word, word & SHUT, Ordering::SeqCst, Ordering::Relaxed).is_ok();
        rises(seated) || rises(seated | SHUT)
    }

    /// Who waits of the side that is asked for: after a change in the ring that was an exchange (SeqCst).
    #[inline(always)]
    pub(crate) fn who_waits(&self, sending: bool) -> Waits {
        // Whoever begins to wait after *nobody* was read sits down, or takes the lock, by an exchange (SeqCst), and then looks into the ring (in order): so
        // it sees the change. (All exchanges of the word are SeqCst: so it is plain that nothing older than them is read here.)
        let word = self.word.load_in_order();
        let (side, has) = if sending { (SENDER, HAS_TX) } else { (0, HAS_RX) };
        match word {
            _ if word & LOCKED != 0 => Waits::Others,
            _ if word < LOWEST => {
                if word & has == 0 {
                    Waits::Nobody
                } else {
                    Waits::Others
                }
            }
            _ if word & SENDER == side => Waits::Seated(Seated(word)),
            _ => Waits::Nobody,
        }
    }

    /// Has who is seated rise, to be served: it is the caller's from now on, until `Serving::end`. `None`: it does not sit any more.
    #[inline(always)]
    pub(crate) fn serve_seated(&self, seated: Seated) -> Option<Serving> {
        // ORDERING: Acquire pairs with the Release of `sit`. Release: who takes the lock later knows what was done before this
        // (turns). SeqCst: see `who_waits`.
        let risen = self.word.compare_exchange(seated.0, seated.0 & SHUT, Ordering::SeqCst, Ordering::Relaxed);
        risen.is_ok().then(|| Serving { waiter: seated.waiter(), thread: seated.is_thread() })
    }

    /// For who has just taken the lock: who sat, and whether it is a sender. It has risen by that, and is to be enlisted before anything else.
    #[inline(always)]
    pub(crate) fn seated(&self) -> Option<(*const Waiter, bool)> {
        let word = self.word.load(Ordering::Relaxed); // ORDERING: the lock is held: only flags are added
        (word >= LOWEST).then(|| (Seated(word).waiter(), word & SENDER != 0))
    }

    /// From now on nobody sits down.
    pub(crate) fn shut_seat(&self) {
        // ORDERING: Relaxed: a hint; `sit` and the exchange below are of one word.
        if self.word.load(Ordering::Relaxed) & SHUT == 0 {
            // ORDERING: Acquire: what was done before the last release is seen, as by a look at the hints. Release keeps that for others. SeqCst: see
            // `who_waits`.
            self.word.fetch_or(SHUT, Ordering::SeqCst);
        }
    }
}

/// Who sat and is being served.
#[must_use]
pub(crate) struct Serving {
    waiter: *const Waiter,
    thread: bool,
}

impl Serving {
    fn waiter(&self) -> &Waiter {
        // SAFETY: it stays where it is until it is decided, which only `end` does.
        unsafe { &*self.waiter }
    }

    /// The waiter's place, which is the server's.
    #[inline(always)]
    pub(crate) fn place(&self) -> *mut () {
        self.waiter().place()
    }

    /// For a receiver, before the end: its number in the order of service.
    ///
    /// # Safety
    /// It is a receiver; so nobody asks for the number before the end.
    #[inline(always)]
    pub(crate) unsafe fn number(&self, turn: u64) {
        // SAFETY: the caller's promise; and it is being served, by us alone.
        unsafe { self.waiter().number(turn) };
    }

    /// Says what was decided. Answers the waker, which is to be woken.
    #[inline(always)]
    pub(crate) fn end(self, phase: impl FnOnce(usize) -> Phase) -> Option<Waker> {
        // SAFETY: alive, as above; in no queue, and ours.
        unsafe { Waiter::decide(self.waiter, phase, self.thread) }
    }
}
