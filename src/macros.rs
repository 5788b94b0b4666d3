//! `select!`, `select_biased!` and `select_async!`: an arm is normalised by one rule, all are expanded by one.

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
///     else => body,                                  // if every arm is switched off
/// }
/// ```
///
/// A body is an expression; after a block the comma may be left out. It may leave a surrounding loop or function with `break`, `continue`,
/// `return` and `?`.
///
/// - *Capacity 0*: an arm is ready when a peer waits.
/// - *Closed*: an arm of a closed channel is ready, and yields its error (a receive only once the channel is empty).
/// - The message of a send arm is evaluated when that arm has won, once. If it panics, or leaves with `?`, `return` or `break`, the arm is given up:
///   its place is skipped, and a peer that was paired with it waits on as before. Until it is done others see that operation as not there yet. So it must
///   not wait for the other side of its own channel.
/// - *Timeout*: a zero timeout tries once, one too large for the clock means no limit.
///
/// # Panics
/// If every arm is switched off and there is neither `default` nor `else`.
///
/// # Cancel safety
/// Arms that do not win lose neither a value nor a wake-up. Timers leave nothing behind.
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

/// As documented above; this is what runs.
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
/// `default` may wait some milliseconds for another select that is about to meet this one.
///
/// # Panics
/// As [`select!`].
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

