//! One allocation for a channel, its slots and its counts; the last handle of a side closes, the last of all frees.
//!
//! ```text
//!   ┌──────────────────────────────┬──────────────────┐
//!   │ Shared: counts, Chan (Ring)  │ slots, cap times │
//!   └──────────────────────────────┴──────────────────┘
//! ```
//!
//! 1. `senders` and `receivers` count the strong handles. When one falls to zero, that side closes the channel and, as its last touch
//!    of the channel, sets GONE in the tail. Who finds GONE already there destroys the channel: nobody else can reach it.
//! 2. `weak` counts the weak handles, and one for the channel itself. Who takes it to zero gives the memory back.
//! 3. `senders` and `receivers` fall by a read-modify-write only: two looks, at the count and at `weak`, would miss an upgrade in between. (`weak` may be
//!    looked at by who has the last share: nobody is left who could add one.)

#![allow(unsafe_code)] // manual allocation and counting

use super::{slots_for, Chan};
use crate::error::{CapacityError, CapacityReason};
use crate::ring::position::{CLOSED, GONE, WAITED, WATCHED};
use crate::ring::Slot;
use crate::sync::{alloc, dealloc, AtomicUsize, Ordering, Step, MODEL};
use crate::wait::Patience;
use core::ptr::{addr_of_mut, NonNull};
use std::alloc::Layout;

/// Which end of the channel a handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Sender,
    Receiver,
}

struct Shared<T> {
    senders: AtomicUsize,
    receivers: AtomicUsize,
    weak: AtomicUsize,
    /// For coarse models, beside the channel's: it may be gone when an upgrade fails.
    counted: Step,
    /// The allocation: where it begins, and its layout.
    memory: (*mut u8, Layout),
    chan: Chan<T>,
}

/// The alignment that every allocator gives without a detour. A larger one is made by hand: for small channels that detour is the larger part of their price.
const PLAIN_ALIGN: usize = 16;

/// The layout of an allocation in which `layout` fits at a place of its alignment.
#[inline]
fn with_slack(layout: Layout) -> Option<Layout> {
    let slack = layout.align().saturating_sub(PLAIN_ALIGN);
    Layout::from_size_align(layout.size().checked_add(slack)?, layout.align().min(PLAIN_ALIGN)).ok()
}

impl<T> Shared<T> {
    fn count(&self, side: Side) -> &AtomicUsize {
        match side {
            Side::Sender => &self.senders,
            Side::Receiver => &self.receivers,
        }
    }

    /// The layout of everything, and where the slots begin.
    #[inline]
    fn layout(slots: usize) -> Option<(Layout, usize)> {
        Layout::new::<Shared<T>>().extend(Layout::array::<Slot<T>>(slots).ok()?).ok()
    }
}

/// One counted handle of the channel. `SENDER` says which side.
pub(crate) struct Strong<T, const SENDER: bool>(NonNull<Shared<T>>);

/// A handle that keeps the memory, but not the channel open.
pub(crate) struct Weak<T, const SENDER: bool>(NonNull<Shared<T>>);

// SAFETY: a handle is a shared reference to a `Chan<T>` and atomics, all `Sync` for `T: Send`; dropping the last one drops values,
// possibly on another thread, which `T: Send` allows.
unsafe impl<T: Send, const SENDER: bool> Send for Strong<T, SENDER> {}
// SAFETY: as above.
unsafe impl<T: Send, const SENDER: bool> Sync for Strong<T, SENDER> {}
// SAFETY: as above.
unsafe impl<T: Send, const SENDER: bool> Send for Weak<T, SENDER> {}
// SAFETY: as above.
unsafe impl<T: Send, const SENDER: bool> Sync for Weak<T, SENDER> {}

const fn side(sender: bool) -> Side {
    if sender {
        Side::Sender
    } else {
        Side::Receiver
    }
}

/// Adds one to a count of handles. Leaked handles could overflow it: that ends the process, as it would be unsound to go on.
fn add_handle(count: &AtomicUsize) {
    // ORDERING: Relaxed: the new handle is made from one that exists, which keeps what it needs alive.
    if count.fetch_add(1, Ordering::Relaxed) > isize::MAX as usize {
        std::process::abort();
    }
}

