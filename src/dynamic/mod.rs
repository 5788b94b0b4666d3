//! Select over a list of operations that is made at run time.

mod operation;
mod ready;

pub use operation::SelectedOperation;

use self::operation::selected;
use crate::chan::Token;
use crate::error::{SelectTimeoutError, TrySelectError};
use crate::select::{self, Arm, List, Order, Port, Storage, Until, Wanted, DYNAMIC};
use crate::sync::{current_thread, Deadline, Duration, Instant, ThreadId};
use crate::{Receiver, Sender};
use core::fmt;

/// Waits for one of several operations, added one by one.
///
/// A select can be used again, for as many rounds as need be; its operations stay. For a list known when the code is written, [`select!`] is
/// shorter and faster.
///
/// - *Capacity 0*: an operation is ready when a peer waits.
/// - *Closed*: an operation on a closed channel is ready, and completes with its error (a receive only once the channel is empty).
/// - *Timeout*: a zero timeout tries once, one too large for the clock means no limit. Without any operation a select with a timeout waits for its end.
///
/// ```
/// use rendez::Select;
///
/// let channels: Vec<_> = (0..3).map(|_| rendez::bounded(1)).collect();
/// channels[1].0.send("hello").unwrap();
///
/// let mut select = Select::new();
/// channels.iter().for_each(|(_, rx)| drop(select.recv(rx)));
/// let won = select.select();
/// assert_eq!(won.index(), 1);
/// assert_eq!(won.recv(&channels[1].1), Ok("hello"));
/// ```
///
/// [`select!`]: crate::select!
pub struct Select<'a> {
    arms: List<'a>,
    order: Order,
    storage: Storage,
    /// The thread that added all operations, if one did.
    home: Option<ThreadId>,
}

#[allow(unsafe_code)]
// SAFETY: ports are references to handles. Those of `T: Send` may be used from any thread. A handle of another `T` cannot leave its thread,
// and neither can a value of it be completed elsewhere, since that takes the handle; what another thread can do with the select alone is to win (no `T` is
// touched) and to give up, where it drops no `T`, neither the one that was won nor what a closed channel still holds (see `SelectedOperation::drop`):
// only the thread that has added all of them does, if one has.
unsafe impl Send for Select<'_> {}
#[allow(unsafe_code)]
// SAFETY: `&Select` can only be cloned.
unsafe impl Sync for Select<'_> {}

