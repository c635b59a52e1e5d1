//! Items of stock.

use super::{named, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::products::ItemState;
use domain::{ProductId, ProductOrderId, StockBatchId, StockItemId, Timestamp};

/// A secret as it is stored: which key of the ring sealed it, and the sealed bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key's number in the ring.
    pub key: i64,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed").field("key", &self.key).finish_non_exhaustive()
    }
}

/// An item of stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: StockItemId,
    /// Of which product.
    pub product: ProductId,
    /// From which import.
    pub batch: StockBatchId,
    /// Its line there, from 1.
    pub line: i64,
    /// Where it stands.
    pub state: ItemState,
    /// How often it can be sold in all.
    pub uses: i64,
    /// How often it can still be sold.
    pub uses_left: i64,
    /// When it may no longer be sold; nothing for never.
    pub expires: Option<Timestamp>,
    /// The secret.
    pub sealed: Sealed,
    /// The last order that it was sold in.
    pub last_order: Option<ProductOrderId>,
}

/// An item to be stored.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// The item; its state is `Staged`.
    pub item: Item,
    /// Tells duplicates apart within the product.
    pub blind: [u8; 16],
}

/// An item that never expires is stored as expiring at the end of time, so that the index sorts
/// what expires first to the front on every engine.
const NEVER: i64 = i64::MAX;

macro_rules! item_columns {
    () => {
        "id, product_id, batch_id, line, state, uses, uses_left, expires_us, key_id, sealed, \
         last_order_id"
    };
}

crate::statements! {
    FOR_SALE = concat!("select ", item_columns!(), " from stock_item where product_id = ?1 \
        and state = 'available' and expires_us > ?2 order by expires_us, id limit ?3 /*lock*/");
    BY_ID = concat!("select ", item_columns!(), " from stock_item where id = ?1");
    BY_BLIND = concat!("select ", item_columns!(), " from stock_item \
        where product_id = ?1 and blind = ?2");
    OF_PRODUCT = concat!("select ", item_columns!(), " from stock_item where product_id = ?1 \
        and id > ?2 order by id limit ?3");
    OTHER_KEYS = concat!("select ", item_columns!(), " from stock_item where key_id <> ?1 \
        order by key_id, id limit ?2");
    NEXT_KEY = "select key_id from stock_item where key_id > ?1 order by key_id limit 1";
    RESEAL = "update stock_item set key_id = ?2, sealed = ?3 where id = ?1 and key_id = ?4";
    INSERT = "insert into stock_item (id, product_id, batch_id, line, state, uses, uses_left, \
        expires_us, key_id, sealed, blind, changed_us) \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    SELL = "update stock_item set uses_left = ?3, state = ?4, last_order_id = ?5, \
        changed_us = ?6 where id = ?1 and uses_left = ?2 and state = 'available'";
    SET_STATE = "update stock_item set state = ?3, changed_us = ?4 where id = ?1 and state = ?2";
    STAGED = "select id, uses_left from stock_item where batch_id = ?1 and state = 'staged' \
        order by id limit ?2";
    DELETE_STAGED = "delete from stock_item where id = ?1 and state = 'staged'";
    OUTDATED = "select id, product_id, uses_left from stock_item where product_id = ?1 \
        and state = 'available' and expires_us <= ?2 order by expires_us, id limit ?3";
    COUNTS = "select state, cast(count(*) as bigint), cast(coalesce(sum(uses_left), 0) as bigint) \
        from stock_item where product_id = ?1 group by state order by state";
}

fn decode_item(row: &dyn Row) -> Result<Item, DbError> {
    Ok(Item {
        id: StockItemId(row.int(0)?),
        product: ProductId(row.int(1)?),
        batch: StockBatchId(row.int(2)?),
        line: row.int(3)?,
        state: named(row, 4, ItemState::from_name)?,
        uses: row.int(5)?,
        uses_left: row.int(6)?,
        expires: Some(time(row, 7)?).filter(|expires| expires.0 != NEVER),
        sealed: Sealed { key: row.int(8)?, bytes: row.blob(9)?.to_vec() },
        last_order: row.opt_int(10)?.map(ProductOrderId),
    })
}

/// Up to `limit` items for sale at `now`, what expires first in front.
///
/// # Errors
/// [`DbError`].
pub fn for_sale(
    tx: &mut dyn Tx,
    product: ProductId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Item>, DbError> {
    tx.rows(&FOR_SALE, &[product.0.into(), now.0.into(), limit.into()], decode_item)
}

/// One item.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: StockItemId) -> Result<Option<Item>, DbError> {
    tx.row(&BY_ID, &[id.0.into()], decode_item)
}

/// Those of the blind indexes that a product has items of, with the item.
///
/// # Errors
/// [`DbError`].
pub fn by_blind(
    tx: &mut dyn Tx,
    product: ProductId,
    blind: &[u8; 16],
) -> Result<Option<Item>, DbError> {
    tx.row(&BY_BLIND, &[product.0.into(), blind.as_slice().into()], decode_item)
}

/// Up to `limit` items of a product above `after`.
///
/// # Errors
/// [`DbError`].
pub fn of_product(
    tx: &mut dyn Tx,
    product: ProductId,
    after: StockItemId,
    limit: i64,
) -> Result<Vec<Item>, DbError> {
    tx.rows(&OF_PRODUCT, &[product.0.into(), after.0.into(), limit.into()], decode_item)
}

