use tokio::sync::mpsc;

use super::{Blocking, Tasks};
use crate::scenario::Cap;

pub struct Bounded;
pub struct Unbounded;

fn bounded<T>(cap: Cap) -> Option<(mpsc::Sender<T>, mpsc::Receiver<T>)> {
    cap.filter(|cap| *cap > 0).map(mpsc::channel)
}

impl<T: Send + 'static> Blocking<T> for Bounded {
    type Tx = mpsc::Sender<T>;
    type Rx = mpsc::Receiver<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        bounded(cap)
    }

    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn fork_rx(_: &Self::Rx) -> Option<Self::Rx> {
        None
    }

    #[inline(always)]
    fn send(tx: &mut Self::Tx, value: T) -> bool {
        tx.blocking_send(value).is_ok()
    }

    #[inline(always)]
    fn recv(rx: &mut Self::Rx) -> Option<T> {
        rx.blocking_recv()
    }
}

impl<T: Send + 'static> Blocking<T> for Unbounded {
    type Tx = mpsc::UnboundedSender<T>;
    type Rx = mpsc::UnboundedReceiver<T>;

    fn open(_: Cap) -> Option<(Self::Tx, Self::Rx)> {
        Some(mpsc::unbounded_channel())
    }

    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn fork_rx(_: &Self::Rx) -> Option<Self::Rx> {
        None
    }

    #[inline(always)]
    fn send(tx: &mut Self::Tx, value: T) -> bool {
        tx.send(value).is_ok()
    }

    #[inline(always)]
    fn recv(rx: &mut Self::Rx) -> Option<T> {
        rx.blocking_recv()
    }
}

impl<T: Send + 'static> Tasks<T> for Bounded {
    type Tx = mpsc::Sender<T>;
    type Rx = mpsc::Receiver<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        bounded(cap)
    }

    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
        Some(tx.clone())
    }

    fn fork_rx(_: &Self::Rx) -> Option<Self::Rx> {
        None
    }

    #[inline(always)]
    async fn send(tx: &mut Self::Tx, value: T) -> bool {
        tx.send(value).await.is_ok()
    }

    #[inline(always)]
    async fn recv(rx: &mut Self::Rx) -> Option<T> {
        rx.recv().await
    }
}
