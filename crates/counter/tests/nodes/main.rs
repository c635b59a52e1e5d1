//! Several nodes on one database, each with a counter of its own, in one process and step by step.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "what cannot be done is a failed test, also in a helper, and the numbers are small"
)]

mod access;
mod leases;
mod prices;
mod shop;
mod stock_keys;

/// Makes two tests of each function: one on every engine.
macro_rules! on_every_engine {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(&testkit::Database::sqlite()).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
                super::$name(&testkit::Database::postgres()).await;
            })+
        }
    };
}
pub(crate) use on_every_engine;
