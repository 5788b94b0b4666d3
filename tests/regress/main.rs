//! What once was wrong.

#[path = "../common/mod.rs"]
mod common;

mod given_up;
mod select_order;
