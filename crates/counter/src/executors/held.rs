//! The orders that an executor has, or had until they ended.

use super::admit::standing;
use super::{Caller, ExecutorRefusal};
use crate::catalogue::Snapshot;
use crate::{Counter, Failure};
use domain::catalogue::ServiceKind;
use domain::executors::OrderLease;
use domain::orders::{Order, PublicStatus, State};
use domain::{ExecutorId, OrderId, ServiceId, Timestamp};
use std::collections::HashMap;
use store::tables::{order_leases, orders};
use store::{DbError, Tx};

/// Leases read at a time.
const PAGE: i64 = 1_000;

/// Most leases that are looked through for one list, newest orders first.
const LOOKED_THROUGH_MAX: usize = 10_000;

/// An order in the hands of an executor, with what is needed to deliver it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldOrder {
    /// The order.
    pub order: Order,
    /// The lease that it is, or was, under.
    pub lease: OrderLease,
    /// What the service is called; empty when it is gone.
    pub service: String,
    /// Which parameters its orders carry.
    pub kind: Option<ServiceKind>,
    /// Its parameters beside link and quantity, as JSON, when it has some.
    pub params: Option<String>,
}

/// Which orders of an executor a list shows; what is empty or absent filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldFilter {
    /// Those that stand there.
    pub statuses: Vec<PublicStatus>,
    /// Those of these services.
    pub services: Vec<ServiceId>,
    /// These.
    pub ids: Vec<OrderId>,
    /// Those placed at this moment or later.
    pub from: Option<Timestamp>,
    /// Those placed at this moment or before.
    pub to: Option<Timestamp>,
    /// Whether the oldest come first.
    pub oldest_first: bool,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPage {
    /// How many orders the list has.
    pub total: usize,
    /// The orders of the page.
    pub orders: Vec<HeldOrder>,
}

/// Where an order stands for who has it. One that waits for a person is still its executor's.
pub fn executor_status(order: &Order) -> PublicStatus {
    let begun = order.start_count.is_some() || order.remains != order.quantity;
    match order.state {
        State::Review if begun => PublicStatus::InProgress,
        State::Review => PublicStatus::Processing,
        state => PublicStatus::from(state),
    }
}

impl HeldOrder {
    /// The orders with their leases, and what is needed to deliver them.
    pub(super) fn of(
        tx: &mut dyn Tx,
        snapshot: &Snapshot,
        held: impl Iterator<Item = (Order, OrderLease)>,
    ) -> Result<Vec<Self>, DbError> {
        let held: Vec<(Order, OrderLease)> = held.collect();
        let ids: Vec<OrderId> = held.iter().map(|(order, _)| order.id).collect();
        let mut params = order_leases::params_of(tx, &ids)?;
        let view = |(order, lease): (Order, OrderLease)| {
            let service = snapshot.services.get(&order.service);
            Self {
                service: service.map(|service| service.name.clone()).unwrap_or_default(),
                kind: service.map(|service| service.kind),
                params: params.remove(&order.id),
                order,
                lease,
            }
        };
        Ok(held.into_iter().map(view).collect())
    }
}

impl HeldFilter {
    fn admits(&self, order: &Order) -> bool {
        let status = executor_status(order);
        (self.statuses.is_empty() || self.statuses.contains(&status))
            && (self.services.is_empty() || self.services.contains(&order.service))
            && self.from.is_none_or(|from| order.created >= from)
            && self.to.is_none_or(|to| order.created <= to)
    }

    /// Whether only orders that have not ended are asked for.
    fn open_only(&self) -> bool {
        let open = [PublicStatus::Pending, PublicStatus::Processing, PublicStatus::InProgress];
        !self.statuses.is_empty() && self.statuses.iter().all(|status| open.contains(status))
    }
}

impl Counter {
    /// The orders that an executor has, or had until they ended: `limit` of them behind the first
    /// `offset`. Of an executor with very many, the newest ten thousand are looked through.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good.
    pub async fn held_orders(
        &self,
        caller: Caller,
        filter: &HeldFilter,
        offset: usize,
        limit: usize,
    ) -> Result<HeldPage, Failure<ExecutorRefusal>> {
        let read = self.store.read(|tx| {
            let executor = standing(tx, caller)?.id;
            let snapshot = self.catalogue.current(tx)?;
            let mut own = if filter.ids.is_empty() {
                newest(tx, executor, filter)?
            } else {
                named(tx, executor, filter)?
            };
            if filter.oldest_first {
                own.reverse();
            }
            let total = own.len();
            let page = own.into_iter().skip(offset).take(limit);
            Ok(HeldPage { total, orders: HeldOrder::of(tx, &snapshot, page)? })
        });
        Failure::join(read.await)
    }
}

/// Those of the orders that are asked for by id, newest first.
fn named(
    tx: &mut dyn Tx,
    executor: ExecutorId,
    filter: &HeldFilter,
) -> Result<Vec<(Order, OrderLease)>, DbError> {
    let mut ids = filter.ids.clone();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    let mut leases = order_leases::own(tx, &ids)?;
    leases.retain(|lease| lease.executor == executor);
    with_orders(tx, leases, filter)
}

fn newest(
    tx: &mut dyn Tx,
    executor: ExecutorId,
    filter: &HeldFilter,
) -> Result<Vec<(Order, OrderLease)>, DbError> {
    let (mut own, mut looked, mut before) = (Vec::new(), 0_usize, OrderId(i64::MAX));
    loop {
        let leases = order_leases::before(tx, executor, filter.open_only(), before, PAGE)?;
        looked = looked.saturating_add(leases.len());
        let full = i64::try_from(leases.len()).is_ok_and(|read| read == PAGE);
        let oldest = leases.last().map(|lease| lease.order);
        own.extend(with_orders(tx, leases, filter)?);
        match oldest.filter(|_| full && looked < LOOKED_THROUGH_MAX) {
            Some(oldest) => before = oldest,
            None => return Ok(own),
        }
    }
}

/// The leases with their orders, as far as the filter admits them.
fn with_orders(
    tx: &mut dyn Tx,
    leases: Vec<OrderLease>,
    filter: &HeldFilter,
) -> Result<Vec<(Order, OrderLease)>, DbError> {
    let ids: Vec<OrderId> = leases.iter().map(|lease| lease.order).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = orders::by_ids(tx, &ids)?.into_iter().map(|order| (order.id, order));
    let mut found: HashMap<OrderId, Order> = found.collect();
    let with_order = |lease: OrderLease| Some((found.remove(&lease.order)?, lease));
    let both = leases.into_iter().filter_map(with_order);
    Ok(both.filter(|(order, _)| filter.admits(order)).collect())
}
