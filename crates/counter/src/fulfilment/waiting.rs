//! Orders that wait to be placed at a provider.

use super::passed::limits_of;
use super::refused::{RefusedRoute, refused_routes};
use crate::Counter;
use crate::catalogue::Snapshot;
use domain::catalogue::{Fulfilment, LinkRule};
use domain::orders::{Order, OrderShape, State};
use domain::{Micros, OrderId, ServiceId, Timestamp};
use std::collections::HashSet;
use store::tables::{link_queue, order_leases, orders};
use store::{DbError, StoreError, Tx};

/// An order that waits to be placed at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The order.
    pub order: OrderId,
    /// Of what.
    pub service: ServiceId,
    /// Units.
    pub quantity: i64,
    /// The smallest and the largest quantity that the limits of a route are about.
    pub limits: (i64, i64),
    /// What its customer is charged.
    pub charge: Micros,
    /// Since when it is as it is.
    pub since: Timestamp,
    /// Routes that have refused it.
    pub refused: Vec<RefusedRoute>,
}

/// Most orders whose turn has come that are looked at beside the others.
const TURNS_MAX: i64 = 1_000;

impl Counter {
    /// Of up to `limit` pending orders above `after`, oldest first, those that providers fulfil; and
    /// the last that was looked at, when there may be more. In front of them stand orders whose turn
    /// on their link has come; those that wait for it are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting_for_providers(
        &self,
        after: OrderId,
        limit: i64,
    ) -> Result<(Vec<Waiting>, Option<OrderId>), StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let pending = orders::pending_after(tx, after, limit)?;
            let full = i64::try_from(pending.len()).is_ok_and(|read| read == limit);
            let last = pending.last().map(|order| order.id).filter(|_| full);
            let mut found = turns_come(tx, &snapshot)?;
            found.extend(in_turn(tx, &snapshot, pending)?);
            let ids: Vec<OrderId> = found.iter().map(|order| order.id).collect();
            let params = order_leases::params_of(tx, &ids)?;
            let params = |order: &Order| params.get(&order.id).map(String::as_str);
            let mut refused = refused_routes(tx, &found)?;
            let waiting = found.iter().map(|order| {
                let refused = refused.remove(&order.id).unwrap_or_default();
                Waiting { refused, ..waiting(order, params(order)) }
            });
            Ok::<_, DbError>((waiting.collect(), last))
        });
        Ok(read.await??)
    }
}

pub(super) fn by_providers(snapshot: &Snapshot, order: &Order) -> bool {
    let service = snapshot.services.get(&order.service);
    order.shape == OrderShape::Single
        && service.is_some_and(|service| service.fulfilment == Fulfilment::Providers)
}

/// Whether providers fulfil all of it. What an executor has begun is not: a provider would deliver, and
/// charge for, what is there already.
pub(super) fn is_whole(snapshot: &Snapshot, order: &Order) -> bool {
    by_providers(snapshot, order) && order.remains == order.quantity
}

/// Those of the orders that providers fulfil and that do not wait for their turn.
fn in_turn(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    pending: Vec<Order>,
) -> Result<Vec<Order>, DbError> {
    let mut pending = pending;
    pending.retain(|order| is_whole(snapshot, order));
    let queued = pending.iter().filter(|order| snapshot.queues(order.service));
    let queued: Vec<OrderId> = queued.map(|order| order.id).collect();
    let waiting: HashSet<OrderId> = link_queue::waiting(tx, &queued)?.into_iter().collect();
    pending.retain(|order| !waiting.contains(&order.id));
    Ok(pending)
}

/// Orders that had to wait and whose turn has come: they may stand far behind the newest.
fn turns_come(tx: &mut dyn Tx, snapshot: &Snapshot) -> Result<Vec<Order>, DbError> {
    let mut found = Vec::new();
    for service in snapshot.services.values() {
        if service.link_rule == LinkRule::Queue && service.fulfilment == Fulfilment::Providers {
            let passed = link_queue::passed(tx, service.id, TURNS_MAX)?;
            found.extend(orders::by_ids(tx, &passed)?);
        }
    }
    found.retain(|order| order.state == State::Pending && is_whole(snapshot, order));
    found.sort_unstable_by_key(|order| order.id);
    Ok(found)
}

fn waiting(order: &Order, params: Option<&str>) -> Waiting {
    Waiting {
        order: order.id,
        service: order.service,
        quantity: order.quantity,
        limits: limits_of(order, params),
        charge: order.charge,
        since: order.changed,
        refused: Vec::new(),
    }
}
