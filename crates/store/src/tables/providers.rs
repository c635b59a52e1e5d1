//! Providers, and what moved our balance there.

use super::stock::Sealed;
use super::{flag, joined, labels, micros, named, opt_string, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::{EntryKind, Provider, ProviderState};
use domain::{AttemptId, Micros, ProviderId, Timestamp};
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "id, name, url, state, currency, exchange, adds_at_once, adds_per_second, asks_per_second, \
         takes_request_id, balance_decimals, refusals, trust_reads, booked, reported, \
         reported_us, quiet_reads, created_us, restored_us, paused_for"
    };
}

crate::statements! {
    PROVIDERS = concat!("select ", columns!(), " from provider order by id");
    PROVIDER = concat!("select ", columns!(), " from provider where id = ?1");
    KEY = "select key_id, sealed from provider where id = ?1";
    KEYS_OTHER = "select id, key_id, sealed from provider where key_id <> ?1 order by id limit ?2";
    ADD_PROVIDER = concat!("insert into provider (", columns!(), ", key_id, sealed) values (?1, ?2, \
        ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
        ?22)");
    CHANGE_PROVIDER = "update provider set name = ?2, url = ?3, state = ?4, currency = ?5, \
        exchange = ?6, adds_at_once = ?7, adds_per_second = ?8, asks_per_second = ?9, \
        takes_request_id = ?10, balance_decimals = ?11, refusals = ?12, trust_reads = ?13, \
        paused_for = ?14 where id = ?1";
    REPORTED = "update provider set reported = ?2, reported_us = ?3, quiet_reads = ?4 where id = ?1";
    SET_KEY = "update provider set key_id = ?2, sealed = ?3 where id = ?1";
    RESEAL_KEY = "update provider set key_id = ?2, sealed = ?3 where id = ?1 and sealed = ?4";
    INSERT_ENTRY = "insert into provider_entry (id, provider_id, attempt_id, kind, amount, actor, \
        reason, at_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    BOOK = "update provider set booked = booked + ?2 where id = ?1";
    BY_HAND = "select cast(coalesce(sum(amount), 0) as bigint) from provider_entry \
        where provider_id = ?1 and actor is not null";
    ENTRIES_BEFORE = "select id, provider_id, attempt_id, kind, amount, actor, reason, at_us \
        from provider_entry where provider_id = ?1 and id < ?2 order by id desc limit ?3";
    BALANCES = "select p.id, p.booked, cast(coalesce((select sum(e.amount) from provider_entry e \
        where e.provider_id = p.id), 0) as bigint) from provider p order by p.id";
}

/// A movement of our balance at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id; given when it is written.
    pub id: i64,
    /// Where.
    pub provider: ProviderId,
    /// For which attempt; none for what staff book.
    pub attempt: Option<AttemptId>,
    /// What it is.
    pub kind: EntryKind,
    /// How the balance moved, in the provider's currency: below zero what it took.
    pub amount: Micros,
    /// Who booked it, when a person did.
    pub actor: Option<String>,
    /// Why, when somebody said.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

fn decode(row: &dyn Row) -> Result<Provider, DbError> {
    Ok(Provider {
        id: ProviderId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        url: row.text(2)?.to_owned(),
        state: named(row, 3, ProviderState::from_name)?,
        currency: row.text(4)?.to_owned(),
        exchange: micros(row, 5)?,
        adds_at_once: row.int(6)?,
        adds_per_second: row.int(7)?,
        asks_per_second: row.int(8)?,
        takes_request_id: flag(row, 9)?,
        balance_decimals: row.opt_int(10)?,
        refusals: labels(row.text(11)?),
        trust_reads: row.int(12)?,
        booked: micros(row, 13)?,
        reported: row.opt_int(14)?.map(Micros::new).zip(opt_time(row, 15)?),
        quiet_reads: row.int(16)?,
        created: time(row, 17)?,
        restored: opt_time(row, 18)?,
        paused_for: opt_string(row, 19)?,
    })
}

