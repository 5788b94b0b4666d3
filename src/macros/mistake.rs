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
