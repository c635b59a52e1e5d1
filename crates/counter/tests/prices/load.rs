//! Prices that change while orders come in: every order is charged at a price that was valid when
//! it was acknowledged, and none at a mixture.

use crate::shop::{
    ACCOUNTS, NOW, PRODUCT, SERVICE, account_id, open, order, product_order, set_own,
};
use counter::Counter;
use counter::catalogue::ServiceChange;
use counter::prices::{Priced, TierChange};
use counter::products::ProductChange;
use domain::pricing::Discount;
use domain::{Micros, OrderId, ProductOrderId, TierId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::task::JoinSet;

const CALLERS: usize = 12;
const CALLS: usize = 60;

/// What the three kinds of prices were at one time.
#[derive(Clone, Copy, Debug)]
struct State {
    list: i64,
    points: i64,
    own: i64,
    begun: u64,
    done: u64,
}

impl State {
    /// Account 0 pays the list rate, 1 that of its tier, 2 a price of its own.
    fn rate(&self, account: usize) -> i64 {
        match account {
            0 => self.list,
            1 => (self.list * (10_000 - self.points) + 9_999) / 10_000,
            _ => self.own,
        }
    }
}

/// Something that was told a price, and when it was asked and answered.
#[derive(Clone, Copy, Debug)]
struct Told {
    account: usize,
    rate: i64,
    begun: u64,
    done: u64,
}

/// One change after the other, of the list, the tier and the account's own price in turn.
async fn change_prices(
    counter: Counter,
    of: Priced,
    tick: Arc<AtomicU64>,
    end: Arc<AtomicBool>,
) -> Vec<State> {
    let mut states = vec![State { list: 1_000_003, points: 100, own: 500_009, begun: 0, done: 0 }];
    for number in 1.. {
        if end.load(Ordering::SeqCst) {
            break;
        }
        let mut state = *states.last().unwrap();
        state.begun = tick.fetch_add(1, Ordering::SeqCst);
        match number % 3 {
            0 => {
                state.list += 1_009;
                set_list(&counter, of, state.list).await;
            }
            1 => {
                state.points = (state.points + 17) % 10_000;
                let discount = Some(Discount::new(state.points).unwrap());
                let change = TierChange { name: None, discount };
                counter.edit_tier(TierId(1), change, NOW).await.unwrap();
            }
            _ => {
                state.own += 1_013;
                set_own(&counter, of, state.own).await;
            }
        }
        state.done = tick.fetch_add(1, Ordering::SeqCst);
        states.push(state);
    }
    states
}

/// The states that may have been in force while `told` was found out: begun before it was answered,
/// and not replaced before it was asked.
fn possible(states: &[State], told: Told) -> Vec<usize> {
    let alive = |index: usize| {
        let replaced = states.get(index + 1).is_some_and(|next| next.done < told.begun);
        states[index].begun <= told.done && !replaced
    };
    let fits = |index: &usize| alive(*index) && states[*index].rate(told.account) == told.rate;
    (0..states.len()).filter(fits).collect()
}

async fn set_list(counter: &Counter, of: Priced, list: i64) {
    let rate = Some(Micros::new(list));
    match of {
        Priced::Service(id) => {
            let change = ServiceChange { rate, ..ServiceChange::default() };
            counter.edit_service(id, change, NOW).await.unwrap();
        }
        Priced::Product(id) => {
            let change = ProductChange { rate, ..ProductChange::default() };
            counter.edit_product(id, change, NOW).await.unwrap();
        }
    }
}

/// Places an order; returns its number.
async fn place(counter: &Counter, of: Priced, account: usize, quantity: i64, number: usize) -> i64 {
    match of {
        Priced::Service(_) => {
            let order = order(account, quantity, number);
            counter.place_order(order, NOW).await.unwrap().0
        }
        Priced::Product(_) => {
            let order = product_order(account, quantity, number);
            counter.place_product_order(order, NOW).await.unwrap().0
        }
    }
}

/// What the account is shown.
async fn shown(counter: &Counter, of: Priced, account: usize) -> i64 {
    let account = account_id(account);
    match of {
        Priced::Service(_) => counter.list_services(account).await.unwrap()[0].rate.raw(),
        Priced::Product(_) => counter.list_products(account, NOW).await.unwrap()[0].rate.raw(),
    }
}

/// The rate that an order was charged at; its charge must be what comes of it.
async fn charged(counter: &Counter, of: Priced, id: i64, quantity: i64) -> i64 {
    let (rate, charge, expected) = match of {
        Priced::Service(_) => {
            let order = counter.show_order(OrderId(id), NOW).await.unwrap().order;
            (order.rate.raw(), order.charge, (order.rate.raw() * quantity + 999) / 1_000)
        }
        Priced::Product(_) => {
            let order = counter.show_product_order(ProductOrderId(id)).await.unwrap().order;
            assert_eq!(order.captured, order.charge, "order {id}");
            (order.rate.raw(), order.charge, order.rate.raw() * quantity)
        }
    };
    assert_eq!(charge.raw(), expected, "order {id}");
    rate
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_order_is_charged_at_a_price_that_was_valid() {
    under_load(Priced::Service(SERVICE)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_order_for_products_is_charged_at_a_price_that_was_valid() {
    under_load(Priced::Product(PRODUCT)).await;
}

async fn under_load(of: Priced) {
    let (counter, database) = open().await;
    let tick = Arc::new(AtomicU64::new(1));
    let end = Arc::new(AtomicBool::new(false));
    let mut changer = JoinSet::new();
    changer.spawn(change_prices(counter.clone(), of, Arc::clone(&tick), Arc::clone(&end)));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (counter, tick) = (counter.clone(), Arc::clone(&tick));
        callers.spawn(async move {
            let account = caller % ACCOUNTS;
            let (mut placed, mut told) = (Vec::new(), Vec::new());
            for call in 0..CALLS {
                let number = caller * CALLS + call;
                let quantity = i64::try_from(number % 997).unwrap() + 1;
                let begun = tick.fetch_add(1, Ordering::SeqCst);
                let id = place(&counter, of, account, quantity, number).await;
                let done = tick.fetch_add(1, Ordering::SeqCst);
                placed.push((id, quantity, Told { account, rate: 0, begun, done }));
                let begun = tick.fetch_add(1, Ordering::SeqCst);
                let rate = shown(&counter, of, account).await;
                let done = tick.fetch_add(1, Ordering::SeqCst);
                told.push(Told { account, rate, begun, done });
            }
            (placed, told)
        });
    }
    let (mut placed, mut told) = (Vec::new(), Vec::new());
    while let Some(done) = callers.join_next().await {
        let (more_placed, more_told) = done.unwrap();
        placed.extend(more_placed);
        told.extend(more_told);
    }
    end.store(true, Ordering::SeqCst);
    let states = changer.join_next().await.unwrap().unwrap();

    placed.sort_by_key(|(id, ..)| *id);
    assert_eq!(placed.len(), CALLERS * CALLS);
    let (mut earliest, mut used) = (0, BTreeSet::new());
    for (id, quantity, told) in placed {
        let rate = charged(&counter, of, id, quantity).await;
        let told = Told { rate, ..told };
        let fitting = possible(&states, told);
        // Orders were placed one after the other, and so were the changes: there is one order of
        // both that explains every price. On PostgreSQL ids do not tell in which order they were.
        if database.is_postgres() {
            earliest = 0;
        }
        let state = fitting.iter().find(|state| **state >= earliest);
        earliest = *state.unwrap_or_else(|| panic!("order {id}: {told:?} {fitting:?} {earliest}"));
        used.insert(earliest);
    }
    for told in told {
        assert!(!possible(&states, told).is_empty(), "shown {told:?}");
    }
    assert!(used.len() > 10, "prices changed while orders came in: {}", used.len());
    let report = counter.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.clean(), "{report:#?}");
}
