//! Times at which an older copy of the database was put in its place, and whom nothing is sent
//! since.

use super::links::Rule;
use super::time;
use crate::{DbError, Tx, TxExt, Val};
use domain::orders::State;
use domain::{ExecutorId, OrderId, ProviderId, Timestamp};

crate::statements! {
    LATEST_RESTORE = "select epoch, at_us, first_order, actor from restore \
        order by epoch desc limit 1";
    ADD_RESTORE = "insert into restore (epoch, at_us, first_order, actor) values (?1, ?2, ?3, ?4)";
    BLOCKS = "select kind, next, last from id_block order by kind";
    SKIP_IDS = "update id_block set next = ?3 where kind = ?1 and next = ?2";
    HOLD_PROVIDER = "update provider set restored_us = ?2, quiet_reads = 0 where id = ?1";
    HOLD_EXECUTOR = "update executor set restored_us = ?2 where id = ?1";
    RELEASE_PROVIDER = "update provider set restored_us = null \
        where id = ?1 and restored_us is not null";
    RELEASE_EXECUTOR = "update executor set restored_us = null \
        where id = ?1 and restored_us is not null";
    HELD_PROVIDERS = "select id, name from provider where restored_us is not null order by id";
    HELD_EXECUTORS = "select id, name from executor where restored_us is not null order by id";
    OPEN_IN_STATE = "select id from orders where state = ?1 and ended_us is null and id > ?2 \
        order by id limit ?3";
    COUNT_OPEN = "select cast(count(*) as bigint) from attempt where state = 'open'";
    OPEN_WHILE_HELD = "select a.order_id from attempt a \
        join provider p on p.id = a.provider_id and p.restored_us is not null \
        where a.state = 'open' order by a.order_id limit 20";
    COUNT_IN_STATE = "select cast(count(*) as bigint) from orders \
        where state = ?1 and ended_us is null";
}

/// What must be true. Read by `verify`.
pub const RULES: &[Rule] = &[Rule {
    rule: "nothing is being placed at a provider that is held after a restore",
    what: "order",
    count: COUNT_OPEN,
    offenders: OPEN_WHILE_HELD,
}];

/// An older copy of the database that was put in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// Counts them, from 1.
    pub epoch: i64,
    /// When somebody said so.
    pub at: Timestamp,
    /// Orders from this one on were placed since.
    pub first_order: OrderId,
    /// Who said so.
    pub actor: String,
}

/// Ids of a kind: its name, the next one, and the last that may be given out.
pub type Block = (String, i64, i64);

/// The latest restore, when there was one.
///
/// # Errors
/// [`DbError`].
pub fn latest(tx: &mut dyn Tx) -> Result<Option<Restore>, DbError> {
    tx.row(&LATEST_RESTORE, &[], |row| {
        Ok(Restore {
            epoch: row.int(0)?,
            at: time(row, 1)?,
            first_order: OrderId(row.int(2)?),
            actor: row.text(3)?.to_owned(),
        })
    })
}

/// Writes a restore, and holds the providers and executors because of it.
///
/// # Errors
/// [`DbError`], also when there is one of that number.
pub fn begin(
    tx: &mut dyn Tx,
    restore: &Restore,
    providers: &[ProviderId],
    executors: &[ExecutorId],
) -> Result<(), DbError> {
    let Restore { epoch, at, first_order, actor } = restore;
    let row = [(*epoch).into(), at.0.into(), first_order.0.into(), actor.as_str().into()];
    tx.exec_exactly(&ADD_RESTORE, 4, &row, 1)?;
    let held: Vec<Val<'_>> =
        providers.iter().flat_map(|id| [Val::Int(id.0), Val::Int(at.0)]).collect();
    tx.exec_exactly(&HOLD_PROVIDER, 2, &held, providers.len())?;
    let held: Vec<Val<'_>> =
        executors.iter().flat_map(|id| [Val::Int(id.0), Val::Int(at.0)]).collect();
    tx.exec_exactly(&HOLD_EXECUTOR, 2, &held, executors.len())
}

/// The ids of every kind.
///
/// # Errors
/// [`DbError`].
pub fn blocks(tx: &mut dyn Tx) -> Result<Vec<Block>, DbError> {
    tx.rows(&BLOCKS, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)?, row.int(2)?)))
}

/// Gives out the ids of a kind from `to` on.
///
/// # Errors
/// [`DbError`], also when some were given out in between.
pub fn skip_ids(tx: &mut dyn Tx, kind: &str, from: i64, to: i64) -> Result<(), DbError> {
    tx.exec_exactly(&SKIP_IDS, 3, &[kind.into(), from.into(), to.into()], 1)
}

/// Holds a provider no more.
///
/// # Errors
/// [`DbError`], also when it is not held.
pub fn release_provider(tx: &mut dyn Tx, id: ProviderId) -> Result<(), DbError> {
    tx.exec_exactly(&RELEASE_PROVIDER, 1, &[id.0.into()], 1)
}

/// Holds an executor no more.
///
/// # Errors
/// [`DbError`], also when it is not held.
pub fn release_executor(tx: &mut dyn Tx, id: ExecutorId) -> Result<(), DbError> {
    tx.exec_exactly(&RELEASE_EXECUTOR, 1, &[id.0.into()], 1)
}

/// The providers that are held, by id and name.
///
/// # Errors
/// [`DbError`].
pub fn held_providers(tx: &mut dyn Tx) -> Result<Vec<(ProviderId, String)>, DbError> {
    tx.rows(&HELD_PROVIDERS, &[], |row| Ok((ProviderId(row.int(0)?), row.text(1)?.to_owned())))
}

/// The executors that are held, by id and name.
///
/// # Errors
/// [`DbError`].
pub fn held_executors(tx: &mut dyn Tx) -> Result<Vec<(ExecutorId, String)>, DbError> {
    tx.rows(&HELD_EXECUTORS, &[], |row| Ok((ExecutorId(row.int(0)?), row.text(1)?.to_owned())))
}

/// Up to `limit` open orders above `after` that are in a state, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn open_in_state(
    tx: &mut dyn Tx,
    state: State,
    after: OrderId,
    limit: i64,
) -> Result<Vec<OrderId>, DbError> {
    let page = [state.name().into(), after.0.into(), limit.into()];
    tx.rows(&OPEN_IN_STATE, &page, |row| row.int(0).map(OrderId))
}

/// How many open orders are in a state.
///
/// # Errors
/// [`DbError`].
pub fn count_in_state(tx: &mut dyn Tx, state: State) -> Result<i64, DbError> {
    Ok(tx.row(&COUNT_IN_STATE, &[state.name().into()], |row| row.int(0))?.unwrap_or(0))
}
