//! Orders for products, what the buyer typed, and what was delivered.

use super::stock::Sealed;
use super::{flag, micros, named, opt_string, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::products::{ProductOrder, ProductState};
use domain::{AccountId, KeyId, ProductId, ProductOrderId, StockItemId, Timestamp};

/// A new order for products.
#[derive(Clone, Debug)]
pub struct NewProductOrder {
    /// The order.
    pub order: ProductOrder,
    /// The key it was placed with.
    pub key: Option<KeyId>,
    /// The unguessable name of its delivery.
    pub token: String,
    /// What the buyer typed, sealed.
    pub form: Option<Sealed>,
}

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

macro_rules! columns {
    () => {
        "id, account_id, product_id, state, quantity, delivered, rate, charge, captured, released, \
         note, wait_until_us, created_us, changed_us, ended_us"
    };
}

macro_rules! delivery_columns {
    () => {
        "order_id, piece, account_id, item_id, key_id, sealed, replaced, at_us"
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
    TOKEN = "select token from product_order where id = ?1";
    INSERT = "insert into product_order (id, account_id, product_id, key_id, state, quantity, \
        delivered, rate, charge, captured, released, token, wait_until_us, created_us, \
        changed_us, ended_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
        ?14, ?15, ?16)";
    UPDATE = "update product_order set state = ?4, delivered = ?5, captured = ?6, released = ?7, \
        note = ?8, changed_us = ?9, ended_us = ?10 \
        where id = ?1 and state = ?2 and delivered = ?3";
    INSERT_FORM = "insert into product_order_form (order_id, account_id, key_id, sealed) \
        values (?1, ?2, ?3, ?4)";
    FORM = "select key_id, sealed from product_order_form where order_id = ?1";
    FORMS_WITH_OTHER_KEYS = "select order_id, key_id, sealed from product_order_form \
        where key_id <> ?1 order by order_id limit ?2";
    RESEAL_FORM = "update product_order_form set key_id = ?2, sealed = ?3 \
        where order_id = ?1 and key_id = ?4";
    INSERT_DELIVERY = concat!("insert into delivery (", delivery_columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    REPLACE_DELIVERY = "update delivery set item_id = ?3, replaced = 1, at_us = ?4 \
        where order_id = ?1 and piece = ?2";
    DELIVERIES = concat!("select ", delivery_columns!(), " from delivery where order_id = ?1 \
        order by piece");
    LINES_WITH_OTHER_KEYS = concat!("select ", delivery_columns!(), " from delivery \
        where key_id is not null and key_id <> ?1 order by order_id, piece limit ?2");
    RESEAL_LINE = "update delivery set key_id = ?3, sealed = ?4 \
        where order_id = ?1 and piece = ?2 and key_id = ?5";
    REQUEST = "select account_id, request_id, request_hash, order_id from product_request_id \
        where account_id = ?1 and request_id = ?2";
    INSERT_REQUEST = "insert into product_request_id (account_id, request_id, request_hash, \
        order_id, created_us) values (?1, ?2, ?3, ?4, ?5)";
    OLD_REQUESTS = "select account_id, request_id from product_request_id \
        where created_us < ?1 order by created_us limit ?2";
    DELETE_REQUEST = "delete from product_request_id where account_id = ?1 and request_id = ?2";
    INSERT_REVEAL = "insert into reveal (id, order_id, item_id, account_id, actor, reason, \
        pieces, at_us) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    REVEALS = "select order_id, item_id, account_id, actor, reason, pieces, at_us from reveal \
        where id < ?1 order by id desc limit ?2";
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
        note: opt_string(row, 10)?,
        wait_until: opt_time(row, 11)?,
        created: time(row, 12)?,
        changed: time(row, 13)?,
        ended: opt_time(row, 14)?,
    })
}

fn decode_delivery(row: &dyn Row) -> Result<Delivery, DbError> {
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

/// Writes new orders.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, orders: &[NewProductOrder]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(orders.len().saturating_mul(16));
    let mut forms: Vec<Val<'_>> = Vec::new();
    for NewProductOrder { order, key, token, form } in orders {
        params.extend([
            Val::Int(order.id.0),
            Val::Int(order.account.0),
            Val::Int(order.product.0),
            key.map(|key| key.0).into(),
            order.state.name().into(),
            order.quantity.into(),
            order.delivered.into(),
            order.rate.raw().into(),
            order.charge.raw().into(),
            order.captured.raw().into(),
            order.released.raw().into(),
            token.as_str().into(),
            order.wait_until.map(|until| until.0).into(),
            order.created.0.into(),
            order.changed.0.into(),
            order.ended.map(|ended| ended.0).into(),
        ]);
        if let Some(sealed) = form {
            forms.extend([
                Val::Int(order.id.0),
                Val::Int(order.account.0),
                Val::Int(sealed.key),
                Val::Blob(&sealed.bytes),
            ]);
        }
    }
    tx.exec_exactly(&INSERT, 16, &params, orders.len())?;
    if forms.is_empty() { Ok(()) } else { tx.exec_many(&INSERT_FORM, 4, &forms).map(|_| ()) }
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

/// What the buyer typed, sealed.
///
/// # Errors
/// [`DbError`].
pub fn form(tx: &mut dyn Tx, id: ProductOrderId) -> Result<Option<Sealed>, DbError> {
    tx.row(&FORM, &[id.0.into()], |row| {
        Ok(Sealed { key: row.int(0)?, bytes: row.blob(1)?.to_vec() })
    })
}

/// Up to `limit` typed texts that are not sealed with `key`.
///
/// # Errors
/// [`DbError`].
pub fn forms_with_other_keys(
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
pub fn reseal_form(
    tx: &mut dyn Tx,
    id: ProductOrderId,
    sealed: &Sealed,
    key_before: i64,
) -> Result<(), DbError> {
    let params =
        [id.0.into(), sealed.key.into(), sealed.bytes.as_slice().into(), key_before.into()];
    tx.exec_exactly(&RESEAL_FORM, 4, &params, 1)
}

/// Writes delivered pieces.
///
/// # Errors
/// [`DbError`], also when a piece was delivered before.
pub fn insert_deliveries(tx: &mut dyn Tx, deliveries: &[Delivery]) -> Result<(), DbError> {
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
pub fn replace_delivery(
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
pub fn deliveries(tx: &mut dyn Tx, order: ProductOrderId) -> Result<Vec<Delivery>, DbError> {
    tx.rows(&DELIVERIES, &[order.0.into()], decode_delivery)
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
    tx.rows(&LINES_WITH_OTHER_KEYS, &[key.into(), limit.into()], decode_delivery)
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

/// Writes that somebody saw secrets.
///
/// # Errors
/// [`DbError`].
pub fn insert_reveal(tx: &mut dyn Tx, reveal: &Reveal) -> Result<(), DbError> {
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
pub fn reveals(tx: &mut dyn Tx, before: i64, limit: i64) -> Result<Vec<Reveal>, DbError> {
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
