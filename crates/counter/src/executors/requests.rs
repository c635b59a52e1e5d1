//! Refills and cancels of the orders of an executor.

use super::admit::{actor, standing};
use super::held::HeldOrder;
use super::look::services;
use super::report::{Own, keep, locked, own};
use super::{Caller, ExecutorRefusal};
use crate::catalogue::Snapshot;
use crate::desk::Desk;
use crate::fulfilment::shortened;
use crate::requests::{RefillDecision, decide_one, reject_one};
use crate::{Counter, Failure};
use domain::executors::{Executor, LeaseState, OrderLease};
use domain::orders::Order;
use domain::requests::{CancelState, RefillState};
use domain::{CancelId, OrderId, RefillId, ServiceId, Timestamp};
use std::collections::{HashMap, HashSet};
use store::tables::requests::{self, Cancel, Refill};
use store::tables::{order_leases, orders};
use store::{DbError, Tx};

/// Refills or cancels read at a time while those of some services are looked for.
const PAGE: i64 = 500;

/// Most of them that are looked through for one answer.
const PAGES: usize = 10;

/// A refill of an order that the executor has delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRefill {
    /// The refill.
    pub refill: Refill,
    /// Its order.
    pub held: HeldOrder,
}

/// An open cancel of an order that the executor has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCancel {
    /// The cancel.
    pub cancel: Cancel,
    /// Its order.
    pub held: HeldOrder,
}

impl Counter {
    /// Up to `limit` open cancels of the orders that an executor has, oldest first. They are shown
    /// until they are answered: by an end of the order, or by a refusal.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good, or a service is not the executor's.
    pub async fn executor_cancels(
        &self,
        caller: Caller,
        wanted: &[ServiceId],
        limit: usize,
    ) -> Result<Vec<HeldCancel>, Failure<ExecutorRefusal>> {
        let read = self.store.read(|tx| {
            let executor = standing(tx, caller)?;
            let snapshot = self.catalogue.current(tx)?;
            check_services(&snapshot, &executor, wanted)?;
            // Nothing is handed on before staff have asked what it has.
            if executor.restored.is_some() {
                return Ok(Vec::new());
            }
            let mut found = Vec::new();
            let mut after = CancelId(0);
            for _ in 0..PAGES {
                let page = requests::cancels_of_executor(tx, executor.id, after, PAGE)?;
                let Some(last) = page.last().map(|cancel| cancel.id) else { break };
                after = last;
                let of = |cancel: &Cancel| cancel.order;
                found.extend(with_orders(tx, &snapshot, page, of, wanted)?);
                if found.len() >= limit {
                    break;
                }
            }
            found.truncate(limit);
            let view = |(cancel, held)| HeldCancel { cancel, held };
            Ok(found.into_iter().map(view).collect())
        });
        Failure::join(read.await)
    }

