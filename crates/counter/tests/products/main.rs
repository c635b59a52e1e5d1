//! Products, stock and orders for them, on a real database.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

mod import;
mod orders;
mod pieces;
mod requests;
mod secrets;
mod shop;
mod staff;
mod terms;
