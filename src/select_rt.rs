//! What the expansion of `select!` calls. Not part of the API.

use crate::chan::{Head, Token};
use crate::select::{self, Port, Until, Wanted, MANNER};
use crate::sync::{Deadline, Duration};
use crate::task::select as task;
use crate::{Receiver, RecvError, SendError, Sender};
use core::ptr;

pub use crate::select::{Arm, First, Order, Storage};
pub use crate::task::select::{marker, ArmsFuture, Entry, LATE, OFF};
pub use crate::task::FutureArm;
pub use core::option::Option;
pub use core::pin::pin;
pub use core::{panic, unreachable};

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Limit(Until);

/// Only what is ready now.
pub const NOW: Limit = Limit(Until::Now);

/// Until an arm is won.
pub fn no_limit() -> Limit {
    Limit(Until::Deadline(Deadline::NEVER))
}

/// Until then at most.
pub fn timeout(timeout: Duration) -> Limit {
    Limit(Until::Deadline(Deadline::after(timeout)))
}

/// Sleeps for `timeout`.
pub fn wait_out(timeout: Duration) {
    let _ = crate::never::<()>().recv_timeout(timeout);
}

/// The receiver behind whatever dereferences to it.
#[inline(always)]
pub fn receiver<T>(receiver: &Receiver<T>) -> &Receiver<T> {
    receiver
}

/// The sender behind whatever dereferences to it.
#[inline(always)]
pub fn sender<T>(sender: &Sender<T>) -> &Sender<T> {
    sender
}

/// The handle as an arm.
#[inline(always)]
#[allow(private_bounds)]
pub fn arm<'a, P: Port>(handle: &Option<&'a P>) -> Arm<'a> {
    Arm(handle.map(|port| port as &dyn Port))
}

/// Whether an operation of this arm would not wait now, after `may_win`. For who does not want to wait, all that can be known, and whether there is a peer
/// to be called; for others what is cheap.
#[inline(always)]
#[allow(private_bounds)]
pub fn is_ready<P: Port>(handle: &Option<&P>, limit: &Limit) -> bool {
    handle.is_some_and(|port| match limit.0 {
        Until::Now => port.is_ready(MANNER.patience) || port.has_peer(MANNER.patience),
        Until::Deadline(_) => port.is_ready_otherwise(),
    })
}

/// Whether `win` might succeed: a hint, as cheap as can be.
#[inline(always)]
#[allow(private_bounds)]
pub fn may_win<P: Port>(handle: &Option<&P>) -> bool {
    handle.is_some_and(|port| port.may_win())
}

/// A number that changes whenever the arm becomes ready.
#[inline(always)]
#[allow(private_bounds)]
pub fn version<P: Port>(handle: &Option<&P>) -> u64 {
    handle.map_or(0, |port| port.version())
}

/// Tries to win this arm.
#[inline(always)]
#[allow(private_bounds)]
pub fn win<P: Port>(handle: &Option<&P>, apart: &mut Apart) -> Option<Won> {
    let port = handle.as_ref()?;
    if let Some(head) = port.win_at_once() {
        return Some(Won(Some(head)));
    }
    apart.0 = port.win(ptr::null(), MANNER);
    apart.0.is_some().then_some(Won(None))
}

/// A won arm, by its head; `None`: `Apart` has its token.
///
/// A token goes through memory, and a copy of it by 16 bytes waits for the stores of its words: a head stays in registers (`selready_1` 30 to 14 ns).
#[derive(Debug)]
pub struct Won(Option<Head>);

/// Where a token stays from the win to the end.
#[derive(Debug)]
pub struct Apart(Option<Token>);

#[allow(unsafe_code)]
// SAFETY: what was won, perhaps the value itself. The macro takes it out, by way of the handle that it came from, before a message or a body: so nothing is
// in here across an `.await`.
unsafe impl Send for Apart {}
#[allow(unsafe_code)]
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Apart {}

impl Apart {
    /// Nothing was won yet. (Not a constant, of which all bytes would be copied.)
    #[inline(always)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Apart {
        Apart(None)
    }
}

