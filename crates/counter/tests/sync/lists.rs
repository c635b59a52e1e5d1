//! Lists: what each comes to, and which change nothing.

use super::on_every_engine;
use super::shop::{COST, PANEL, Shop, first_costs, offer, offers, text};
use counter::fulfilment::ProviderChange;
use counter::sync::{Fetched, RulesChange, Taken};
use domain::Micros;
use domain::providers::ProviderState;
use domain::providers::offers::{FindingKind, Found, ItemState, List, Offer, RateRule, Taking};
use testkit::Database;

on_every_engine![
    small_moves_are_taken_over_and_spikes_are_held,
    what_waits_does_not_pile_up,
    nothing_is_sold_under_cost,
    what_cannot_be_right_changes_nothing,
    what_is_missing_from_whole_lists_is_gone_and_comes_back,
    a_long_list_is_taken_in_parts,
    new_limits_are_taken_over,
];

async fn small_moves_are_taken_over_and_spikes_are_held(database: Database) {
    let shop = Shop::open(database, 3).await;
    let same = shop.take(offers(3)).await;
    assert_eq!((same.found, same.set), (Found::Taken, None), "nothing differs");
    let moved = shop.take(first_costs(3, 1_100_000)).await;
    assert_eq!((moved.applied, moved.waiting), (1, 0));
    assert_eq!(shop.first().await, (1_100_000, 1_200_000, true, true));
    let items = shop.items(moved.set.unwrap()).await;
    assert_eq!((items[0].before.as_str(), items[0].after.as_str()), ("1", "1.1"));
    assert_eq!(items[0].actor.as_deref(), Some("sync"));

    // Between the two bounds, and not under cost: a person is asked.
    shop.take(first_costs(3, COST)).await;
    let asked = shop.take(first_costs(3, 1_150_000)).await;
    assert_eq!((asked.applied, asked.waiting), (0, 1));
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    assert_eq!(shop.open_item().await.state, ItemState::Proposed);

    let spike = shop.take(first_costs(3, 9 * COST)).await;
    assert_eq!((spike.applied, spike.waiting), (0, 1));
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false), "held");
    let item = shop.open_item().await;
    assert_eq!((item.state, item.set), (ItemState::Quarantined, spike.set.unwrap()));
    assert!(item.why.unwrap().contains("50 percent"));

    // A fall that is not believed holds nothing.
    let mut cheap = first_costs(3, 9 * COST);
    cheap[1].rate = Micros::new(1);
    shop.take(cheap).await;
    assert_eq!(shop.open_items().await.len(), 2);
    assert!(shop.route(2).await.on && shop.service(2).await.on_sale);
    assert_eq!(shop.route(2).await.cost.raw(), COST);
    shop.assert_clean().await;
}

async fn what_waits_does_not_pile_up(database: Database) {
    let shop = Shop::open(database, 2).await;
    let first = shop.take(first_costs(2, 5 * COST)).await;
    let item = shop.open_item().await;
    for _ in 0..3 {
        let again = shop.take(first_costs(2, 5 * COST)).await;
        assert_eq!((again.set, again.waiting), (None, 0), "the same, and no set for it");
    }
    assert_eq!(shop.open_item().await, item);
    // Another value is the same item, which says so; what taking it over comes to is made anew.
    let other = shop.take(first_costs(2, 6 * COST)).await;
    let now = shop.open_item().await;
    assert_eq!((now.id, now.after.as_str(), now.set), (item.id, "6", other.set.unwrap()));
    assert!(now.edits.contains("rate 1200000 7200000"), "{}", now.edits);
    assert_ne!(first.set, other.set);
    // A person switches on what is held: the same value does not hold it again, another one does.
    let on = counter::fulfilment::RouteChange { on: Some(true), ..Default::default() };
    shop.counter.edit_route(now.route, on.clone(), super::shop::NOW).await.unwrap();
    shop.take(first_costs(2, 6 * COST)).await;
    assert!(shop.route(1).await.on);
    shop.take(first_costs(2, 7 * COST)).await;
    assert!(!shop.route(1).await.on);
    // The list says again what it said before: a person still has to let go what is held.
    shop.take(offers(2)).await;
    let past = shop.open_item().await;
    assert!(past.why.unwrap().contains("again"), "{past:?}", past = past.id);
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false));
    shop.assert_clean().await;
}

async fn nothing_is_sold_under_cost(database: Database) {
    let shop = Shop::open(database, 3).await;
    // In small steps, each of which is taken over, past the rate.
    for cost in [1_090_000, 1_180_000, 1_290_000] {
        assert_eq!(shop.take(first_costs(3, cost)).await.applied, 1);
    }
    assert_eq!(shop.first().await, (1_290_000, 1_548_000, true, true), "raised with the markup");
    shop.rules(RulesChange { rates: Some(RateRule::TakeOff), ..RulesChange::default() }).await;
    for cost in [1_410_000, 1_540_000, 1_650_000] {
        shop.take(first_costs(3, cost)).await;
    }
    assert_eq!(shop.first().await, (1_650_000, 1_548_000, true, false), "taken off sale");
    shop.rules(RulesChange { rates: Some(RateRule::Follow), ..RulesChange::default() }).await;
    let mut cheaper = first_costs(3, 1_650_000);
    cheaper[1].rate = Micros::new(950_000);
    shop.take(cheaper).await;
    assert_eq!(shop.service(2).await.rate.raw(), 1_140_000, "follows downwards too");
    shop.assert_clean().await;
}