/// Makes a channel; `None` is unbounded.
#[inline]
pub(crate) fn channel<T>(cap: Option<usize>) -> Result<(Strong<T, true>, Strong<T, false>), CapacityError> {
    let slots = slots_for(cap);
    let refuse = |reason| CapacityError { cap: slots, reason };
    let (layout, offset) = Shared::<T>::layout(slots).ok_or(refuse(CapacityReason::TooLarge))?;
    let padded = with_slack(layout).ok_or(refuse(CapacityReason::TooLarge))?;
    // SAFETY: the layout is not of size zero: it has the counts in it.
    let start = NonNull::new(unsafe { alloc(padded) }).ok_or(refuse(CapacityReason::NoMemory))?;
    // SAFETY: the slack is what the alignment may take, beyond what the allocation is aligned to.
    let memory = unsafe { start.add(start.as_ptr().align_offset(layout.align())) };
    let shared = memory.cast::<Shared<T>>();
    // SAFETY: `offset` is where `layout` has the array of slots, and the memory is ours until `free`.
    unsafe {
        let first = memory.add(offset).cast::<Slot<T>>();
        Chan::init(addr_of_mut!((*shared.as_ptr()).chan), first, cap);
        addr_of_mut!((*shared.as_ptr()).senders).write(AtomicUsize::new(1));
        addr_of_mut!((*shared.as_ptr()).receivers).write(AtomicUsize::new(1));
        addr_of_mut!((*shared.as_ptr()).weak).write(AtomicUsize::new(1));
        addr_of_mut!((*shared.as_ptr()).counted).write(Step::new());
        addr_of_mut!((*shared.as_ptr()).memory).write((start.as_ptr(), padded));
    }
    Ok((Strong(shared), Strong(shared)))
}

impl<T, const SENDER: bool> Strong<T, SENDER> {
    #[inline(always)]
    fn shared(&self) -> &Shared<T> {
        // SAFETY: a strong handle keeps the channel from being destroyed (invariant 1).
        unsafe { self.0.as_ref() }
    }

    #[inline(always)]
    pub(crate) fn chan(&self) -> &Chan<T> {
        let chan = &self.shared().chan;
        chan.cold.step.take();
        chan
    }

    /// How many strong handles a side has.
    pub(crate) fn count(&self, side: Side) -> usize {
        self.shared().count(side).load(Ordering::Relaxed) // ORDERING: old when it is returned
    }

    /// How patient a task is that waits here.
    #[inline]
    pub(crate) fn patience(&self) -> Patience {
        if self.count(side(SENDER)) == 1 && self.count(side(!SENDER)) > 1 {
            Patience::TaskAlone
        } else {
            Patience::Task
        }
    }

    pub(crate) fn same_channel(&self, other: &Strong<T, SENDER>) -> bool {
        self.0 == other.0
    }

    pub(crate) fn downgrade(&self) -> Weak<T, SENDER> {
        add_handle(&self.shared().weak);
        Weak(self.0)
    }
}

impl<T, const SENDER: bool> Clone for Strong<T, SENDER> {
    fn clone(&self) -> Strong<T, SENDER> {
        add_handle(self.shared().count(side(SENDER)));
        Strong(self.0)
    }
}

impl<T, const SENDER: bool> Drop for Strong<T, SENDER> {
    #[inline]
    fn drop(&mut self) {
        let shared = self.shared();
        let count = shared.count(side(SENDER));
        shared.counted.take();
        // ORDERING: AcqRel: Release hands our work to the handle that is dropped last; Acquire: that one comes after the work of all others.
        if count.fetch_sub(1, Ordering::AcqRel) != 1 {
            return;
        }
        shared.chan.cold.step.take();
        let leave = Leave { shared: self.0, done: false, panicked: false };
        leave.last_of_side(SENDER);
    }
}

/// The last handle of a side on its way out. Whatever panics meanwhile (a value's `Drop`), the channel is left and freed.
struct Leave<T> {
    shared: NonNull<Shared<T>>,
    done: bool,
    /// A value's `Drop` panicked: the rest is not dropped here, for a second panic would end the process.
    panicked: bool,
}

impl<T> Leave<T> {
    fn last_of_side(mut self, sender: bool) {
        // SAFETY: this side has not set GONE yet (invariant 1).
        let chan = unsafe { &(*self.shared.as_ptr()).chan };
        let tail = chan.ring.tail_word();
        if tail & GONE != 0 {
            // The other side has left before: nobody is there to be told.
            self.done = true;
            // SAFETY: both sides are gone, and this is the second.
            return unsafe { destroy(self.shared, false) };
        }
        let quiet = CLOSED | WAITED | WATCHED;
        // Nobody waits, and the channel is open; if no receiver is left, nothing is in it, too: closing and leaving are one exchange.
        if !chan.is_rendezvous() && tail & quiet == 0 && (sender || chan.is_idle(tail)) {
            if sender {
                chan.ring.say_tail_matters(); // as in `close`; a receiver leaves nobody who asks
            }
            if chan.ring.tail_leave(tail, CLOSED | GONE) {
                self.done = true;
                return;
            }
        }
        if sender {
            chan.close();
        } else {
            chan.close();
            self.panicked = true;
            chan.drain_closed();
            self.panicked = false;
        }
    }
}

