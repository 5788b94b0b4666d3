//! What a select becomes: an arm is normalised by one rule, all are expanded by one.

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

    // No known arm.
    (@arms $how:tt $n:tt $arms:tt $default:tt $else:tt $($rest:tt)+) => { $crate::__select_mistake!($how $default $else $($rest)+) };

    // An arm that this build does not have.
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
                    let mut apart = $crate::__select::Apart::new();
                    let first = $crate::__select::first(
                        $($count)*,
                        $crate::__select::Order::$order,
                        &limit,
                        |i| $(if i == $($n)* { $crate::__select::may_win(&$port) } else)* { false },
                        |i| $(if i == $($n)* { $crate::__select::is_ready(&$port, &limit) } else)* { false },
                        |i| $(if i == $($n)* { $crate::__select::version(&$port) } else)* { 0 },
                        |i| $(if i == $($n)* { $crate::__select::win(&$port, &mut apart) } else)* { $crate::__select::Option::None },
                    );
                    let rest = || $crate::__select::rest(&[$($crate::__select::arm(&$port),)*], $crate::__select::Order::$order, limit, &mut storage, &mut apart);
                    match first.or_else(rest) {
                        $crate::__select::Option::None => $crate::__select!(@timeout $default),
                        $crate::__select::Option::Some((won, token)) => $(
                            if won == $($n)* {
                                let ($pat) = $crate::__select!(@finish $kind $port token apart $($msg)?);
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
            if $cond {
            } else {
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
    (@off [] []) => { $crate::__select::panic!("every arm of the select is switched off, and it has neither `default` nor `else`") };
    (@off [() $body:expr] []) => { $crate::__select!(@body $body) };
    (@off [($timeout:expr) $body:expr] []) => {{
        $crate::__select::wait_out($timeout);
        $crate::__select!(@body $body)
    }};

    (@finish recv $port:ident $token:ident $apart:ident) => { $crate::__select::recv($port, $token, &mut $apart) };
    (@finish send $port:ident $token:ident $apart:ident $msg:expr) => {{
        let held = $crate::__select::hold($port, $token, &mut $apart);
        let message = held.message($msg);
        held.send(message)
    }};
}
