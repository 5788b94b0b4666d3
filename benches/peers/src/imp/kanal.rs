use super::{mpmc, Tasks};
use crate::scenario::Cap;

pub struct Kanal;

mpmc::blocking!(Kanal, kanal);

pub struct KanalTasks;

impl<T: Send + 'static> Tasks<T> for KanalTasks {
    type Tx = kanal::AsyncSender<T>;
    type Rx = kanal::AsyncReceiver<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        cap.map(kanal::bounded_async)
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
