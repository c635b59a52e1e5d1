//! Request ids that were used for orders for products.

use crate::{DbError, Tx, TxExt, Val};
use domain::{AccountId, ProductOrderId, Timestamp};

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
    pub order: ProductOrderId,
}

crate::statements! {
    REQUEST = "select account_id, request_id, request_hash, order_id from product_request_id \
        where account_id = ?1 and request_id = ?2";
    INSERT_REQUEST = "insert into product_request_id (account_id, request_id, request_hash, \
        order_id, created_us) values (?1, ?2, ?3, ?4, ?5)";
    OLD_REQUESTS = "select account_id, request_id from product_request_id \
        where created_us < ?1 order by created_us limit ?2";
    DELETE_REQUEST = "delete from product_request_id where account_id = ?1 and request_id = ?2";
}

/// Those of the request ids that were used.
///
/// # Errors
/// [`DbError`].
pub fn used(tx: &mut dyn Tx, ids: &[(AccountId, &str)]) -> Result<Vec<UsedRequestId>, DbError> {
    let params: Vec<Val<'_>> =
        ids.iter().flat_map(|(account, id)| [Val::Int(account.0), Val::Text(id)]).collect();
    tx.rows_many(&REQUEST, 2, &params, |row| {
        Ok(UsedRequestId {
            account: AccountId(row.int(0)?),
            request_id: row.text(1)?.to_owned(),
            request_hash: row.blob(2)?.to_vec(),
            order: ProductOrderId(row.int(3)?),
        })
    })
}

/// Notes request ids as used.
///
/// # Errors
/// [`DbError`], also when one was used in between.
pub fn insert(tx: &mut dyn Tx, used: &[UsedRequestId], now: Timestamp) -> Result<(), DbError> {
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
pub fn forget(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    let old = tx.rows(&OLD_REQUESTS, &[before.0.into(), limit.into()], |row| {
        Ok((row.int(0)?, row.text(1)?.to_owned()))
    })?;
    let params: Vec<Val<'_>> =
        old.iter().flat_map(|(account, id)| [Val::Int(*account), id.as_str().into()]).collect();
    if params.is_empty() { Ok(0) } else { tx.exec_many(&DELETE_REQUEST, 2, &params) }
}