/// State: whether to run or to poll, and the order; number of the next arm, arms, `default`, `else`; then the text still to be read.
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    // An arm under a condition of the build: both readings, of which the compiler keeps one.
    (@arms $how:tt $n:tt [$($arms:tt)*] $default:tt $else:tt #[cfg($($cfg:tt)*)] $($rest:tt)*) => {{
        #[cfg($($cfg)*)]
        { $crate::__select!(@arms $how $n [$($arms)*] $default $else $($rest)*) }
        #[cfg(not($($cfg)*))]
        { $crate::__select!(@skip $how $n [$($arms)*] $default $else $($rest)*) }
    }};

    // An expression first: where a macro has passed one on as `$body:expr`, trying it as a block would be an error, not a mismatch.
    (@arms $how:tt ($($n:tt)*) [$($arms:tt)*] $default:tt $else:tt recv($rx:expr $(,)?) -> $pat:pat $(, if $cond:expr)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@arms $how ($($n)* + 1) [$($arms)* { recv port out ($($n)*) ($rx) ($($cond)?) ($pat) () $body }] $default $else $($($rest)*)?)
    };
    (@arms $how:tt ($($n:tt)*) [$($arms:tt)*] $default:tt $else:tt recv($rx:expr $(,)?) -> $pat:pat $(, if $cond:expr)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $how ($($n)* + 1) [$($arms)* { recv port out ($($n)*) ($rx) ($($cond)?) ($pat) () $body }] $default $else $($rest)*)
    };

    (@arms $how:tt ($($n:tt)*) [$($arms:tt)*] $default:tt $else:tt send($tx:expr, $msg:expr $(,)?) -> $pat:pat $(, if $cond:expr)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@arms $how ($($n)* + 1) [$($arms)* { send port out ($($n)*) ($tx) ($($cond)?) ($pat) ($msg) $body }] $default $else $($($rest)*)?)
    };
    (@arms $how:tt ($($n:tt)*) [$($arms:tt)*] $default:tt $else:tt send($tx:expr, $msg:expr $(,)?) -> $pat:pat $(, if $cond:expr)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $how ($($n)* + 1) [$($arms)* { send port out ($($n)*) ($tx) ($($cond)?) ($pat) ($msg) $body }] $default $else $($rest)*)
    };

    (@arms [poll $order:ident] ($($n:tt)*) [$($arms:tt)*] $default:tt $else:tt future($future:expr $(,)?) -> $pat:pat $(, if $cond:expr)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@arms [poll $order] ($($n)* + 1) [$($arms)* { future port out ($($n)*) ($future) ($($cond)?) ($pat) () $body }] $default $else $($($rest)*)?)
    };
    (@arms [poll $order:ident] ($($n:tt)*) [$($arms:tt)*] $default:tt $else:tt future($future:expr $(,)?) -> $pat:pat $(, if $cond:expr)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms [poll $order] ($($n)* + 1) [$($arms)* { future port out ($($n)*) ($future) ($($cond)?) ($pat) () $body }] $default $else $($rest)*)
    };

    (@arms $how:tt $n:tt $arms:tt [] $else:tt default $(($($timeout:expr $(,)?)?))? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@arms $how $n $arms [($($($timeout)?)?) $body] $else $($($rest)*)?)
    };
    (@arms $how:tt $n:tt $arms:tt [] $else:tt default $(($($timeout:expr $(,)?)?))? => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $how $n $arms [($($($timeout)?)?) $body] $else $($rest)*)
    };

    (@arms $how:tt $n:tt $arms:tt $default:tt [] else => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@arms $how $n $arms $default [$body] $($($rest)*)?)
    };
    (@arms $how:tt $n:tt $arms:tt $default:tt [] else => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $how $n $arms $default [$body] $($rest)*)
    };

    // No arm that is known.
    (@arms $how:tt $n:tt $arms:tt $default:tt $else:tt $($rest:tt)+) => { $crate::__select_mistake!($default $else $($rest)+) };

    // An arm that the build has not.
    (@skip $how:tt $n:tt $arms:tt $default:tt $else:tt $kind:tt $(($($in:tt)*))? $(-> $pat:pat $(, if $cond:expr)?)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@arms $how $n $arms $default $else $($($rest)*)?)
    };
    (@skip $how:tt $n:tt $arms:tt $default:tt $else:tt $kind:tt $(($($in:tt)*))? $(-> $pat:pat $(, if $cond:expr)?)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@arms $how $n $arms $default $else $($rest)*)
    };

    // All arms are read: there is none, ..
    (@arms [run $order:ident] (0) [] $default:tt $else:tt) => { $crate::__select!(@off $default $else) };
    // .. or there are some.
    (@arms [run $order:ident] ($($count:tt)*) [$({ $kind:ident $port:ident $out:ident ($($n:tt)*) ($handle:expr) ($($cond:expr)?) ($pat:pat) ($($msg:expr)?) $body:expr })*] $default:tt $else:tt) => {
        match ($($crate::__select!(@handle $kind ($handle) $($cond)?),)*) {
            ($($port,)*) => {
                if $($port.is_none())&&* {
                    $crate::__select!(@off $default $else)
                } else {
                    let limit = $crate::__select!(@until $default);
                    let mut storage = $crate::__select::Storage::new();
                    let first = $crate::__select::first(
                        $($count)*,
                        $crate::__select::Order::$order,
                        &limit,
                        |i| $(if i == $($n)* { $crate::__select::is_ready(&$port) } else)* { false },
                        |i| $(if i == $($n)* { $crate::__select::version(&$port) } else)* { 0 },
                        |i| $(if i == $($n)* { $crate::__select::win(&$port) } else)* { $crate::__select::Option::None },
                    );
                    let rest = || $crate::__select::rest(&[$($crate::__select::arm(&$port),)*], $crate::__select::Order::$order, limit, &mut storage);
                    match first.or_else(rest) {
                        $crate::__select::Option::None => $crate::__select!(@timeout $default),
                        $crate::__select::Option::Some((won, token)) => $(
                            if won == $($n)* {
                                #[allow(unused_parens)] // needed by patterns with `|`
                                let ($pat) = $crate::__select!(@finish $kind $port token $($msg)?);
                                $crate::__select!(@body $body)
                            } else
                        )* {
                            $crate::__select::unreachable!()
                        }
                    }
                }
            }
        }
    };

    // The futures go before a body runs: what they borrow is free again. What was won is in a variable of its own meanwhile: the value of a block would be
    // forgotten if a destructor in it panicked. `out` gets its value after the `await`, so it is no part of the future.
    (@arms [poll $order:ident] ($($count:tt)*) [$({ $kind:ident $port:ident $out:ident ($($n:tt)*) ($handle:expr) ($($cond:expr)?) ($pat:pat) ($($msg:expr)?) $body:expr })*] $default:tt $else:tt) => {
        match ($($crate::__select!(@channel $kind ($handle) $($cond)?),)*) {
            ($($port,)*) => {
                $($crate::__select!(@declare $kind $out);)*
                let (won, token);
                {
                    $($crate::__select!(@pin $kind $port ($handle) $($cond)?);)*
                    (won, token) = $crate::__select::poll(
                        ($($crate::__select!(@marker $kind $port),)*),
                        [$($crate::__select!(@entry $kind $port),)*],
                        $crate::__select::Order::$order,
                        $crate::__select!(@until $default),
                        $crate::__select!(@off_ends $default $else),
                    )
                    .await;
                    $($crate::__select!(@output $kind $port $out);)*
                }
                if won == $crate::__select::LATE {
                    $crate::__select!(@timeout $default)
                } else if won == $crate::__select::OFF {
                    $crate::__select!(@polled_off $default $else)
                } else $(
                    if won == $($n)* {
                        #[allow(unused_parens)] // needed by patterns with `|`
                        let ($pat) = $crate::__select!(@finish_polled $kind $port $out token $($msg)?);
                        $crate::__select!(@body $body)
                    } else
                )* {
                    $crate::__select::unreachable!()
                }
            }
        }
    };

    (@channel future ($future:expr) $($cond:expr)?) => { () };
    (@channel $kind:ident ($handle:expr) $($cond:expr)?) => { $crate::__select!(@handle $kind ($handle) $($cond)?) };

    (@declare future $out:ident) => { let $out; };
    (@declare $kind:ident $out:ident) => {};

    (@pin future $port:ident ($future:expr)) => { let mut $port = $crate::__select::pin!($crate::__select::FutureArm::new($future)); };
    (@pin future $port:ident ($future:expr) $cond:expr) => {
        let mut $port = $crate::__select::pin!(if $cond { $crate::__select::FutureArm::new($future) } else { $crate::__select::FutureArm::off() });
    };
    (@pin $kind:ident $port:ident ($handle:expr) $($cond:expr)?) => {};

    (@marker future $port:ident) => { $crate::__select::marker(&*$port) };
    (@marker $kind:ident $port:ident) => { $crate::__select::marker(&$port) };

    (@entry future $port:ident) => { $crate::__select::Entry::future($port.as_mut()) };
    (@entry $kind:ident $port:ident) => { $crate::__select::Entry::port(&$port) };

    (@output future $port:ident $out:ident) => { $out = $port.output(); };
    (@output $kind:ident $port:ident $out:ident) => {};

    (@finish_polled future $port:ident $out:ident $token:ident) => {
        match $out {
            $crate::__select::Option::Some(output) => output,
            $crate::__select::Option::None => $crate::__select::unreachable!(),
        }
    };
    (@finish_polled recv $port:ident $out:ident $token:ident) => { $crate::__select::recv_polled($port, $token) };
    (@finish_polled send $port:ident $out:ident $token:ident $msg:expr) => {{
        let held = $crate::__select::hold_polled($port, $token);
        let message = held.message($msg);
        held.send(message)
    }};

    // Without a default there is nothing else to wait for.
    (@off_ends [] $else:tt) => { true };
    (@off_ends $default:tt []) => { false };
    (@off_ends $default:tt $else:tt) => { true };

    (@polled_off $default:tt [$body:expr]) => { $crate::__select!(@body $body) };
    (@polled_off [] []) => { $crate::__select!(@off [] []) };
    (@polled_off $default:tt []) => { $crate::__select::unreachable!() };

    // `&*&`: the handle's own type decides, as in `recv(if left { &a } else { &b })`; what is expected here does not reach behind the `*`.
    (@handle recv ($handle:expr)) => { $crate::__select::Option::Some($crate::__select::receiver(&*&$handle)) };
    (@handle send ($handle:expr)) => { $crate::__select::Option::Some($crate::__select::sender(&*&$handle)) };
    // Not `if .. else`, whose branches would drop their temporaries: `recv(after(d)) -> _, if cond` has one.
    (@handle $kind:ident ($handle:expr) $cond:expr) => {
        'arm: {
            if !$cond {
                break 'arm $crate::__select::Option::None;
            }
            $crate::__select!(@handle $kind ($handle))
        }
    };

    (@until []) => { $crate::__select::no_limit() };
    (@until [() $body:expr]) => { $crate::__select::NOW };
    (@until [($timeout:expr) $body:expr]) => { $crate::__select::timeout($timeout) };

    // Not the end of a block, where the compiler would find the braces of a short body unnecessary.
    (@body $body:expr) => { match () { () => $body } };

    (@timeout []) => { $crate::__select::unreachable!() };
    (@timeout [($($timeout:expr)?) $body:expr]) => { $body };

    (@off $default:tt [$body:expr]) => { $crate::__select!(@body $body) };
    (@off [] []) => { $crate::__select::panic!("every arm of the `select!` is switched off, and it has neither `default` nor `else`") };
    (@off [() $body:expr] []) => { $crate::__select!(@body $body) };
    (@off [($timeout:expr) $body:expr] []) => {{
        $crate::__select::wait_out($timeout);
        $crate::__select!(@body $body)
    }};

    (@finish recv $port:ident $token:ident) => { $crate::__select::recv($port, $token) };
    (@finish send $port:ident $token:ident $msg:expr) => {{
        let held = $crate::__select::hold($port, $token);
        let message = held.message($msg);
        held.send(message)
    }};
}

