use flume::Selector;

use super::{mpmc, Selecting};

pub struct Flume;

mpmc::blocking!(Flume, flume);
mpmc::tasks!(Flume, flume);

impl<T: Send + 'static> Selecting<T> for Flume {
    fn recv_any(rx: &[Self::Rx; 4]) -> Option<T> {
        rx.iter().fold(Selector::new(), |selector, rx| selector.recv(rx, |value| value)).wait().ok()
    }

    fn recv_either(first: &Self::Rx, second: &Self::Rx) -> T {
        Selector::new().recv(first, |value| value).recv(second, |value| value).wait().expect("closed")
    }

    // Its selector has send arms, but each wants its message before any has won.
    fn send_any(_: &[Self::Tx; 4], _: T) -> bool {
        false
    }

    fn poll(_: &Self::Rx) -> Option<bool> {
        None
    }
}
