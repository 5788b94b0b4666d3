//! Two shapes that most of the crates share.

/// `bounded`, `unbounded`, cloneable handles, blocking `send` and `recv`.
macro_rules! blocking {
    ($name:ident, $krate:ident) => {
        impl<T: Send + 'static> crate::imp::Blocking<T> for $name {
            type Tx = ::$krate::Sender<T>;
            type Rx = ::$krate::Receiver<T>;

            fn open(cap: crate::scenario::Cap) -> Option<(Self::Tx, Self::Rx)> {
                Some(match cap {
                    Some(cap) => ::$krate::bounded(cap),
                    None => ::$krate::unbounded(),
                })
            }

            fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
                Some(tx.clone())
            }

            fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx> {
                Some(rx.clone())
            }

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

/// The same handles in tasks, with `send_async` and `recv_async`.
macro_rules! tasks {
    ($name:ident, $krate:ident) => {
        impl<T: Send + 'static> crate::imp::Tasks<T> for $name {
            type Tx = ::$krate::Sender<T>;
            type Rx = ::$krate::Receiver<T>;

            fn open(cap: crate::scenario::Cap) -> Option<(Self::Tx, Self::Rx)> {
                <Self as crate::imp::Blocking<T>>::open(cap)
            }

            fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
                Some(tx.clone())
            }

            fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx> {
                Some(rx.clone())
            }

            #[inline(always)]
            async fn send(tx: &mut Self::Tx, value: T) -> bool {
                tx.send_async(value).await.is_ok()
            }

            #[inline(always)]
            async fn recv(rx: &mut Self::Rx) -> Option<T> {
                rx.recv_async().await.ok()
            }
        }
    };
}

/// crossbeam-channel's `select!`.
macro_rules! selecting {
    ($name:ident, $krate:ident) => {
        impl<T: Send + 'static> crate::imp::Selecting<T> for $name {
            #[inline(always)]
            fn recv_any(rx: &[Self::Rx; 4]) -> Option<T> {
                ::$krate::select! {
                    recv(rx[0]) -> value => value,
                    recv(rx[1]) -> value => value,
                    recv(rx[2]) -> value => value,
                    recv(rx[3]) -> value => value,
                }
                .ok()
            }

            #[inline(always)]
            fn recv_either(first: &Self::Rx, second: &Self::Rx) -> T {
                ::$krate::select! {
                    recv(first) -> value => value,
                    recv(second) -> value => value,
                }
                .expect("closed")
            }

            #[inline(always)]
            fn send_any(tx: &[Self::Tx; 4], value: T) -> bool {
                ::$krate::select! {
                    send(tx[0], value) -> sent => sent,
                    send(tx[1], value) -> sent => sent,
                    send(tx[2], value) -> sent => sent,
                    send(tx[3], value) -> sent => sent,
                }
                .is_ok()
            }

            fn recv_wide(rx: &[Self::Rx], count: u64, each: &mut dyn FnMut(T)) -> Option<()> {
                let mut select = ::$krate::Select::new();
                rx.iter().for_each(|rx| {
                    select.recv(rx);
                });
                for _ in 0..count {
                    let won = select.select();
                    let index = won.index();
                    each(won.recv(&rx[index]).expect("closed"));
                }
                Some(())
            }

            #[inline(always)]
            fn poll(rx: &Self::Rx) -> Option<bool> {
                Some(::$krate::select! {
                    recv(rx) -> _ => false,
                    default => true,
                })
            }
        }
    };
}

pub(super) use {blocking, selecting, tasks};
