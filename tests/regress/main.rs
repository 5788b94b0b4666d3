//! What once was wrong.

mod given_up;
