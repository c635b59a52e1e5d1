//! Customer accounts and their wallets.

use super::{flag, meta, micros, prices::discount, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::ledger::Wallet;
use domain::pricing::Discount;
use domain::{AccountId, Micros, TierId, Timestamp, TransferId};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name, unique.
    pub name: String,
    /// Whether it may order.
    pub suspended: bool,
    /// Its money.
    pub wallet: Wallet,
    /// Its last transfer: the end of the chain that the others are found by.
    pub last_transfer: Option<TransferId>,
    /// Whether requests that change something may come by GET.
    pub get_writes: bool,
    /// When it was opened.
    pub created: Timestamp,
    /// The tier it is in.
    pub tier: Option<TierId>,
    /// Its own discount.
    pub discount: Option<Discount>,
    /// Whether it has prices of its own for some services or products.
    pub own_prices: bool,
}

macro_rules! columns {
    () => {
        "id, name, status, available, held, credit_limit, transfers, get_writes, created_us, \
         tier_id, discount, own_prices, last_transfer_id"
    };
}

crate::statements! {
    BY_ID = concat!("select ", columns!(), " from account where id = ?1");
    BY_ID_LOCKED = concat!("select ", columns!(), " from account where id = ?1 /*lock*/");
    BY_NAME = concat!("select ", columns!(), " from account where name = ?1");
    AFTER = concat!("select ", columns!(), " from account where id > ?1 order by id limit ?2");
    INSERT = "insert into account (id, name, status, available, held, credit_limit, transfers, \
        get_writes, created_us) values (?1, ?2, 'active', 0, 0, ?3, 0, ?4, ?5)";
    SET_STATUS = "update account set status = ?2 where id = ?1";
    SET_CREDIT_LIMIT = "update account set credit_limit = ?2 where id = ?1";
    SET_GET_WRITES = "update account set get_writes = ?2 where id = ?1";
    SET_TIER = "update account set tier_id = ?2 where id = ?1";
    SET_DISCOUNT = "update account set discount = ?2 where id = ?1";
    SET_OWN_PRICES = "update account set own_prices = ?2 where id = ?1";
    SET_WALLET = "update account set available = ?2, held = ?3, transfers = ?4, \
        last_transfer_id = ?5 where id = ?1 and transfers = ?6";
}

fn decode(row: &dyn Row) -> Result<Account, DbError> {
    let id = AccountId(row.int(0)?);
    let suspended = match row.text(2)? {
        "active" => false,
        "suspended" => true,
        other => return Err(row.error(&format!("status `{other}` is not known"))),
    };
    let wallet = Wallet {
        account: id,
        available: micros(row, 3)?,
        held: micros(row, 4)?,
        credit_limit: micros(row, 5)?,
        sequence: row.int(6)?,
    };
    Ok(Account {
        id,
        name: row.text(1)?.to_owned(),
        suspended,
        wallet,
        get_writes: flag(row, 7)?,
        created: time(row, 8)?,
        tier: row.opt_int(9)?.map(TierId),
        discount: row.opt_int(10)?.map(|points| discount(row, points)).transpose()?,
        own_prices: flag(row, 11)?,
        last_transfer: row.opt_int(12)?.map(TransferId),
    })
}

/// One account.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: AccountId) -> Result<Option<Account>, DbError> {
    tx.row(&BY_ID, &[id.0.into()], decode)
}

/// The account of a name.
///
/// # Errors
/// [`DbError`].
pub fn by_name(tx: &mut dyn Tx, name: &str) -> Result<Option<Account>, DbError> {
    tx.row(&BY_NAME, &[name.into()], decode)
}

/// Accounts of the ids, which must ascend: every unit locks accounts in the same order.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut dyn Tx, ids: &[AccountId]) -> Result<Vec<Account>, DbError> {
    debug_assert!(ids.is_sorted());
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&BY_ID_LOCKED, 1, &params, decode)
}

