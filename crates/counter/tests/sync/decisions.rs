//! What staff decide of what waits for them.

use super::on_every_engine;
use super::shop::{COST, NOW, Shop, first_costs, offer, offers, text};
use counter::catalogue::ServiceChange;
use counter::fulfilment::RouteChange;
use counter::sync::{Decision, RulesChange};
use domain::catalogue::{Fulfilment, ServiceKind};
use domain::providers::offers::{ItemState, RateRule, Taking};
use domain::{ChangeItemId, Micros, ServiceId};
use testkit::Database;

on_every_engine![
    what_is_applied_is_sold_again_with_its_markup,
    what_is_refused_is_not_asked_again_until_the_list_says_something_else,
    an_edit_in_between_is_passed_over,
    a_kind_is_taken_over_when_the_service_is_of_it,
    what_is_decided_is_not_decided_again,
    what_others_fulfil_stays_on_sale,
    nothing_comes_on_sale_under_cost,
    two_reasons_hold_until_both_are_decided,
];

async fn decide(shop: &Shop, decision: Decision, id: ChangeItemId) -> counter::sync::Decided {
    shop.counter.decide_items(decision, &[id], "ann", NOW).await.unwrap().remove(0)
}

async fn what_is_applied_is_sold_again_with_its_markup(database: Database) {
    let shop = Shop::open(database, 2).await;
    // Twice: the second time, it is held already.
    shop.take(first_costs(2, 5 * COST)).await;
    shop.take(first_costs(2, 6 * COST)).await;
    let item = shop.open_item().await;
    let done = decide(&shop, Decision::Apply, item.id).await;
    assert_eq!((done.item.state, done.passed_over, done.taken_off), (ItemState::Applied, 0, false));
    assert_eq!(done.item.actor.as_deref(), Some("ann"));
    assert_eq!(shop.first().await, (6 * COST, 7_200_000, true, true));
    assert_eq!(shop.take(first_costs(2, 6 * COST)).await.set, None);
    shop.assert_clean().await;
}

async fn what_is_refused_is_not_asked_again_until_the_list_says_something_else(database: Database) {
    let shop = Shop::open(database, 2).await;
    shop.take(first_costs(2, 5 * COST)).await;
    let item = shop.open_item().await;
    let done = decide(&shop, Decision::Refuse, item.id).await;
    assert_eq!(done.item.state, ItemState::Refused);
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true), "nothing is held any more");
    for _ in 0..2 {
        assert_eq!(shop.take(first_costs(2, 5 * COST)).await.set, None);
        assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    }
    // Staff may think better of it, as long as the list says so.
    let done = decide(&shop, Decision::Apply, item.id).await;
    assert_eq!(done.item.state, ItemState::Applied);
    assert_eq!(shop.first().await, (5 * COST, 6_000_000, true, true));
    shop.take(first_costs(2, 20 * COST)).await;
    let second = shop.open_item().await;
    decide(&shop, Decision::Refuse, second.id).await;
    shop.take(first_costs(2, 30 * COST)).await;
    assert_ne!(shop.open_item().await.id, second.id, "another value is another matter");
    assert_eq!(shop.first().await, (5 * COST, 6_000_000, false, false));
    shop.assert_clean().await;
}

async fn an_edit_in_between_is_passed_over(database: Database) {
    let shop = Shop::open(database, 2).await;
    shop.rules(RulesChange { limits: Some(Taking::Propose), ..RulesChange::default() }).await;
    let mut list = first_costs(2, 1_150_000);
    list[1].max = 5_000;
    shop.take(list).await;
    let items = shop.open_items().await;
    let cost = RouteChange { cost: Some(Micros::new(700_000)), ..RouteChange::default() };
    shop.counter.edit_route(items[0].route, cost, NOW).await.unwrap();
    let sold = ServiceChange { max: Some(8_000), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(2), sold, NOW).await.unwrap();
    let done = decide(&shop, Decision::Apply, items[0].id).await;
    assert_eq!((done.item.state, done.passed_over), (ItemState::Outdated, 1));
    assert_eq!(shop.route(1).await.cost.raw(), 700_000, "as the operator left it");
    let done = decide(&shop, Decision::Apply, items[1].id).await;
    assert_eq!((done.item.state, done.passed_over), (ItemState::Applied, 1));
    assert_eq!((shop.route(2).await.max, shop.service(2).await.max), (5_000, 8_000));
    shop.assert_clean().await;
}

