//! What the types promise to the compiler: where they may go, what they weigh, which traits they have.

use rendez::{
    CancelGuard, CancelToken, CapacityError, ClosedFuture, Drain, IntoIter, IntoStream, Iter, ReadyTimeoutError, Receiver, RecvError,
    RecvFuture, RecvManyFuture, RecvStream, RecvTimeoutError, Select, SelectFuture, SelectTimeoutError, SelectedOperation, SendError,
    SendFuture, SendManyFuture, SendTimeoutError, Sender, TryIter, TryReadyError, TryRecvError, TrySelectError, TrySendError, WeakReceiver,
    WeakSender,
};
#[cfg(feature = "sink")]
use rendez::{IntoSink, SendSink};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any, const_assert};
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt::{Debug, Display};
use std::iter::FusedIterator;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::time::Instant;

/// Neither `Sync`, nor safe to look at after a panic, nor comparable, nor printable; but it may be sent.
type Sendable = Cell<Box<dyn Fn() + Send>>;

// Handles of what may be sent go everywhere, whatever else the value cannot do.
assert_impl_all!(Sender<Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Clone, Debug);
assert_impl_all!(Receiver<Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Clone, Debug, IntoIterator);
assert_impl_all!(WeakSender<Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Clone, Debug);
assert_impl_all!(WeakReceiver<Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Clone, Debug);
assert_impl_all!(IntoIter<Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Debug);
assert_impl_all!(Iter<'static, Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Debug);
assert_impl_all!(TryIter<'static, Sendable>: Send, Sync, UnwindSafe, RefUnwindSafe, Debug);
assert_impl_all!(Drain<Sendable>: Send, Debug);

// Handles of what must stay stay too; they work within the thread.
assert_not_impl_any!(Sender<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Receiver<Rc<u8>>: Send, Sync);
assert_not_impl_any!(WeakSender<Rc<u8>>: Send, Sync);
assert_not_impl_any!(WeakReceiver<Rc<u8>>: Send, Sync);
assert_not_impl_any!(IntoIter<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Iter<'static, Rc<u8>>: Send, Sync);
assert_not_impl_any!(TryIter<'static, Rc<u8>>: Send, Sync);
assert_not_impl_any!(Drain<Rc<u8>>: Send, Sync);
assert_impl_all!(Sender<Rc<RefCell<u8>>>: UnwindSafe, RefUnwindSafe, Clone, Debug);
assert_impl_all!(Receiver<Rc<RefCell<u8>>>: UnwindSafe, RefUnwindSafe, Clone, Debug);

// Whoever has a token may be told anywhere, and tell.
assert_impl_all!(CancelToken: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default, Debug);
assert_impl_all!(CancelGuard: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_not_impl_any!(CancelGuard: Clone);

// Futures go where their handle may go.
macro_rules! futures {
    ($($future:ident),*) => {$(
        assert_impl_all!($future<'static, Sendable>: Send);
        assert_not_impl_any!($future<'static, Rc<u8>>: Send, Sync);
    )*};
}

futures!(SendFuture, RecvFuture, SendManyFuture, RecvManyFuture, ClosedFuture, RecvStream);
assert_impl_all!(IntoStream<Sendable>: Send);
assert_not_impl_any!(IntoStream<Rc<u8>>: Send, Sync);
#[cfg(feature = "sink")]
futures!(SendSink);
#[cfg(feature = "sink")]
assert_impl_all!(IntoSink<Sendable>: Send);
#[cfg(feature = "sink")]
assert_not_impl_any!(IntoSink<Rc<u8>>: Send, Sync);

// `Sync` alone is not enough: the guard of a mutex may be looked at from elsewhere, but not released there.
assert_impl_all!(std::sync::MutexGuard<'static, u8>: Sync);
assert_not_impl_any!(Sender<std::sync::MutexGuard<'static, u8>>: Send, Sync);
assert_not_impl_any!(Receiver<std::sync::MutexGuard<'static, u8>>: Send, Sync);

// A drain owns its values: it may be looked at from elsewhere if they may.
assert_impl_all!(Drain<u8>: Send, Sync, UnwindSafe, RefUnwindSafe, Unpin);
assert_not_impl_any!(Drain<Sendable>: Sync);

// No handle is pinned by what goes through it.
assert_impl_all!(Sender<PhantomPinned>: Unpin);
assert_impl_all!(Receiver<PhantomPinned>: Unpin);
assert_impl_all!(WeakSender<PhantomPinned>: Unpin);
assert_impl_all!(WeakReceiver<PhantomPinned>: Unpin);
assert_impl_all!(IntoIter<PhantomPinned>: Unpin);
assert_impl_all!(Iter<'static, PhantomPinned>: Unpin);
assert_impl_all!(TryIter<'static, PhantomPinned>: Unpin);
assert_impl_all!(Select<'static>: Unpin);
assert_impl_all!(SelectedOperation<'static>: Unpin);

// A list of operations may go to another thread; an operation that has been won is completed where it was.
assert_impl_all!(Select<'static>: Send, Sync, Clone, Default, Debug);
assert_not_impl_any!(SelectedOperation<'static>: Send, Sync, Clone);
assert_impl_all!(SelectedOperation<'static>: Debug);

// Handles are not values: two are the same channel or not (`same_channel`), and none is copied by accident.
assert_not_impl_any!(Sender<u8>: Copy, PartialEq);
assert_not_impl_any!(Receiver<u8>: Copy, PartialEq, Iterator);

assert_impl_all!(Iter<'static, u8>: Iterator<Item = u8>, FusedIterator);
assert_impl_all!(TryIter<'static, u8>: Iterator<Item = u8>);
assert_not_impl_any!(TryIter<'static, u8>: FusedIterator); // more may come after `None`
assert_impl_all!(IntoIter<u8>: Iterator<Item = u8>, FusedIterator);
assert_impl_all!(Drain<u8>: Iterator<Item = u8>, FusedIterator, ExactSizeIterator, DoubleEndedIterator);

/// Traits of every error that has no value in it.
macro_rules! plain {
    ($($error:ty),*) => {$(
        assert_impl_all!($error: Error, Display, Debug, Copy, Clone, PartialEq, Eq, Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
    )*};
}

plain!(RecvError, TryRecvError, RecvTimeoutError, CapacityError);
plain!(TrySelectError, SelectTimeoutError, TryReadyError, ReadyTimeoutError);

/// An error with a value in it is as the value is, and an `Error` whatever the value is.
macro_rules! with_value {
    ($($error:ident),*) => {$(
        assert_impl_all!($error<u8>: Error, Display, Debug, Copy, Clone, PartialEq, Eq, Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
        assert_impl_all!($error<Sendable>: Error, Display, Debug, Send);
        assert_not_impl_any!($error<Sendable>: Sync, Clone, PartialEq, RefUnwindSafe);
        assert_impl_all!($error<Rc<u8>>: Error, Display, Debug, Clone, PartialEq, Eq);
        assert_not_impl_any!($error<Rc<u8>>: Send, Sync, Copy);
        assert_impl_all!($error<f64>: PartialEq, Copy);
        assert_not_impl_any!($error<f64>: Eq);
        assert_not_impl_any!($error<PhantomPinned>: Unpin);
    )*};
}

with_value!(SendError, TrySendError, SendTimeoutError);

assert_impl_all!(TrySendError<u8>: From<SendError<u8>>);
assert_impl_all!(SendTimeoutError<u8>: From<SendError<u8>>);
assert_impl_all!(TryRecvError: From<RecvError>);
assert_impl_all!(RecvTimeoutError: From<RecvError>);

// A sender is a pointer, and so is a sender that may be missing. A receiver has to say besides whether a clock stands behind it.
type Large = [u64; 1000];
assert_eq_size!(Sender<Large>, usize);
assert_eq_size!(Option<Sender<Large>>, usize);
assert_eq_size!(WeakSender<Large>, usize);
assert_eq_size!(Option<WeakSender<Large>>, usize);
assert_eq_size!(Receiver<Large>, [usize; 2]);
assert_eq_size!(Option<Receiver<Large>>, [usize; 2]);
assert_eq_size!(WeakReceiver<Large>, [usize; 2]);
assert_eq_size!(Option<WeakReceiver<Large>>, [usize; 2]);
assert_eq_size!(Iter<'static, Large>, usize);
assert_eq_size!(TryIter<'static, Large>, usize);
assert_eq_size!(IntoIter<Large>, Receiver<Large>);

/// What a task keeps for an operation, in words, for a value of a word: no more than this.
#[cfg(not(loom))] // whose atomics and cells are larger
mod sizes {
    use super::*;

    const WORD: usize = size_of::<usize>();
    const_assert!(size_of::<SendFuture<'static, usize>>() <= 14 * WORD);
    const_assert!(size_of::<RecvFuture<'static, usize>>() <= 14 * WORD);
    const_assert!(size_of::<RecvStream<'static, usize>>() <= 15 * WORD);
    const_assert!(size_of::<IntoStream<usize>>() <= 16 * WORD);
    const_assert!(size_of::<SendManyFuture<'static, usize>>() <= 16 * WORD);
    const_assert!(size_of::<RecvManyFuture<'static, usize>>() <= 18 * WORD);
    const_assert!(size_of::<ClosedFuture<'static, usize>>() <= 18 * WORD);
    const_assert!(size_of::<SelectFuture<'static, 'static>>() <= 76 * WORD);
}

// Peers point into what waits: it must not move.
assert_not_impl_any!(SendFuture<'static, u8>: Unpin);
assert_not_impl_any!(RecvFuture<'static, u8>: Unpin);
assert_not_impl_any!(SendManyFuture<'static, u8>: Unpin);
assert_not_impl_any!(RecvManyFuture<'static, u8>: Unpin);
assert_not_impl_any!(ClosedFuture<'static, u8>: Unpin);
assert_not_impl_any!(SelectFuture<'static, 'static>: Unpin);
assert_not_impl_any!(RecvStream<'static, u8>: Unpin);
assert_not_impl_any!(IntoStream<u8>: Unpin);

// Errors weigh what is in them: a plain one is free in a `Result`.
assert_eq_size!(SendError<Large>, Large);
assert_eq_size!(RecvError, ());
assert_eq_size!(Result<Box<u8>, RecvError>, Box<u8>);
const_assert!(size_of::<TryRecvError>() == 1 && size_of::<RecvTimeoutError>() == 1);

/// A receiver that waits for nothing can be a constant.
const OFF: Receiver<Large> = rendez::never();
static NEVER: Receiver<u8> = rendez::never();

#[test]
fn sizes_of_futures() {
    macro_rules! print {
        ($($future:ty),*) => {$(println!("{} bytes: {}", size_of::<$future>(), stringify!($future));)*};
    }
    print!(SendFuture<'_, usize>, RecvFuture<'_, usize>, SendManyFuture<'_, usize>, RecvManyFuture<'_, usize>);
    print!(RecvStream<'_, usize>, IntoStream<usize>, ClosedFuture<'_, usize>, SelectFuture<'_, '_>);
    let (tx, rx) = rendez::bounded::<usize>(1);
    let two = async {
        rendez::select_async! { recv(rx) -> _ => (), send(tx, 1) -> _ => () }
    };
    println!("{} bytes: a select of two arms", size_of_val(&two));
    let eight = async {
        rendez::select_async! {
            recv(rx) -> _ => (), recv(rx) -> _ => (), recv(rx) -> _ => (), recv(rx) -> _ => (),
            recv(rx) -> _ => (), recv(rx) -> _ => (), recv(rx) -> _ => (), recv(rx) -> _ => (),
        }
    };
    println!("{} bytes: a select of eight arms", size_of_val(&eight));
}

#[test]
fn a_receiver_of_nothing_is_a_constant() {
    assert_eq!(NEVER.try_recv(), Err(TryRecvError::Empty));
    assert!(OFF.try_recv().is_err());
}

#[test]
fn timers_have_receivers_of_instants() {
    let timers: [Receiver<Instant>; 3] =
        [rendez::at(Instant::now()), rendez::after(Default::default()), rendez::tick(std::time::Duration::from_nanos(1))];
    assert!(timers.iter().all(|timer| timer.recv().is_ok()));
}

#[test]
fn handles_of_what_must_stay_work_within_the_thread() {
    let (tx, rx) = rendez::bounded(2);
    let value = Rc::new(RefCell::new(1));
    tx.send(value.clone()).expect("open");
    *value.borrow_mut() += 1;
    assert_eq!(*rx.recv().expect("open").borrow(), 2);
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn values_may_borrow() {
    let words = String::from("to be or not to be");
    let (tx, rx) = rendez::unbounded();
    words.split(' ').for_each(|word| tx.send(word).expect("open"));
    drop(tx);
    assert_eq!(rx.iter().collect::<Vec<&str>>().join(" "), words);
}

#[test]
fn errors_are_boxed_with_any_value_and_print_in_one_line() {
    let value = || Cell::new(Box::new(|| ()) as Box<dyn Fn() + Send>);
    let errors: [Box<dyn Error>; 13] = [
        Box::new(SendError(value())),
        Box::new(TrySendError::Full(value())),
        Box::new(TrySendError::Disconnected(value())),
        Box::new(SendTimeoutError::Timeout(value())),
        Box::new(SendTimeoutError::Disconnected(value())),
        Box::new(RecvError),
        Box::new(TryRecvError::Empty),
        Box::new(RecvTimeoutError::Timeout),
        Box::new(rendez::try_bounded::<u8>(usize::MAX).expect_err("too large")),
        Box::new(TrySelectError),
        Box::new(SelectTimeoutError),
        Box::new(TryReadyError),
        Box::new(ReadyTimeoutError),
    ];
    for error in errors {
        let (text, debug) = (error.to_string(), format!("{error:?}"));
        assert!(text.len() > 10 && !text.contains('\n') && !text.ends_with('.'), "{text}");
        assert!(text.starts_with(|c: char| c.is_lowercase()), "{text}");
        assert!(!debug.is_empty() && !debug.contains('\n'), "{debug}");
    }
}

/// As other texts they fill the width that they are given.
#[test]
fn errors_are_padded() {
    assert_eq!(format!("{:<24}|", SendError(1)), "the channel is closed   |");
    assert_eq!(format!("{:>16?}", TrySendError::Full(1)), "        Full(..)");
    assert_eq!(format!("{:-^33}", SendTimeoutError::Timeout(1)), "--the time for sending ran out---");
    assert_eq!(format!("{:.11}", TryRecvError::Empty), "the channel");
    assert_eq!(format!("{RecvError:>32}"), " the channel is closed and empty");
    assert_eq!(format!("{SelectTimeoutError:>31}"), " the time for selecting ran out");
}

#[test]
fn a_drain_has_two_ends() {
    let (tx, rx) = rendez::bounded(4);
    (0..4).for_each(|n| tx.send(n).expect("open"));
    let mut drain = rx.drain();
    assert_eq!((drain.next_back(), drain.next(), drain.len()), (Some(3), Some(0), 2));
    assert_eq!(drain.rev().collect::<Vec<_>>(), [2, 1]);
}