/// Up to `limit` accounts above `after`, by id.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut dyn Tx, after: AccountId, limit: i64) -> Result<Vec<Account>, DbError> {
    tx.rows(&AFTER, &[after.0.into(), limit.into()], decode)
}

/// Opens an account without money.
///
/// # Errors
/// [`DbError`], also when the name is taken.
pub fn insert(
    tx: &mut dyn Tx,
    id: AccountId,
    name: &str,
    credit_limit: Micros,
    get_writes: bool,
    now: Timestamp,
) -> Result<(), DbError> {
    let params =
        [id.0.into(), name.into(), credit_limit.raw().into(), get_writes.into(), now.0.into()];
    tx.exec_exactly(&INSERT, 5, &params, 1)
}

/// Suspends an account or lifts the suspension.
///
/// # Errors
/// [`DbError`].
pub fn set_suspended(tx: &mut dyn Tx, id: AccountId, suspended: bool) -> Result<(), DbError> {
    let status = if suspended { "suspended" } else { "active" };
    meta::bump_access_epoch(tx)?;
    tx.exec_exactly(&SET_STATUS, 2, &[id.0.into(), status.into()], 1)
}

/// Sets how far the account may go below zero.
///
/// # Errors
/// [`DbError`].
pub fn set_credit_limit(tx: &mut dyn Tx, id: AccountId, limit: Micros) -> Result<(), DbError> {
    tx.exec_exactly(&SET_CREDIT_LIMIT, 2, &[id.0.into(), limit.raw().into()], 1)
}

/// Sets whether requests that change something may come by GET.
///
/// # Errors
/// [`DbError`].
pub fn set_get_writes(tx: &mut dyn Tx, id: AccountId, allowed: bool) -> Result<(), DbError> {
    meta::bump_access_epoch(tx)?;
    tx.exec_exactly(&SET_GET_WRITES, 2, &[id.0.into(), allowed.into()], 1)
}

/// Puts the account into a tier, or out of all.
///
/// # Errors
/// [`DbError`].
pub fn set_tier(tx: &mut dyn Tx, id: AccountId, tier: Option<TierId>) -> Result<(), DbError> {
    meta::bump_price_epoch(tx)?;
    tx.exec_exactly(&SET_TIER, 2, &[id.0.into(), tier.map(|tier| tier.0).into()], 1)
}

/// Sets the account's own discount, or takes it away.
///
/// # Errors
/// [`DbError`].
pub fn set_discount(
    tx: &mut dyn Tx,
    id: AccountId,
    discount: Option<Discount>,
) -> Result<(), DbError> {
    let points = discount.map(Discount::basis_points);
    meta::bump_price_epoch(tx)?;
    tx.exec_exactly(&SET_DISCOUNT, 2, &[id.0.into(), points.into()], 1)
}

/// Notes whether the account has prices of its own.
///
/// # Errors
/// [`DbError`].
pub fn set_own_prices(tx: &mut dyn Tx, id: AccountId, has: bool) -> Result<(), DbError> {
    tx.exec_exactly(&SET_OWN_PRICES, 2, &[id.0.into(), has.into()], 1)
}

/// A wallet after transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The money now.
    pub wallet: Wallet,
    /// The last of the transfers.
    pub last: TransferId,
    /// How many transfers the account had before them.
    pub sequence_before: i64,
}

/// Writes wallets, each guarded by the number of transfers it was computed from.
///
/// # Errors
/// [`DbError`], also when a wallet has moved in between.
pub fn set_wallets(tx: &mut dyn Tx, moved: &[Moved]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(moved.len().saturating_mul(6));
    for Moved { wallet, last, sequence_before } in moved {
        params.extend([
            Val::Int(wallet.account.0),
            Val::Int(wallet.available.raw()),
            Val::Int(wallet.held.raw()),
            Val::Int(wallet.sequence),
            Val::Int(last.0),
            Val::Int(*sequence_before),
        ]);
    }
    tx.exec_exactly(&SET_WALLET, 6, &params, moved.len())
}
