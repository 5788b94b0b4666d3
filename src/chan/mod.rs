//! A channel: a ring, two wait queues behind a cold lock, and the flags that join them.
//!
//! ```text
//!   tail ─ CLOSED, receivers WAITED | WAKING ─┐            ┌─ lock ── queue of receivers ── waiter ── waiter
//!   head ─ senders   WAITED | WAKING ─────────┼── ring     │          queue of senders ──── waiter, or one at the `seat`
//!                                             │            │          queue of watchers
//!   fast path: one exchange, flags included ──┘            └─ values behind the ring (unbounded channels)
//! ```
//!
//! | what | files |
//! |---|---|
//! | a ring | `send`, `recv`; `first`: the right to the first value; `many`: batches, and `force_send`; `spill`: values behind the ring |
//! | a ring, lost exchanges | `gaps` |
//! | a ring, who waits | `request`: asking that somebody be woken; `serve`: what the holder of the lock does then |
//! | a ring, who was woken | `woken`: what it owes; `wake_order`: which of two is woken first |
//! | capacity 0 | `handoff`: threads; `meet`: tasks; `offer`: attempts; `lazy`: peers that have to be called; `stash`: what futures leave |
//! | both | `guard`: the lock, held; `seat`: who waits alone; `frame`: a frame that waits, and the place of its value |
//! | the end | `close`; `watch`: waiting for it; `shared`: the handles' counts, and the allocation |
//! | selects | `arms`: to win, then complete or give up; `words`: a small value in a token; `enlist`: to wait; `ready`: to look |
//! | tasks | `solo`: attempts that enlist; `soon`: a second attempt, after a gap |
//!
//! Invariants, for receivers; senders mirror them with the head and "room" for "value":
//!
//! 1. WAITED is in the tail if the queue of receivers is not empty, whenever the lock is free. (After a task it may be there although the queue is empty: see
//!    `serve`, 7, and `seat`, 3.)
//! 2. *No lost wake-up.* If there is a value and a receiver sleeps, then somebody is obliged to wake: a sender between its exchange
//!    (which saw WAITED without WAKING) and its request, a request that the holder of the lock has not served, or a woken receiver
//!    (WAKING) that has not looked yet.
//!    - A receiver enlists by setting WAITED with an RMW on the tail, whose old value shows every send that did not see the flag; if one is
//!      not received yet, the receiver does not sleep. (If WAITED is there already, the RMW of who set it will do: no send after that can miss it.)
//!    - WAKING is set, under the lock, before the chosen receiver can know; the receiver clears it with an RMW before it looks, whose old
//!      value shows every send that was spared the waking; if values are left and others wait, it requests the next wake-up.
//!    - A task that is chosen may never come: it is woken without WAKING, so that nobody is spared waking the next one (see `serve`).
//!    - A thread for which the operation was performed while it was asleep has WAKING to clear, too, and passes the wake-up on.
//!    - Who was woken and leaves without a value (timeout, another arm) does the same, and has what is there told anew.
//! 3. Wakers run after the lock is released; no value is dropped, cloned or compared under it. Nor does a waker run between the win of a claim, or of a slot,
//!    and its end, unless that is held (`arms`, 2): who ends a win without the lock leaves the requests of others for later (`Guard::release_owing`).
//! 4. CLOSED is permanent. A receiver answers *closed* only if the tail with CLOSED equals the head and nothing waits behind the ring.
//! 5. At capacity 0 nothing is ever in the ring: a value moves from the sender's frame to the receiver's, by whoever comes second, under
//!    a won claim. CLOSED is set under the lock there, so that under the lock it is exact.

mod arms;
mod close;
mod enlist;
mod first;
mod frame;
mod gaps;
mod guard;
mod handoff;
mod lazy;
mod many;
mod meet;
mod offer;
mod ready;
mod recv;
mod request;
mod seat;
mod send;
mod serve;
mod shared;
mod solo;
mod soon;
mod spill;
mod stash;
mod wake_order;
mod watch;
mod woken;
mod words;

pub(crate) use arms::{Head, Holding, Manner, Token};
pub(crate) use frame::{Frame, Place};
pub(crate) use meet::Met;
pub(crate) use shared::{channel, Side, Strong, Weak};
pub(crate) use solo::{Attempt, Sent};

