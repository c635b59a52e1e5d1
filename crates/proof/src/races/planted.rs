//! Use cases with the faults that shops are known for: looking first and writing later. Each is
//! what a hurried hand would write on the same tables, and each must be found.

use super::arena::{Arena, PRICE};
use super::goods::{Handed, Taker, ten_pieces};
use super::offs::Sweeper;
use super::once::{Asker, Told, one_order, place};
use super::pulls::{self, Given, Puller};
use super::round::{ENOUGH, Outcome, Round, told};
use super::spend::{Buyer, Spent, money_for_ten, no_goods};
use super::views::{Admit, Admitted, admit, revoked_keys};
use super::{Boxed, arena, goods, offs, once, runtime, spend};
use counter::Counter;
use counter::orders::PlaceOrder;
use domain::orders::{Number, State};
use domain::providers::WriteOff;
use domain::{AccountId, OrderId, ProductId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Mutex;
use store::tables::orders::Filter;
use store::tables::{accounts, order_leases, request_ids, stock, write_offs};
use store::{Sql, Tx, Val};

/// How many of a few rounds were found to be wrong.
fn wrong(round: impl for<'a> Fn(Round<'a>) -> Boxed<'a, Outcome>) -> Vec<String> {
    runtime().block_on(async {
        let arena = Arena::open(super::Engine::Sqlite).await;
        let mut complaints = Vec::new();
        for number in 0..4 {
            let now = arena::START.plus_hours(i64::from(number));
            complaints.extend(round(Round { arena: &arena, number, now }).await.err());
        }
        complaints
    })
}

const SET_BALANCE: Sql =
    Sql { name: "SET_BALANCE", text: "update account set available = ?2 where id = ?1" };

/// Reads the balance in one unit and writes what is left in another, guarded by nothing.
async fn unguarded_debit(buyer: Buyer) -> Spent {
    let id = buyer.account;
    let store = buyer.counter.store().clone();
    let read = store.read(|tx| accounts::by_id(tx, id)).await.map_err(told)?.map_err(told)?;
    let available = read.ok_or("no account")?.wallet.available.raw();
    if available < PRICE {
        return Ok(false);
    }
    let unit = move |tx: &mut dyn Tx| {
        tx.exec(&SET_BALANCE, &[Val::Int(id.0), Val::Int(available - PRICE)])
    };
    store.write(unit).await.map_err(told)?.map_err(told)?;
    Ok(true)
}

#[test]
fn an_unguarded_debit_is_found() {
    let way = spend::Way { goods: no_goods, spend: |buyer| Box::pin(unguarded_debit(buyer)) };
    let found = wrong(|round| Box::pin(money_for_ten(round, way, 0)));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("racers that spent: "), "{found:?}");
}

const MARK_SOLD: Sql = Sql {
    name: "MARK_SOLD",
    text: "update stock_item set state = 'sold', uses_left = 0 where id = ?1",
};

/// Looks for an item in one unit and marks it as sold in another.
async fn sold_after_a_look(taker: Taker) -> Handed {
    let Some(Number::Int(product)) = taker.order.request.product else { return Ok(Vec::new()) };
    let (product, now) = (ProductId(product), taker.now);
    let store = taker.counter.store().clone();
    let look = store.read(|tx| stock::for_sale(tx, product, now, 1)).await;
    let found = look.map_err(told)?.map_err(told)?;
    let Some(item) = found.first().map(|item| item.id) else { return Ok(Vec::new()) };
    let unit = move |tx: &mut dyn Tx| tx.exec(&MARK_SOLD, &[Val::Int(item.0)]);
    store.write(unit).await.map_err(told)?.map_err(told)?;
    Ok(vec![item.to_string()])
}

#[test]
fn stock_sold_after_a_look_is_found() {
    let way: goods::Way = |taker| Box::pin(sold_after_a_look(taker));
    let found = wrong(|round| Box::pin(ten_pieces(round, way, ENOUGH, 1)));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("pieces handed out: "), "{found:?}");
}

