//! Orders that were written off, and the entries of the ambiguity expense.

use super::{micros, named, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::{AmbiguityEntry, AmbiguityKind, WriteOff, WriteOffState};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, Timestamp};

macro_rules! columns {
    () => {
        "attempt_id, order_id, account_id, provider_id, state, refunded, risk, cost, day, drawn, \
         budget, opened_us, changed_us"
    };
}

crate::statements! {
    OF_ATTEMPT = concat!("select ", columns!(), " from write_off where attempt_id = ?1");
    AFTER = concat!("select ", columns!(), " from write_off where attempt_id > ?1 \
        order by attempt_id limit ?2");
    BEFORE = concat!("select ", columns!(), " from write_off where attempt_id < ?1 \
        order by attempt_id desc limit ?2");
    OPEN_BEFORE = concat!("select ", columns!(), " from write_off where attempt_id < ?1 \
        and state = 'open' order by attempt_id desc limit ?2");
    DRAWN = "select cast(coalesce(max(drawn), 0) as bigint) from write_off where day = ?1";
    INSERT = concat!("insert into write_off (", columns!(), ") values (?1, ?2, ?3, ?4, ?5, ?6, ?7, \
        ?8, ?9, ?10, ?11, ?12, ?13)");
    UPDATE = "update write_off set state = ?3, cost = ?4, changed_us = ?5 \
        where attempt_id = ?1 and state = ?2";
    BOOK = "insert into ambiguity_entry (id, attempt_id, kind, amount, at_us) \
        values (?1, ?2, ?3, ?4, ?5)";
    ENTRIES = "select id, attempt_id, kind, amount, at_us from ambiguity_entry \
        where attempt_id = ?1 order by id";
    EXPENSE = "select cast(coalesce(sum(amount), 0) as bigint) from ambiguity_entry";
    COSTS = "select w.attempt_id, w.cost, cast(coalesce((select sum(e.amount) from ambiguity_entry e \
        where e.attempt_id = w.attempt_id), 0) as bigint) from write_off w where w.attempt_id > ?1 \
        order by w.attempt_id limit ?2";
}

/// An entry of the ambiguity expense, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: i64,
    /// For which attempt.
    pub attempt: AttemptId,
    /// What it is, and how the expense moved.
    pub entry: AmbiguityEntry,
    /// When.
    pub at: Timestamp,
}

fn decode(row: &dyn Row) -> Result<WriteOff, DbError> {
    Ok(WriteOff {
        attempt: AttemptId(row.int(0)?),
        order: OrderId(row.int(1)?),
        account: AccountId(row.int(2)?),
        provider: ProviderId(row.int(3)?),
        state: named(row, 4, WriteOffState::from_name)?,
        refunded: micros(row, 5)?,
        risk: micros(row, 6)?,
        cost: micros(row, 7)?,
        day: row.int(8)?,
        drawn: micros(row, 9)?,
        budget: micros(row, 10)?,
        opened: time(row, 11)?,
        changed: time(row, 12)?,
    })
}

/// What was written off under an attempt.
///
/// # Errors
/// [`DbError`].
pub fn of_attempt(tx: &mut dyn Tx, attempt: AttemptId) -> Result<Option<WriteOff>, DbError> {
    tx.row(&OF_ATTEMPT, &[attempt.0.into()], decode)
}

/// Up to `limit` orders that were written off, of attempts above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn after(tx: &mut dyn Tx, after: AttemptId, limit: i64) -> Result<Vec<WriteOff>, DbError> {
    tx.rows(&AFTER, &[after.0.into(), limit.into()], decode)
}

/// Up to `limit` of attempts below `before`, newest first; those of which nobody can tell yet, or all.
///
/// # Errors
/// [`DbError`].
pub fn before(
    tx: &mut dyn Tx,
    open: bool,
    before: AttemptId,
    limit: i64,
) -> Result<Vec<WriteOff>, DbError> {
    let statement = if open { &OPEN_BEFORE } else { &BEFORE };
    tx.rows(statement, &[before.0.into(), limit.into()], decode)
}

/// What was drawn on the budget of a day.
///
/// # Errors
/// [`DbError`].
pub fn drawn(tx: &mut dyn Tx, day: i64) -> Result<Micros, DbError> {
    let drawn = tx.row(&DRAWN, &[day.into()], |row| micros(row, 0))?;
    Ok(drawn.unwrap_or(Micros::ZERO))
}

/// Writes an order that is written off.
///
/// # Errors
/// [`DbError`], also when the order was written off before.
pub fn insert(tx: &mut dyn Tx, item: &WriteOff) -> Result<(), DbError> {
    let params: [Val<'_>; 13] = [
        item.attempt.0.into(),
        item.order.0.into(),
        item.account.0.into(),
        item.provider.0.into(),
        item.state.name().into(),
        item.refunded.raw().into(),
        item.risk.raw().into(),
        item.cost.raw().into(),
        item.day.into(),
        item.drawn.raw().into(),
        item.budget.raw().into(),
        item.opened.0.into(),
        item.changed.0.into(),
    ];
    tx.exec_exactly(&INSERT, 13, &params, 1)
}

/// Writes what became known of one, guarded by the state that was known `before`.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update(tx: &mut dyn Tx, before: WriteOffState, item: &WriteOff) -> Result<(), DbError> {
    let params: [Val<'_>; 5] = [
        item.attempt.0.into(),
        before.name().into(),
        item.state.name().into(),
        item.cost.raw().into(),
        item.changed.0.into(),
    ];
    tx.exec_exactly(&UPDATE, 5, &params, 1)
}

/// Books an entry of the ambiguity expense.
///
/// # Errors
/// [`DbError`].
pub fn book(
    tx: &mut dyn Tx,
    attempt: AttemptId,
    entry: AmbiguityEntry,
    at: Timestamp,
) -> Result<(), DbError> {
    let id = tx.take_id("ambiguity_entry")?;
    let params: [Val<'_>; 5] = [
        id.into(),
        attempt.0.into(),
        entry.kind.name().into(),
        entry.amount.raw().into(),
        at.0.into(),
    ];
    tx.exec_exactly(&BOOK, 5, &params, 1)
}

/// The entries of an attempt, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn entries(tx: &mut dyn Tx, attempt: AttemptId) -> Result<Vec<Entry>, DbError> {
    tx.rows(&ENTRIES, &[attempt.0.into()], |row| {
        let kind = named(row, 2, AmbiguityKind::from_name)?;
        Ok(Entry {
            id: row.int(0)?,
            attempt: AttemptId(row.int(1)?),
            entry: AmbiguityEntry { kind, amount: micros(row, 3)? },
            at: time(row, 4)?,
        })
    })
}

/// The ambiguity expense: the sum of its entries.
///
/// # Errors
/// [`DbError`].
pub fn expense(tx: &mut dyn Tx) -> Result<Micros, DbError> {
    Ok(tx.row(&EXPENSE, &[], |row| micros(row, 0))?.unwrap_or(Micros::ZERO))
}

/// Of up to `limit` orders that were written off, of attempts above `after`: what each has cost, and
/// what its entries sum to.
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
