//! Providers' lists: what is taken over, what waits for a person, what is taken back; on each engine.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test, and the numbers are small"
)]

mod breaks;
mod decisions;
mod import;
mod lists;
mod races;
mod shop;
mod undo;

/// Makes two tests of each function: one on every engine.
macro_rules! on_every_engine {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() { super::$name(testkit::Database::sqlite()).await; })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() { super::$name(testkit::Database::postgres()).await; })+
        }
    };
}
pub(crate) use on_every_engine;
