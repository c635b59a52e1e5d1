//! What was delivered: one row for each piece of an order for products.

use super::stock::Sealed;
use super::{flag, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{AccountId, ProductOrderId, StockItemId, Timestamp};

/// What one piece is: an item of stock, or a line that staff wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An item of stock.
    Item(StockItemId),
    /// A line, sealed.
    Line(Sealed),
}

/// One delivered piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The order.
    pub order: ProductOrderId,
    /// Its number in the order, from 1.
    pub piece: i64,
    /// Whose.
    pub account: AccountId,
    /// What.
    pub content: Content,
    /// Whether it stands in for one that was bad.
    pub replaced: bool,
    /// When.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "order_id, piece, account_id, item_id, key_id, sealed, replaced, at_us"
    };
}

crate::statements! {
    INSERT_DELIVERY = concat!("insert into delivery (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    REPLACE_DELIVERY = "update delivery set item_id = ?3, replaced = 1, at_us = ?4 \
        where order_id = ?1 and piece = ?2";
    DELIVERIES = concat!("select ", columns!(), " from delivery where order_id = ?1 \
        order by piece");
    LINES_WITH_OTHER_KEYS = concat!("select ", columns!(), " from delivery \
        where key_id is not null and key_id <> ?1 order by order_id, piece limit ?2");
    RESEAL_LINE = "update delivery set key_id = ?3, sealed = ?4 \
        where order_id = ?1 and piece = ?2 and key_id = ?5";
}

fn decode(row: &dyn Row) -> Result<Delivery, DbError> {
    let content = match (row.opt_int(3)?, row.opt_int(4)?) {
        (Some(item), _) => Content::Item(StockItemId(item)),
        (None, Some(key)) => Content::Line(Sealed { key, bytes: row.blob(5)?.to_vec() }),
        (None, None) => return Err(row.error("a delivery without content")),
    };
    Ok(Delivery {
        order: ProductOrderId(row.int(0)?),
        piece: row.int(1)?,
        account: AccountId(row.int(2)?),
        content,
        replaced: flag(row, 6)?,
        at: time(row, 7)?,
    })
}

/// Writes delivered pieces.
///
/// # Errors
/// [`DbError`], also when a piece was delivered before.
pub fn insert(tx: &mut dyn Tx, deliveries: &[Delivery]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(deliveries.len().saturating_mul(8));
    for delivery in deliveries {
        let (item, key, sealed) = match &delivery.content {
            Content::Item(item) => (Val::Int(item.0), Val::Null, Val::Null),
            Content::Line(sealed) => (Val::Null, Val::Int(sealed.key), Val::Blob(&sealed.bytes)),
        };
        params.extend([
            Val::Int(delivery.order.0),
            Val::Int(delivery.piece),
            Val::Int(delivery.account.0),
            item,
            key,
            sealed,
            delivery.replaced.into(),
            delivery.at.0.into(),
        ]);
    }
    tx.exec_exactly(&INSERT_DELIVERY, 8, &params, deliveries.len())
}

/// Puts another item in the place of a bad one.
///
/// # Errors
/// [`DbError`], also when there is no such piece.
pub fn replace(
    tx: &mut dyn Tx,
    order: ProductOrderId,
    piece: i64,
    item: StockItemId,
    now: Timestamp,
) -> Result<(), DbError> {
    let params = [order.0.into(), piece.into(), item.0.into(), now.0.into()];
    tx.exec_exactly(&REPLACE_DELIVERY, 4, &params, 1)
}

/// The pieces of an order, in order.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, order: ProductOrderId) -> Result<Vec<Delivery>, DbError> {
    tx.rows(&DELIVERIES, &[order.0.into()], decode)
}

/// Up to `limit` lines that staff wrote and that are not sealed with `key`.
///
/// # Errors
/// [`DbError`].
pub fn lines_with_other_keys(
    tx: &mut dyn Tx,
    key: i64,
    limit: i64,
) -> Result<Vec<Delivery>, DbError> {
    tx.rows(&LINES_WITH_OTHER_KEYS, &[key.into(), limit.into()], decode)
}

/// Replaces a sealed line, guarded by the key it was sealed with.
///
/// # Errors
/// [`DbError`], also when it was sealed anew in between.
pub fn reseal_line(
    tx: &mut dyn Tx,
    order: ProductOrderId,
    piece: i64,
    sealed: &Sealed,
    key_before: i64,
) -> Result<(), DbError> {
    let params = [
        order.0.into(),
        piece.into(),
        sealed.key.into(),
        sealed.bytes.as_slice().into(),
        key_before.into(),
    ];
    tx.exec_exactly(&RESEAL_LINE, 5, &params, 1)
}
