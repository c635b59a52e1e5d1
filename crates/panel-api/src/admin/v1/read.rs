//! Requests of `/adminapi/v1`.

use std::fmt;

use super::super::fields::Fields;
use super::super::update::{self, Item, Update};
use super::super::{AdminStatus, Wrong, ids};
use crate::limits;
use crate::request::{Id, Input};

/// One call: who asks, and for what.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The key, trimmed; empty when there is none.
    pub key: String,
    /// What is asked. An error here is for the holder of a valid key only: check the key first.
    pub request: Result<Request, Wrong>,
}

/// Without the key.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("request", &self.request).finish_non_exhaustive()
    }
}

/// What is asked, by action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `getOrder`, `getOrders`: orders to deliver.
    Pull {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// How many at most.
        limit: usize,
        /// Whether the reply is one order.
        one: bool,
    },
    /// `getOrders` with a status: orders that the supplier has, none new.
    Held {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// That stand there.
        statuses: Vec<AdminStatus>,
        /// How many at most.
        limit: usize,
    },
    /// `getOrders-by-id`: orders that the supplier has or had.
    ById(Vec<Id>),
    /// `getMassProviderData`: who delivers them.
    Providers(Vec<Id>),
    /// `setCompleted` and its like: a report on one order.
    Set(Item),
    /// `updateOrders`: reports on many.
    Update(Vec<Item>),
    /// `getSubscriptions`: subscriptions that take posts.
    Subscriptions {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// Above this id.
        after: i64,
        /// How many at most.
        limit: usize,
    },
    /// `addPost`: a new post of a subscription.
    Post {
        /// The subscription's order.
        id: Id,
        /// The post's link; empty when there is none.
        link: String,
        /// Units to deliver to it.
        quantity: i64,
    },
    /// An action that is the operator's.
    NotForSuppliers,
    /// No action of the dialect.
    NoSuchAction,
}

/// Actions of the dialect that are the operator's, in lower case.
const OF_THE_OPERATOR: [&str; 7] = [
    "addpayment",
    "deductpayment",
    "getuser",
    "addticket",
    "getorders-by-user",
    "editservice",
    "getpayments",
];

/// Reads one request. `header` is the header `X-Api-Key`, which counts when there is no `key`.
///
/// # Errors
///
/// At once, without looking at a key: when the request cannot be read, or says two keys or two
/// actions.
pub fn read(input: &Input<'_>, header: Option<&str>) -> Result<Call, Wrong> {
    let fields = Fields::read(input)?;
    let key = fields.text(&["key"], limits::KEY_CHARS)?;
    let key = key.or_else(|| header.map(|key| key.trim().to_owned())).unwrap_or_default();
    Ok(Call { key, request: request(&fields) })
}

fn request(fields: &Fields) -> Result<Request, Wrong> {
    let action = fields.text(&["action"], limits::TEXT_CHARS)?.unwrap_or_default();
    let set = |status| Ok(Request::Set(set(fields, status)?));
    match &*action.to_ascii_lowercase() {
        "getorder" => pull(fields, true),
        "getorders" if fields.node(&["status", "order_status"]).is_some() => held(fields),
        "getorders" => pull(fields, false),
        "getorders-by-id" => Ok(Request::ById(orders(fields)?)),
        "getmassproviderdata" => Ok(Request::Providers(orders(fields)?)),
        "setstartcount" => Ok(Request::Set(figure(fields, "start_count")?)),
        "setremains" => Ok(Request::Set(figure(fields, "remains")?)),
        "setinprogress" => set(AdminStatus::InProgress),
        "setcompleted" => set(AdminStatus::Completed),
        "setpartial" => set(AdminStatus::Partial),
        "setcanceled" => set(AdminStatus::Canceled),
        "updateorders" => Ok(Request::Update(update::batch(fields)?)),
        "getsubscriptions" => Ok(Request::Subscriptions {
            services: services(fields)?,
            after: fields.number(&["after"])?.unwrap_or(0),
            limit: ids::limit(fields, limits::IDS, limits::IDS)?,
        }),
        "addpost" => Ok(Request::Post {
            id: update::single(fields)?.id,
            link: fields.text(&["link"], limits::URL_CHARS)?.unwrap_or_default(),
            quantity: quantity(fields)?,
        }),
        other if OF_THE_OPERATOR.contains(&other) => Ok(Request::NotForSuppliers),
        _ => Ok(Request::NoSuchAction),
    }
}

fn services(fields: &Fields) -> Result<Vec<i64>, Wrong> {
    fields.numbers(&["type", "service", "service_ids"])
}

fn pull(fields: &Fields, one: bool) -> Result<Request, Wrong> {
    let limit = if one { 1 } else { ids::limit(fields, limits::IDS, limits::IDS)? };
    Ok(Request::Pull { services: services(fields)?, limit, one })
}

fn held(fields: &Fields) -> Result<Request, Wrong> {
    let statuses = statuses(fields, &["status", "order_status"])?;
    let limit = ids::limit(fields, limits::IDS, limits::ADMIN_LISTED)?;
    Ok(Request::Held { services: services(fields)?, statuses, limit })
}

/// The statuses that a list is asked for: words, separated by commas.
pub(in super::super) fn statuses(
    fields: &Fields,
    names: &[&'static str],
) -> Result<Vec<AdminStatus>, Wrong> {
    let field = fields.get(names);
    let must =
        field.wrong("must be pending, processing, in_progress, completed, partial or canceled");
    let Some(words) = field.text(limits::TEXT_CHARS)? else { return Ok(Vec::new()) };
    let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
    let statuses: Vec<AdminStatus> =
        words.map(|word| AdminStatus::read(word).ok_or(must)).collect::<Result<_, Wrong>>()?;
    // None of them is not all of them.
    if statuses.is_empty() { Err(must) } else { Ok(statuses) }
}

fn orders(fields: &Fields) -> Result<Vec<Id>, Wrong> {
    let orders = fields.ids(&["orders", "order", "id"])?;
    if orders.is_empty() { Err(Wrong::new("orders", "must be ids of orders")) } else { Ok(orders) }
}

/// One order and what its status is from now on.
fn set(fields: &Fields, status: AdminStatus) -> Result<Item, Wrong> {
    let Item { id, update } = update::single(fields)?;
    let update = update.map(|update| Update { status: Some(status), ..update });
    Ok(Item { id, update })
}

/// One order and one figure of it, which must be there.
fn figure(fields: &Fields, name: &'static str) -> Result<Item, Wrong> {
    let Item { id, update } = update::single(fields)?;
    let update = update.and_then(|update| {
        let (start_count, remains) = match name {
            "remains" => (None, update.remains),
            _ => (update.start_count, None),
        };
        if start_count.is_none() && remains.is_none() {
            return Err(Wrong::new(name, "must be a whole number, in digits"));
        }
        Ok(Update { status: None, start_count, remains, reason: None })
    });
    Ok(Item { id, update })
}

/// The quantity of a post.
pub(in super::super) fn quantity(fields: &Fields) -> Result<i64, Wrong> {
    let must = Wrong::new("quantity", "must be a whole number, in digits");
    fields.number(&["quantity"])?.ok_or(must)
}
