//! The reply to `balance`.

use std::fmt::Display;

use super::json::Object;

/// Writes the balance, and its currency's ISO code.
pub fn balance(out: &mut Vec<u8>, amount: impl Display, currency: &str) {
    Object::open(out).display("balance", amount).string("currency", currency).close();
}
