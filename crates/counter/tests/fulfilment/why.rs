//! Whoever looks at an order that waits is told what for.

use super::shop::{FIRST, NOW, SECOND, Shop, accepted};
use counter::fulfilment::{Found, ProviderChange, RouteChange};
use domain::providers::ProviderState;
use domain::{Micros, OrderId, RouteId};

async fn waits(shop: &Shop, order: OrderId) -> Option<String> {
    shop.counter.show_order(order, NOW).await.unwrap().waits
}

async fn set_route(shop: &Shop, id: i64, change: RouteChange) {
    shop.counter.edit_route(RouteId(id), change, NOW).await.unwrap();
}

#[tokio::test]
async fn an_order_says_which_provider_it_waits_for() {
    let shop = Shop::open().await;
    let (first, second) = (shop.order().await, shop.order().await);
    assert_eq!(waits(&shop, second).await, None, "it is taken in a moment");
    let attempt = shop.claim(first).await;
    shop.found(attempt, Found::Lost).await;
    assert_eq!(waits(&shop, first).await, None, "it is not known, it does not wait");
    assert_eq!(waits(&shop, second).await, None, "the other provider takes it");
    let paused = ProviderChange { state: Some(ProviderState::Paused), ..ProviderChange::default() };
    shop.counter.edit_provider(SECOND, paused, None, NOW).await.unwrap();
    assert_eq!(
        waits(&shop, second).await.unwrap(),
        "first waits until it is known what became of an order there; second is paused"
    );
    shop.found(attempt, accepted("900")).await;
    assert_eq!(waits(&shop, second).await, None);
    let one = ProviderChange { adds_at_once: Some(1), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, one, None, NOW).await.unwrap();
    shop.claim(second).await;
    let third = shop.order().await;
    assert_eq!(
        waits(&shop, third).await.unwrap(),
        "first has as many orders under way as it may have; second is paused"
    );
}

#[tokio::test]
async fn an_order_says_why_no_route_takes_it() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    set_route(&shop, 2, RouteChange { on: Some(false), ..RouteChange::default() }).await;
    let capped = |units| RouteChange { daily_cap: Some(Some(units)), ..RouteChange::default() };
    set_route(&shop, 1, capped(1_500)).await;
    assert_eq!(waits(&shop, order).await, None);
    shop.claim(order).await;
    let order = shop.order().await;
    let full = "the routes of the service have placed their units of today";
    assert_eq!(waits(&shop, order).await.unwrap(), full);
    set_route(&shop, 1, capped(999)).await;
    let small = "quantity: the routes of the service take 1 to 999";
    assert_eq!(waits(&shop, order).await.unwrap(), small, "no day has room for it");
    let dear = RouteChange {
        daily_cap: Some(None),
        cost: Some(Micros::new(2_000_001)),
        ..RouteChange::default()
    };
    set_route(&shop, 1, dear).await;
    let dear = "the cheapest route costs 2.000001, and the order was charged 2";
    assert_eq!(waits(&shop, order).await.unwrap(), dear);
    set_route(&shop, 1, RouteChange { on: Some(false), ..RouteChange::default() }).await;
    let off = "all routes of the service are switched off";
    assert_eq!(waits(&shop, order).await.unwrap(), off);
}
