//! The replies to `status`.

use std::fmt::Display;

use super::json::Object;
use crate::request::Id;
use crate::words::errors;

/// The state of one order.
#[derive(Debug, Clone, Copy)]
pub struct Status<'a, C> {
    /// What the order costs, net of refunds; 0 when cancelled.
    pub charge: C,
    /// The counter when delivery began.
    pub start_count: i64,
    /// One of the names of [`crate::words::OrderStatus`].
    pub status: &'a str,
    /// What is not yet delivered; below zero when more than ordered was. Never 0 for a partial or
    /// cancelled order: resellers compute their own refunds from it.
    pub remains: i64,
    /// The ISO code of the charge's currency.
    pub currency: &'a str,
    /// What orders made of several have besides.
    pub extra: StatusExtra<'a>,
}

/// What comes after the common keys.
#[derive(Debug, Clone, Copy)]
pub enum StatusExtra<'a> {
    /// Nothing: an ordinary order.
    None,
    /// A drip-feed order.
    Drip {
        /// Runs done.
        runs: i64,
        /// The orders of the runs.
        orders: &'a [i64],
    },
    /// A subscription.
    Subscription {
        /// Posts served.
        posts: i64,
        /// Whether its last day has passed.
        expiry: bool,
        /// The orders of the posts.
        orders: &'a [i64],
    },
}

/// Writes the state of one order. All common values are strings.
pub fn status_one<C: Display>(out: &mut Vec<u8>, status: &Status<'_, C>) {
    let mut object = Object::open(out);
    object
        .display("charge", &status.charge)
        .display("start_count", status.start_count)
        .string("status", status.status)
        .display("remains", status.remains)
        .string("currency", status.currency);
    match status.extra {
        StatusExtra::None => {}
        StatusExtra::Drip { runs, orders } => {
            object.int("runs", runs).ints("orders", orders);
        }
        StatusExtra::Subscription { posts, expiry, orders } => {
            object.bool("expiry", expiry).int("posts", posts).ints("orders", orders);
        }
    }
    object.close();
}

/// Writes an object by asked id; `None` is an order that the account does not have. To clients that
/// is final, so it must not stand for an order that cannot be read just now.
pub fn status_many<'a, C: Display>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = (&'a Id, Option<Status<'a, C>>)>,
) {
    let mut object = Object::open(out);
    for (id, status) in rows {
        let place = object.foreign_name(&id.asked);
        match status {
            Some(status) => status_one(place, &status),
            None => super::error(place, errors::INCORRECT_ORDER_ID),
        }
    }
    object.close();
}
