//! Orders that providers divide themselves.

use crate::catalogue::Catalogue;
use crate::orders::PublicParts;
use domain::Timestamp;
use domain::catalogue::{Counting, NumberField, PartsBy, Service, TextField};
use domain::orders::{Order, OrderShape, Standing, expiry_end, public_remains};
use domain::providers::Passed;
use serde_json::Value;
use store::tables::orders;
use store::{DbError, Tx};

/// How the provider divides an order with these parameters; nothing when it does not. The order itself
/// says it: its service may have been changed since.
pub(super) fn passed(order: &Order, params: Option<&str>) -> Option<Passed> {
    read(order.quantity, &plan(&Standing::from(order), params)?)
}

/// What a customer is told of the parts of an order that the provider divides; nothing of one whose
/// service divides no orders any more. This is asked for too often to look into every order.
pub(crate) fn public_parts(
    tx: &mut dyn Tx,
    catalogue: &Catalogue,
    order: &Standing,
    now: Timestamp,
) -> Result<PublicParts, DbError> {
    if !catalogue.seen(tx, order.service, may_be)? {
        return Ok(PublicParts::None);
    }
    let params = orders::params(tx, order.id)?;
    let Some(stored) = plan(order, params.as_deref()) else { return Ok(PublicParts::None) };
    let Some(passed) = read(order.quantity, &stored) else { return Ok(PublicParts::None) };
    let (done, orders) = (passed.done(public_remains(order)), Vec::new());
    Ok(match passed {
        Passed::Runs { .. } => PublicParts::Runs { done, orders },
        Passed::Posts { .. } => {
            let last = stored.get(TextField::Expiry.name()).and_then(Value::as_str);
            let expired = last.and_then(expiry_end).is_some_and(|end| end <= now);
            PublicParts::Posts { done, expired, orders }
        }
    })
}

/// What the provider divides the order by, if it does. A run or a post of ours is delivered in one go,
/// and has its own link.
fn plan(order: &Standing, params: Option<&str>) -> Option<Value> {
    let whole = order.shape == OrderShape::Single && order.parent.is_none();
    params.filter(|_| whole).and_then(|params| serde_json::from_str(params).ok())
}

/// Whether orders of the service may have been passed on.
fn may_be(service: &Service) -> bool {
    let posts = service.kind.shape().counting == Counting::Posts;
    service.parts == PartsBy::Upstream || service.drip_feed || posts
}

fn read(quantity: i64, params: &Value) -> Option<Passed> {
    let number = |field: NumberField| params.get(field.name()).and_then(Value::as_i64);
    match number(NumberField::Runs) {
        Some(runs) => Passed::runs(quantity, runs),
        None => Passed::posts(quantity, number(NumberField::Min)?, number(NumberField::Max)?),
    }
}

/// The smallest and the largest quantity that the limits of a route are about.
pub(super) fn limits_of(order: &Order, params: Option<&str>) -> (i64, i64) {
    let passed = passed(order, params);
    passed.map_or((order.quantity, order.quantity), |passed| passed.limits())
}
