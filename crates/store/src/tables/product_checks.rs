//! What must be true of the rows about products. Read by `verify`.

use crate::{DbError, Tx, TxExt};
use domain::{AccountId, Micros};

crate::statements! {
    LOST_PRODUCT_ORDERS = "select o.id from product_order o \
        left join account a on a.id = o.account_id left join product p on p.id = o.product_id \
        where a.id is null or p.id is null order by o.id limit 20";
    LOST_PRODUCTS = "select p.id from product p left join category c on c.id = p.category_id \
        left join product_stock s on s.product_id = p.id \
        where c.id is null or s.product_id is null order by p.id limit 20";
    LOST_ITEMS = "select i.id from stock_item i left join product p on p.id = i.product_id \
        left join stock_batch b on b.id = i.batch_id and b.product_id = i.product_id \
        where p.id is null or b.id is null order by i.id limit 20";
    LOST_DELIVERIES = "select d.order_id from delivery d left join product_order o \
        on o.id = d.order_id and o.account_id = d.account_id where o.id is null \
        order by d.order_id limit 20";
    LOST_DELIVERED_ITEMS = "select d.order_id from delivery d \
        left join stock_item i on i.id = d.item_id \
        where d.item_id is not null and i.id is null order by d.order_id limit 20";
    LOST_FORMS = "select f.order_id from product_order_form f left join product_order o \
        on o.id = f.order_id and o.account_id = f.account_id where o.id is null \
        order by f.order_id limit 20";
    LOST_PRODUCT_REQUESTS = "select r.order_id from product_request_id r \
        left join product_order o on o.id = r.order_id and o.account_id = r.account_id \
        where o.id is null order by r.order_id limit 20";
    SHORT_DELIVERIES = "select o.id from product_order o \
        left join delivery d on d.order_id = o.id \
        group by o.id, o.delivered having count(d.piece) < o.delivered order by o.id limit 20";
    OVERSOLD_ITEMS = "select i.id from stock_item i left join delivery d on d.item_id = i.id \
        where i.state <> 'bad' group by i.id, i.uses, i.uses_left \
        having count(d.piece) <> i.uses - i.uses_left order by i.id limit 20";
    COUNT_ITEMS = "select cast(count(*) as bigint) from stock_item";
    HELD = "select account_id, charge - captured - released from product_order \
        where ended_us is null order by id";
    PRODUCT_ID_BLOCKS = "select b.kind, b.next, cast(coalesce(case b.kind \
        when 'product' then (select max(id) from product) \
        when 'product_order' then (select max(id) from product_order) \
        when 'stock_batch' then (select max(id) from stock_batch) \
        when 'stock_item' then (select max(id) from stock_item) \
        when 'reveal' then (select max(id) from reveal) end, 0) as bigint) \
        from id_block b order by b.kind";
}

/// A rule about rows that belong together, and what an offender is.
const RULES: &[(&str, &str, crate::Sql)] = &[
    ("every order for products has its account and product", "product order", LOST_PRODUCT_ORDERS),
    ("every product has its category and its stock", "product", LOST_PRODUCTS),
    ("every item has its product and its import", "item", LOST_ITEMS),
    ("every delivery has its order", "product order", LOST_DELIVERIES),
    ("every delivered item is there", "product order", LOST_DELIVERED_ITEMS),
    ("everything typed has its order", "product order", LOST_FORMS),
    ("every request id for products has its order", "product order", LOST_PRODUCT_REQUESTS),
    ("every order was delivered what it says", "product order", SHORT_DELIVERIES),
    ("an item was delivered as often as it was sold, and never twice", "item", OVERSOLD_ITEMS),
];

/// What one rule found: the rule, and up to twenty offenders.
pub type Found = (&'static str, Vec<String>);

/// Checks every rule.
///
/// # Errors
/// [`DbError`].
pub fn check(tx: &mut dyn Tx) -> Result<Vec<Found>, DbError> {
    let mut found = Vec::with_capacity(RULES.len());
    for (rule, what, sql) in RULES {
        let offenders = tx.rows(sql, &[], |row| row.int(0))?;
        found.push((*rule, offenders.iter().map(|id| format!("{what} {id}")).collect()));
    }
    Ok(found)
}

/// How many items of stock there are.
///
/// # Errors
/// [`DbError`].
pub fn items(tx: &mut dyn Tx) -> Result<i64, DbError> {
    Ok(tx.row(&COUNT_ITEMS, &[], |row| row.int(0))?.unwrap_or(0))
}

/// What each open order for products holds, and of whose money.
///
/// # Errors
/// [`DbError`].
pub fn held(tx: &mut dyn Tx) -> Result<Vec<(AccountId, Micros)>, DbError> {
    tx.rows(&HELD, &[], |row| Ok((AccountId(row.int(0)?), Micros::new(row.int(1)?))))
}

/// Every kind of id about products: its name, the next one, and the highest in use.
///
/// # Errors
/// [`DbError`].
pub fn id_blocks(tx: &mut dyn Tx) -> Result<Vec<(String, i64, i64)>, DbError> {
    tx.rows(&PRODUCT_ID_BLOCKS, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)?, row.int(2)?)))
}