use crate::ring::position::{CLOSED, SPILLED, WAITED, WAKING, WATCHED};
use crate::ring::{Ring, Slot};
use crate::sync::{next_id, AtomicU32, AtomicUsize, Cell, Ordering, Step, MODEL};
use crate::wait::{Crowd, Lock, Queue, Spin, Waiter};
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::{addr_of_mut, NonNull};
use guard::Guard;

/// How many slots an unbounded channel has; values that find them full wait behind the ring.
const UNBOUNDED_RING: usize = if MODEL { 1 } else { 128 };

/// A channel of any capacity.
pub(crate) struct Chan<T> {
    ring: Ring<T, Spin>,
    /// On cache lines of its own: the ring is aligned to some, and fills them.
    cold: Cold<T>,
}

/// What is touched only where somebody waits. The lock's word, `enlisted` and the two queues are one cache line, the second: at capacity 0
/// it travels with every message.
#[repr(C, align(64))]
struct Cold<T> {
    /// At capacity 0: a number of its own, by which selects lock several channels in one order.
    id: u64,
    /// How many values are in `Lists::spill`; written under the lock.
    spilled: AtomicUsize,
    unbounded: bool,
    /// Hardly ever written but where exchanges are lost all the time.
    crowd: Crowd,
    /// So that the lock's word begins a line.
    _pad: MaybeUninit<[u8; PAD]>,
    lock: Lock,
    /// At capacity 0, how many waiters ever enlisted; written under the lock.
    enlisted: AtomicU32,
    /// At capacity 0, how many receivers were served at the seat, but for threads.
    met: AtomicU32,
    lists: Cell<Lists<T>>,
    /// For coarse models.
    step: Step,
}

const PAD: usize = {
    let before = size_of::<u64>() + size_of::<AtomicUsize>() + size_of::<u32>() + size_of::<Crowd>() + crate::wait::lock::WORD_AT;
    before.next_multiple_of(64) - before
};
// The lock's word begins the second line. (The sizes of the gate's parts are the standard library's, and larger on some systems: then it begins the third.)
const _: () = {
    let known = cfg!(all(target_os = "linux", target_pointer_width = "64")) && !MODEL;
    assert!(!known || core::mem::offset_of!(Cold<u8>, lock) + crate::wait::lock::WORD_AT == 64);
};

/// What the lock guards.
#[repr(C)]
struct Lists<T> {
    rx: Queue,
    tx: Queue,
    watch: Queue,
    /// The values behind the ring, which are newer than those in it.
    spill: spill::Spill<T>,
    /// At capacity 0, what futures leave behind; made when the first one does.
    stash: Option<Box<stash::Stash<T>>>,
    /// Up to where receivers were told of values, and senders of room: see `serve`.
    told_rx: u64,
    told_tx: u64,
    order: wake_order::WakeOrder,
}

impl<T> Lists<T> {
    /// The queue of senders, or of receivers.
    #[inline(always)]
    fn of(&mut self, sending: bool) -> &mut Queue {
        if sending {
            &mut self.tx
        } else {
            &mut self.rx
        }
    }
}

#[allow(unsafe_code)]
// SAFETY: the ring is `Sync` for `T: Send`; `lists` is entered only through a `Guard`, whose holder has the lock.
unsafe impl<T: Send> Sync for Chan<T> {}
#[allow(unsafe_code)]
// SAFETY: as above; the waiters in the queues are touched under the lock, and their claims are `Sync`.
unsafe impl<T: Send> Send for Chan<T> {}

/// What an attempt to enlist found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enlisted {
    /// In the queue: sleep.
    Yes,
    /// There is something to take, or room, or about to be: try again.
    Again,
    /// The channel is closed and there is nothing more to wait for.
    Closed,
    /// The lock could not be had in time.
    Busy,
}

/// Where in the queue to enlist: a waiter that was woken in vain keeps its rank.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Last,
    First,
}

impl Rank {
    #[inline(always)]
    fn of(again: bool) -> Rank {
        if again {
            Rank::First
        } else {
            Rank::Last
        }
    }

    /// # Safety
    /// As for `Queue::push_back`.
    #[inline(always)]
    #[allow(unsafe_code)]
    unsafe fn push(self, queue: &mut Queue, waiter: &Waiter) {
        match self {
            // SAFETY: the caller's promise.
            Rank::Last => unsafe { queue.push_back(waiter) },
            // SAFETY: as above.
            Rank::First => unsafe { queue.push_front(waiter) },
        }
    }
}

