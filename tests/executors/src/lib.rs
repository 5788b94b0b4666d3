//! Tests of the futures on the executors that people use. Nothing of this is in the crate's own dependencies.
#![cfg(test)]

#[path = "../../common/mod.rs"]
mod common;
mod executor;
mod inside;
mod storm;
