//! Why there is no channel.

use core::fmt;
use std::error::Error;

/// The capacity asked for cannot be had; see [`try_bounded`](crate::try_bounded).
///
/// ```
/// let error = rendez::try_bounded::<u64>(usize::MAX).unwrap_err();
/// assert!(error.to_string().contains("exceed the address space"));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct CapacityError {
    pub(crate) cap: usize,
    pub(crate) reason: CapacityReason,
}

#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub(crate) enum CapacityReason {
    TooLarge,
    NoMemory,
}

impl CapacityError {
    /// Returns the capacity that was asked for.
    ///
    /// ```
    /// assert_eq!(rendez::try_bounded::<u64>(usize::MAX).unwrap_err().capacity(), usize::MAX);
    /// ```
    pub fn capacity(&self) -> usize {
        self.cap
    }
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            CapacityReason::TooLarge => {
                write!(f, "a channel cannot have capacity {}: its buffer would exceed the address space", self.cap)
            }
            CapacityReason::NoMemory => write!(f, "no memory for a channel of capacity {}", self.cap),
        }
    }
}

impl Error for CapacityError {}