/// Looks at `n` arms, each of which answers for itself.
#[inline(always)]
pub fn first(
    n: usize,
    order: Order,
    limit: &Limit,
    may_win: impl Fn(usize) -> bool,
    is_ready: impl Fn(usize) -> bool,
    version: impl Fn(usize) -> u64,
    win: impl FnMut(usize) -> Option<Won>,
) -> First<Won> {
    select::first(n, order, limit.0, may_win, is_ready, version, win)
}

/// Goes on after the first look.
pub fn rest(arms: &[Arm<'_>], order: Order, limit: Limit, storage: &mut Storage, apart: &mut Apart) -> Option<(usize, Won)> {
    let index = select::rest(Wanted { arms, order, until: limit.0, manner: MANNER }, storage, &mut apart.0)?;
    Some((index, Won(None)))
}

/// The select as a future. `markers` are those of the entries.
#[inline(always)]
pub fn poll<'a, 'f, M, const N: usize>(
    markers: M,
    entries: [Entry<'a, 'f>; N],
    order: Order,
    limit: Limit,
    off_ends: bool,
) -> ArmsFuture<'a, 'f, M, N> {
    task::select(markers, entries, order, limit.0, off_ends)
}

/// Completes a won receive of a task.
#[inline(always)]
pub fn recv_polled<T, M>(receiver: Option<&Receiver<T>>, mut won: task::Won<'_, M>) -> Result<T, RecvError> {
    match (receiver, won.take()) {
        (Some(receiver), Some(token)) => receiver.finish(token),
        _ => Err(RecvError),
    }
}

/// Completes a won receive.
#[inline(always)]
pub fn recv<T>(receiver: Option<&Receiver<T>>, won: Won, apart: &mut Apart) -> Result<T, RecvError> {
    match (receiver, won.0) {
        (Some(receiver), Some(head)) => receiver.finish_read(head),
        _ => recv_apart(receiver, apart),
    }
}

#[inline(never)]
fn recv_apart<T>(receiver: Option<&Receiver<T>>, apart: &mut Apart) -> Result<T, RecvError> {
    match (receiver, apart.0.take()) {
        (Some(receiver), Some(token)) => receiver.finish(token),
        _ => Err(RecvError),
    }
}

/// A won send that has no message yet. Dropped without one, it gives its arm up.
#[derive(Debug)]
pub struct Held<'a, T> {
    sender: Option<&'a Sender<T>>,
    token: Option<Token>,
}

/// Holds a won send while its message is evaluated.
#[inline(always)]
pub fn hold<'s, T>(sender: Option<&'s Sender<T>>, _won: Won, apart: &mut Apart) -> Held<'s, T> {
    Held { sender, token: apart.0.take() }
}

/// Holds a won send of a task while its message is evaluated.
#[inline(always)]
pub fn hold_polled<'s, T, M>(sender: Option<&'s Sender<T>>, mut won: task::Won<'_, M>) -> Held<'s, T> {
    Held { sender, token: won.take() }
}

#[allow(unsafe_code)]
// SAFETY: a handle, and a right to a slot or to a peer that waits, which is completed or given up from any thread.
unsafe impl<T: Send> Send for Held<'_, T> {}
#[allow(unsafe_code)]
// SAFETY: a shared reference gives access to nothing.
unsafe impl<T: Send> Sync for Held<'_, T> {}

impl<T> Held<'_, T> {
    /// Gives the message its type, where it is written.
    #[inline(always)]
    pub fn message(&self, message: T) -> T {
        message
    }

    /// Completes it.
    #[inline(always)]
    pub fn send(mut self, message: T) -> Result<(), SendError<T>> {
        match (self.sender, self.token.take()) {
            (Some(sender), Some(token)) => sender.finish(token, message),
            _ => Err(SendError(message)),
        }
    }
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        if let (Some(sender), Some(token)) = (self.sender, self.token.take()) {
            sender.give_up(token, true);
        }
    }
}
