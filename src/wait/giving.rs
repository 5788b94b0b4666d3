//! Whether to give way at all, where peers come only while one does (`Spin::shares_processor`).
//!
//! A yield lets a peer run, and is over in microseconds. Or it lets a program run that never stops, and is over after that program's time slice, of
//! milliseconds; and the peer's next yield takes as long. Who sleeps instead costs a wake-up, but most systems run a thread that was woken before a program
//! that never stops. One yield does not tell the two apart: many peers that run meanwhile take long, too. So the waits of a side are taken in runs, a run is
//! timed as a whole, and the other course is tried where the present one takes long:
//!
//! ```text
//!   yield ─ run ─ run ─ run, long ─ try: a run of sleeps ─── takes clearly less ─▶ sleep      else: yield; next try after twice as many long runs
//!   sleep ─ run ─ run ─ ... ─────── try: a run of yields ─── takes clearly less ─▶ yield      else: sleep; next try after twice as many runs
//! ```
//!
//! A try ends as soon as it has taken longer than a run before it. (One processor, beside a loop that never ends: spsc_0 705 to 5.7 us. More in
//! `docs/tuning.md`.)

use super::spin::{get, set};
use crate::sync::AtomicU32;

/// Waits per run.
const RUN: u32 = 8;
/// From this time on a run is long. (Sides that fill and empty a long ring by turns wait 100 us each time, and yielding may well serve them.)
const LONG_US: u32 = RUN * 250;
/// Long runs of yields before sleep is tried, and after each try in vain twice as many: the least and the most. Such a try costs hardly anything.
const YIELD_RUNS: (u32, u32) = (1, 8);
/// Runs of sleeps before yields are tried, likewise: one yield may cost a time slice, as much as some hundred sleeps.
const SLEEP_RUNS: (u32, u32) = (4, 2_048);

/// What one side has learned of it.
#[derive(Debug, Default)]
pub(super) struct Giving {
    /// 1: waits sleep at once; 0: they yield.
    sleeps: AtomicU32,
    /// 1: the other course is being tried.
    trying: AtomicU32,
    /// How many waits the run has so far, and when it began; 0: there was none yet.
    waits: AtomicU32,
    begun_us: AtomicU32,
    /// How long the last run took that was no try.
    took_us: AtomicU32,
    /// How many runs there were since the last try (of yields: long ones, in a row), and after how many the next one is.
    runs: AtomicU32,
    runs_to_try: AtomicU32,
}

impl Giving {
    /// A wait begins. Answers whether it is to sleep at once. `now_us` is asked once a run, and at each wait of a try.
    #[inline]
    pub(super) fn sleeps_at_once(&self, now_us: impl FnOnce() -> u32) -> bool {
        let (waits, trying) = (get(&self.waits), get(&self.trying) == 1);
        if waits >= RUN || trying || get(&self.begun_us) == 0 {
            self.look(waits, trying, now_us().max(1));
        }
        set(&self.waits, get(&self.waits) + 1);
        get(&self.sleeps) != get(&self.trying)
    }

    #[cold]
    fn look(&self, waits: u32, trying: bool, now_us: u32) {
        let begun = get(&self.begun_us);
        if begun == 0 {
            return set(&self.begun_us, now_us);
        }
        let took = now_us.wrapping_sub(begun);
        let before = get(&self.took_us);
        let whole = waits >= RUN;
        if trying && !whole && took <= before {
            return;
        }
        set(&self.waits, 0);
        set(&self.begun_us, now_us);
        let sleeps = get(&self.sleeps);
        if trying {
            set(&self.trying, 0);
            set(&self.runs, 0);
            if whole && took < before - before / 4 {
                set(&self.sleeps, 1 - sleeps);
                set(&self.took_us, took);
                set(&self.runs_to_try, 0);
            } else {
                set(&self.runs_to_try, (2 * get(&self.runs_to_try)).min(SLEEP_RUNS.1));
            }
            return;
        }
        set(&self.took_us, took);
        if sleeps == 0 && took < LONG_US {
            set(&self.runs, 0);
            set(&self.runs_to_try, 0);
            return;
        }
        let (least, most) = if sleeps == 1 { SLEEP_RUNS } else { YIELD_RUNS };
        let runs = get(&self.runs) + 1;
        set(&self.runs, runs);
        set(&self.runs_to_try, get(&self.runs_to_try).clamp(least, most));
        if runs >= get(&self.runs_to_try) {
            set(&self.trying, 1);
        }
    }
}
