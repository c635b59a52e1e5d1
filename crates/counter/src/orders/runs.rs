//! Starts the runs of drip-feeds that are due, and ends subscriptions whose time is over.

use super::parents::{Part, end_parts, start_part};
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::nodes::{Job, Worker};
use crate::restore::put_before_person;
use domain::orders::{Order, PartsState, next_run, run_charge};
use domain::{OrderId, Timestamp};
use store::tables::{link_queue, orders, parts, restores};
use store::{DbError, StoreError, Tx};

/// Most orders that one unit moves on.
const ORDERS_PER_UNIT: usize = 50;

/// Most orders that an error names.
const FAILURES_TOLD: usize = 20;

/// Finds up to so many orders that something is due for.
pub(crate) type Due = fn(&mut dyn Tx, Timestamp, i64) -> Result<Vec<OrderId>, DbError>;

/// Does it for each of them, as far as it is still due; says for which it was.
pub(crate) type CarryOut =
    fn(&mut dyn Tx, &Snapshot, &[OrderId], Timestamp) -> Result<Vec<OrderId>, DbError>;

/// Something that comes due for orders.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    pub(crate) due: Due,
    pub(crate) carry_out: CarryOut,
}

const TASKS: [Task; 2] = [
    Task { due: parts::drip_feeds_due, carry_out: start_runs },
    Task { due: parts::subscriptions_expired, carry_out: end_subscriptions },
];

/// An order that could not be moved on, and why.
type Failed = (OrderId, StoreError);

/// Starts every run that is due, in the same unit: those that were due before are put before a person,
/// so that nothing is given back for them while nobody knows where they are.
pub(crate) fn start_all_runs(
    tx: &mut dyn Tx,
    catalogue: &Snapshot,
    now: Timestamp,
) -> Result<(), DbError> {
    let limit = i64::try_from(ORDERS_PER_UNIT).unwrap_or(i64::MAX);
    loop {
        let due = parts::drip_feeds_due(tx, now, limit)?;
        if due.is_empty() || start_runs(tx, catalogue, &due, now)?.is_empty() {
            return Ok(());
        }
    }
}

/// Starts at most one run of each of the drip-feeds.
fn start_runs(
    tx: &mut dyn Tx,
    catalogue: &Snapshot,
    due: &[OrderId],
    now: Timestamp,
) -> Result<Vec<OrderId>, DbError> {
    let restored = restores::latest(tx)?.map(|restore| restore.at);
    let mut desk = lock_orders(tx, due, now)?;
    // Also those that are found to wait for a run: they are due no more.
    let mut started = Vec::new();
    for &id in due {
        let Some(parent) = open_order(&mut desk, id)? else { continue };
        let Some(plan) = parts::drip_feed(desk.tx, id)? else { continue };
        // What was due when an older copy was put in its place may have been started since, as it was
        // planned then, and be with a provider: a person looks.
        let doubted = restored.is_some_and(|at| plan.next_run <= at)
            && catalogue.leaves_the_house(parent.service);
        let planned = if doubted { plan.next_run } else { now };
        let Some((run, after)) = next_run(&plan, planned) else { continue };
        let in_turn = catalogue.queues(parent.service);
        started.push(id);
        if in_turn && orders::part_sums(desk.tx, id)?.totals.open > 0 {
            parts::hold_drip_feed(desk.tx, id)?;
            continue;
        }
        let charge = run_charge(parent.rate, plan.run_quantity, run)
            .ok_or_else(|| DbError::new("RUNS", format!("order {id}: the charge of run {run}")))?;
        parts::update_drip_feed(desk.tx, id, &after, plan.runs_started)?;
        let part = Part {
            link: parent.link.clone(),
            quantity: plan.run_quantity,
            charge,
            from_parent: true,
        };
        let part = start_part(&mut desk, &parent, part, Cause::default())?;
        // The parent has just released the same amount.
        let part =
            part.map_err(|refused| desk.tx.poison(DbError::new("RUNS", refused.to_string())))?;
        if doubted {
            put_before_person(&mut desk, &part, None)?;
        }
        if in_turn {
            link_queue::taken(desk.tx, &[id])?;
            if after.state == PartsState::Active {
                parts::hold_drip_feed(desk.tx, id)?;
            }
        }
    }
    desk.finish()?;
    Ok(started)
}

