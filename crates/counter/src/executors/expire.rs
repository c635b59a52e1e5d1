//! Leases of which nothing was heard for too long: a person decides what becomes of the order.

use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::nodes::Worker;
use crate::orders::Task;
use domain::executors::{LeaseState, OrderLease};
use domain::orders::{Doubt, Event, State};
use domain::{OrderId, Timestamp};
use store::tables::{executors, order_leases, orders};
use store::{DbError, StoreError, Tx};

const EXPIRING: Task = Task { due: order_leases::due, carry_out: expire };

/// Ends the leases of the orders, as far as they are still over.
fn expire(
    tx: &mut dyn Tx,
    _: &Snapshot,
    due: &[OrderId],
    now: Timestamp,
) -> Result<usize, DbError> {
    let accounts = order_leases::own(tx, due)?.into_iter().map(|lease| lease.account).collect();
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    let mut expired: usize = 0;
    for &id in due {
        let lease = order_leases::own(desk.tx, &[id])?.into_iter().next();
        let Some(lease) = lease.filter(|lease| lease.is_due(now)) else { continue };
        expire_one(&mut desk, lease)?;
        expired = expired.saturating_add(1);
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

impl Worker {
    /// Puts every order before a person whose executor has said nothing for longer than agreed;
    /// returns how many. Nobody else gets such an order by that: the executor may still deliver it,
    /// and report.
    ///
    /// # Errors
    /// [`StoreError`]; when it names orders, all others were moved on.
    pub async fn expire_order_leases(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.carry_out_due(&[EXPIRING], now).await
    }
}
