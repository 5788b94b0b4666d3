//! A queue of waiters, first come first served, that allocates nothing: the nodes live on the waiting frames.
//!
//! 1. A waiter is linked in at most one queue; its links are touched only under the lock of the channel that owns the queue.
//! 2. A linked waiter does not move and is not freed: its owner unlinks it under that lock, or has seen it claimed.
//! 3. `head` and `tail` are both null or both not. `placed` is how many linked waiters have a place.
//! 4. The first waiter's `prev` says only that it is linked. So taking the first one out, which is what happens with every message, leaves the
//!    second alone: its owner is looking at that cache line.

#![allow(unsafe_code)] // the intrusive links

use super::claim::Claim;
use super::phase::Phase;
use super::waker::Waker;
use super::won::Won;
use crate::sync::Cell;
use core::marker::PhantomPinned;
use core::ptr;

/// One operation in a queue.
#[derive(Debug)]
pub(crate) struct Waiter {
    claim: *const Claim,
    arm: usize,
    /// Where the value is taken from or put at a handoff; null if the operation must be tried again instead.
    place: *mut (),
    links: Cell<Links>,
    /// Its number in the order of service. Written by who serves it; asked for by receivers.
    turn: Cell<u64>,
    _pinned: PhantomPinned,
}

/// `prev` of a waiter that is in no queue. (No field of its own, so that a waiter, its claim word and a small value fit a cache line.)
const UNLINKED: *const Waiter = ptr::without_provenance(1);

#[derive(Debug)]
struct Links {
    prev: *const Waiter,
    next: *const Waiter,
}

impl Waiter {
    /// Stands for `arm` of the operation that `claim` decides. Both pointers must stay valid as long as the waiter is linked.
    #[inline]
    pub(crate) fn new(claim: *const Claim, arm: usize, place: *mut ()) -> Waiter {
        let links = Links { prev: UNLINKED, next: ptr::null() };
        Waiter { links: Cell::new(links), turn: Cell::new(0), claim, arm, place, _pinned: PhantomPinned }
    }
}

impl Waiter {
    /// The arm of the operation that it stands for.
    #[inline]
    pub(crate) fn arm(&self) -> usize {
        self.arm
    }

    /// Whether it is in a queue. Under the lock.
    #[inline]
    pub(crate) fn is_linked(&self) -> bool {
        // SAFETY: links are the holder's (invariant 1), in a queue or not.
        self.links.with_mut(|links| unsafe { (*links).prev != UNLINKED })
    }

    /// Writes its number in the order of service.
    ///
    /// # Safety
    /// The caller serves it: it is in its queue, or was just taken out, under the lock; or it has risen from the seat. (Its operation may be decided, but not by
    /// way of this waiter: so nobody asks for the number.)
    #[inline(always)]
    pub(super) unsafe fn number(&self, turn: u64) {
        // SAFETY: the caller's promise: nobody else serves it, and its owner asks only after the DONE that comes of that.
        self.turn.with_mut(|own| unsafe { *own = turn });
    }

    /// Says what was decided. Answers the waker, which is to be woken once no lock is held.
    ///
    /// # Safety
    /// As for `Claim::decide`, or, of a thread, `Claim::decide_awake`.
    #[inline(always)]
    pub(super) unsafe fn decide(waiter: *const Waiter, phase: impl FnOnce(usize) -> Phase, thread: bool) -> Option<Waker> {
        // SAFETY: the claim is alive as long as the waiter; the caller's promise.
        unsafe {
            let (claim, phase) = ((*waiter).claim, phase((*waiter).arm));
            match thread {
                true => Claim::decide_awake(claim, phase),
                false => Claim::decide(claim, phase),
            }
        }
    }

    /// Whether a thread waits. For the owner.
    #[inline(always)]
    pub(super) fn is_of_thread(&self) -> bool {
        // SAFETY: alive as long as the waiter.
        unsafe { (*self.claim).is_of_thread() }
    }

    pub(crate) fn place(&self) -> *mut () {
        self.place
    }

    /// Its number in the order of service. For the owner, once its claim is DONE.
    pub(crate) fn turn(&self) -> u64 {
        // SAFETY: decided, so it is the owner's.
        self.turn.with_mut(|turn| unsafe { *turn })
    }
}

/// Whether who has the number `turn` was served before who has `other`. The upper half counts those served at the seat, the lower one those from the queue;
/// it is 0 for who sat. Both may wrap.
pub(crate) fn is_before(turn: u64, other: u64) -> bool {
    let since = ((other >> 32) as u32).wrapping_sub((turn >> 32) as u32) as i32;
    match (turn as u32, other as u32) {
        _ if since != 0 => since > 0,
        (_, 0) => false,
        (0, _) => true,
        (turn, other) => (other.wrapping_sub(turn) as i32) > 0,
    }
}

/// A waiter that was taken out of its queue and won: its place, and the right to finish.
#[must_use]
#[derive(Debug)]
pub(crate) struct Chosen {
    /// The waiter's `place`.
    pub(crate) place: *mut (),
    /// The right to finish it.
    pub(crate) won: Won,
}

