//! The reply to `services`.

use std::fmt::Display;

use super::json::{Object, array};

/// One service, as the asking account sees it.
#[derive(Debug, Clone, Copy)]
pub struct ServiceRow<'a, R> {
    /// Its id.
    pub service: i64,
    /// Its name.
    pub name: &'a str,
    /// Its type, one of the names of [`crate::words::ServiceKind`].
    pub kind: &'a str,
    /// Its category.
    pub category: &'a str,
    /// Its price per 1,000 in the account's currency (per order for packages).
    pub rate: R,
    /// Least quantity of an order.
    pub min: i64,
    /// Greatest quantity of an order.
    pub max: i64,
    /// Whether refills can be asked for.
    pub refill: bool,
    /// Whether orders can be cancelled.
    pub cancel: bool,
    /// Whether orders can be spread over runs.
    pub dripfeed: bool,
    /// A description; the key is left out without one.
    pub desc: Option<&'a str>,
}

/// Writes the services in the order given. The id is an integer, price and bounds are strings, as
/// clients have it.
pub fn services<'a, R: Display>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = ServiceRow<'a, R>>,
) {
    array(out, rows, |out, row| {
        let mut object = Object::open(out);
        object
            .int("service", row.service)
            .string("name", row.name)
            .string("type", row.kind)
            .string("category", row.category)
            .display("rate", row.rate)
            .display("min", row.min)
            .display("max", row.max)
            .bool("refill", row.refill)
            .bool("cancel", row.cancel)
            .bool("dripfeed", row.dripfeed);
        if let Some(desc) = row.desc {
            object.string("desc", desc);
        }
        object.close();
    });
}
