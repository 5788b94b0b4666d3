//! How long to stay awake before sleeping: a budget that learns, one per channel and side.
//!
//! Waking a sleeper costs the waker about 9 µs and the sleeper 25 µs here, meeting an awake peer 0.1 µs. Yet spinning in vain costs
//! the processor that the peer may need. So a wait goes through three stages, of which the first two have a learned length:
//!
//! 1. *look*: pauses with a look after each, for a peer that is just about to arrive;
//! 2. *yield*: rounds of one yield and some looks, for a peer that needs this processor, up to about one wake-up's cost in all (with
//!    less, a pair that slept once would sleep for ever, each waking too late for the other);
//! 3. *sleep*, which is the caller's.
//!
//! How long a yield takes says whether others want the processor: what follows from that, and from staying awake for long, is in `turn`.
//!
//! A side that has learned to sleep, and waits rarely, has peers that come rarely: it goes to sleep after the first stage.
//!
//! Whether peers run on our own processor, and what follows from that, is in `placing`.
//!
//! A user's limit shortens the first two stages, or lets the second be longer; 0 leaves only the third.
//!
//! All figures are times, turned into pauses by a measurement at first use. The learned state is read and written without care:
//! a lost update costs one wait's lesson.

use super::giving::Giving;
use super::moment::Moment;
use super::placing::Placing;
use super::turn;
use crate::sync::{micros, now, pause, pause_nanos, processors, yield_now, AtomicU32, Deadline, Duration, Ordering, MODEL};

/// Shortest and longest first stage.
const LOOK_MIN_NS: u32 = 450;
const LOOK_MAX_NS: u32 = 1_800;
/// What a success adds beyond half of the length.
const LOOK_STEP_NS: u32 = 120;
/// Looks after a yield; with the yield itself one round is about 1 µs.
const ROUND_NS: u32 = 460;
const WHOLE_ROUND_NS: u32 = 1_000;
/// Rounds of the second stage: at most about 24 µs, the price of a wake-up; and the least that still notices a change.
const ROUNDS_MAX: u32 = 24;
const ROUNDS_MIN: u32 = 2;
/// Two waits of a side that are this far apart say that its peers come rarely: four wake-ups. (Two are between the waits of a pair that sleeps only because
/// neither has tried to stay awake.)
pub(super) const RARE_US: u32 = 4 * ROUNDS_MAX * WHOLE_ROUND_NS / 1_000;
/// Where hardly a peer comes while we look, and yields take as long as a time slice, other programs keep all processors: a peer comes during each yield, and
/// milliseconds later it is our turn again. So such a yield counts two, and a peer that comes while we look takes one off. From this count on it is found out
/// whether sleeping is quicker (see `giving`). (Without taking off, mpmc32_0, where many threads of its own take such turns, took 414 ns in place of 215.)
const SLICES: u32 = 8;
const SLICE: Duration = Duration::from_millis(1);
/// How many waits apart a side that learned to sleep tries the full budget.
const PROBE_MIN: u32 = 32;
const PROBE_MAX: u32 = 512;

/// One side's learned budget. Lives beside that side's position word.
#[derive(Debug)]
pub(crate) struct Spin {
    pub(super) look_ns: AtomicU32,
    rounds: AtomicU32,
    /// Once it has learned to sleep: at which wait it tries the full budget, and how many there were since it last did.
    probe: AtomicU32,
    waits: AtomicU32,
    /// When it last waited beyond the first stage, once it has learned to sleep.
    waited_us: AtomicU32,
    placing: Placing,
    /// Which thread of this side leads, see `crowd`.
    pub(super) leads: AtomicU32,
    /// See `gap`.
    pub(super) gap_ns: AtomicU32,
    pub(super) last_wait: AtomicU32,
    pub(super) task_credit: AtomicU32,
    pub(super) task_gaps_off: AtomicU32,
    /// In place of the gap where there is but one slot, or none.
    pub(super) moment: Moment,
    giving: Giving,
    /// See `SLICES`.
    slices: AtomicU32,
    /// How many glances in a row were in vain, and how many are to be left out.
    pub(super) vain_glances: AtomicU32,
    pub(super) glances_off: AtomicU32,
    /// The user's.
    pub(super) limit_ns: AtomicU32,
}

/// Reads a learned figure.
#[inline]
pub(super) fn get(figure: &AtomicU32) -> u32 {
    figure.load(Ordering::Relaxed) // ORDERING: a hint; nothing depends on it but speed
}

/// Writes a learned figure.
#[inline]
pub(super) fn set(figure: &AtomicU32, value: u32) {
    // Mostly nothing new was learned, and the other side reads the word on the same cache line.
    if get(figure) != value {
        figure.store(value, Ordering::Relaxed); // ORDERING: as in `get`
    }
}

