//! The answer to `refill_status`.

use super::entries::{self, NO_SUCH_REFILL, Shape};
use super::json::Json;
use super::{Answers, Found, RefillWord, Unclear};
use crate::limits;

/// The state of a refill, as the upstream tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamRefill {
    /// The word for the state, as it was written; cut to [`limits::WORD_CHARS`].
    pub raw: String,
    /// The same word, understood.
    pub word: RefillWord,
}

const SHAPE: Shape =
    Shape { ids: ["refill", "refill_id"], own: &["status"], no_such: NO_SUCH_REFILL };

/// Reads the answer to `refill_status` for the refills that were asked for.
#[must_use]
pub fn read_refill_status(body: &[u8], asked: &[String]) -> Answers<UpstreamRefill> {
    entries::read(body, asked, &SHAPE, entry)
}

fn entry(json: Json<'_>) -> Found<UpstreamRefill> {
    let Json::Object(_) = json else { return state(json) };
    let object = match json.object() {
        Ok(object) => object,
        Err(why) => return Found::Unclear(why),
    };
    if let Some(text) = object.error() {
        return Found::Error(text);
    }
    match object.get("status") {
        Some(status @ Json::Object(_)) => match status.object().map(|status| status.error()) {
            Ok(Some(text)) => Found::Error(text),
            Ok(None) => Found::Unclear(Unclear::NoStatus),
            Err(why) => Found::Unclear(why),
        },
        Some(status) => state(status),
        None => Found::Unclear(Unclear::NoStatus),
    }
}

/// A word for a state; any other text is an error, as some write it without an object around it.
fn state(json: Json<'_>) -> Found<UpstreamRefill> {
    let Json::Text(_) = json else { return Found::Unclear(Unclear::NoStatus) };
    let Some(text) = json.text(limits::TEXT_CHARS) else { return Found::Absent };
    let raw = crate::text::cut(&text, limits::WORD_CHARS);
    match RefillWord::parse(&raw) {
        RefillWord::Unknown => Found::Error(text),
        word => Found::Known(UpstreamRefill { raw, word }),
    }
}
