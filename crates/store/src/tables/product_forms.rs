//! What buyers typed into the forms of products, sealed.

use super::product_orders::NewProductOrder;
use super::stock::Sealed;
use crate::{DbError, Tx, TxExt, Val};
use domain::ProductOrderId;

crate::statements! {
    INSERT_FORM = "insert into product_order_form (order_id, account_id, key_id, sealed) \
        values (?1, ?2, ?3, ?4)";
    FORM = "select key_id, sealed from product_order_form where order_id = ?1";
    FORMS_WITH_OTHER_KEYS = "select order_id, key_id, sealed from product_order_form \
        where key_id <> ?1 order by order_id limit ?2";
    RESEAL_FORM = "update product_order_form set key_id = ?2, sealed = ?3 \
        where order_id = ?1 and key_id = ?4";
}

/// Writes what was typed into the forms of new orders.
pub(super) fn insert(tx: &mut dyn Tx, orders: &[NewProductOrder]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::new();
    for NewProductOrder { order, form, .. } in orders {
        if let Some(sealed) = form {
            params.extend([
                Val::Int(order.id.0),
                Val::Int(order.account.0),
                Val::Int(sealed.key),
                Val::Blob(&sealed.bytes),
            ]);
        }
    }
    if params.is_empty() { Ok(()) } else { tx.exec_many(&INSERT_FORM, 4, &params).map(|_| ()) }
}

/// What the buyer typed, sealed.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, id: ProductOrderId) -> Result<Option<Sealed>, DbError> {
    tx.row(&FORM, &[id.0.into()], |row| {
        Ok(Sealed { key: row.int(0)?, bytes: row.blob(1)?.to_vec() })
    })
}

/// Up to `limit` typed texts that are not sealed with `key`.
///
/// # Errors
/// [`DbError`].
pub fn with_other_keys(
    tx: &mut dyn Tx,
    key: i64,
    limit: i64,
) -> Result<Vec<(ProductOrderId, Sealed)>, DbError> {
    tx.rows(&FORMS_WITH_OTHER_KEYS, &[key.into(), limit.into()], |row| {
        let sealed = Sealed { key: row.int(1)?, bytes: row.blob(2)?.to_vec() };
        Ok((ProductOrderId(row.int(0)?), sealed))
    })
}

/// Replaces a sealed typed text, guarded by the key it was sealed with.
///
/// # Errors
/// [`DbError`], also when it was sealed anew in between.
pub fn reseal(
    tx: &mut dyn Tx,
    id: ProductOrderId,
    sealed: &Sealed,
    key_before: i64,
) -> Result<(), DbError> {
    let params =
        [id.0.into(), sealed.key.into(), sealed.bytes.as_slice().into(), key_before.into()];
    tx.exec_exactly(&RESEAL_FORM, 4, &params, 1)
}
