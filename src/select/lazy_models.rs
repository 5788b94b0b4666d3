//! Loom models of arms that wait without a value of their own, and of arms that are won and given up.
