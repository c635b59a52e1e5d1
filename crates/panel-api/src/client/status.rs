//! The answer to `status`.

use super::entries::{self, NO_SUCH_ORDER, Shape};
use super::json::{Json, Object};
use super::{Amount, Answers, Found, Said, Unclear, UpstreamWord, id};
use crate::limits;

/// The state of an order, as the upstream tells it. Nothing of it is judged here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamStatus {
    /// The word for the state, as it was written; cut to [`limits::WORD_CHARS`].
    pub raw: String,
    /// The same word, understood.
    pub word: UpstreamWord,
    /// What the upstream has charged; by the dialect net of what it gave back.
    pub charge: Said<Amount>,
    /// The counter when delivery began.
    pub start_count: Said<i64>,
    /// What is not yet delivered; below zero when more than ordered was.
    pub remains: Said<i64>,
    /// The currency of the charge.
    pub currency: Option<String>,
    /// Orders that were made of this one, for drip-feed and subscriptions.
    pub orders: Said<Vec<String>>,
    /// Drip-feed: runs done.
    pub runs: Said<i64>,
    /// Subscriptions: posts served.
    pub posts: Said<i64>,
}

const SHAPE: Shape = Shape {
    ids: ["order", "order_id"],
    own: &["status", "charge", "remains"],
    no_such: NO_SUCH_ORDER,
};

/// Members that only the state of an order has.
const FIGURES: [&str; 6] = ["charge", "start_count", "start_counter", "remains", "runs", "posts"];

/// Reads the answer to `status` for the ids that were asked for.
///
/// The state of one order as such, an object by id, or a list whose elements name their order. A
/// state without an id is taken for one of several orders by nobody. What is said about others is
/// ignored.
#[must_use]
pub fn read_status(body: &[u8], asked: &[String]) -> Answers<UpstreamStatus> {
    entries::read(body, asked, &SHAPE, entry)
}

fn entry(json: Json<'_>) -> Found<UpstreamStatus> {
    // A bare text in the place of a state is an error: "Incorrect order ID".
    if let Json::Text(_) = json {
        return match json.text(limits::TEXT_CHARS) {
            Some(text) => Found::Error(text),
            None => Found::Absent,
        };
    }
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
        Some(status @ (Json::Text(_) | Json::Number(_))) => state(&object, status),
        _ => Found::Unclear(Unclear::NoStatus),
    }
}

fn state(object: &Object<'_>, status: Json<'_>) -> Found<UpstreamStatus> {
    let Some(raw) = status.text(limits::WORD_CHARS) else {
        return Found::Unclear(Unclear::NoStatus);
    };
    let word = UpstreamWord::parse(&raw);
    // "success", "error" or 1 alone say how the call went, and not how the order goes.
    let doubtful = matches!(word, UpstreamWord::Failed | UpstreamWord::Unknown)
        || raw.bytes().all(|byte| byte.is_ascii_digit());
    if doubtful && FIGURES.iter().all(|name| object.get(name).is_none()) {
        return Found::Unclear(Unclear::NoStatus);
    }
    Found::Known(UpstreamStatus {
        raw,
        word,
        charge: object.said(&["charge"], Json::amount),
        start_count: object.said(&["start_count", "start_counter"], Json::whole),
        remains: object.said(&["remains"], Json::whole),
        currency: object.text(&["currency"], limits::WORD_CHARS),
        orders: object.said(&["orders"], ids),
        runs: object.said(&["runs"], Json::whole),
        posts: object.said(&["posts"], Json::whole),
    })
}

/// A list of ids.
fn ids(json: Json<'_>) -> Said<Vec<String>> {
    if json == Json::Null {
        return Said::Absent;
    }
    let ids = json
        .list(limits::ID_ENTRIES)
        .ok()
        .and_then(|list| list.into_iter().map(id::read).collect());
    ids.map_or_else(|| Said::Nonsense(json.shown(limits::WORD_CHARS)), Said::Value)
}
