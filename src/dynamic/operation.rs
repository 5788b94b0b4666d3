//! An operation that was won and is still to be completed.

use crate::chan::Token;
use crate::error::{RecvError, SendError};
use crate::select::{Arm, Port, Storage};
use crate::sync::{current_thread, ThreadId};
use crate::{Receiver, Sender};
use core::fmt;
use core::mem;

/// An operation that a [`Select`](crate::Select) has won, to be completed.
///
/// Until then others see it as not there yet. Dropped, it is given up: a send leaves its place to be skipped, which is room again when the values before it
/// were received; a receive drops its value. At capacity 0 no value is lost: a sender that waits keeps it, and waits on; one that has had it accepted already
/// leaves it to the next receiver.
///
/// On another thread than the one that added all operations no value is dropped, as it might not be one that can leave its thread: a receive leaks its
/// value, and where a send was in the way of the last receiver, what that would have dropped goes with the last sender.
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// let mut select = rendez::Select::new();
/// select.send(&tx);
/// let won = select.select();
/// assert!(rx.try_recv().is_err()); // not there yet
/// won.send(&tx, 1).unwrap();
/// assert_eq!(rx.try_recv(), Ok(1));
/// ```
#[must_use]
pub struct SelectedOperation<'a> {
    /// The handle that was added.
    port: &'a dyn Port,
    index: usize,
    home: Option<ThreadId>,
    token: Option<Token>,
    storage: Storage,
}

/// The operation of `arms` that was won, with what it needs of `storage`.
#[inline]
pub(super) fn selected<'a>(
    arms: &[Arm<'a>],
    home: Option<ThreadId>,
    (index, mut token): (usize, Token),
    storage: &mut Storage,
) -> Option<SelectedOperation<'a>> {
    let port = arms[index].0?;
    port.hold(&mut token);
    let (token, storage) = storage.split_off(token);
    Some(SelectedOperation { port, index, home, token: Some(token), storage })
}

impl SelectedOperation<'_> {
    /// Returns the index of the operation.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// let mut select = rendez::Select::new();
    /// let index = select.recv(&rx);
    /// assert_eq!(select.select().index(), index);
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    #[track_caller]
    fn token(mut self, handle: *const ()) -> (Token, Storage) {
        assert!(
            (self.port as *const dyn Port).cast() == handle,
            "the selected operation has to be completed with the handle that was added to the select"
        );
        let token = self.token.take().expect("a selected operation is completed once");
        (token, mem::take(&mut self.storage))
    }

    /// Completes a send.
    ///
    /// # Errors
    /// If the channel is closed; the value is in the error.
    ///
    /// # Panics
    /// If `s` is not the very handle that was added. The operation is given up then.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<i32>(1);
    /// let mut select = rendez::Select::new();
    /// select.send(&tx);
    /// drop(rx);
    /// assert_eq!(select.select().send(&tx, 1), Err(rendez::SendError(1)));
    /// ```
    #[track_caller]
    pub fn send<T>(self, s: &Sender<T>, msg: T) -> Result<(), SendError<T>> {
        let (token, mut storage) = self.token(address(s));
        s.finish(storage.attach(token), msg)
    }

    /// Completes a receive.
    ///
    /// # Errors
    /// If the channel is closed and empty.
    ///
    /// # Panics
    /// If `r` is not the very handle that was added. The operation is given up then.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert_eq!(select.select().recv(&rx), Ok(1));
    /// ```
    #[track_caller]
    pub fn recv<T>(self, r: &Receiver<T>) -> Result<T, RecvError> {
        let (token, mut storage) = self.token(address(r));
        r.finish(storage.attach(token))
    }
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token.take() {
            let token = self.storage.attach(token);
            let at_home = self.home == Some(current_thread());
            // On another thread a value might not be ours to drop: one that was won stays where it is, for ever.
            if at_home || !matches!(token, Token::Read(_) | Token::Held(_)) {
                self.port.give_up(token, at_home);
            }
        }
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectedOperation { .. }")
    }
}

fn address<T>(handle: &T) -> *const () {
    (handle as *const T).cast()
}
