//! The replies of the products actions. Numbers are JSON numbers here, unlike those of services
//! (panel API v2, section products).

use std::fmt::Display;

use super::json::{Object, array};
use crate::request::Id;
use crate::words::errors;

/// One product of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct ProductRow<'a, R> {
    /// Its id.
    pub product: i64,
    /// Its name.
    pub name: &'a str,
    /// What the buyer must type, when something.
    pub require: Option<&'a str>,
    /// Price of one piece, as plain decimal text.
    pub rate: R,
    /// Fewest pieces of an order.
    pub min: i64,
    /// Most pieces of an order.
    pub max: i64,
    /// The name of its category.
    pub category: &'a str,
    /// Whether an order would deliver something now, or staff take orders.
    pub in_stock: bool,
    /// Pieces in stock; absent for products that staff deliver.
    pub inventory: Option<i64>,
    /// `Auto` or `Service`.
    pub kind: &'a str,
}

/// Writes the products, in the order given.
pub fn products<'a, R: Display>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = ProductRow<'a, R>>,
) {
    array(out, rows, |out, row| {
        let mut object = Object::open(out);
        object.int("product", row.product).string("name", row.name);
        if let Some(require) = row.require {
            object.string("require", require);
        }
        object
            .number("rate", row.rate)
            .int("min", row.min)
            .int("max", row.max)
            .string("category", row.category)
            .string("status", if row.in_stock { "In stock" } else { "Out of stock" });
        if let Some(inventory) = row.inventory {
            object.int("inventory", inventory);
        }
        object.string("type", row.kind);
        object.close();
    });
}

/// The state of one order for products.
#[derive(Debug, Clone, Copy)]
pub struct ProductStatus<'a, C> {
    /// What the order costs, net of what was given back, as plain decimal text.
    pub charge: C,
    /// One of the names of [`crate::words::OrderStatus`].
    pub status: &'a str,
    /// Pieces not delivered, when some are.
    pub remains: Option<i64>,
    /// Token of the delivery, when something was delivered.
    pub result: Option<&'a str>,
    /// Why nothing was delivered, or what staff say.
    pub note: Option<&'a str>,
}

/// Writes the state of one order for products.
pub fn product_status_one<C: Display>(out: &mut Vec<u8>, status: &ProductStatus<'_, C>) {
    let mut object = Object::open(out);
    object.number("charge", &status.charge).string("status", status.status);
    if let Some(remains) = status.remains {
        object.int("remains", remains);
    }
    for (name, text) in [("result", status.result), ("note", status.note)] {
        if let Some(text) = text {
            object.string(name, text);
        }
    }
    object.close();
}

/// Writes an object by asked id; `None` is an order that the account does not have.
pub fn product_status_many<'a, C: Display>(
    out: &mut Vec<u8>,
    rows: impl IntoIterator<Item = (&'a Id, Option<ProductStatus<'a, C>>)>,
) {
    let mut object = Object::open(out);
    for (id, status) in rows {
        let place = object.foreign_name(&id.asked);
        match status {
            Some(status) => product_status_one(place, &status),
            None => super::error(place, errors::INCORRECT_ORDER_ID),
        }
    }
    object.close();
}

/// Writes the delivered lines, one string for each piece.
pub fn result_product<'a>(out: &mut Vec<u8>, lines: impl IntoIterator<Item = &'a str>) {
    let mut object = Object::open(out);
    object.strings("result", lines);
    object.close();
}
