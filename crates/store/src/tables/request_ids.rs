//! Request ids that were used: the same request gets the same answer. Orders for services and orders
//! for products have a space of their own each, in tables of the same shape.

use crate::{DbError, Row, Sql, Tx, TxExt, Val};
use domain::{AccountId, OrderId, ProductOrderId, Timestamp};
use std::collections::HashMap;

macro_rules! used {
    ($table:literal) => {
        concat!(
            "select account_id, request_id, request_hash, order_id from ",
            $table,
            " where account_id = ?1 and request_id = ?2"
        )
    };
}

macro_rules! insert {
    ($table:literal) => {
        concat!(
            "insert into ",
            $table,
            " (account_id, request_id, request_hash, order_id, created_us) \
             values (?1, ?2, ?3, ?4, ?5)"
        )
    };
}

macro_rules! old {
    ($table:literal) => {
        concat!(
            "select account_id, request_id from ",
            $table,
            " where created_us < ?1 order by created_us limit ?2"
        )
    };
}

macro_rules! delete {
    ($table:literal) => {
        concat!("delete from ", $table, " where account_id = ?1 and request_id = ?2")
    };
}

crate::statements! {
    REQUEST = used!("request_id");
    INSERT_REQUEST = insert!("request_id");
    OLD_REQUESTS = old!("request_id");
    DELETE_REQUEST = delete!("request_id");
    PRODUCT_REQUEST = used!("product_request_id");
    INSERT_PRODUCT_REQUEST = insert!("product_request_id");
    OLD_PRODUCT_REQUESTS = old!("product_request_id");
    DELETE_PRODUCT_REQUEST = delete!("product_request_id");
}

/// The request ids of one kind of order, `O` being its id.
#[derive(Debug)]
pub struct RequestIds<O> {
    used: Sql,
    insert: Sql,
    old: Sql,
    delete: Sql,
    order: fn(i64) -> O,
    number: fn(&O) -> i64,
}

/// Those of orders for services.
pub const OF_ORDERS: RequestIds<OrderId> = RequestIds {
    used: REQUEST,
    insert: INSERT_REQUEST,
    old: OLD_REQUESTS,
    delete: DELETE_REQUEST,
    order: OrderId,
    number: |order| order.0,
};

/// Those of orders for products.
pub const OF_PRODUCT_ORDERS: RequestIds<ProductOrderId> = RequestIds {
    used: PRODUCT_REQUEST,
    insert: INSERT_PRODUCT_REQUEST,
    old: OLD_PRODUCT_REQUESTS,
    delete: DELETE_PRODUCT_REQUEST,
    order: ProductOrderId,
    number: |order| order.0,
};

/// A request id that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedRequestId<O> {
    /// By whom.
    pub account: AccountId,
    /// The id.
    pub request_id: String,
    /// The hash of the request's parameters.
    pub request_hash: [u8; 16],
    /// The order it placed.
    pub order: O,
}

/// By account and request id: the hash of the parameters, and the order.
pub type Used<'a, O> = HashMap<(AccountId, &'a str), ([u8; 16], O)>;

fn decode(row: &dyn Row) -> Result<UsedRequestId<i64>, DbError> {
    let hash = row.blob(2)?.try_into();
    Ok(UsedRequestId {
        account: AccountId(row.int(0)?),
        request_id: row.text(1)?.to_owned(),
        request_hash: hash.map_err(|_| row.error("a hash is not of 16 bytes"))?,
        order: row.int(3)?,
    })
}

impl<O> RequestIds<O> {
    /// Those of the `asked` ids that were used.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn used<'a>(
        &self,
        tx: &mut dyn Tx,
        asked: &[(AccountId, &'a str)],
    ) -> Result<Used<'a, O>, DbError> {
        let params: Vec<Val<'_>> =
            asked.iter().flat_map(|(account, id)| [Val::Int(account.0), Val::Text(id)]).collect();
        let mut used = HashMap::new();
        for found in tx.rows_many(&self.used, 2, &params, decode)? {
            let same = |(account, id): &&(AccountId, &str)| {
                *account == found.account && *id == found.request_id
            };
            if let Some(asked) = asked.iter().find(same) {
                used.insert(*asked, (found.request_hash, (self.order)(found.order)));
            }
        }
        Ok(used)
    }

    /// Notes request ids as used.
    ///
    /// # Errors
    /// [`DbError`], also when one was used in between.
    pub fn insert(
        &self,
        tx: &mut dyn Tx,
        used: &[UsedRequestId<O>],
        now: Timestamp,
    ) -> Result<(), DbError> {
        let mut params: Vec<Val<'_>> = Vec::with_capacity(used.len().saturating_mul(5));
        for used in used {
            params.extend([
                Val::Int(used.account.0),
                used.request_id.as_str().into(),
                used.request_hash.as_slice().into(),
                (self.number)(&used.order).into(),
                now.0.into(),
            ]);
        }
        tx.exec_exactly(&self.insert, 5, &params, used.len())
    }

    /// Forgets up to `limit` request ids used before `before`; returns how many.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn forget(&self, tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<u64, DbError> {
        let old = tx.rows(&self.old, &[before.0.into(), limit.into()], |row| {
            Ok((row.int(0)?, row.text(1)?.to_owned()))
        })?;
        let params: Vec<Val<'_>> =
            old.iter().flat_map(|(account, id)| [Val::Int(*account), id.as_str().into()]).collect();
        if params.is_empty() { Ok(0) } else { tx.exec_many(&self.delete, 2, &params) }
    }
}
