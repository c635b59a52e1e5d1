//! Orders for products.

use super::product_forms::{self, Form};
use super::{micros, named, opt_string, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::products::{ProductOrder, ProductState};
use domain::{AccountId, KeyId, ProductId, ProductOrderId, Timestamp};
use std::fmt;

/// A new order for products.
#[derive(Clone)]
pub struct NewProductOrder {
    /// The order.
    pub order: ProductOrder,
    /// The key it was placed with.
    pub key: Option<KeyId>,
    /// The unguessable name of its delivery.
    pub token: String,
    /// What the buyer was asked and typed.
    pub form: Option<Form>,
}

/// Without the name of the delivery, which opens it.
impl fmt::Debug for NewProductOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, key, .. } = self;
        f.debug_struct("NewProductOrder")
            .field("order", order)
            .field("key", key)
            .finish_non_exhaustive()
    }
}

macro_rules! columns {
    () => {
        "id, account_id, product_id, state, quantity, delivered, rate, charge, captured, released, \
         warranty_days, note, wait_until_us, created_us, changed_us, ended_us"
    };
}

crate::statements! {
    BY_ID = concat!("select ", columns!(), " from product_order where id = ?1");
    OF_ACCOUNT_BY_ID = concat!("select ", columns!(), " from product_order \
        where id = ?2 and account_id = ?1");
    BY_TOKEN = concat!("select ", columns!(), " from product_order where token = ?1");
    AFTER = concat!("select ", columns!(), " from product_order where id > ?1 \
        order by id limit ?2");
    OPEN_AFTER = concat!("select ", columns!(), " from product_order where ended_us is null \
        and id > ?1 order by id limit ?2");
    WAITING_AFTER = "select id, product_id from product_order where state = 'waiting' \
        and ended_us is null and id > ?1 order by id limit ?2";
    BEFORE = concat!("select ", columns!(), " from product_order where id < ?1 \
        order by id desc limit ?2");
    OPEN_OF_PRODUCT = concat!("select ", columns!(), " from product_order \
        where product_id = ?1 and ended_us is null order by id");
    WAITED_FOR = "select cast(coalesce(sum(quantity - delivered), 0) as bigint) from product_order \
        where product_id = ?1 and ended_us is null and state = 'waiting' and wait_until_us > ?2";
    TOKEN = "select token from product_order where id = ?1";
    INSERT = "insert into product_order (id, account_id, product_id, key_id, state, quantity, \
        delivered, rate, warranty_days, charge, captured, released, token, wait_until_us, \
        created_us, changed_us, ended_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, \
        ?12, ?13, ?14, ?15, ?16, ?17)";
    UPDATE = "update product_order set state = ?4, delivered = ?5, captured = ?6, released = ?7, \
        note = ?8, changed_us = ?9, ended_us = ?10 \
        where id = ?1 and state = ?2 and delivered = ?3";
}

fn decode(row: &dyn Row) -> Result<ProductOrder, DbError> {
    Ok(ProductOrder {
        id: ProductOrderId(row.int(0)?),
        account: AccountId(row.int(1)?),
        product: ProductId(row.int(2)?),
        state: named(row, 3, ProductState::from_name)?,
        quantity: row.int(4)?,
        delivered: row.int(5)?,
        rate: micros(row, 6)?,
        charge: micros(row, 7)?,
        captured: micros(row, 8)?,
        released: micros(row, 9)?,
        warranty_days: row.int(10)?,
        note: opt_string(row, 11)?,
        wait_until: opt_time(row, 12)?,
        created: time(row, 13)?,
        changed: time(row, 14)?,
        ended: opt_time(row, 15)?,
    })
}

/// One order, whoever it belongs to.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: ProductOrderId) -> Result<Option<ProductOrder>, DbError> {
    tx.row(&BY_ID, &[id.0.into()], decode)
}

/// Those of `ids` that belong to `account`.
///
/// # Errors
/// [`DbError`].
pub fn of_account(
    tx: &mut dyn Tx,
    account: AccountId,
    ids: &[ProductOrderId],
) -> Result<Vec<ProductOrder>, DbError> {
    let params: Vec<Val<'_>> =
        ids.iter().flat_map(|id| [Val::Int(account.0), Val::Int(id.0)]).collect();
    tx.rows_many(&OF_ACCOUNT_BY_ID, 2, &params, decode)
}

