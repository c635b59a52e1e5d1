//! Reports on orders.

use super::fields::{Fields, number_of, text_of};
use super::node::Node;
use super::{AdminStatus, Wrong};
use crate::limits;
use crate::request::Id;

/// What is reported of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// Where it stands.
    pub status: Option<AdminStatus>,
    /// The counter before delivery.
    pub start_count: Option<i64>,
    /// Units left.
    pub remains: Option<i64>,
    /// Why.
    pub reason: Option<String>,
}

/// One order of a batch. What is wrong with it holds up no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The order.
    pub id: Id,
    /// What is reported of it.
    pub update: Result<Update, Wrong>,
}

const ID: [&str; 3] = ["id", "order_id", "order"];
const STATUS: [&str; 2] = ["status", "order_status"];
const REASON: [&str; 3] = ["reason", "cancel_reason", "comment"];

/// Where the values of one update are found.
trait Source {
    fn find(&self, names: &[&str]) -> Option<&Node>;
}

impl Source for Fields {
    fn find(&self, names: &[&str]) -> Option<&Node> {
        self.node(names)
    }
}

impl Source for [(String, Node)] {
    fn find(&self, names: &[&str]) -> Option<&Node> {
        let of = |name: &&str| self.iter().rev().find(|(known, _)| known == name);
        names.iter().filter_map(of).map(|(_, node)| node).next()
    }
}

/// The updates of a batch: under `orders`, or a single one as the request itself.
pub(super) fn batch(fields: &Fields) -> Result<Vec<Item>, Wrong> {
    let must = Wrong::new("orders", "must be a list of objects with id and status");
    let Some(orders) = fields.node(&["orders"]) else { return Ok(vec![single(fields)?]) };
    let list = match orders.unfolded()? {
        Node::List(list) => list,
        // PHP writes a list with numbered places as an object.
        Node::Object(members) if members.as_slice().find(&ID).is_some() => {
            vec![Node::Object(members)]
        }
        Node::Object(members) => members.into_iter().map(|(_, node)| node).collect(),
        Node::Text(_) | Node::Bad => return Err(must),
    };
    if list.is_empty() {
        return Err(must);
    }
    if list.len() > limits::IDS {
        return Err(Wrong::new("orders", "at most 100 at once"));
    }
    let item = |node: Node| match node {
        Node::Object(members) => {
            let source = members.as_slice();
            Ok(Item { id: id_of(source)?, update: update_of(source) })
        }
        Node::Text(_) | Node::List(_) | Node::Bad => Err(must),
    };
    list.into_iter().map(item).collect()
}

/// The one update that the request is.
pub(super) fn single(fields: &Fields) -> Result<Item, Wrong> {
    Ok(Item { id: id_of(fields)?, update: update_of(fields) })
}

/// What the request says of an order that is named elsewhere.
pub(super) fn said(fields: &Fields) -> Result<Update, Wrong> {
    update_of(fields)
}

fn id_of<S: Source + ?Sized>(source: &S) -> Result<Id, Wrong> {
    let must = Wrong::new("id", "must be the id of an order");
    let id = text_of(source.find(&ID), "id", limits::ID_CHARS)?;
    id.map(|id| Id::parse(&id)).ok_or(must)
}

fn update_of<S: Source + ?Sized>(source: &S) -> Result<Update, Wrong> {
    Ok(Update {
        status: status(source.find(&STATUS))?,
        start_count: number_of(source.find(&["start_count"]), "start_count")?,
        remains: number_of(source.find(&["remains"]), "remains")?,
        reason: reason(source.find(&REASON)),
    })
}

/// A status that a supplier may report. To give an order back is a person's decision.
fn status(node: Option<&Node>) -> Result<Option<AdminStatus>, Wrong> {
    let must =
        Wrong::new("status", "must be processing, in_progress, completed, partial or canceled");
    let word = text_of(node, "status", limits::TEXT_CHARS)?;
    let status = word.map(|word| AdminStatus::read(&word).ok_or(must)).transpose()?;
    if status == Some(AdminStatus::Pending) { Err(must) } else { Ok(status) }
}

/// Why, cut to what is kept. It is never worth refusing a report for.
pub(super) fn reason(node: Option<&Node>) -> Option<String> {
    let said = node?.text().ok().flatten()?;
    Some(said.chars().take(limits::REASON_CHARS).collect())
}