/// Looks for the request id in one unit, and places the order in another that knows nothing of it.
async fn placed_after_a_look(asker: Asker) -> Told {
    let (account, id) = (asker.order.account, asker.request_id.id);
    let store = asker.counter.store().clone();
    let asked = [(account, id.as_str())];
    let look = store.read(|tx| request_ids::OF_ORDERS.used(tx, &asked)).await;
    if let Some((_, order)) = look.map_err(told)?.map_err(told)?.into_values().next() {
        return Ok(Some(order.0));
    }
    let fingerprint = i64::try_from(asker.racer).unwrap_or(0);
    let order = PlaceOrder { fingerprint, ..asker.order };
    place(asker.counter, order, asker.now).await
}

#[test]
fn a_request_id_that_was_looked_up_before_is_found() {
    let ask = |asker| -> Boxed<'static, Told> { Box::pin(placed_after_a_look(asker)) };
    let way = once::Way { ask, told: None };
    let found = wrong(|round| Box::pin(one_order(round, way)));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("orders: "), "{found:?}");
}

const MARK_TAKEN: Sql =
    Sql { name: "MARK_TAKEN", text: "update orders set state = 'submitted' where id = ?1" };

/// Looks for a pending order in one unit and takes it in another.
async fn pulled_after_a_look(puller: Puller) -> Given {
    let store = puller.counter.store().clone();
    let look = store.read(|tx| order_leases::free_orders(tx, OrderId(0), 1_000)).await;
    let found = look.map_err(told)?.map_err(told)?;
    let theirs = found.into_iter().find(|(_, service)| *service == puller.service);
    let Some((order, _)) = theirs else { return Ok(None) };
    let unit = move |tx: &mut dyn Tx| tx.exec(&MARK_TAKEN, &[Val::Int(order.0)]);
    store.write(unit).await.map_err(told)?.map_err(told)?;
    Ok(Some(order))
}

#[test]
fn an_order_pulled_after_a_look_is_found() {
    let way: pulls::Way = |puller| Box::pin(pulled_after_a_look(puller));
    let found = wrong(|round| Box::pin(pulls::pulls(round, way)));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("orders handed over: "), "{found:?}");
}

const CANCEL: Sql =
    Sql { name: "CANCEL", text: "update orders set state = 'canceled' where id = ?1" };

/// Looks what was drawn in one unit, and draws in others that look no more.
async fn written_off_after_a_look(sweeper: Sweeper) -> Result<usize, String> {
    let store = sweeper.counter.store().clone();
    let (now, daily) = (sweeper.now, sweeper.daily);
    let look = store.read(|tx| write_offs::drawn(tx, WriteOff::day(now))).await;
    let mut drawn = look.map_err(told)?.map_err(told)?.raw();
    let review = Filter::State(State::Review);
    let waiting = sweeper.counter.list_orders(review, OrderId(i64::MAX), 100).await;
    let mut written_off = 0;
    for order in waiting.map_err(told)? {
        drawn += offs::COST;
        if drawn > daily.raw() {
            break;
        }
        let unit = move |tx: &mut dyn Tx| tx.exec(&CANCEL, &[Val::Int(order.id.0)]);
        written_off += usize::from(store.write(unit).await.map_err(told)?.map_err(told)? > 0);
    }
    Ok(written_off)
}

#[test]
fn a_budget_that_was_looked_at_before_is_found() {
    let way: offs::Way = |sweeper| Box::pin(written_off_after_a_look(sweeper));
    let found = wrong(|round| Box::pin(offs::ten_of_many(round, way)));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("written off: "), "{found:?}");
}

static KNOWN: Mutex<BTreeMap<String, AccountId>> = Mutex::new(BTreeMap::new());

/// Remembers whose a key is, and never asks again.
async fn admitted_from_memory(counter: Counter, key: String, now: Timestamp) -> Admitted {
    let known = KNOWN.lock().ok().and_then(|known| known.get(&key).copied());
    if known.is_some() {
        return Ok(known);
    }
    let found = admit(counter, key.clone(), now).await?;
    KNOWN.lock().map_err(told)?.extend(found.map(|account| (key, account)));
    Ok(found)
}

#[test]
fn a_memory_that_is_not_told_of_changes_is_found() {
    let admit: Admit = |counter, key, now| Box::pin(admitted_from_memory(counter, key, now));
    let found = wrong(|round| Box::pin(revoked_keys(round, admit)));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("whose revoked key it is: "), "{found:?}");
}
