//! What must be true of the rows about products. Read by `verify`.

use super::links::Rule;
use crate::{DbError, Tx, TxExt};
use domain::{AccountId, Micros};

crate::statements! {
    COUNT_PRODUCT_ORDERS = "select cast(count(*) as bigint) from product_order";
    COUNT_PRODUCTS = "select cast(count(*) as bigint) from product";
    COUNT_IMPORTS = "select cast(count(*) as bigint) from stock_batch";
    COUNT_ITEMS = "select cast(count(*) as bigint) from stock_item";
    COUNT_DELIVERIES = "select cast(count(*) as bigint) from delivery";
    COUNT_FORMS = "select cast(count(*) as bigint) from product_order_form";
    COUNT_PRODUCT_REQUESTS = "select cast(count(*) as bigint) from product_request_id";
    LOST_PRODUCT_ORDERS = "select o.id from product_order o \
        left join account a on a.id = o.account_id left join product p on p.id = o.product_id \
        where a.id is null or p.id is null order by o.id limit 20";
    LOST_PRODUCTS = "select p.id from product p left join category c on c.id = p.category_id \
        left join product_stock s on s.product_id = p.id \
        where c.id is null or s.product_id is null order by p.id limit 20";
    LOST_ITEMS = "select i.id from stock_item i left join product p on p.id = i.product_id \
        left join stock_batch b on b.id = i.batch_id and b.product_id = i.product_id \
        where p.id is null or b.id is null order by i.id limit 20";
    WRONG_IMPORTS = "select b.id from stock_batch b \
        left join (select batch_id, count(*) as items from stock_item group by batch_id) i \
        on i.batch_id = b.id \
        left join (select batch_id, count(*) as lines from stock_duplicate group by batch_id) d \
        on d.batch_id = b.id where b.state <> 'discarded' \
        and (b.lines <> b.added + b.duplicates or b.added <> coalesce(i.items, 0) \
        or b.duplicates <> coalesce(d.lines, 0)) order by b.id limit 20";
    LOST_DELIVERIES = "select distinct d.order_id from delivery d left join product_order o \
        on o.id = d.order_id and o.account_id = d.account_id where o.id is null \
        order by d.order_id limit 20";
    LOST_DELIVERED_ITEMS = "select distinct d.order_id from delivery d \
        left join product_order o on o.id = d.order_id \
        left join stock_item i on i.id = d.item_id and i.product_id = o.product_id \
        where d.item_id is not null and i.id is null order by d.order_id limit 20";
    LOST_FORMS = "select f.order_id from product_order_form f left join product_order o \
        on o.id = f.order_id and o.account_id = f.account_id where o.id is null \
        order by f.order_id limit 20";
    LOST_PRODUCT_REQUESTS = "select r.order_id from product_request_id r \
        left join product_order o on o.id = r.order_id and o.account_id = r.account_id \
        where o.id is null order by r.order_id limit 20";
    WRONG_DELIVERIES = "select o.id from product_order o \
        left join delivery d on d.order_id = o.id and d.gone is null \
        group by o.id, o.delivered having count(d.piece) <> o.delivered order by o.id limit 20";
    WRONG_PIECES = "select d.order_id from delivery d join product_order o on o.id = d.order_id \
        group by d.order_id, o.quantity \
        having max(d.piece) <> count(distinct d.piece) or max(d.piece) > o.quantity \
        order by d.order_id limit 20";
    WRONG_TURNS = "select distinct d.order_id from delivery d left join delivery n \
        on n.order_id = d.order_id and n.piece = d.piece and n.turn = d.turn + 1 \
        left join delivery b \
        on b.order_id = d.order_id and b.piece = d.piece and b.turn = d.turn - 1 \
        where (coalesce(d.gone, '') = 'replaced' and n.turn is null) \
        or (coalesce(d.gone, '') <> 'replaced' and n.turn is not null) \
        or (d.turn > 1 and b.turn is null) order by d.order_id limit 20";
    WRONG_SALES = "select i.id from stock_item i left join delivery d on d.item_id = i.id \
        group by i.id, i.uses, i.uses_left \
        having count(d.piece) <> i.uses - i.uses_left order by i.id limit 20";
    GOOD_AGAIN = "select distinct i.id from stock_item i join delivery d on d.item_id = i.id \
        where d.gone = 'replaced' and i.state <> 'bad' order by i.id limit 20";
    HELD = "select account_id, charge - captured - released from product_order \
        where ended_us is null order by id";
}

/// Every rule about rows that belong together.
pub const RULES: &[Rule] = &[
    Rule {
        rule: "every order for products has its account and product",
        what: "product order",
        count: COUNT_PRODUCT_ORDERS,
        offenders: LOST_PRODUCT_ORDERS,
    },
    Rule {
        rule: "every product has its category and its stock",
        what: "product",
        count: COUNT_PRODUCTS,
        offenders: LOST_PRODUCTS,
    },
    Rule {
        rule: "every item has its product and its import",
        what: "item",
        count: COUNT_ITEMS,
        offenders: LOST_ITEMS,
    },
    Rule {
        rule: "an import has the items and the duplicates that it says",
        what: "import",
        count: COUNT_IMPORTS,
        offenders: WRONG_IMPORTS,
    },
    Rule {
        rule: "every delivery has its order",
        what: "product order",
        count: COUNT_DELIVERIES,
        offenders: LOST_DELIVERIES,
    },
    Rule {
        rule: "every delivered item is there, and of the product that was ordered",
        what: "product order",
        count: COUNT_DELIVERIES,
        offenders: LOST_DELIVERED_ITEMS,
    },
    Rule {
        rule: "everything typed has its order",
        what: "product order",
        count: COUNT_FORMS,
        offenders: LOST_FORMS,
    },
    Rule {
        rule: "every request id for products has its order",
        what: "product order",
        count: COUNT_PRODUCT_REQUESTS,
        offenders: LOST_PRODUCT_REQUESTS,
    },
    Rule {
        rule: "the customer has as many pieces of an order as it says were delivered",
        what: "product order",
        count: COUNT_PRODUCT_ORDERS,
        offenders: WRONG_DELIVERIES,
    },
    Rule {
        rule: "the pieces of an order are numbered from 1 without a gap, and no more than ordered",
        what: "product order",
        count: COUNT_DELIVERIES,
        offenders: WRONG_PIECES,
    },
    Rule {
        rule: "something takes the place of a piece exactly when it was replaced",
        what: "product order",
        count: COUNT_DELIVERIES,
        offenders: WRONG_TURNS,
    },
    Rule {
        rule: "an item was delivered as often as it was sold, also one that is bad, and never more \
               often than it has uses",
        what: "item",
        count: COUNT_ITEMS,
        offenders: WRONG_SALES,
    },
    Rule {
        rule: "an item that was replaced is never sold again",
        what: "item",
        count: COUNT_DELIVERIES,
        offenders: GOOD_AGAIN,
    },
];

/// What each open order for products holds, and of whose money.
///
/// # Errors
/// [`DbError`].
pub fn held(tx: &mut dyn Tx) -> Result<Vec<(AccountId, Micros)>, DbError> {
    tx.rows(&HELD, &[], |row| Ok((AccountId(row.int(0)?), Micros::new(row.int(1)?))))
}