/// Says what is wrong with the arm that comes next, and points at it: the first error explains, the second has the place.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_mistake {
    (@recv () $in:tt $($rest:tt)*) => { $crate::__select_mistake!(@say $in "a `recv` arm has a receiver: `recv(rx) -> msg => ..`") };
    (@recv ($rx:expr, $here:tt $($more:tt)*) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `recv` arm has one receiver: `recv(", stringify!($rx), ") -> msg => ..`")
    };
    (@recv ($($args:tt)*) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@after $in ("recv(", stringify!($($args)*), ")") "msg" $($rest)*)
    };
    (@recv $other:tt $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `recv` comes the receiver in parentheses: `recv(rx) -> msg => ..`")
    };
    (@send () $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "a `send` arm has a sender and a message: `send(tx, message) -> res => ..`")
    };
    (@send ($tx:expr $(,)?) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "a `send` arm has a message: `send(", stringify!($tx), ", message) -> res => ..`")
    };
    (@send ($tx:expr, $msg:expr, $here:tt $($more:tt)*) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `send` arm has one message: `send(", stringify!($tx), ", ", stringify!($msg), ") -> res => ..`")
    };
    (@send ($($args:tt)*) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@after $in ("send(", stringify!($($args)*), ")") "res" $($rest)*)
    };
    (@send $other:tt $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `send` come the sender and the message in parentheses: `send(tx, message) -> res => ..`")
    };

    // The operation is right, so it is something after it.
    (@after $in:tt ($($arm:tt)*) $name:literal => $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "between an operation and its body comes a name for the result: `", $($arm)*, " -> ", $name, " => ..`")
    };
    (@after $in:tt $arm:tt $name:literal -> $pat:pat if $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "before `if` comes a comma: `-> ", stringify!($pat), ", if ..`")
    };
    (@after $in:tt $arm:tt $name:literal -> $pat:pat $(, if $cond:expr)? => $(,)?) => {
        $crate::__select_mistake!(@say $in "after `=>` comes a body: an expression, or a block")
    };
    (@after $in:tt $arm:tt $name:literal -> $pat:pat $(, if $cond:expr)? => , $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "after `=>` comes a body: an expression, or a block")
    };
    (@after $in:tt $arm:tt $name:literal -> $pat:pat $(, if $cond:expr)? => $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after a body comes a comma, unless it is a block: `-> ", stringify!($pat), " => ..,`")
    };
    (@after $in:tt ($($arm:tt)*) $name:literal $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "after `", $($arm)*, "` comes `-> ", $name, " => body,` or `-> ", $name, ", if condition => body,`")
    };

    (@say $here:tt $($text:tt)+) => {{
        compile_error!(concat!($($text)+));
        $crate::__select_here!($here)
    }};

    // `default` and `else` so far, and the text that no rule knows.
    ([$($default:tt)+] $else:tt default $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `select!` has at most one `default`")
    };
    ($default:tt [$($else:tt)+] else $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `select!` has at most one `else`")
    };
    ($default:tt $else:tt default $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `default` comes `=> body,` or `(timeout) => body,`")
    };
    ($default:tt $else:tt else $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `else` comes `=> body,`")
    };
    ($default:tt $else:tt recv $in:tt $($rest:tt)*) => { $crate::__select_mistake!(@recv $in $in $($rest)*) };
    ($default:tt $else:tt send $in:tt $($rest:tt)*) => { $crate::__select_mistake!(@send $in $in $($rest)*) };
    ($default:tt $else:tt future $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "an arm with a future is for `select_async!`, and reads `future(fut) -> output => ..`")
    };
    ($default:tt $else:tt biased $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "`biased;` comes first in a `select!`, with a semicolon")
    };
    ($default:tt $else:tt $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "expected `recv(..)`, `send(..)`, `default` or `else`, found `", stringify!($here), "`")
    };
}

/// Takes nothing: what it is given is pointed at by the compiler.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_here {
    () => {};
}

/// A hidden name of `select!` that programs written for crossbeam-channel may use.
#[doc(hidden)]
#[macro_export]
macro_rules! crossbeam_channel_internal {
    ($($arms:tt)*) => { $crate::select! { $($arms)* } };
}
