//! Guides: how to build with channels, and how to come here from others. Each program in them runs as a test.

#[doc = include_str!("guide/capacity.md")]
pub mod capacity {}

#[doc = include_str!("guide/closing.md")]
pub mod closing {}

#[doc = include_str!("guide/select_patterns.md")]
pub mod select_patterns {}

#[doc = include_str!("guide/sharing.md")]
pub mod sharing {}

#[doc = include_str!("guide/requests.md")]
pub mod requests {}

#[doc = include_str!("guide/workers.md")]
pub mod workers {}

#[doc = include_str!("guide/rates.md")]
pub mod rates {}

#[doc = include_str!("guide/tasks.md")]
pub mod tasks {}

#[doc = include_str!("guide/cancellation.md")]
pub mod cancellation {}

#[doc = include_str!("guide/overflow.md")]
pub mod overflow {}

#[doc = include_str!("guide/models.md")]
pub mod models {}

#[doc = include_str!("guide/pitfalls.md")]
pub mod pitfalls {}

/// Coming from other channels: method by method, and the differences that bite.
pub mod migration {
    #[doc = include_str!("guide/migration/go.md")]
    pub mod from_go {}

    #[doc = include_str!("guide/migration/std.md")]
    pub mod from_std {}

    #[doc = include_str!("guide/migration/crossbeam.md")]
    pub mod from_crossbeam {}

    #[doc = include_str!("guide/migration/flume.md")]
    pub mod from_flume {}

    #[doc = include_str!("guide/migration/kanal.md")]
    pub mod from_kanal {}

    #[doc = include_str!("guide/migration/async_channel.md")]
    pub mod from_async_channel {}

    #[doc = include_str!("guide/migration/tokio.md")]
    pub mod from_tokio {}
}
