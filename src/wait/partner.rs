//! Whom this thread met last at capacity 0, and where: mostly it meets the same next, in the same frame.
//!
//! Who comes second to a meeting needs two cache lines that the other had last: the lock's, and that of the frame that waits, whose address it finds behind
//! the lock. Two threads that pass values in a loop wait in the same frame each time. So that line is asked for before the lock is, and both lines are on
//! their way together. Nothing depends on it: if the address is old, it was a hint in vain.

use crate::sync::{fetch_early, fetch_lines_early, LINE};
use core::cell::Cell;
use core::ptr;

thread_local! {
    /// At which channel, and which line.
    static PARTNER: Cell<(*const (), *const ())> = const { Cell::new((ptr::null(), ptr::null())) };
}

/// Keeps in mind which line of a peer's frame was touched at `channel`.
#[inline(always)]
pub(crate) fn remember(channel: *const (), line: *const ()) {
    let _ = PARTNER.try_with(|partner| partner.set((channel, line))); // a thread on its way out forgets
}

/// The line that is probably touched next at `channel`.
#[inline(always)]
pub(super) fn line_at(channel: *const ()) -> Option<*const ()> {
    let (at, line) = PARTNER.try_with(Cell::get).ok()?;
    (at == channel).then_some(line)
}

/// Asks for the lines that are touched next, before the lock of `channel` is taken. A value of `bytes` begins in the line that is remembered; a large one
/// fills the next ones, too.
#[inline(always)]
pub(crate) fn expect(channel: *const (), bytes: usize) {
    if let Some(line) = line_at(channel) {
        fetch_early(line);
        fetch_lines_early(line.cast::<u8>().wrapping_add(LINE).cast(), bytes);
    }
}

/// Whether this thread expects somebody at `channel`.
#[cfg(all(test, not(loom)))]
pub(crate) fn is_expected(channel: *const ()) -> bool {
    line_at(channel).is_some_and(|line| !line.is_null())
}
