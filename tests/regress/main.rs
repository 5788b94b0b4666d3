//! What once was wrong.

#[path = "../common/mod.rs"]
mod common;

mod after_the_end;
mod behind_held;
mod body_awaits;
mod clock_dropped;
mod clock_unborn;
mod closed_by_drop;
mod closed_held;
mod endless_batch;
mod foreign_drop;
mod given_up;
mod left_missed;
mod looks;
mod lost_arm;
mod lost_by_a_panic;
mod many_arms;
mod reserved;
mod seat_lost;
mod select_order;
mod thrown_bomb;
mod told;
mod told_elsewhere;
