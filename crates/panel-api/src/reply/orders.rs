//! The reply to a new order, and the list of recent ones.

use std::fmt::Display;

use super::json::{Object, array};

/// Writes `{"order":23501}`, for orders and product orders: the id first and alone, an integer.
pub fn added(out: &mut Vec<u8>, order: i64) {
    Object::open(out).int("order", order).close();
}

/// One recent order.
#[derive(Debug, Clone, Copy)]
pub struct OrderRow<'a, C> {
    /// Its id.
    pub order: i64,
    /// The service's id.
    pub service: i64,
    /// Its link.
    pub link: &'a str,
    /// Its quantity.
    pub quantity: i64,
    /// Its public status.
    pub status: &'a str,
    /// Its charge, net of refunds.
    pub charge: C,
    /// When it was placed, as text.
    pub date: &'a str,
}

/// Writes recent orders in the order given. Clients read this list to find out whether an order
/// that they never saw an answer for went through; ids and the quantity are integers, the charge is
/// a string.
pub fn orders<'a, C: Display>(out: &mut Vec<u8>, rows: impl IntoIterator<Item = OrderRow<'a, C>>) {
    array(out, rows, |out, row| {
        Object::open(out)
            .int("order", row.order)
            .int("service", row.service)
            .string("link", row.link)
            .int("quantity", row.quantity)
            .string("status", row.status)
            .display("charge", row.charge)
            .string("date", row.date)
            .close();
    });
}
