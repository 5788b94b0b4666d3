//! What tasks on one thread pay for their executor: a channel that is not synchronised at all.

use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::Tasks;
use crate::scenario::Cap;

/// A queue with a channel's rules (order; a sender that waits goes on once its value has a place, or at capacity 0 a receiver), and without all that only
/// threads, futures that are dropped, or `close` would need.
pub struct Cells;

struct State<T> {
    cap: usize,
    /// What is in the channel; and behind that, what waits with its sender.
    values: VecDeque<T>,
    /// How many values were ever put in, and taken out.
    sent: u64,
    received: u64,
    senders: VecDeque<Waker>,
    receivers: VecDeque<Waker>,
    /// Handles that send.
    open: usize,
}

struct Shared<T>(Rc<RefCell<State<T>>>);

// SAFETY: the scenarios for it run on an executor of one thread, on which the handles are made and dropped.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    #[inline(always)]
    fn state(&self) -> RefMut<'_, State<T>> {
        self.0.borrow_mut()
    }

    fn share(&self) -> Shared<T> {
        Shared(self.0.clone())
    }
}

pub struct Tx<T>(Shared<T>);
pub struct Rx<T>(Shared<T>);

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        if state.open == 0 {
            state.receivers.drain(..).for_each(Waker::wake);
        }
    }
}

impl<T: Send + Unpin + 'static> Tasks<T> for Cells {
    type Tx = Tx<T>;
    type Rx = Rx<T>;

    fn open(cap: Cap) -> Option<(Self::Tx, Self::Rx)> {
        let (values, senders, receivers) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        let state = State { cap: cap?, values, sent: 0, received: 0, senders, receivers, open: 1 };
        let shared = Shared(Rc::new(RefCell::new(state)));
        Some((Tx(shared.share()), Rx(shared)))
    }

    fn fork_tx(tx: &Self::Tx) -> Option<Self::Tx> {
        tx.0.state().open += 1;
        Some(Tx(tx.0.share()))
    }

    fn fork_rx(rx: &Self::Rx) -> Option<Self::Rx> {
        Some(Rx(rx.0.share()))
    }

    #[inline(always)]
    async fn send(tx: &mut Self::Tx, value: T) -> bool {
        let shared = &tx.0;
        let (mut value, mut number) = (Some(value), 0);
        poll_fn(move |cx| {
            let mut state = shared.state();
            let Some(value) = value.take() else {
                let accepted = number < state.received + state.cap as u64;
                return if accepted { Poll::Ready(true) } else { Poll::Pending };
            };
            state.values.push_back(value);
            (number, state.sent) = (state.sent, state.sent + 1);
            let receiver = state.receivers.pop_front();
            let met = receiver.is_some() && state.cap == 0;
            receiver.into_iter().for_each(Waker::wake);
            if met || state.values.len() <= state.cap {
                return Poll::Ready(true);
            }
            state.senders.push_back(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    #[inline(always)]
    async fn recv(rx: &mut Self::Rx) -> Option<T> {
        let shared = &rx.0;
        poll_fn(move |cx| {
            let mut state = shared.state();
            let value = state.values.pop_front();
            if value.is_some() {
                state.received += 1;
                state.senders.pop_front().into_iter().for_each(Waker::wake);
                return Poll::Ready(value);
            }
            if state.open == 0 {
                return Poll::Ready(None);
            }
            state.receivers.push_back(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}
