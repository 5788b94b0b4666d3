//! A heap that counts what is asked of it, when told to.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

/// Off, it costs the scenarios one branch an allocation, whoever allocates.
pub struct Counting;

static ON: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
static CALLS: AtomicIsize = AtomicIsize::new(0);

fn changed(by: isize) {
    // ORDERING: the figures are read while everybody sleeps, so nothing in this file orders anything.
    if ON.load(Ordering::Relaxed) {
        let live = LIVE.fetch_add(by, Ordering::Relaxed) + by;
        if by > 0 {
            CALLS.fetch_add(1, Ordering::Relaxed);
            PEAK.fetch_max(live, Ordering::Relaxed);
        }
    }
}

// SAFETY: every call goes to the system's allocator as it is; the counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        changed(layout.size() as isize);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        changed(layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        changed(-(layout.size() as isize));
        // SAFETY: as above; the pointer came from `System`, as all of them do.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        changed(size as isize - layout.size() as isize);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Counts from here on.
pub fn start() {
    ON.store(true, Ordering::Relaxed); // ORDERING: see `changed`
}

/// Bytes that live now, of those asked for since the start.
pub fn live() -> isize {
    LIVE.load(Ordering::Relaxed) // ORDERING: see `changed`
}

/// The most bytes that lived at once since the last call.
pub fn peak() -> isize {
    PEAK.swap(live(), Ordering::Relaxed) // ORDERING: see `changed`
}

/// How often memory was asked for.
pub fn calls() -> isize {
    CALLS.load(Ordering::Relaxed) // ORDERING: see `changed`
}
