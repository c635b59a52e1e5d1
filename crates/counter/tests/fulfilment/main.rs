//! Orders that providers fulfil, up to the call and from its outcome on.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

mod breaks;
mod claims;
mod ended;
mod keys;
mod new_keys;
mod older;
mod outcomes;
mod passed;
mod paused;
mod providers;
mod put_off;
mod refills;
mod refusals;
mod released;
mod restored;
mod restored_ids;
mod reviews;
mod shop;
mod why;
mod write_offs;
