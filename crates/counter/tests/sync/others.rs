//! Services that another provider fulfils too, and lists whose writer ended in the middle.

use super::on_every_engine;
use super::shop::{COST, NOW, PANEL, Shop, first_costs};
use counter::fulfilment::{ProviderChange, ProviderSecret, RouteChange};
use domain::providers::ProviderState;
use domain::providers::offers::{ItemState, SetState};
use domain::{ChangeSetId, Micros, ProviderId, ServiceId};
use testkit::Database;

on_every_engine![
    what_another_fulfils_stays_on_sale_as_long_as_it_pays,
    what_was_left_is_broken_off_and_can_be_undone,
];

/// Another provider that fulfils the first thing, for half of its unit of currency: so much of ours.
async fn another(shop: &Shop, name: &str, in_ours: i64) -> ProviderId {
    let change = ProviderChange {
        name: Some(name.to_owned()),
        url: Some(format!("https://{name}.example.com/api/v2")),
        currency: Some(String::from("XXX")),
        exchange: Some(Micros::new(2_000_000)),
        ..ProviderChange::default()
    };
    let secret = ProviderSecret { key: String::from("key"), nonce: [8; 24] };
    let id = shop.counter.add_provider(change, secret, NOW).await.unwrap();
    let route = RouteChange {
        service: Some(ServiceId(1)),
        provider: Some(id),
        upstream_service: Some(String::from("1")),
        cost: Some(Micros::new(in_ours / 2)),
        ..RouteChange::default()
    };
    shop.counter.add_route(route, NOW).await.unwrap();
    id
}

async fn what_another_fulfils_stays_on_sale_as_long_as_it_pays(database: Database) {
    let shop = Shop::open(database, 3).await;
    let other = another(&shop, "south", 1_100_000).await;
    shop.take(first_costs(3, 5 * COST)).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, false, true), "the other one fulfils it");
    let undone = shop.counter.undo_change_set(ChangeSetId(2), "ann", NOW).await.unwrap();
    assert_eq!(undone.items, 1);
    let paused = ProviderChange { state: Some(ProviderState::Paused), ..ProviderChange::default() };
    shop.counter.edit_provider(other, paused, None, NOW).await.unwrap();
    shop.take(first_costs(3, 6 * COST)).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false), "the other one is paused");
    shop.assert_clean().await;
}

async fn what_was_left_is_broken_off_and_can_be_undone(database: Database) {
    let shop = Shop::open(database, 3).await;
    let left = shop.take(first_costs(3, 1_100_000)).await.set.unwrap();
    shop.database.by_hand(&format!("update change_set set state = 'writing' where id = {left}"));
    let undo = shop.counter.undo_change_set(left, "ann", NOW).await;
    assert!(super::shop::text(undo).contains("still being written"));
    let next = shop.take(first_costs(3, 1_150_000)).await.set.unwrap();
    let sets = shop.counter.change_sets(Some(PANEL), ChangeSetId(i64::MAX), 10).await.unwrap();
    let states: Vec<(ChangeSetId, SetState)> = sets.iter().map(|set| (set.id, set.state)).collect();
    assert_eq!(states[..2], [(next, SetState::Whole), (left, SetState::BrokenOff)]);
    let undone = shop.counter.undo_change_set(left, "ann", NOW).await.unwrap();
    assert_eq!((undone.items, undone.passed_over.len()), (0, 1), "the next one moved it on");
    assert_eq!(shop.items(left).await[0].state, ItemState::Applied);
    shop.counter.undo_change_set(next, "ann", NOW).await.unwrap();
    let undone = shop.counter.undo_change_set(left, "ann", NOW).await.unwrap();
    assert_eq!((undone.items, shop.first().await.0), (1, COST));
    shop.assert_clean().await;
}
