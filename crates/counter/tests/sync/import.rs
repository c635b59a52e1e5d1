//! Importing what a provider offers, and the rules.

use super::on_every_engine;
use super::shop::{ALL, COST, NOW, PANEL, Shop, offer, offers, text};
use counter::nodes::{Job, Node, Role};
use counter::sync::{Fetched, Import, RulesChange, Which};
use domain::catalogue::{Fulfilment, RefillRule, ServiceKind};
use domain::providers::offers::Markup;
use domain::{CategoryId, Micros, ServiceId, Timestamp};
use testkit::Database;

on_every_engine![
    offers_become_services_with_routes,
    what_cannot_be_sold_is_passed_over,
    rules_are_kept_and_checked,
    lists_are_due_by_their_rules,
];

fn import(which: Which) -> Import {
    Import { provider: PANEL, which, into: ALL, markup: None, refill: None, on_sale: true }
}

fn services(of: &[&str]) -> Which {
    Which::Services(of.iter().map(|&service| service.to_owned()).collect())
}

async fn offers_become_services_with_routes(database: Database) {
    let shop = Shop::empty(database).await;
    shop.take(offers(6)).await;
    let markup = Markup {
        points: 5_000,
        fixed: Micros::new(20_000),
        least: Micros::ZERO,
        step: Micros::new(100_000),
    };
    let refill = RefillRule { days: 30, cooldown_hours: 24 };
    let chosen =
        Import { markup: Some(markup), refill: Some(refill), ..import(services(&["2", "3"])) };
    let report = shop.counter.import_offers(chosen, "ann", NOW).await.unwrap();
    assert_eq!(report.made.len(), 2);
    let service = shop.service(1).await;
    assert_eq!((service.name.as_str(), service.rate.raw()), ("Thing 2", 1_600_000));
    assert_eq!((service.kind, service.fulfilment), (ServiceKind::Default, Fulfilment::Providers));
    assert_eq!((service.min, service.max, service.cancel), (100, 10_000, true));
    assert_eq!((service.refill, shop.service(2).await.refill), (Some(refill), None));
    let route = shop.route(1).await;
    assert_eq!((route.service, route.cost.raw()), (ServiceId(1), COST));
    assert_eq!((route.upstream_service.as_str(), route.on), ("2", true));
    // What has a route is not imported again.
    let again =
        shop.counter.import_offers(import(services(&["3", "4"])), "ann", NOW).await.unwrap();
    assert_eq!((again.made.len(), again.passed_over.len()), (1, 1));
    let under = Which::Category(String::from("Things"));
    let rest = shop.counter.import_offers(import(under), "ann", NOW).await.unwrap();
    assert_eq!(rest.made.len(), 3);
    let views = shop.counter.offers(PANEL, "", 100).await.unwrap();
    assert!(views.iter().all(|view| view.routes.len() == 1 && view.rate.is_some()));
    assert_eq!(shop.take(offers(6)).await.set, None, "what was imported is as the list says");
    for (which, told) in [
        (services(&["77"]), "no service `77`"),
        (Which::Category(String::from("Nothing")), "nothing under `Nothing`"),
    ] {
        assert!(text(shop.counter.import_offers(import(which), "ann", NOW).await).contains(told));
    }
    let nowhere = Import { into: CategoryId(9), ..import(services(&["1"])) };
    assert!(text(shop.counter.import_offers(nowhere, "ann", NOW).await).contains("category 9"));
    shop.assert_clean().await;
}

async fn what_cannot_be_sold_is_passed_over(database: Database) {
    let shop = Shop::empty(database).await;
    let mut list = offers(4);
    list[0].kind = String::from("Likes spread");
    list[1].rate = Micros::new(i64::MAX);
    list[2].min = 20_000;
    list[3].name = String::from(" ");
    let taken = shop.take(list).await;
    assert_eq!(taken.fresh, 4);
    let report = shop.counter.import_offers(import(Which::All), "ann", NOW).await.unwrap();
    assert_eq!((report.made.len(), report.passed_over.len()), (1, 3), "{report:?}");
    assert!(report.passed_over[0].why.contains("`Likes spread`"));
    assert_eq!(shop.service(1).await.name, "Service 4");
    shop.assert_clean().await;
}

async fn rules_are_kept_and_checked(database: Database) {
    let shop = Shop::empty(database).await;
    let usual = shop.counter.sync_rules(PANEL).await.unwrap();
    assert_eq!((usual.minutes, usual.rules.small_percent), (0, 10));
    let change = RulesChange { minutes: Some(60), points: Some(1), ..RulesChange::default() };
    shop.rules(change).await;
    let changed = shop.counter.sync_rules(PANEL).await.unwrap();
    assert_eq!((changed.minutes, changed.rules.markup.points), (60, 1));
    assert_eq!(changed.rules.spike_percent, usual.rules.spike_percent);
    for (wrong, told) in [
        (RulesChange { minutes: Some(1), ..RulesChange::default() }, "minutes"),
        (RulesChange { small_percent: Some(60), ..RulesChange::default() }, "small"),
        (RulesChange { points: Some(-1), ..RulesChange::default() }, "markup"),
    ] {
        let refused = shop.counter.set_sync_rules(PANEL, wrong, "ann", NOW).await;
        assert!(text(refused).contains(told));
    }
    assert_eq!(shop.counter.sync_rules(PANEL).await.unwrap(), changed);
}

async fn lists_are_due_by_their_rules(database: Database) {
    let shop = Shop::empty(database).await;
    let node = Node::new("test", Role::Worker, 60_000_000);
    let lease = shop.counter.take_lease(&node, Job::Fulfilment).await.unwrap();
    let worker = shop.counter.worker(lease);
    let due = async |minutes: i64| {
        worker.lists_due(Timestamp(NOW.0 + minutes * 60_000_000)).await.unwrap()
    };
    assert_eq!(due(0).await, [], "only when staff ask");
    shop.rules(RulesChange { minutes: Some(30), ..RulesChange::default() }).await;
    assert_eq!(due(0).await, [PANEL]);
    shop.take(vec![offer(1)]).await;
    assert_eq!(due(29).await, []);
    assert_eq!(due(30).await, [PANEL]);
    // One that fails is not asked more often.
    shop.fetch(Fetched::Unanswered(String::from("refused"))).await;
    assert_eq!(due(29).await, []);
}
