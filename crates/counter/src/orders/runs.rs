//! Starts the runs of drip-feeds that are due, and ends subscriptions whose time is over.

use super::parents::{Part, end_parts, start_part};
use crate::Counter;
use crate::desk::{Cause, Desk};
use domain::orders::{Order, next_run, run_charge};
use domain::{OrderId, Timestamp};
use store::tables::{orders, parts};
use store::{DbError, StoreError, Tx};

/// Most orders that one unit moves on.
const ORDERS_PER_UNIT: i64 = 50;

/// Starts at most one run of each drip-feed that is due at `now`; returns how many were started.
///
/// # Errors
/// [`DbError`] when the store fails; nothing is started then.
pub fn start_due_runs(tx: &mut dyn Tx, now: Timestamp) -> Result<usize, DbError> {
    let due = parts::drip_feeds_due(tx, now, ORDERS_PER_UNIT)?;
    let mut desk = lock_orders(tx, &due, now)?;
    let mut started: usize = 0;
    for id in due {
        let Some(parent) = open_order(&mut desk, id)? else { continue };
        let Some(plan) = parts::drip_feed(desk.tx, id)? else { continue };
        let Some((run, after)) = next_run(&plan, now) else { continue };
        let charge = run_charge(parent.rate, plan.run_quantity, run)
            .ok_or_else(|| DbError::new("RUNS", format!("order {id}: the charge of run {run}")))?;
        parts::update_drip_feed(desk.tx, id, &after, plan.runs_started)?;
        let part = Part {
            link: parent.link.clone(),
            quantity: plan.run_quantity,
            charge,
            from_parent: true,
        };
        if let Err(refused) = start_part(&mut desk, &parent, part, Cause::default())? {
            // The parent has just released the same amount.
            return Err(desk.tx.poison(DbError::new("RUNS", refused.to_string())));
        }
        started = started.saturating_add(1);
    }
    desk.finish()?;
    Ok(started)
}

/// Ends subscriptions whose last day is over at `now`; returns how many.
///
/// # Errors
/// [`DbError`] when the store fails; nothing is ended then.
pub fn end_expired_subscriptions(tx: &mut dyn Tx, now: Timestamp) -> Result<usize, DbError> {
    let due = parts::subscriptions_expired(tx, now, ORDERS_PER_UNIT)?;
    let mut desk = lock_orders(tx, &due, now)?;
    let mut ended: usize = 0;
    for id in due {
        let Some(parent) = open_order(&mut desk, id)? else { continue };
        end_parts(&mut desk, &parent, "order.expired", Cause::default())?;
        ended = ended.saturating_add(1);
    }
    desk.finish()?;
    Ok(ended)
}

fn lock_orders<'t>(
    tx: &'t mut dyn Tx,
    ids: &[OrderId],
    now: Timestamp,
) -> Result<Desk<'t>, DbError> {
    let mut accounts = Vec::with_capacity(ids.len());
    for id in ids {
        accounts.extend(orders::by_id(tx, *id)?.map(|order| order.account));
    }
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    Ok(desk)
}

fn open_order(desk: &mut Desk<'_>, id: OrderId) -> Result<Option<Order>, DbError> {
    Ok(orders::by_id(desk.tx, id)?.filter(|order| !order.state.is_terminal()))
}

impl Counter {
    /// Starts every run that is due and ends every subscription whose time is over; returns how
    /// many orders moved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn move_parts(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut moved: usize = 0;
        loop {
            let runs = self.store.write(move |tx| start_due_runs(tx, now)).await??;
            let ended = self.store.write(move |tx| end_expired_subscriptions(tx, now)).await??;
            let step = runs.saturating_add(ended);
            moved = moved.saturating_add(step);
            if step == 0 {
                return Ok(moved);
            }
        }
    }
}
