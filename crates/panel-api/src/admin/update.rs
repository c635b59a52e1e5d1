//! Reports on orders.

use super::field::Field;
use super::fields::Fields;
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

/// Stands for what is said with two values.
static TWICE: Node = Node::Twice;

/// Where the fields of one update are found.
trait Source {
    fn field(&self, names: &[&'static str]) -> Field<'_>;
}

impl Source for Fields {
    fn field(&self, names: &[&'static str]) -> Field<'_> {
        self.get(names)
    }
}

impl Source for [(String, Node)] {
    fn field(&self, names: &[&'static str]) -> Field<'_> {
        Field::of(names, |name| {
            let mut said = self.iter().filter(|(known, _)| known == name).map(|(_, node)| node);
            let first = said.find(|node| !node.is_nothing())?;
            let same = said.all(|node| node.is_nothing() || node.says_as(first));
            Some(if same { first } else { &TWICE })
        })
    }
}

/// The updates of a batch: under `orders`, or a single one as the request itself.
pub(super) fn batch(fields: &Fields) -> Result<Vec<Item>, Wrong> {
    const MUST: &str = "must be a list of objects with id and status";
    let orders = fields.get(&["orders"]);
    if orders.node().is_none() && fields.node(&ID).is_some() {
        return Ok(vec![single(fields)?]);
    }
    let list = match orders.unfolded(MUST)? {
        Node::List(list) => list,
        Node::Object(members) if is_one(&members) => vec![Node::Object(members)],
        // PHP writes a list with numbered places as an object.
        Node::Object(members) => members.into_iter().map(|(_, node)| node).collect(),
        Node::Text(_) | Node::Bad | Node::Twice => Vec::new(),
    };
    if list.is_empty() {
        return Err(orders.wrong(MUST));
    }
    if list.len() > limits::IDS {
        return Err(orders.wrong("at most 100 at once"));
    }
    Ok(list.iter().map(item).collect())
}

/// Whether the members are those of one order.
fn is_one(members: &[(String, Node)]) -> bool {
    let named = |name: &str| ID.contains(&name) || STATUS.contains(&name);
    members.iter().any(|(name, _)| named(name))
}

/// One order of a batch. What is none has an id that is nobody's, and is answered as such.
fn item(node: &Node) -> Item {
    if let Node::Object(members) = node {
        let source = members.as_slice();
        return match id_of(source) {
            Ok(id) => Item { id, update: update_of(source) },
            Err(wrong) => Item { id: Id::parse(""), update: Err(wrong) },
        };
    }
    let said = Field::of(&["orders"], |_| Some(node));
    let id = said.text(limits::ID_CHARS).ok().flatten().unwrap_or_default();
    Item { id: Id::parse(id), update: Err(said.wrong("each must be an object with id and status")) }
}

/// The one update that the request is.
pub(super) fn single(fields: &Fields) -> Result<Item, Wrong> {
    Ok(Item { id: id_of(fields)?, update: update_of(fields) })
}

/// What the request says of orders that it names as a list.
pub(super) fn said(fields: &Fields) -> Result<Update, Wrong> {
    update_of(fields)
}

/// What the request says of the order that its path names. It must not name another one.
pub(super) fn said_of(id: &Id, fields: &Fields) -> Result<Update, Wrong> {
    let field = fields.get(&ID);
    let other = field.wrong("must be the order of the path, or be left out");
    match field.text(limits::ID_CHARS) {
        Ok(None) => update_of(fields),
        Ok(Some(said)) if is_same(&Id::parse(said), id) => update_of(fields),
        Ok(Some(_)) | Err(_) => Err(other),
    }
}

fn is_same(one: &Id, other: &Id) -> bool {
    one.number.is_some() && one.number == other.number || one.asked == other.asked
}

fn id_of<S: Source + ?Sized>(source: &S) -> Result<Id, Wrong> {
    let field = source.field(&ID);
    let id = field.text(limits::ID_CHARS).ok().flatten();
    id.map(Id::parse).ok_or(field.wrong("must be the id of an order"))
}

fn update_of<S: Source + ?Sized>(source: &S) -> Result<Update, Wrong> {
    Ok(Update {
        status: status(source.field(&STATUS))?,
        start_count: source.field(&["start_count"]).number()?,
        remains: source.field(&["remains"]).number()?,
        reason: reason(source.field(&REASON).node()),
    })
}

/// A status that a supplier may report. To give an order back is a person's decision.
fn status(field: Field<'_>) -> Result<Option<AdminStatus>, Wrong> {
    let must = field.wrong("must be processing, in_progress, completed, partial or canceled");
    let word = field.text(limits::TEXT_CHARS)?;
    let status = word.map(|word| AdminStatus::read(word).ok_or(must)).transpose()?;
    if status == Some(AdminStatus::Pending) { Err(must) } else { Ok(status) }
}

/// Why, cut to what is kept. It is never worth refusing a report for.
pub(super) fn reason(node: Option<&Node>) -> Option<String> {
    let said = node?.text().ok().flatten()?;
    Some(said.chars().take(limits::REASON_CHARS).collect())
}
