//! Attempts to place orders at providers.

use super::{flag, micros, named, opt_string, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::orders::State;
use domain::providers::{Attempt, AttemptState};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, Timestamp};

macro_rules! columns {
    () => {
        "id, order_id, account_id, number, provider_id, route_id, expected_cost, cost, state, \
         upstream_id, evidence, followed, started_us, changed_us"
    };
}

crate::statements! {
    BY_ID = concat!("select ", columns!(), " from attempt where id = ?1");
    OF_ORDER = concat!("select ", columns!(), " from attempt where order_id = ?1 order by number");
    LATEST_OF_ORDER = concat!("select ", columns!(), " from attempt where order_id = ?1 \
        order by number desc limit ?2");
    BY_UPSTREAM = concat!("select ", columns!(), " from attempt \
        where provider_id = ?1 and upstream_id = ?2");
    UNKNOWN = concat!("select ", columns!(), " from attempt \
        where provider_id = ?1 and (state = 'open' or state = 'lost') and id > ?2 \
        order by id limit ?3");
    UNKNOWN_COUNTS = "select a.provider_id, o.state, cast(count(*) as bigint) from attempt a \
        join orders o on o.id = a.order_id where a.state = 'open' or a.state = 'lost' \
        group by a.provider_id, o.state order by a.provider_id, o.state";
    FOLLOWED = concat!("select ", columns!(), " from attempt \
        where provider_id = ?1 and followed = 1 and id > ?2 order by id limit ?3");
    FOLLOWED_ORDERS = concat!("select ", columns!(), ", (select o.state from orders o \
        where o.id = attempt.order_id), (select o.ended_us from orders o \
        where o.id = attempt.order_id) from attempt \
        where provider_id = ?1 and followed = 1 and id > ?2 order by id limit ?3");
    AFTER = concat!("select ", columns!(), " from attempt where id > ?1 order by id limit ?2");
    OF_PROVIDER_BEFORE = concat!("select ", columns!(), " from attempt \
        where provider_id = ?1 and id < ?2 order by id desc limit ?3");
    INSERT = concat!("insert into attempt (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
    UPDATE = "update attempt set cost = ?3, state = ?4, upstream_id = ?5, evidence = ?6, \
        followed = ?7, changed_us = ?8 where id = ?1 and state = ?2";
    ORDERS_WITHOUT = "select o.id from orders o where (o.state = 'dispatching' \
        or o.state = 'unknown' or o.state = 'submitted_no_id') and o.ended_us is null \
        and not exists (select 1 from attempt a where a.order_id = o.id and a.number = o.fence) \
        order by o.id limit ?1";
    UNWATCHED = "select a.provider_id, cast(sum(a.cost) as bigint) from orders o \
        join attempt a on a.order_id = o.id where (o.state = 'review' \
        or o.state = 'submitted_no_id') and o.ended_us is null \
        and a.cost > 0 group by a.provider_id order by a.provider_id";
    UNFOLLOW = "update attempt set followed = 0 where id = ?1";
    UNFOLLOW_ORDER = "update attempt set followed = 0 where order_id = ?1 and followed = 1";
    COSTS = "select a.id, a.cost, cast(coalesce((select sum(e.amount) from provider_entry e \
        where e.attempt_id = a.id), 0) as bigint) from attempt a where a.id > ?1 \
        order by a.id limit ?2";
}

fn decode(row: &dyn Row) -> Result<Attempt, DbError> {
    Ok(Attempt {
        id: AttemptId(row.int(0)?),
        order: OrderId(row.int(1)?),
        account: AccountId(row.int(2)?),
        number: row.int(3)?,
        provider: ProviderId(row.int(4)?),
        route: RouteId(row.int(5)?),
        expected_cost: micros(row, 6)?,
        cost: micros(row, 7)?,
        state: named(row, 8, AttemptState::from_name)?,
        upstream_id: opt_string(row, 9)?,
        evidence: opt_string(row, 10)?,
        followed: flag(row, 11)?,
        started: time(row, 12)?,
        changed: time(row, 13)?,
    })
}

/// One attempt.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: AttemptId) -> Result<Option<Attempt>, DbError> {
    tx.row(&BY_ID, &[id.0.into()], decode)
}

