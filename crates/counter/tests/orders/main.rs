//! Single rules of orders, their parts and requests, on a real database.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

mod cancels;
mod corrections;
mod parts;
mod repetitions;
mod shop;
mod steered;
mod turns;
mod upkeep;
