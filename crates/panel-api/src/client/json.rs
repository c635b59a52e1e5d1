//! Answers, looked at one level at a time.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Amount, Said, Unclear, amount};
use crate::words::letters;
use crate::{limits, raw, text};

/// One value. Texts, lists and objects are taken apart when somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    /// As it is written, quotes and escapes included.
    Text(&'a str),
    List(&'a str),
    Object(&'a str),
}

impl<'a> Json<'a> {
    /// Reads a whole body. A byte order mark is what PHP files saved by some editors send first.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Unclear> {
        let text = std::str::from_utf8(body).map_err(|_| Unclear::NotJson)?;
        let text = text::trim(text);
        if text.is_empty() {
            return Err(Unclear::Empty);
        }
        serde_json::from_str::<&RawValue>(text).map(Self::of).map_err(|_| Unclear::NotJson)
    }

    /// Looks at a value that is known to be JSON.
    pub(super) fn of(raw: &'a RawValue) -> Self {
        let raw = raw.get();
        match raw.as_bytes().first() {
            Some(b'"') => Self::Text(raw),
            Some(b'[') => Self::List(raw),
            Some(b'{') => Self::Object(raw),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') | None => Self::Null,
            Some(_) => Self::Number(raw),
        }
    }

    /// The text of a text as it is, blanks around it and all.
    pub(super) fn exact_text(self) -> Option<String> {
        if let Self::Text(raw) = self { Some(text_of(raw)) } else { None }
    }

    /// The text of a text or a number, tidied and cut to `most` characters; nothing when it stands for
    /// nothing.
    pub(super) fn text(self, most: usize) -> Option<String> {
        let text = match self {
            Self::Text(raw) => text_of(raw),
            Self::Number(raw) => raw.to_owned(),
            _ => return None,
        };
        text::given(&text).map(|given| tidy(given, most)).filter(|tidy| !tidy.is_empty())
    }

    /// What it says as a text, whatever it is.
    pub(super) fn shown(self, most: usize) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Text(raw) => self.text(most).unwrap_or_else(|| tidy(raw, most)),
            Self::Number(raw) | Self::List(raw) | Self::Object(raw) => tidy(raw, most),
        }
    }

    /// Whether it stands for nothing: `null`, `false`, 0, a blank text, an empty list or object.
    pub(super) fn is_blank(self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Number(raw) => amount::whole(raw) == Some(0),
            Self::Text(raw) => text::given(&text_of(raw)).is_none(),
            Self::List(raw) => raw::elements(raw, 0).is_some_and(|list| list.is_empty()),
            Self::Object(raw) => raw::members(raw, 0).is_some_and(|members| members.is_empty()),
        }
    }

    /// Reads it by the text of a text or a number.
    pub(super) fn said<T>(self, read: impl FnOnce(&str) -> Option<T>) -> Said<T> {
        let nonsense = || Said::Nonsense(self.shown(limits::WORD_CHARS));
        let text = match self {
            Self::Null => return Said::Absent,
            Self::Text(raw) => text_of(raw),
            Self::Number(raw) => raw.to_owned(),
            Self::Bool(_) | Self::List(_) | Self::Object(_) => return nonsense(),
        };
        match text::given(&text) {
            None => Said::Absent,
            Some(given) if says_nothing(given) => Said::Absent,
            Some(given) => read(given).map_or_else(nonsense, Said::Value),
        }
    }

    /// Reads an amount.
    pub(super) fn amount(self) -> Said<Amount> {
        self.said(Amount::parse)
    }

    /// Reads a whole number.
    pub(super) fn whole(self) -> Said<i64> {
        self.said(amount::whole)
    }

    /// Reads a yes or no.
    pub(super) fn truth(self) -> Said<bool> {
        if let Self::Bool(value) = self {
            return Said::Value(value);
        }
        self.said(|text| match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        })
    }

    /// The object, if it is one.
    pub(super) fn object(self) -> Result<Object<'a>, Unclear> {
        let mut object = BTreeMap::new();
        for (name, value) in self.members(limits::PAIRS)? {
            match object.insert(name, value) {
                Some(before) if before != value => return Err(Unclear::SaidTwice),
                _ => {}
            }
        }
        Ok(Object(object))
    }

    /// The members as they stand, repeated names included, if it is an object of at most so many.
    pub(super) fn members(self, most: usize) -> Result<Vec<(String, Json<'a>)>, Unclear> {
        let Self::Object(raw) = self else { return Err(Unclear::Shape) };
        let members = raw::members(raw, most).ok_or(Unclear::NotJson)?;
        if members.len() > most {
            return Err(Unclear::TooLong);
        }
        Ok(members.into_iter().map(|(name, value)| (name, Json::of(value))).collect())
    }

    /// The elements, if it is a list of at most so many.
    pub(super) fn list(self, most: usize) -> Result<Vec<Json<'a>>, Unclear> {
        let Self::List(raw) = self else { return Err(Unclear::Shape) };
        let elements = raw::elements(raw, most).ok_or(Unclear::NotJson)?;
        if elements.len() > most {
            return Err(Unclear::TooLong);
        }
        Ok(elements.into_iter().map(Json::of).collect())
    }
}