    /// Refuses the open cancels of orders that an executor has; the orders go on.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good.
    pub async fn reject_executor_cancels(
        &self,
        caller: Caller,
        ids: Vec<OrderId>,
        note: Option<String>,
        now: Timestamp,
    ) -> Result<Vec<Result<Cancel, ExecutorRefusal>>, Failure<ExecutorRefusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let executor = standing(tx, caller)?;
            let mut desk = locked(tx, &executor, &ids, now)?;
            let note = note.as_deref().map(shortened);
            let mut answers = Vec::with_capacity(ids.len());
            for id in &ids {
                answers.push(reject_cancel_of(&mut desk, &executor, *id, note.clone())?);
            }
            desk.finish()?;
            Ok(answers)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Up to `limit` refills of orders that an executor has delivered, oldest first: those that nobody
    /// has begun, which begin by this; or, when `begun`, those that it was given before.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good, or a service is not the executor's.
    pub async fn pull_refills(
        &self,
        caller: Caller,
        wanted: &[ServiceId],
        begun: bool,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<HeldRefill>, Failure<ExecutorRefusal>> {
        let (wanted, catalogue) = (wanted.to_vec(), self.catalogue_cache());
        let unit = move |tx: &mut dyn Tx| {
            let executor = standing(tx, caller)?;
            let snapshot = catalogue.within(tx)?;
            check_services(&snapshot, &executor, &wanted)?;
            if executor.restored.is_some() && !begun {
                return Ok(Vec::new());
            }
            let state = if begun { RefillState::InProgress } else { RefillState::Pending };
            let mut found = refills(tx, &snapshot, &executor, state, &wanted)?;
            found.truncate(limit);
            if begun {
                return Ok(found);
            }
            let mut desk = Desk::new(tx, now);
            desk.lock(found.iter().map(|held| held.refill.account).collect())?;
            let mut taken = Vec::with_capacity(found.len());
            for held in found {
                // Read under the account's lock: somebody may have begun it.
                let refill = requests::refill(desk.tx, held.refill.id)?;
                let Some(refill) = refill.filter(|r| r.state == RefillState::Pending) else {
                    continue;
                };
                let begin = RefillDecision::Begin;
                let begun = decide_one(&mut desk, refill, begin, None, &actor(&executor))?;
                taken.extend(begun.ok().map(|refill| HeldRefill { refill, held: held.held }));
            }
            desk.finish()?;
            Ok(taken)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Decides about refills of orders that an executor has delivered. The same once more changes
    /// nothing.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good.
    pub async fn decide_executor_refills(
        &self,
        caller: Caller,
        ids: Vec<RefillId>,
        decision: RefillDecision,
        now: Timestamp,
    ) -> Result<Vec<Result<Refill, ExecutorRefusal>>, Failure<ExecutorRefusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let executor = standing(tx, caller)?;
            let mut orders = Vec::with_capacity(ids.len());
            for id in &ids {
                orders.extend(requests::refill(tx, *id)?.map(|refill| refill.order));
            }
            let mut desk = locked(tx, &executor, &orders, now)?;
            let mut answers = Vec::with_capacity(ids.len());
            for id in &ids {
                answers.push(decide_refill_of(&mut desk, &executor, *id, decision)?);
            }
            desk.finish()?;
            Ok(answers)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn check_services(
    snapshot: &Snapshot,
    executor: &Executor,
    wanted: &[ServiceId],
) -> Result<HashSet<ServiceId>, ExecutorRefusal> {
    services(snapshot, executor, wanted).map_err(ExecutorRefusal::of_service)
}

fn refills(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    executor: &Executor,
    state: RefillState,
    wanted: &[ServiceId],
) -> Result<Vec<HeldRefill>, DbError> {
    let mut found = Vec::new();
    let mut after = RefillId(0);
    for _ in 0..PAGES {
        let page = requests::refills_of_executor(tx, executor.id, state, after, PAGE)?;
        let Some(last) = page.last().map(|refill| refill.id) else { break };
        after = last;
        found.extend(with_orders(tx, snapshot, page, |refill| refill.order, wanted)?);
    }
    Ok(found.into_iter().map(|(refill, held)| HeldRefill { refill, held }).collect())
}

/// The requests with their orders, as far as those are of the services.
fn with_orders<R>(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    page: Vec<R>,
    order: fn(&R) -> OrderId,
    wanted: &[ServiceId],
) -> Result<Vec<(R, HeldOrder)>, DbError> {
    let ids: Vec<OrderId> = page.iter().map(order).collect();
    let mut found: Vec<Order> = orders::by_ids(tx, &ids)?;
    found.retain(|order| wanted.is_empty() || wanted.contains(&order.service));
    let leases = order_leases::own(tx, &ids)?.into_iter().map(|lease| (lease.order, lease));
    let mut leases: HashMap<OrderId, OrderLease> = leases.collect();
    let both = found.into_iter().filter_map(|order| {
        let lease = leases.remove(&order.id)?;
        Some((order, lease))
    });
    let held = HeldOrder::of(tx, snapshot, both)?.into_iter().map(|held| (held.order.id, held));
    let held: HashMap<OrderId, HeldOrder> = held.collect();
    let with_order = |request: R| {
        let held = held.get(&order(&request))?.clone();
        Some((request, held))
    };
    Ok(page.into_iter().filter_map(with_order).collect())
}

fn reject_cancel_of(
    desk: &mut Desk<'_>,
    executor: &Executor,
    id: OrderId,
    note: Option<String>,
) -> Result<Result<Cancel, ExecutorRefusal>, DbError> {
    let Some(Own { order, lease }) = own(desk, executor, id)? else {
        return Ok(Err(ExecutorRefusal::Missing("order")));
    };
    let cancels = requests::cancels_of_order(desk.tx, id)?;
    let open = cancels.into_iter().find(|cancel| cancel.state == CancelState::Requested);
    let Some(open) = open else {
        let text = format!("order {id}: nobody asks to cancel it");
        return Ok(Err(ExecutorRefusal::NotNow(text)));
    };
    let rejected = reject_one(desk, open, note, &actor(executor))?;
    if rejected.is_ok() {
        keep(desk, executor, &lease, &order)?;
    }
    Ok(rejected.map_err(|refused| ExecutorRefusal::of_staff(refused, "cancel")))
}

fn decide_refill_of(
    desk: &mut Desk<'_>,
    executor: &Executor,
    id: RefillId,
    decision: RefillDecision,
) -> Result<Result<Refill, ExecutorRefusal>, DbError> {
    let missing = || Ok(Err(ExecutorRefusal::Missing("refill")));
    let Some(refill) = requests::refill(desk.tx, id)? else { return missing() };
    let delivered = own(desk, executor, refill.order)?;
    if delivered.is_none_or(|own| own.lease.state != LeaseState::Done) {
        return missing();
    }
    if refill.state == decision.state() {
        return Ok(Ok(refill));
    }
    let decided = decide_one(desk, refill, decision, None, &actor(executor))?;
    Ok(decided.map_err(|refused| ExecutorRefusal::of_staff(refused, "refill")))
}
