//! Orders.

use super::{account_orders, flag, micros, named, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::orders::{Order, OrderShape, Standing, State, Totals};
use domain::{AccountId, KeyId, OrderId, ServiceId, TransferId};
use std::collections::HashMap;

macro_rules! columns {
    () => {
        "id, account_id, service_id, parent_id, shape, state, fence, link, quantity, rate, charge, \
         captured, released, start_count, remains, cancel_requested, created_us, changed_us, \
         ended_us"
    };
}

crate::statements! {
    BY_ID = concat!("select ", columns!(), " from orders where id = ?1");
    OF_ACCOUNT_BY_ID = concat!("select ", columns!(), " from orders \
        where id = ?2 and account_id = ?1");
    STANDINGS = "select id, shape, state, quantity, charge, released, start_count, remains, \
        service_id, parent_id from orders where id = ?2 and account_id = ?1";
    BEFORE = concat!("select ", columns!(), " from orders where id < ?1 order by id desc limit ?2");
    BEFORE_IN_STATE = concat!("select ", columns!(), " from orders \
        where state = ?3 and id < ?1 order by id desc limit ?2");
    OPEN_AFTER = concat!("select ", columns!(), " from orders \
        where ended_us is null and id > ?1 order by id limit ?2");
    PENDING_AFTER = concat!("select ", columns!(), " from orders \
        where state = 'pending' and ended_us is null and id > ?1 order by id limit ?2");
    AFTER = concat!("select ", columns!(), " from orders where id > ?1 order by id limit ?2");
    PARTS = concat!("select ", columns!(), " from orders where parent_id = ?1 order by id");
    NEWEST_PARTS = "select id from orders where parent_id = ?1 order by id desc limit ?2";
    PART_TOTALS = "select \
        cast(coalesce(sum(case when ended_us is null then 1 else 0 end), 0) as bigint), \
        cast(count(*) as bigint), cast(coalesce(sum(quantity), 0) as bigint), \
        cast(coalesce(sum(case when remains > 0 then remains else 0 end), 0) as bigint), \
        cast(coalesce(sum(charge - released), 0) as bigint) \
        from orders where parent_id = ?1";
    INSERT = "insert into orders (id, account_id, service_id, parent_id, key_id, shape, state, \
        fence, link, quantity, rate, charge, captured, released, remains, cancel_requested, \
        created_us, changed_us, hold_id, fingerprint, placed_event) values (?1, ?2, ?3, ?4, \
        ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";
    ORIGIN = "select hold_id, fingerprint, placed_event from orders where id = ?1";
    ORIGINS = "select id, hold_id, fingerprint, placed_event from orders where id = ?1";
    UPDATE = "update orders set state = ?4, fence = ?5, captured = ?6, released = ?7, \
        start_count = ?8, remains = ?9, cancel_requested = ?10, changed_us = ?11, ended_us = ?12 \
        where id = ?1 and state = ?2 and fence = ?3";
    INSERT_PARAMS = "insert into order_params (order_id, account_id, params) values (?1, ?2, ?3)";
    PARAMS = "select params from order_params where order_id = ?1";
}

/// A new order with what is written down once, when it is placed.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The order.
    pub order: Order,
    /// Where its placing stands in the books and in the events.
    pub origin: Origin,
    /// The key it was placed with; none for parts and for orders placed by staff.
    pub key: Option<KeyId>,
    /// Its parameters beside link and quantity, when it has some.
    pub params: Option<String>,
}

/// Where the placing of an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The transfer that held its charge.
    pub hold: TransferId,
    /// What the duplicate window knows it by; none for parts and for orders with a request id.
    pub fingerprint: Option<i64>,
    /// The event that says that it was placed.
    pub event: i64,
}

/// What the parts of an order sum to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartSums {
    /// Their counts and units.
    pub totals: Totals,
    /// Their charges net of what was given back.
    pub net_charge: i64,
}