/// What some upstreams write where they do not know a number.
fn says_nothing(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "unknown" | "n/a" | "-")
}

/// The content of a text. Half a surrogate pair, which scripts leave behind that cut texts by bytes,
/// becomes a replacement character.
fn text_of(raw: &str) -> String {
    struct Bytes;
    impl serde::de::Visitor<'_> for Bytes {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a text")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    serde::Deserializer::deserialize_bytes(&mut deserializer, Bytes).unwrap_or_default()
}

/// A text without control characters but line breaks and tabs, trimmed, of at most so many
/// characters.
pub(super) fn tidy(text: &str, most: usize) -> String {
    let clean = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    let cut: String = clean.take(most).collect();
    text::trim(&cut).to_owned()
}

/// An object whose names are unambiguous: one that says a thing twice, differently, is read by
/// nobody, because which of the two counts is up to each reader.
#[derive(Debug)]
pub(super) struct Object<'a>(BTreeMap<String, Json<'a>>);

impl<'a> Object<'a> {
    /// The member of that name.
    pub(super) fn get(&self, name: &str) -> Option<Json<'a>> {
        self.0.get(name).copied()
    }

    /// The first of these members that stands for something.
    pub(super) fn given(&self, names: &[&str]) -> Option<Json<'a>> {
        names.iter().filter_map(|name| self.get(name)).find(|value| !value.is_blank())
    }

    /// The first of these members that is there, read.
    pub(super) fn said<T>(&self, names: &[&str], read: fn(Json<'a>) -> Said<T>) -> Said<T> {
        let mut found = names.iter().filter_map(|name| self.get(name)).map(read);
        found.find(|said| !said.is_absent()).unwrap_or(Said::Absent)
    }

    /// A text of at most so many characters.
    pub(super) fn text(&self, names: &[&str], most: usize) -> Option<String> {
        names.iter().find_map(|name| self.get(name)?.text(most))
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether `status` or `success` say that the call has succeeded.
    pub(super) fn says_success(&self) -> bool {
        let word = self.text(&["status"], limits::WORD_CHARS).map(|word| letters(&word));
        matches!(word.as_deref(), Some("success" | "ok" | "200"))
            || self.get("success").is_some_and(|flag| flag.truth() == Said::Value(true))
            || self.get("ok").is_some_and(|flag| flag.truth() == Said::Value(true))
    }

    /// Whether `status` or `success` say that the call has failed.
    pub(super) fn says_failure(&self) -> bool {
        let word = self.text(&["status"], limits::WORD_CHARS).map(|word| letters(&word));
        matches!(word.as_deref(), Some("error" | "fail" | "failed"))
            || self.get("success").is_some_and(|flag| flag.truth() == Said::Value(false))
            || self.get("ok").is_some_and(|flag| flag.truth() == Said::Value(false))
    }

    /// What `error` says, unless it says that there is none. Upstreams put a text there, some a flag
    /// beside a message, an object or a list with a message.
    pub(super) fn error(&self) -> Option<String> {
        const MESSAGES: [&str; 3] = ["message", "msg", "error"];
        let error = self.given(&["error"])?;
        let message = match error {
            Json::Text(_) => None,
            Json::Null | Json::Bool(_) | Json::Number(_) => {
                self.text(&MESSAGES[..2], limits::TEXT_CHARS)
            }
            Json::Object(_) => {
                error.object().ok().and_then(|error| error.text(&MESSAGES, limits::TEXT_CHARS))
            }
            Json::List(_) => {
                let list = error.list(limits::PAIRS).unwrap_or_default();
                list.first().and_then(|first| first.text(limits::TEXT_CHARS))
            }
        };
        Some(message.unwrap_or_else(|| error.shown(limits::TEXT_CHARS)))
    }
}