fn decode_entry(row: &dyn Row) -> Result<Entry, DbError> {
    Ok(Entry {
        id: row.int(0)?,
        provider: ProviderId(row.int(1)?),
        attempt: row.opt_int(2)?.map(AttemptId),
        kind: named(row, 3, EntryKind::from_name)?,
        amount: micros(row, 4)?,
        actor: opt_string(row, 5)?,
        reason: opt_string(row, 6)?,
        at: time(row, 7)?,
    })
}

/// Every provider, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn providers(tx: &mut dyn Tx) -> Result<Vec<Provider>, DbError> {
    tx.rows(&PROVIDERS, &[], decode)
}

/// A provider.
///
/// # Errors
/// [`DbError`].
pub fn provider(tx: &mut dyn Tx, id: ProviderId) -> Result<Option<Provider>, DbError> {
    tx.row(&PROVIDER, &[id.0.into()], decode)
}

/// The sealed key of our account there.
///
/// # Errors
/// [`DbError`].
pub fn key(tx: &mut dyn Tx, id: ProviderId) -> Result<Option<Sealed>, DbError> {
    tx.row(&KEY, &[id.0.into()], |row| {
        Ok(Sealed { key: row.int(0)?, bytes: row.blob(1)?.to_vec() })
    })
}

/// Up to `limit` keys that are sealed with another key of the ring than `key`.
///
/// # Errors
/// [`DbError`].
pub fn keys_sealed_otherwise(
    tx: &mut dyn Tx,
    key: i64,
    limit: i64,
) -> Result<Vec<(ProviderId, Sealed)>, DbError> {
    tx.rows(&KEYS_OTHER, &[key.into(), limit.into()], |row| {
        let sealed = Sealed { key: row.int(1)?, bytes: row.blob(2)?.to_vec() };
        Ok((ProviderId(row.int(0)?), sealed))
    })
}

/// Writes a new provider with its key. What it has booked is zero.
///
/// # Errors
/// [`DbError`].
pub fn add_provider(tx: &mut dyn Tx, provider: &Provider, key: &Sealed) -> Result<(), DbError> {
    let refusals = joined(&provider.refusals);
    let mut params = changing(provider, &refusals);
    params.extend([
        Val::Int(0),
        Val::Null,
        Val::Null,
        Val::Int(0),
        provider.created.0.into(),
        provider.restored.map(|since| since.0).into(),
        provider.paused_for.as_deref().into(),
        key.key.into(),
        key.bytes.as_slice().into(),
    ]);
    tx.exec_exactly(&ADD_PROVIDER, 22, &params, 1)
}

/// Writes what staff may change of a provider, and why it is paused.
///
/// # Errors
/// [`DbError`], also when it is not there.
pub fn change_provider(tx: &mut dyn Tx, provider: &Provider) -> Result<(), DbError> {
    let refusals = joined(&provider.refusals);
    let mut params = changing(provider, &refusals);
    params.push(provider.paused_for.as_deref().into());
    tx.exec_exactly(&CHANGE_PROVIDER, 14, &params, 1)
}

fn changing<'v>(provider: &'v Provider, refusals: &'v str) -> Vec<Val<'v>> {
    vec![
        Val::Int(provider.id.0),
        provider.name.as_str().into(),
        provider.url.as_str().into(),
        provider.state.name().into(),
        provider.currency.as_str().into(),
        provider.exchange.raw().into(),
        provider.adds_at_once.into(),
        provider.adds_per_second.into(),
        provider.asks_per_second.into(),
        provider.takes_request_id.into(),
        provider.balance_decimals.into(),
        refusals.into(),
        provider.trust_reads.into(),
    ]
}

/// Writes another key of a provider.
///
/// # Errors
/// [`DbError`], also when it is not there.
pub fn set_key(tx: &mut dyn Tx, id: ProviderId, key: &Sealed) -> Result<(), DbError> {
    let params = [id.0.into(), key.key.into(), key.bytes.as_slice().into()];
    tx.exec_exactly(&SET_KEY, 3, &params, 1)
}

