//! Executors: who has which order, and what becomes of it.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test, also in a helper, and the numbers are small"
)]

mod breaks;
mod keys;
mod leases;
mod posts;
mod pulls;
mod race;
mod reports;
mod requests;
mod restored;
mod shop;
