//! Drip-feeds and subscriptions that the provider divides itself.

use super::shop::{CHARGE, Shop, THINGS, now, panel, settings};
use counter::catalogue::ServiceChange;
use counter::fulfilment::{ProviderChange, RouteChange};
use counter::orders::PublicParts;
use domain::catalogue::{Fulfilment, NumberField, PartsBy, ServiceKind, TextField};
use domain::orders::{Number, OrderRequest, State};
use domain::{CategoryId, Micros, OrderId, ProviderId, ServiceId};
use fakepanel::Server;
use fakepanel::settings::Parts;
use std::time::Duration;

const PATIENT: Duration = Duration::from_secs(5);

/// A panel that tells parts so.
fn telling(parts: Parts) -> Server {
    let mut settings = settings();
    settings.tells_parts = parts;
    panel(settings)
}

/// A shop whose drip-feeds and subscriptions a panel divides.
async fn passing(server: &Server) -> (Shop, ProviderId, ServiceId) {
    let shop = Shop::open().await;
    let change = ServiceChange {
        drip_feed: Some(true),
        parts: Some(PartsBy::Upstream),
        ..ServiceChange::default()
    };
    shop.counter.edit_service(THINGS, change, now()).await.unwrap();
    let provider = shop.provider(server, ProviderChange::default()).await;
    let change = ServiceChange {
        category: Some(CategoryId(1)),
        name: Some(String::from("of every post")),
        kind: Some(ServiceKind::Subscriptions),
        rate: Some(Micros::new(CHARGE)),
        min: Some(10),
        max: Some(1_000),
        fulfilment: Some(Fulfilment::Providers),
        parts: Some(PartsBy::Upstream),
        cancel: Some(true),
        ..ServiceChange::default()
    };
    let service = shop.counter.add_service(change, now()).await.unwrap();
    let route = RouteChange {
        service: Some(service),
        provider: Some(provider),
        upstream_service: Some(String::from("16")),
        cost: Some(Micros::new(900_000)),
        ..RouteChange::default()
    };
    shop.counter.add_route(route, now()).await.unwrap();
    (shop, provider, service)
}

/// So many runs of 100, with something in the link.
async fn runs(shop: &Shop, runs: i64, part: &str) -> OrderId {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(THINGS.0));
    request.link = Some(format!("https://example.com/o-1?{part}"));
    let numbers =
        [(NumberField::Quantity, 100), (NumberField::Runs, runs), (NumberField::Interval, 30)];
    for (field, value) in numbers {
        request.set_number(field, Some(Number::Int(value)));
    }
    shop.place(request).await
}

/// For 10 posts of 20 to 50, of a user whose name has something in it.
async fn posts(shop: &Shop, service: ServiceId, part: &str) -> OrderId {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(service.0));
    request.set_text(TextField::Username, Some(format!("https://example.com/o-1?{part}")));
    let numbers = [(NumberField::Min, 20), (NumberField::Max, 50), (NumberField::Posts, 10)];
    for (field, value) in numbers {
        request.set_number(field, Some(Number::Int(value)));
    }
    shop.place(request).await
}

/// Where it ended, what is not delivered, what was earned, what went back; and its parts, as its
/// customer is told.
async fn end(shop: &Shop, order: OrderId) -> ((State, i64, i64, i64), PublicParts) {
    let order = shop.stored(order).await;
    let money = (order.captured.raw(), order.released.raw());
    assert_eq!(money.0 + money.1, order.charge.raw(), "to the micro");
    ((order.state, order.remains, money.0, money.1), parts(shop, order.id).await)
}

/// The parts of an order, as its customer is told.
async fn parts(shop: &Shop, order: OrderId) -> PublicParts {
    let told = shop.counter.order_statuses(shop.account, &[order], now(), None).await.unwrap();
    told[0].parts.clone()
}

fn runs_done(done: i64) -> PublicParts {
    PublicParts::Runs { done, orders: Vec::new() }
}

fn posts_done(done: i64) -> PublicParts {
    PublicParts::Posts { done, expired: false, orders: Vec::new() }
}

/// The one order that the panel has, by the names that it was sent.
fn sent(server: &Server, names: &[&str]) -> Vec<String> {
    server.look(|panel| {
        assert!(panel.violations().is_empty());
        let adds: Vec<_> = panel.journal().adds().collect();
        assert_eq!(adds.len(), 1, "placed once, whole");
        names.iter().map(|name| adds[0].field(name).unwrap_or_default()).collect()
    })
}

