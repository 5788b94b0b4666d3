//! How many of one side are at work at the same time, where more want to than are of use.
//!
//! Two threads on two processors pass a message in some nanoseconds, as long as each keeps its cache line. With each further one that works at the same end
//! the line goes round: then a message costs one transfer of a line, or several, and all processors are busy with that. So who loses an exchange to another
//! of its side leaves the channel alone for a while, and the few that are left are faster than all were:
//!
//! ```text
//!   works ─ works ─ works ─ loses an exchange ── gap, without a look ── works ─ works ─ ...
//! ```
//!
//! A *short* gap does no harm where each has something else to do between two messages. A *long* one, in which others do hundreds of operations, wins where
//! nobody has. Which of the two is better at a channel is found out: while exchanges are lost all the time, the time is divided into windows; the messages of
//! each window are counted, and the other gap is tried for one window, the more rarely the more often it has lost. Where few are lost, nothing is tried, and
//! the gap is short.
//!
//! At capacity 0 it is the lock that is lost, and mostly to the other side. There one thread of each side *leads*: it has no gaps. Else both sides could have
//! them at the same time, and each would wait for the other. Who comes back from a gap takes the lead; who led before finds that out when it loses the next
//! time, and has a gap.
//!
//! On 16 processors mpmc_128 takes 16 ns in place of 288, mpmc_0 292 in place of 1465; more in `docs/tuning.md`.

use super::spin::{get, pause_for, set, Spin};
use crate::sync::{micros, processors, AtomicU32, Ordering, LINE};
use core::cell::Cell;
use core::ptr;

/// The short gap: as long as some operations of those that go on.
const SHORT_NS: u32 = 400;
/// The long one, at a ring of several slots: longer ones gain hardly anything (mpmc_128 16 and with 32 us 14 ns).
pub(crate) const LONG_NS: u32 = 8_000;
/// The long one at capacities 0 and 1: there a message takes several transfers of a line, and whoever comes back costs as much as some messages (mpsc_1 with
/// 8 us 440, with 32 us 255 ns).
pub(crate) const LONG_NARROW_NS: u32 = 32_000;
/// The most gaps of one attempt; an operation that waits makes several attempts.
pub(crate) const GAPS: u32 = 4;

/// The length of a window. One that took much longer is no window: nothing was lost meanwhile.
const WINDOW_US: u32 = 200;
const NO_WINDOW_US: u32 = 4 * WINDOW_US;
/// No thread is this late between two of its steps; or if one is, a window more or less does not matter.
const LATE_US: u32 = 1 << 20;
/// The most operations that a thread may tell of: more than any begins in one window.
const BEGUN_MAX: u32 = 4_096;
/// After how many windows the other gap is tried: the least, if it has just won; twice as many each time it has lost; and the most.
const WINDOWS: (u32, u32) = (8, 256);

/// The gap is a long one.
const LONG: u32 = 1;
/// The gap is the one that is being tried.
const TRYING: u32 = 2;

/// What one channel has learned of it.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// LONG | TRYING.
    course: AtomicU32,
    /// When the window began, and with which message; 0: there was none yet.
    begun_us: AtomicU32,
    begun_at: AtomicU32,
    /// How long a message took in the last window that was no try, in 2^-16 us.
    pace: AtomicU32,
    /// How many such windows there were since the last try, and after how many the next one is.
    windows: AtomicU32,
    windows_to_try: AtomicU32,
    /// At capacity 0: how many operations were told of.
    operations: AtomicU32,
}

/// For how many channels a thread counts at the same time; fewer, if two of them share a place.
const CHANNELS: usize = 4;

thread_local! {
    /// At which channels this thread began operations of capacity 0, and how many since it last told of them.
    static BEGUN: [Cell<(usize, u32)>; CHANNELS] = const { [const { Cell::new((0, 0)) }; CHANNELS] };
}

/// Where a thread counts for `channel`. (Channels are aligned to two cache lines.)
fn place_of(channel: *const ()) -> usize {
    channel.addr() / (2 * LINE) % CHANNELS
}

/// An operation of capacity 0 begins at `channel`.
#[inline(always)]
pub(crate) fn count(channel: *const ()) {
    // A thread on its way out is not counted.
    let _ = BEGUN.try_with(|begun| {
        let begun = &begun[place_of(channel)];
        let (at, count) = begun.get();
        begun.set((channel.addr(), if at == channel.addr() { (count + 1).min(BEGUN_MAX) } else { 1 }));
    });
}

