//! API keys, stored as keyed hashes.

use super::{opt_time, time};
use crate::{DbError, Row, Tx, TxExt};
use domain::{AccountId, KeyId, Timestamp};

/// A key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its last characters, to recognise it by.
    pub hint: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// A key to be stored.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// Its name.
    pub name: &'a str,
    /// Its keyed hash.
    pub hash: &'a [u8],
    /// Its last characters.
    pub hint: &'a str,
    /// When it was made.
    pub created: Timestamp,
}

/// Who a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The key used.
    pub key: KeyId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Whether the account is suspended.
    pub suspended: bool,
    /// Whether requests that change something may come by GET.
    pub get_writes: bool,
}

crate::statements! {
    PRINCIPAL = "select k.id, a.id, a.status, a.get_writes from api_key k \
        join account a on a.id = k.account_id where k.hash = ?1 and k.revoked_us is null";
    OF_ACCOUNT = "select id, account_id, name, hint, created_us, revoked_us from api_key \
        where account_id = ?1 order by id";
    BY_ID = "select id, account_id, name, hint, created_us, revoked_us from api_key where id = ?1";
    INSERT = "insert into api_key (id, account_id, name, hash, hint, created_us) \
        values (?1, ?2, ?3, ?4, ?5, ?6)";
    REVOKE = "update api_key set revoked_us = ?2 where id = ?1 and revoked_us is null";
}

fn decode(row: &dyn Row) -> Result<Key, DbError> {
    Ok(Key {
        id: KeyId(row.int(0)?),
        account: AccountId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        hint: row.text(3)?.to_owned(),
        created: time(row, 4)?,
        revoked: opt_time(row, 5)?,
    })
}

/// Who uses the key of `hash`; nothing when there is no such key or it was revoked.
///
/// # Errors
/// [`DbError`].
pub fn principal(tx: &mut dyn Tx, hash: &[u8]) -> Result<Option<Principal>, DbError> {
    tx.row(&PRINCIPAL, &[hash.into()], |row| {
        Ok(Principal {
            key: KeyId(row.int(0)?),
            account: AccountId(row.int(1)?),
            suspended: row.text(2)? != "active",
            get_writes: super::flag(row, 3)?,
        })
    })
}

/// The keys of an account, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_account(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<Key>, DbError> {
    tx.rows(&OF_ACCOUNT, &[account.0.into()], decode)
}

/// One key.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: KeyId) -> Result<Option<Key>, DbError> {
    tx.row(&BY_ID, &[id.0.into()], decode)
}

/// Stores a key.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, key: &NewKey<'_>) -> Result<(), DbError> {
    let params = [
        key.id.0.into(),
        key.account.0.into(),
        key.name.into(),
        key.hash.into(),
        key.hint.into(),
        key.created.0.into(),
    ];
    tx.exec_exactly(&INSERT, 6, &params, 1)
}

/// Revokes a key; false when it was revoked before.
///
/// # Errors
/// [`DbError`].
pub fn revoke(tx: &mut dyn Tx, id: KeyId, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.exec(&REVOKE, &[id.0.into(), now.0.into()])? > 0)
}