/// The order of a delivery token.
///
/// # Errors
/// [`DbError`].
pub fn by_token(tx: &mut dyn Tx, token: &str) -> Result<Option<ProductOrder>, DbError> {
    tx.row(&BY_TOKEN, &[token.into()], decode)
}

/// The delivery token of an order.
///
/// # Errors
/// [`DbError`].
pub fn token(tx: &mut dyn Tx, id: ProductOrderId) -> Result<Option<String>, DbError> {
    tx.row(&TOKEN, &[id.0.into()], |row| row.text(0).map(str::to_owned))
}

/// Up to `limit` orders above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn after(
    tx: &mut dyn Tx,
    after: ProductOrderId,
    limit: i64,
) -> Result<Vec<ProductOrder>, DbError> {
    tx.rows(&AFTER, &[after.0.into(), limit.into()], decode)
}

/// Up to `limit` open orders above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn open_after(
    tx: &mut dyn Tx,
    after: ProductOrderId,
    limit: i64,
) -> Result<Vec<ProductOrder>, DbError> {
    tx.rows(&OPEN_AFTER, &[after.0.into(), limit.into()], decode)
}

/// Up to `limit` waiting orders above `after`, oldest first, each with its product.
///
/// # Errors
/// [`DbError`].
pub fn waiting_after(
    tx: &mut dyn Tx,
    after: ProductOrderId,
    limit: i64,
) -> Result<Vec<(ProductOrderId, ProductId)>, DbError> {
    tx.rows(&WAITING_AFTER, &[after.0.into(), limit.into()], |row| {
        Ok((ProductOrderId(row.int(0)?), ProductId(row.int(1)?)))
    })
}

/// Up to `limit` orders below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn before(
    tx: &mut dyn Tx,
    before: ProductOrderId,
    limit: i64,
) -> Result<Vec<ProductOrder>, DbError> {
    tx.rows(&BEFORE, &[before.0.into(), limit.into()], decode)
}

/// The open orders of a product, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn open_of_product(tx: &mut dyn Tx, product: ProductId) -> Result<Vec<ProductOrder>, DbError> {
    tx.rows(&OPEN_OF_PRODUCT, &[product.0.into()], decode)
}

/// Pieces that the waiting orders of a product have still to get, but for those whose time is over.
///
/// # Errors
/// [`DbError`].
pub fn waited_for(tx: &mut dyn Tx, product: ProductId, now: Timestamp) -> Result<i64, DbError> {
    let sum = tx.row(&WAITED_FOR, &[product.0.into(), now.0.into()], |row| row.int(0))?;
    Ok(sum.unwrap_or(0))
}

/// Writes new orders with their forms.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, orders: &[NewProductOrder]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(orders.len().saturating_mul(17));
    for NewProductOrder { order, key, token, .. } in orders {
        params.extend([
            Val::Int(order.id.0),
            Val::Int(order.account.0),
            Val::Int(order.product.0),
            key.map(|key| key.0).into(),
            order.state.name().into(),
            order.quantity.into(),
            order.delivered.into(),
            order.rate.raw().into(),
            order.warranty_days.into(),
            order.charge.raw().into(),
            order.captured.raw().into(),
            order.released.raw().into(),
            token.as_str().into(),
            order.wait_until.map(|until| until.0).into(),
            order.created.0.into(),
            order.changed.0.into(),
            order.ended.map(|ended| ended.0).into(),
        ]);
    }
    tx.exec_exactly(&INSERT, 17, &params, orders.len())?;
    product_forms::insert(tx, orders)
}

/// Writes changed orders, each guarded by the state and pieces it was computed from.
///
/// # Errors
/// [`DbError`], also when an order has moved in between.
pub fn update(tx: &mut dyn Tx, changes: &[(ProductOrder, ProductOrder)]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(changes.len().saturating_mul(10));
    for (before, after) in changes {
        params.extend([
            Val::Int(before.id.0),
            before.state.name().into(),
            before.delivered.into(),
            after.state.name().into(),
            after.delivered.into(),
            after.captured.raw().into(),
            after.released.raw().into(),
            after.note.as_deref().into(),
            after.changed.0.into(),
            after.ended.map(|ended| ended.0).into(),
        ]);
    }
    tx.exec_exactly(&UPDATE, 10, &params, changes.len())
}