impl Crowd {
    /// An exchange was lost, mostly to another of the same side (an old guess may look like that): has a gap. `spin` is of that side; `at` answers the number
    /// of messages up to now.
    #[cold]
    #[inline(never)]
    pub(crate) fn lost(&self, spin: &Spin, longest: u32, at: impl FnOnce() -> u32) {
        if processors() > 1 && spin.is_on() {
            self.look(micros(), at);
            self.gap(spin, longest);
        }
    }

    /// The lock of `channel`, of capacity 0, was lost to another. Answers whether there was a gap: not for who leads.
    #[cold]
    #[inline(never)]
    pub(crate) fn lost_turn(&self, channel: *const (), spin: &Spin) -> bool {
        if processors() == 1 || !spin.is_on() {
            return false;
        }
        let tell = |begun: &[Cell<(usize, u32)>; CHANNELS]| {
            let place = &begun[place_of(channel)];
            let (_, count) = if place.get().0 == channel.addr() { place.take() } else { (0, 0) };
            // Who leads is known by half of an address. If two threads have the same half, both lead, which does no harm.
            (ptr::from_ref(begun).addr() as u32, count)
        };
        let Ok((me, begun)) = BEGUN.try_with(tell) else { return false };
        set(&self.operations, get(&self.operations).wrapping_add(begun));
        self.look(micros(), || get(&self.operations));
        if get(&spin.leads) == me {
            return false;
        }
        self.gap(spin, LONG_NARROW_NS);
        set(&spin.leads, me);
        true
    }

    fn gap(&self, spin: &Spin, longest: u32) {
        let longest = longest.min(get(&spin.limit_ns).saturating_mul(2)); // the limit that nobody has set allows for all
        let gap = if self.is_long() { longest } else { SHORT_NS.min(longest) };
        #[cfg(all(test, not(loom)))]
        let gap = if LONG_ONES.get() { longest } else { gap };
        #[cfg(all(test, not(loom)))]
        HAD.with(|had| had.borrow_mut().push(gap));
        pause_for(gap);
    }

    pub(super) fn is_long(&self) -> bool {
        get(&self.course) & LONG != 0
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn operations(&self) -> u32 {
        get(&self.operations)
    }

    /// Judges the window, if it is over, and begins another.
    #[inline]
    pub(super) fn look(&self, now_us: u32, at: impl FnOnce() -> u32) {
        let (begun, now) = (get(&self.begun_us), now_us.max(1));
        let took = now.wrapping_sub(begun);
        // It took a little less than nothing: another thread has begun the window since our look at the clock.
        if begun != 0 && took.wrapping_add(LATE_US) < LATE_US + WINDOW_US {
            return;
        }
        // Only one thread judges a window. ORDERING: Relaxed: hints are all that is guarded.
        if self.begun_us.compare_exchange(begun, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let at = at();
        let moved = at.wrapping_sub(get(&self.begun_at));
        set(&self.begun_at, at);
        // `moved` below 0: another thread has judged the next window before this was done.
        if begun != 0 && took <= NO_WINDOW_US && (moved as i32) >= 0 {
            self.judge((took << 16) / moved.max(1));
        } else {
            set(&self.course, 0); // not many at work, up to now
        }
    }

    fn judge(&self, pace: u32) {
        let (course, windows) = (get(&self.course), get(&self.windows) + 1);
        if course & TRYING == 0 {
            set(&self.pace, pace);
            set(&self.windows, windows);
            if windows >= get(&self.windows_to_try) {
                set(&self.course, course ^ LONG | TRYING);
            }
            return;
        }
        set(&self.windows, 0);
        // In doubt a gap is short.
        let before = get(&self.pace);
        let better = if course & LONG != 0 { pace < before - before / 4 } else { before > pace - pace / 4 };
        if better {
            set(&self.course, course & !TRYING);
            set(&self.windows_to_try, WINDOWS.0);
        } else {
            set(&self.course, (course ^ LONG) & !TRYING);
            set(&self.windows_to_try, (2 * get(&self.windows_to_try)).clamp(2, WINDOWS.1));
        }
    }
}

#[cfg(all(test, not(loom)))]
thread_local! {
    /// For a test: whether this thread has long gaps only, and how long those were that it had.
    pub(crate) static LONG_ONES: Cell<bool> = const { Cell::new(false) };
    pub(crate) static HAD: std::cell::RefCell<Vec<u32>> = const { std::cell::RefCell::new(Vec::new()) };
}

const _: () = assert!(NO_WINDOW_US < 1 << 16); // `judge` is told of it in 2^-16 us