fn decode(row: &dyn Row) -> Result<Order, DbError> {
    Ok(Order {
        id: OrderId(row.int(0)?),
        account: AccountId(row.int(1)?),
        service: ServiceId(row.int(2)?),
        parent: row.opt_int(3)?.map(OrderId),
        shape: named(row, 4, OrderShape::from_name)?,
        state: named(row, 5, State::from_name)?,
        fence: row.int(6)?,
        link: row.text(7)?.to_owned(),
        quantity: row.int(8)?,
        rate: micros(row, 9)?,
        charge: micros(row, 10)?,
        captured: micros(row, 11)?,
        released: micros(row, 12)?,
        start_count: row.opt_int(13)?,
        remains: row.int(14)?,
        cancel_requested: flag(row, 15)?,
        created: time(row, 16)?,
        changed: time(row, 17)?,
        ended: opt_time(row, 18)?,
    })
}

/// One order, whoever it belongs to.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: OrderId) -> Result<Option<Order>, DbError> {
    tx.row(&BY_ID, &[id.0.into()], decode)
}

/// Where the placing of an order stands.
///
/// # Errors
/// [`DbError`].
pub fn origin(tx: &mut dyn Tx, id: OrderId) -> Result<Option<Origin>, DbError> {
    tx.row(&ORIGIN, &[id.0.into()], |row| {
        let (hold, fingerprint) = (TransferId(row.int(0)?), row.opt_int(1)?);
        Ok(Origin { hold, fingerprint, event: row.int(2)? })
    })
}

/// Where the placing of each order stands, by the ids of those that are there.
///
/// # Errors
/// [`DbError`].
pub fn origins(tx: &mut dyn Tx, ids: &[OrderId]) -> Result<HashMap<OrderId, Origin>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    let found = tx.rows_many(&ORIGINS, 1, &params, |row| {
        let (hold, fingerprint) = (TransferId(row.int(1)?), row.opt_int(2)?);
        Ok((OrderId(row.int(0)?), Origin { hold, fingerprint, event: row.int(3)? }))
    });
    Ok(found?.into_iter().collect())
}

/// Those of `ids` that belong to `account`.
///
/// # Errors
/// [`DbError`].
pub fn of_account(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: &[OrderId],
) -> Result<Vec<Order>, DbError> {
    tx.rows_many(&OF_ACCOUNT_BY_ID, 2, &owned(account, ids), decode)
}

/// Where those of `ids` that belong to `account` stand, in the order of `ids`.
///
/// # Errors
/// [`DbError`].
pub fn standings(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: &[OrderId],
) -> Result<Vec<Standing>, DbError> {
    let params = owned(account, ids);
    tx.rows_many(&STANDINGS, 2, &params, |row| {
        Ok(Standing {
            id: OrderId(row.int(0)?),
            shape: named(row, 1, OrderShape::from_name)?,
            state: named(row, 2, State::from_name)?,
            quantity: row.int(3)?,
            charge: micros(row, 4)?,
            released: micros(row, 5)?,
            start_count: row.opt_int(6)?,
            remains: row.int(7)?,
            service: ServiceId(row.int(8)?),
            parent: row.opt_int(9)?.map(OrderId),
        })
    })
}

fn owned<'v>(account: AccountId, ids: &[OrderId]) -> Vec<Val<'v>> {
    ids.iter().flat_map(|id| [Val::Int(account.0), Val::Int(id.0)]).collect()
}

/// Which orders a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// Those of an account.
    Account(AccountId),
    /// Those in a state.
    State(State),
}

/// Up to `limit` orders below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn before(
    tx: &mut dyn Tx,
    filter: Filter,
    before: OrderId,
    limit: i64,
) -> Result<Vec<Order>, DbError> {
    let page = [Val::Int(before.0), Val::Int(limit)];
    match filter {
        Filter::All => tx.rows(&BEFORE, &page, decode),
        Filter::Account(account) => account_orders::before(tx, account, before, limit),
        Filter::State(state) => {
            tx.rows(&BEFORE_IN_STATE, &[before.0.into(), limit.into(), state.name().into()], decode)
        }
    }
}

/// Up to `limit` open orders above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn open_after(tx: &mut dyn Tx, after: OrderId, limit: i64) -> Result<Vec<Order>, DbError> {
    tx.rows(&OPEN_AFTER, &[after.0.into(), limit.into()], decode)
}

/// Up to `limit` pending orders above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn pending_after(tx: &mut dyn Tx, after: OrderId, limit: i64) -> Result<Vec<Order>, DbError> {
    tx.rows(&PENDING_AFTER, &[after.0.into(), limit.into()], decode)
}

