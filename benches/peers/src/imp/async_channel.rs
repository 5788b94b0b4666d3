use super::{Blocking, Tasks};
use crate::scenario::Cap;

pub struct AsyncChannel;

impl<T: Send + 'static> Blocking<T> for AsyncChannel {
    type Tx = async_channel::Sender<T>;
    type Rx = async_channel::Receiver<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        match cap {
            Some(0) => None,
            Some(cap) => Some(async_channel::bounded(cap)),
            None => Some(async_channel::unbounded()),
        }
    }

    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx> {
        Some(rx.clone())
    }

    #[inline(always)]
    fn send(tx: &mut Self::Tx, value: T) -> bool {
        tx.send_blocking(value).is_ok()
    }

    #[inline(always)]
    fn recv(rx: &mut Self::Rx) -> Option<T> {
        rx.recv_blocking().ok()
    }
}

impl<T: Send + 'static> Tasks<T> for AsyncChannel {
    type Tx = async_channel::Sender<T>;
    type Rx = async_channel::Receiver<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        <Self as Blocking<T>>::open(cap)
    }

    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx> {
        Some(rx.clone())
    }

    #[inline(always)]
    async fn send(tx: &mut Self::Tx, value: T) -> bool {
        tx.send(value).await.is_ok()
    }

    #[inline(always)]
    async fn recv(rx: &mut Self::Rx) -> Option<T> {
        rx.recv().await.ok()
    }
}