impl Default for Spin {
    fn default() -> Spin {
        Spin {
            look_ns: AtomicU32::new(LOOK_MAX_NS / 4),
            rounds: AtomicU32::new(ROUNDS_MAX),
            probe: AtomicU32::new(PROBE_MIN),
            waits: AtomicU32::new(0),
            waited_us: AtomicU32::new(0),
            placing: Placing::new(),
            leads: AtomicU32::new(0),
            gap_ns: AtomicU32::new(0),
            last_wait: AtomicU32::new(0),
            task_credit: AtomicU32::new(0),
            task_gaps_off: AtomicU32::new(0),
            moment: Moment::new(),
            giving: Giving::default(),
            slices: AtomicU32::new(0),
            vain_glances: AtomicU32::new(0),
            glances_off: AtomicU32::new(0),
            limit_ns: AtomicU32::new(ROUNDS_MAX * WHOLE_ROUND_NS),
        }
    }
}

impl Spin {
    /// Stays awake for the learned time, or until `ready`; or until the deadline, which is looked at once a round, as a user may let the time be long. `false`:
    /// sleep now.
    #[inline]
    pub(crate) fn wait(&self, deadline: Deadline, ready: impl FnMut() -> bool) -> bool {
        self.wait_looking(0, deadline, ready)
    }

    /// As `wait`. A look takes `look_ns`, and one has just been made.
    #[inline]
    pub(crate) fn wait_looking(&self, look_ns: u32, deadline: Deadline, ready: impl FnMut() -> bool) -> bool {
        self.wait_within(get(&self.limit_ns), look_ns, deadline, ready, yield_timed)
    }

    /// As `wait`, but never longer than by default, whatever the user's limit: for a sender that does not sleep when the time is over, but goes on.
    #[inline]
    pub(crate) fn wait_briefly(&self, ready: impl FnMut() -> bool) -> bool {
        self.wait_briefly_giving_way(ready, yield_timed)
    }

    /// As `wait_briefly`; `give_way` as for `wait_giving_way`.
    #[inline]
    pub(super) fn wait_briefly_giving_way(&self, ready: impl FnMut() -> bool, give_way: impl Fn() -> Duration) -> bool {
        self.wait_within(get(&self.limit_ns).min(ROUNDS_MAX * WHOLE_ROUND_NS), 0, Deadline::NEVER, ready, give_way)
    }

    /// As `wait`; `give_way` yields, and answers for how long it was away.
    #[cfg(all(test, not(loom)))]
    pub(super) fn wait_giving_way(&self, deadline: Deadline, ready: impl FnMut() -> bool, give_way: impl Fn() -> Duration) -> bool {
        self.wait_within(get(&self.limit_ns), 0, deadline, ready, give_way)
    }

    #[inline]
    fn wait_within(
        &self,
        limit: u32,
        look_ns: u32,
        deadline: Deadline,
        mut ready: impl FnMut() -> bool,
        give_way: impl Fn() -> Duration,
    ) -> bool {
        if MODEL || limit == 0 {
            return false;
        }
        #[cfg(all(test, not(loom)))]
        AWAKE.set(AWAKE.get() + 1);
        let shares = self.shares_processor();
        if !shares || self.placing.looks_again() {
            turn::count();
            if self.look(limit, look_ns, &mut ready) {
                return true;
            }
        }
        if (shares || get(&self.slices) >= SLICES) && self.giving.sleeps_at_once(micros) {
            return false;
        }
        let ready = self.yield_rounds(limit / WHOLE_ROUND_NS, look_ns, deadline, &mut ready, give_way);
        turn::end();
        ready
    }

    /// Whether its peers come only while it gives way: there is one processor, or others have all but one. Then it mostly gives way without a look; and
    /// at a ring it enlists before that, so that the peer does its part, too: a ring of one slot then passes three values for two switches of threads, where
    /// looking at the ring passed one (spsc_1: on one processor 2.7 to 1.05 us; on two, one of them kept by another program, 4.6 to 1.3).
    #[inline]
    pub(crate) fn shares_processor(&self) -> bool {
        self.placing.is_here()
    }

    /// Whether waits stay awake at all.
    pub(crate) fn is_on(&self) -> bool {
        !MODEL && get(&self.limit_ns) != 0
    }

    /// At capacity 0: looks once, when a peer that comes at once is due (see `moment`).
    #[inline]
    pub(crate) fn comes_soon(&self, ready: impl FnOnce() -> bool) -> bool {
        if MODEL || self.shares_processor() || get(&self.limit_ns) == 0 {
            return false;
        }
        turn::count();
        self.moment.look(ready)
    }

