//! Orders from `add` to their end at a provider, over real HTTP, and what goes wrong on the way.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

mod faults;
mod parts;
mod requests;
mod shop;
mod whole;