async fn what_cannot_be_right_changes_nothing(database: Database) {
    let shop = Shop::open(database, 40).await;
    let before = (shop.counter.routes().await.unwrap(), shop.counter.all_services().await.unwrap());
    let halved: Vec<Offer> = (1..=20).map(offer).collect();
    let broken = List { offers: offers(40), broken: 5 };
    for (fetched, found) in [
        (Fetched::Empty, Found::Empty),
        (Fetched::List(List::default()), Found::Empty),
        (Fetched::List(List { offers: halved, broken: 0 }), Found::NotBelieved),
        (Fetched::List(broken), Found::NotBelieved),
        (Fetched::Refused(String::from("Invalid API\u{0}key")), Found::Refused),
        (Fetched::Unclear(String::from("the answer is no JSON")), Found::Unclear),
        (Fetched::Unanswered(String::from("no answer in time")), Found::Unanswered),
    ] {
        for _ in 0..5 {
            let taken = shop.fetch(fetched.clone()).await;
            assert_eq!((taken.found, taken.set), (found, None));
        }
        let views = shop.counter.sync_views().await.unwrap();
        let look = views[0].look.clone().unwrap();
        assert_eq!((look.found, look.offers), (found, 40), "the last whole list is still known");
        assert!(look.told.is_some() && look.in_a_row >= 5);
    }
    assert_eq!(
        (shop.counter.routes().await.unwrap(), shop.counter.all_services().await.unwrap()),
        before
    );
    let missing = shop.database.number("select cast(sum(missing) as bigint) from offer");
    assert_eq!(missing, 0, "nor does anything count as missing");
    assert_eq!(shop.open_items().await, []);
    let off = ProviderChange { state: Some(ProviderState::Off), ..ProviderChange::default() };
    shop.counter.edit_provider(PANEL, off, None, super::shop::NOW).await.unwrap();
    let off = shop.counter.take_list(PANEL, Fetched::Empty, "sync", super::shop::NOW).await;
    assert!(text(off).contains("is off"));
    shop.assert_clean().await;
}

async fn what_is_missing_from_whole_lists_is_gone_and_comes_back(database: Database) {
    let shop = Shop::open(database, 12).await;
    let without = || offers(12)[1..].to_vec();
    shop.rules(RulesChange { broken_percent: Some(50), ..RulesChange::default() }).await;
    for _ in 0..2 {
        shop.take(without()).await;
        // In a list that could not be read whole it may be there.
        let part = List { offers: without(), broken: 1 };
        assert_eq!(shop.fetch(Fetched::List(part)).await.found, Found::Taken);
    }
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true), "not yet");
    let gone = shop.take(without()).await;
    assert_eq!(gone.applied, 1);
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false));
    assert_eq!(shop.items(gone.set.unwrap()).await[0].finding, FindingKind::Gone);
    assert_eq!(shop.take(without()).await.set, None, "gone once");
    shop.take(offers(12)).await;
    assert_eq!(shop.open_item().await.finding, FindingKind::Back);
    shop.take(without()).await;
    assert_eq!(shop.open_items().await, [], "it went again before anybody decided");
    shop.rules(RulesChange { back: Some(Taking::Apply), ..RulesChange::default() }).await;
    shop.take(offers(12)).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true), "back, and on sale with it");
    shop.assert_clean().await;
}

async fn a_long_list_is_taken_in_parts(database: Database) {
    let shop = Shop::empty(database).await;
    let first = shop.take(offers(5_000)).await;
    assert_eq!((first.fresh, first.applied, first.waiting), (5_000, 0, 0));
    let import = counter::sync::Import {
        provider: PANEL,
        which: counter::sync::Which::All,
        into: super::shop::ALL,
        markup: None,
        refill: None,
        on_sale: true,
    };
    let report = shop.counter.import_offers(import, "ann", super::shop::NOW).await.unwrap();
    assert_eq!(report.made.len(), 5_000);
    let same = shop.take(offers(5_000)).await;
    assert_eq!(same.set, None);
    let dearer = |offer: Offer| Offer { rate: Micros::new(1_050_000), ..offer };
    let all: Vec<Offer> = offers(5_000).into_iter().map(dearer).collect();
    let moved: Taken = shop.take(all).await;
    assert_eq!((moved.applied, moved.waiting, moved.fresh), (5_000, 0, 0));
    let costs = "select count(*) from route where cost = 1050000";
    assert_eq!(shop.database.number(costs), 5_000);
    let undone = shop.counter.undo_change_set(moved.set.unwrap(), "ann", super::shop::NOW).await;
    assert_eq!(undone.unwrap().items, 5_000);
    assert_eq!(shop.database.number("select count(*) from route where cost = 1000000"), 5_000);
    shop.assert_clean().await;
}

async fn new_limits_are_taken_over(database: Database) {
    let shop = Shop::open(database, 3).await;
    let mut narrower = offers(3);
    (narrower[0].min, narrower[0].max) = (500, 5_000);
    (narrower[1].min, narrower[1].max) = (20_000, 30_000);
    narrower[2].kind = String::from("Poll");
    let taken = shop.take(narrower).await;
    assert_eq!((taken.applied, taken.waiting), (1, 2));
    let (route, service) = (shop.route(1).await, shop.service(1).await);
    assert_eq!((route.min, route.max, service.min, service.max), (500, 5_000, 500, 5_000));
    let items = shop.open_items().await;
    assert_eq!(items[0].finding, FindingKind::LimitsMoved);
    assert_eq!(items[1].finding, FindingKind::KindChanged);
    assert!(!shop.service(2).await.on_sale, "no quantity is left");
    assert!(!shop.service(3).await.on_sale, "orders would lack what they need");
    shop.assert_clean().await;
}
