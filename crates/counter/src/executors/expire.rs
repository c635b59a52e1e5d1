//! Leases of which nothing was heard for too long: a person decides what becomes of the order.

use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::nodes::Worker;
use crate::orders::Task;
use domain::executors::{LeaseState, OrderLease};
use domain::orders::{Doubt, Event, State};
use domain::{ExecutorId, OrderId, Timestamp};
use std::collections::HashMap;
use store::tables::{executors, order_leases, orders};
use store::{DbError, StoreError, Tx};

/// A lease of which nothing was heard for too long: its order waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiredLease {
    /// The order.
    pub order: OrderId,
    /// What the executor is called that may still deliver it; nothing when that could not be read.
    pub executor: Option<String>,
}

const EXPIRING: Task = Task { due: order_leases::due, carry_out: expire };

/// Ends the leases of the orders, as far as they are still over.
fn expire(
    tx: &mut dyn Tx,
    _: &Snapshot,
    due: &[OrderId],
    now: Timestamp,
) -> Result<Vec<OrderId>, DbError> {
    let accounts = order_leases::own(tx, due)?.into_iter().map(|lease| lease.account).collect();
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    let mut expired = Vec::new();
    for &id in due {
        let lease = order_leases::own(desk.tx, &[id])?.into_iter().next();
        let Some(lease) = lease.filter(|lease| lease.is_due(now)) else { continue };
        expire_one(&mut desk, lease)?;
        expired.push(id);
    }
    desk.finish()?;
    Ok(expired)
}

fn expire_one(desk: &mut Desk<'_>, lease: OrderLease) -> Result<(), DbError> {
    let order = orders::by_id(desk.tx, lease.order)?;
    let executor = executors::executor(desk.tx, lease.executor)?;
    let name = executor.map(|executor| executor.name).unwrap_or_default();
    let order = order.ok_or_else(|| DbError::new("EXPIRE", format!("no order {}", lease.order)))?;
    let before = lease.state;
    let after = OrderLease { state: LeaseState::Expired, ..lease };
    order_leases::update(desk.tx, before, &after)?;
    if order.state == State::Review {
        return Ok(());
    }
    let reason = format!(
        "executor {name} has said nothing for too long and may still deliver; ask it, then end the \
         order, or give it back with a reason"
    );
    let cause = Cause { reason: Some(&reason), ..Cause::default() };
    let doubted = Event::Doubted(Doubt::NotHeardOf);
    match desk.apply(&order, &doubted, "order.lease_expired", cause)? {
        Ok(_) => Ok(()),
        Err(refused) => Err(desk.tx.poison(DbError::new("EXPIRE", refused.to_string()))),
    }
}

/// What the executors are called that have, or had, the orders.
fn names(tx: &mut dyn Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, String>, DbError> {
    let all = executors::executors(tx)?.into_iter().map(|executor| (executor.id, executor.name));
    let all: HashMap<ExecutorId, String> = all.collect();
    let leases = order_leases::own(tx, ids)?.into_iter();
    let name = |lease: OrderLease| Some((lease.order, all.get(&lease.executor)?.clone()));
    Ok(leases.filter_map(name).collect())
}

impl Worker {
    /// Puts every order before a person whose executor has said nothing for longer than agreed;
    /// returns which, also when not all of them could be. Nobody else gets such an order by that: the
    /// executor may still deliver it, and report.
    ///
    /// # Errors
    /// [`StoreError`]; when it names orders, all others were moved on.
    pub async fn expire_order_leases(
        &self,
        now: Timestamp,
    ) -> (Vec<ExpiredLease>, Result<(), StoreError>) {
        let mut moved = Vec::new();
        let done = self.carry_out_due(&[EXPIRING], now, &mut moved).await;
        if moved.is_empty() {
            return (Vec::new(), done);
        }
        // What is told without them is better than nothing.
        let names = self.store.read(|tx| names(tx, &moved)).await;
        let mut names = names.unwrap_or_else(|_| Ok(HashMap::new())).unwrap_or_default();
        let lease = |order| ExpiredLease { order, executor: names.remove(&order) };
        (moved.into_iter().map(lease).collect(), done)
    }
}
