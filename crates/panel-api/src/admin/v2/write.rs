//! Replies of `/adminapi/v2`: one envelope around everything.

use super::super::row::{optional, params, strings};
use super::super::{OrderRow, ParamValue, SubscriptionRow};
use crate::reply::json::{Object, array};
use crate::request::Id;

/// What became of one order of a batch: nothing, or the error's code and text.
pub type Outcome<'a> = Result<(), (i64, &'a str)>;

/// A refill to deliver.
#[derive(Debug, Clone, Copy)]
pub struct RefillRow<'a> {
    /// Its id.
    pub id: i64,
    /// Where it stands, in the dialect's words.
    pub status: &'a str,
    /// When it was asked, as text.
    pub created: &'a str,
    /// The same, in seconds.
    pub created_timestamp: i64,
    /// Its order.
    pub order: OrderRow<'a>,
}

/// An order that its customer asks to cancel.
#[derive(Debug, Clone, Copy)]
pub struct CancelRow<'a> {
    /// The cancel's own id.
    pub cancel: i64,
    /// The order.
    pub order: OrderRow<'a>,
}

/// Writes the envelope of what went wrong.
pub fn failed(out: &mut Vec<u8>, code: i64, message: &str) {
    let mut object = Object::open(out);
    object.name("data").extend_from_slice(b"null");
    object.string("error_message", message).int("error_code", code);
    object.close();
}

/// Writes one order.
pub fn order(out: &mut Vec<u8>, row: &OrderRow<'_>, currency: &str) {
    envelope(out, |out| priced(out, row, currency));
}

/// Writes orders to deliver.
pub fn orders<'a>(out: &mut Vec<u8>, rows: Vec<OrderRow<'a>>, currency: &str) {
    envelope(out, |out| list(out, rows, |out, row| priced(out, &row, currency)));
}

/// Writes a page of a list: how many orders the list has, and where the next page is.
pub fn orders_page<'a>(
    out: &mut Vec<u8>,
    rows: Vec<OrderRow<'a>>,
    currency: &str,
    total: i64,
    next: Option<&str>,
) {
    let mut object = Object::open(out);
    list(object.name("data"), rows, |out, row| priced(out, &row, currency));
    let mut pagination = Object::open(object.name("pagination"));
    match next {
        Some(next) => drop(pagination.string("next_page_href", next)),
        None => pagination.name("next_page_href").extend_from_slice(b"null"),
    }
    pagination.int("total", total);
    pagination.close();
    ended(object);
}

/// Writes what became of each order (or refill) of a batch.
pub fn updated<'a>(
    out: &mut Vec<u8>,
    name: &'static str,
    outcomes: impl IntoIterator<Item = (&'a Id, Outcome<'a>)>,
) {
    envelope(out, |out| {
        let mut data = Object::open(out);
        array(data.name(name), outcomes, |out, (id, outcome)| {
            let mut object = Object::open(out);
            object.id("id", id).bool("success", outcome.is_ok());
            let (code, message) = outcome.err().unwrap_or((0, ""));
            object.string("message", message).int("error_code", code).close();
        });
        data.close();
    });
}

/// Writes refills to deliver.
pub fn refills<'a>(out: &mut Vec<u8>, rows: Vec<RefillRow<'a>>) {
    envelope(out, |out| {
        list(out, rows, |out, row| {
            let mut object = Object::open(out);
            object.int("id", row.id).int("order_id", row.order.id).string("status", row.status);
            object.string("created", row.created).int("created_timestamp", row.created_timestamp);
            of_order(&mut object, &row.order);
            object.close();
        });
    });
}

/// Writes orders that their customers ask to cancel. Their `id` is the order's, which is what
/// scripts answer with.
pub fn cancels<'a>(out: &mut Vec<u8>, rows: Vec<CancelRow<'a>>) {
    envelope(out, |out| {
        list(out, rows, |out, row| {
            let mut object = Object::open(out);
            object.int("id", row.order.id).int("order_id", row.order.id);
            object.int("cancel_id", row.cancel).string("status", row.order.status.name());
            of_order(&mut object, &row.order);
            object.close();
        });
    });
}

