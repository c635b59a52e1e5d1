//! What an executor reports of the orders that it has. Written for a batch.

use super::admit::{actor, standing};
use super::{Caller, ExecutorRefusal};
use crate::desk::{Cause, Desk};
use crate::fulfilment::shortened;
use crate::orders::settle_parent_of;
use crate::{Counter, Failure};
use domain::executors::{Executor, OrderLease, Said, steps};
use domain::orders::{Event, Order};
use domain::{AccountId, OrderId, Timestamp};
use store::tables::{order_leases, orders};
use store::{DbError, Tx};

/// What an executor reports of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutorReport {
    /// The order.
    pub order: OrderId,
    /// What it says.
    pub said: Said,
    /// Why, when it says.
    pub reason: Option<String>,
}

/// What reports come to, one by one.
type Reported = Vec<Result<Order, ExecutorRefusal>>;

/// An order with its lease, both read under the lock of the order's account.
pub(super) struct Own {
    pub(super) order: Order,
    pub(super) lease: OrderLease,
}

impl Counter {
    /// Applies reports of an executor, in one unit; answers them in order. A refused report changes
    /// nothing and holds up no other. Each that is not refused keeps the order for another term.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good.
    pub async fn report_pulled(
        &self,
        caller: Caller,
        reports: Vec<ExecutorReport>,
        now: Timestamp,
    ) -> Result<Reported, Failure<ExecutorRefusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let executor = standing(tx, caller)?;
            let ids: Vec<OrderId> = reports.iter().map(|report| report.order).collect();
            let mut desk = locked(tx, &executor, &ids, now)?;
            let mut answers = Vec::with_capacity(reports.len());
            for report in &reports {
                answers.push(report_one(&mut desk, &executor, report)?);
            }
            desk.finish()?;
            Ok(answers)
        };
        Failure::join(self.store.write(unit).await)
    }
}

/// A desk with the accounts locked whose orders the executor has.
pub(super) fn locked<'t>(
    tx: &'t mut dyn Tx,
    executor: &Executor,
    ids: &[OrderId],
    now: Timestamp,
) -> Result<Desk<'t>, DbError> {
    let leases = order_leases::own(tx, ids)?.into_iter();
    let own = leases.filter(|lease| lease.executor == executor.id);
    let accounts: Vec<AccountId> = own.map(|lease| lease.account).collect();
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    Ok(desk)
}

/// An order that the executor has, or had until its end. Nothing when its account is not locked: it
/// became the executor's after it was looked for.
pub(super) fn own(
    desk: &mut Desk<'_>,
    executor: &Executor,
    id: OrderId,
) -> Result<Option<Own>, DbError> {
    let lease = order_leases::own(desk.tx, &[id])?.into_iter().next();
    let Some(lease) = lease.filter(|lease| lease.executor == executor.id) else { return Ok(None) };
    if desk.account(lease.account).is_none() {
        return Ok(None);
    }
    Ok(orders::by_id(desk.tx, id)?.map(|order| Own { order, lease }))
}

/// Keeps an order for another term, now that its executor has spoken of it.
pub(super) fn keep(
    desk: &mut Desk<'_>,
    executor: &Executor,
    lease: &OrderLease,
    order: &Order,
) -> Result<(), DbError> {
    let after = lease.reported(order, executor.lease_minutes, desk.now);
    // An order that has ended ended its lease with it.
    if lease.state.is_open() && after.state.is_open() && after != *lease {
        order_leases::update(desk.tx, lease.state, &after)?;
    }
    Ok(())
}

fn report_one(
    desk: &mut Desk<'_>,
    executor: &Executor,
    report: &ExecutorReport,
) -> Result<Result<Order, ExecutorRefusal>, DbError> {
    let Some(Own { order, lease }) = own(desk, executor, report.order)? else {
        return Ok(Err(ExecutorRefusal::Missing("order")));
    };
    let steps = match steps(&order, &report.said, desk.now) {
        Ok(steps) => steps,
        Err(refused) => return Ok(Err(ExecutorRefusal::of_report(order.id, &refused))),
    };
    let (actor, reason) = (actor(executor), report.reason.as_deref().map(shortened));
    let reason = reason.as_deref().filter(|reason| !reason.trim().is_empty());
    let cause = Cause { actor: Some(&actor), reason, ..Cause::default() };
    let mut latest = order;
    for step in &steps {
        match desk.apply(&latest, step, kind(step), cause)? {
            Ok(after) => latest = after,
            // The rule has tried these very steps.
            Err(refused) => {
                return Err(desk.tx.poison(DbError::new("EXECUTOR", refused.to_string())));
            }
        }
    }
    desk.flush_orders()?;
    settle_parent_of(desk, &latest)?;
    keep(desk, executor, &lease, &latest)?;
    Ok(Ok(latest))
}

const fn kind(step: &Event) -> &'static str {
    match step {
        Event::Completed { .. } => "order.completed",
        Event::Partial { .. } => "order.partial",
        Event::Canceled => "order.canceled",
        _ => "order.progress",
    }
}
