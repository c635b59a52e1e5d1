//! Many pull at once, from two stores as from two nodes, and each order is somebody's alone.

use crate::shop::{Shop, THINGS, counter_on, executor};
use counter::executors::{Caller, ExecutorReport};
use domain::OrderId;
use domain::executors::{ExecutorServices, ReportedStatus, Said};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const PULLERS: usize = 64;
const ORDERS: usize = 10;

/// What every puller came back with, in no order. Every second one pulls by another store.
async fn race(shop: &Shop, callers: &[Caller], limit: usize) -> Vec<(Caller, Vec<OrderId>)> {
    let nodes = [shop.counter.clone(), counter_on(&shop.database)];
    let barrier = Arc::new(Barrier::new(PULLERS));
    let mut pullers = JoinSet::new();
    for number in 0..PULLERS {
        let caller = callers[number % callers.len()];
        let (counter, barrier, now) = (nodes[number % 2].clone(), Arc::clone(&barrier), shop.now());
        pullers.spawn(async move {
            barrier.wait().await;
            let pulled = counter.pull_orders(caller, &[], limit, now).await.unwrap();
            (caller, pulled.iter().map(|held| held.order.id).collect())
        });
    }
    pullers.join_all().await
}

/// Checks that each order was given once, to who is told to have it.
async fn once(shop: &Shop, pulled: &[(Caller, Vec<OrderId>)], orders: &[OrderId]) {
    let mut given: BTreeMap<OrderId, Caller> = BTreeMap::new();
    for (caller, ids) in pulled {
        for id in ids {
            assert!(given.insert(*id, *caller).is_none(), "{id} was given twice");
        }
    }
    assert_eq!(given.keys().copied().collect::<Vec<_>>(), orders);
    for (order, caller) in given {
        assert!(shop.held(caller).await.contains(&order), "{order}");
    }
    shop.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_order_is_given_once() {
    let shop = Shop::open().await;
    let mut callers = vec![shop.bob, shop.eve];
    for number in 0..6_u8 {
        let name = format!("executor {number}");
        let all = ExecutorServices::All;
        callers.push(executor(&shop.counter, &name, all, 10 + number, shop.now()).await);
    }
    // By different executors and by one; one at a time and several.
    for (callers, limit) in [(&callers[..], 1), (&callers[..1], 1), (&callers[..], 3)] {
        let mut orders = Vec::new();
        for _ in 0..ORDERS {
            orders.push(shop.order(THINGS, 10).await);
        }
        let pulled = race(&shop, callers, limit).await;
        once(&shop, &pulled, &orders).await;
    }
}

/// Of many pulls of one executor, no more succeed than it may have.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_more_than_allowed() {
    let shop = Shop::open().await;
    for _ in 0..ORDERS {
        shop.order(THINGS, 10).await;
    }
    let change = counter::executors::ExecutorChange { at_once: Some(4), ..Default::default() };
    shop.counter.edit_executor(shop.eve.executor, change, shop.now()).await.unwrap();
    let nodes = [shop.counter.clone(), counter_on(&shop.database)];
    let mut pullers = JoinSet::new();
    for number in 0..PULLERS {
        let (counter, caller, now) = (nodes[number % 2].clone(), shop.eve, shop.now());
        pullers.spawn(async move { counter.pull_orders(caller, &[], 3, now).await });
    }
    let pulled: usize = pullers.join_all().await.iter().flatten().map(Vec::len).sum();
    assert_eq!((pulled, shop.held(shop.eve).await.len()), (4, 4));
    shop.assert_clean().await;
}

/// An order that is pulled while its customer cancels it is one or the other.
#[tokio::test(flavor = "multi_thread")]
async fn pulled_or_canceled() {
    let shop = Shop::open().await;
    for _ in 0..20 {
        let order = shop.order(THINGS, 10).await;
        let other = counter_on(&shop.database);
        let (bob, now) = (shop.bob, shop.now());
        let mut both = JoinSet::new();
        let counter = shop.counter.clone();
        both.spawn(async move { counter.pull_orders(bob, &[], 1, now).await.unwrap().len() });
        both.spawn(async move {
            let account = crate::shop::ACCOUNT;
            other.ask_cancels(account, vec![order], now).await.unwrap().len()
        });
        both.join_all().await;
        let view = shop.show(order).await;
        let pulled = !view.leases.is_empty();
        assert_eq!(view.order.state.is_terminal(), !pulled, "{view:?}");
        if pulled {
            let said = Said { status: Some(ReportedStatus::Canceled), ..Said::default() };
            let report = ExecutorReport { order, said, reason: None };
            shop.counter.report_pulled(bob, vec![report], now).await.unwrap();
        }
    }
    shop.assert_clean().await;
}
