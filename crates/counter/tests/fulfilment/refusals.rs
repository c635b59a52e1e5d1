//! Which routes have refused an order, as whoever takes it next is told.

use super::shop::{NOW, Shop};
use counter::fulfilment::{Found, Outcome, RefusedRoute, RouteChange};
use domain::{OrderId, RouteId};

/// The order is tried by a route, and refused there in these words.
async fn refused(shop: &Shop, order: OrderId, route: i64, evidence: &str) {
    let attempt = shop.claim_by(order, RouteId(route)).await.unwrap().attempt;
    let (found, evidence) = (Found::Refused { another_way: true }, evidence.to_owned());
    let outcome = Outcome { attempt, found, evidence };
    shop.counter.record_outcomes(vec![outcome], NOW).await.unwrap();
}

/// What is told of the orders that wait, by order.
async fn told(shop: &Shop) -> Vec<(OrderId, Vec<RefusedRoute>)> {
    let (waiting, _) = shop.counter.waiting_for_providers(OrderId(0), 10).await.unwrap();
    waiting.into_iter().map(|waiting| (waiting.order, waiting.refused)).collect()
}

/// Whoever takes the order next knows who has refused it, and whether time may change that.
#[tokio::test]
async fn the_routes_that_have_refused_an_order_are_told_with_it() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let texts = [
        ("refused: Service not found", Some(false)),
        ("late: refused: Incorrect link", Some(true)),
        // These are said of the moment, or by nobody.
        ("refused: Too many requests", None),
        ("seen", None),
    ];
    let mut known = Vec::new();
    for (evidence, kept) in texts {
        refused(&shop, order, 1, evidence).await;
        known.extend(kept.map(|for_good| RefusedRoute { route: RouteId(1), for_good }));
        assert_eq!(told(&shop).await, [(order, known.clone())]);
    }
}

/// An order that is tried every half minute has thousands of tries after a few days, and is looked at
/// many times in a second: what is read of it stays small, and costs no other order what is known of it.
#[tokio::test]
async fn only_the_last_tries_of_an_order_are_looked_at() {
    let shop = Shop::open().await;
    let (long, other) = (shop.order().await, shop.order().await);
    refused(&shop, other, 1, "refused: Incorrect link").await;
    refused(&shop, long, 1, "refused: Service not found").await;
    refused(&shop, long, 1, "refused: Incorrect link").await;
    let link = RefusedRoute { route: RouteId(1), for_good: true };
    let gone = RefusedRoute { route: RouteId(1), for_good: false };
    for _ in 0..14 {
        refused(&shop, long, 2, "refused: Too many requests").await;
    }
    assert_eq!(told(&shop).await, [(long, vec![gone, link]), (other, vec![link])]);
    refused(&shop, long, 2, "refused: Too many requests").await;
    assert_eq!(told(&shop).await, [(long, vec![link]), (other, vec![link])]);
    refused(&shop, long, 2, "refused: Too many requests").await;
    assert_eq!(told(&shop).await, [(long, vec![]), (other, vec![link])]);
}

/// Whoever looks at an order is told what the worker goes by.
#[tokio::test]
async fn a_route_that_has_refused_for_the_moment_is_not_out() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let off = RouteChange { on: Some(false), ..RouteChange::default() };
    shop.counter.edit_route(RouteId(2), off, NOW).await.unwrap();
    let waits = async || shop.counter.show_order(order, NOW).await.unwrap().waits;
    refused(&shop, order, 1, "refused: Too many requests").await;
    assert_eq!(waits().await, None, "it is tried there again");
    refused(&shop, order, 1, "refused: Incorrect link").await;
    assert_eq!(waits().await.unwrap(), "every route that takes the order was tried");
}
