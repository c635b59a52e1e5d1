//! The answer to `refill`.

use super::entries::{self, NO_SUCH_ORDER, Shape};
use super::json::Json;
use super::{Answers, Found, Unclear, id};
use crate::limits;

/// A refill that an upstream has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefillTaken {
    /// Its id, where one is told. Some upstreams answer 1 for every refill, so it names a refill only
    /// together with its order.
    pub refill: Option<String>,
}

const SHAPE: Shape = Shape {
    ids: ["order", "order_id"],
    own: &["refill", "refill_id", "status", "success"],
    no_such: NO_SUCH_ORDER,
};

/// Reads the answer to `refill` for the orders that were asked for.
#[must_use]
pub fn read_refill(body: &[u8], asked: &[String]) -> Answers<RefillTaken> {
    entries::read(body, asked, &SHAPE, entry)
}

fn entry(json: Json<'_>) -> Found<RefillTaken> {
    let Json::Object(_) = json else { return taken(json) };
    let object = match json.object() {
        Ok(object) => object,
        Err(why) => return Found::Unclear(why),
    };
    if let Some(text) = object.error() {
        return Found::Error(text);
    }
    match object.given(&["refill", "refill_id"]) {
        Some(refill @ Json::Object(_)) => match refill.object().map(|refill| refill.error()) {
            Ok(Some(text)) => Found::Error(text),
            Ok(None) => Found::Unclear(Unclear::OddId),
            Err(why) => Found::Unclear(why),
        },
        Some(_) if object.says_failure() => Found::Unclear(Unclear::IdAndError),
        Some(refill) => taken(refill),
        None if object.says_success() => Found::Known(RefillTaken { refill: None }),
        None => Found::Unclear(Unclear::NoId),
    }
}

/// An id, `true`, or a text that is no id: an error, as some write it without an object around it.
fn taken(json: Json<'_>) -> Found<RefillTaken> {
    match (json, id::read(json)) {
        (_, Some(refill)) => Found::Known(RefillTaken { refill: Some(refill) }),
        (Json::Bool(true), None) => Found::Known(RefillTaken { refill: None }),
        (Json::Text(_), None) => match json.text(limits::TEXT_CHARS) {
            Some(text) => Found::Error(text),
            None => Found::Absent,
        },
        _ => Found::Unclear(Unclear::OddId),
    }
}
