//! The answer to `cancel`. It says that the wish was taken; that the order is cancelled, only its
//! status says.

use super::entries::{self, NO_SUCH_ORDER, Shape};
use super::json::Json;
use super::{Answers, Found, Unclear, id};
use crate::limits;
use crate::words::letters;

/// An upstream has taken the wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelTaken;

const SHAPE: Shape = Shape {
    ids: ["order", "order_id"],
    own: &["cancel", "status", "success", "ok"],
    no_such: NO_SUCH_ORDER,
};

/// Reads the answer to `cancel` for the orders that were asked for.
#[must_use]
pub fn read_cancel(body: &[u8], asked: &[String]) -> Answers<CancelTaken> {
    match listed(body, asked) {
        Some(each) => Answers::Each(each),
        None => entries::read(body, asked, &SHAPE, entry),
    }
}

/// Reads `{"canceled":[..]}`: the ids whose wish was taken.
fn listed(body: &[u8], asked: &[String]) -> Option<Vec<(String, Found<CancelTaken>)>> {
    let object = Json::read(body).ok()?.object().ok()?;
    let list = object.given(&["canceled", "cancelled"])?.list(limits::ID_ENTRIES).ok()?;
    if object.error().is_some() {
        return None;
    }
    let taken: Vec<String> = list.into_iter().filter_map(id::read).collect();
    let found = |id: &String| {
        if taken.contains(id) { Found::Known(CancelTaken) } else { Found::Absent }
    };
    Some(asked.iter().map(|id| (id.clone(), found(id))).collect())
}

fn entry(json: Json<'_>) -> Found<CancelTaken> {
    let Json::Object(_) = json else { return taken(json) };
    let object = match json.object() {
        Ok(object) => object,
        Err(why) => return Found::Unclear(why),
    };
    if let Some(text) = object.error() {
        return Found::Error(text);
    }
    match object.get("cancel") {
        Some(cancel @ Json::Object(_)) => match cancel.object().map(|cancel| cancel.error()) {
            Ok(Some(text)) => Found::Error(text),
            Ok(None) => Found::Unclear(Unclear::Shape),
            Err(why) => Found::Unclear(why),
        },
        _ if object.says_failure() => Found::Unclear(Unclear::Shape),
        Some(cancel) => taken(cancel),
        None if object.says_success() => Found::Known(CancelTaken),
        None => Found::Unclear(Unclear::Shape),
    }
}

/// 1, `true`, an id, or a word for it; any other text is an error.
fn taken(json: Json<'_>) -> Found<CancelTaken> {
    const YES: [&str; 6] = ["canceled", "cancelled", "success", "ok", "true", "pending"];
    if json == Json::Bool(true) || id::read(json).is_some() {
        return Found::Known(CancelTaken);
    }
    match (json, json.text(limits::TEXT_CHARS)) {
        (Json::Text(_), Some(text)) if YES.contains(&letters(&text).as_str()) => {
            Found::Known(CancelTaken)
        }
        (Json::Text(_), Some(text)) => Found::Error(text),
        (Json::Text(_), None) => Found::Absent,
        _ => Found::Unclear(Unclear::Shape),
    }
}
