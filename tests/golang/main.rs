//! What the Go project's own tests ask of channels and `select`, asked of this crate.
//!
//! | Go | here |
//! |---|---|
//! | `runtime/chan_test.go`: Chan, ChanSendInterface, MultiConsumer, ChanSend(Select)Barrier | [`channel`] |
//! | `chan/fifo`, `goroutines`, `zerosize`, `sendstmt`, `chancap`, `range` | [`channel`] |
//! | `closedchan` | [`closed`] |
//! | `chan/nonblock`, `select3`; Nonblock(Recv, Select)Race | [`nonblock`] |
//! | `chan/select`, `select2` to `select8`, `doubleselect`, `selectfair`; SelfSelect, Select(Stress, Fairness, DuplicateChannel) | [`selects`] |
//! | PseudoRandomSend | [`selects`] |
//! | `ken/chan`, `ken/chan1`, `chan/sieve1`, `sieve2` | [`programs`] |
//! | `chan/powser1`, `powser2` | [`series`] |
//! | `chan/perm` | nothing to run: a sender has no `recv`, a receiver no `send`, `tests/ui` shows the message |
//!
//! Differences that are meant: a send on a closed channel answers an error instead of a panic, closing twice answers `false`; a nil channel is an
//! arm with `if false`, or `never()`; the message of a send arm is evaluated only when the arm has won. Not asked: moving stacks, the
//! garbage collector, and how time grows with the number of waiters.

#[path = "../common/mod.rs"]
mod common;

mod channel;
mod closed;
mod nonblock;
mod programs;
mod selects;
mod series;

use std::time::Duration;

/// Nothing can happen in this time or any other: the operation waits for ever.
const SHORT: Duration = Duration::from_millis(5);

/// So many rounds, less without optimisation.
const fn rounds(n: usize) -> usize {
    if cfg!(debug_assertions) {
        n / 10
    } else {
        n
    }
}
