//! API keys, stored as keyed hashes, and what was spent with them today.

use super::{meta, micros, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::access::{KeyRules, Networks, Scopes};
use domain::{AccountId, KeyId, Micros, Timestamp};

/// A key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its last characters, to recognise it by; empty when they are not known.
    pub hint: String,
    /// What it may do.
    pub rules: KeyRules,
    /// The key under whose id is counted what it spends: its own, or the one whose place it took.
    pub root: KeyId,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The key used.
    pub key: KeyId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Whether the account is suspended.
    pub suspended: bool,
    /// Whether requests that change something may come by GET.
    pub get_writes: bool,
    /// What the key may do.
    pub rules: KeyRules,
}

/// What a capped key may still spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The key.
    pub key: KeyId,
    /// The key under whose id it is counted.
    pub root: KeyId,
    /// What may be spent in a day.
    pub cap: Micros,
    /// What was spent in the day that was asked for.
    pub spent: Micros,
}

macro_rules! columns {
    () => {
        "id, account_id, name, hint, scopes, allow, daily_cap, expires_us, \
         coalesce(root_id, id), created_us, last_used_us, revoked_us"
    };
}

crate::statements! {
    PRINCIPAL = "select k.id, a.id, a.status, a.get_writes, k.scopes, k.allow, k.daily_cap, \
        k.expires_us from api_key k join account a on a.id = k.account_id \
        where k.hash = ?1 and k.revoked_us is null";
    PRINCIPAL_BY_ID = "select k.id, a.id, a.status, a.get_writes, k.scopes, k.allow, k.daily_cap, \
        k.expires_us from api_key k join account a on a.id = k.account_id \
        where k.id = ?1 and k.revoked_us is null";
    OF_ACCOUNT = concat!("select ", columns!(), " from api_key where account_id = ?1 order by id");
    BY_ID = concat!("select ", columns!(), " from api_key where id = ?1");
    BY_HASH = concat!("select ", columns!(), " from api_key where hash = ?1");
    INSERT = "insert into api_key (id, account_id, name, hash, hint, created_us, scopes, allow, \
        daily_cap, expires_us, root_id) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE = "update api_key set name = ?2, scopes = ?3, allow = ?4, daily_cap = ?5, \
        expires_us = ?6 where id = ?1";
    REVOKE = "update api_key set revoked_us = ?2 where id = ?1 and revoked_us is null";
    USED = "update api_key set last_used_us = ?2 where id = ?1 \
        and (last_used_us is null or last_used_us < ?2)";
    SPEND = "select k.id, coalesce(k.root_id, k.id), k.daily_cap, coalesce(s.spent, 0) \
        from api_key k left join key_spend s on s.key_id = coalesce(k.root_id, k.id) \
        and s.day = ?2 where k.id = ?1 and k.daily_cap is not null";
    PUT_SPEND = "insert into key_spend (key_id, day, spent) values (?1, ?2, ?3) \
        on conflict (key_id, day) do update set spent = excluded.spent";
    OLD_SPENDS = "select key_id, day from key_spend where day < ?1 order by day, key_id limit ?2";
    DELETE_SPEND = "delete from key_spend where key_id = ?1 and day = ?2";
}

/// The rules of a key in four columns from `first`.
fn rules(row: &dyn Row, first: usize) -> Result<KeyRules, DbError> {
    let column = |place: usize| first.saturating_add(place);
    let wrong = |error: domain::access::AccessError| row.error(&error.to_string());
    Ok(KeyRules {
        scopes: Scopes::parse(row.text(first)?).map_err(wrong)?,
        allow: Networks::parse(row.text(column(1))?).map_err(wrong)?,
        daily_cap: row.opt_int(column(2))?.map(Micros::new),
        expires: opt_time(row, column(3))?,
    })
}

fn decode(row: &dyn Row) -> Result<Key, DbError> {
    Ok(Key {
        id: KeyId(row.int(0)?),
        account: AccountId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        hint: row.text(3)?.to_owned(),
        rules: rules(row, 4)?,
        root: KeyId(row.int(8)?),
        created: time(row, 9)?,
        last_used: opt_time(row, 10)?,
        revoked: opt_time(row, 11)?,
    })
}

fn decode_principal(row: &dyn Row) -> Result<Principal, DbError> {
    Ok(Principal {
        key: KeyId(row.int(0)?),
        account: AccountId(row.int(1)?),
        suspended: row.text(2)? != "active",
        get_writes: super::flag(row, 3)?,
        rules: rules(row, 4)?,
    })
}

