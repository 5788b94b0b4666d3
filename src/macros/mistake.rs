//! What a select says when it cannot be read.

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

    (@future () $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "a `future` arm has a future: `future(fut) -> output => ..`")
    };
    (@future ($future:expr, $here:tt $($more:tt)*) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `future` arm has one future: `future(", stringify!($future), ") -> output => ..`")
    };
    (@future ($($args:tt)*) $in:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@after $in ("future(", stringify!($($args)*), ")") "output" $($rest)*)
    };
    (@future $other:tt $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `future` comes the future in parentheses: `future(fut) -> output => ..`")
    };

    // The operation is right, so it is something after it.
    (@after $in:tt ($($arm:tt)*) $name:literal => $($rest:tt)*) => {
        $crate::__select_mistake!(@say $in "between an operation and its body comes a name for the result: `", $($arm)*, " -> ", $name, " => ..`")
    };
    (@after $in:tt $arm:tt $name:literal -> $pat:pat if $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "before `if` comes a comma: `-> ", stringify!($pat), ", if ..`")
    };
    (@after $in:tt $arm:tt $name:literal -> $pat:pat, if let $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a condition has no `let`: `-> ", stringify!($pat), ", if matches!(..)`")
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

    (@unknown $how:tt ; $here:tt) => {
        $crate::__select_mistake!(@say $here "between arms comes a comma, or nothing after a block, but no `;`")
    };
    (@unknown $how:tt # $here:tt) => {
        $crate::__select_mistake!(@say $here "of attributes and documentation an arm may have `#[cfg(..)]` only")
    };
    (@unknown [run $order:ident] $other:tt $here:tt) => {
        $crate::__select_mistake!(@say $here "expected `recv(..)`, `send(..)`, `default` or `else`, found `", stringify!($here), "`")
    };
    (@unknown $how:tt $other:tt $here:tt) => {
        $crate::__select_mistake!(@say $here "expected `recv(..)`, `send(..)`, `future(..)`, `default` or `else`, found `", stringify!($here), "`")
    };

    (@say $here:tt $($text:tt)+) => {{
        compile_error!(concat!($($text)+));
        $crate::__select_here!($here)
    }};

    // Whether to run or to poll, `default` and `else` so far, and the text that no rule knows.
    ($how:tt [$($default:tt)+] $else:tt default $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `select!` has at most one `default`")
    };
    ($how:tt $default:tt [$($else:tt)+] else $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "a `select!` has at most one `else`")
    };
    ($how:tt $default:tt $else:tt default $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `default` comes `=> body,` or `(timeout) => body,`")
    };
    ($how:tt $default:tt $else:tt else $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "after `else` comes `=> body,`")
    };
    ($how:tt $default:tt $else:tt recv $in:tt $($rest:tt)*) => { $crate::__select_mistake!(@recv $in $in $($rest)*) };
    ($how:tt $default:tt $else:tt send $in:tt $($rest:tt)*) => { $crate::__select_mistake!(@send $in $in $($rest)*) };
    ([run $order:ident] $default:tt $else:tt future $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "an arm with a future is for `select_async!`, and reads `future(fut) -> output => ..`")
    };
    ($how:tt $default:tt $else:tt future $in:tt $($rest:tt)*) => { $crate::__select_mistake!(@future $in $in $($rest)*) };
    ($how:tt $default:tt $else:tt biased $here:tt $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "`biased;` comes first in a `select!`, with a semicolon")
    };
    // As other macros have it: `msg = rx.recv() => ..`.
    ([run $order:ident] $default:tt $else:tt $here:tt $(($($in:tt)*))? = $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "an arm begins with its operation, then comes the result: `recv(rx) -> msg => ..`")
    };
    ($how:tt $default:tt $else:tt $here:tt $(($($in:tt)*))? = $($rest:tt)*) => {
        $crate::__select_mistake!(@say $here "an arm begins with its operation, then comes the result: `recv(rx) -> msg => ..`, `future(fut) -> output => ..`")
    };
    ($how:tt $default:tt $else:tt $here:tt $($rest:tt)*) => { $crate::__select_mistake!(@unknown $how $here $here) };
}

/// Takes nothing: what it is given is pointed at by the compiler.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_here {
    () => {};
}
