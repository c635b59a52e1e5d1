//! JSON bodies: one flat object.

use serde_json::value::RawValue;

use super::params::Params;
use super::value::{List, Value};
use super::vocabulary::INCORRECT_REQUEST;
use crate::{Fault, limits, raw};

/// Adds the members of an object.
pub(crate) fn read(body: &[u8], params: &mut Params) -> Result<(), Fault> {
    let text = std::str::from_utf8(body).map_err(|_| INCORRECT_REQUEST)?;
    for (name, raw) in raw::members(text, limits::PAIRS).ok_or(INCORRECT_REQUEST)? {
        params.count()?;
        params.put(&name, || value(raw.get()));
    }
    Ok(())
}

/// The value of a known parameter.
fn value(raw: &str) -> Value {
    match raw.as_bytes().first() {
        Some(b'[') => list(raw).unwrap_or(Value::Bad),
        Some(b'{') | None => Value::Bad,
        Some(_) => Value::from_text(scalar(raw)),
    }
}

/// The elements as texts; `None` when one of them is neither a text nor a number. `null` is a
/// blank one.
fn list(json: &str) -> Option<Value> {
    let elements = raw::elements(json, limits::LIST_LINES)?;
    let mut list = List::default();
    for element in elements.into_iter().map(RawValue::get) {
        if element.starts_with(['[', '{', 't', 'f']) {
            return None;
        }
        match Value::from_text(scalar(element)) {
            Value::Text(text) => list.push(text),
            Value::List(_) | Value::Bad => return None,
        }
    }
    Some(Value::List(list))
}

/// A string's content, or the text of a number, `true` or `false` as it stands; nothing for `null`.
fn scalar(raw: &str) -> Option<String> {
    if raw.starts_with('"') {
        // Fails on half a surrogate pair, which is no text.
        return serde_json::from_str(raw).ok();
    }
    Some(if raw == "null" { String::new() } else { raw.to_owned() })
}
