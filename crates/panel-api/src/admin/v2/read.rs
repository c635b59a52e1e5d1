//! Requests of `/adminapi/v2`.

use std::fmt;

use super::super::fields::Fields;
use super::super::ids::{self, Page};
use super::super::update::{self, Item, Update};
use super::super::v1::read::{quantity, statuses};
use super::super::{AdminStatus, RefillWord, Wrong};
use crate::limits;
use crate::request::{Id, Input};

/// How something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// It changes nothing.
    Get,
    /// It may change something.
    Post,
}

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

/// What is asked, by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `GET /orders`: orders that the supplier has or had.
    Orders {
        /// The page.
        page: Page,
        /// That stand there.
        statuses: Vec<AdminStatus>,
        /// Of these services.
        services: Vec<i64>,
        /// These.
        ids: Vec<Id>,
        /// Placed at this second or later.
        from: Option<i64>,
        /// Placed at this second or before.
        to: Option<i64>,
        /// Whether the oldest come first.
        oldest_first: bool,
    },
    /// `GET /orders/{id}`.
    Order(Id),
    /// `POST /orders/pull`: orders to deliver.
    Pull {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// How many at most.
        limit: usize,
    },
    /// `POST /orders/update`, `POST /orders/change-status`: reports on many orders.
    Update(Vec<Item>),
    /// `POST /orders/{id}/change-status`, `POST /orders/{id}/set-partial`: a report on one.
    Set(Item),
    /// `POST /refill/pull`: refills to deliver.
    Refills {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// How many at most.
        limit: usize,
        /// Whether those are asked for that were pulled before.
        begun: bool,
    },
    /// `POST /refill/change-status`.
    RefillStatus {
        /// The refills.
        ids: Vec<Id>,
        /// What is said of them.
        word: RefillWord,
    },
    /// `POST /cancel/pull`: orders that their customers ask to cancel.
    Cancels {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// How many at most.
        limit: usize,
    },
    /// `POST /cancel/reject`, by order.
    RejectCancels {
        /// The orders.
        ids: Vec<Id>,
        /// Why.
        reason: Option<String>,
    },
    /// `GET /subscriptions`: subscriptions that take posts.
    Subscriptions {
        /// Of these services; of all when there are none.
        services: Vec<i64>,
        /// Above this id.
        after: i64,
        /// How many at most.
        limit: usize,
    },
    /// `POST /subscriptions/{id}/posts`: a new post.
    Post {
        /// The subscription's order.
        id: Id,
        /// The post's link; empty when there is none.
        link: String,
        /// Units to deliver to it.
        quantity: i64,
    },
    /// A path that is the operator's.
    NotForSuppliers,
    /// No path of the dialect.
    NoSuchPath,
    /// A path of the dialect that is asked in the other way.
    OtherMethod,
}

/// Reads one request. `path` is what follows `/adminapi/v2`; `header` is the header `X-Api-Key`,
/// without which `apikey` in the query counts, as older clients send it.
///
/// # Errors
///
/// At once, without looking at a key: when the request cannot be read, or says two keys.
pub fn read(
    method: Method,
    path: &str,
    input: &Input<'_>,
    header: Option<&str>,
) -> Result<Call, Wrong> {
    let fields = Fields::read(input)?;
    let asked = fields.text(&["apikey", "key"], limits::KEY_CHARS)?;
    let header = header.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    let key = header.or(asked).unwrap_or_default();
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let request = if is_known(&path) {
        match (method, wanted(&path)) {
            (Method::Get, Method::Get) => get(&path, &fields),
            (Method::Post, Method::Post) => post(&path, &fields),
            _ => Ok(Request::OtherMethod),
        }
    } else {
        Ok(if of_the_operator(&path) { Request::NotForSuppliers } else { Request::NoSuchPath })
    };
    Ok(Call { key, request })
}

fn is_known(path: &[&str]) -> bool {
    matches!(
        path,
        ["orders"]
            | ["orders", "pull" | "update" | "change-status"]
            | ["orders", _, "change-status" | "set-partial"]
            | ["refill", "pull" | "change-status"]
            | ["cancel", "pull" | "reject"]
            | ["subscriptions"]
            | ["subscriptions", _, "posts"]
    ) || matches!(path, ["orders", id] if is_number(id))
}

/// Whether a part of a path is to be an id, whether or not there can be one of it.
fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn of_the_operator(path: &[&str]) -> bool {
    matches!(path, ["payments" | "users" | "tickets" | "services" | "affiliates", ..])
        || matches!(path, ["orders", "cancel" | "request-cancel" | "resend"])
        || matches!(path, ["orders", _, "edit-link"])
}

fn wanted(path: &[&str]) -> Method {
    match path {
        ["orders" | "subscriptions"] => Method::Get,
        ["orders", id] if is_number(id) => Method::Get,
        _ => Method::Post,
    }
}

