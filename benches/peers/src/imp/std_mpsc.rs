use std::sync::mpsc;

use super::Blocking;
use crate::scenario::Cap;

pub struct Bounded;
pub struct Unbounded;

impl<T: Send + 'static> Blocking<T> for Bounded {
    type Tx = mpsc::SyncSender<T>;
    type Rx = mpsc::Receiver<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        cap.map(mpsc::sync_channel)
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
        rx.recv().ok()
    }
}

impl<T: Send + 'static> Blocking<T> for Unbounded {
    type Tx = mpsc::Sender<T>;
    type Rx = mpsc::Receiver<T>;

    fn open(_: Cap) -> Option<(Self::Tx, Self::Rx)> {
        Some(mpsc::channel())
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
        rx.recv().ok()
    }
}