impl<'a> Select<'a> {
    /// Makes an empty list. Among operations that are ready, the choice will be uniformly random.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert_eq!(select.select().recv(&rx), Ok(1));
    /// ```
    pub fn new() -> Select<'a> {
        Select { arms: List::new(), order: Order::Random, storage: Storage::new(), home: None }
    }

    /// Makes an empty list. Among operations that are ready, the one added first will be chosen.
    ///
    /// ```
    /// let (a_tx, a) = rendez::bounded(1);
    /// let (b_tx, b) = rendez::bounded(1);
    /// a_tx.send(1).unwrap();
    /// b_tx.send(2).unwrap();
    /// let mut select = rendez::Select::new_biased();
    /// select.recv(&a);
    /// select.recv(&b);
    /// assert_eq!(select.select().recv(&a), Ok(1)); // always `a`
    /// ```
    pub fn new_biased() -> Select<'a> {
        Select { order: Order::Given, ..Select::new() }
    }

    /// Adds a send. Returns its index.
    ///
    /// A closed channel may be added: the send is ready then, and completes with its error. So may a handle that is in the list already: it makes another
    /// operation, with its own index. At capacity 0 no operation of the list meets another of it.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// let mut select = rendez::Select::new();
    /// assert_eq!(select.send(&tx), 0);
    /// select.select().send(&tx, "hello").unwrap();
    /// assert_eq!(rx.recv(), Ok("hello"));
    /// ```
    pub fn send<T>(&mut self, s: &'a Sender<T>) -> usize {
        self.add(s)
    }

    /// Adds a receive. Returns its index.
    ///
    /// A closed channel may be added: the receive is ready then, and completes with what the channel still holds, or its error. So may a handle that is in
    /// the list already: it makes another operation, with its own index. At capacity 0 no operation of the list meets another of it.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// let (_keep, other) = rendez::bounded::<u8>(1);
    /// let mut select = rendez::Select::new();
    /// assert_eq!(select.recv(&other), 0);
    /// assert_eq!(select.recv(&rx), 1); // of another type
    /// tx.send("hello").unwrap();
    /// assert_eq!(select.select().index(), 1);
    /// ```
    pub fn recv<T>(&mut self, r: &'a Receiver<T>) -> usize {
        self.add(r)
    }

    fn add(&mut self, port: &'a dyn Port) -> usize {
        let here = Some(current_thread());
        // Where two threads have added some, neither may drop what the other's handles give.
        if self.arms.as_slice().is_empty() {
            self.home = here;
        } else if self.home != here {
            self.home = None;
        }
        self.arms.push(Arm(Some(port)))
    }

    /// Removes the operation with this index. Indices are not used again.
    ///
    /// # Panics
    /// If there is no such operation, or no more.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded::<u8>(1);
    /// let mut select = rendez::Select::new();
    /// let index = select.recv(&rx);
    /// drop(tx);
    /// assert!(select.select().recv(&rx).is_err());
    /// select.remove(index); // it would be ready for ever
    /// assert!(select.try_select().is_err());
    /// ```
    #[track_caller]
    pub fn remove(&mut self, index: usize) {
        assert!(index < self.arms.as_slice().len(), "no operation with index {index} was added to the select");
        assert!(self.arms.remove(index), "the operation with index {index} was removed from the select before");
    }

    /// Wins an operation that can go on without waiting.
    ///
    /// Only a peer at capacity 0 that has yet to come, such as a select that has yet to make the message that it waits to send, is called and waited for: see
    /// [attempts at capacity 0](crate::guide::capacity#attempts-at-capacity-0).
    ///
    /// # Errors
    /// If there is none; also if no operation was added.
    ///
    /// ```
    /// let (tx, rx) = rendez::bounded(1);
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert!(select.try_select().is_err());
    /// tx.send(1).unwrap();
    /// assert_eq!(select.try_select()?.recv(&rx), Ok(1));
    /// # Ok::<(), rendez::TrySelectError>(())
    /// ```
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        self.run(Until::Now).ok_or(TrySelectError)
    }

    /// Wins one of the operations, waiting until one can go on.
    ///
    /// # Panics
    /// If there is no operation.
    ///
    /// # Cancel safety
    /// A blocking call cannot be cancelled; [`select_timeout`](Select::select_timeout) can.
    ///
    /// ```
    /// let (tx, rx) = rendez::rendezvous();
    /// std::thread::spawn(move || tx.send(1));
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert_eq!(select.select().recv(&rx), Ok(1));
    /// assert!(select.select().recv(&rx).is_err()); // the next round: closed
    /// ```
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        self.check_not_empty();
        loop {
            if let Some(won) = self.run(Until::Deadline(Deadline::NEVER)) {
                return won;
            }
        }
    }

    /// Wins one of the operations, waiting at most `timeout`. A zero timeout tries once, one too large for the clock means no limit.
    ///
    /// # Errors
    /// If no operation could go on in time.
    ///
    /// # Cancel safety
    /// On a timeout nothing was sent or received.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (_tx, rx) = rendez::bounded::<u8>(1);
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert!(select.select_timeout(Duration::from_millis(5)).is_err());
    /// ```
    pub fn select_timeout(&mut self, timeout: Duration) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.run(Until::Deadline(Deadline::after(timeout))).ok_or(SelectTimeoutError)
    }

    /// Wins one of the operations, waiting until `deadline`. One that has passed tries once.
    ///
    /// # Errors
    /// If no operation could go on in time.
    ///
    /// # Cancel safety
    /// On a timeout nothing was sent or received.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (tx, rx) = rendez::bounded(1);
    /// tx.send(1).unwrap();
    /// let mut select = rendez::Select::new();
    /// select.recv(&rx);
    /// assert_eq!(select.select_deadline(Instant::now())?.recv(&rx), Ok(1));
    /// # Ok::<(), rendez::SelectTimeoutError>(())
    /// ```
    pub fn select_deadline(&mut self, deadline: Instant) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.run(Until::Deadline(Deadline::at(deadline))).ok_or(SelectTimeoutError)
    }

    #[track_caller]
    pub(crate) fn check_not_empty(&self) {
        assert!(self.arms.as_slice().iter().any(|arm| arm.0.is_some()), "no operation was added to the select: it would wait for ever");
    }

    fn run(&mut self, until: Until) -> Option<SelectedOperation<'a>> {
        let mut token = None;
        let wanted = Wanted { arms: self.arms.as_slice(), order: self.order, until, manner: DYNAMIC };
        let i = select::run(wanted, &mut self.storage, &mut token)?;
        selected(self.arms.as_slice(), self.home, (i, token?), &mut self.storage)
    }

    /// The operations, their order, and the memory for a wait.
    pub(crate) fn parts(&mut self) -> (&[Arm<'a>], Order, &mut Storage) {
        (self.arms.as_slice(), self.order, &mut self.storage)
    }

    /// The operation that was won, with what it needs of `storage`.
    pub(crate) fn selected(&self, won: (usize, Token), storage: &mut Storage) -> Option<SelectedOperation<'a>> {
        selected(self.arms.as_slice(), self.home, won, storage)
    }
}

impl Default for Select<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for Select<'_> {
    fn clone(&self) -> Self {
        Select { arms: self.arms.clone(), order: self.order, storage: Storage::new(), home: self.home }
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Select { .. }")
    }
}
