//! Orders that providers divide themselves.

use crate::catalogue::Snapshot;
use domain::catalogue::{Counting, NumberField, PartsBy, Service};
use domain::orders::{Order, OrderShape};
use domain::providers::Passed;
use serde_json::Value;
use store::tables::orders;
use store::{DbError, Tx};

/// How the provider divides an order; nothing when it does not.
pub(super) fn passed(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    order: &Order,
) -> Result<Option<Passed>, DbError> {
    // A run or a post of ours is delivered in one go, and has its own link.
    if order.shape != OrderShape::Single || order.parent.is_some() {
        return Ok(None);
    }
    if !snapshot.services.get(&order.service).is_some_and(may_be) {
        return Ok(None);
    }
    let stored = orders::params(tx, order.id)?;
    Ok(stored.and_then(|stored| read(order.quantity, &stored)))
}

/// Whether orders of the service may have been passed on, now or before it was changed.
fn may_be(service: &Service) -> bool {
    let posts = service.kind.shape().counting == Counting::Posts;
    service.parts == PartsBy::Upstream || service.drip_feed || posts
}

fn read(quantity: i64, stored: &str) -> Option<Passed> {
    let params: Value = serde_json::from_str(stored).ok()?;
    let number = |field: NumberField| params.get(field.name()).and_then(Value::as_i64);
    match number(NumberField::Runs) {
        Some(runs) => Passed::runs(quantity, runs),
        None => Passed::posts(quantity, number(NumberField::Min)?, number(NumberField::Max)?),
    }
}

/// The smallest and the largest quantity that the limits of a route are about.
pub(super) fn limits_of(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    order: &Order,
) -> Result<(i64, i64), DbError> {
    let passed = passed(tx, snapshot, order)?;
    Ok(passed.map_or((order.quantity, order.quantity), |passed| passed.limits()))
}
