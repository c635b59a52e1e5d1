//! Transfers: immutable, numbered per account without gaps, each chained to the one before it.

use super::{accounts, micros, named, opt_string, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::ledger::TransferKind;
use domain::{AccountId, Micros, OrderId, ProductOrderId, Timestamp, TransferId};
use std::collections::HashMap;

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its id, which says nothing about order.
    pub id: TransferId,
    /// Whose money.
    pub account: AccountId,
    /// Its number among the account's transfers, from 1.
    pub number: i64,
    /// The account's transfer before it; none for the first.
    pub previous: Option<TransferId>,
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

/// Every so many transfers of an account one is marked, so that a reader can begin in the middle.
pub const MARK_EVERY: i64 = 256;

macro_rules! columns {
    () => {
        "id, account_id, number, previous_id, kind, amount, available_after, held_after, \
         order_id, product_order_id, actor, reason, at_us"
    };
}

crate::statements! {
    INSERT = concat!("insert into transfer (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    INSERT_MARK = "insert into transfer_mark (account_id, number, transfer_id) values (?1, ?2, ?3)";
    MARK_FROM = "select transfer_id from transfer_mark where account_id = ?1 and number >= ?2 \
        order by number limit 1";
    BACK = concat!("with recursive chain (", columns!(), ") as ( \
        select ", columns!(), " from transfer where id = ?1 \
        union all select t.id, t.account_id, t.number, t.previous_id, t.kind, t.amount, \
            t.available_after, t.held_after, t.order_id, t.product_order_id, t.actor, t.reason, \
            t.at_us \
        from chain c join transfer t on t.id = c.previous_id and t.account_id = c.account_id \
            and t.number < c.number where c.number > ?2) \
        select ", columns!(), " from chain order by number desc");
    NUMBER = "select number from transfer where id = ?1";
    HOLD_OF_ORDER = concat!("select ", columns!(), " from transfer where id = \
        (select hold_id from orders where orders.id = ?1)");
    OF_ORDER = concat!("select ", columns!(), " from transfer where order_id = ?1 \
        and kind <> 'hold' order by account_id, number");
    HOLDS = "select t.id, t.account_id, t.number, t.previous_id, t.kind, t.amount, \
        t.available_after, t.held_after, t.order_id, t.product_order_id, t.actor, t.reason, \
        t.at_us, o.id as asked from orders o join transfer t on t.id = o.hold_id \
        where o.id = ?1 order by o.id";
    OF_PRODUCT_ORDER = concat!("select ", columns!(), " from transfer \
        where product_order_id = ?1 order by account_id, number");
    COUNT = "select cast(count(*) as bigint) from transfer";
    STRANGERS = "select t.account_id, t.number from transfer t \
        left join account a on a.id = t.account_id where a.id is null or t.number > a.transfers \
        order by t.account_id, t.number limit 10";
    DOUBLES = "select account_id, number from transfer group by account_id, number \
        having count(*) > 1 order by account_id, number limit 10";
    LOST_MARKS = "select t.account_id, t.number from transfer t left join transfer_mark m \
        on m.account_id = t.account_id and m.number = t.number and m.transfer_id = t.id \
        where t.number % 256 = 0 and m.number is null order by t.account_id, t.number limit 10";
    FALSE_MARKS = "select m.account_id, m.number from transfer_mark m left join transfer t \
        on t.id = m.transfer_id and t.account_id = m.account_id and t.number = m.number \
        where t.id is null order by m.account_id, m.number limit 10";
    WITHOUT_ORDER = "select t.account_id, t.number from transfer t \
        left join orders o on o.id = t.order_id and o.account_id = t.account_id \
        left join product_order p on p.id = t.product_order_id and p.account_id = t.account_id \
        where (t.order_id is not null and t.product_order_id is not null) \
        or (t.kind in ('credit', 'debit') \
            and (t.order_id is not null or t.product_order_id is not null)) \
        or (t.kind not in ('credit', 'debit') and o.id is null and p.id is null) \
        or (t.kind = 'hold' and o.hold_id <> t.id) \
        order by t.account_id, t.number limit 20";
}

fn decode(row: &dyn Row) -> Result<Transfer, DbError> {
    Ok(Transfer {
        id: TransferId(row.int(0)?),
        account: AccountId(row.int(1)?),
        number: row.int(2)?,
        previous: row.opt_int(3)?.map(TransferId),
        kind: named(row, 4, TransferKind::from_name)?,
        amount: micros(row, 5)?,
        available_after: micros(row, 6)?,
        held_after: micros(row, 7)?,
        order: row.opt_int(8)?.map(OrderId),
        product_order: row.opt_int(9)?.map(ProductOrderId),
        actor: opt_string(row, 10)?,
        reason: opt_string(row, 11)?,
        at: time(row, 12)?,
    })
}

fn decode_place(row: &dyn Row) -> Result<(AccountId, i64), DbError> {
    Ok((AccountId(row.int(0)?), row.int(1)?))
}

/// Writes transfers. That no number is given twice is the business of the wallets' guard.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, transfers: &[Transfer]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(transfers.len().saturating_mul(13));
    let mut marks: Vec<Val<'_>> = Vec::new();
    for transfer in transfers {
        params.extend([
            Val::Int(transfer.id.0),
            Val::Int(transfer.account.0),
            transfer.number.into(),
            transfer.previous.map(|previous| previous.0).into(),
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
        if transfer.number.checked_rem(MARK_EVERY) == Some(0) {
            let TransferId(id) = transfer.id;
            marks.extend([transfer.account.0.into(), transfer.number.into(), Val::Int(id)]);
        }
    }
    tx.exec_exactly(&INSERT, 13, &params, transfers.len())?;
    if marks.is_empty() { Ok(()) } else { tx.exec_many(&INSERT_MARK, 3, &marks).map(|_| ()) }
}

/// Up to `limit` transfers of one account from `newest` back, newest first. It ends where the chain
/// does not lead to an earlier transfer of the account: a damaged row never leads in a circle.
///
/// # Errors
/// [`DbError`].
pub fn back_from(
    tx: &mut dyn Tx,
    newest: TransferId,
    limit: i64,
) -> Result<Vec<Transfer>, DbError> {
    let Some(number) = tx.row(&NUMBER, &[newest.0.into()], |row| row.int(0))? else {
        return Ok(Vec::new());
    };
    let lowest = number.saturating_sub(limit).saturating_add(1);
    tx.rows(&BACK, &[newest.0.into(), lowest.into()], decode)
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
    let last = accounts::by_id(tx, account)?.and_then(|account| account.last_transfer);
    let from = [account.0.into(), number.saturating_sub(1).into()];
    let mark = tx.row(&MARK_FROM, &from, |row| row.int(0).map(TransferId))?;
    let Some(start) = mark.or(last) else { return Ok(Vec::new()) };
    let lowest = number.saturating_sub(limit);
    let lowest = match tx.row(&NUMBER, &[start.0.into()], |row| row.int(0))? {
        Some(newest) if newest < number => newest.saturating_sub(limit).saturating_add(1),
        _ => lowest,
    };
    let mut transfers = tx.rows(&BACK, &[start.0.into(), lowest.into()], decode)?;
    transfers.retain(|transfer| transfer.number < number);
    Ok(transfers)
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

/// The same of each of the orders that have some. Each is given once.
///
/// # Errors
/// [`DbError`].
pub fn of_orders(
    tx: &mut dyn Tx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<Transfer>>, DbError> {
    let params: Vec<Val<'_>> = orders.iter().map(|order| order.0.into()).collect();
    let holds =
        tx.rows_many(&HOLDS, 1, &params, |row| Ok((OrderId(row.int(13)?), decode(row)?)))?;
    let mut found: HashMap<OrderId, Vec<Transfer>> = HashMap::new();
    for (order, hold) in holds {
        found.entry(order).or_default().push(hold);
    }
    for transfer in tx.rows_many(&OF_ORDER, 1, &params, decode)? {
        if let Some(order) = transfer.order {
            found.entry(order).or_default().push(transfer);
        }
    }
    Ok(found)
}

/// The transfers that an order for products caused, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_product_order(tx: &mut dyn Tx, order: ProductOrderId) -> Result<Vec<Transfer>, DbError> {
    tx.rows(&OF_PRODUCT_ORDER, &[order.0.into()], decode)
}

/// How many there are.
///
/// # Errors
/// [`DbError`].
pub fn count(tx: &mut dyn Tx) -> Result<i64, DbError> {
    Ok(tx.row(&COUNT, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Up to ten transfers that no account knows of, or that have the number of another.
///
/// # Errors
/// [`DbError`].
pub fn strays(tx: &mut dyn Tx) -> Result<Vec<(AccountId, i64)>, DbError> {
    let mut strays = tx.rows(&STRANGERS, &[], decode_place)?;
    strays.extend(tx.rows(&DOUBLES, &[], decode_place)?);
    Ok(strays)
}

/// Up to twenty places where a mark is missing, or where one is that leads elsewhere.
///
/// # Errors
/// [`DbError`].
pub fn wrong_marks(tx: &mut dyn Tx) -> Result<Vec<(AccountId, i64)>, DbError> {
    let mut wrong = tx.rows(&LOST_MARKS, &[], decode_place)?;
    wrong.extend(tx.rows(&FALSE_MARKS, &[], decode_place)?);
    Ok(wrong)
}

/// Up to twenty transfers that no order accounts for: all but an operator's credits and debits
/// belong to exactly one order of the same account.
///
/// # Errors
/// [`DbError`].
pub fn without_order(tx: &mut dyn Tx) -> Result<Vec<(AccountId, i64)>, DbError> {
    tx.rows(&WITHOUT_ORDER, &[], decode_place)
}