/// How many slots a channel of `cap` needs; `None` is unbounded.
pub(crate) fn slots_for(cap: Option<usize>) -> usize {
    cap.unwrap_or(UNBOUNDED_RING)
}

impl<T> Chan<T> {
    /// Makes a channel at `place`, field by field: copying it there would cost more than the rest.
    ///
    /// # Safety
    /// `place` is valid for writes, and `slots` for `slots_for(cap)` slots as long as the channel lives.
    #[inline]
    #[allow(unsafe_code)]
    unsafe fn init(place: *mut Chan<T>, slots: NonNull<Slot<T>>, cap: Option<usize>) {
        let lists = Lists {
            rx: Queue::new(),
            tx: Queue::new(),
            watch: Queue::new(),
            spill: spill::Spill::new(),
            stash: None,
            told_rx: 0,
            told_tx: 0,
            order: wake_order::WakeOrder::new(),
        };
        // SAFETY: the caller's promise.
        unsafe {
            Ring::init(addr_of_mut!((*place).ring), slots, slots_for(cap));
            if cap.is_none() {
                (*place).ring.say_tail_matters();
            }
            let cold = addr_of_mut!((*place).cold);
            addr_of_mut!((*cold).lock).write(Lock::new());
            addr_of_mut!((*cold).lists).write(Cell::new(lists));
            addr_of_mut!((*cold).crowd).write(Crowd::default());
            addr_of_mut!((*cold).spilled).write(AtomicUsize::new(0));
            addr_of_mut!((*cold).enlisted).write(AtomicU32::new(0));
            addr_of_mut!((*cold).met).write(AtomicU32::new(0));
            addr_of_mut!((*cold).unbounded).write(cap.is_none());
            addr_of_mut!((*cold).step).write(Step::new());
            addr_of_mut!((*cold).id).write(if cap == Some(0) { next_id() } else { 0 });
        }
    }

    /// As `init`, by value.
    ///
    /// # Safety
    /// As for `init`.
    #[cfg(all(test, loom, not(rendez_no_loom)))]
    #[allow(unsafe_code)]
    unsafe fn new(slots: NonNull<Slot<T>>, cap: Option<usize>) -> Chan<T> {
        let mut chan = core::mem::MaybeUninit::uninit();
        // SAFETY: the caller's promise; `init` writes every field.
        unsafe {
            Chan::init(chan.as_mut_ptr(), slots, cap);
            chan.assume_init()
        }
    }

    /// Whether values go from frame to frame.
    #[inline(always)]
    pub(crate) fn is_rendezvous(&self) -> bool {
        self.ring.cap() == 0
    }

    pub(crate) fn capacity(&self) -> Option<usize> {
        (!self.cold.unbounded).then(|| self.ring.cap())
    }

    pub(crate) fn len(&self) -> usize {
        let (tail, head) = self.ring.words();
        if tail & SPILLED != 0 {
            return self.len_behind();
        }
        // Nothing was behind the ring when the head was read, as the tail has not moved: what is in the ring is all.
        let in_ring = self.ring.distance(tail, head).min(self.ring.cap());
        if in_ring != 0 && self.skip() {
            return self.ring.len(); // what was given up at the head is no value; in the ring of an unbounded channel nothing is
        }
        in_ring
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.ring.tail_word() & CLOSED != 0
    }

    /// Counts a waiter of capacity 0. Under the lock.
    #[inline(always)]
    fn count_enlisted(&self) {
        // ORDERING: no RMW: only the holder of the lock writes. Release: who compares the number, and sees this one, sees the lock held, or later.
        let enlisted = &self.cold.enlisted;
        enlisted.store(enlisted.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }
}

impl<T> fmt::Debug for Chan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.ring.tail_word();
        f.debug_struct("Chan")
            .field("capacity", &self.capacity())
            .field("len", &self.len())
            .field("closed", &(tail & CLOSED != 0))
            .field("spilled", &(tail & SPILLED != 0))
            .field("receivers_wait", &(tail & WAITED != 0))
            .field("watched", &(tail & WATCHED != 0))
            .field("senders_wait", &(self.ring.head_word() & WAITED != 0))
            .finish()
    }
}

#[cfg(all(test, loom, not(rendez_no_loom)))]
pub(crate) mod models;

#[cfg(all(test, not(loom)))]
mod tests;
