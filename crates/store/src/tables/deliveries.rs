//! What was delivered: one row for each piece of an order for products, and one more for each that
//! took the place of a bad one. Rows stay; what the customer has no longer is marked as gone.

use super::stock::Sealed;
use super::{opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::products::Gone;
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
    /// 1 for what was delivered first; what takes the place of a bad one counts on.
    pub turn: i64,
    /// Whose.
    pub account: AccountId,
    /// What.
    pub content: Content,
    /// When.
    pub at: Timestamp,
    /// Why and since when the customer has it no longer.
    pub gone: Option<(Gone, Timestamp)>,
}

macro_rules! columns {
    () => {
        "order_id, piece, turn, account_id, item_id, key_id, sealed, at_us, gone, gone_us"
    };
}

crate::statements! {
    INSERT_DELIVERY = "insert into delivery (order_id, piece, turn, account_id, item_id, key_id, \
        sealed, at_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    TAKE_AWAY = "update delivery set gone = ?4, gone_us = ?5 \
        where order_id = ?1 and piece = ?2 and turn = ?3 and gone is null";
    DELIVERIES = concat!("select ", columns!(), " from delivery where order_id = ?1 \
        order by piece, turn");
    LINES_WITH_OTHER_KEYS = concat!("select ", columns!(), " from delivery \
        where key_id is not null and key_id <> ?1 order by order_id, piece limit ?2");
    RESEAL_LINE = "update delivery set key_id = ?3, sealed = ?4 \
        where order_id = ?1 and piece = ?2 and key_id = ?5";
}

fn decode(row: &dyn Row) -> Result<Delivery, DbError> {
    let content = match (row.opt_int(4)?, row.opt_int(5)?) {
        (Some(item), _) => Content::Item(StockItemId(item)),
        (None, Some(key)) => Content::Line(Sealed { key, bytes: row.blob(6)?.to_vec() }),
        (None, None) => return Err(row.error("a delivery without content")),
    };
    let gone = match (row.opt_text(8)?, opt_time(row, 9)?) {
        (Some(why), Some(since)) => {
            let why = Gone::from_name(why);
            Some((why.ok_or_else(|| row.error("a delivery that is gone nowhere"))?, since))
        }
        _ => None,
    };
    Ok(Delivery {
        order: ProductOrderId(row.int(0)?),
        piece: row.int(1)?,
        turn: row.int(2)?,
        account: AccountId(row.int(3)?),
        content,
        at: time(row, 7)?,
        gone,
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
            Val::Int(delivery.turn),
            Val::Int(delivery.account.0),
            item,
            key,
            sealed,
            delivery.at.0.into(),
        ]);
    }
    tx.exec_exactly(&INSERT_DELIVERY, 8, &params, deliveries.len())
}

/// Marks pieces as gone: the customer has them no longer.
///
/// # Errors
/// [`DbError`], also when one was gone already.
pub fn take_away(
    tx: &mut dyn Tx,
    pieces: &[&Delivery],
    why: Gone,
    now: Timestamp,
) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = pieces
        .iter()
        .flat_map(|delivery| {
            [
                Val::Int(delivery.order.0),
                Val::Int(delivery.piece),
                Val::Int(delivery.turn),
                Val::Text(why.name()),
                Val::Int(now.0),
            ]
        })
        .collect();
    tx.exec_exactly(&TAKE_AWAY, 5, &params, pieces.len())
}

/// What was delivered of an order, by piece and turn; also what is gone.
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
