//! Measures rendez beside its peers: what the two programs of this package share.

pub mod args;
pub mod child;
pub mod fairness;
pub mod floor;
pub mod go;
pub mod imp;
pub mod machine;
pub mod measure;
pub mod message;
pub mod report;
pub mod run;
pub mod scenario;
pub mod select;
pub mod tasks;
pub mod threads;
