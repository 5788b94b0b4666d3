//! The package is its tests.
