//! The fields of a request: query and body are one set, body over query.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::Wrong;
use super::node::{Budget, Node};
use crate::request::{Id, Input, Number, form};
use crate::{limits, raw, text};

/// Deepest name of a form field: `orders[0][id]` is three.
const NAME_DEPTH: usize = 4;

/// The fields of a request, by name.
#[derive(Debug)]
pub(super) struct Fields {
    values: HashMap<String, Node>,
    budget: Budget,
    /// A field that must be said once only was said with two values.
    clash: bool,
}

/// Fields of which two values are never one request: proxies and servers do not agree which counts.
const ONCE: [&str; 3] = ["key", "apikey", "action"];

impl Fields {
    /// Reads everything that one HTTP request carries.
    pub(super) fn read(input: &Input<'_>) -> Result<Self, Wrong> {
        let mut fields = Self { values: HashMap::new(), budget: Budget::new(), clash: false };
        if let Some(query) = input.query {
            fields.form(query.as_bytes())?;
        }
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

    fn set(&mut self, name: &str, path: &[&str], value: Node) {
        let known = self.values.entry(name.to_owned()).or_insert(Node::Text(String::new()));
        let said = known.text().ok().flatten().is_some();
        self.clash |= said && ONCE.contains(&name) && *known != value;
        known.put(path, value);
    }

    /// The value of the first of the names that was given.
    pub(super) fn node(&self, names: &[&str]) -> Option<&Node> {
        let given = |node: &&Node| !matches!(node.text(), Ok(None));
        names.iter().filter_map(|name| self.values.get(*name)).find(given)
    }

    /// A text of one line.
    pub(super) fn text(
        &self,
        names: &[&'static str],
        most: usize,
    ) -> Result<Option<String>, Wrong> {
        text_of(self.node(names), field(names), most)
    }

    /// A whole number.
    pub(super) fn number(&self, names: &[&'static str]) -> Result<Option<i64>, Wrong> {
        number_of(self.node(names), field(names))
    }

    /// Ids of one kind, each once; nothing when none was given.
    pub(super) fn ids(&self, names: &[&'static str]) -> Result<Vec<Id>, Wrong> {
        let Some(node) = self.node(names) else { return Ok(Vec::new()) };
        let mut ids: Vec<Id> = Vec::new();
        collect_ids(&node.unfolded()?, field(names), &mut ids)?;
        Ok(ids)
    }

    /// Ids that must be numbers of things there can be.
    pub(super) fn numbers(&self, names: &[&'static str]) -> Result<Vec<i64>, Wrong> {
        let must = Wrong::new(field(names), "must be ids, separated by commas");
        self.ids(names)?.iter().map(|id| id.number.ok_or(must)).collect()
    }
}

/// The field that an error names: the first of its names.
fn field(names: &[&'static str]) -> &'static str {
    names.first().copied().unwrap_or_default()
}

/// A text of one line and so many characters at most.
pub(super) fn text_of(
    node: Option<&Node>,
    field: &'static str,
    most: usize,
) -> Result<Option<String>, Wrong> {
    let must = Wrong::new(field, "must be a text of one line, and not too long");
    match node.map(Node::text) {
        None | Some(Ok(None)) => Ok(None),
        Some(Ok(Some(given))) if text::fits(given, most) && !given.contains(['\n', '\r']) => {
            Ok(Some(given.to_owned()))
        }
        Some(Ok(Some(_)) | Err(())) => Err(must),
    }
}

/// A whole number.
pub(super) fn number_of(node: Option<&Node>, field: &'static str) -> Result<Option<i64>, Wrong> {
    let must = Wrong::new(field, "must be a whole number, in digits");
    match node.map(Node::text) {
        None | Some(Ok(None)) => Ok(None),
        Some(Err(())) => Err(must),
        Some(Ok(Some(given))) => match Number::parse(given) {
            Number::Int(number) => Ok(Some(number)),
            Number::TooBig | Number::TooSmall | Number::Malformed => Err(must),
        },
    }
}

fn collect_ids(node: &Node, field: &'static str, ids: &mut Vec<Id>) -> Result<(), Wrong> {
    match node {
        Node::Text(texts) => {
            let given = texts.split(',').filter_map(text::given);
            for given in given {
                if !text::fits(given, limits::ID_CHARS) {
                    return Err(Wrong::new(field, "must be ids, separated by commas"));
                }
                let id = Id::parse(given);
                // The same number is the same id, however it is written.
                let same = |known: &Id| match id.number {
                    Some(_) => known.number == id.number,
                    None => known.asked == id.asked,
                };
                if ids.iter().any(same) {
                    continue;
                }
                if ids.len() >= limits::IDS {
                    return Err(Wrong::new(field, "at most 100 at once"));
                }
                ids.push(id);
            }
            Ok(())
        }
        Node::List(nodes) => nodes.iter().try_for_each(|node| collect_ids(node, field, ids)),
        Node::Object(members) => {
            members.iter().try_for_each(|(_, node)| collect_ids(node, field, ids))
        }
        Node::Bad => Err(Wrong::new(field, "must be ids, separated by commas")),
    }
}
