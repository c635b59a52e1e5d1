//! The parameters of one request.

use std::collections::BTreeMap;

use super::Number;
use super::value::Value;
use super::vocabulary::{ACTION, INCORRECT_REQUEST, KEY, Param, Target};
use crate::{Fault, limits, text};

/// Parameters by name; first those of one place (query, body), then of the whole request.
#[derive(Debug, Default)]
pub(crate) struct Params {
    key: Once,
    action: Once,
    values: BTreeMap<&'static str, Value>,
    /// Names that the dialect does not know were there.
    unknown: bool,
    pairs: usize,
}

/// A parameter that may be repeated, but only with one value: proxies and servers do not agree
/// which of two counts.
#[derive(Debug, Default)]
struct Once {
    value: Option<String>,
    clash: bool,
    bad: bool,
}

impl Once {
    fn put(&mut self, value: Option<String>) {
        match value {
            None => {}
            Some(new) => match &self.value {
                Some(old) if *old != new => self.clash = true,
                Some(_) => {}
                None => self.value = Some(new),
            },
        }
    }
}

impl Params {
    /// Counts a pair, before its value is looked at.
    pub(crate) fn count(&mut self) -> Result<(), Fault> {
        self.pairs = self.pairs.saturating_add(1);
        if self.pairs > limits::PAIRS { Err(INCORRECT_REQUEST) } else { Ok(()) }
    }

    /// Takes a pair whose value is decoded only if the name is known; `None` is what cannot be
    /// decoded.
    pub(crate) fn put_text(&mut self, name: &str, decode: impl FnOnce() -> Option<String>) {
        self.put(name, || Value::from_text(decode()));
    }

    /// Takes a pair. Later ones of the same name win.
    pub(crate) fn put(&mut self, name: &str, value: impl FnOnce() -> Value) {
        let Some(Target { param, index }) = Target::parse(name) else {
            self.unknown = true;
            return;
        };
        if param.name == KEY.name {
            put_once(&mut self.key, index, value(), str::to_owned);
        } else if param.name == ACTION.name {
            put_once(&mut self.action, index, value(), str::to_ascii_lowercase);
        } else if let Some(index) = index {
            let entry = self.values.entry(param.name).or_insert(Value::Text(String::new()));
            entry.put_item(index, value);
        } else {
            self.values.insert(param.name, value());
        }
    }

    /// Takes all of another place's parameters, which go over those that are here.
    pub(crate) fn take_over(&mut self, other: Self) {
        for (mine, new) in [(&mut self.key, other.key), (&mut self.action, other.action)] {
            mine.clash |= new.clash;
            mine.bad |= new.bad;
            mine.put(new.value);
        }
        self.values.extend(other.values);
        self.unknown |= other.unknown;
    }

    /// The key. Without a readable one nobody can be told anything more, so its errors are answered
    /// at once.
    pub(crate) fn key(&self) -> Result<Option<&str>, Fault> {
        if self.key.clash || self.key.bad {
            return Err(INCORRECT_REQUEST);
        }
        Ok(self.key.value.as_deref())
    }

    /// The action in lower case. Two of them are an error at once, an unreadable one only for the
    /// holder of a key.
    pub(crate) fn action(&self) -> Result<Result<Option<&str>, Fault>, Fault> {
        if self.action.clash {
            return Err(INCORRECT_REQUEST);
        }
        Ok(if self.action.bad { Err(INCORRECT_REQUEST) } else { Ok(self.action.value.as_deref()) })
    }

    /// An error if any known parameter could not be read, whether the action asks for it or not.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.values.values().any(|value| *value == Value::Bad) {
            return Err(INCORRECT_REQUEST);
        }
        Ok(())
    }

    /// The only parameter beside key and action, if there is exactly one.
    pub(crate) fn only_name(&self) -> Option<&'static str> {
        let mut given = self.values.iter().filter(|(_, value)| !value.is_absent());
        match (given.next(), given.next()) {
            (Some((name, _)), None) if !self.unknown => Some(name),
            _ => None,
        }
    }

    /// The value, if one was given.
    pub(crate) fn value(&self, param: Param) -> Option<&Value> {
        self.values.get(param.name).filter(|value| !value.is_absent())
    }

    /// One trimmed text; a list in its place is not what the dialect means.
    fn single(&self, param: Param) -> Result<Option<&str>, Fault> {
        match self.value(param) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(text::given(text)),
            Some(Value::List(_) | Value::Bad) => Err(INCORRECT_REQUEST),
        }
    }

    /// A whole number, or what is wrong with it: the rule that needs it knows the right answer.
    pub(crate) fn number(&self, param: Param) -> Result<Option<Number>, Fault> {
        Ok(self.single(param)?.map(Number::parse))
    }

    /// A text of at most so many characters.
    pub(crate) fn text(&self, param: Param, most: usize) -> Result<Option<String>, Fault> {
        match self.single(param)? {
            Some(text) if !text::fits(text, most) => Err(param.fault),
            found => Ok(found.map(str::to_owned)),
        }
    }

    /// A text without line breaks of at most so many characters.
    pub(crate) fn line(&self, param: Param, most: usize) -> Result<Option<String>, Fault> {
        match self.text(param, most)? {
            Some(text) if text.contains(['\n', '\r']) => Err(param.fault),
            found => Ok(found),
        }
    }

    /// The lines of a list, trimmed, without blank ones; empty when not given. `commas` says that a
    /// text without line breaks may be separated by commas instead.
    pub(crate) fn lines(&self, param: Param, commas: bool) -> Result<Vec<String>, Fault> {
        let mut lines = Vec::new();
        match self.value(param) {
            None => {}
            Some(Value::Bad) => return Err(INCORRECT_REQUEST),
            Some(Value::Text(text)) => {
                let text = text::trim(text);
                let breaks: &[char] =
                    if commas && !text.contains(['\n', '\r']) { &[','] } else { &['\n', '\r'] };
                add_lines(&mut lines, text.split(breaks), param)?;
            }
            Some(Value::List(list)) => {
                if list.is_too_long() {
                    return Err(param.fault);
                }
                for text in list.texts() {
                    add_lines(&mut lines, text.split(['\n', '\r']), param)?;
                }
            }
        }
        Ok(lines)
    }
}

fn put_once(
    once: &mut Once,
    index: Option<&str>,
    value: Value,
    normal: impl FnOnce(&str) -> String,
) {
    match value {
        Value::Text(text) if index.is_none() => once.put(text::given(&text).map(normal)),
        Value::Text(_) | Value::List(_) | Value::Bad => once.bad = true,
    }
}

fn add_lines<'a>(
    lines: &mut Vec<String>,
    new: impl Iterator<Item = &'a str>,
    param: Param,
) -> Result<(), Fault> {
    for line in new.map(text::trim).filter(|line| !line.is_empty()) {
        if lines.len() >= limits::LIST_LINES || !text::fits(line, limits::LINE_CHARS) {
            return Err(param.fault);
        }
        lines.push(line.to_owned());
    }
    Ok(())
}