/// Those of `ids` that are there, in their order.
///
/// # Errors
/// [`DbError`].
pub fn by_ids(tx: &mut dyn Tx, ids: &[OrderId]) -> Result<Vec<Order>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&BY_ID, 1, &params, decode)
}

/// Up to `limit` orders above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn after(tx: &mut dyn Tx, after: OrderId, limit: i64) -> Result<Vec<Order>, DbError> {
    tx.rows(&AFTER, &[after.0.into(), limit.into()], decode)
}

/// The parts of an order, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn parts(tx: &mut dyn Tx, parent: OrderId) -> Result<Vec<Order>, DbError> {
    tx.rows(&PARTS, &[parent.0.into()], decode)
}

/// The ids of the newest `limit` parts of an order, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn newest_parts(tx: &mut dyn Tx, parent: OrderId, limit: i64) -> Result<Vec<OrderId>, DbError> {
    let params = [parent.0.into(), limit.into()];
    let mut ids = tx.rows(&NEWEST_PARTS, &params, |row| row.int(0).map(OrderId))?;
    ids.reverse();
    Ok(ids)
}

/// What the parts of an order sum to.
///
/// # Errors
/// [`DbError`].
pub fn part_sums(tx: &mut dyn Tx, parent: OrderId) -> Result<PartSums, DbError> {
    let sums = tx.row(&PART_TOTALS, &[parent.0.into()], |row| {
        Ok(PartSums {
            totals: Totals {
                open: row.int(0)?,
                parts: row.int(1)?,
                quantity: row.int(2)?,
                undelivered: row.int(3)?,
            },
            net_charge: row.int(4)?,
        })
    })?;
    sums.ok_or_else(|| DbError::new(PART_TOTALS.name, "a sum has no row"))
}

/// Writes new orders.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, orders: &[NewOrder]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(orders.len().saturating_mul(21));
    let mut details: Vec<Val<'_>> = Vec::new();
    for NewOrder { order, origin, key, params: detail } in orders {
        params.extend([
            Val::Int(order.id.0),
            Val::Int(order.account.0),
            Val::Int(order.service.0),
            order.parent.map(|parent| parent.0).into(),
            key.map(|key| key.0).into(),
            order.shape.name().into(),
            order.state.name().into(),
            order.fence.into(),
            order.link.as_str().into(),
            order.quantity.into(),
            order.rate.raw().into(),
            order.charge.raw().into(),
            order.captured.raw().into(),
            order.released.raw().into(),
            order.remains.into(),
            order.cancel_requested.into(),
            order.created.0.into(),
            order.changed.0.into(),
            origin.hold.0.into(),
            origin.fingerprint.into(),
            origin.event.into(),
        ]);
        if let Some(detail) = detail {
            details.extend([
                Val::Int(order.id.0),
                Val::Int(order.account.0),
                detail.as_str().into(),
            ]);
        }
    }
    tx.exec_exactly(&INSERT, 21, &params, orders.len())?;
    if !details.is_empty() {
        tx.exec_many(&INSERT_PARAMS, 3, &details)?;
    }
    Ok(())
}

/// Writes changed orders, each guarded by the state and fence it was computed from.
///
/// # Errors
/// [`DbError`], also when an order has moved in between.
pub fn update(tx: &mut dyn Tx, changes: &[(Order, Order)]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(changes.len().saturating_mul(12));
    for (before, after) in changes {
        params.extend([
            Val::Int(before.id.0),
            before.state.name().into(),
            before.fence.into(),
            after.state.name().into(),
            after.fence.into(),
            after.captured.raw().into(),
            after.released.raw().into(),
            after.start_count.into(),
            after.remains.into(),
            after.cancel_requested.into(),
            after.changed.0.into(),
            after.ended.map(|ended| ended.0).into(),
        ]);
    }
    tx.exec_exactly(&UPDATE, 12, &params, changes.len())
}

/// An order's parameters as JSON, when it has some.
///
/// # Errors
/// [`DbError`].
pub fn params(tx: &mut dyn Tx, id: OrderId) -> Result<Option<String>, DbError> {
    tx.row(&PARAMS, &[id.0.into()], |row| row.text(0).map(str::to_owned))
}
