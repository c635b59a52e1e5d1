//! Plans of orders that are carried out in parts: drip-feeds and subscriptions.

use super::{flag, named, opt_time, time};
use crate::{DbError, Row, Tx, TxExt};
use domain::orders::{DripFeed, PartsState, Subscription};
use domain::{AccountId, OrderId, Timestamp};

crate::statements! {
    DRIP_FEED = "select runs, interval_minutes, run_quantity, runs_started, next_run_us, state, paused, \
        waits from drip_feed where order_id = ?1";
    INSERT_DRIP_FEED = "insert into drip_feed (order_id, account_id, runs, interval_minutes, \
        run_quantity, runs_started, next_run_us, state, paused, waits) \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE_DRIP_FEED = "update drip_feed set runs_started = ?2, next_run_us = ?3, state = ?4, \
        paused = ?5 where order_id = ?1 and runs_started = ?6";
    HOLD_DRIP_FEED = "update drip_feed set waits = 1 where order_id = ?1";
    LET_DRIP_FEED = "update drip_feed set waits = 0 where order_id = ?1 and waits = 1";
    DRIP_FEEDS_DUE = "select order_id from drip_feed where state = 'active' and paused = 0 \
        and waits = 0 and next_run_us <= ?1 order by next_run_us, order_id limit ?2";
    SUBSCRIPTION = "select min, max, posts, posts_done, delay_minutes, expires_us, state \
        from subscription where order_id = ?1";
    INSERT_SUBSCRIPTION = "insert into subscription (order_id, account_id, min, max, posts, \
        posts_done, delay_minutes, expires_us, state) \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE_SUBSCRIPTION = "update subscription set posts_done = ?2, state = ?3 \
        where order_id = ?1 and posts_done = ?4";
    SUBSCRIPTIONS_EXPIRED = "select order_id from subscription where state = 'active' \
        and expires_us <= ?1 order by expires_us, order_id limit ?2";
}

fn decode_drip_feed(row: &dyn Row) -> Result<DripFeed, DbError> {
    Ok(DripFeed {
        runs: row.int(0)?,
        interval_minutes: row.int(1)?,
        run_quantity: row.int(2)?,
        runs_started: row.int(3)?,
        next_run: time(row, 4)?,
        state: named(row, 5, PartsState::from_name)?,
        paused: flag(row, 6)?,
        waits: flag(row, 7)?,
    })
}

fn decode_subscription(row: &dyn Row) -> Result<(Subscription, PartsState), DbError> {
    let subscription = Subscription {
        min: row.int(0)?,
        max: row.int(1)?,
        posts: row.int(2)?,
        posts_done: row.int(3)?,
        delay_minutes: row.int(4)?,
        expires: opt_time(row, 5)?,
    };
    Ok((subscription, named(row, 6, PartsState::from_name)?))
}

/// The drip-feed of an order.
///
/// # Errors
/// [`DbError`].
pub fn drip_feed(tx: &mut dyn Tx, order: OrderId) -> Result<Option<DripFeed>, DbError> {
    tx.row(&DRIP_FEED, &[order.0.into()], decode_drip_feed)
}

/// Writes a new drip-feed.
///
/// # Errors
/// [`DbError`].
pub fn insert_drip_feed(
    tx: &mut dyn Tx,
    order: OrderId,
    account: AccountId,
    plan: &DripFeed,
) -> Result<(), DbError> {
    let params = [
        order.0.into(),
        account.0.into(),
        plan.runs.into(),
        plan.interval_minutes.into(),
        plan.run_quantity.into(),
        plan.runs_started.into(),
        plan.next_run.0.into(),
        plan.state.name().into(),
        plan.paused.into(),
        plan.waits.into(),
    ];
    tx.exec_exactly(&INSERT_DRIP_FEED, 10, &params, 1)
}

/// Writes how far a drip-feed is, guarded by the runs it had started. Whether it waits stays as it
/// is: its turn may come while somebody else holds its account.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update_drip_feed(
    tx: &mut dyn Tx,
    order: OrderId,
    plan: &DripFeed,
    started_before: i64,
) -> Result<(), DbError> {
    let params = [
        order.0.into(),
        plan.runs_started.into(),
        plan.next_run.0.into(),
        plan.state.name().into(),
        plan.paused.into(),
        started_before.into(),
    ];
    tx.exec_exactly(&UPDATE_DRIP_FEED, 6, &params, 1)
}

/// Lets no run of a drip-feed start until [`let_drip_feed`].
///
/// # Errors
/// [`DbError`].
pub fn hold_drip_feed(tx: &mut dyn Tx, order: OrderId) -> Result<(), DbError> {
    tx.exec_exactly(&HOLD_DRIP_FEED, 1, &[order.0.into()], 1)
}

/// Lets the runs of a drip-feed start that has waited for its turn, or for a run to end.
///
/// # Errors
/// [`DbError`].
pub fn let_drip_feed(tx: &mut dyn Tx, order: OrderId) -> Result<(), DbError> {
    tx.exec(&LET_DRIP_FEED, &[order.0.into()]).map(|_| ())
}

/// Up to `limit` orders with a run that is due.
///
/// # Errors
/// [`DbError`].
pub fn drip_feeds_due(
    tx: &mut dyn Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<OrderId>, DbError> {
    tx.rows(&DRIP_FEEDS_DUE, &[now.0.into(), limit.into()], |row| row.int(0).map(OrderId))
}

/// The subscription of an order, and whether more posts may come.
///
/// # Errors
/// [`DbError`].
pub fn subscription(
    tx: &mut dyn Tx,
    order: OrderId,
) -> Result<Option<(Subscription, PartsState)>, DbError> {
    tx.row(&SUBSCRIPTION, &[order.0.into()], decode_subscription)
}

/// Writes a new subscription.
///
/// # Errors
/// [`DbError`].
pub fn insert_subscription(
    tx: &mut dyn Tx,
    order: OrderId,
    account: AccountId,
    plan: &Subscription,
) -> Result<(), DbError> {
    let params = [
        order.0.into(),
        account.0.into(),
        plan.min.into(),
        plan.max.into(),
        plan.posts.into(),
        plan.posts_done.into(),
        plan.delay_minutes.into(),
        plan.expires.map(|expires| expires.0).into(),
        PartsState::Active.name().into(),
    ];
    tx.exec_exactly(&INSERT_SUBSCRIPTION, 9, &params, 1)
}

/// Writes how far a subscription is, guarded by the posts it had.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update_subscription(
    tx: &mut dyn Tx,
    order: OrderId,
    posts_done: i64,
    state: PartsState,
    done_before: i64,
) -> Result<(), DbError> {
    let params = [order.0.into(), posts_done.into(), state.name().into(), done_before.into()];
    tx.exec_exactly(&UPDATE_SUBSCRIPTION, 4, &params, 1)
}

/// Up to `limit` orders whose subscription has run out of time.
///
/// # Errors
/// [`DbError`].
pub fn subscriptions_expired(
    tx: &mut dyn Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<OrderId>, DbError> {
    tx.rows(&SUBSCRIPTIONS_EXPIRED, &[now.0.into(), limit.into()], |row| row.int(0).map(OrderId))
}
