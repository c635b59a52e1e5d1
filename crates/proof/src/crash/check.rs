//! Compares what is stored with the record. What had no answer is settled by what is found: it may
//! be stored or not, but as it was asked and once.

use super::book::{Add, Book, Claim, Fate, given};
use super::findings::Findings;
use super::goods::{compare_items, compare_products};
use super::stored::Stored;
use super::world::World;
use domain::OrderId;
use domain::orders::{Order, State};
use std::collections::HashMap;

/// Compares all of it.
pub(crate) fn compare(world: &World, book: &mut Book, stored: &Stored) -> Findings {
    let mut found = Findings { wrong: std::mem::take(&mut book.wrong), ..Findings::default() };
    compare_orders(world, book, stored, &mut found);
    compare_refills(book, stored, &mut found);
    compare_products(world, book, stored, &mut found);
    compare_items(world, book, stored, &mut found);
    compare_credits(book, stored, &mut found);
    compare_money(world, book, stored, &mut found);
    compare_spent(world, book, stored, &mut found);
    found
}

fn compare_orders(world: &World, book: &mut Book, stored: &Stored, found: &mut Findings) {
    let mut settled = Vec::new();
    let mut by_link: HashMap<&str, Vec<&Order>> = HashMap::new();
    let mut parts: HashMap<OrderId, Vec<&Order>> = HashMap::new();
    for order in &stored.orders {
        match order.parent {
            None => by_link.entry(&order.link).or_default().push(order),
            Some(parent) => parts.entry(parent).or_default().push(order),
        }
    }
    for (link, add) in &mut book.adds {
        let rows = by_link.remove(link.as_str()).unwrap_or_default();
        let before = add.fate;
        let order = compare_add(world, add, &rows, found);
        if before == Fate::Unknown {
            settled.push(add.fate);
        }
        let Some(order) = order else { continue };
        if add.runs > 1 {
            compare_parts(add, order, &parts.remove(&order.id).unwrap_or_default(), found);
            continue;
        }
        let canceled = book.cancels.get_mut(&order.id.0);
        let completed = book.completed.get_mut(&order.id.0);
        compare_state(order, canceled, completed, found);
    }
    settled.into_iter().for_each(|fate| book.found(fate));
    for order in by_link.into_values().chain(parts.into_values()).flatten() {
        found.wrong.push(format!("order {} for {}: nobody asked for it", order.id, order.link));
    }
}

/// Settles an order, and returns it as it is stored.
fn compare_add<'s>(
    world: &World,
    add: &mut Add,
    rows: &[&'s Order],
    found: &mut Findings,
) -> Option<&'s Order> {
    let link = &add.link;
    for twin in rows.iter().skip(1) {
        found.doubled.push(format!("order for {link}: {} as well as {}", twin.id, rows[0].id));
    }
    let row = rows.iter().find(|row| Some(row.id.0) == add.fate.id()).or(rows.first()).copied();
    match (add.fate, row) {
        (Fate::Acknowledged(id) | Fate::Found(id), None) => {
            found.lost.push(format!("order {id} for {link}"));
        }
        (Fate::Refused | Fate::NotFound, Some(row)) => {
            let (id, fate) = (row.id, add.fate);
            found.wrong.push(format!("order {id} for {link} is stored, it was {fate:?}"));
        }
        (Fate::Unknown, None) => add.fate = Fate::NotFound,
        (Fate::Unknown, Some(row)) => add.fate = Fate::Found(row.id.0),
        _ => {}
    }
    let (row, id) = (row?, add.fate.id()?);
    let stored = (row.id.0, row.account, row.service, row.quantity, row.charge.raw());
    let account = world.customers[add.customer].account;
    let service = world.offers[add.offer].service;
    let quantity = add.quantity * add.runs;
    let expected = (id, account, service, quantity, add.charge(&world.offers));
    let what = || format!("id, account, service, quantity, charge of the order for {link}");
    found.same(what, stored, expected);
    Some(row)
}

/// The first run of a drip-feed may have started: it holds what the whole has given to it.
fn compare_parts(add: &Add, order: &Order, parts: &[&Order], found: &mut Findings) {
    let id = order.id;
    let state = if parts.is_empty() { State::Pending } else { State::InProgress };
    found.same(|| format!("state of order {id}"), order.state, state);
    if parts.len() > 1 {
        found
            .doubled
            .push(format!("the first run of order {id} was started {} times", parts.len()));
    }
    let charge: i64 = parts.iter().map(|part| part.charge.raw()).sum();
    let stored = (order.captured.raw(), order.released.raw());
    found.same(|| format!("captured and released of order {id}"), stored, (0, charge));
    for part in parts {
        let stored = (part.account, part.quantity, part.link.as_str(), part.state, part.held());
        let expected =
            (order.account, add.quantity, add.link.as_str(), State::Pending, part.charge);
        found.same(|| format!("the first run of order {id}"), stored, expected);
    }
}

