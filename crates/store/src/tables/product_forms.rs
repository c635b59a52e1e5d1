//! What buyers were asked when they ordered products, and what they typed, sealed.

use super::product_orders::NewProductOrder;
use super::stock::Sealed;
use super::{joined, labels};
use crate::{DbError, Tx, TxExt, Val};
use domain::ProductOrderId;

/// The form of an order, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What was asked: one label for each field.
    pub labels: Vec<String>,
    /// What was typed, sealed.
    pub answers: Sealed,
}

crate::statements! {
    INSERT_FORM = "insert into product_order_form (order_id, account_id, labels, key_id, sealed) \
        values (?1, ?2, ?3, ?4, ?5)";
    FORM = "select labels, key_id, sealed from product_order_form where order_id = ?1";
    FORMS_WITH_OTHER_KEYS = "select order_id, key_id, sealed from product_order_form \
        where key_id <> ?1 order by order_id limit ?2";
    RESEAL_FORM = "update product_order_form set key_id = ?2, sealed = ?3 \
        where order_id = ?1 and key_id = ?4";
}

/// Writes the forms of new orders.
pub(super) fn insert(tx: &mut dyn Tx, orders: &[NewProductOrder]) -> Result<(), DbError> {
    let forms: Vec<(&NewProductOrder, &Form, String)> = orders
        .iter()
        .filter_map(|order| order.form.as_ref().map(|form| (order, form, joined(&form.labels))))
        .collect();
    let mut params: Vec<Val<'_>> = Vec::with_capacity(forms.len().saturating_mul(5));
    for (NewProductOrder { order, .. }, Form { answers, .. }, labels) in &forms {
        params.extend([
            Val::Int(order.id.0),
            Val::Int(order.account.0),
            Val::Text(labels),
            Val::Int(answers.key),
            Val::Blob(&answers.bytes),
        ]);
    }
    tx.exec_exactly(&INSERT_FORM, 5, &params, forms.len())
}

/// The form of an order.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, id: ProductOrderId) -> Result<Option<Form>, DbError> {
    tx.row(&FORM, &[id.0.into()], |row| {
        let answers = Sealed { key: row.int(1)?, bytes: row.blob(2)?.to_vec() };
        Ok(Form { labels: labels(row.text(0)?), answers })
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
