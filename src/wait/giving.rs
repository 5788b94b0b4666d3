//! Whether to give way at all, where peers come only while one does (`Spin::shares_processor`).
//!
//! A yield lets a peer run, and is over in microseconds. Or it lets a program run that never stops, and is over after that one's time slice, of milliseconds;
//! and so is the peer's next. Who sleeps instead costs a wake-up, and most systems run who was woken before a program that never stops. One yield does not
//! tell the two apart, as many peers that run meanwhile take long, too. So the waits of a side are taken in runs, a run is timed as a whole, and the other
//! course is tried where the present one takes long:
//!
//! ```text
//!   yield ─ run ─ run ─ run, long ─ try: a run of sleeps ─── takes clearly less ─▶ sleep      else: yield, and the next try after twice as many long runs
//!   sleep ─ run ─ run ─ ... ─────── try: a run of yields ─── takes clearly less ─▶ yield      else: sleep, and the next try after twice as many runs
//! ```
//!
//! A try ends as soon as it has taken longer than a run before it. (One processor, beside a loop that never ends, us a message, before, after, in
//! 20 000 messages with what it takes to learn, and crossbeam: pingpong_0 1413, 13 and 7; spsc_0 705, 5.7 and 5.6; mpmc_0 207, 3.4 and 1.9; pingpong_1 1407, 9.6 and 1418; spsc_1 471, 4.9 and 1405; mpmc_1
//! 185, 6.7 and 618; spsc_128 11, 1.2 and 11. Without the loop as before, in the seven rows
//! that were looked at.)

use super::spin::{get, set};
use crate::sync::AtomicU32;

/// So many waits are a run.
const RUN: u32 = 8;
/// From this time on a run is long. Below it waits may well be worth it that fill and empty a long ring by turns, in 100 us each.
const LONG_US: u32 = RUN * 250;
/// After so many long runs of yields sleep is tried; after a try in vain twice as many, up to a limit: it costs hardly anything.
const YIELD_RUNS: (u32, u32) = (1, 8);
/// After so many runs of sleeps yields are tried, and so on: one of them may cost a time slice, as much as some hundred sleeps.
const SLEEP_RUNS: (u32, u32) = (4, 2_048);

/// What one side has learned of it.
#[derive(Debug, Default)]
pub(super) struct Giving {
    sleeps: AtomicU32,
    trying: AtomicU32,
    /// How many waits the run has, and when it began; 0: there was none yet.
    waits: AtomicU32,
    begun_us: AtomicU32,
    /// How long the last run took that was no try.
    took_us: AtomicU32,
    /// How many such runs there were since the last try, and after how many the next one is.
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
