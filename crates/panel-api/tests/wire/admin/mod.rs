//! The dialects of suppliers.

mod fuzz;
mod odd;
mod replies;
mod v1;
mod v2;

use panel_api::admin::{AdminStatus, Item, OrderRow, Param, ParamValue, Update, Wrong};

use crate::id;

/// A report on an order.
fn item(order: &str, update: Update) -> Item {
    Item { id: id(order), update: Ok(update) }
}

fn status(status: AdminStatus) -> Update {
    Update { status: Some(status), ..Update::default() }
}

fn figures(start_count: Option<i64>, remains: Option<i64>) -> Update {
    Update { start_count, remains, ..Update::default() }
}

fn field<T: std::fmt::Debug>(read: Result<T, Wrong>) -> &'static str {
    read.unwrap_err().field
}

fn lines(name: &str, lines: &[&str]) -> Param {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Param { name: name.to_owned(), value: ParamValue::Lines(lines) }
}

fn row(params: &[Param]) -> OrderRow<'_> {
    OrderRow {
        id: 15,
        service: 7,
        service_name: "Proof \"reading\"",
        service_type: "Custom Comments",
        link: "https://example.com/a",
        quantity: 100,
        start_count: None,
        remains: 60,
        status: AdminStatus::InProgress,
        created: "2026-03-02 08:33:09",
        created_timestamp: 1_772_440_389,
        changed: "2026-03-02 08:34:09",
        changed_timestamp: 1_772_440_449,
        cancel_requested: true,
        lease_until: Some(1_772_444_049),
        params,
    }
}