/// First come, first served. Its methods are called under the lock of the channel that owns it.
#[derive(Debug)]
pub(crate) struct Queue {
    head: *const Waiter,
    tail: *const Waiter,
    /// How many were ever chosen; it skips 0, see `is_before`.
    chosen: u32,
    /// How many of those in it have a place.
    placed: u32,
}

// SAFETY: the queue is inside a lock; its nodes are waiters, whose links the lock guards, and whose claims are `Sync`.
unsafe impl Send for Queue {}

impl Queue {
    pub(crate) const fn new() -> Queue {
        Queue { head: ptr::null(), tail: ptr::null(), chosen: 0, placed: 0 }
    }

    /// The number, in the order of service, of who was chosen last; `met` were served at the seat by then.
    pub(crate) fn turn(&self, met: u32) -> u64 {
        u64::from(met) << 32 | u64::from(self.chosen)
    }

    /// Whether anybody's value can be moved at once.
    #[inline]
    pub(crate) fn any_placed(&self) -> bool {
        self.placed != 0
    }

    /// Its hints for the lock's word: `has` if anybody is in it, and `placed` if anybody's value can be moved at once.
    #[inline(always)]
    pub(crate) fn hints(&self, has: u64, placed: u64) -> u64 {
        match self.is_empty() {
            true => 0,
            false if self.any_placed() => has | placed,
            false => has,
        }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_null()
    }

    /// Appends `waiter`.
    ///
    /// # Safety
    /// `waiter` is in no queue, and stays where it is until it is popped by a successful claim or removed (invariant 2).
    #[inline]
    pub(crate) unsafe fn push_back(&mut self, waiter: &Waiter) {
        let tail = self.tail;
        waiter.links.with_mut(|links| {
            // SAFETY: an unlinked waiter's links are its owner's, who calls this.
            let links = unsafe { &mut *links };
            debug_assert_eq!(links.prev, UNLINKED);
            *links = Links { prev: tail, next: ptr::null() };
        });
        match tail.is_null() {
            true => self.head = waiter,
            // SAFETY: linked nodes are alive and their links are ours under the lock (invariants 1, 2).
            false => unsafe { (*tail).links.with_mut(|links| (*links).next = waiter) },
        }
        self.tail = waiter;
        self.placed += u32::from(!waiter.place.is_null());
    }

    /// Puts `waiter` first: one that was woken in vain keeps its turn.
    ///
    /// # Safety
    /// As for `push_back`.
    pub(crate) unsafe fn push_front(&mut self, waiter: &Waiter) {
        let head = self.head;
        waiter.links.with_mut(|links| {
            // SAFETY: as in `push_back`.
            let links = unsafe { &mut *links };
            debug_assert_eq!(links.prev, UNLINKED);
            *links = Links { prev: ptr::null(), next: head };
        });
        match head.is_null() {
            true => self.tail = waiter,
            // SAFETY: as in `push_back`.
            false => unsafe { (*head).links.with_mut(|links| (*links).prev = waiter) },
        }
        self.head = waiter;
        self.placed += u32::from(!waiter.place.is_null());
    }

    /// Takes `waiter` out if it is in. Answers whether it was.
    ///
    /// # Safety
    /// `waiter` is in this queue or in none.
    #[inline]
    pub(crate) unsafe fn remove(&mut self, waiter: &Waiter) -> bool {
        if !waiter.is_linked() {
            return false;
        }
        if ptr::eq(self.head, waiter) {
            self.remove_first(waiter);
            return true;
        }
        let Links { prev, next } = self.unlink(waiter);
        // SAFETY: it is not the first, so this is its neighbour (invariant 4), which is linked, hence alive (invariant 2).
        unsafe { (*prev).links.with_mut(|links| (*links).next = next) };
        match next.is_null() {
            true => self.tail = prev,
            // SAFETY: as above.
            false => unsafe { (*next).links.with_mut(|links| (*links).prev = prev) },
        }
        true
    }

    /// Takes out `waiter`, which is the first.
    #[inline(always)]
    fn remove_first(&mut self, waiter: &Waiter) {
        debug_assert!(ptr::eq(self.head, waiter));
        let next = self.unlink(waiter).next;
        self.head = next;
        if next.is_null() {
            self.tail = next;
        }
    }

    /// Marks `waiter`, which is in this queue, as out of it. Answers its neighbours.
    #[inline(always)]
    fn unlink(&mut self, waiter: &Waiter) -> Links {
        self.placed -= u32::from(!waiter.place.is_null());
        // SAFETY: links are ours under the lock (invariant 1).
        waiter.links.with_mut(|links| unsafe { Links { prev: ptr::replace(&mut (*links).prev, UNLINKED), next: (*links).next } })
    }

    /// Takes out the first waiter whose claim can still be won, and wins it. Those that were decided elsewhere (another arm, a
    /// timeout) are dropped from the queue on the way.
    #[inline]
    pub(crate) fn choose(&mut self) -> Option<Chosen> {
        self.choose_where(false, 0, |_| true)
    }