/// Those of `ids` that are there, in their order.
///
/// # Errors
/// [`DbError`].
pub fn by_ids(tx: &mut dyn Tx, ids: &[AttemptId]) -> Result<Vec<Attempt>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&BY_ID, 1, &params, decode)
}

/// The attempts of an order, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, order: OrderId) -> Result<Vec<Attempt>, DbError> {
    tx.rows(&OF_ORDER, &[order.0.into()], decode)
}

/// The attempts of several orders, those of each oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_orders(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<Vec<Attempt>, DbError> {
    let params: Vec<Val<'_>> = orders.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&OF_ORDER, 1, &params, decode)
}

/// Up to `limit` attempts of each of several orders, those of each newest first.
///
/// # Errors
/// [`DbError`].
pub fn latest_of_orders(
    tx: &mut dyn Tx,
    orders: &[OrderId],
    limit: i64,
) -> Result<Vec<Attempt>, DbError> {
    let params: Vec<Val<'_>> = orders.iter().flat_map(|id| [id.0.into(), limit.into()]).collect();
    tx.rows_many(&LATEST_OF_ORDER, 2, &params, decode)
}

/// The attempt that a provider knows by `upstream_id`.
///
/// # Errors
/// [`DbError`].
pub fn by_upstream(
    tx: &mut dyn Tx,
    provider: ProviderId,
    upstream_id: &str,
) -> Result<Option<Attempt>, DbError> {
    tx.row(&BY_UPSTREAM, &[provider.0.into(), upstream_id.into()], decode)
}

/// The attempts that providers know by these ids, each once.
///
/// # Errors
/// [`DbError`].
pub fn by_upstreams(tx: &mut dyn Tx, ids: &[(ProviderId, &str)]) -> Result<Vec<Attempt>, DbError> {
    let params: Vec<Val<'_>> =
        ids.iter().flat_map(|(provider, id)| [provider.0.into(), (*id).into()]).collect();
    tx.rows_many(&BY_UPSTREAM, 2, &params, decode)
}

/// Up to `limit` attempts at a provider above `after` of which it is not known what became of
/// them, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn unknown(
    tx: &mut dyn Tx,
    provider: ProviderId,
    after: AttemptId,
    limit: i64,
) -> Result<Vec<Attempt>, DbError> {
    tx.rows(&UNKNOWN, &[provider.0.into(), after.0.into(), limit.into()], decode)
}

/// Of how many attempts at each provider it is not known what became of them, by where their orders
/// stand; providers without any are left out.
///
/// # Errors
/// [`DbError`].
pub fn unknown_counts(tx: &mut dyn Tx) -> Result<Vec<(ProviderId, State, i64)>, DbError> {
    tx.rows(&UNKNOWN_COUNTS, &[], |row| {
        Ok((ProviderId(row.int(0)?), named(row, 1, State::from_name)?, row.int(2)?))
    })
}

/// Up to `limit` attempts at a provider above `after` whose orders are followed, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn followed(
    tx: &mut dyn Tx,
    provider: ProviderId,
    after: AttemptId,
    limit: i64,
) -> Result<Vec<Attempt>, DbError> {
    tx.rows(&FOLLOWED, &[provider.0.into(), after.0.into(), limit.into()], decode)
}

/// The same, with where their orders stand, and when they have ended.
///
/// # Errors
/// [`DbError`].
pub fn followed_orders(
    tx: &mut dyn Tx,
    provider: ProviderId,
    after: AttemptId,
    limit: i64,
) -> Result<Vec<(Attempt, State, Option<Timestamp>)>, DbError> {
    let params = [provider.0.into(), after.0.into(), limit.into()];
    tx.rows(&FOLLOWED_ORDERS, &params, |row| {
        Ok((decode(row)?, named(row, 14, State::from_name)?, opt_time(row, 15)?))
    })
}

