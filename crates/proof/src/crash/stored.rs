//! What is stored, read beside the program.

use domain::orders::Order;
use domain::products::ProductOrder;
use domain::{AccountId, OrderId, ProductId, ProductOrderId};
use std::collections::HashMap;
use store::tables::{accounts, orders, product_orders};
use store::{DbError, Sql, Tx, TxExt, Val};

use super::world;

const REQUEST_IDS: Sql = Sql {
    name: "PROOF_REQUEST_IDS",
    text: "select account_id, request_id, order_id from product_request_id \
           order by account_id, request_id",
};
const DELIVERIES: Sql = Sql {
    name: "PROOF_DELIVERIES",
    text: "select order_id, item_id from delivery order by order_id, piece",
};
const ITEMS: Sql = Sql {
    name: "PROOF_ITEMS",
    text: "select id, product_id, uses, uses_left from stock_item order by id",
};
const REFILLS: Sql =
    Sql { name: "PROOF_REFILLS", text: "select id, order_id from refill order by id" };
const CREDITS: Sql =
    Sql { name: "PROOF_CREDITS", text: "select reason from transfer where kind = ?1 order by id" };

const SPENT: Sql = Sql {
    name: "PROOF_SPENT",
    text: "select k.account_id, s.spent from key_spend s join api_key k on k.id = s.key_id \
           order by s.key_id, s.day",
};

/// An item of stock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) product: ProductId,
    pub(crate) uses: i64,
    pub(crate) uses_left: i64,
}

/// Everything that the record is compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) orders: Vec<Order>,
    pub(crate) product_orders: HashMap<i64, ProductOrder>,
    /// Orders for products by account and request id.
    pub(crate) request_ids: HashMap<(AccountId, String), i64>,
    /// The items of each order for products.
    pub(crate) deliveries: HashMap<i64, Vec<i64>>,
    pub(crate) items: HashMap<i64, Item>,
    /// The refills of each order.
    pub(crate) refills: HashMap<i64, Vec<i64>>,
    /// Reasons of credits, and how often each was given.
    pub(crate) credits: HashMap<String, usize>,
    /// What is counted as spent with the keys of an account.
    pub(crate) spent: HashMap<AccountId, i64>,
    /// Available and held, by account.
    pub(crate) money: HashMap<AccountId, (i64, i64)>,
}

const PAGE: i64 = 1_000;

/// Reads all of the database at `url` on one snapshot.
pub(crate) fn read(url: &str) -> Stored {
    let store = world::open(url);
    world::wait(store.read(all)).unwrap().unwrap()
}

fn all(tx: &mut dyn Tx) -> Result<Stored, DbError> {
    let mut stored = Stored::default();
    loop {
        let last = stored.orders.last().map_or(OrderId(0), |order| order.id);
        let page = orders::after(tx, last, PAGE)?;
        if page.is_empty() {
            break;
        }
        stored.orders.extend(page);
    }
    let mut last = ProductOrderId(0);
    loop {
        let page = product_orders::after(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        stored.product_orders.extend(page.into_iter().map(|order| (order.id.0, order)));
    }
    let mut last = AccountId(0);
    loop {
        let page = accounts::list(tx, last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.id;
        let money = |account: accounts::Account| {
            (account.id, (account.wallet.available.raw(), account.wallet.held.raw()))
        };
        stored.money.extend(page.into_iter().map(money));
    }
    let used = tx.rows(&REQUEST_IDS, &[], |row| {
        Ok(((AccountId(row.int(0)?), row.text(1)?.to_owned()), row.int(2)?))
    })?;
    stored.request_ids.extend(used);
    for (order, item) in tx.rows(&DELIVERIES, &[], |row| Ok((row.int(0)?, row.int(1)?)))? {
        stored.deliveries.entry(order).or_default().push(item);
    }
    let items = tx.rows(&ITEMS, &[], |row| {
        let item =
            Item { product: ProductId(row.int(1)?), uses: row.int(2)?, uses_left: row.int(3)? };
        Ok((row.int(0)?, item))
    })?;
    stored.items.extend(items);
    for (refill, order) in tx.rows(&REFILLS, &[], |row| Ok((row.int(0)?, row.int(1)?)))? {
        stored.refills.entry(order).or_default().push(refill);
    }
    let credits = tx.rows(&CREDITS, &[Val::Text("credit")], |row| {
        row.opt_text(0).map(|reason| reason.unwrap_or_default().to_owned())
    })?;
    for reason in credits {
        *stored.credits.entry(reason).or_default() += 1;
    }
    for (account, spent) in tx.rows(&SPENT, &[], |row| Ok((AccountId(row.int(0)?), row.int(1)?)))? {
        *stored.spent.entry(account).or_default() += spent;
    }
    Ok(stored)
}
