//! Rows that were written under older rules: an edit looks at what it changes, and at nothing else.

use super::shop::{FIRST, NOW, Shop, secret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::executors::ExecutorChange;
use counter::fulfilment::{ProviderChange, RouteChange};
use counter::prices::TierChange;
use counter::products::ProductChange;
use counter::{Failure, Refusal};
use domain::executors::ExecutorState;
use domain::pricing::Discount;
use domain::products::ProductKind;
use domain::providers::ProviderState;
use domain::{CategoryId, Micros, RouteId, ServiceId};

fn refused<T>(result: Result<T, Failure<Refusal>>, field: &str) {
    match result {
        Err(Failure::Refused(refusal)) => {
            let told = refusal.to_string();
            assert!(told.starts_with(&format!("{field}: ")), "{told}");
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{field} was not refused"),
    }
}

#[tokio::test]
async fn an_older_provider_is_paused_and_gets_a_key() {
    let shop = Shop::open().await;
    let counter = &shop.counter;
    shop.database.by_hand("update provider set name = '77', refusals = '#' where id = 1");
    let change = ProviderChange::default;
    for state in [ProviderState::Paused, ProviderState::Off, ProviderState::Active] {
        let change = ProviderChange { state: Some(state), ..change() };
        assert_eq!(
            counter.edit_provider(FIRST, change, None, NOW).await.unwrap().provider.state,
            state
        );
    }
    counter.edit_provider(FIRST, change(), Some(secret("another")), NOW).await.unwrap();
    assert_eq!(counter.provider_access(FIRST).await.unwrap().key.reveal(), "another");
    let name = ProviderChange { name: Some(String::from("78")), ..change() };
    refused(counter.edit_provider(FIRST, name, None, NOW).await, "name");
    let texts = ProviderChange { refusals: Some(vec![String::from("##")]), ..change() };
    refused(counter.edit_provider(FIRST, texts, None, NOW).await, "refusals");
    let none = ProviderChange { adds_at_once: Some(0), ..change() };
    refused(counter.edit_provider(FIRST, none, None, NOW).await, "adds at once");
    let mended = ProviderChange { name: Some(String::from("north")), ..change() };
    assert_eq!(
        counter.edit_provider(FIRST, mended, None, NOW).await.unwrap().provider.name,
        "north"
    );
}

#[tokio::test]
async fn an_older_route_is_taken_out_of_use() {
    let shop = Shop::open().await;
    let counter = &shop.counter;
    shop.database
        .by_hand("update route set upstream_service = 'a b', max = 2147483648 where id = 1");
    let change = RouteChange::default;
    let off = RouteChange { on: Some(false), ..change() };
    assert!(!counter.edit_route(RouteId(1), off, NOW).await.unwrap().on);
    let min = RouteChange { min: Some(5), ..change() };
    refused(counter.edit_route(RouteId(1), min, NOW).await, "min and max");
    for odd in ["a c", "-5", "+5", "5\n", "", "0", "word"] {
        let change = RouteChange { upstream_service: Some(odd.to_owned()), ..change() };
        refused(counter.edit_route(RouteId(1), change, NOW).await, "upstream service");
        let change =
            RouteChange { upstream_service: Some(odd.to_owned()), ..super::shop::route(FIRST) };
        refused(counter.add_route(change, NOW).await, "upstream service");
    }
    for good in ["5", "SM-12", "c85c1d1a-9ef3", "#7"] {
        let change = RouteChange { upstream_service: Some(good.to_owned()), ..change() };
        assert_eq!(
            counter.edit_route(RouteId(1), change, NOW).await.unwrap().upstream_service,
            good
        );
    }
}

#[tokio::test]
async fn older_services_and_products_are_taken_off_sale() {
    let shop = Shop::open().await;
    let counter = &shop.counter;
    let long = "x".repeat(1_000);
    shop.database.by_hand(&format!("update service set name = '{long}' where id = 1"));
    shop.database.by_hand(&format!("update category set name = '{long}' where id = 1"));
    let change = ServiceChange { on_sale: Some(false), ..ServiceChange::default() };
    counter.edit_service(ServiceId(1), change, NOW).await.unwrap();
    assert!(counter.all_services().await.unwrap().iter().all(|service| !service.on_sale));
    let name = ServiceChange { name: Some(format!("{long}y")), ..ServiceChange::default() };
    refused(counter.edit_service(ServiceId(1), name, NOW).await, "name");
    let runs = ServiceChange { min: Some(0), ..ServiceChange::default() };
    refused(counter.edit_service(ServiceId(1), runs, NOW).await, "min and max");
    let place = CategoryChange { name: None, position: Some(7) };
    counter.edit_category(CategoryId(1), place, NOW).await.unwrap();
    let name = CategoryChange { name: Some(String::from(" ")), position: None };
    refused(counter.edit_category(CategoryId(1), name, NOW).await, "name");

    let change = ProductChange {
        category: Some(CategoryId(1)),
        name: Some(String::from("key")),
        kind: Some(ProductKind::Service),
        rate: Some(Micros::new(1_000_000)),
        min: Some(1),
        max: Some(10),
        ..ProductChange::default()
    };
    let id = counter.add_product(change, NOW).await.unwrap();
    shop.database.by_hand(&format!("update product set name = '{long}'"));
    let change = ProductChange { on_sale: Some(false), ..ProductChange::default() };
    counter.edit_product(id, change, NOW).await.unwrap();
    let name = ProductChange { name: Some(String::from(" ")), ..ProductChange::default() };
    refused(counter.edit_product(id, name, NOW).await, "name");
}

#[tokio::test]
async fn older_executors_and_tiers_are_changed() {
    let shop = Shop::open().await;
    let counter = &shop.counter;
    let anna = ExecutorChange { name: Some(String::from("anna")), ..ExecutorChange::default() };
    let id = counter.add_executor(anna, NOW).await.unwrap().id;
    shop.database.by_hand("update executor set name = '5', lease_minutes = 99999999");
    let off = ExecutorChange { state: Some(ExecutorState::Off), ..ExecutorChange::default() };
    assert_eq!(counter.edit_executor(id, off, NOW).await.unwrap().state, ExecutorState::Off);
    let name = ExecutorChange { name: Some(String::from("6")), ..ExecutorChange::default() };
    refused(counter.edit_executor(id, name, NOW).await, "name");
    let lease = ExecutorChange { lease_minutes: Some(99_999_998), ..ExecutorChange::default() };
    refused(counter.edit_executor(id, lease, NOW).await, "lease");

    let (five, none) = (Discount::parse("5").unwrap(), Discount::parse("0").unwrap());
    let tier = counter.add_tier("gold", five, NOW).await.unwrap().id;
    shop.database.by_hand("update tier set name = '5'");
    let change = TierChange { name: None, discount: Some(none) };
    assert_eq!(counter.edit_tier(tier, change, NOW).await.unwrap().discount, none);
    let change = TierChange { name: Some(String::from("6")), discount: None };
    refused(counter.edit_tier(tier, change, NOW).await, "name");
}
