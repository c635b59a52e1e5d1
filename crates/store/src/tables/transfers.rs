//! Transfers: immutable, numbered per account without gaps.

use super::{micros, named, opt_string, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::ledger::TransferKind;
use domain::{AccountId, Micros, OrderId, ProductOrderId, Timestamp};

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Whose money.
    pub account: AccountId,
    /// Its number among the account's transfers, from 1.
    pub number: i64,
    /// Why, and so between which books.
    pub kind: TransferKind,
    /// How much.
    pub amount: Micros,
    /// What could be spent after it, without the credit limit.
    pub available_after: Micros,
    /// What was held after it.
    pub held_after: Micros,
    /// The order that caused it.
    pub order: Option<OrderId>,
    /// The order for products that caused it.
    pub product_order: Option<ProductOrderId>,
    /// The operator who caused it.
    pub actor: Option<String>,
    /// The reason the operator gave.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, number, kind, amount, available_after, held_after, order_id, \
         product_order_id, actor, reason, at_us"
    };
}

crate::statements! {
    INSERT = concat!("insert into transfer (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    AFTER = concat!("select ", columns!(), " from transfer where account_id = ?1 and number > ?2 \
        order by number limit ?3");
    BEFORE = concat!("select ", columns!(), " from transfer where account_id = ?1 and number < ?2 \
        order by number desc limit ?3");
    HOLD_OF_ORDER = concat!("select ", columns!(), " from (select account_id as whose, \
        hold_number as place from orders where id = ?1) o join transfer \
        on account_id = whose and number = place");
    OF_ORDER = concat!("select ", columns!(), " from transfer where order_id = ?1 \
        and kind <> 'hold' order by account_id, number");
    OF_PRODUCT_ORDER = concat!("select ", columns!(), " from transfer \
        where product_order_id = ?1 order by account_id, number");
    STRANGERS = "select t.account_id, t.number from transfer t \
        left join account a on a.id = t.account_id where a.id is null \
        order by t.account_id, t.number limit 10";
    WITHOUT_ORDER = "select t.account_id, t.number from transfer t \
        left join orders o on o.id = t.order_id and o.account_id = t.account_id \
        left join product_order p on p.id = t.product_order_id and p.account_id = t.account_id \
        where (t.order_id is not null and t.product_order_id is not null) \
        or (t.kind in ('credit', 'debit') \
            and (t.order_id is not null or t.product_order_id is not null)) \
        or (t.kind not in ('credit', 'debit') and o.id is null and p.id is null) \
        or (t.kind = 'hold' and o.hold_number <> t.number) \
        order by t.account_id, t.number limit 20";
}

fn decode(row: &dyn Row) -> Result<Transfer, DbError> {
    Ok(Transfer {
        account: AccountId(row.int(0)?),
        number: row.int(1)?,
        kind: named(row, 2, TransferKind::from_name)?,
        amount: micros(row, 3)?,
        available_after: micros(row, 4)?,
        held_after: micros(row, 5)?,
        order: row.opt_int(6)?.map(OrderId),
        product_order: row.opt_int(7)?.map(ProductOrderId),
        actor: opt_string(row, 8)?,
        reason: opt_string(row, 9)?,
        at: time(row, 10)?,
    })
}

/// Writes transfers.
///
/// # Errors
/// [`DbError`], also when a number is taken.
pub fn insert(tx: &mut dyn Tx, transfers: &[Transfer]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(transfers.len().saturating_mul(11));
    for transfer in transfers {
        params.extend([
            Val::Int(transfer.account.0),
            transfer.number.into(),
            transfer.kind.name().into(),
            transfer.amount.raw().into(),
            transfer.available_after.raw().into(),
            transfer.held_after.raw().into(),
            transfer.order.map(|order| order.0).into(),
            transfer.product_order.map(|order| order.0).into(),
            transfer.actor.as_deref().into(),
            transfer.reason.as_deref().into(),
            transfer.at.0.into(),
        ]);
    }
    tx.exec_exactly(&INSERT, 11, &params, transfers.len())
}

/// Up to `limit` transfers of an account above `number`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn after(
    tx: &mut dyn Tx,
    account: AccountId,
    number: i64,
    limit: i64,
) -> Result<Vec<Transfer>, DbError> {
    tx.rows(&AFTER, &[account.0.into(), number.into(), limit.into()], decode)
}

/// Up to `limit` transfers of an account below `number`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn before(
    tx: &mut dyn Tx,
    account: AccountId,
    number: i64,
    limit: i64,
) -> Result<Vec<Transfer>, DbError> {
    tx.rows(&BEFORE, &[account.0.into(), number.into(), limit.into()], decode)
}

/// The transfers that an order caused, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, order: OrderId) -> Result<Vec<Transfer>, DbError> {
    let mut transfers = tx.rows(&HOLD_OF_ORDER, &[order.0.into()], decode)?;
    transfers.extend(tx.rows(&OF_ORDER, &[order.0.into()], decode)?);
    Ok(transfers)
}

/// The transfers that an order for products caused, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_product_order(tx: &mut dyn Tx, order: ProductOrderId) -> Result<Vec<Transfer>, DbError> {
    tx.rows(&OF_PRODUCT_ORDER, &[order.0.into()], decode)
}

/// Up to ten transfers of accounts that do not exist.
///
/// # Errors
/// [`DbError`].
pub fn without_account(tx: &mut dyn Tx) -> Result<Vec<(AccountId, i64)>, DbError> {
    tx.rows(&STRANGERS, &[], |row| Ok((AccountId(row.int(0)?), row.int(1)?)))
}

/// Up to twenty transfers that no order accounts for: all but an operator's credits and debits
/// belong to exactly one order of the same account.
///
/// # Errors
/// [`DbError`].
pub fn without_order(tx: &mut dyn Tx) -> Result<Vec<(AccountId, i64)>, DbError> {
    tx.rows(&WITHOUT_ORDER, &[], |row| Ok((AccountId(row.int(0)?), row.int(1)?)))
}
