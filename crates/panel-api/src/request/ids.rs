//! The ids that a request is about.

use std::collections::HashSet;

use super::params::Params;
use super::value::Value;
use super::vocabulary::{INCORRECT_REQUEST, Param};
use crate::words::errors;
use crate::{Fault, limits, text};

/// Which ids, and which form of reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// One id in the singular parameter: the plain reply.
    One(Id),
    /// Ids in the plural parameter, or several in the singular one: the keyed or listed reply. Each
    /// id once, in the order asked; 1 to [`limits::IDS`] of them.
    Many(Vec<Id>),
}

/// One id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id {
    /// The text as asked, trimmed: clients look for exactly this in the reply.
    pub asked: String,
    /// The number, unless it is no id at all: ids are 1 to [`limits::ID_MAX`], in digits.
    pub number: Option<i64>,
}

impl Id {
    pub(crate) fn parse(asked: &str) -> Self {
        let digits = !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit());
        let number = asked.parse().ok().filter(|n| digits && (1..=limits::ID_MAX).contains(n));
        Self { asked: asked.to_owned(), number }
    }
}

impl Ids {
    /// The ids, whatever the form of reply.
    #[must_use]
    pub fn as_slice(&self) -> &[Id] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }

    /// The same ids, with the keyed reply.
    pub(crate) fn keyed(self) -> Self {
        match self {
            Self::One(id) => Self::Many(vec![id]),
            many @ Self::Many(_) => many,
        }
    }

    /// The only id, if there is one.
    pub(crate) fn only(self) -> Option<Id> {
        match self {
            Self::One(id) => Some(id),
            Self::Many(mut ids) => ids.pop().filter(|_| ids.is_empty()),
        }
    }
}

/// Reads the first of two parameters that was given: the plural, else the singular. `None` when
/// neither was; an error when there is no id in it, or too many.
pub(crate) fn read(params: &Params, plural_singular: &[Param; 2]) -> Result<Option<Ids>, Fault> {
    let [plural, singular] = *plural_singular;
    if let Some(value) = params.value(plural) {
        return Ok(Some(Ids::Many(list(value, plural)?)));
    }
    let Some(value) = params.value(singular) else { return Ok(None) };
    let mut ids = list(value, singular)?;
    let plain = matches!(value, Value::Text(text) if !text.contains([',', '[']));
    Ok(Some(match ids.pop() {
        Some(id) if plain => Ids::One(id),
        Some(id) => {
            ids.push(id);
            Ids::Many(ids)
        }
        None => return Err(singular.fault),
    }))
}

/// The ids in a value, each once, at least one.
fn list(value: &Value, param: Param) -> Result<Vec<Id>, Fault> {
    let mut found = Found::default();
    match value {
        Value::Text(text) => found.add(text, param)?,
        Value::List(list) => {
            for text in list.texts() {
                found.add(text, param)?;
            }
            // Blank elements count: what stood after them must not be dropped silently.
            if list.is_too_long() {
                return Err(Fault(errors::MAXIMUM_ORDERS));
            }
        }
        Value::Bad => return Err(INCORRECT_REQUEST),
    }
    if found.ids.is_empty() { Err(param.fault) } else { Ok(found.ids) }
}

#[derive(Default)]
struct Found<'a> {
    ids: Vec<Id>,
    numbers: HashSet<i64>,
    others: HashSet<&'a str>,
    entries: usize,
}

impl<'a> Found<'a> {
    /// Adds the ids of a comma list, or of a JSON array that was sent as text. Stops at the first
    /// that is too many.
    fn add(&mut self, text: &'a str, param: Param) -> Result<(), Fault> {
        let text = text::trim(text);
        let inner = text.strip_prefix('[').map(|rest| rest.strip_suffix(']').unwrap_or(rest));
        for entry in inner.unwrap_or(text).split(',') {
            let mut entry = text::trim(entry);
            if inner.is_some() {
                entry = text::trim(entry.trim_matches(['"', '\'']));
            }
            if entry.is_empty() {
                continue;
            }
            self.entries = self.entries.saturating_add(1);
            if !text::fits(entry, limits::ID_CHARS) {
                return Err(param.fault);
            }
            let id = Id::parse(entry);
            let new = match id.number {
                Some(number) => self.numbers.insert(number),
                None => self.others.insert(entry),
            };
            if self.entries > limits::ID_ENTRIES || (new && self.ids.len() >= limits::IDS) {
                return Err(Fault(errors::MAXIMUM_ORDERS));
            }
            if new {
                self.ids.push(id);
            }
        }
        Ok(())
    }
}
