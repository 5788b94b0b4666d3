//! How many of one side are at work at the same time, where more want to than are of use.
//!
//! Two threads on two processors pass a message in some nanoseconds, as long as each keeps its cache line. With each further one that works at the same end
//! the line goes round: then a message costs as long as the way of a line, or several, and all processors are busy with that. So who loses an exchange to
//! another of its side leaves the channel alone for a while, and the fewer that are left are faster than all were:
//!
//! ```text
//!   works ─ works ─ works ─ loses an exchange ── gap, without a look ── works ─ works ─ ...
//! ```
//!
//! A *short* gap does no harm where each has something else to do between two messages. A *long* one, in which others do hundreds of operations, wins where
//! nobody has. Which of the two is better at a channel is found out: as long as exchanges are lost all the time, that time is taken in windows; the messages
//! of each are counted, and the other gap is tried for one window, the more rarely the more often it has lost. Where few are lost, nothing is tried, and the
//! gap is short.
//!
//! At capacity 0 it is the lock that is lost, and mostly to the other side. There one thread of each side *leads*: it has no gaps. Else both
//! sides could have them at the same time, and each would wait for the other. Who comes back from a gap takes the lead; who led before finds that out when it
//! loses the next time, and has a gap.
//!
//! 16 processors, where a line takes 180 ns there and back, 8 bytes, ns a message; the peer is the best of crossbeam-channel, kanal and Go:
//!
//! ```text
//!              no gaps  gaps  peer               no gaps  gaps  peer               no gaps  gaps  peer
//!   mpmc_128       288    16   130   mpmc_1         1249   400   501   mpmc_0         1465   292   608
//!   mpsc_128       215    14    90   mpsc_1          955   263   335   mpsc_0         1003   248   457
//!   mpmc32_128     518    30   150   mpmc_inf        280    33    47   mpmc32_0       2365   418   787
//! ```
//!
//! (Since in doubt a gap is short: mpmc_1 420 to 520, mpmc32_128 32 to 46, mpmc_0 310 to 340, mpsc_1 250 to 320, the others as here.)
//!
//! With 0.9 us of work before each message mpmc_1 takes 1091, 768 and 791, mpmc_0 1450, 972 and 1001. Long gaps where short ones are better: mpmc_128 with
//! 0.5 us of work 350 and 417, mpmc8_0 with 9 us 2163 and 2683. Two processors: no difference in 14 rows.

use super::spin::{get, pause_for, set, Spin};
use crate::sync::{micros, processors, AtomicU32, Ordering, LINE};
use core::cell::Cell;
use core::ptr;

/// The short gap: as long as some operations of those that go on.
const SHORT_NS: u32 = 400;
/// The long one, at a ring of several slots: longer ones gain hardly anything (mpmc_128 16 and with 32 us 14 ns).
pub(crate) const LONG_NS: u32 = 8_000;
/// At capacities 0 and 1, where a message takes several ways of a line, whoever comes back costs as much as some messages (with 8 and 32 us mpsc_1 440 and 255
/// ns, mpmc8_0 700 and 390).
pub(crate) const LONG_NARROW_NS: u32 = 32_000;
/// One attempt has no more gaps than this; an operation that waits makes several.
pub(crate) const GAPS: u32 = 4;

/// So long is a window; one that was much longer is no window: nothing was lost meanwhile.
const WINDOW_US: u32 = 200;
const NO_WINDOW_US: u32 = 4 * WINDOW_US;
/// No thread is so late between two of its steps; or if it is, a window more or less does not matter.
const LATE_US: u32 = 1 << 20;
/// So many operations of a thread are believed to be of the window; no thread begins more in one.
const BEGUN_MAX: u32 = 4_096;
/// The other gap is tried after so many windows if it has just won, and after twice as many each time it has lost.
const WINDOWS: (u32, u32) = (8, 256);

/// The gap is a long one; it is the one that is being tried.
const LONG: u32 = 1;
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

/// For how many channels a thread counts at the same time: for fewer, if they fall on the same place.
const CHANNELS: usize = 4;

thread_local! {
    /// At which channels this thread began operations of capacity 0, and how many since it last told of them.
    static BEGUN: [Cell<(usize, u32)>; CHANNELS] = const { [const { Cell::new((0, 0)) }; CHANNELS] };
}

/// Channels are aligned to two cache lines.
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
    /// An exchange was lost, mostly to another of the same side (an old guess may look like that): the gap. `spin` is of that side; `at` is asked for the number
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
            // Who leads is known by half of an address: of two with the same half both would, which does no harm.
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

    /// If the window is over, judges it, and begins another.
    #[inline]
    pub(super) fn look(&self, now_us: u32, at: impl FnOnce() -> u32) {
        let (begun, now) = (get(&self.begun_us), now_us.max(1));
        let took = now.wrapping_sub(begun);
        // A little below 0: another has begun it since our look at the clock.
        if begun != 0 && took.wrapping_add(LATE_US) < LATE_US + WINDOW_US {
            return;
        }
        // One alone judges a window. ORDERING: Relaxed: hints are all that is guarded.
        if self.begun_us.compare_exchange(begun, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let at = at();
        let moved = at.wrapping_sub(get(&self.begun_at));
        set(&self.begun_at, at);
        // Below 0: another has judged the next window before this was done.
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
