//! Why a `Select` has won nothing.

use core::fmt;
use std::error::Error;

/// No arm could be won without waiting; see [`Select::try_select`](crate::Select::try_select).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.try_select().map(drop).unwrap_err(), rendez::TrySelectError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TrySelectError;

/// No arm could be won in time; see [`Select::select_timeout`](crate::Select::select_timeout).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.select_timeout(std::time::Duration::ZERO).map(drop).unwrap_err(), rendez::SelectTimeoutError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct SelectTimeoutError;

/// No arm is ready; see [`Select::try_ready`](crate::Select::try_ready).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.try_ready().unwrap_err(), rendez::TryReadyError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TryReadyError;

/// No arm became ready in time; see [`Select::ready_timeout`](crate::Select::ready_timeout).
///
/// ```
/// let (_tx, rx) = rendez::bounded::<u8>(1);
/// let mut select = rendez::Select::new();
/// select.recv(&rx);
/// assert_eq!(select.ready_timeout(std::time::Duration::ZERO).unwrap_err(), rendez::ReadyTimeoutError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct ReadyTimeoutError;

macro_rules! plain_error {
    ($($error:ident: $text:literal),*) => {$(
        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad($text)
            }
        }

        impl Error for $error {}
    )*};
}

plain_error! {
    TrySelectError: "no arm of the select can be won without waiting",
    SelectTimeoutError: "the time for selecting ran out",
    TryReadyError: "no arm of the select is ready",
    ReadyTimeoutError: "the time for an arm to become ready ran out"
}
