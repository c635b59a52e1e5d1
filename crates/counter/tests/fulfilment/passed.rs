//! Drip-feeds and subscriptions that providers divide themselves.

use super::shop::{FIRST, NOW, Shop, THINGS, accepted};
use counter::Failure;
use counter::catalogue::ServiceChange;
use counter::fulfilment::{NotClaimed, Reported, RouteChange};
use counter::orders::{Post, PublicParts};
use domain::catalogue::{Fulfilment, LinkRule, NumberField, PartsBy, ServiceKind, TextField};
use domain::orders::{Number, OrderRefusal, OrderRequest, OrderShape, State};
use domain::providers::{Reading, Report, Said, UpstreamWord};
use domain::{CategoryId, Micros, OrderId, RouteId, ServiceId};

async fn passing() -> Shop {
    let shop = Shop::open().await;
    let change = ServiceChange {
        drip_feed: Some(true),
        parts: Some(PartsBy::Upstream),
        ..ServiceChange::default()
    };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    shop
}

/// 10 runs of 100: 2 in all.
async fn runs(shop: &Shop) -> OrderId {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(THINGS.0));
    request.link = Some(String::from("https://example.com/runs"));
    let numbers =
        [(NumberField::Quantity, 100), (NumberField::Runs, 10), (NumberField::Interval, 30)];
    for (field, value) in numbers {
        request.set_number(field, Some(Number::Int(value)));
    }
    shop.place(request).await.unwrap()
}

/// For so many posts of 5 to 50.
fn posts(service: ServiceId, posts: i64) -> OrderRequest {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(service.0));
    request.set_text(TextField::Username, Some(String::from("someone")));
    let numbers = [(NumberField::Min, 5), (NumberField::Max, 50), (NumberField::Posts, posts)];
    for (field, value) in numbers {
        request.set_number(field, Some(Number::Int(value)));
    }
    request
}

async fn says(shop: &Shop, order: OrderId, word: UpstreamWord, parts: Said<i64>) {
    let attempt = shop.counter.attempts_of_order(order).await.unwrap().pop().unwrap().id;
    let (charge, start_count, remains) = (Said::Absent, Said::Absent, Said::Absent);
    let report = Report::Says(Reading { word, charge, start_count, remains, parts });
    let words = String::from("as seen");
    let report = Reported { attempt, report, not_found: 0, words };
    shop.worker.record_reports(vec![report], NOW).await.unwrap();
}