fn get(path: &[&str], fields: &Fields) -> Result<Request, Wrong> {
    match path {
        ["orders"] => Ok(Request::Orders {
            page: ids::page(fields)?,
            statuses: statuses(fields, &["order_status", "status"])?,
            services: services(fields)?,
            ids: fields.ids(&["ids", "orders"])?,
            from: fields.number(&["created_from"])?,
            to: fields.number(&["created_to"])?,
            oldest_first: oldest_first(fields)?,
        }),
        ["orders", id] => Ok(Request::Order(Id::parse(id))),
        _ => Ok(Request::Subscriptions {
            services: services(fields)?,
            after: fields.number(&["after"])?.unwrap_or(0),
            limit: ids::limit(fields, limits::IDS, limits::IDS)?,
        }),
    }
}

fn post(path: &[&str], fields: &Fields) -> Result<Request, Wrong> {
    match path {
        ["orders", "pull"] => {
            Ok(Request::Pull { services: services(fields)?, limit: up_to_a_hundred(fields)? })
        }
        ["orders", "update"] => Ok(Request::Update(update::batch(fields)?)),
        ["orders", "change-status"] => change_status(fields),
        ["orders", id, "change-status"] => {
            let id = Id::parse(id);
            let update = update::said_of(&id, fields);
            Ok(Request::Set(with_status(id, update)))
        }
        ["orders", id, _] => {
            let id = Id::parse(id);
            let partial = |update| Update { status: Some(AdminStatus::Partial), ..update };
            let update = update::said_of(&id, fields).map(partial);
            Ok(Request::Set(Item { id, update }))
        }
        ["refill", "pull"] => Ok(Request::Refills {
            services: services(fields)?,
            limit: up_to_a_hundred(fields)?,
            begun: begun(fields)?,
        }),
        ["refill", _] => {
            let must = Wrong::new("status", "must be in_progress, completed or rejected");
            let word = fields.text(&["status"], limits::TEXT_CHARS)?.unwrap_or_default();
            let word = RefillWord::read(&word).ok_or(must)?;
            Ok(Request::RefillStatus { ids: some(fields, &["ids", "refill_id", "id"])?, word })
        }
        ["cancel", "pull"] => {
            Ok(Request::Cancels { services: services(fields)?, limit: up_to_a_hundred(fields)? })
        }
        ["cancel", _] => Ok(Request::RejectCancels {
            ids: some(fields, &["ids", "order_id", "id"])?,
            reason: update::reason(fields.node(&["reason", "note", "comment"])),
        }),
        [_, id, _] => Ok(Request::Post {
            id: Id::parse(id),
            link: fields.text(&["link"], limits::URL_CHARS)?.unwrap_or_default(),
            quantity: quantity(fields)?,
        }),
        _ => Ok(Request::NoSuchPath),
    }
}

fn services(fields: &Fields) -> Result<Vec<i64>, Wrong> {
    fields.numbers(&["service_ids", "service_id"])
}

fn up_to_a_hundred(fields: &Fields) -> Result<usize, Wrong> {
    ids::limit(fields, limits::IDS, limits::IDS)
}

fn some(fields: &Fields, names: &[&'static str]) -> Result<Vec<Id>, Wrong> {
    let ids = fields.ids(names)?;
    if ids.is_empty() { Err(Wrong::new("ids", "must be given")) } else { Ok(ids) }
}

fn oldest_first(fields: &Fields) -> Result<bool, Wrong> {
    match fields.text(&["sort"], limits::TEXT_CHARS)?.as_deref() {
        None | Some("date-desc") => Ok(false),
        Some("date-asc") => Ok(true),
        Some(_) => Err(Wrong::new("sort", "must be date-desc or date-asc")),
    }
}

fn begun(fields: &Fields) -> Result<bool, Wrong> {
    let must = Wrong::new("status", "must be pending or in_progress");
    let word = fields.text(&["status"], limits::TEXT_CHARS)?;
    match word.map(|word| AdminStatus::read(&word)) {
        None | Some(Some(AdminStatus::Pending)) => Ok(false),
        Some(Some(AdminStatus::InProgress)) => Ok(true),
        Some(_) => Err(must),
    }
}

/// One status for many orders.
fn change_status(fields: &Fields) -> Result<Request, Wrong> {
    let ids = some(fields, &["ids", "order_id", "id"])?;
    let update = update::said(fields);
    Ok(Request::Update(ids.into_iter().map(|id| with_status(id, update.clone())).collect()))
}

/// A status, which must be there, for one order.
fn with_status(id: Id, update: Result<Update, Wrong>) -> Item {
    let must =
        Wrong::new("status", "must be processing, in_progress, completed, partial or canceled");
    let update =
        update.and_then(|update| if update.status.is_some() { Ok(update) } else { Err(must) });
    Item { id, update }
}
