//! Imports of stock, and which of their lines were there already.

use super::{named, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::products::BatchState;
use domain::{ProductId, ProductOrderId, StockBatchId, StockItemId, Timestamp};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: StockBatchId,
    /// For which product.
    pub product: ProductId,
    /// Where it stands.
    pub state: BatchState,
    /// Where it came from, as the operator named it.
    pub source: String,
    /// Who brought it where it stands: who imported it, or who discarded it.
    pub actor: String,
    /// Lines read.
    pub lines: i64,
    /// Items added.
    pub added: i64,
    /// Lines that were there already.
    pub duplicates: i64,
    /// When it began.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
}

/// A line that was there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The line of the import.
    pub line: i64,
    /// The item that it is the same as.
    pub of_item: StockItemId,
    /// The item's line, when it is of the same import.
    pub of_line: Option<i64>,
    /// The order that the item was sold in.
    pub of_order: Option<ProductOrderId>,
}

macro_rules! batch_columns {
    () => {
        "id, product_id, state, source, actor, lines, added, duplicates, created_us, changed_us"
    };
}

crate::statements! {
    INSERT_BATCH = concat!("insert into stock_batch (", batch_columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    UPDATE_BATCH = "update stock_batch set state = ?3, lines = ?4, added = ?5, duplicates = ?6, \
        changed_us = ?7, actor = ?8 where id = ?1 and state = ?2";
    BATCH = concat!("select ", batch_columns!(), " from stock_batch where id = ?1");
    BATCHES = concat!("select ", batch_columns!(), " from stock_batch where id < ?1 \
        order by id desc limit ?2");
    STAGING_BATCHES = concat!("select ", batch_columns!(), " from stock_batch \
        where product_id = ?1 and state = 'staging' order by id");
    ALL_STAGING = concat!("select ", batch_columns!(), " from stock_batch \
        where state = 'staging' order by id");
    OPEN_BATCHES = concat!("select ", batch_columns!(), " from stock_batch \
        where state = 'activating' order by id");
    DISCARDED_WITH_ITEMS = concat!("select ", batch_columns!(), " from stock_batch \
        where state = 'discarded' and exists (select 1 from stock_item i \
        where i.batch_id = stock_batch.id and i.state = 'staged') order by id");
    INSERT_DUPLICATE = "insert into stock_duplicate (batch_id, line, of_item, of_line, of_order) \
        values (?1, ?2, ?3, ?4, ?5)";
    DUPLICATES = "select line, of_item, of_line, of_order from stock_duplicate \
        where batch_id = ?1 and line > ?2 order by line limit ?3";
    DELETE_DUPLICATES = "delete from stock_duplicate where batch_id = ?1";
}

fn decode_batch(row: &dyn Row) -> Result<Batch, DbError> {
    Ok(Batch {
        id: StockBatchId(row.int(0)?),
        product: ProductId(row.int(1)?),
        state: named(row, 2, BatchState::from_name)?,
        source: row.text(3)?.to_owned(),
        actor: row.text(4)?.to_owned(),
        lines: row.int(5)?,
        added: row.int(6)?,
        duplicates: row.int(7)?,
        created: time(row, 8)?,
        changed: time(row, 9)?,
    })
}

/// Writes a new import.
///
/// # Errors
/// [`DbError`].
pub fn insert_batch(tx: &mut dyn Tx, batch: &Batch) -> Result<(), DbError> {
    let params: [Val<'_>; 10] = [
        batch.id.0.into(),
        batch.product.0.into(),
        batch.state.name().into(),
        batch.source.as_str().into(),
        batch.actor.as_str().into(),
        batch.lines.into(),
        batch.added.into(),
        batch.duplicates.into(),
        batch.created.0.into(),
        batch.changed.0.into(),
    ];
    tx.exec_exactly(&INSERT_BATCH, 10, &params, 1)
}

/// Writes a changed import, guarded by the state it was in.
///
/// # Errors
/// [`DbError`], also when it has moved in between.
pub fn update_batch(tx: &mut dyn Tx, before: BatchState, after: &Batch) -> Result<(), DbError> {
    let params = [
        after.id.0.into(),
        before.name().into(),
        after.state.name().into(),
        after.lines.into(),
        after.added.into(),
        after.duplicates.into(),
        after.changed.0.into(),
        after.actor.as_str().into(),
    ];
    tx.exec_exactly(&UPDATE_BATCH, 8, &params, 1)
}

/// One import.
///
/// # Errors
/// [`DbError`].
pub fn batch(tx: &mut dyn Tx, id: StockBatchId) -> Result<Option<Batch>, DbError> {
    tx.row(&BATCH, &[id.0.into()], decode_batch)
}

/// Up to `limit` imports below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn batches(tx: &mut dyn Tx, before: StockBatchId, limit: i64) -> Result<Vec<Batch>, DbError> {
    tx.rows(&BATCHES, &[before.0.into(), limit.into()], decode_batch)
}

/// Imports of a product that are not finished.
///
/// # Errors
/// [`DbError`].
pub fn staging(tx: &mut dyn Tx, product: ProductId) -> Result<Vec<Batch>, DbError> {
    tx.rows(&STAGING_BATCHES, &[product.0.into()], decode_batch)
}

/// Imports of any product that are not finished.
///
/// # Errors
/// [`DbError`].
pub fn all_staging(tx: &mut dyn Tx) -> Result<Vec<Batch>, DbError> {
    tx.rows(&ALL_STAGING, &[], decode_batch)
}

/// Imports whose items are being put on sale.
///
/// # Errors
/// [`DbError`].
pub fn activating(tx: &mut dyn Tx) -> Result<Vec<Batch>, DbError> {
    tx.rows(&OPEN_BATCHES, &[], decode_batch)
}

/// Imports that are discarded and whose items are not all deleted yet.
///
/// # Errors
/// [`DbError`].
pub fn discarded_with_items(tx: &mut dyn Tx) -> Result<Vec<Batch>, DbError> {
    tx.rows(&DISCARDED_WITH_ITEMS, &[], decode_batch)
}

/// Notes duplicate lines of an import.
///
/// # Errors
/// [`DbError`].
pub fn insert_duplicates(
    tx: &mut dyn Tx,
    batch: StockBatchId,
    duplicates: &[Duplicate],
) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(duplicates.len().saturating_mul(5));
    for duplicate in duplicates {
        params.extend([
            Val::Int(batch.0),
            Val::Int(duplicate.line),
            Val::Int(duplicate.of_item.0),
            duplicate.of_line.into(),
            duplicate.of_order.map(|order| order.0).into(),
        ]);
    }
    tx.exec_exactly(&INSERT_DUPLICATE, 5, &params, duplicates.len())
}

/// Up to `limit` duplicate lines of an import above line `after`.
///
/// # Errors
/// [`DbError`].
pub fn duplicates(
    tx: &mut dyn Tx,
    batch: StockBatchId,
    after: i64,
    limit: i64,
) -> Result<Vec<Duplicate>, DbError> {
    tx.rows(&DUPLICATES, &[batch.0.into(), after.into(), limit.into()], |row| {
        Ok(Duplicate {
            line: row.int(0)?,
            of_item: StockItemId(row.int(1)?),
            of_line: row.opt_int(2)?,
            of_order: row.opt_int(3)?.map(ProductOrderId),
        })
    })
}

/// Forgets the duplicate lines of an import.
///
/// # Errors
/// [`DbError`].
pub fn delete_duplicates(tx: &mut dyn Tx, batch: StockBatchId) -> Result<(), DbError> {
    tx.exec(&DELETE_DUPLICATES, &[batch.0.into()]).map(|_| ())
}
