//! What keeps an order from being placed twice beside its request id: the duplicate window, and
//! links with an open order.

use super::link_queue::Held;
use super::time;
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{AccountId, OrderId, ServiceId, Timestamp};

crate::statements! {
    PRINTS_BEFORE = "select id, account_id, fingerprint, created_us from orders where id < ?1 \
        order by id desc limit ?2";
    PRINTS_AFTER = "select id, account_id, fingerprint, created_us from orders where id > ?1 \
        order by id limit ?2";
    REPEATED = "select account_id, fingerprint from orders where account_id = ?1 \
        and fingerprint = ?2 and created_us > ?3 and created_us <= ?4 order by id desc limit 1";
    PRINT = "select id, account_id, fingerprint, created_us from orders where id = ?1";
    OPEN_LINK = "select service_id, link, order_id from open_link \
        where service_id = ?1 and link = ?2";
    INSERT_OPEN_LINK = "insert into open_link (service_id, link, order_id) values (?1, ?2, ?3)";
    DELETE_OPEN_LINKS = "delete from open_link where order_id = ?1";
}

/// What the duplicate window knows of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// The order.
    pub order: OrderId,
    /// Whose it is.
    pub account: AccountId,
    /// Hash of every parameter; none for parts and for orders with a request id.
    pub fingerprint: Option<i64>,
    /// When it was placed.
    pub created: Timestamp,
}

fn decode_print(row: &dyn Row) -> Result<Print, DbError> {
    Ok(Print {
        order: OrderId(row.int(0)?),
        account: AccountId(row.int(1)?),
        fingerprint: row.opt_int(2)?,
        created: time(row, 3)?,
    })
}

/// What the duplicate window knows of an order.
///
/// # Errors
/// [`DbError`].
pub fn print(tx: &mut dyn Tx, order: OrderId) -> Result<Option<Print>, DbError> {
    tx.row(&PRINT, &[order.0.into()], decode_print)
}

/// The same of up to `limit` orders below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn prints_before(tx: &mut dyn Tx, before: OrderId, limit: i64) -> Result<Vec<Print>, DbError> {
    tx.rows(&PRINTS_BEFORE, &[before.0.into(), limit.into()], decode_print)
}

/// The same of up to `limit` orders above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn prints_after(tx: &mut dyn Tx, after: OrderId, limit: i64) -> Result<Vec<Print>, DbError> {
    tx.rows(&PRINTS_AFTER, &[after.0.into(), limit.into()], decode_print)
}

/// Those of the fingerprints with which their account placed an order after `start` and not after
/// `end`. For engines where others write at the same time; only they have an index for it.
///
/// # Errors
/// [`DbError`].
pub fn repeated(
    tx: &mut dyn Tx,
    asked: &[(AccountId, i64)],
    start: Timestamp,
    end: Timestamp,
) -> Result<Vec<(AccountId, i64)>, DbError> {
    let params: Vec<Val<'_>> = asked
        .iter()
        .flat_map(|(account, print)| {
            [Val::Int(account.0), Val::Int(*print), Val::Int(start.0), Val::Int(end.0)]
        })
        .collect();
    tx.rows_many(&REPEATED, 4, &params, |row| Ok((AccountId(row.int(0)?), row.int(1)?)))
}

/// Those of the links that have an open order, and which.
///
/// # Errors
/// [`DbError`].
pub fn open_links(tx: &mut dyn Tx, links: &[(ServiceId, &str)]) -> Result<Vec<Held>, DbError> {
    let params: Vec<Val<'_>> =
        links.iter().flat_map(|(service, link)| [Val::Int(service.0), Val::Text(link)]).collect();
    tx.rows_many(&OPEN_LINK, 2, &params, |row| {
        let (service, link) = (ServiceId(row.int(0)?), row.text(1)?.to_owned());
        Ok(Held { service, link, order: OrderId(row.int(2)?) })
    })
}

/// Notes links that have an open order now.
///
/// # Errors
/// [`DbError`], also when one got an open order in between.
pub fn insert_open_links(
    tx: &mut dyn Tx,
    links: &[(ServiceId, &str, OrderId)],
) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = links
        .iter()
        .flat_map(|(service, link, order)| {
            [Val::Int(service.0), Val::Text(link), Val::Int(order.0)]
        })
        .collect();
    tx.exec_exactly(&INSERT_OPEN_LINK, 3, &params, links.len())
}

/// Frees the links of orders that have ended.
///
/// # Errors
/// [`DbError`].
pub fn free_links(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = orders.iter().map(|order| order.0.into()).collect();
    tx.exec_many(&DELETE_OPEN_LINKS, 1, &params).map(|_| ())
}