/// Who uses the key of `hash`; nothing when there is no such key or it was revoked. Whether its
/// rules admit the request is for the caller to see.
///
/// # Errors
/// [`DbError`].
pub fn principal(tx: &mut dyn Tx, hash: &[u8]) -> Result<Option<Principal>, DbError> {
    tx.row(&PRINCIPAL, &[hash.into()], decode_principal)
}

/// Who uses the keys of these ids, as far as they were not revoked.
///
/// # Errors
/// [`DbError`].
pub fn principals(tx: &mut dyn Tx, ids: &[KeyId]) -> Result<Vec<Principal>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&PRINCIPAL_BY_ID, 1, &params, decode_principal)
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

/// The key of a hash, also a revoked one.
///
/// # Errors
/// [`DbError`].
pub fn by_hash(tx: &mut dyn Tx, hash: &[u8]) -> Result<Option<Key>, DbError> {
    tx.row(&BY_HASH, &[hash.into()], decode)
}

/// Stores a key under its keyed hash.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, key: &Key, hash: &[u8]) -> Result<(), DbError> {
    let (scopes, allow) = (key.rules.scopes.to_string(), key.rules.allow.to_string());
    let params = [
        key.id.0.into(),
        key.account.0.into(),
        key.name.as_str().into(),
        hash.into(),
        key.hint.as_str().into(),
        key.created.0.into(),
        scopes.as_str().into(),
        allow.as_str().into(),
        key.rules.daily_cap.map(Micros::raw).into(),
        key.rules.expires.map(|expires| expires.0).into(),
        (key.root != key.id).then_some(key.root.0).into(),
    ];
    tx.exec_exactly(&INSERT, 11, &params, 1)
}

/// Writes the name and the rules of a key.
///
/// # Errors
/// [`DbError`].
pub fn update(tx: &mut dyn Tx, key: &Key) -> Result<(), DbError> {
    let (scopes, allow) = (key.rules.scopes.to_string(), key.rules.allow.to_string());
    let params = [
        key.id.0.into(),
        key.name.as_str().into(),
        scopes.as_str().into(),
        allow.as_str().into(),
        key.rules.daily_cap.map(Micros::raw).into(),
        key.rules.expires.map(|expires| expires.0).into(),
    ];
    meta::bump_access_epoch(tx)?;
    tx.exec_exactly(&UPDATE, 6, &params, 1)
}

/// Revokes a key; false when it was revoked before.
///
/// # Errors
/// [`DbError`].
pub fn revoke(tx: &mut dyn Tx, id: KeyId, now: Timestamp) -> Result<bool, DbError> {
    meta::bump_access_epoch(tx)?;
    Ok(tx.exec(&REVOKE, &[id.0.into(), now.0.into()])? > 0)
}

/// Notes when keys were last used, where that is later than what is known.
///
/// # Errors
/// [`DbError`].
pub fn used(tx: &mut dyn Tx, uses: &[(KeyId, Timestamp)]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> =
        uses.iter().flat_map(|(key, at)| [Val::Int(key.0), Val::Int(at.0)]).collect();
    tx.exec_many(&USED, 2, &params).map(drop)
}

/// What those of the keys that have a cap spent in `day`.
///
/// # Errors
/// [`DbError`].
pub fn spends(tx: &mut dyn Tx, ids: &[KeyId], day: i64) -> Result<Vec<Spend>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().flat_map(|id| [Val::Int(id.0), Val::Int(day)]).collect();
    tx.rows_many(&SPEND, 2, &params, |row| {
        let (key, root) = (KeyId(row.int(0)?), KeyId(row.int(1)?));
        Ok(Spend { key, root, cap: micros(row, 2)?, spent: micros(row, 3)? })
    })
}

/// Writes what was spent in `day`, by the key it is counted under.
///
/// # Errors
/// [`DbError`].
pub fn put_spends(tx: &mut dyn Tx, day: i64, spent: &[(KeyId, Micros)]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = spent
        .iter()
        .flat_map(|(root, spent)| [Val::Int(root.0), Val::Int(day), Val::Int(spent.raw())])
        .collect();
    tx.exec_exactly(&PUT_SPEND, 3, &params, spent.len())
}

/// Forgets up to `limit` sums of days before `day`; returns how many.
///
/// # Errors
/// [`DbError`].
pub fn forget_spends(tx: &mut dyn Tx, day: i64, limit: i64) -> Result<u64, DbError> {
    let old =
        tx.rows(&OLD_SPENDS, &[day.into(), limit.into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
    let params: Vec<Val<'_>> =
        old.iter().flat_map(|(key, day)| [Val::Int(*key), Val::Int(*day)]).collect();
    if params.is_empty() { Ok(0) } else { tx.exec_many(&DELETE_SPEND, 2, &params) }
}
