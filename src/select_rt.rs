//! What the expansion of `select!` calls. Not part of the API.

use crate::chan::Token;
use crate::select::{self, Port, Until};
use crate::sync::{Deadline, Duration};
use crate::{Receiver, RecvError, SendError, Sender};

pub use crate::select::{Arm, Order, Storage};
pub use core::option::Option;
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

/// Whether no arm is there.
#[inline(always)]
pub fn all_off(arms: &[Arm<'_>]) -> bool {
    arms.iter().all(|arm| arm.0.is_none())
}

/// A won arm.
#[derive(Debug)]
pub struct Won(Token);

/// Runs the select.
#[inline(always)]
pub fn run(arms: &[Arm<'_>], order: Order, limit: Limit, storage: &mut Storage) -> Option<(usize, Won)> {
    select::run(arms, order, limit.0, storage).map(|(index, token)| (index, Won(token)))
}

/// Completes a won receive.
#[inline(always)]
pub fn recv<T>(receiver: Option<&Receiver<T>>, won: Won) -> Result<T, RecvError> {
    receiver.map_or(Err(RecvError), |receiver| receiver.finish(won.0))
}

/// A won send that has no message yet. Dropped without one, it gives its arm up.
#[derive(Debug)]
pub struct Held<'a, T> {
    sender: Option<&'a Sender<T>>,
    token: Option<Token>,
}

/// Holds a won send while its message is evaluated.
#[inline(always)]
pub fn hold<T>(sender: Option<&Sender<T>>, won: Won) -> Held<'_, T> {
    Held { sender, token: Some(won.0) }
}

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
            sender.give_up(token);
        }
    }
}
