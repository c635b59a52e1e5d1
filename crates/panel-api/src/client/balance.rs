//! The answer to `balance`.

use super::json::Json;
use super::{Amount, Said, Unclear};
use crate::limits;

/// What an upstream says of our balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BalanceAnswer {
    /// The balance.
    Balance {
        /// How much.
        amount: Amount,
        /// In which currency, where that is said.
        currency: Option<String>,
    },
    /// The call was refused, in these words.
    Refused(String),
    /// It says neither.
    Unclear(Unclear),
}

/// Reads the answer to `balance`: a text or a number; some only have it in `balancef`.
#[must_use]
pub fn read_balance(body: &[u8]) -> BalanceAnswer {
    let object = match Json::read(body).and_then(Json::object) {
        Ok(object) => object,
        Err(why) => return BalanceAnswer::Unclear(why),
    };
    if let Some(text) = object.error() {
        return BalanceAnswer::Refused(text);
    }
    match object.said(&["balance", "balancef"], Json::amount) {
        Said::Value(amount) => BalanceAnswer::Balance {
            amount,
            currency: object.text(&["currency"], limits::WORD_CHARS),
        },
        Said::Absent | Said::Nonsense(_) => BalanceAnswer::Unclear(Unclear::NoAmount),
    }
}