/// Writes subscriptions that take posts, and after which id the next are found, when there may be
/// more.
pub fn subscriptions<'a>(out: &mut Vec<u8>, rows: Vec<SubscriptionRow<'a>>, next: Option<i64>) {
    let mut object = Object::open(out);
    list(object.name("data"), rows, |out, row| {
        let mut object = Object::open(out);
        object
            .int("id", row.id)
            .int("service_id", row.service)
            .string("service_name", row.service_name)
            .int("min", row.min)
            .int("max", row.max)
            .int("posts", row.posts)
            .int("posts_done", row.posts_done)
            .int("delay", row.delay);
        optional(object.name("expiry_timestamp"), row.expiry);
        params(object.name("params"), row.params);
        object.close();
    });
    let mut pagination = Object::open(object.name("pagination"));
    optional(pagination.name("after"), next);
    pagination.close();
    ended(object);
}

/// Writes the order that a post became.
pub fn placed(out: &mut Vec<u8>, order: i64) {
    envelope(out, |out| Object::open(out).int("id", order).close());
}

fn envelope(out: &mut Vec<u8>, data: impl FnOnce(&mut Vec<u8>)) {
    let mut object = Object::open(out);
    data(object.name("data"));
    ended(object);
}

fn ended(mut object: Object<'_>) {
    object.string("error_message", "").int("error_code", 0);
    object.close();
}

fn list<T>(out: &mut Vec<u8>, rows: Vec<T>, write: impl FnMut(&mut Vec<u8>, T)) {
    let mut object = Object::open(out);
    object.int("count", i64::try_from(rows.len()).unwrap_or(i64::MAX));
    array(object.name("list"), rows, write);
    object.close();
}

/// An order, with the charge that the dialect has a place for and suppliers are not told.
fn priced(out: &mut Vec<u8>, row: &OrderRow<'_>, currency: &str) {
    let mut object = Object::open(out);
    object.int("id", row.id);
    object.name("external_id").extend_from_slice(b"null");
    object.string("user", "");
    object.name("provider").extend_from_slice(b"null");
    object.string("status", row.status.name());
    Object::open(object.name("charge"))
        .string("value", "0")
        .string("currency_code", currency)
        .close();
    object.string("created", row.created).int("created_timestamp", row.created_timestamp);
    object.string("last_update", row.changed);
    object.int("last_update_timestamp", row.changed_timestamp);
    of_order(&mut object, row);
    Object::open(object.name("actions")).close();
    object.close();
}

/// What is needed to deliver an order, and how far it is.
fn of_order(object: &mut Object<'_>, row: &OrderRow<'_>) {
    object
        .int("service_id", row.service)
        .string("service_name", row.service_name)
        .string("service_type", row.service_type)
        .string("link", row.link)
        .int("quantity", row.quantity);
    optional(object.name("start_count"), row.start_count);
    object.int("remains", row.remains).string("comments", &row.comments());
    array(object.name("order_buttons"), lists(row), |out, (name, lines)| {
        let mut button = Object::open(out);
        button.string("title", name).string("type", name);
        button.string("service_type", row.service_type);
        strings(button.name("user_data"), lines);
        button.close();
    });
    params(object.name("params"), row.params);
    object.bool("cancel_requested", row.cancel_requested);
    optional(object.name("lease_until_timestamp"), row.lease_until);
}

/// The parameters that are lists, where scripts look for them.
fn lists<'a>(row: &OrderRow<'a>) -> impl Iterator<Item = (&'a str, &'a [String])> {
    row.params.iter().filter_map(|param| match &param.value {
        ParamValue::Lines(lines) => Some((&*param.name, &**lines)),
        ParamValue::Text(_) | ParamValue::Number(_) => None,
    })
}