/// Up to `limit` items that are not sealed with `key`.
///
/// # Errors
/// [`DbError`].
pub fn with_other_keys(tx: &mut dyn Tx, key: i64, limit: i64) -> Result<Vec<Item>, DbError> {
    tx.rows(&OTHER_KEYS, &[key.into(), limit.into()], decode_item)
}

/// The next key above `after` that an item is sealed with.
///
/// # Errors
/// [`DbError`].
pub fn next_key(tx: &mut dyn Tx, after: i64) -> Result<Option<i64>, DbError> {
    tx.row(&NEXT_KEY, &[after.into()], |row| row.int(0))
}

/// Replaces sealed secrets, each guarded by the key it was sealed with.
///
/// # Errors
/// [`DbError`], also when one was sealed anew in between.
pub fn reseal(tx: &mut dyn Tx, items: &[(StockItemId, Sealed, i64)]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(items.len().saturating_mul(4));
    for (id, sealed, key_before) in items {
        params.extend([
            Val::Int(id.0),
            Val::Int(sealed.key),
            Val::Blob(&sealed.bytes),
            Val::Int(*key_before),
        ]);
    }
    tx.exec_exactly(&RESEAL, 4, &params, items.len())
}

/// Writes new items.
///
/// # Errors
/// [`DbError`], also when one is a duplicate.
pub fn insert(tx: &mut dyn Tx, items: &[NewItem], now: Timestamp) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(items.len().saturating_mul(12));
    for NewItem { item, blind } in items {
        params.extend([
            Val::Int(item.id.0),
            Val::Int(item.product.0),
            Val::Int(item.batch.0),
            Val::Int(item.line),
            Val::Text(item.state.name()),
            Val::Int(item.uses),
            Val::Int(item.uses_left),
            Val::Int(item.expires.map_or(NEVER, |expires| expires.0)),
            Val::Int(item.sealed.key),
            Val::Blob(&item.sealed.bytes),
            Val::Blob(blind),
            Val::Int(now.0),
        ]);
    }
    tx.exec_exactly(&INSERT, 12, &params, items.len())
}

/// A number of uses of an item, sold in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The item.
    pub item: StockItemId,
    /// Uses that were left before.
    pub uses_before: i64,
    /// Uses that are left now.
    pub uses_left: i64,
    /// The order.
    pub order: ProductOrderId,
}

/// Takes uses of items, each guarded by the uses that were left: no item is sold twice.
///
/// # Errors
/// [`DbError`], also when an item was sold in between.
pub fn sell(tx: &mut dyn Tx, sales: &[Sale], now: Timestamp) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(sales.len().saturating_mul(6));
    for sale in sales {
        let state = if sale.uses_left == 0 { ItemState::Sold } else { ItemState::Available };
        params.extend([
            Val::Int(sale.item.0),
            Val::Int(sale.uses_before),
            Val::Int(sale.uses_left),
            Val::Text(state.name()),
            Val::Int(sale.order.0),
            Val::Int(now.0),
        ]);
    }
    tx.exec_exactly(&SELL, 6, &params, sales.len())
}

/// Moves items from one state to another.
///
/// # Errors
/// [`DbError`], also when one has moved in between.
pub fn set_states(
    tx: &mut dyn Tx,
    items: &[StockItemId],
    from: ItemState,
    to: ItemState,
    now: Timestamp,
) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = items
        .iter()
        .flat_map(|id| {
            [Val::Int(id.0), Val::Text(from.name()), Val::Text(to.name()), Val::Int(now.0)]
        })
        .collect();
    tx.exec_exactly(&SET_STATE, 4, &params, items.len())
}

/// Up to `limit` staged items of an import, with their uses.
///
/// # Errors
/// [`DbError`].
pub fn staged(
    tx: &mut dyn Tx,
    batch: StockBatchId,
    limit: i64,
) -> Result<Vec<(StockItemId, i64)>, DbError> {
    tx.rows(&STAGED, &[batch.0.into(), limit.into()], |row| {
        Ok((StockItemId(row.int(0)?), row.int(1)?))
    })
}

/// Removes staged items.
///
/// # Errors
/// [`DbError`].
pub fn delete_staged(tx: &mut dyn Tx, items: &[StockItemId]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = items.iter().map(|id| Val::Int(id.0)).collect();
    tx.exec_exactly(&DELETE_STAGED, 1, &params, items.len())
}

/// Up to `limit` items for sale whose date is over at `now`, with their uses.
///
/// # Errors
/// [`DbError`].
pub fn outdated(
    tx: &mut dyn Tx,
    product: ProductId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(StockItemId, i64)>, DbError> {
    tx.rows(&OUTDATED, &[product.0.into(), now.0.into(), limit.into()], |row| {
        Ok((StockItemId(row.int(0)?), row.int(2)?))
    })
}

/// Items of a product by state: how many, and the uses they have left.
///
/// # Errors
/// [`DbError`].
pub fn counts(tx: &mut dyn Tx, product: ProductId) -> Result<Vec<(ItemState, i64, i64)>, DbError> {
    tx.rows(&COUNTS, &[product.0.into()], |row| {
        Ok((named(row, 0, ItemState::from_name)?, row.int(1)?, row.int(2)?))
    })
}