/// Ends each of the subscriptions.
fn end_subscriptions(
    tx: &mut dyn Tx,
    _: &Snapshot,
    due: &[OrderId],
    now: Timestamp,
) -> Result<Vec<OrderId>, DbError> {
    let mut desk = lock_orders(tx, due, now)?;
    let mut ended = Vec::new();
    for &id in due {
        let Some(parent) = open_order(&mut desk, id)? else { continue };
        let Some((_, PartsState::Active)) = parts::subscription(desk.tx, id)? else { continue };
        end_parts(&mut desk, &parent, "order.expired", Cause::default())?;
        ended.push(id);
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

impl Worker {
    /// Starts every run that is due and ends every subscription whose time is over; returns how
    /// many orders moved. One that cannot be moved on holds up no other.
    ///
    /// # Errors
    /// [`StoreError`]; when it names orders that were not moved on, all others were.
    pub async fn move_parts(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut moved = Vec::new();
        self.carry_out_due(&TASKS, now, &mut moved).await?;
        Ok(moved.len())
    }

    /// Does everything that is due of the tasks, as [`Worker::move_parts`] does; adds to `moved` for
    /// which orders, also when it fails in the end.
    pub(crate) async fn carry_out_due(
        &self,
        tasks: &[Task],
        now: Timestamp,
        moved: &mut Vec<OrderId>,
    ) -> Result<(), StoreError> {
        self.works_on(Job::Orders)?;
        let mut failed = Vec::new();
        for task in tasks {
            self.move_on(*task, now, moved, &mut failed).await?;
        }
        if failed.is_empty() { Ok(()) } else { Err(told(&failed)) }
    }

    async fn move_on(
        &self,
        task: Task,
        now: Timestamp,
        moved: &mut Vec<OrderId>,
        failed: &mut Vec<Failed>,
    ) -> Result<(), StoreError> {
        loop {
            // Those that failed are still due: look past them.
            let limit = ORDERS_PER_UNIT.saturating_add(failed.len());
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut due = self.store.read(|tx| (task.due)(tx, now, limit)).await??;
            due.retain(|id| failed.iter().all(|(known, _)| known != id));
            if due.is_empty() {
                return Ok(());
            }
            let before = (moved.len(), failed.len());
            match self.carry_out(task, due.clone(), now).await {
                Ok(step) => moved.extend(step),
                Err(error) if !is_about_the_unit(&error) => return Err(error),
                Err(_) => self.one_by_one(task, &due, now, moved, failed).await?,
            }
            if (moved.len(), failed.len()) == before {
                return Ok(());
            }
        }
    }

    async fn carry_out(
        &self,
        task: Task,
        due: Vec<OrderId>,
        now: Timestamp,
    ) -> Result<Vec<OrderId>, StoreError> {
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let snapshot = catalogue.within(tx)?;
            (task.carry_out)(tx, &snapshot, &due, now)
        };
        Ok(self.store.write(unit).await??)
    }

    /// Each order in a unit of its own, so that only the broken ones stay behind.
    async fn one_by_one(
        &self,
        task: Task,
        due: &[OrderId],
        now: Timestamp,
        moved: &mut Vec<OrderId>,
        failed: &mut Vec<Failed>,
    ) -> Result<(), StoreError> {
        for &id in due {
            match self.carry_out(task, vec![id], now).await {
                Ok(step) => moved.extend(step),
                Err(error) if !is_about_the_unit(&error) => return Err(error),
                Err(error) => failed.push((id, error)),
            }
        }
        Ok(())
    }
}

/// Whether another unit may well succeed where this one failed.
fn is_about_the_unit(error: &StoreError) -> bool {
    matches!(error, StoreError::Db(_) | StoreError::Panicked(_)) && !error.is_lease_lost()
}

fn told(failed: &[Failed]) -> StoreError {
    let told = failed.iter().take(FAILURES_TOLD);
    let told: Vec<String> = told.map(|(id, error)| format!("order {id}: {error}")).collect();
    let (count, told) = (failed.len(), told.join("; "));
    let text = format!("{count} orders were not moved on, all others were: {told}");
    StoreError::Db(DbError::new("PARTS", text))
}