/// Up to `limit` attempts above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn after(tx: &mut dyn Tx, after: AttemptId, limit: i64) -> Result<Vec<Attempt>, DbError> {
    tx.rows(&AFTER, &[after.0.into(), limit.into()], decode)
}

/// Up to `limit` attempts at a provider below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn of_provider_before(
    tx: &mut dyn Tx,
    provider: ProviderId,
    before: AttemptId,
    limit: i64,
) -> Result<Vec<Attempt>, DbError> {
    tx.rows(&OF_PROVIDER_BEFORE, &[provider.0.into(), before.0.into(), limit.into()], decode)
}

/// Writes new attempts.
///
/// # Errors
/// [`DbError`], also when an order has an attempt of that number.
pub fn insert(tx: &mut dyn Tx, attempts: &[Attempt]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(attempts.len().saturating_mul(14));
    for attempt in attempts {
        params.extend([
            Val::Int(attempt.id.0),
            attempt.order.0.into(),
            attempt.account.0.into(),
            attempt.number.into(),
            attempt.provider.0.into(),
            attempt.route.0.into(),
            attempt.expected_cost.raw().into(),
            attempt.cost.raw().into(),
            attempt.state.name().into(),
            attempt.upstream_id.as_deref().into(),
            attempt.evidence.as_deref().into(),
            attempt.followed.into(),
            attempt.started.0.into(),
            attempt.changed.0.into(),
        ]);
    }
    tx.exec_exactly(&INSERT, 14, &params, attempts.len())
}

/// Writes changed attempts, each guarded by the state it was computed from.
///
/// # Errors
/// [`DbError`], also when an attempt has moved in between.
pub fn update(tx: &mut dyn Tx, changes: &[(AttemptState, Attempt)]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(changes.len().saturating_mul(8));
    for (before, after) in changes {
        params.extend([
            Val::Int(after.id.0),
            before.name().into(),
            after.cost.raw().into(),
            after.state.name().into(),
            after.upstream_id.as_deref().into(),
            after.evidence.as_deref().into(),
            after.followed.into(),
            after.changed.0.into(),
        ]);
    }
    tx.exec_exactly(&UPDATE, 8, &params, changes.len())
}

/// Up to `limit` orders that should have an attempt under their fence and have none.
///
/// # Errors
/// [`DbError`].
pub fn orders_without(tx: &mut dyn Tx, limit: i64) -> Result<Vec<OrderId>, DbError> {
    tx.rows(&ORDERS_WITHOUT, &[limit.into()], |row| row.int(0).map(OrderId))
}

/// What each provider has charged, in its currency, for open orders that it is not asked for: a person
/// has to look at them, or their ids are not known. Providers without any are left out.
///
/// # Errors
/// [`DbError`].
pub fn unwatched(tx: &mut dyn Tx) -> Result<Vec<(ProviderId, Micros)>, DbError> {
    tx.rows(&UNWATCHED, &[], |row| Ok((ProviderId(row.int(0)?), micros(row, 1)?)))
}

/// Follows attempts no more.
///
/// # Errors
/// [`DbError`].
pub fn unfollow(tx: &mut dyn Tx, ids: &[AttemptId]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.exec_many(&UNFOLLOW, 1, &params).map(|_| ())
}

/// Follows an order no more.
///
/// # Errors
/// [`DbError`].
pub fn unfollow_order(tx: &mut dyn Tx, order: OrderId) -> Result<(), DbError> {
    tx.exec(&UNFOLLOW_ORDER, &[order.0.into()]).map(|_| ())
}

/// Of up to `limit` attempts above `after`: what each has cost, and what its entries sum to.
///
/// # Errors
/// [`DbError`].
pub fn costs(
    tx: &mut dyn Tx,
    after: AttemptId,
    limit: i64,
) -> Result<Vec<(AttemptId, i64, i64)>, DbError> {
    tx.rows(&COSTS, &[after.0.into(), limit.into()], |row| {
        Ok((AttemptId(row.int(0)?), row.int(1)?, row.int(2)?))
    })
}
