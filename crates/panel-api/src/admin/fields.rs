//! The fields of a request: query and body are one set, body over query.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::Wrong;
use super::field::Field;
use super::node::{Budget, Node};
use crate::request::{Id, Input, form};
use crate::{limits, raw, text};

/// Deepest name of a form field: `orders[0][id]` is three.
const NAME_DEPTH: usize = 4;

/// The fields of a request, by name.
#[derive(Debug)]
pub(super) struct Fields {
    /// Each with the place that it stands in.
    values: HashMap<String, (Place, Node)>,
    place: Place,
    budget: Budget,
    /// A field that must be said once only was said with two values.
    clash: bool,
}

/// A part of an HTTP request that holds fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Query,
    Body,
}

/// Fields of which two values, wherever they stand, are never one request: proxies and servers do not agree which counts.
const ONCE: [&str; 3] = ["key", "apikey", "action"];

impl Fields {
    /// Reads everything that one HTTP request carries.
    pub(super) fn read(input: &Input<'_>) -> Result<Self, Wrong> {
        let (values, budget) = (HashMap::new(), Budget::new());
        let mut fields = Self { values, place: Place::Query, budget, clash: false };
        if let Some(query) = input.query {
            fields.form(query.as_bytes())?;
        }
        fields.place = Place::Body;
        match input.multipart {
            Some(parts) => fields.parts(parts)?,
            None => fields.body(input)?,
        }
        if fields.clash {
            return Err(Wrong::new("request", "says key or action twice, and not the same"));
        }
        Ok(fields)
    }

    fn parts(&mut self, parts: &[(String, String)]) -> Result<(), Wrong> {
        for (name, value) in parts {
            self.budget.take()?;
            self.put(name, Node::of_text(Some(value.clone())));
        }
        Ok(())
    }

    fn body(&mut self, input: &Input<'_>) -> Result<(), Wrong> {
        let bytes = input.body.trim_ascii();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        match bytes.first() {
            None => Ok(()),
            Some(b'{') => self.json(bytes),
            Some(b'[') => Err(Wrong::UNREADABLE),
            Some(_) if input.content_type.is_some_and(|kind| kind.contains("json")) => {
                Err(Wrong::UNREADABLE)
            }
            Some(_) => self.form(bytes),
        }
    }

    fn form(&mut self, form: &[u8]) -> Result<(), Wrong> {
        for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            self.budget.take()?;
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = form::decode(halves.next().unwrap_or_default()).unwrap_or_default();
            let value = form::decode(halves.next().unwrap_or_default());
            self.put(&name, Node::of_text(value));
        }
        Ok(())
    }

    fn json(&mut self, body: &[u8]) -> Result<(), Wrong> {
        let body = std::str::from_utf8(body).map_err(|_| Wrong::UNREADABLE)?;
        let members = raw::members(body, limits::ADMIN_VALUES).ok_or(Wrong::UNREADABLE)?;
        for (name, value) in members {
            let value: &RawValue = value;
            let node = Node::of_json(value.get(), &mut self.budget)?;
            self.set(text::trim(&name), &[], node);
        }
        Ok(())
    }

    /// Puts a field of a form, whose name may say a place inside it.
    fn put(&mut self, name: &str, value: Node) {
        let name = text::trim(name);
        let Some((base, rest)) = name.split_once('[') else { return self.set(name, &[], value) };
        let Some(inner) = rest.strip_suffix(']') else { return };
        let path: Vec<&str> = inner.split("][").collect();
        if path.len() < NAME_DEPTH {
            self.set(base, &path, value);
        }
    }

    /// A field that one place says twice is left for whoever asks for it to refuse; what the body says
    /// counts above the query.
    fn set(&mut self, name: &str, path: &[&str], value: Node) {
        let place = self.place;
        let known = self.values.entry(name.to_owned()).or_insert((place, Node::NOTHING));
        self.clash |= !known.1.is_nothing() && ONCE.contains(&name) && known.1 != value;
        if known.0 != place && !value.is_nothing() {
            *known = (place, Node::NOTHING);
        }
        known.1.put(path, value);
    }

    /// The field of these names.
    pub(super) fn get(&self, names: &[&'static str]) -> Field<'_> {
        Field::of(names, |name| self.values.get(name).map(|(_, node)| node))
    }

    /// The value of the first of the names that was given.
    pub(super) fn node(&self, names: &[&'static str]) -> Option<&Node> {
        self.get(names).node()
    }

    /// A text of one line.
    pub(super) fn text(
        &self,
        names: &[&'static str],
        most: usize,
    ) -> Result<Option<String>, Wrong> {
        Ok(self.get(names).text(most)?.map(str::to_owned))
    }

    /// A whole number.
    pub(super) fn number(&self, names: &[&'static str]) -> Result<Option<i64>, Wrong> {
        self.get(names).number()
    }

    /// Ids of one kind, each once; nothing when the field was not given.
    pub(super) fn ids(&self, names: &[&'static str]) -> Result<Vec<Id>, Wrong> {
        self.get(names).ids()
    }

    /// Ids that must be numbers of things there can be.
    pub(super) fn numbers(&self, names: &[&'static str]) -> Result<Vec<i64>, Wrong> {
        self.get(names).numbers()
    }
}
