//! Refills and cancels.

use super::{named, opt_string, time};
use crate::{DbError, Row, Tx, TxExt};
use domain::requests::{CancelState, RefillState};
use domain::{AccountId, CancelId, ExecutorId, OrderId, RefillId, Timestamp};

/// A refill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refill {
    /// Its id.
    pub id: RefillId,
    /// Who asked.
    pub account: AccountId,
    /// For which order.
    pub order: OrderId,
    /// Where it stands.
    pub state: RefillState,
    /// What was noted when it was decided; while it waits, what its provider says that puts it off.
    pub note: Option<String>,
    /// When it was asked.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

/// A cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// Its id.
    pub id: CancelId,
    /// Who asked.
    pub account: AccountId,
    /// For which order.
    pub order: OrderId,
    /// Where it stands.
    pub state: CancelState,
    /// What was noted when it was decided; while it waits, what its provider says that puts it off.
    pub note: Option<String>,
    /// When it was asked.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

macro_rules! columns {
    () => {
        "id, account_id, order_id, state, note, created_us, changed_us"
    };
}

crate::statements! {
    INSERT_REFILL = concat!("insert into refill (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    UPDATE_REFILL = "update refill set state = ?3, note = ?4, changed_us = ?5 \
        where id = ?1 and state = ?2";
    REFILL = concat!("select ", columns!(), " from refill where id = ?1");
    LAST_REFILL = concat!("select ", columns!(), " from refill where order_id = ?1 \
        order by id desc limit 1");
    OPEN_REFILLS = concat!("select ", columns!(), " from refill \
        where state in ('pending', 'in_progress') order by id limit ?1");
    REFILLS_BEFORE = concat!("select ", columns!(), " from refill where id < ?1 \
        order by id desc limit ?2");
    REFILLS_OF_EXECUTOR = "select r.id, r.account_id, r.order_id, r.state, r.note, r.created_us, \
        r.changed_us from refill r join order_lease l on l.order_id = r.order_id \
        and l.executor_id = ?1 and l.state = 'done' where r.state = ?2 and r.id > ?3 \
        order by r.id limit ?4";
    CANCELS_OF_EXECUTOR = "select c.id, c.account_id, c.order_id, c.state, c.note, c.created_us, \
        c.changed_us from cancel c join order_lease l on l.order_id = c.order_id \
        and l.executor_id = ?1 and (l.state = 'live' or l.state = 'expired') \
        where c.state = 'requested' and c.id > ?2 order by c.id limit ?3";
    INSERT_CANCEL = concat!("insert into cancel (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    UPDATE_CANCEL = "update cancel set state = ?3, note = ?4, changed_us = ?5 \
        where id = ?1 and state = ?2";
    CANCEL = concat!("select ", columns!(), " from cancel where id = ?1");
    CANCELS_OF_ORDER = concat!("select ", columns!(), " from cancel where order_id = ?1 \
        order by id");
    OPEN_CANCELS = concat!("select ", columns!(), " from cancel where state = 'requested' \
        order by id limit ?1");
    CANCELS_BEFORE = concat!("select ", columns!(), " from cancel where id < ?1 \
        order by id desc limit ?2");
}

fn decode_refill(row: &dyn Row) -> Result<Refill, DbError> {
    Ok(Refill {
        id: RefillId(row.int(0)?),
        account: AccountId(row.int(1)?),
        order: OrderId(row.int(2)?),
        state: named(row, 3, RefillState::from_name)?,
        note: opt_string(row, 4)?,
        created: time(row, 5)?,
        changed: time(row, 6)?,
    })
}

fn decode_cancel(row: &dyn Row) -> Result<Cancel, DbError> {
    Ok(Cancel {
        id: CancelId(row.int(0)?),
        account: AccountId(row.int(1)?),
        order: OrderId(row.int(2)?),
        state: named(row, 3, CancelState::from_name)?,
        note: opt_string(row, 4)?,
        created: time(row, 5)?,
        changed: time(row, 6)?,
    })
}

/// Writes a new refill.
///
/// # Errors
/// [`DbError`].
pub fn insert_refill(tx: &mut dyn Tx, refill: &Refill) -> Result<(), DbError> {
    let params = [
        refill.id.0.into(),
        refill.account.0.into(),
        refill.order.0.into(),
        refill.state.name().into(),
        refill.note.as_deref().into(),
        refill.created.0.into(),
        refill.changed.0.into(),
    ];
    tx.exec_exactly(&INSERT_REFILL, 7, &params, 1)
}

/// Writes a changed refill, guarded by the state it was in.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update_refill(tx: &mut dyn Tx, before: RefillState, after: &Refill) -> Result<(), DbError> {
    let params = [
        after.id.0.into(),
        before.name().into(),
        after.state.name().into(),
        after.note.as_deref().into(),
        after.changed.0.into(),
    ];
    tx.exec_exactly(&UPDATE_REFILL, 5, &params, 1)
}

/// One refill, whoever asked.
///
/// # Errors
/// [`DbError`].
pub fn refill(tx: &mut dyn Tx, id: RefillId) -> Result<Option<Refill>, DbError> {
    tx.row(&REFILL, &[id.0.into()], decode_refill)
}

/// The latest refill of an order.
///
/// # Errors
/// [`DbError`].
pub fn last_refill(tx: &mut dyn Tx, order: OrderId) -> Result<Option<Refill>, DbError> {
    tx.row(&LAST_REFILL, &[order.0.into()], decode_refill)
}

/// Up to `limit` open refills, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn open_refills(tx: &mut dyn Tx, limit: i64) -> Result<Vec<Refill>, DbError> {
    tx.rows(&OPEN_REFILLS, &[limit.into()], decode_refill)
}

