//! Keys of executors, stored as keyed hashes.

use super::{opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::access::{KeyRules, Networks};
use domain::{ExecutorId, ExecutorKeyId, Timestamp};

/// A key of an executor, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutorKey {
    /// Its id.
    pub id: ExecutorKeyId,
    /// Whose it is.
    pub executor: ExecutorId,
    /// Its name.
    pub name: String,
    /// Its last characters, to recognise it by.
    pub hint: String,
    /// From where it may be used, and until when. It has no scopes and no cap.
    pub rules: KeyRules,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, executor_id, name, hint, allow, expires_us, created_us, last_used_us, revoked_us"
    };
}

crate::statements! {
    EXECUTOR_KEY_BY_HASH = concat!("select ", columns!(), " from executor_key where hash = ?1");
    EXECUTOR_KEY = concat!("select ", columns!(), " from executor_key where id = ?1");
    KEYS_OF_EXECUTOR = concat!("select ", columns!(), " from executor_key where executor_id = ?1 \
        order by id");
    ADD_EXECUTOR_KEY = "insert into executor_key (id, executor_id, name, hash, hint, allow, \
        expires_us, created_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    CHANGE_EXECUTOR_KEY = "update executor_key set name = ?2, allow = ?3, expires_us = ?4 \
        where id = ?1";
    REVOKE_EXECUTOR_KEY = "update executor_key set revoked_us = ?2 \
        where id = ?1 and revoked_us is null";
    EXECUTOR_KEY_USED = "update executor_key set last_used_us = ?2 where id = ?1 \
        and (last_used_us is null or last_used_us < ?2)";
}

fn decode(row: &dyn Row) -> Result<ExecutorKey, DbError> {
    let allow = Networks::parse(row.text(4)?).map_err(|error| row.error(&error.to_string()))?;
    Ok(ExecutorKey {
        id: ExecutorKeyId(row.int(0)?),
        executor: ExecutorId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        hint: row.text(3)?.to_owned(),
        rules: KeyRules { allow, expires: opt_time(row, 5)?, ..KeyRules::default() },
        created: time(row, 6)?,
        last_used: opt_time(row, 7)?,
        revoked: opt_time(row, 8)?,
    })
}

/// The key of a hash, also a revoked one.
///
/// # Errors
/// [`DbError`].
pub fn by_hash(tx: &mut dyn Tx, hash: &[u8]) -> Result<Option<ExecutorKey>, DbError> {
    tx.row(&EXECUTOR_KEY_BY_HASH, &[hash.into()], decode)
}

/// One key.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: ExecutorKeyId) -> Result<Option<ExecutorKey>, DbError> {
    tx.row(&EXECUTOR_KEY, &[id.0.into()], decode)
}

/// The keys of an executor, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_executor(tx: &mut dyn Tx, executor: ExecutorId) -> Result<Vec<ExecutorKey>, DbError> {
    tx.rows(&KEYS_OF_EXECUTOR, &[executor.0.into()], decode)
}

/// Stores a key under its keyed hash.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, key: &ExecutorKey, hash: &[u8]) -> Result<(), DbError> {
    let allow = key.rules.allow.to_string();
    let params = [
        key.id.0.into(),
        key.executor.0.into(),
        key.name.as_str().into(),
        hash.into(),
        key.hint.as_str().into(),
        allow.as_str().into(),
        key.rules.expires.map(|expires| expires.0).into(),
        key.created.0.into(),
    ];
    tx.exec_exactly(&ADD_EXECUTOR_KEY, 8, &params, 1)
}

/// Writes the name and the rules of a key.
///
/// # Errors
/// [`DbError`], also when it is not there.
pub fn update(tx: &mut dyn Tx, key: &ExecutorKey) -> Result<(), DbError> {
    let allow = key.rules.allow.to_string();
    let params = [
        key.id.0.into(),
        key.name.as_str().into(),
        allow.as_str().into(),
        key.rules.expires.map(|expires| expires.0).into(),
    ];
    tx.exec_exactly(&CHANGE_EXECUTOR_KEY, 4, &params, 1)
}

/// Revokes a key.
///
/// # Errors
/// [`DbError`], also when it was revoked before.
pub fn revoke(tx: &mut dyn Tx, id: ExecutorKeyId, now: Timestamp) -> Result<(), DbError> {
    tx.exec_exactly(&REVOKE_EXECUTOR_KEY, 2, &[id.0.into(), now.0.into()], 1)
}

/// Notes when keys were last used, where that is later than what is known.
///
/// # Errors
/// [`DbError`].
pub fn used(tx: &mut dyn Tx, uses: &[(ExecutorKeyId, Timestamp)]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> =
        uses.iter().flat_map(|(key, at)| [Val::Int(key.0), Val::Int(at.0)]).collect();
    tx.exec_many(&EXECUTOR_KEY_USED, 2, &params).map(drop)
}
