//! Who saw which secret, when and why.

use super::time;
use crate::{DbError, Tx, TxExt, Val};
use domain::{AccountId, ProductOrderId, StockItemId, Timestamp};

/// Somebody saw secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Of which order.
    pub order: Option<ProductOrderId>,
    /// Which item, when one by itself.
    pub item: Option<StockItemId>,
    /// Whose secrets; 0 for stock that is not sold.
    pub account: AccountId,
    /// Who saw them.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub pieces: i64,
    /// When.
    pub at: Timestamp,
}

crate::statements! {
    INSERT_REVEAL = "insert into reveal (id, order_id, item_id, account_id, actor, reason, \
        pieces, at_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    REVEALS = "select order_id, item_id, account_id, actor, reason, pieces, at_us from reveal \
        where id < ?1 order by id desc limit ?2";
}

/// Writes that somebody saw secrets.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, reveal: &Reveal) -> Result<(), DbError> {
    let id = tx.take_id("reveal")?;
    let params: [Val<'_>; 8] = [
        id.into(),
        reveal.order.map(|order| order.0).into(),
        reveal.item.map(|item| item.0).into(),
        reveal.account.0.into(),
        reveal.actor.as_str().into(),
        reveal.reason.as_str().into(),
        reveal.pieces.into(),
        reveal.at.0.into(),
    ];
    tx.exec_exactly(&INSERT_REVEAL, 8, &params, 1)
}

/// The last `limit` reveals, newest first.
///
/// # Errors
/// [`DbError`].
pub fn before(tx: &mut dyn Tx, before: i64, limit: i64) -> Result<Vec<Reveal>, DbError> {
    tx.rows(&REVEALS, &[before.into(), limit.into()], |row| {
        Ok(Reveal {
            order: row.opt_int(0)?.map(ProductOrderId),
            item: row.opt_int(1)?.map(StockItemId),
            account: AccountId(row.int(2)?),
            actor: row.text(3)?.to_owned(),
            reason: row.text(4)?.to_owned(),
            pieces: row.int(5)?,
            at: time(row, 6)?,
        })
    })
}
