//! Several at once.

use super::on_every_engine;
use super::shop::{NOW, PANEL, Shop, counter_on, offers};
use counter::catalogue::ServiceChange;
use counter::fulfilment::RouteChange;
use counter::sync::Fetched;
use counter::{Failure, Refusal};
use domain::providers::offers::{List, Offer};
use domain::{Micros, RouteId, ServiceId};
use std::sync::Arc;
use testkit::Database;
use tokio::task::JoinSet;

on_every_engine![two_lists_at_once_leave_one_truth, an_operator_is_not_overwritten];

fn at(count: usize, cost: i64) -> Fetched {
    let moved = |offer: Offer| Offer { rate: Micros::new(cost), ..offer };
    Fetched::List(List { offers: offers(count).into_iter().map(moved).collect(), broken: 0 })
}

async fn two_lists_at_once_leave_one_truth(database: Database) {
    let shop = Shop::open(database, 400).await;
    let other = counter_on(&shop.database);
    let mut tasks = JoinSet::new();
    for counter in [shop.counter.clone(), other, shop.counter.clone()] {
        tasks.spawn(async move { counter.take_list(PANEL, at(400, 1_100_000), "sync", NOW).await });
    }
    let mut taken = 0;
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            Ok(_) => taken += 1,
            Err(Failure::Refused(Refusal::NotNow(_))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert!(taken >= 1, "the last one to begin is never broken off");
    let applied = "select count(*) from change_item where state = 'applied'";
    assert_eq!(shop.database.number(applied), 400, "each difference is taken over once");
    assert_eq!(shop.database.number("select count(*) from route where cost = 1100000"), 400);
    let writing = "select count(*) from change_set where state = 'writing'";
    assert_eq!(shop.database.number(writing), 0);
    shop.assert_clean().await;
}

async fn an_operator_is_not_overwritten(database: Database) {
    let shop = Arc::new(Shop::open(database, 300).await);
    let (edited, counter) = (Arc::clone(&shop), shop.counter.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        for id in 1..=60 {
            let weight = RouteChange { weight: Some(7), ..RouteChange::default() };
            edited.counter.edit_route(RouteId(id * 5), weight, NOW).await.unwrap();
            let name = Some(String::from("Renamed"));
            let change = ServiceChange { name, ..ServiceChange::default() };
            edited.counter.edit_service(ServiceId(id * 5), change, NOW).await.unwrap();
        }
    });
    tasks.spawn(async move {
        for cost in [1_090_000, 1_180_000, 1_270_000] {
            counter.take_list(PANEL, at(300, cost), "sync", NOW).await.unwrap();
        }
    });
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    // Both are there: what the operator said, and what the lists did.
    let both = "select count(*) from route r join service s on s.id = r.service_id \
        where r.weight = 7 and r.cost = 1270000 and s.name = 'Renamed' and s.rate = 1524000";
    assert_eq!(shop.database.number(both), 60);
    shop.assert_clean().await;
}
