//! A future that is not ours, as an arm.

#![allow(unsafe_code)] // the future inside the pinned arm

use core::fmt;
use core::future::{Future, IntoFuture};
use core::pin::Pin;
use core::task::{Context, Poll};

/// An arm that wins when a future is ready.
pub struct FutureArm<F: Future>(State<F>);

enum State<F: Future> {
    /// Switched off, or finished.
    Off,
    Pending(F),
    Ready(F::Output),
}

impl<F: Future> FutureArm<F> {
    /// An arm that waits for `future`.
    pub fn new(future: impl IntoFuture<IntoFuture = F, Output = F::Output>) -> FutureArm<F> {
        FutureArm(State::Pending(future.into_future()))
    }

    /// An arm that never wins.
    pub fn off() -> FutureArm<F> {
        FutureArm(State::Off)
    }

    fn state(self: Pin<&mut Self>) -> Pin<&mut State<F>> {
        // SAFETY: the future in it is moved by nobody, and dropped in place.
        unsafe { self.map_unchecked_mut(|arm| &mut arm.0) }
    }

    /// What the future has returned, if the arm has won.
    pub fn output(self: Pin<&mut Self>) -> Option<F::Output> {
        if !matches!(self.0, State::Ready(_)) {
            return None;
        }
        // SAFETY: outputs are not pinned.
        let state = unsafe { self.state().get_unchecked_mut() };
        match core::mem::replace(state, State::Off) {
            State::Ready(output) => Some(output),
            _ => None,
        }
    }
}

impl<F: Future> fmt::Debug for FutureArm<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("FutureArm { .. }")
    }
}

/// A [`FutureArm`] of any future.
pub trait PollArm {
    /// Whether it may win.
    fn is_on(&self) -> bool;

    /// Whether it has won.
    fn poll_arm(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool;
}

impl<F: Future> PollArm for FutureArm<F> {
    fn is_on(&self) -> bool {
        matches!(self.0, State::Pending(_))
    }

    fn poll_arm(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let mut state = self.state();
        // SAFETY: the future is not moved: polled in place, then dropped in place.
        let State::Pending(future) = (unsafe { state.as_mut().get_unchecked_mut() }) else { return false };
        // SAFETY: as above.
        let Poll::Ready(output) = (unsafe { Pin::new_unchecked(future) }).poll(cx) else { return false };
        state.set(State::Ready(output));
        true
    }
}
