//! The selects as users write them.

mod expand;
mod mistake;

/// Waits for the first of several operations that can go on, performs that one alone, and runs its body.
///
/// ```text
/// select! {
///     biased;                                        // optional: the first arm that is ready wins; else the choice is uniformly random
///     recv(rx) -> msg => body,                       // msg: Result<T, RecvError>
///     send(tx, message) -> res => body,              // res: Result<(), SendError<T>>
///     recv(rx) -> msg, if condition => body,         // an arm with `if false` is not there; nothing of it is evaluated
///     #[cfg(feature = "x")] recv(rx) -> msg => body,
///     default => body,                               // if no arm is ready
///     default(timeout) => body,                      // if no arm becomes ready in time
///     else => body,                                  // if every arm is switched off (without it, `default` is for that, too)
/// }
/// ```
///
/// A body is an expression; after a block the comma may be left out. It may leave a surrounding loop or function with `break`, `continue`,
/// `return` and `?`.
///
/// - A handle is any expression that is, or dereferences to, a [`Receiver`](crate::Receiver) or a [`Sender`](crate::Sender), which is borrowed. Conditions and
///   handles are evaluated once, in the order of the arms, before anything waits. A temporary in a handle, as a guard of a mutex, lives until the body ends.
///   (In an arm with a condition a `break` or `continue` in these needs a label.)
/// - *Capacity 0*: an arm is ready when a peer waits. One that has yet to come, such as a select that has yet to make the message that it waits to
///   send, is called by `default`, and waited for: see [attempts at capacity 0](crate::guide::capacity#attempts-at-capacity-0).
/// - *Closed*: an arm of a closed channel is ready, and yields its error (a receive only once the channel is empty).
/// - The message of a send arm is evaluated when that arm has won, once. If it panics, or leaves with `?`, `return` or `break`, the arm is given up:
///   its place is skipped (and is room again when the values before it were received), and a peer that was paired with it waits on as before. Until it is
///   done others see that operation as not there yet. So it must not wait for the other side of its own channel.
/// - *Timeout*: a zero timeout tries once, one too large for the clock means no limit.
///
/// # Panics
/// If every arm is switched off and there is neither `default` nor `else`.
///
/// # Cancel safety
/// Arms that do not win lose neither a value nor a wake-up. Timers leave nothing behind. The select itself blocks its thread and cannot be cancelled, but by
/// `default(timeout)` or an arm for that.
///
/// ```
/// use rendez::{bounded, select};
/// use std::time::Duration;
///
/// let (tx, rx) = bounded(1);
/// let (other, _keep) = bounded(1);
/// tx.send("hello").unwrap();
/// select! {
///     recv(rx) -> msg => assert_eq!(msg, Ok("hello")),
///     send(other, 1) -> _, if false => unreachable!(),
///     default(Duration::from_secs(1)) => unreachable!(),
/// }
/// ```
#[cfg(doc)]
#[macro_export]
macro_rules! select {
    ($(biased;)? $(recv(rx) -> msg $(, if condition)? => body,)* $(send(tx, message) -> res $(, if condition)? => body,)* $(default $((timeout))? => body,)? $(else => body)?) => {};
}

/// Waits for the first of several operations that can go on, performs that one alone, and runs its body.
///
/// ```text
/// select! {
///     biased;                                        // optional: the first arm that is ready wins; else the choice is uniformly random
///     recv(rx) -> msg => body,                       // msg: Result<T, RecvError>
///     send(tx, message) -> res, if condition => body,
///     default(timeout) => body,                      // if no arm becomes ready in time; without `(timeout)`: now
///     else => body,                                  // if every arm is switched off
/// }
/// ```
///
/// What a program is built with, and an editor shows; documentation shows the one above, which says more, and has fewer patterns.
#[cfg(not(doc))]
#[macro_export]
macro_rules! select {
    ($(biased;)?) => { compile_error!("a `select!` needs an arm: `recv(rx) -> msg => ..`, `send(tx, message) -> res => ..` or `default => ..`") };
    (biased; $($arms:tt)+) => { $crate::__select!(@arms [run Given] (0) [] [] [] $($arms)+) };
    ($($arms:tt)+) => { $crate::__select!(@arms [run Random] (0) [] [] [] $($arms)+) };
}

/// Waits for the first of several operations that can go on, as [`select!`] with `biased;`: of the arms that are ready the first wins.
///
/// # Panics
/// As [`select!`].
///
/// # Cancel safety
/// As [`select!`].
///
/// ```
/// let (tx, rx) = rendez::bounded(1);
/// let (_keep, never) = rendez::bounded::<()>(1);
/// tx.send(1).unwrap();
/// rendez::select_biased! {
///     recv(never) -> _ => unreachable!(),
///     recv(rx) -> msg => assert_eq!(msg, Ok(1)),
/// }
/// ```
#[macro_export]
macro_rules! select_biased {
    ($(biased;)?) => { $crate::select!() };
    (biased; $($arms:tt)+) => { $crate::__select!(@arms [run Given] (0) [] [] [] $($arms)+) };
    ($($arms:tt)+) => { $crate::__select!(@arms [run Given] (0) [] [] [] $($arms)+) };
}

/// Waits in a task for the first of several operations that can go on: as [`select!`], in an `async` function or block. Arms may also be futures.
///
/// ```text
/// select_async! {
///     future(fut) -> output => body,                 // besides all arms of `select!`; a guard is allowed here too
/// }
/// ```
///
/// Bodies may `.await`, and leave a surrounding loop or function as in `select!`; so may messages, whose arm is held meanwhile.
///
/// A future is taken by value, or as `&mut` if it is `Unpin` and is to be polled again in a later select. It wins only if no operation on a channel has been
/// performed. While it is polled the select stands in no queue, and afterwards at the end of each. With `biased;`, arms of both kinds are
/// tried in the order in which they are written; else it is drawn anew each time which kind is tried first. Handles are evaluated before futures; futures
/// are dropped before the body runs.
///
/// Where `default` waits for a peer that it has [called](crate::guide::capacity#attempts-at-capacity-0), the task waits, and not its thread.
///
/// # Panics
/// As [`select!`]. Also if it has to wait for the clock, and the thread for that cannot be started: see [`after`](crate::after).
///
/// # Cancel safety
/// Arms that do not win lose neither a value nor a wake-up. So it is if the whole future is dropped: a value that a sender of capacity 0 has handed over
/// goes to the next receiver. What a future in an arm loses is its own affair, if it was given by value.
///
/// ```
/// # fn block_on<F: std::future::Future>(future: F) -> F::Output {
/// #     let mut future = std::pin::pin!(future);
/// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop { if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) { return output; } }
/// # }
/// # block_on(async {
/// let (tx, rx) = rendez::bounded(1);
/// tx.send_async(1).await.unwrap();
/// rendez::select_async! {
///     biased;
///     recv(rx) -> msg => assert_eq!(msg, Ok(1)),
///     future(std::future::ready(2)) -> output => assert_eq!(output, 2),
/// }
/// # });
/// ```
#[macro_export]
macro_rules! select_async {
    ($(biased;)?) => { $crate::select!() };
    (biased; $($arms:tt)+) => { $crate::__select!(@arms [poll Given] (0) [] [] [] $($arms)+) };
    ($($arms:tt)+) => { $crate::__select!(@arms [poll Random] (0) [] [] [] $($arms)+) };
}

/// A hidden name of `select!` that programs written for crossbeam-channel may use.
#[doc(hidden)]
#[macro_export]
macro_rules! crossbeam_channel_internal {
    ($($arms:tt)*) => { $crate::select! { $($arms)* } };
}