impl<T> Drop for Leave<T> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        // SAFETY: this side has not set GONE yet (invariant 1).
        let chan = unsafe { &(*self.shared.as_ptr()).chan };
        // The last touch, unless the other side was faster.
        if chan.ring.tail_set_last(GONE) & GONE != 0 {
            // SAFETY: both sides are gone, and this is the second.
            unsafe { destroy(self.shared, self.panicked) };
        }
    }
}

/// Destroys the channel and gives up its share of the memory. With `leak`, values in it are not dropped.
///
/// # Safety
/// No strong handle is left, and this is called once.
unsafe fn destroy<T>(shared: NonNull<Shared<T>>, leak: bool) {
    /// Gives the memory up even if a value's `Drop` panics.
    struct Free<T>(NonNull<Shared<T>>);
    impl<T> Drop for Free<T> {
        fn drop(&mut self) {
            // SAFETY: the share of the channel itself is given up once, here.
            unsafe { release_memory(self.0) };
        }
    }
    // SAFETY: the caller's promise: nobody else is in the channel.
    unsafe {
        let chan = addr_of_mut!((*shared.as_ptr()).chan);
        let _free = Free(shared);
        if MODEL {
            (*chan).cold.lists.with_mut(|_| ()); // which checks that who was in them has left
        }
        if !leak {
            chan.drop_in_place();
        }
    }
}

/// Gives up one share of the memory; the last one frees it.
///
/// # Safety
/// The caller owns a share and does not touch the memory again.
unsafe fn release_memory<T>(shared: NonNull<Shared<T>>) {
    // SAFETY: the caller's share keeps what lies beside the channel alive until here.
    let (weak, (start, layout)) = unsafe { (&(*shared.as_ptr()).weak, (*shared.as_ptr()).memory) };
    // ORDERING: Acquire: if we are alone, all others have left (Release, by their `fetch_sub`).
    // ORDERING: AcqRel: Release our use of the memory, Acquire the others'.
    if weak.load(Ordering::Acquire) != 1 && weak.fetch_sub(1, Ordering::AcqRel) != 1 {
        return;
    }
    // SAFETY: allocated with this layout in `channel`; no share is left.
    unsafe {
        // The end of the counts, which a model watches.
        addr_of_mut!((*shared.as_ptr()).senders).drop_in_place();
        addr_of_mut!((*shared.as_ptr()).receivers).drop_in_place();
        addr_of_mut!((*shared.as_ptr()).weak).drop_in_place();
        dealloc(start, layout);
    }
}

impl<T, const SENDER: bool> Weak<T, SENDER> {
    fn counts(&self) -> (&AtomicUsize, &AtomicUsize, &Step) {
        let shared = self.0.as_ptr();
        // SAFETY: a weak handle keeps the memory with the counts; only they are touched, the channel may be gone.
        unsafe { (if SENDER { &(*shared).senders } else { &(*shared).receivers }, &(*shared).weak, &(*shared).counted) }
    }

    /// A strong handle, if its side still has one.
    pub(crate) fn upgrade(&self) -> Option<Strong<T, SENDER>> {
        let (count, _, counted) = self.counts();
        counted.take();
        let mut now = count.load(Ordering::Relaxed); // ORDERING: the exchange decides
        while now != 0 {
            if now > isize::MAX as usize {
                std::process::abort();
            }
            // ORDERING: Relaxed as in `add_handle`: this handle was made from a strong one.
            match count.compare_exchange_weak(now, now + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(Strong(self.0)),
                Err(other) => now = other,
            }
        }
        None
    }
}

impl<T, const SENDER: bool> Clone for Weak<T, SENDER> {
    fn clone(&self) -> Weak<T, SENDER> {
        add_handle(self.counts().1);
        Weak(self.0)
    }
}

impl<T, const SENDER: bool> Drop for Weak<T, SENDER> {
    fn drop(&mut self) {
        // SAFETY: this handle's share is given up once, here.
        unsafe { release_memory(self.0) };
    }
}