/// An order is canceled or completed when that was acknowledged, and only when it was asked.
fn compare_state(
    order: &Order,
    canceled: Option<&mut Claim>,
    completed: Option<&mut Claim>,
    found: &mut Findings,
) {
    let id = order.id;
    for (claim, state) in [(canceled, State::Canceled), (completed, State::Completed)] {
        let reached = order.state == state;
        let claimed = claim.as_deref().copied().unwrap_or_default();
        if claimed.sure && !reached {
            let now = order.state.name();
            found.lost.push(format!("that order {id} is {}: it is {now}", state.name()));
        }
        if reached && !claimed.sure && !claimed.possible {
            found.wrong.push(format!("order {id} is {}, which nobody asked", state.name()));
        }
        if let Some(claim) = claim {
            *claim = Claim { sure: reached, possible: false };
        }
    }
    let charge = order.charge.raw();
    let expected = match order.state {
        State::Pending => (0, 0),
        State::Canceled => (0, charge),
        State::Completed => (charge, 0),
        other => return found.wrong.push(format!("order {id} is {}", other.name())),
    };
    let stored = (order.captured.raw(), order.released.raw());
    found.same(|| format!("captured and released of order {id}"), stored, expected);
}

/// An order has one refill at most, because nobody decides about them here.
fn compare_refills(book: &mut Book, stored: &Stored, found: &mut Findings) {
    for (order, asked) in &mut book.refills {
        let rows = stored.refills.get(order).map_or(&[][..], Vec::as_slice);
        for refill in asked.acknowledged.iter().filter(|refill| !rows.contains(refill)) {
            found.lost.push(format!("refill {refill} of order {order}"));
        }
        if rows.len() > 1 {
            found.doubled.push(format!("refills of order {order}: {rows:?}"));
        }
        if let ([refill], [], 0) = (rows, asked.acknowledged.as_slice(), asked.unknown) {
            found.wrong.push(format!("refill {refill} of order {order}: nobody asked for it"));
        }
        asked.unknown = 0;
        asked.acknowledged = rows.to_vec();
    }
    for order in stored.refills.keys().filter(|order| !book.refills.contains_key(order)) {
        found.wrong.push(format!("a refill of order {order}: nobody asked for it"));
    }
}

fn compare_credits(book: &mut Book, stored: &Stored, found: &mut Findings) {
    for (reason, credit) in &mut book.credits {
        let there = stored.credits.get(reason).copied().unwrap_or(0);
        if credit.claim.sure && there == 0 {
            found.lost.push(format!("the credit `{reason}`"));
        }
        if there > 1 {
            found.doubled.push(format!("the credit `{reason}`: {there} times"));
        }
        credit.claim = Claim { sure: there > 0, possible: false };
    }
}

/// What an account has is what it was given, less what it bought.
fn compare_money(world: &World, book: &Book, stored: &Stored, found: &mut Findings) {
    let mut expected: Vec<(i64, i64)> =
        given(&world.customers, &book.credits).into_iter().map(|given| (given, 0)).collect();
    let is = |claims: &HashMap<i64, Claim>, id| claims.get(&id).is_some_and(|claim| claim.sure);
    for add in book.adds.values() {
        let Some(id) = add.fate.id() else { continue };
        let (available, held) = &mut expected[add.customer];
        let charge = add.charge(&world.offers);
        if !is(&book.cancels, id) {
            *available -= charge;
            *held += if is(&book.completed, id) { 0 } else { charge };
        }
    }
    for buy in &book.buys {
        let Some(id) = buy.fate.id() else { continue };
        let delivered = stored.deliveries.get(&id).map_or(0, Vec::len);
        let pieces = i64::try_from(delivered).unwrap_or(i64::MAX);
        expected[buy.customer].0 -= world.shelf(buy.product).rate * pieces;
    }
    for (customer, expected) in world.customers.iter().zip(expected) {
        let money = stored.money.get(&customer.account).copied().unwrap_or_default();
        let what = || format!("available and held of account {}", customer.account);
        found.same(what, money, expected);
    }
}

/// What is counted as spent with a key is what its orders cost, whatever was given back later.
fn compare_spent(world: &World, book: &Book, stored: &Stored, found: &mut Findings) {
    for (number, customer) in world.customers.iter().enumerate() {
        if !customer.capped {
            continue;
        }
        let mut spent = 0;
        for add in book.adds.values().filter(|add| add.customer == number) {
            spent += add.fate.id().map_or(0, |_| add.charge(&world.offers));
        }
        for buy in book.buys.iter().filter(|buy| buy.customer == number) {
            let pieces =
                buy.fate.id().and_then(|id| stored.deliveries.get(&id)).map_or(0, Vec::len);
            spent += world.shelf(buy.product).rate * i64::try_from(pieces).unwrap_or(i64::MAX);
        }
        let counted = stored.spent.get(&customer.account).copied().unwrap_or(0);
        found.same(|| format!("spent with the key of {}", customer.account), counted, spent);
    }
}