    /// The place of the first waiter, if it is of a future that sleeps and waits for this channel alone; and whether nobody else is in the queue.
    #[inline(always)]
    pub(crate) fn first_task(&self) -> Option<(*mut (), bool)> {
        if self.head.is_null() {
            return None;
        }
        // SAFETY: a linked waiter is alive, and its claim with it (invariant 2).
        let (waiter, asleep) = unsafe { (&*self.head, (*(*self.head).claim).is_of_sleeping_task()) };
        asleep.then(|| (waiter.place, ptr::eq(self.head, self.tail)))
    }

    /// Takes out the waiter of `first_task`, and says what was decided. Answers its waker.
    ///
    /// # Safety
    /// `first_task` has answered, under the same lock; and the place is as the phase says.
    #[inline(always)]
    pub(crate) unsafe fn decide_first_task(&mut self, phase: impl FnOnce(usize) -> Phase) -> Option<Waker> {
        // SAFETY: the caller's promise: linked, hence alive (invariant 2), and a sleeping task's, which nobody has decided.
        unsafe {
            let waiter = &*self.head;
            self.remove_first(waiter);
            Claim::decide(waiter.claim, phase(waiter.arm))
        }
    }

    /// As `decide_first_task`, of a receiver, which is DONE; `met` were served at the seat before.
    ///
    /// # Safety
    /// As for `decide_first_task`.
    #[inline(always)]
    pub(crate) unsafe fn decide_first_receiver(&mut self, met: u32) -> Option<Waker> {
        self.chosen = self.chosen.wrapping_add(1).max(1);
        // SAFETY: the caller's promise: linked, hence alive (invariant 2).
        unsafe {
            (*self.head).number(self.turn(met));
            self.decide_first_task(Phase::Done)
        }
    }

    /// As `choose`, among the waiters whose value can be moved at once, but for those of `own`, an operation that must not meet itself.
    #[inline]
    pub(crate) fn choose_placed(&mut self, own: *const Claim, hold: bool) -> Option<Chosen> {
        self.choose_where(hold, 0, |waiter| !waiter.place.is_null() && waiter.claim != own)
    }

    /// As `choose_placed`, of receivers; `met` were served at the seat before.
    #[inline]
    pub(crate) fn choose_receiver(&mut self, own: *const Claim, hold: bool, met: u32) -> Option<Chosen> {
        self.choose_where(hold, met, |waiter| !waiter.place.is_null() && waiter.claim != own)
    }

    /// As `choose`, among the waiters that have to try again themselves, but for those of `own`.
    #[inline]
    pub(crate) fn choose_lazy(&mut self, own: *const Claim) -> Option<Chosen> {
        self.choose_where(false, 0, |waiter| waiter.place.is_null() && waiter.claim != own)
    }

    /// Whether anybody but `own` waits.
    pub(crate) fn has_other(&self, own: *const Claim) -> bool {
        self.has(|waiter| waiter.claim != own)
    }

    /// Whether anybody but `own` waits whose value can be moved at once.
    pub(crate) fn has_placed(&self, own: *const Claim) -> bool {
        self.has(|waiter| !waiter.place.is_null() && waiter.claim != own)
    }

    /// How many are in it; counted one by one.
    pub(crate) fn count(&self) -> usize {
        let mut count = 0;
        self.has(|_| {
            count += 1;
            false
        });
        count
    }

    fn has(&self, mut fits: impl FnMut(&Waiter) -> bool) -> bool {
        let mut next = self.head;
        while !next.is_null() {
            // SAFETY: a linked waiter is alive (invariant 2).
            let waiter = unsafe { &*next };
            if fits(waiter) {
                return true;
            }
            // SAFETY: links are ours under the lock (invariant 1).
            next = waiter.links.with_mut(|links| unsafe { (*links).next });
        }
        false
    }

    #[inline(always)]
    fn choose_where(&mut self, hold: bool, met: u32, fits: impl Fn(&Waiter) -> bool) -> Option<Chosen> {
        let mut next = self.head;
        while !next.is_null() {
            // SAFETY: a linked waiter is alive, and its claim with it (invariant 2).
            let waiter = unsafe { &*next };
            // SAFETY: links are ours under the lock (invariant 1).
            next = waiter.links.with_mut(|links| unsafe { (*links).next });
            if !fits(waiter) {
                continue;
            }
            // SAFETY: it is in this queue.
            unsafe { self.remove(waiter) };
            self.chosen = self.chosen.wrapping_add(1).max(1);
            // SAFETY: taken out just now.
            unsafe { waiter.number(self.turn(met)) };
            let (claim, arm, place) = (waiter.claim, waiter.arm, waiter.place);
            // SAFETY: the lock is held and the waiter was linked under it until now; so the owner, which would have to take this
            // lock to leave, is still there.
            if let Some(won) = unsafe { (*claim).claim(arm, hold) } {
                return Some(Chosen { place, won });
            }
        }
        None
    }
}
