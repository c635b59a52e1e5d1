//! Pulling orders: each is handed to one executor, under a lease.

use super::admit::{actor, locked_standing, standing};
use super::held::HeldOrder;
use super::look::services;
use super::{Caller, ExecutorRefusal};
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::{Counter, Failure};
use domain::executors::{Executor, ExecutorState, LeaseState, OrderLease};
use domain::orders::{Event, Order, OrderShape, State};
use domain::{OrderId, ServiceId, Timestamp};
use std::collections::HashSet;
use std::sync::Arc;
use store::tables::{link_queue, order_leases, orders};
use store::{DbError, Tx};

/// Most orders that one pull hands over.
pub const PULLED_AT_ONCE_MAX: usize = 100;

/// Orders looked for beyond those that are wanted: others pull at the same time.
const SPARE: usize = 32;

/// Most times that others may be quicker before a pull comes back with nothing.
const TRIES: usize = 16;

/// One pull, as its units see it.
#[derive(Clone)]
struct Pull {
    caller: Caller,
    wanted: Vec<ServiceId>,
    limit: usize,
    now: Timestamp,
}

impl Counter {
    /// Hands up to `limit` pending orders over to an executor, oldest first: of the services that it
    /// names, or of all that it may pull. Each is its alone from then on.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when it may pull nothing now, or not of a service that it names.
    pub async fn pull_orders(
        &self,
        caller: Caller,
        wanted: &[ServiceId],
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<HeldOrder>, Failure<ExecutorRefusal>> {
        let limit = limit.clamp(1, PULLED_AT_ONCE_MAX);
        let pull = Pull { caller, wanted: wanted.to_vec(), limit, now };
        for _ in 0..TRIES {
            let read = self.store.read(|tx| {
                let executor = standing(tx, caller)?;
                let snapshot = self.catalogue.current(tx)?;
                let services = may_pull(&snapshot, &executor, &pull.wanted)?;
                let most = limit.saturating_add(SPARE);
                Ok(self.look(tx, &snapshot, executor.id, (&services, most))?)
            });
            let found = Failure::join(read.await)?;
            if found.is_empty() {
                return Ok(Vec::new());
            }
            let (pull, catalogue) = (pull.clone(), self.catalogue_cache());
            let unit = move |tx: &mut dyn Tx| {
                let snapshot = catalogue.within(tx)?;
                take(tx, &snapshot, &pull, &found)
            };
            let taken = Failure::join(self.store.write(unit).await)?;
            // Others were quicker: what they left is looked for again.
            if !taken.is_empty() {
                return Ok(taken);
            }
        }
        Ok(Vec::new())
    }
}

/// The services of which orders may be pulled.
fn may_pull(
    snapshot: &Snapshot,
    executor: &Executor,
    wanted: &[ServiceId],
) -> Result<HashSet<ServiceId>, ExecutorRefusal> {
    if executor.state != ExecutorState::Active {
        let text = format!("the executor is {}: it is given no orders", executor.state.name());
        return Err(ExecutorRefusal::NotNow(text));
    }
    if executor.restored.is_some() {
        let text = "no orders are given out: the counter goes by older books, and staff have not asked \
                    yet what the executor has";
        return Err(ExecutorRefusal::NotNow(String::from(text)));
    }
    services(snapshot, executor, wanted).map_err(ExecutorRefusal::of_service)
}

/// Takes what is still free of what was found.
fn take(
    tx: &mut dyn Tx,
    snapshot: &Arc<Snapshot>,
    pull: &Pull,
    found: &[OrderId],
) -> Result<Vec<HeldOrder>, Failure<ExecutorRefusal>> {
    let executor = locked_standing(tx, pull.caller)?;
    let services = may_pull(snapshot, &executor, &pull.wanted)?;
    let has = order_leases::open_count(tx, executor.id)?;
    let room = executor.at_once.saturating_sub(has);
    let Some(room) = usize::try_from(room).ok().filter(|room| *room > 0) else {
        let text = format!("the executor has {has} orders, as many as it may have at once");
        return Err(ExecutorRefusal::NotNow(text).into());
    };
    let free = |order: &Order| is_free(order) && services.contains(&order.service);
    let mut wanted = orders::by_ids(tx, found)?;
    wanted.retain(free);
    wanted.truncate(pull.limit.min(room));
    let ids: Vec<OrderId> = wanted.iter().map(|order| order.id).collect();
    let mut desk = Desk::new(tx, pull.now);
    desk.lock(wanted.iter().map(|order| order.account).collect())?;
    // Read under the accounts' locks: what was free before them may have been taken.
    let mut taken = Vec::with_capacity(ids.len());
    let mut leases = Vec::with_capacity(ids.len());
    let reason = format!("for {} minutes without a word", executor.lease_minutes);
    let actor = actor(&executor);
    let cause = Cause { actor: Some(&actor), reason: Some(&reason), ..Cause::default() };
    // Whose turn on a link has not come waits for it, whoever is to deliver.
    let waiting = link_queue::waiting(desk.tx, &ids)?;
    let in_turn = |order: &&Order| free(order) && !waiting.contains(&order.id);
    for order in orders::by_ids(desk.tx, &ids)?.iter().filter(in_turn) {
        let order = pulled(&mut desk, order, cause)?;
        leases.push(lease(&order, &executor, pull.now));
        taken.push(order);
    }
    if !leases.is_empty() {
        order_leases::insert(desk.tx, &leases)?;
        let given: Vec<OrderId> = taken.iter().map(|order| order.id).collect();
        link_queue::taken(desk.tx, &given)?;
    }
    let held = HeldOrder::of(desk.tx, snapshot, taken.into_iter().zip(leases))?;
    desk.finish()?;
    Ok(held)
}

fn is_free(order: &Order) -> bool {
    order.state == State::Pending && order.shape == OrderShape::Single && !order.cancel_requested
}

fn pulled(desk: &mut Desk<'_>, order: &Order, cause: Cause<'_>) -> Result<Order, DbError> {
    match desk.apply(order, &Event::Pulled, "order.pulled", cause)? {
        Ok(pulled) => Ok(pulled),
        // It was looked at under the lock.
        Err(refused) => Err(desk.tx.poison(DbError::new("PULL", refused.to_string()))),
    }
}

fn lease(order: &Order, executor: &Executor, now: Timestamp) -> OrderLease {
    OrderLease {
        order: order.id,
        fence: order.fence,
        account: order.account,
        executor: executor.id,
        state: LeaseState::Live,
        taken: now,
        until: now.plus_minutes(executor.lease_minutes),
    }
}
