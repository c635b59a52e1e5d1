//! Replies of `/adminapi/v1`. Numbers are texts there.

use super::super::row::params;
use super::super::{OrderRow, SubscriptionRow};
use crate::reply::json::{Object, array};
use crate::request::Id;

/// What became of one order of a batch: nothing, or the error's word and text.
pub type Outcome<'a> = Result<(), (&'a str, &'a str)>;

/// Writes that something was done.
pub fn done(out: &mut Vec<u8>) {
    Object::open(out).string("status", "success").close();
}

/// Writes that something was not done: the word that scripts compare, and a text for people.
pub fn fail(out: &mut Vec<u8>, error: &str, message: &str) {
    let mut object = Object::open(out);
    object.string("status", "fail").string("error", error);
    if !message.is_empty() {
        object.string("message", message);
    }
    object.close();
}

/// Writes one order to deliver.
pub fn order(out: &mut Vec<u8>, row: &OrderRow<'_>) {
    let mut object = Object::open(out);
    object.string("status", "success").string("message", "");
    to_deliver(&mut object, row);
    object.close();
}

/// Writes orders to deliver.
pub fn orders<'a>(out: &mut Vec<u8>, rows: impl IntoIterator<Item = OrderRow<'a>>) {
    listed(out, rows, to_deliver);
}

/// Writes orders that the supplier has or had. `now` is the moment of the reply, as text.
pub fn orders_by_id<'a>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = OrderRow<'a>>,
    now: &str,
) {
    listed(out, rows, |object, row| shown(object, row, now));
}

/// Writes who delivers the orders, by id: the supplier that asks.
pub fn providers<'a>(out: &mut Vec<u8>, rows: impl IntoIterator<Item = OrderRow<'a>>, name: &str) {
    let mut object = Object::open(out);
    object.string("status", "success");
    let mut data = Object::open(object.name("data"));
    for row in rows {
        Object::open(data.foreign_name(&row.id.to_string()))
            .display("id", row.id)
            .string("external_id", "")
            .string("provider", name)
            .string("order_status", row.status.spelled())
            .string("charge", "0")
            .close();
    }
    data.close();
    object.close();
}

/// Writes what became of each order of a batch.
pub fn updated<'a>(out: &mut Vec<u8>, outcomes: impl IntoIterator<Item = (&'a Id, Outcome<'a>)>) {
    let mut object = Object::open(out);
    object.string("status", "success");
    array(object.name("orders"), outcomes, |out, (id, outcome)| {
        let mut object = Object::open(out);
        object.id("id", id);
        match outcome {
            Ok(()) => object.string("status", "success"),
            Err((error, message)) => {
                object.string("status", "fail").string("error", error).string("message", message)
            }
        };
        object.close();
    });
    object.close();
}

/// Writes subscriptions that take posts, and after which id the next are found, when there may be
/// more.
pub fn subscriptions<'a>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = SubscriptionRow<'a>>,
    next: Option<i64>,
) {
    let mut object = Object::open(out);
    object.string("status", "success");
    array(object.name("subscriptions"), rows, |out, row| {
        let mut object = Object::open(out);
        object
            .display("id", row.id)
            .display("service_id", row.service)
            .string("service", row.service_name)
            .display("min", row.min)
            .display("max", row.max)
            .display("posts", row.posts)
            .display("posts_done", row.posts_done)
            .display("delay", row.delay)
            .string("expiry", &row.expiry.map(|at| at.to_string()).unwrap_or_default());
        params(object.name("params"), row.params);
        object.close();
    });
    object.string("next", &next.map(|next| next.to_string()).unwrap_or_default());
    object.close();
}

/// Writes the order that a post became.
pub fn placed(out: &mut Vec<u8>, order: i64) {
    Object::open(out).string("status", "success").display("id", order).close();
}

fn listed<'a>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = OrderRow<'a>>,
    mut members: impl FnMut(&mut Object<'_>, &OrderRow<'_>),
) {
    let mut object = Object::open(out);
    object.string("status", "success");
    array(object.name("orders"), rows, |out, row| {
        let mut object = Object::open(out);
        members(&mut object, &row);
        object.close();
    });
    object.close();
}

/// The members of an order to deliver, in the dialect's order, then what it has no name for.
fn to_deliver(object: &mut Object<'_>, row: &OrderRow<'_>) {
    object
        .display("id", row.id)
        .string("link", row.link)
        .string("charge", "0")
        .string("user_id", "0")
        .display("quantity", row.quantity)
        .string("comments", &row.comments())
        .display("service_id", row.service);
    further(object, row);
}

/// The members of an order by its id, in the dialect's order, then what it has no name for.
fn shown(object: &mut Object<'_>, row: &OrderRow<'_>, now: &str) {
    object
        .display("id", row.id)
        .string("external_id", "")
        .string("username", "")
        .string("service", row.service_name)
        .display("service_id", row.service)
        .string("provider", "")
        .string("order_status", row.status.spelled())
        .string("charge", "0")
        .display("quantity", row.quantity)
        .display("start_count", row.start_count.unwrap_or(0))
        .display("remains", row.remains)
        .string("link", row.link)
        .string("date", row.created)
        .string("current_date", now)
        .string("comments", &row.comments())
        .display("cancel_requested", i64::from(row.cancel_requested))
        .string("lease_until", &row.lease_until.map(|at| at.to_string()).unwrap_or_default());
    params(object.name("params"), row.params);
}

fn further(object: &mut Object<'_>, row: &OrderRow<'_>) {
    object
        .string("service", row.service_name)
        .string("type", row.service_type)
        .display("start_count", row.start_count.unwrap_or(0))
        .display("remains", row.remains)
        .string("date", row.created)
        .string("lease_until", &row.lease_until.map(|at| at.to_string()).unwrap_or_default());
    params(object.name("params"), row.params);
}
