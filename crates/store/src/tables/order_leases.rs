//! Orders in the hands of executors.

use super::{named, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::executors::{LeaseState, OrderLease};
use domain::{AccountId, ExecutorId, OrderId, ServiceId, Timestamp};
use std::collections::HashMap;

macro_rules! columns {
    () => {
        "order_id, fence, account_id, executor_id, state, taken_us, until_us"
    };
}

crate::statements! {
    OWN_LEASE = concat!("select ", columns!(), " from order_lease \
        where order_id = ?1 and state <> 'released' order by fence desc limit 1");
    LEASES_OF_ORDER = concat!("select ", columns!(), " from order_lease where order_id = ?1 \
        order by fence");
    OWN_BEFORE = concat!("select ", columns!(), " from order_lease where executor_id = ?1 \
        and state <> 'released' and order_id < ?2 order by order_id desc limit ?3");
    OPEN_BEFORE = concat!("select ", columns!(), " from order_lease where executor_id = ?1 \
        and (state = 'live' or state = 'expired') and order_id < ?2 \
        order by order_id desc limit ?3");
    OPEN_COUNT = "select cast(count(*) as bigint) from order_lease where executor_id = ?1 \
        and (state = 'live' or state = 'expired')";
    LEASES_DUE = "select order_id from order_lease where state = 'live' and until_us <= ?1 \
        order by until_us, order_id limit ?2";
    ADD_LEASE = concat!("insert into order_lease (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    CHANGE_LEASE = "update order_lease set state = ?4, until_us = ?5 \
        where order_id = ?1 and fence = ?2 and state = ?3";
    END_LEASE = "update order_lease set state = 'done' where order_id = ?1 \
        and (state = 'live' or state = 'expired')";
    FREE_ORDERS = "select id, service_id from orders where state = 'pending' and ended_us is null \
        and shape = 'single' and id > ?1 order by id limit ?2";
    OPEN_SUBSCRIPTIONS = "select s.order_id, o.service_id from subscription s \
        join orders o on o.id = s.order_id where s.state = 'active' and o.ended_us is null \
        and s.order_id > ?1 order by s.order_id limit ?2";
    PARAMS_OF = "select order_id, params from order_params where order_id = ?1";
    PART_WITH_LINK = "select id from orders where parent_id = ?1 and link = ?2 order by id limit 1";
}

fn decode(row: &dyn Row) -> Result<OrderLease, DbError> {
    Ok(OrderLease {
        order: OrderId(row.int(0)?),
        fence: row.int(1)?,
        account: AccountId(row.int(2)?),
        executor: ExecutorId(row.int(3)?),
        state: named(row, 4, LeaseState::from_name)?,
        taken: time(row, 5)?,
        until: time(row, 6)?,
    })
}

/// The leases that the orders are under, or were under until their ends; an order that nobody has
/// is left out.
///
/// # Errors
/// [`DbError`].
pub fn own(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<Vec<OrderLease>, DbError> {
    let params: Vec<Val<'_>> = orders.iter().map(|order| order.0.into()).collect();
    if params.is_empty() { Ok(Vec::new()) } else { tx.rows_many(&OWN_LEASE, 1, &params, decode) }
}

/// Every lease that an order was under, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, order: OrderId) -> Result<Vec<OrderLease>, DbError> {
    tx.rows(&LEASES_OF_ORDER, &[order.0.into()], decode)
}

/// Up to `limit` leases of an executor on orders below `before`, newest order first: the open ones,
/// or those of ended orders too; never released ones.
///
/// # Errors
/// [`DbError`].
pub fn before(
    tx: &mut dyn Tx,
    executor: ExecutorId,
    open: bool,
    before: OrderId,
    limit: i64,
) -> Result<Vec<OrderLease>, DbError> {
    let sql = if open { &OPEN_BEFORE } else { &OWN_BEFORE };
    tx.rows(sql, &[executor.0.into(), before.0.into(), limit.into()], decode)
}

/// How many orders an executor has.
///
/// # Errors
/// [`DbError`].
pub fn open_count(tx: &mut dyn Tx, executor: ExecutorId) -> Result<i64, DbError> {
    Ok(tx.row(&OPEN_COUNT, &[executor.0.into()], |row| row.int(0))?.unwrap_or(0))
}

/// Up to `limit` orders whose leases are over and still live, the longest over first.
///
/// # Errors
/// [`DbError`].
pub fn due(tx: &mut dyn Tx, now: Timestamp, limit: i64) -> Result<Vec<OrderId>, DbError> {
    tx.rows(&LEASES_DUE, &[now.0.into(), limit.into()], |row| row.int(0).map(OrderId))
}

/// Writes new leases.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, leases: &[OrderLease]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(leases.len().saturating_mul(7));
    for lease in leases {
        params.extend([
            Val::Int(lease.order.0),
            lease.fence.into(),
            lease.account.0.into(),
            lease.executor.0.into(),
            lease.state.name().into(),
            lease.taken.0.into(),
            lease.until.0.into(),
        ]);
    }
    tx.exec_exactly(&ADD_LEASE, 7, &params, leases.len())
}

/// Writes a changed lease, guarded by the state it was in.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update(tx: &mut dyn Tx, before: LeaseState, after: &OrderLease) -> Result<(), DbError> {
    let params = [
        after.order.0.into(),
        after.fence.into(),
        before.name().into(),
        after.state.name().into(),
        after.until.0.into(),
    ];
    tx.exec_exactly(&CHANGE_LEASE, 5, &params, 1)
}

/// Ends the lease of an order that has ended.
///
/// # Errors
/// [`DbError`].
pub fn end(tx: &mut dyn Tx, order: OrderId) -> Result<(), DbError> {
    tx.exec(&END_LEASE, &[order.0.into()]).map(|_| ())
}

/// Up to `limit` orders above `after` that nobody has taken, oldest first, and of what.
///
/// # Errors
/// [`DbError`].
pub fn free_orders(
    tx: &mut dyn Tx,
    after: OrderId,
    limit: i64,
) -> Result<Vec<(OrderId, ServiceId)>, DbError> {
    tx.rows(&FREE_ORDERS, &[after.0.into(), limit.into()], |row| {
        Ok((OrderId(row.int(0)?), ServiceId(row.int(1)?)))
    })
}

/// Up to `limit` subscriptions above `after` that take posts, oldest first, and of what.
///
/// # Errors
/// [`DbError`].
pub fn open_subscriptions(
    tx: &mut dyn Tx,
    after: OrderId,
    limit: i64,
) -> Result<Vec<(OrderId, ServiceId)>, DbError> {
    tx.rows(&OPEN_SUBSCRIPTIONS, &[after.0.into(), limit.into()], |row| {
        Ok((OrderId(row.int(0)?), ServiceId(row.int(1)?)))
    })
}

/// The part of an order that is for a link, when there is one.
///
/// # Errors
/// [`DbError`].
pub fn part_with_link(
    tx: &mut dyn Tx,
    parent: OrderId,
    link: &str,
) -> Result<Option<OrderId>, DbError> {
    tx.row(&PART_WITH_LINK, &[parent.0.into(), link.into()], |row| row.int(0).map(OrderId))
}

/// The parameters of those of the orders that have some, as JSON: what whoever delivers them needs.
///
/// # Errors
/// [`DbError`].
pub fn params_of(tx: &mut dyn Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, String>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    if params.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tx.rows_many(&PARAMS_OF, 1, &params, |row| {
        Ok((OrderId(row.int(0)?), row.text(1)?.to_owned()))
    });
    Ok(found?.into_iter().collect())
}
