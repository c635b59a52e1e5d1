//! Facts about the database itself, and the counters that caches are checked against.

use crate::{DbError, Tx, TxExt};

crate::statements! {
    GET = "select value from meta where name = ?1";
    PUT = "insert into meta (name, value) values (?1, ?2) \
        on conflict (name) do update set value = excluded.value";
    EPOCH = "select value from epoch where name = ?1";
    EPOCH_LOCKED = "select value from epoch where name = ?1 /*lock*/";
    EPOCHS = "select name, value from epoch order by name";
    BUMP = "update epoch set value = value + 1 where name = ?1";
}

/// A fact, by name.
///
/// # Errors
/// [`DbError`].
pub fn get(tx: &mut dyn Tx, name: &str) -> Result<Option<String>, DbError> {
    tx.row(&GET, &[name.into()], |row| row.text(0).map(str::to_owned))
}

/// Writes a fact.
///
/// # Errors
/// [`DbError`].
pub fn put(tx: &mut dyn Tx, name: &str, value: &str) -> Result<(), DbError> {
    tx.exec_exactly(&PUT, 2, &[name.into(), value.into()], 1)
}

/// How often the catalogue has changed.
///
/// # Errors
/// [`DbError`].
pub fn catalogue_epoch(tx: &mut dyn Tx) -> Result<i64, DbError> {
    let epoch = tx.row(&EPOCH, &["catalogue".into()], |row| row.int(0))?;
    epoch.ok_or_else(|| DbError::new(EPOCH.name, "the catalogue has no epoch"))
}

/// How often keys and the standing of accounts have changed.
///
/// # Errors
/// [`DbError`].
pub fn access_epoch(tx: &mut dyn Tx) -> Result<i64, DbError> {
    let epoch = tx.row(&EPOCH, &["access".into()], |row| row.int(0))?;
    epoch.ok_or_else(|| DbError::new(EPOCH.name, "access has no epoch"))
}

/// How often what is kept in memory has changed: while an epoch is the same, what was read at it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epochs {
    /// Keys and the standing of accounts.
    pub access: i64,
    /// Categories, services, products.
    pub catalogue: i64,
    /// What accounts pay that is not in the catalogue: tiers, discounts, prices of their own.
    pub prices: i64,
}

/// All epochs, as of one moment.
///
/// # Errors
/// [`DbError`].
pub fn epochs(tx: &mut dyn Tx) -> Result<Epochs, DbError> {
    let mut epochs = Epochs::default();
    tx.each(&EPOCHS, &[], &mut |row| {
        let epoch = match row.text(0)? {
            "access" => &mut epochs.access,
            "catalogue" => &mut epochs.catalogue,
            "prices" => &mut epochs.prices,
            other => return Err(row.error(&format!("the epoch `{other}` is not known"))),
        };
        *epoch = row.int(1)?;
        Ok(())
    })?;
    Ok(epochs)
}

/// Notes that what accounts pay changes in this unit. The statements that do call it themselves.
pub(super) fn bump_price_epoch(tx: &mut dyn Tx) -> Result<(), DbError> {
    bump(tx, "prices")
}

/// Waits until nobody else changes the catalogue, tiers or prices. Call it before anything of them is
/// read that is then changed, and before accounts are locked.
///
/// # Errors
/// [`DbError`].
pub fn lock_catalogue(tx: &mut dyn Tx) -> Result<(), DbError> {
    tx.row(&EPOCH_LOCKED, &["catalogue".into()], |_| Ok(())).map(|_| ())
}

/// Waits until nobody else changes keys. Call it before anything of them is read that is then changed.
///
/// # Errors
/// [`DbError`].
pub fn lock_access(tx: &mut dyn Tx) -> Result<(), DbError> {
    tx.row(&EPOCH_LOCKED, &["access".into()], |_| Ok(())).map(|_| ())
}

/// Notes that a key or the standing of an account changes in this unit. The statements that do call
/// it themselves.
pub(super) fn bump_access_epoch(tx: &mut dyn Tx) -> Result<(), DbError> {
    bump(tx, "access")
}

/// Notes that the catalogue changes in this unit.
///
/// # Errors
/// [`DbError`].
pub fn bump_catalogue_epoch(tx: &mut dyn Tx) -> Result<(), DbError> {
    bump(tx, "catalogue")
}

fn bump(tx: &mut dyn Tx, epoch: &str) -> Result<(), DbError> {
    tx.epoch_moves();
    tx.exec_exactly(&BUMP, 1, &[epoch.into()], 1)
}
