//! One field of a request, as it was said.

use super::Wrong;
use super::node::Node;
use crate::request::{Id, Number};
use crate::{limits, text};

const IDS: &str = "must be ids, separated by commas";
const LINE: &str = "must be a text of one line, and not too long";
const WHOLE: &str = "must be a whole number, in digits";
const TWICE: &str = "is said twice, and not the same";

/// A field that has several names: under the one that it was said by, which is what errors name, or
/// under the first when it was not said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    name: &'static str,
    node: Option<&'a Node>,
    /// It was said, as a blank.
    blank: bool,
}

impl<'a> Field<'a> {
    /// The first of the names that says something.
    pub(super) fn of(names: &[&'static str], find: impl Fn(&str) -> Option<&'a Node>) -> Self {
        let said = |name: &&'static str| {
            let node = find(name).filter(|node| !node.is_nothing())?;
            Some(Self { name, node: Some(node), blank: false })
        };
        let blank = |name: &&&'static str| find(name).is_some_and(Node::is_blank);
        let unsaid = || match names.iter().find(blank) {
            Some(name) => Self { name, node: None, blank: true },
            None => {
                Self { name: names.first().copied().unwrap_or_default(), node: None, blank: false }
            }
        };
        names.iter().find_map(said).unwrap_or_else(unsaid)
    }

    /// What was said.
    pub(super) const fn node(&self) -> Option<&'a Node> {
        self.node
    }

    /// What is wrong with it.
    pub(super) const fn wrong(&self, must: &'static str) -> Wrong {
        Wrong::new(self.name, if matches!(self.node, Some(Node::Twice)) { TWICE } else { must })
    }

    /// A text of one line and so many characters at most.
    pub(super) fn text(&self, most: usize) -> Result<Option<&'a str>, Wrong> {
        let Some(node) = self.node else { return Ok(None) };
        let given = node.text().map_err(|()| self.wrong(LINE))?;
        let fits = |given: &&str| text::fits(given, most) && !given.contains(['\n', '\r']);
        if given.is_none_or(|given| fits(&given)) { Ok(given) } else { Err(self.wrong(LINE)) }
    }

    /// A whole number.
    pub(super) fn number(&self) -> Result<Option<i64>, Wrong> {
        let Some(node) = self.node else { return Ok(None) };
        let Some(given) = node.text().map_err(|()| self.wrong(WHOLE))? else { return Ok(None) };
        match Number::parse(given) {
            Number::Int(number) => Ok(Some(number)),
            Number::TooBig | Number::TooSmall => {
                Err(self.wrong("must be a number of at most 18 digits"))
            }
            Number::Malformed => Err(self.wrong(WHOLE)),
        }
    }

    /// Ids of one kind, each once; nothing when the field was left out. To name none of them is an
    /// error, also by a blank: it must not be taken for all.
    pub(super) fn ids(&self) -> Result<Vec<Id>, Wrong> {
        let mut ids: Vec<Id> = Vec::new();
        if self.node.is_some() {
            self.collect(&self.unfolded(IDS)?, &mut ids)?;
        }
        let names_none = self.node.is_some() || self.blank;
        if names_none && ids.is_empty() { Err(self.wrong(IDS)) } else { Ok(ids) }
    }

    /// Ids that must be numbers of things there can be.
    pub(super) fn numbers(&self) -> Result<Vec<i64>, Wrong> {
        self.ids()?.iter().map(|id| id.number.ok_or(self.wrong(IDS))).collect()
    }

    /// The value, with a text that holds JSON read as that JSON.
    pub(super) fn unfolded(&self, must: &'static str) -> Result<Node, Wrong> {
        let node = self.node.ok_or(self.wrong(must))?;
        node.unfolded().map_err(|_| self.wrong(must))
    }

    fn collect(&self, node: &Node, ids: &mut Vec<Id>) -> Result<(), Wrong> {
        match node {
            Node::Text(texts) => {
                texts.split(',').filter_map(text::given).try_for_each(|id| self.add(id, ids))
            }
            Node::List(nodes) => nodes.iter().try_for_each(|node| self.collect(node, ids)),
            Node::Object(members) => {
                members.iter().try_for_each(|(_, node)| self.collect(node, ids))
            }
            Node::Bad | Node::Twice => Err(self.wrong(IDS)),
        }
    }

    fn add(&self, given: &str, ids: &mut Vec<Id>) -> Result<(), Wrong> {
        if !text::fits(given, limits::ID_CHARS) {
            return Err(self.wrong(IDS));
        }
        let id = Id::parse(given);
        // The same number is the same id, however it is written.
        let same = |known: &Id| match id.number {
            Some(_) => known.number == id.number,
            None => known.asked == id.asked,
        };
        if ids.iter().any(same) {
            return Ok(());
        }
        if ids.len() >= limits::IDS {
            return Err(self.wrong("at most 100 at once"));
        }
        ids.push(id);
        Ok(())
    }
}
