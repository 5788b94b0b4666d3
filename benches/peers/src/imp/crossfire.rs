//! Three flavours, whose handles differ in type but not in shape.

/// The methods that can be refused, for a handle that cannot be cloned.
macro_rules! fork {
    ($fork:ident, $handle:ident, one) => {
        fn $fork(_: &Self::$handle) -> Option<Self::$handle> {
            None
        }
    };
    ($fork:ident, $handle:ident, many) => {
        fn $fork(handle: &Self::$handle) -> Option<Self::$handle> {
            Some(handle.clone())
        }
    };
}

macro_rules! blocking {
    ($name:ident, $module:ident, $queue:ident, $cap:ident => $open:expr,
     $producers:ident $tx:ident, $consumers:ident $rx:ident) => {
        impl<T: Send + Unpin + 'static> Blocking<T> for $name {
            type Tx = crossfire::$tx<$module::$queue<T>>;
            type Rx = crossfire::$rx<$module::$queue<T>>;

            fn open($cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
                // Its documentation asks for this call at start-up.
                crossfire::detect_backoff_cfg();
                $open
            }

            fork!(fork_tx, Tx, $producers);
            fork!(fork_rx, Rx, $consumers);

            #[inline(always)]
            fn send(tx: &mut Self::Tx, value: T) -> bool {
                tx.send(value).is_ok()
            }

            #[inline(always)]
            fn recv(rx: &mut Self::Rx) -> Option<T> {
                rx.recv().ok()
            }
        }
    };
}

macro_rules! flavour {
    ($module:ident, $producers:ident $tx:ident $async_tx:ident,
     $consumers:ident $rx:ident $async_rx:ident) => {
        pub mod $module {
            use crossfire::$module;

            use crate::imp::{Blocking, Tasks};
            use crate::scenario::Cap;

            pub struct Bounded;
            pub struct Unbounded;

            // It takes capacity 0 for 1, which is another scenario.
            blocking!(Bounded, $module, Array,
                cap => cap.filter(|cap| *cap > 0).map($module::bounded_blocking),
                $producers $tx, $consumers $rx);
            blocking!(Unbounded, $module, List,
                _cap => Some($module::unbounded_blocking()),
                $producers $tx, $consumers $rx);

            impl<T: Send + Unpin + 'static> Tasks<T> for Bounded {
                type Tx = crossfire::$async_tx<$module::Array<T>>;
                type Rx = crossfire::$async_rx<$module::Array<T>>;

                fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
                    crossfire::detect_backoff_cfg();
                    cap.filter(|cap| *cap > 0).map($module::bounded_async)
                }

                fork!(fork_tx, Tx, $producers);
                fork!(fork_rx, Rx, $consumers);

                #[inline(always)]
                async fn send(tx: &mut Self::Tx, value: T) -> bool {
                    tx.send(value).await.is_ok()
                }

                #[inline(always)]
                async fn recv(rx: &mut Self::Rx) -> Option<T> {
                    rx.recv().await.ok()
                }
            }
        }
    };
}

flavour!(mpmc, many MTx MAsyncTx, many MRx MAsyncRx);
flavour!(mpsc, many MTx MAsyncTx, one Rx AsyncRx);
flavour!(spsc, one Tx AsyncTx, one Rx AsyncRx);
