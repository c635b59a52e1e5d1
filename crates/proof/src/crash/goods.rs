//! Compares orders for products, deliveries and stock with the record.

use super::book::{Book, Buy, Fate};
use super::findings::Findings;
use super::stored::Stored;
use super::world::World;
use domain::products::ProductOrder;
use domain::{AccountId, ProductId};
use std::collections::{HashMap, HashSet};

/// What tells orders for products apart that have no request id: account, product, quantity.
type Look = (AccountId, ProductId, i64);

const fn look_of(order: &ProductOrder) -> Look {
    (order.account, order.product, order.quantity)
}

fn look(world: &World, buy: &Buy) -> Look {
    (world.customers[buy.customer].account, buy.product, buy.quantity)
}

/// Every order for products is one that was asked for, and was charged for what it was delivered.
pub(crate) fn compare_products(
    world: &World,
    book: &mut Book,
    stored: &Stored,
    found: &mut Findings,
) {
    let mut claimed: HashSet<i64> = HashSet::new();
    let open: Vec<usize> =
        (0..book.buys.len()).filter(|buy| book.buys[*buy].fate == Fate::Unknown).collect();
    for buy in &mut book.buys {
        if let Some(id) = compare_buy(world, buy, stored, found)
            && !claimed.insert(id)
        {
            found.wrong.push(format!("product order {id} is the answer to two requests"));
        }
    }
    // Those without an answer and without a request id: any that looks alike and is nobody else's.
    let mut free: HashMap<Look, Vec<i64>> = HashMap::new();
    for (id, order) in &stored.product_orders {
        if !claimed.contains(id) {
            free.entry(look_of(order)).or_default().push(*id);
        }
    }
    for buy in book.buys.iter_mut().filter(|buy| buy.fate == Fate::Unknown) {
        let id = free.get_mut(&look(world, buy)).and_then(Vec::pop);
        buy.fate = id.map_or(Fate::NotFound, Fate::Found);
    }
    open.into_iter().for_each(|buy| book.found(book.buys[buy].fate));
    for id in free.into_values().flatten() {
        found.doubled.push(format!("product order {id}: nobody asked for it, or once less"));
    }
    for (id, order) in &stored.product_orders {
        compare_delivery(world, *id, order, stored, found);
    }
}

/// Settles an order; returns its id when it is known to be stored.
fn compare_buy(world: &World, buy: &mut Buy, stored: &Stored, found: &mut Findings) -> Option<i64> {
    let account = world.customers[buy.customer].account;
    if let Some(request) = &buy.request_id {
        let noted = stored.request_ids.get(&(account, request.clone())).copied();
        match (buy.fate, noted) {
            (Fate::Unknown, Some(id)) => buy.fate = Fate::Found(id),
            (Fate::Unknown, None) => buy.fate = Fate::NotFound,
            (fate, noted) if fate.id() != noted => {
                let text = format!("request id {request} leads to {noted:?}, it was {fate:?}");
                found.wrong.push(text);
            }
            _ => {}
        }
    }
    let id = buy.fate.id()?;
    match stored.product_orders.get(&id) {
        None => found.lost.push(format!("product order {id}")),
        Some(order) => {
            let what = || format!("account, product, quantity of product order {id}");
            found.same(what, look_of(order), look(world, buy));
        }
    }
    Some(id)
}

/// An order was charged for exactly what it was delivered, and that is something.
fn compare_delivery(
    world: &World,
    id: i64,
    order: &ProductOrder,
    stored: &Stored,
    found: &mut Findings,
) {
    let rate = world.shelf(order.product).rate;
    let delivered = stored.deliveries.get(&id).map_or(0, Vec::len);
    let pieces = i64::try_from(delivered).unwrap_or(i64::MAX);
    if pieces == 0 {
        found.wrong.push(format!("product order {id} was charged without a delivery"));
    }
    let charge = rate * order.quantity;
    let stored = (order.delivered, order.charge.raw(), order.captured.raw(), order.released.raw());
    let expected = (pieces, charge, rate * pieces, charge - rate * pieces);
    let what = || format!("delivered, charge, captured, released of product order {id}");
    found.same(what, stored, expected);
}

/// An item was delivered as often as it was sold, and every item that came in is there.
pub(crate) fn compare_items(world: &World, book: &Book, stored: &Stored, found: &mut Findings) {
    let mut delivered: HashMap<i64, i64> = HashMap::new();
    for item in stored.deliveries.values().flatten() {
        *delivered.entry(*item).or_default() += 1;
    }
    let mut items: HashMap<ProductId, usize> = HashMap::new();
    for (id, item) in &stored.items {
        *items.entry(item.product).or_default() += 1;
        let times = delivered.remove(id).unwrap_or(0);
        if times > item.uses {
            found.doubled.push(format!("item {id} was delivered {times} times"));
        }
        found.same(|| format!("uses of item {id}"), item.uses - item.uses_left, times);
    }
    for item in delivered.keys() {
        found.wrong.push(format!("item {item} was delivered and is not there"));
    }
    for shelf in &world.shelves {
        let late = book.lines.get(&shelf.product).map_or(0, HashSet::len);
        let there = items.get(&shelf.product).copied().unwrap_or(0);
        let what = || format!("items of product {}", shelf.product);
        found.same(what, there, shelf.lines.len() + late);
    }
    compare_shown(world, book, stored, found);
}

/// What was shown to buyers are lines of the stock, each to no more of them than it has uses.
fn compare_shown(world: &World, book: &Book, stored: &Stored, found: &mut Findings) {
    let mut shown: HashMap<(ProductId, &str), i64> = HashMap::new();
    for (id, lines) in &book.shown {
        let Some(order) = stored.product_orders.get(id) else { continue };
        let delivered = usize::try_from(order.delivered).unwrap_or(0);
        found.same(|| format!("pieces shown of product order {id}"), lines.len(), delivered);
        for line in lines {
            *shown.entry((order.product, line)).or_default() += 1;
        }
    }
    for ((product, line), times) in shown {
        let shelf = world.shelf(product);
        let late = book.lines.get(&product).is_some_and(|lines| lines.contains(line));
        if !late && !shelf.lines.contains(line) {
            found.wrong.push(format!("`{line}` was delivered, it never was in stock"));
        }
        if times > shelf.uses {
            found.doubled.push(format!("`{line}` was shown in {times} orders"));
        }
    }
}
