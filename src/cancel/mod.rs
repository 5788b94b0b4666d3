//! Telling a whole tree of threads and tasks to stop: a token is a channel on which nothing is sent, and closing it is the message.
//!
//! ```text
//!   token ── done: closed when it is cancelled
//!     │ children: weak links, in an unbounded channel, closed when it is cancelled
//!     ├──▶ child ── done, children
//!     └──▶ child ── done, children          (a child keeps its parent: the way down from the root stays whole)
//! ```
//!
//! 1. There is no lock here: only one thread closes `children`, and gets every link that was sent before. A link that cannot be sent any more was not received:
//!    so who holds it cancels the child itself.
//! 2. Whoever adds a child looks at two old links, and throws dead ones away: so at most about as many are dead as alive.
//! 3. A deadline is an alarm of the clock's one thread. It holds the token weakly, and is taken back with it.

use crate::sync::{Alarm, Arc, Deadline, Duration, Instant, WakerArc, WeakArc, MODEL};
use crate::{bounded, unbounded, Receiver, Sender};
use core::convert::Infallible;
use core::fmt;
use core::task::Waker;

/// A request to stop, for any number of threads and tasks, and for those below them.
///
/// Clones are the same token. Cancelling reaches all tokens made by [`child`](CancelToken::child), and theirs; never those above. A token that is dropped
/// cancels nothing: see [`guard`](CancelToken::guard).
///
/// ```
/// use rendez::{select, CancelToken};
/// use std::time::Duration;
///
/// let shutdown = CancelToken::new();
/// let request = shutdown.child_timeout(Duration::from_secs(60)); // ends with the server, or after a minute
/// let (jobs, todo) = rendez::bounded::<u32>(4);
/// std::thread::scope(|s| {
///     s.spawn(|| loop {
///         select! {
///             recv(todo) -> job => println!("{job:?}"),
///             recv(request.done()) -> _ => break,
///         }
///     });
///     jobs.send(1).unwrap();
///     shutdown.cancel();
/// });
/// assert!(request.is_cancelled());
/// ```
#[derive(Clone)]
pub struct CancelToken(Arc<Inner>);

struct Inner {
    node: Arc<Node>,
    deadline: Deadline,
    _alarm: Alarm,
    parent: Option<Arc<Inner>>,
}

struct Node {
    done: Receiver<Infallible>,
    /// Keeps `done` open.
    _open: Sender<Infallible>,
    children: (Sender<Link>, Receiver<Link>),
}

type Link = WeakArc<Node>;

impl Node {
    /// Cancels this and all below. Answers whether it was the first to do so.
    fn cancel(top: &Arc<Node>) -> bool {
        let first = top.done.close();
        let mut tell = vec![top.clone()];
        while let Some(node) = tell.pop() {
            node.done.close();
            if node.children.0.close() {
                tell.extend(node.children.1.iter().filter_map(|link| link.upgrade()));
            }
        }
        first
    }

    /// Links a child, or cancels it if this is cancelled.
    fn link(&self, child: Link) {
        if let Err(late) = self.children.0.send(child) {
            if let Some(child) = late.into_inner().upgrade() {
                Node::cancel(&child);
            }
        }
    }

    fn add(&self, child: &Arc<Node>) {
        self.link(Arc::downgrade(child));
        for link in self.children.1.try_iter().take(2) {
            if link.strong_count() > 0 {
                self.link(link);
            }
        }
    }
}

/// Cancels, for the clock.
struct Bell(Link);

impl std::task::Wake for Bell {
    fn wake(self: WakerArc<Bell>) {
        if let Some(node) = self.0.upgrade() {
            Node::cancel(&node);
        }
    }
}

impl CancelToken {
    /// Makes a token that stands below no other.
    ///
    /// ```
    /// let token = rendez::CancelToken::new();
    /// assert!(!token.is_cancelled());
    /// ```
    pub fn new() -> CancelToken {
        CancelToken::make(None, Deadline::NEVER)
    }

    fn make(parent: Option<&CancelToken>, own: Deadline) -> CancelToken {
        let (open, done) = bounded(0);
        let node = Arc::new(Node { done, _open: open, children: unbounded() });
        let inherited = parent.map_or(Deadline::NEVER, |parent| parent.0.deadline);
        let deadline = own.min(inherited);
        let mut alarm = Alarm::new();
        match deadline.instant() {
            _ if deadline.expired() => drop(Node::cancel(&node)),
            // In a model there is no time: a deadline does not come by itself.
            Some(when) if deadline.instant() != inherited.instant() && !MODEL => {
                alarm.set(when, &Waker::from(WakerArc::new(Bell(Arc::downgrade(&node)))));
            }
            _ => {} // the parent's comes first
        }
        if let Some(parent) = parent {
            parent.0.node.add(&node);
        }
        CancelToken(Arc::new(Inner { node, deadline, _alarm: alarm, parent: parent.map(|parent| parent.0.clone()) }))
    }

