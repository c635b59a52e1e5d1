//! Change sets: all that each list of a provider came to.

use super::{named, opt_string, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::offers::SetState;
use domain::{ChangeSetId, ProviderId, Timestamp};

macro_rules! columns {
    () => {
        "id, provider_id, state, actor, offers, broken, fresh, applied, waiting, began_us, \
         changed_us, undone_by, undone_us"
    };
}

crate::statements! {
    INSERT_SET = concat!("insert into change_set (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    UPDATE_SET = "update change_set set state = ?3, fresh = ?4, applied = ?5, waiting = ?6, \
        changed_us = ?7, undone_by = ?8, undone_us = ?9 where id = ?1 and state = ?2";
    DELETE_SET = "delete from change_set where id = ?1 and state = 'writing'";
    SET = concat!("select ", columns!(), " from change_set where id = ?1");
    SET_LOCKED = concat!("select ", columns!(), " from change_set where id = ?1 /*lock*/");
    WRITING = concat!("select ", columns!(), " from change_set \
        where provider_id = ?1 and state = 'writing' order by id");
    SETS = concat!("select ", columns!(), " from change_set where id < ?1 order by id desc limit ?2");
    SETS_OF = concat!("select ", columns!(), " from change_set where provider_id = ?1 and id < ?2 \
        order by id desc limit ?3");
}

/// All that a list came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its id.
    pub id: ChangeSetId,
    /// Whose list.
    pub provider: ProviderId,
    /// How far it is written.
    pub state: SetState,
    /// Who asked for the list.
    pub actor: String,
    /// Offers in the list.
    pub offers: i64,
    /// Entries of the list that could not be read.
    pub broken: i64,
    /// Offers that were not known before.
    pub fresh: i64,
    /// Items that were taken over as the rules say, when it was written.
    pub applied: i64,
    /// Items that waited for a person, when it was written.
    pub waiting: i64,
    /// When it began.
    pub began: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// Who has last taken it back, and when.
    pub undone: Option<(String, Timestamp)>,
}

fn decode(row: &dyn Row) -> Result<ChangeSet, DbError> {
    Ok(ChangeSet {
        id: ChangeSetId(row.int(0)?),
        provider: ProviderId(row.int(1)?),
        state: named(row, 2, SetState::from_name)?,
        actor: row.text(3)?.to_owned(),
        offers: row.int(4)?,
        broken: row.int(5)?,
        fresh: row.int(6)?,
        applied: row.int(7)?,
        waiting: row.int(8)?,
        began: time(row, 9)?,
        changed: time(row, 10)?,
        undone: opt_string(row, 11)?.zip(opt_time(row, 12)?),
    })
}

/// Writes a new set.
///
/// # Errors
/// [`DbError`].
pub fn insert_set(tx: &mut dyn Tx, set: &ChangeSet) -> Result<(), DbError> {
    let params: [Val<'_>; 13] = [
        set.id.0.into(),
        set.provider.0.into(),
        set.state.name().into(),
        set.actor.as_str().into(),
        set.offers.into(),
        set.broken.into(),
        set.fresh.into(),
        set.applied.into(),
        set.waiting.into(),
        set.began.0.into(),
        set.changed.0.into(),
        set.undone.as_ref().map(|(by, _)| by.as_str()).into(),
        set.undone.as_ref().map(|(_, at)| at.0).into(),
    ];
    tx.exec_exactly(&INSERT_SET, 13, &params, 1)
}

/// Writes a changed set, guarded by the state it was in.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update_set(tx: &mut dyn Tx, before: SetState, after: &ChangeSet) -> Result<(), DbError> {
    let params: [Val<'_>; 9] = [
        after.id.0.into(),
        before.name().into(),
        after.state.name().into(),
        after.fresh.into(),
        after.applied.into(),
        after.waiting.into(),
        after.changed.0.into(),
        after.undone.as_ref().map(|(by, _)| by.as_str()).into(),
        after.undone.as_ref().map(|(_, at)| at.0).into(),
    ];
    tx.exec_exactly(&UPDATE_SET, 9, &params, 1)
}

/// Forgets a set that is being written: nothing came of the list.
///
/// # Errors
/// [`DbError`], also when it is not being written any more.
pub fn delete_set(tx: &mut dyn Tx, id: ChangeSetId) -> Result<(), DbError> {
    tx.exec_exactly(&DELETE_SET, 1, &[id.0.into()], 1)
}

/// A set.
///
/// # Errors
/// [`DbError`].
pub fn set(tx: &mut dyn Tx, id: ChangeSetId) -> Result<Option<ChangeSet>, DbError> {
    tx.row(&SET, &[id.0.into()], decode)
}

/// A set that nobody else changes before the unit ends.
///
/// # Errors
/// [`DbError`].
pub fn lock_set(tx: &mut dyn Tx, id: ChangeSetId) -> Result<Option<ChangeSet>, DbError> {
    tx.row(&SET_LOCKED, &[id.0.into()], decode)
}

/// The sets of a provider that are being written: one at most.
///
/// # Errors
/// [`DbError`].
pub fn writing(tx: &mut dyn Tx, provider: ProviderId) -> Result<Vec<ChangeSet>, DbError> {
    tx.rows(&WRITING, &[provider.0.into()], decode)
}

/// Up to `limit` sets below `before`, of one provider or of all, newest first.
///
/// # Errors
/// [`DbError`].
pub fn sets(
    tx: &mut dyn Tx,
    provider: Option<ProviderId>,
    before: ChangeSetId,
    limit: i64,
) -> Result<Vec<ChangeSet>, DbError> {
    match provider {
        Some(id) => tx.rows(&SETS_OF, &[id.0.into(), before.0.into(), limit.into()], decode),
        None => tx.rows(&SETS, &[before.0.into(), limit.into()], decode),
    }
}