    /// How long the moment is.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn moment(&self) -> u32 {
        self.moment.parts()
    }

    /// Limits how long a wait stays awake, and begins with waits of that length; with 0 none does.
    pub(crate) fn set_limit(&self, limit: Duration) {
        let limit = u32::try_from(limit.as_nanos()).unwrap_or(u32::MAX);
        set(&self.limit_ns, limit);
        set(&self.rounds, limit / WHOLE_ROUND_NS);
    }

    fn look(&self, limit: u32, look_ns: u32, ready: &mut impl FnMut() -> bool) -> bool {
        let (mut spent, each) = (look_ns, pause_nanos().saturating_add(look_ns));
        let budget = get(&self.look_ns).min(limit);
        while spent < budget {
            if ready() {
                set(&self.slices, get(&self.slices).saturating_sub(1));
                if spent > budget / 2 {
                    set(&self.look_ns, (budget + budget / 2 + LOOK_STEP_NS).min(LOOK_MAX_NS));
                }
                if spent > 0 {
                    self.placing.came_elsewhere();
                }
                return true;
            }
            pause();
            spent = each.saturating_add(spent);
        }
        set(&self.look_ns, (budget - budget / 4).max(LOOK_MIN_NS));
        let patience = turn::patience_ns().min(limit);
        while spent < patience {
            if ready() {
                return true;
            }
            pause();
            spent = each.saturating_add(spent);
        }
        false
    }

    /// `most`: how many rounds the limit allows.
    fn yield_rounds(
        &self,
        most: u32,
        look_ns: u32,
        deadline: Deadline,
        ready: &mut impl FnMut() -> bool,
        give_way: impl Fn() -> Duration,
    ) -> bool {
        if self.placing.escapes() {
            return false;
        }
        let learned = get(&self.rounds).min(most);
        let mut budget = learned;
        if learned <= ROUNDS_MIN {
            let waits = get(&self.waits) + 1;
            let probing = waits >= get(&self.probe);
            set(&self.waits, if probing { 0 } else { waits });
            if probing {
                budget = most;
            } else if learned < most && self.waits_rarely() {
                budget = 0;
            }
        }
        let each = pause_nanos().saturating_add(look_ns);
        let (mut first, mut left) = (true, (budget * WHOLE_ROUND_NS).saturating_sub(look_ns));
        while left > 0 {
            let lost = self.back(give_way());
            let mut spent = 0;
            loop {
                if ready() {
                    if first && spent == 0 {
                        self.placing.came_here();
                    } else {
                        self.placing.came_elsewhere();
                    }
                    set(&self.rounds, most);
                    set(&self.probe, PROBE_MIN);
                    return true;
                }
                if spent.max(each) >= ROUND_NS || processors() == 1 {
                    break;
                }
                pause();
                spent = each.saturating_add(spent);
            }
            if lost || deadline.expired() {
                break;
            }
            left = left.saturating_sub(each.saturating_add(spent).max(WHOLE_ROUND_NS));
            first = false;
        }
        if budget > learned {
            set(&self.probe, (2 * get(&self.probe)).min(PROBE_MAX));
        } else {
            set(&self.rounds, learned.saturating_sub(learned / 4 + 1).max(ROUNDS_MIN).min(most));
        }
        false
    }

    /// Back from a yield, which took `away`. Answers whether a turn was lost.
    fn back(&self, away: Duration) -> bool {
        if processors() > 1 {
            set(&self.slices, if away >= SLICE { (get(&self.slices) + 2).min(2 * SLICES) } else { 0 });
        }
        turn::back(away)
    }

    /// Whether the last wait of a side that has learned to sleep was long ago.
    fn waits_rarely(&self) -> bool {
        let now = micros();
        let since = now.wrapping_sub(get(&self.waited_us));
        set(&self.waited_us, now);
        since >= RARE_US
    }
}

#[cfg(all(test, not(loom)))]
thread_local! {
    /// How many waits of this thread have stayed awake.
    pub(crate) static AWAKE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Yields, and answers how long that took; 0 on one processor, where only a yield lets a peer come.
fn yield_timed() -> Duration {
    if processors() == 1 {
        yield_now();
        return Duration::ZERO;
    }
    let before = now();
    yield_now();
    now().saturating_duration_since(before)
}

/// Pauses without a look at anything. `false`: it did not, as no peer could have run meanwhile.
pub(crate) fn pause_for(ns: u32) -> bool {
    if MODEL || processors() == 1 {
        return false;
    }
    let each = pause_nanos();
    let mut spent = 0;
    while spent < ns {
        pause();
        spent += each;
    }
    true
}