    /// Makes a token that is cancelled with this one, and can be by itself. If this one is cancelled already, so is the child.
    ///
    /// ```
    /// let parent = rendez::CancelToken::new();
    /// let (one, other) = (parent.child(), parent.child());
    /// one.cancel();
    /// assert!(one.is_cancelled() && !other.is_cancelled());
    /// parent.cancel();
    /// assert!(other.is_cancelled() && parent.child().is_cancelled());
    /// ```
    pub fn child(&self) -> CancelToken {
        CancelToken::make(Some(self), Deadline::NEVER)
    }

    /// Makes a child that is cancelled when `timeout` has passed, if not before. A timeout of zero cancels at once; one too large for the
    /// clock means none.
    ///
    /// The first deadline of a process starts a thread for all of them. In models of loom a deadline does not come by itself.
    ///
    /// # Panics
    /// If that thread cannot be started. The next deadline tries again.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let token = rendez::CancelToken::new().child_timeout(Duration::from_millis(5));
    /// assert!(token.done().recv().is_err()); // waits for it
    /// assert!(token.is_cancelled());
    /// ```
    pub fn child_timeout(&self, timeout: Duration) -> CancelToken {
        CancelToken::make(Some(self), Deadline::after(timeout))
    }

    /// Makes a child that is cancelled at `deadline`, if not before. As [`child_timeout`](CancelToken::child_timeout) in all else.
    ///
    /// # Panics
    /// As [`child_timeout`](CancelToken::child_timeout): if the thread for deadlines cannot be started.
    ///
    /// ```
    /// let now = std::time::Instant::now();
    /// let token = rendez::CancelToken::new().child_deadline(now);
    /// assert!(token.is_cancelled());
    /// assert_eq!(token.deadline(), Some(now));
    /// ```
    pub fn child_deadline(&self, deadline: Instant) -> CancelToken {
        CancelToken::make(Some(self), Deadline::at(deadline))
    }

    /// Cancels this token and all below it. Returns `true` if this call has cancelled it, `false` if it was cancelled before, from above or by its deadline
    /// too.
    ///
    /// The call that says `true` returns when all are told; another may return before.
    ///
    /// ```
    /// let token = rendez::CancelToken::new();
    /// assert!(token.cancel());
    /// assert!(!token.cancel());
    /// ```
    pub fn cancel(&self) -> bool {
        Node::cancel(&self.0.node)
    }

    /// Tells whether the token is cancelled, by itself, from above, or by its deadline.
    ///
    /// ```
    /// let token = rendez::CancelToken::new();
    /// token.cancel();
    /// assert!(token.is_cancelled());
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.0.node.done.is_closed()
    }

    /// Returns the instant at which the token is cancelled if it is not before: its own, or an earlier one from above.
    ///
    /// ```
    /// assert_eq!(rendez::CancelToken::new().deadline(), None);
    /// ```
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline.instant()
    }

    /// Returns the receiver that closes when the token is cancelled: an arm of `select!` and `select_async!`. Nothing is ever sent to it. To wait for
    /// nothing else there is `token.done().wait_closed()`, and in a task `token.done().closed().await`.
    ///
    /// To cancel, call [`cancel`](CancelToken::cancel): closing the receiver by hand does not reach the children. A clone of it that outlives
    /// all its tokens is closed too.
    ///
    /// ```
    /// let token = rendez::CancelToken::new();
    /// std::thread::scope(|s| {
    ///     s.spawn(|| assert!(token.done().recv().is_err()));
    ///     token.cancel();
    /// });
    /// ```
    pub fn done(&self) -> &Receiver<Infallible> {
        &self.0.node.done
    }

    /// Makes a guard that cancels the token when it is dropped, also by a panic or `?`.
    ///
    /// ```
    /// let token = rendez::CancelToken::new();
    /// {
    ///     let _guard = token.guard();
    /// }
    /// assert!(token.is_cancelled());
    /// ```
    pub fn guard(&self) -> CancelGuard {
        CancelGuard(self.clone())
    }
}

impl Default for CancelToken {
    fn default() -> CancelToken {
        CancelToken::new()
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelToken").field("cancelled", &self.is_cancelled()).field("deadline", &self.deadline()).finish()
    }
}

/// Cancels its token when it is dropped. Made by [`CancelToken::guard`].
///
/// ```
/// use rendez::CancelToken;
///
/// fn work(token: &CancelToken) -> Result<(), String> {
///     let _guard = token.guard(); // whatever happens below, the helpers are told
///     Err("no luck".into())
/// }
///
/// let token = CancelToken::new();
/// assert!(work(&token).is_err());
/// assert!(token.is_cancelled());
/// ```
#[must_use = "dropped at once it cancels at once"]
#[derive(Debug)]
pub struct CancelGuard(CancelToken);

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A long line of descendants is dropped in a loop, not by a recursion as deep.
impl Drop for Inner {
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(mut inner) = parent.and_then(Arc::into_inner) {
            parent = inner.parent.take();
        }
    }
}

#[cfg(all(test, loom, not(rendez_no_loom)))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;