/// Up to `limit` refills below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn refills_before(
    tx: &mut dyn Tx,
    before: RefillId,
    limit: i64,
) -> Result<Vec<Refill>, DbError> {
    tx.rows(&REFILLS_BEFORE, &[before.0.into(), limit.into()], decode_refill)
}

/// Writes a new cancel.
///
/// # Errors
/// [`DbError`].
pub fn insert_cancel(tx: &mut dyn Tx, cancel: &Cancel) -> Result<(), DbError> {
    let params = [
        cancel.id.0.into(),
        cancel.account.0.into(),
        cancel.order.0.into(),
        cancel.state.name().into(),
        cancel.note.as_deref().into(),
        cancel.created.0.into(),
        cancel.changed.0.into(),
    ];
    tx.exec_exactly(&INSERT_CANCEL, 7, &params, 1)
}

/// Writes a changed cancel, guarded by the state it was in.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update_cancel(tx: &mut dyn Tx, before: CancelState, after: &Cancel) -> Result<(), DbError> {
    let params = [
        after.id.0.into(),
        before.name().into(),
        after.state.name().into(),
        after.note.as_deref().into(),
        after.changed.0.into(),
    ];
    tx.exec_exactly(&UPDATE_CANCEL, 5, &params, 1)
}

/// One cancel.
///
/// # Errors
/// [`DbError`].
pub fn cancel(tx: &mut dyn Tx, id: CancelId) -> Result<Option<Cancel>, DbError> {
    tx.row(&CANCEL, &[id.0.into()], decode_cancel)
}

/// The cancels of an order, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn cancels_of_order(tx: &mut dyn Tx, order: OrderId) -> Result<Vec<Cancel>, DbError> {
    tx.rows(&CANCELS_OF_ORDER, &[order.0.into()], decode_cancel)
}

/// Up to `limit` open cancels, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn open_cancels(tx: &mut dyn Tx, limit: i64) -> Result<Vec<Cancel>, DbError> {
    tx.rows(&OPEN_CANCELS, &[limit.into()], decode_cancel)
}

/// Up to `limit` cancels below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn cancels_before(
    tx: &mut dyn Tx,
    before: CancelId,
    limit: i64,
) -> Result<Vec<Cancel>, DbError> {
    tx.rows(&CANCELS_BEFORE, &[before.0.into(), limit.into()], decode_cancel)
}

/// Up to `limit` refills above `after` in a state, of orders that an executor has delivered, oldest
/// first.
///
/// # Errors
/// [`DbError`].
pub fn refills_of_executor(
    tx: &mut dyn Tx,
    executor: ExecutorId,
    state: RefillState,
    after: RefillId,
    limit: i64,
) -> Result<Vec<Refill>, DbError> {
    let params = [executor.0.into(), state.name().into(), after.0.into(), limit.into()];
    tx.rows(&REFILLS_OF_EXECUTOR, &params, decode_refill)
}

/// Up to `limit` open cancels above `after` of orders that an executor has, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn cancels_of_executor(
    tx: &mut dyn Tx,
    executor: ExecutorId,
    after: CancelId,
    limit: i64,
) -> Result<Vec<Cancel>, DbError> {
    let params = [executor.0.into(), after.0.into(), limit.into()];
    tx.rows(&CANCELS_OF_EXECUTOR, &params, decode_cancel)
}
