//! Products and how many pieces of each are for sale.

use super::{Put, flag, joined, labels, micros, named};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::products::{Product, ProductKind, WhenShort};
use domain::{CategoryId, ProductId, Timestamp};

macro_rules! columns {
    () => {
        "id, category_id, name, description, kind, rate, min, max, form, when_short, wait_hours, \
         warranty_days, low_stock, position, on_sale"
    };
}

crate::statements! {
    PRODUCTS = concat!("select ", columns!(), " from product order by position, id");
    ADD_PRODUCT = concat!("insert into product (", columns!(), ") values (?1, ?2, ?3, ?4, ?5, ?6, \
        ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
    CHANGE_PRODUCT = "update product set category_id = ?2, name = ?3, description = ?4, kind = ?5, \
        rate = ?6, min = ?7, max = ?8, form = ?9, when_short = ?10, wait_hours = ?11, \
        warranty_days = ?12, low_stock = ?13, position = ?14, on_sale = ?15 where id = ?1";
    NEW_STOCK = "insert into product_stock (product_id, pieces) values (?1, 0)";
    STOCK = "select pieces from product_stock where product_id = ?1";
    STOCK_LOCKED = "select pieces from product_stock where product_id = ?1 /*lock*/";
    ALL_STOCK = "select product_id, pieces from product_stock order by product_id";
    FOR_SALE = "select p.product_id, cast(p.pieces - coalesce((select sum(i.uses_left) \
            from stock_item i where i.product_id = p.product_id and i.state = 'available' \
            and i.expires_us <= ?1), 0) as bigint) \
        from product_stock p order by p.product_id";
    ADD_PIECES = "update product_stock set pieces = pieces + ?2 where product_id = ?1";
    COUNT_PIECES = "select p.product_id, p.pieces, \
        cast(coalesce((select sum(i.uses_left) from stock_item i \
            where i.product_id = p.product_id and i.state = 'available'), 0) as bigint) \
        from product_stock p order by p.product_id";
}

fn decode(row: &dyn Row) -> Result<Product, DbError> {
    Ok(Product {
        id: ProductId(row.int(0)?),
        category: CategoryId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        kind: named(row, 4, ProductKind::from_name)?,
        rate: micros(row, 5)?,
        min: row.int(6)?,
        max: row.int(7)?,
        form: labels(row.text(8)?),
        when_short: named(row, 9, WhenShort::from_name)?,
        wait_hours: row.int(10)?,
        warranty_days: row.int(11)?,
        low_stock: row.int(12)?,
        position: row.int(13)?,
        on_sale: flag(row, 14)?,
    })
}

/// Every product, by position; also those that are not on sale.
///
/// # Errors
/// [`DbError`].
pub fn products(tx: &mut dyn Tx) -> Result<Vec<Product>, DbError> {
    tx.rows(&PRODUCTS, &[], decode)
}

/// Writes a product; a new one has no stock yet.
///
/// # Errors
/// [`DbError`].
pub fn put_product(tx: &mut dyn Tx, put: Put, product: &Product) -> Result<(), DbError> {
    let form = joined(&product.form);
    let params: [Val<'_>; 15] = [
        product.id.0.into(),
        product.category.0.into(),
        product.name.as_str().into(),
        product.description.as_str().into(),
        product.kind.name().into(),
        product.rate.raw().into(),
        product.min.into(),
        product.max.into(),
        form.as_str().into(),
        product.when_short.name().into(),
        product.wait_hours.into(),
        product.warranty_days.into(),
        product.low_stock.into(),
        product.position.into(),
        product.on_sale.into(),
    ];
    tx.exec_exactly(put.of(&ADD_PRODUCT, &CHANGE_PRODUCT), 15, &params, 1)?;
    match put {
        Put::New => tx.exec_exactly(&NEW_STOCK, 1, &[product.id.0.into()], 1),
        Put::Changed => Ok(()),
    }
}

/// Pieces for sale of a product.
///
/// # Errors
/// [`DbError`].
pub fn pieces(tx: &mut dyn Tx, product: ProductId) -> Result<i64, DbError> {
    Ok(tx.row(&STOCK, &[product.0.into()], |row| row.int(0))?.unwrap_or(0))
}

/// Pieces for sale of every product.
///
/// # Errors
/// [`DbError`].
pub fn all_pieces(tx: &mut dyn Tx) -> Result<Vec<(ProductId, i64)>, DbError> {
    tx.rows(&ALL_STOCK, &[], |row| Ok((ProductId(row.int(0)?), row.int(1)?)))
}

/// Pieces of every product that can be sold at `now`: without those of items that are past their
/// date and not swept yet, which are few.
///
/// # Errors
/// [`DbError`].
pub fn pieces_for_sale(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<(ProductId, i64)>, DbError> {
    tx.rows(&FOR_SALE, &[now.0.into()], |row| Ok((ProductId(row.int(0)?), row.int(1)?)))
}

/// Changes how many pieces of a product are for sale.
///
/// # Errors
/// [`DbError`].
pub fn add_pieces(tx: &mut dyn Tx, product: ProductId, change: i64) -> Result<(), DbError> {
    tx.exec_exactly(&ADD_PIECES, 2, &[product.0.into(), change.into()], 1)
}

/// Waits until nobody else sells, adds or takes away stock of the product. Call it before any item is
/// read that is then sold or changed, products in ascending order, after accounts are locked.
///
/// # Errors
/// [`DbError`].
pub fn lock_stock(tx: &mut dyn Tx, product: ProductId) -> Result<(), DbError> {
    tx.row(&STOCK_LOCKED, &[product.0.into()], |_| Ok(())).map(|_| ())
}

/// Every product with its pieces for sale as counted and as its items sum to.
///
/// # Errors
/// [`DbError`].
pub fn counted_pieces(tx: &mut dyn Tx) -> Result<Vec<(ProductId, i64, i64)>, DbError> {
    tx.rows(&COUNT_PIECES, &[], |row| Ok((ProductId(row.int(0)?), row.int(1)?, row.int(2)?)))
}
