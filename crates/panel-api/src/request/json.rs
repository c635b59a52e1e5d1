//! JSON bodies: one flat object.
//!
//! Values are kept as raw text until a known name asks for them, so numbers never go through a
//! float, and neither the depth nor the shape of what we do not know matters (the raw scan is not
//! recursive).

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::params::Params;
use super::value::{List, Value};
use super::vocabulary::INCORRECT_REQUEST;
use crate::{Fault, limits};

/// Adds the members of an object.
pub(crate) fn read(body: &[u8], params: &mut Params) -> Result<(), Fault> {
    let text = std::str::from_utf8(body).map_err(|_| INCORRECT_REQUEST)?;
    let Members(members) = serde_json::from_str(text).map_err(|_| INCORRECT_REQUEST)?;
    for (name, raw) in members {
        params.count()?;
        params.put(&name, || value(raw.get()));
    }
    Ok(())
}

/// The members as they stand, repeated names included. One more than the limit is enough to see
/// that there are too many.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while members.len() <= limits::PAIRS {
            match map.next_entry()? {
                Some(member) => members.push(member),
                None => return Ok(Members(members)),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Members(members))
    }
}

/// The elements of an array, one more than a list may have at most.
struct Elements<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ElementsVisitor)
    }
}

struct ElementsVisitor;

impl<'de> Visitor<'de> for ElementsVisitor {
    type Value = Elements<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() <= limits::LIST_LINES {
            match seq.next_element()? {
                Some(element) => elements.push(element),
                None => return Ok(Elements(elements)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Elements(elements))
    }
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
fn list(raw: &str) -> Option<Value> {
    let Elements(elements) = serde_json::from_str(raw).ok()?;
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
