//! Measures rendez beside its peers.

pub mod args;
pub mod child;
pub mod fairness;
pub mod floor;
pub mod go;
pub mod growth;
pub mod imp;
pub mod machine;
pub mod measure;
pub mod memory;
pub mod message;
pub mod record;
pub mod report;
pub mod run;
pub mod scenario;
pub mod select;
pub mod tasks;
pub mod threads;

#[global_allocator]
static HEAP: memory::alloc::Counting = memory::alloc::Counting;
