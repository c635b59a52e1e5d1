//! For tests only: proof that the counter keeps its promises when many come at once, and when it is
//! killed at any moment.
//!
//! [`races`] lets many callers go for one thing through the real use cases and counts exactly what
//! they get. [`crash`] kills the real program under load and compares what it stored with a record
//! of every answer, kept outside of it. [`failover`] does the same while the primary of the database
//! is killed under two of them, and [`goodput`] while transactions fail. All have planted faults that
//! they must find: a check that has never failed proves nothing.
//!
//! Everything here panics when it cannot do its work: a proof that cannot be set up has failed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a proof that cannot be set up has failed"
)]

pub mod chain;
pub mod crash;
pub mod failover;
pub mod faults;
pub mod goodput;
pub mod races;
mod watch;

/// A future whose kind is not named.
type Boxed<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