#[tokio::test]
async fn a_drip_feed_is_one_order_and_what_did_not_run_goes_back() {
    let shop = passing().await;
    let order = runs(&shop).await;
    let stored = shop.stored(order).await;
    assert_eq!((stored.shape, stored.quantity), (OrderShape::Single, 1_000));
    assert_eq!(shop.money().await, (998_000_000, 2_000_000), "all of it is held");
    let (waiting, _) = shop.counter.waiting_for_providers(OrderId(0), 10).await.unwrap();
    assert_eq!((waiting[0].quantity, waiting[0].limits), (1_000, (100, 1_000)));
    let placement = shop.claim_by(order, RouteId(1)).await.unwrap();
    assert_eq!(placement.params.as_deref(), Some(r#"{"runs":10,"interval":30}"#));
    shop.found(placement.attempt, accepted("4711")).await;
    says(&shop, order, UpstreamWord::InProgress, Said::Value(3)).await;
    assert_eq!(shop.stored(order).await.remains, 700);
    says(&shop, order, UpstreamWord::Canceled, Said::Value(4)).await;
    let ended = shop.stored(order).await;
    assert_eq!((ended.state, ended.remains), (State::Partial, 600));
    assert_eq!(shop.money().await, (999_200_000, 0), "four tenths of 2 are earned");
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_drip_feed_stays_one_when_its_service_takes_no_more_of_them() {
    let shop = passing().await;
    let order = runs(&shop).await;
    let placement = shop.claim_by(order, RouteId(1)).await.unwrap();
    shop.found(placement.attempt, accepted("4711")).await;
    let plain = ServiceChange {
        drip_feed: Some(false),
        parts: Some(PartsBy::Ours),
        ..ServiceChange::default()
    };
    shop.counter.edit_service(THINGS, plain, NOW).await.unwrap();
    for kind in [ServiceKind::Package, ServiceKind::Subscriptions] {
        let other = ServiceChange { kind: Some(kind), ..ServiceChange::default() };
        let refused = shop.counter.edit_service(THINGS, other, NOW).await.unwrap_err();
        assert!(refused.to_string().starts_with("kind: "), "{refused}");
    }
    says(&shop, order, UpstreamWord::Canceled, Said::Value(4)).await;
    let ended = shop.stored(order).await;
    assert_eq!((ended.state, ended.remains), (State::Partial, 600));
    assert_eq!(shop.money().await, (999_200_000, 0), "four of ten runs were delivered");
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_canceled_drip_feed_of_which_nobody_says_how_much_came_is_for_a_person() {
    let shop = passing().await;
    let order = runs(&shop).await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, accepted("4711")).await;
    says(&shop, order, UpstreamWord::Canceled, Said::Absent).await;
    assert_eq!(shop.state(order).await, State::Review);
    assert_eq!(shop.money().await, (998_000_000, 2_000_000));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_run_has_to_fit_the_route_and_so_has_the_whole() {
    let shop = passing().await;
    let order = runs(&shop).await;
    for (min, max) in [(101, 10_000), (1, 999)] {
        let change = RouteChange { min: Some(min), max: Some(max), ..RouteChange::default() };
        shop.counter.edit_route(RouteId(1), change, NOW).await.unwrap();
        assert_eq!(shop.claim_by(order, RouteId(1)).await, Err(NotClaimed::Unfit));
    }
    shop.claim_by(order, RouteId(2)).await.unwrap();
}

#[tokio::test]
async fn a_subscription_is_charged_ahead_and_unused_posts_go_back() {
    let shop = Shop::open().await;
    let change = ServiceChange {
        category: Some(CategoryId(1)),
        name: Some(String::from("posts")),
        kind: Some(ServiceKind::Subscriptions),
        rate: Some(Micros::new(2_000_000)),
        min: Some(1),
        max: Some(100),
        fulfilment: Some(Fulfilment::Providers),
        parts: Some(PartsBy::Upstream),
        link_rule: Some(LinkRule::Queue),
        ..ServiceChange::default()
    };
    let service = shop.counter.add_service(change, NOW).await.unwrap();
    let route = RouteChange {
        service: Some(service),
        provider: Some(FIRST),
        upstream_service: Some(String::from("88")),
        cost: Some(Micros::new(1_000_000)),
        min: Some(5),
        max: Some(50),
        ..RouteChange::default()
    };
    let route = shop.counter.add_route(route, NOW).await.unwrap();
    // Nobody knows what something without an end costs ahead.
    let endless = shop.place(posts(service, 0)).await;
    assert!(matches!(endless, Err(Failure::Refused(OrderRefusal::Incorrect(_)))), "{endless:?}");
    let order = shop.place(posts(service, 10)).await.unwrap();
    assert_eq!(shop.money().await, (999_000_000, 1_000_000), "10 posts of at most 50");
    let placement = shop.claim_by(order, route).await.unwrap();
    assert_eq!((placement.quantity, placement.link.as_str()), (500, ""));
    shop.found(placement.attempt, accepted("12")).await;
    says(&shop, order, UpstreamWord::Paused, Said::Value(2)).await;
    assert_eq!(shop.money().await, (999_000_000, 1_000_000), "a pause gives nothing back");
    says(&shop, order, UpstreamWord::Expired, Said::Value(7)).await;
    let ended = shop.stored(order).await;
    assert_eq!((ended.state, ended.remains), (State::Partial, 150));
    assert_eq!(shop.money().await, (999_300_000, 0));
    shop.assert_clean().await;
}

#[tokio::test]
async fn only_providers_divide_orders() {
    let shop = passing().await;
    let staff = ServiceChange { fulfilment: Some(Fulfilment::Staff), ..ServiceChange::default() };
    let refused = shop.counter.edit_service(THINGS, staff, NOW).await.unwrap_err();
    assert!(refused.to_string().contains("parts: only orders that providers fulfil"), "{refused}");
}

#[tokio::test]
async fn customers_are_told_how_many_parts_are_done() {
    let shop = passing().await;
    let (whole, plain) = (runs(&shop).await, shop.order().await);
    let parts = async |order: OrderId| {
        let told = shop.counter.order_statuses(shop.account, &[order], NOW, None).await.unwrap();
        told[0].parts.clone()
    };
    let done = |done| PublicParts::Runs { done, orders: Vec::new() };
    assert_eq!((parts(whole).await, parts(plain).await), (done(0), PublicParts::None));
    let attempt = shop.claim(whole).await;
    shop.found(attempt, accepted("4711")).await;
    says(&shop, whole, UpstreamWord::InProgress, Said::Value(3)).await;
    assert_eq!(parts(whole).await, done(3));
    // What was ordered before stays as it was.
    let ours = ServiceChange { parts: Some(PartsBy::Ours), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, ours, NOW).await.unwrap();
    says(&shop, whole, UpstreamWord::Canceled, Said::Value(4)).await;
    assert_eq!(parts(whole).await, done(4));
    // A post of ours has what its subscription was asked for, and is no whole.
    let change = ServiceChange {
        category: Some(CategoryId(1)),
        name: Some(String::from("posts")),
        kind: Some(ServiceKind::Subscriptions),
        rate: Some(Micros::new(2_000_000)),
        min: Some(1),
        max: Some(100),
        fulfilment: Some(Fulfilment::Providers),
        ..ServiceChange::default()
    };
    let service = shop.counter.add_service(change, NOW).await.unwrap();
    let order = shop.place(posts(service, 10)).await.unwrap();
    let link = String::from("https://example.com/posts/1");
    let post = Post { order, link, quantity: 50 };
    shop.counter.record_post(post, "ann", NOW).await.unwrap();
    let PublicParts::Posts { done: 1, orders, .. } = parts(order).await else {
        panic!("{:?}", parts(order).await)
    };
    assert_eq!(parts(orders[0]).await, PublicParts::None);
}
