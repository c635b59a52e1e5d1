//! Answers about several orders or refills, whatever their shape: what each of those that were asked
//! for got.

use super::json::{Json, Object};
use super::{Unclear, id};
use crate::limits;
use crate::words::letters;

/// The answer to a call about one or several ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers<T> {
    /// What each id got, in the order asked.
    Each(Vec<(String, Found<T>)>),
    /// The call was refused as a whole, with this text. When one id was asked for, the text may mean
    /// that one.
    Refused(String),
    /// The answer says nothing about any of them.
    Unclear(Unclear),
}

/// What one id got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// The answer.
    Known(T),
    /// An error, with its text.
    Error(String),
    /// Nothing is said about it: not a word against it either.
    Absent,
    /// Something is said that cannot be understood.
    Unclear(Unclear),
}

/// How an action names things.
pub(super) struct Shape {
    /// Members by which an element of a list says what it is about.
    pub(super) ids: [&'static str; 2],
    /// Members, any of which an answer about a single one has.
    pub(super) own: &'static [&'static str],
    /// Errors that mean the one that was asked for and not the call, without case and blanks.
    pub(super) no_such: &'static [&'static str],
}

/// Texts that say that there is no such order.
pub(super) const NO_SUCH_ORDER: &[&str] = &[
    "incorrectorderid",
    "incorrectorderids",
    "invalidorderid",
    "invalidorderids",
    "ordernotfound",
];

/// Texts that say that there is no such refill.
pub(super) const NO_SUCH_REFILL: &[&str] =
    &["incorrectrefillid", "refillnotfound", "refillrequestnotfound", "notfound"];

/// What stands for one id.
enum Entry<'a> {
    Absent,
    /// There are several, and they differ.
    Twice,
    Value(Json<'a>),
}

/// Reads an answer, each entry by `read`.
pub(super) fn read<T>(
    body: &[u8],
    asked: &[String],
    shape: &Shape,
    read: impl Fn(Json<'_>) -> Found<T>,
) -> Answers<T> {
    let json = match Json::read(body) {
        Ok(json) => json,
        Err(why) => return Answers::Unclear(why),
    };
    if let Json::Object(_) = json {
        let error = json.object().map(|object| object.error());
        match (error, asked) {
            (Ok(Some(text)), [only]) if is_one_of(&text, shape.no_such) => {
                return Answers::Each(vec![(only.clone(), Found::Error(text))]);
            }
            (Ok(Some(text)), _) => return Answers::Refused(text),
            (Ok(None), _) => {}
            (Err(why), _) => return Answers::Unclear(why),
        }
    }
    match entries(json, asked, shape) {
        Err(why) => Answers::Unclear(why),
        Ok(entries) => Answers::Each(
            asked
                .iter()
                .zip(entries)
                .map(|(id, entry)| {
                    let found = match entry {
                        Entry::Absent => Found::Absent,
                        Entry::Twice => Found::Unclear(Unclear::SaidTwice),
                        Entry::Value(json) => read(json),
                    };
                    (id.clone(), found)
                })
                .collect(),
        ),
    }
}

/// Whether a text is one of these, whatever its case, blanks and full stop.
pub(super) fn is_one_of(text: &str, texts: &[&str]) -> bool {
    let text = letters(text);
    texts.contains(&text.trim_end_matches(['.', '!']))
}

/// An entry for each id asked for.
fn entries<'a>(json: Json<'a>, asked: &[String], shape: &Shape) -> Result<Vec<Entry<'a>>, Unclear> {
    match json {
        Json::List(_) => in_list(json, asked, shape),
        Json::Object(_) => {
            let object = json.object()?;
            let has = |id: &String| object.get(id).is_some();
            // Some put everything into `data`.
            if let Some(data @ (Json::List(_) | Json::Object(_))) = object.get("data")
                && !asked.iter().any(has)
            {
                return match data {
                    Json::List(_) => in_list(data, asked, shape),
                    _ => in_object(data, &data.object()?, asked, shape),
                };
            }
            in_object(json, &object, asked, shape)
        }
        _ => Err(Unclear::Shape),
    }
}

fn in_object<'a>(
    json: Json<'a>,
    object: &Object<'a>,
    asked: &[String],
    shape: &Shape,
) -> Result<Vec<Entry<'a>>, Unclear> {
    let by_id = |id: &String| match object.get(id) {
        // PHP writes an empty object as an empty list.
        Some(Json::Null) | None => Entry::Absent,
        Some(Json::List(raw)) if Json::List(raw).is_blank() => Entry::Absent,
        Some(value) => Entry::Value(value),
    };
    if asked.iter().any(|id| object.get(id).is_some()) {
        return Ok(asked.iter().map(by_id).collect());
    }
    let about = object.given(&shape.ids).and_then(id::read);
    let alone = shape.own.iter().any(|name| object.get(name).is_some());
    match (asked, about) {
        (_, Some(about)) if asked.contains(&about) && alone => Ok(asked
            .iter()
            .map(|id| if *id == about { Entry::Value(json) } else { Entry::Absent })
            .collect()),
        ([_], None) if alone => Ok(vec![Entry::Value(json)]),
        ([_], Some(_)) if alone => Err(Unclear::OtherOrder),
        // A keyed answer without any that was asked for: some leave out what they do not know.
        _ if object
            .names()
            .all(|name| id::is_id(name) && !name.contains(|c: char| c.is_alphabetic())) =>
        {
            Ok(asked.iter().map(|_| Entry::Absent).collect())
        }
        _ => Err(Unclear::Shape),
    }
}

fn in_list<'a>(json: Json<'a>, asked: &[String], shape: &Shape) -> Result<Vec<Entry<'a>>, Unclear> {
    let list = json.list(limits::ID_ENTRIES)?;
    let mut entries: Vec<Entry<'a>> = asked.iter().map(|_| Entry::Absent).collect();
    let mut named = list.is_empty();
    for element in &list {
        let Ok(object) = element.object() else { continue };
        let Some(about) = object.given(&shape.ids).and_then(id::read) else { continue };
        named = true;
        let place = asked.iter().position(|id| *id == about);
        if let Some(entry) = place.and_then(|place| entries.get_mut(place)) {
            *entry = match entry {
                Entry::Absent => Entry::Value(*element),
                Entry::Value(before) if before == element => Entry::Value(*element),
                Entry::Value(_) | Entry::Twice => Entry::Twice,
            };
        }
    }
    match (list.as_slice(), asked) {
        _ if named => Ok(entries),
        ([only], [_]) => {
            let object = only.object()?;
            let alone = shape.own.iter().any(|name| object.get(name).is_some());
            if alone { Ok(vec![Entry::Value(*only)]) } else { Err(Unclear::Shape) }
        }
        _ => Err(Unclear::Shape),
    }
}