/// What our books at the provider say is what it has taken.
async fn assert_booked(shop: &Shop, server: &Server, provider: ProviderId) {
    let booked = shop.counter.show_provider(provider).await.unwrap().provider.booked;
    let cost = server.look(|panel| panel.orders()[0].net.to_string());
    assert_eq!(booked.raw(), -Micros::parse(&cost).unwrap().raw());
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_is_passed_on_runs_to_its_end() {
    for told in [Parts::Untold, Parts::Beside, Parts::Instead] {
        let server = telling(told);
        let (shop, provider, _) = passing(&server).await;
        let order = runs(&shop, 10, "").await;
        assert_eq!(parts(&shop, order).await, runs_done(0));
        let work = shop.work(PATIENT).await;
        shop.until(&[order], State::is_terminal).await;
        work.end().await;
        let whole = (State::Completed, 0, CHARGE, 0);
        assert_eq!(end(&shop, order).await, (whole, runs_done(10)), "{told:?}");
        assert_eq!(sent(&server, &["quantity", "runs", "interval"]), ["100", "10", "30"]);
        assert_booked(&shop, &server, provider).await;

        let server = telling(told);
        let (shop, provider, service) = passing(&server).await;
        let order = posts(&shop, service, "").await;
        let work = shop.work(PATIENT).await;
        shop.until(&[order], State::is_terminal).await;
        work.end().await;
        let whole = (State::Completed, 0, CHARGE / 2, 0);
        assert_eq!(end(&shop, order).await, (whole, posts_done(10)), "{told:?}");
        assert_eq!(sent(&server, &["min", "max", "posts", "quantity"]), ["20", "50", "10", ""]);
        assert_booked(&shop, &server, provider).await;
    }
}

/// Half of it is delivered, which is in the middle of a run, when its customer has enough.
#[tokio::test]
async fn what_is_stopped_in_the_middle_gives_back_the_rest() {
    for told in [Parts::Untold, Parts::Beside] {
        let server = telling(told);
        let (shop, provider, service) = passing(&server).await;
        let order = runs(&shop, 5, "outcome=stuck").await;
        let work = shop.work(PATIENT).await;
        shop.until_view(order, |view| view.order.remains == 250).await;
        assert_eq!(parts(&shop, order).await, runs_done(2));
        shop.ask_cancel(order).await;
        shop.until(&[order], State::is_terminal).await;
        work.end().await;
        let half = (State::Partial, 250, CHARGE / 4, CHARGE / 4);
        assert_eq!(end(&shop, order).await, (half, runs_done(2)), "{told:?}");
        sent(&server, &[]);
        assert_booked(&shop, &server, provider).await;

        let server = telling(told);
        let (shop, provider, service_again) = passing(&server).await;
        assert_eq!(service, service_again);
        let order = posts(&shop, service, "outcome=stuck").await;
        let work = shop.work(PATIENT).await;
        shop.until_view(order, |view| view.order.remains == 250).await;
        shop.ask_cancel(order).await;
        shop.until(&[order], State::is_terminal).await;
        work.end().await;
        let half = (State::Partial, 250, CHARGE / 4, CHARGE / 4);
        assert_eq!(end(&shop, order).await, (half, posts_done(5)), "{told:?}");
        assert_booked(&shop, &server, provider).await;
    }
}

#[tokio::test]
async fn what_the_provider_ends_early_gives_back_what_did_not_come() {
    for told in [Parts::Untold, Parts::Beside, Parts::Instead] {
        let server = telling(told);
        let (shop, provider, service) = passing(&server).await;
        let drip = runs(&shop, 10, "outcome=partial:300").await;
        let work = shop.work(PATIENT).await;
        shop.until(&[drip], State::is_terminal).await;
        let most = (State::Partial, 300, CHARGE / 10 * 7, CHARGE / 10 * 3);
        assert_eq!(end(&shop, drip).await, (most, runs_done(7)), "{told:?}");
        assert_booked(&shop, &server, provider).await;
        let subscription = posts(&shop, service, "outcome=partial:150").await;
        let none = runs(&shop, 10, "outcome=canceled").await;
        shop.until(&[subscription, none], State::is_terminal).await;
        work.end().await;
        let most = (State::Partial, 150, CHARGE / 20 * 7, CHARGE / 20 * 3);
        assert_eq!(end(&shop, subscription).await, (most, posts_done(7)), "{told:?}");
        let nothing = (State::Canceled, 1_000, 0, CHARGE);
        assert_eq!(end(&shop, none).await, (nothing, runs_done(0)), "{told:?}");
        shop.assert_clean().await;
    }
}
