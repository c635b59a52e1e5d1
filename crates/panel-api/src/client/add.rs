//! The answer to a new order: the one answer that must not be misread, because nobody may ask
//! twice.

use super::json::{Json, Object};
use super::{Amount, Said, Unclear, id};

/// What an upstream has answered to a new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddAnswer {
    /// It has the order.
    Accepted(Accepted),
    /// It says that it has refused the order, in these words. Whether the words are to be believed is
    /// for the caller to know.
    Refused(String),
    /// It says neither: it may have the order or not.
    Unclear(Unclear),
}

/// An order that an upstream has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its id there.
    pub id: String,
    /// What it costs, where that is said at once.
    pub charge: Said<Amount>,
}

/// Members that may hold the id, first the dialect's own.
const HOLDERS: [&str; 2] = ["order", "order_id"];

/// Reads the answer to a new order, whatever the HTTP status was.
///
/// An id is in `order`, else in `order_id`, else in one of these within `data`; the first of them that
/// stands for something decides. An error refuses only where none of them stands for anything.
#[must_use]
pub fn read_add(body: &[u8]) -> AddAnswer {
    match read(body) {
        Ok(answer) => answer,
        Err(why) => AddAnswer::Unclear(why),
    }
}

fn read(body: &[u8]) -> Result<AddAnswer, Unclear> {
    let answer = Json::read(body)?.object()?;
    let data = match answer.get("data") {
        Some(data @ Json::Object(_)) => Some(data.object()?),
        _ => None,
    };
    let holder =
        |object: &Object<'_>| -> Option<Option<String>> { object.given(&HOLDERS).map(id::read) };
    let holder = holder(&answer).or_else(|| data.as_ref().and_then(holder));
    match (holder, answer.error()) {
        (Some(_), Some(_)) => Err(Unclear::IdAndError),
        (Some(Some(_)), None) if answer.says_failure() => Err(Unclear::IdAndError),
        (Some(Some(id)), None) => {
            let charge = match answer.said(&["charge"], Json::amount) {
                Said::Absent => {
                    data.map_or(Said::Absent, |data| data.said(&["charge"], Json::amount))
                }
                said => said,
            };
            Ok(AddAnswer::Accepted(Accepted { id, charge }))
        }
        (Some(None), None) => Err(Unclear::OddId),
        (None, Some(text)) => Ok(AddAnswer::Refused(text)),
        (None, None) => Err(Unclear::NoId),
    }
}