async fn a_kind_is_taken_over_when_the_service_is_of_it(database: Database) {
    let shop = Shop::open(database, 2).await;
    let of_kind = |kind: &str| {
        let mut list = offers(2);
        list[0].kind = kind.to_owned();
        list
    };
    shop.take(of_kind("Poll")).await;
    shop.take(of_kind("Poll")).await;
    let item = shop.open_item().await;
    let apply = async || shop.counter.decide_items(Decision::Apply, &[item.id], "ann", NOW).await;
    assert!(text(apply().await).contains("of kind poll first"));
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false));
    let poll = ServiceChange { kind: Some(ServiceKind::Poll), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(1), poll, NOW).await.unwrap();
    apply().await.unwrap();
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    assert_eq!(shop.take(of_kind("poll")).await.set, None, "another spelling is the same");
    shop.take(of_kind("Likes spread")).await;
    let unknown = shop.open_item().await;
    let refused = shop.counter.decide_items(Decision::Apply, &[unknown.id], "ann", NOW).await;
    assert!(text(refused).contains("is not known"));
    // Staff know that it means what it did before.
    decide(&shop, Decision::Refuse, unknown.id).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    assert_eq!(shop.take(of_kind("Likes spread")).await.set, None);
    shop.assert_clean().await;
}

async fn what_is_decided_is_not_decided_again(database: Database) {
    let shop = Shop::open(database, 3).await;
    let mut list = first_costs(3, 5 * COST);
    list[1].rate = Micros::new(1_150_000);
    let set = shop.take(list).await.set.unwrap();
    let items = shop.open_items().await;
    assert_eq!(shop.counter.proposed_items(set).await.unwrap(), [items[1].id], "not the spike");
    decide(&shop, Decision::Apply, items[0].id).await;
    for decision in [Decision::Apply, Decision::Refuse] {
        let both = [items[0].id, items[1].id];
        let again = text(shop.counter.decide_items(decision, &both, "ann", NOW).await);
        assert!(again.contains("is applied"), "{again}");
        let nobody = shop.counter.decide_items(decision, &[ChangeItemId(99)], "ann", NOW).await;
        assert!(text(nobody).contains("no change item 99"));
    }
    assert_eq!(shop.open_item().await.id, items[1].id, "nothing of a refused request is done");
    shop.assert_clean().await;
}

async fn what_others_fulfil_stays_on_sale(database: Database) {
    let shop = Shop::open(database, 2).await;
    let staff = ServiceChange { fulfilment: Some(Fulfilment::Staff), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(1), staff, NOW).await.unwrap();
    shop.take(first_costs(2, 5 * COST)).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, false, true));
    decide(&shop, Decision::Apply, shop.open_item().await.id).await;
    assert_eq!(shop.first().await, (5 * COST, 1_200_000, true, true), "its price is its own");
    shop.assert_clean().await;
}

async fn nothing_comes_on_sale_under_cost(database: Database) {
    let shop = Shop::open(database, 2).await;
    shop.take(first_costs(2, 5 * COST)).await;
    let item = shop.open_item().await;
    // The operator sets a price of their own meanwhile, and it is too low.
    let rate = ServiceChange { rate: Some(Micros::new(2 * COST)), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(1), rate, NOW).await.unwrap();
    let done = decide(&shop, Decision::Apply, item.id).await;
    assert_eq!((done.passed_over, done.taken_off), (1, true));
    assert_eq!(shop.first().await, (5 * COST, 2 * COST, true, false));
    shop.rules(RulesChange { rates: Some(RateRule::TakeOff), ..RulesChange::default() }).await;
    let mut list = first_costs(2, 5 * COST);
    list[1] = offer(2);
    list[1].rate = Micros::new(3 * COST);
    shop.take(list).await;
    decide(&shop, Decision::Apply, shop.open_item().await.id).await;
    assert!(shop.route(2).await.on && !shop.service(2).await.on_sale);
    shop.assert_clean().await;
}

async fn two_reasons_hold_until_both_are_decided(database: Database) {
    let shop = Shop::open(database, 2).await;
    let mut list = first_costs(2, 5 * COST);
    list[0].kind = String::from("Poll");
    shop.take(list.clone()).await;
    let items = shop.open_items().await;
    assert_eq!(items.len(), 2);
    decide(&shop, Decision::Refuse, items[0].id).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false), "the other one holds it");
    shop.take(list).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false));
    decide(&shop, Decision::Apply, items[1].id).await;
    assert_eq!(shop.first().await, (5 * COST, 6_000_000, true, true));
    shop.assert_clean().await;
}