/// Replaces the sealed key of a provider, guarded by what stood there: staff may hand over another one
/// at any moment.
///
/// # Errors
/// [`DbError`], also when another one stands there.
pub fn reseal_key(
    tx: &mut dyn Tx,
    id: ProviderId,
    sealed: &Sealed,
    before: &Sealed,
) -> Result<(), DbError> {
    let (bytes, before) = (sealed.bytes.as_slice(), before.bytes.as_slice());
    let params = [id.0.into(), sealed.key.into(), bytes.into(), before.into()];
    tx.exec_exactly(&RESEAL_KEY, 4, &params, 1)
}

/// Writes what a provider said that our balance there is, and how often in a row that was explained.
///
/// # Errors
/// [`DbError`], also when it is not there.
pub fn set_reported(
    tx: &mut dyn Tx,
    id: ProviderId,
    reported: Micros,
    quiet_reads: i64,
    at: Timestamp,
) -> Result<(), DbError> {
    let params = [id.0.into(), reported.raw().into(), at.0.into(), quiet_reads.into()];
    tx.exec_exactly(&REPORTED, 4, &params, 1)
}

/// Books entries: each is written, and what its provider has booked moves by it. Their ids are
/// given here.
///
/// # Errors
/// [`DbError`].
pub fn book(tx: &mut dyn Tx, entries: &[Entry]) -> Result<(), DbError> {
    if entries.is_empty() {
        return Ok(());
    }
    let ids = tx.take_ids("provider_entry", entries.len())?;
    let mut params: Vec<Val<'_>> = Vec::with_capacity(entries.len().saturating_mul(8));
    let mut moved: BTreeMap<ProviderId, i64> = BTreeMap::new();
    for (entry, id) in entries.iter().zip(ids) {
        params.extend([
            Val::Int(id),
            entry.provider.0.into(),
            entry.attempt.map(|attempt| attempt.0).into(),
            entry.kind.name().into(),
            entry.amount.raw().into(),
            entry.actor.as_deref().into(),
            entry.reason.as_deref().into(),
            entry.at.0.into(),
        ]);
        let sum = moved.entry(entry.provider).or_default();
        *sum = sum.checked_add(entry.amount.raw()).ok_or_else(|| {
            DbError::new(BOOK.name, format!("provider {}: the sum is too large", entry.provider))
        })?;
    }
    tx.exec_exactly(&INSERT_ENTRY, 8, &params, entries.len())?;
    // In the order of their ids: whoever books for several meets nobody the other way round.
    let sums: Vec<Val<'_>> =
        moved.iter().flat_map(|(id, sum)| [Val::Int(id.0), Val::Int(*sum)]).collect();
    tx.exec_exactly(&BOOK, 2, &sums, moved.len())
}

/// Up to `limit` entries of a provider below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn entries_before(
    tx: &mut dyn Tx,
    provider: ProviderId,
    before: i64,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    tx.rows(&ENTRIES_BEFORE, &[provider.0.into(), before.into(), limit.into()], decode_entry)
}

/// What staff have booked at a provider, in all.
///
/// # Errors
/// [`DbError`].
pub fn by_hand(tx: &mut dyn Tx, provider: ProviderId) -> Result<Micros, DbError> {
    let sum = tx.row(&BY_HAND, &[provider.0.into()], |row| micros(row, 0))?;
    Ok(sum.unwrap_or(Micros::ZERO))
}

/// Of every provider, what it has booked and what its entries sum to.
///
/// # Errors
/// [`DbError`].
pub fn balances(tx: &mut dyn Tx) -> Result<Vec<(ProviderId, Micros, Micros)>, DbError> {
    tx.rows(&BALANCES, &[], |row| Ok((ProviderId(row.int(0)?), micros(row, 1)?, micros(row, 2)?)))
}
