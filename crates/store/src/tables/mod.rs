//! The tables: every statement of the product, with the rows as the domain sees them.

pub mod account_orders;
pub mod accounts;
pub mod attempts;
pub mod catalogue;
pub mod change_checks;
pub mod change_items;
pub mod change_sets;
pub mod deliveries;
pub mod events;
pub mod executor_checks;
pub mod executor_keys;
pub mod executors;
pub mod forwards;
pub mod guards;
pub mod keys;
pub mod leases;
pub mod link_queue;
pub mod links;
pub mod meta;
pub mod nodes;
pub mod offers;
pub mod order_leases;
pub mod orders;
pub mod parts;
pub mod prices;
pub mod product_checks;
pub mod product_forms;
pub mod product_orders;
pub mod products;
pub mod providers;
pub mod request_ids;
pub mod requests;
pub mod restores;
pub mod reveals;
pub mod routes;
pub mod stock;
pub mod stock_imports;
pub mod sync_rules;
pub mod transfers;
pub mod write_offs;

use crate::{DbError, Row, Sql};
use domain::{Micros, Timestamp};

/// Every statement, so that a test can prepare each on each engine.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    [
        accounts::ALL,
        attempts::ALL,
        catalogue::ALL,
        change_checks::ALL,
        change_items::ALL,
        change_sets::ALL,
        deliveries::ALL,
        events::ALL,
        executor_checks::ALL,
        executor_keys::ALL,
        executors::ALL,
        forwards::ALL,
        guards::ALL,
        keys::ALL,
        leases::ALL,
        link_queue::ALL,
        links::ALL,
        meta::ALL,
        nodes::ALL,
        order_leases::ALL,
        offers::ALL,
        orders::ALL,
        parts::ALL,
        prices::ALL,
        product_checks::ALL,
        product_forms::ALL,
        product_orders::ALL,
        products::ALL,
        providers::ALL,
        request_ids::ALL,
        requests::ALL,
        restores::ALL,
        reveals::ALL,
        routes::ALL,
        stock::ALL,
        stock_imports::ALL,
        sync_rules::ALL,
        transfers::ALL,
        write_offs::ALL,
    ]
    .into_iter()
    .flatten()
}

/// How a row of the catalogue is written. A new one never replaces another: an id that was given
/// out twice, as by a reservation that a failover took back, is an error instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// The row must not be there yet.
    New,
    /// The row must be there.
    Changed,
}

impl Put {
    /// What belongs to this way of writing.
    pub fn of<T>(self, new: T, changed: T) -> T {
        match self {
            Self::New => new,
            Self::Changed => changed,
        }
    }
}

fn micros(row: &dyn Row, column: usize) -> Result<Micros, DbError> {
    row.int(column).map(Micros::new)
}

fn time(row: &dyn Row, column: usize) -> Result<Timestamp, DbError> {
    row.int(column).map(Timestamp)
}

fn opt_time(row: &dyn Row, column: usize) -> Result<Option<Timestamp>, DbError> {
    row.opt_int(column).map(|value| value.map(Timestamp))
}

fn flag(row: &dyn Row, column: usize) -> Result<bool, DbError> {
    row.int(column).map(|value| value != 0)
}

/// A stored name of an enumeration.
fn named<T>(row: &dyn Row, column: usize, read: fn(&str) -> Option<T>) -> Result<T, DbError> {
    let name = row.text(column)?;
    read(name).ok_or_else(|| row.error(&format!("column {column}: `{name}` is not known")))
}

fn opt_string(row: &dyn Row, column: usize) -> Result<Option<String>, DbError> {
    row.opt_text(column).map(|text| text.map(str::to_owned))
}

/// The labels of a form as they are stored: one on a line. A label has no line breaks.
fn joined(labels: &[String]) -> String {
    labels.join("\n")
}

fn labels(stored: &str) -> Vec<String> {
    stored.split('\n').filter(|label| !label.is_empty()).map(str::to_owned).collect()
}
