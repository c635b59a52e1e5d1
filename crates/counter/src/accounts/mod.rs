//! Accounts, their keys and their money.

mod keys;
mod money;
mod open;
mod token;

pub use keys::KeyMade;
pub use money::Adjustment;
pub use open::AccountChange;
pub use token::{KeySecret, KeyToken, RANDOM_BYTES};
