//! What keeps an order from being placed twice: request ids, the duplicate window, links with an
//! open order.

use super::time;
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{AccountId, OrderId, ServiceId, Timestamp};

crate::statements! {
    REQUEST = "select account_id, request_id, request_hash, order_id from request_id \
        where account_id = ?1 and request_id = ?2";
    INSERT_REQUEST = "insert into request_id (account_id, request_id, request_hash, order_id, \
        created_us) values (?1, ?2, ?3, ?4, ?5)";
    OLD_REQUESTS = "select account_id, request_id from request_id where created_us < ?1 \
        order by created_us limit ?2";
    DELETE_REQUEST = "delete from request_id where account_id = ?1 and request_id = ?2";
    PRINTS_BEFORE = "select id, account_id, fingerprint, created_us from orders where id < ?1 \
        order by id desc limit ?2";
    PRINTS_AFTER = "select id, account_id, fingerprint, created_us from orders where id > ?1 \
        order by id limit ?2";
    PRINT = "select id, account_id, fingerprint, created_us from orders where id = ?1";
    OPEN_LINK = "select service_id, link, order_id from open_link \
        where service_id = ?1 and link = ?2";
    INSERT_OPEN_LINK = "insert into open_link (service_id, link, order_id) values (?1, ?2, ?3)";
    DELETE_OPEN_LINKS = "delete from open_link where order_id = ?1";
}

/// A request id that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedRequestId {
    /// By whom.
    pub account: AccountId,
    /// The id.
    pub request_id: String,
    /// The hash of the request's parameters.
    pub request_hash: Vec<u8>,
    /// The order it placed.
    pub order: OrderId,
}

fn decode_request(row: &dyn Row) -> Result<UsedRequestId, DbError> {
    Ok(UsedRequestId {
        account: AccountId(row.int(0)?),
        request_id: row.text(1)?.to_owned(),
        request_hash: row.blob(2)?.to_vec(),
        order: OrderId(row.int(3)?),
    })
}

/// Those of the request ids that were used.
///
/// # Errors
/// [`DbError`].
pub fn used_request_ids(
    tx: &mut dyn Tx,
    ids: &[(AccountId, &str)],
) -> Result<Vec<UsedRequestId>, DbError> {
    let params: Vec<Val<'_>> =
        ids.iter().flat_map(|(account, id)| [Val::Int(account.0), Val::Text(id)]).collect();
    tx.rows_many(&REQUEST, 2, &params, decode_request)
}

/// Notes request ids as used.
///
/// # Errors
/// [`DbError`], also when one was used in between.
pub fn insert_request_ids(
    tx: &mut dyn Tx,
    used: &[UsedRequestId],
    now: Timestamp,
) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(used.len().saturating_mul(5));
    for used in used {
        params.extend([
            Val::Int(used.account.0),
            used.request_id.as_str().into(),
            used.request_hash.as_slice().into(),
            used.order.0.into(),
            now.0.into(),
        ]);
    }
    tx.exec_exactly(&INSERT_REQUEST, 5, &params, used.len())
}

/// Forgets up to `limit` request ids used before `before`; returns how many.
///
/// # Errors
/// [`DbError`].
pub fn forget_request_ids(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    let old = tx.rows(&OLD_REQUESTS, &[before.0.into(), limit.into()], |row| {
        Ok((row.int(0)?, row.text(1)?.to_owned()))
    })?;
    let params: Vec<Val<'_>> =
        old.iter().flat_map(|(account, id)| [Val::Int(*account), id.as_str().into()]).collect();
    if params.is_empty() { Ok(0) } else { tx.exec_many(&DELETE_REQUEST, 2, &params) }
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

/// Those of the links that have an open order.
///
/// # Errors
/// [`DbError`].
pub fn open_links(
    tx: &mut dyn Tx,
    links: &[(ServiceId, &str)],
) -> Result<Vec<(ServiceId, String)>, DbError> {
    let params: Vec<Val<'_>> =
        links.iter().flat_map(|(service, link)| [Val::Int(service.0), Val::Text(link)]).collect();
    tx.rows_many(&OPEN_LINK, 2, &params, |row| {
        Ok((ServiceId(row.int(0)?), row.text(1)?.to_owned()))
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
