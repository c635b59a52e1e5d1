//! Taking change sets back.

use super::on_every_engine;
use super::shop::{COST, NOW, Shop, first_costs, offers, text};
use counter::catalogue::ServiceChange;
use counter::sync::{Decision, RulesChange, Undone};
use domain::providers::offers::{ItemState, RateRule};
use domain::{ChangeSetId, Micros, ServiceId};
use testkit::Database;

on_every_engine![
    a_set_is_taken_back_and_stays_so,
    only_what_is_as_the_set_left_it_is_taken_back,
    what_is_held_and_what_staff_applied_go_too,
    what_was_gone_is_there_again,
];

async fn undo(shop: &Shop, set: ChangeSetId) -> Undone {
    shop.counter.undo_change_set(set, "ann", NOW).await.unwrap()
}

async fn a_set_is_taken_back_and_stays_so(database: Database) {
    let shop = Shop::open(database, 3).await;
    shop.rules(RulesChange { rates: Some(RateRule::Follow), ..RulesChange::default() }).await;
    let set = shop.take(first_costs(3, 1_100_000)).await.set.unwrap();
    assert_eq!(shop.first().await, (1_100_000, 1_320_000, true, true));
    assert_eq!(undo(&shop, set).await, Undone { items: 1, passed_over: vec![] });
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    let (after, items) = shop.counter.change_set(set, domain::ChangeItemId(0), 10).await.unwrap();
    assert_eq!(after.undone.unwrap().0, "ann");
    assert_eq!(items[0].state, ItemState::Undone);
    // The rules do not take it over again behind the operator's back.
    assert_eq!(shop.take(first_costs(3, 1_100_000)).await.set, None);
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    assert_eq!(undo(&shop, set).await, Undone::default(), "once");
    assert_eq!(shop.take(first_costs(3, 1_050_000)).await.applied, 1, "another value");
    assert!(text(shop.counter.undo_change_set(ChangeSetId(99), "ann", NOW).await).contains("99"));
    shop.assert_clean().await;
}

async fn only_what_is_as_the_set_left_it_is_taken_back(database: Database) {
    let shop = Shop::open(database, 3).await;
    shop.rules(RulesChange { rates: Some(RateRule::Follow), ..RulesChange::default() }).await;
    let mut list = first_costs(3, 1_100_000);
    list[1].rate = Micros::new(1_100_000);
    let set = shop.take(list.clone()).await.set.unwrap();
    let rate = ServiceChange { rate: Some(Micros::new(3 * COST)), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(1), rate, NOW).await.unwrap();
    list[1].rate = Micros::new(1_200_000);
    shop.take(list).await;
    let items = shop.items(set).await;
    let undone = undo(&shop, set).await;
    assert_eq!(undone.items, 1);
    assert_eq!(
        undone.passed_over,
        [items[1].id, items[0].id],
        "all of one, and a part of the other"
    );
    assert_eq!(shop.first().await, (COST, 3 * COST, true, true));
    assert_eq!(shop.route(2).await.cost.raw(), 1_200_000, "a later list moved it on");
    shop.assert_clean().await;
}

async fn what_is_held_and_what_staff_applied_go_too(database: Database) {
    let shop = Shop::open(database, 3).await;
    let mut list = first_costs(3, 5 * COST);
    list[1].rate = Micros::new(6 * COST);
    let set = shop.take(list.clone()).await.set.unwrap();
    let items = shop.open_items().await;
    shop.counter.decide_items(Decision::Apply, &[items[1].id], "ann", NOW).await.unwrap();
    assert_eq!(undo(&shop, set).await, Undone { items: 2, passed_over: vec![] });
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    let (route, service) = (shop.route(2).await, shop.service(2).await);
    assert_eq!((route.cost.raw(), route.on, service.rate.raw()), (COST, true, 1_200_000));
    assert_eq!(shop.take(list).await.set, None);
    assert_eq!(shop.open_items().await, []);
    shop.assert_clean().await;
}

async fn what_was_gone_is_there_again(database: Database) {
    let shop = Shop::open(database, 12).await;
    shop.rules(RulesChange { gone_after: Some(1), ..RulesChange::default() }).await;
    let set = shop.take(offers(12)[1..].to_vec()).await.set.unwrap();
    assert_eq!(shop.first().await, (COST, 1_200_000, false, false));
    // The worker was told so, too.
    shop.database.by_hand("update route set off_for = 'Incorrect service ID' where id = 1");
    undo(&shop, set).await;
    assert_eq!(shop.first().await, (COST, 1_200_000, true, true));
    assert_eq!(shop.route(1).await.off_for, None, "it is in use");
    for _ in 0..3 {
        assert_eq!(shop.take(offers(12)[1..].to_vec()).await.set, None, "staff know better");
    }
    shop.take(offers(12)).await;
    assert_eq!(shop.open_items().await, []);
    assert_eq!(shop.take(offers(12)[1..].to_vec()).await.applied, 1, "gone for a second time");
    shop.assert_clean().await;
}
