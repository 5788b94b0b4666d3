//! What an operation answers when it could not do its work. Every failed send gives the value back.

mod capacity;
mod recv;
mod select;
mod send;

pub use capacity::CapacityError;
pub(crate) use capacity::CapacityReason;
pub use recv::{RecvError, RecvTimeoutError, TryRecvError};
pub use select::{ReadyTimeoutError, SelectTimeoutError, TryReadyError, TrySelectError};
pub use send::{SendError, SendTimeoutError, TrySendError};
