//! What an executor is given, and what it is not.

use crate::shop::{BY_STAFF, Shop, THINGS, WORDS, refused};
use counter::catalogue::ServiceChange;
use counter::executors::{ExecutorChange, ExecutorRefusal, HeldFilter};
use counter::orders::{OrderReport, Report};
use domain::catalogue::{Fulfilment, LinkRule, ServiceKind};
use domain::executors::{ExecutorState, LeaseState};
use domain::orders::{PublicStatus, State};
use domain::{OrderId, ServiceId, Timestamp};

#[tokio::test]
async fn an_order_is_handed_over_once_with_all_that_is_needed() {
    let shop = Shop::open().await;
    let by_staff = shop.order(BY_STAFF, 10).await;
    let things = shop.order(THINGS, 10).await;
    let words = shop.words().await;
    let pulled = shop.pull(shop.eve, 10).await;
    assert_eq!(pulled.len(), 1, "things, and nothing else");
    let held = &pulled[0];
    assert_eq!((held.order.id, held.order.state, held.order.fence), (things, State::Submitted, 1));
    assert_eq!((&*held.service, held.kind), ("service 1", Some(ServiceKind::Default)));
    assert_eq!(held.lease.until, shop.now().plus_minutes(60));
    let pulled = shop.pull(shop.bob, 10).await;
    assert_eq!(pulled.len(), 1, "what is left of what executors fulfil");
    assert_eq!(pulled[0].order.id, words);
    assert_eq!(pulled[0].params.as_deref(), Some(r#"{"comments":["one","two"]}"#));
    assert_eq!(shop.pull_ids(shop.bob, 10).await, []);
    assert_eq!(shop.state(by_staff).await, State::Pending);
    assert_eq!((shop.held(shop.eve).await, shop.held(shop.bob).await), (vec![things], vec![words]));
    let view = shop.show(things).await;
    assert_eq!(view.status.status, PublicStatus::Processing);
    let timeline: Vec<&str> = view.events.iter().map(|event| &*event.kind).collect();
    assert_eq!(timeline, ["order.placed", "order.pulled"]);
    assert!(view.events[1].data.contains(r#""actor":"executor:eve""#), "{:?}", view.events);
    shop.assert_clean().await;
}

#[tokio::test]
async fn oldest_first_and_no_more_than_asked_or_allowed() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push(shop.order(THINGS, 10).await);
    }
    assert_eq!(shop.pull_ids(shop.eve, 2).await, orders[..2]);
    let edit = async |change: ExecutorChange| {
        shop.counter.edit_executor(shop.eve.executor, change, shop.now()).await.unwrap();
    };
    edit(ExecutorChange { at_once: Some(3), ..ExecutorChange::default() }).await;
    assert_eq!(shop.pull_ids(shop.eve, 10).await, orders[2..3], "one more is allowed");
    let pull = async || refused(shop.counter.pull_orders(shop.eve, &[], 10, shop.now()).await);
    let full = pull().await.to_string();
    assert_eq!(full, "the executor has 3 orders, as many as it may have at once");
    // One that ends makes room.
    let done = OrderReport { order: orders[0], report: Report::Canceled, reason: None };
    shop.counter.report_order(done, "staff", shop.now()).await.unwrap();
    assert_eq!(shop.leases(orders[0]).await, [(shop.eve.executor, LeaseState::Done)]);
    assert_eq!(shop.pull_ids(shop.eve, 10).await, orders[3..4]);
    edit(ExecutorChange { state: Some(ExecutorState::Paused), ..ExecutorChange::default() }).await;
    assert!(pull().await.to_string().contains("paused"));
    assert_eq!(shop.held(shop.eve).await.len(), 4, "what it has, it sees");
    edit(ExecutorChange { state: Some(ExecutorState::Off), ..ExecutorChange::default() }).await;
    assert_eq!(pull().await, ExecutorRefusal::Key);
    let held = shop.counter.held_orders(shop.eve, &HeldFilter::default(), 0, 10).await;
    assert_eq!(refused(held), ExecutorRefusal::Key);
    shop.assert_clean().await;
}

#[tokio::test]
async fn services_are_named_or_all_that_it_may() {
    let shop = Shop::open().await;
    let (things, words) = (shop.order(THINGS, 10).await, shop.words().await);
    let pull = async |caller, services: &[ServiceId]| {
        shop.counter.pull_orders(caller, services, 10, shop.now()).await
    };
    // Not its own, not for executors, and not there: all the same.
    for (caller, strange) in [(shop.eve, WORDS), (shop.bob, BY_STAFF), (shop.bob, ServiceId(99))] {
        let told = refused(pull(caller, &[THINGS, strange]).await).to_string();
        assert_eq!(told, format!("service: there is no {strange} for this executor"));
    }
    let taken = pull(shop.bob, &[WORDS]).await.unwrap();
    assert_eq!(taken.iter().map(|held| held.order.id).collect::<Vec<_>>(), [words]);
    // A service that others fulfil from now on is pulled no more.
    let change = counter::catalogue::ServiceChange {
        fulfilment: Some(Fulfilment::Staff),
        ..counter::catalogue::ServiceChange::default()
    };
    shop.counter.edit_service(THINGS, change, shop.now()).await.unwrap();
    assert_eq!(shop.pull_ids(shop.bob, 10).await, []);
    assert_eq!(shop.pull_ids(shop.eve, 10).await, []);
    assert_eq!(shop.state(things).await, State::Pending);
    shop.assert_clean().await;
}

#[tokio::test]
async fn runs_of_a_drip_feed_are_pulled_and_the_whole_is_not() {
    let shop = Shop::open().await;
    let whole = shop.drip_feed(10, 2).await;
    assert_eq!(shop.pull_ids(shop.bob, 10).await, []);
    shop.worker().await.move_parts(shop.now()).await.unwrap();
    let run = OrderId(whole.0 + 1);
    assert_eq!(shop.pull_ids(shop.bob, 10).await, [run]);
    shop.assert_clean().await;
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(shop.order(THINGS, 10).await);
        shop.wait_minutes(1);
    }
    let words = shop.words().await;
    shop.pull(shop.bob, 10).await;
    shop.progress(shop.bob, orders[1], 4).await;
    shop.done(shop.bob, orders[2]).await;
    let list = async |filter: HeldFilter, offset, limit| {
        let page = shop.counter.held_orders(shop.bob, &filter, offset, limit).await.unwrap();
        (page.total, page.orders.iter().map(|held| held.order.id).collect::<Vec<_>>())
    };
    let all = HeldFilter::default();
    assert_eq!(list(all.clone(), 0, 2).await, (5, vec![words, orders[3]]));
    assert_eq!(list(all.clone(), 3, 9).await, (5, vec![orders[1], orders[0]]));
    assert_eq!(list(all.clone(), 9, 9).await, (5, vec![]));
    let oldest = HeldFilter { oldest_first: true, ..all.clone() };
    assert_eq!(list(oldest, 0, 2).await, (5, vec![orders[0], orders[1]]));
    let in_status = |status| HeldFilter { statuses: vec![status], ..all.clone() };
    let open = (3, vec![words, orders[3], orders[0]]);
    assert_eq!(list(in_status(PublicStatus::Processing), 0, 9).await, open);
    assert_eq!(list(in_status(PublicStatus::InProgress), 0, 9).await, (1, vec![orders[1]]));
    assert_eq!(list(in_status(PublicStatus::Completed), 0, 9).await, (1, vec![orders[2]]));
    assert_eq!(list(in_status(PublicStatus::Pending), 0, 9).await, (0, vec![]));
    let of_words = HeldFilter { services: vec![WORDS], ..all.clone() };
    assert_eq!(list(of_words, 0, 9).await, (1, vec![words]));
    let (from, to) = (shop.now().plus_minutes(-3), shop.now().plus_minutes(-2));
    let between = HeldFilter { from: Some(from), to: Some(to), ..all.clone() };
    assert_eq!(list(between, 0, 9).await, (2, vec![orders[2], orders[1]]));
    let ids = vec![orders[0], OrderId(99), orders[2]];
    let named = HeldFilter { ids: ids.clone(), ..all.clone() };
    assert_eq!(list(named, 0, 9).await, (2, vec![orders[2], orders[0]]));
    let of_eve = HeldFilter { ids, from: Some(Timestamp(0)), ..all };
    let page = shop.counter.held_orders(shop.eve, &of_eve, 0, 9).await.unwrap();
    assert_eq!(page.total, 0, "of others, nothing");
}

/// Many that wait for their turn on a link stand in front of one that is free.
#[tokio::test]
async fn orders_that_wait_for_their_turn_hide_no_others() {
    let shop = Shop::open().await;
    let rule = Some(LinkRule::Queue);
    let change = ServiceChange { link_rule: rule, ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, shop.now()).await.unwrap();
    let first = shop.order(THINGS, 10).await;
    for _ in 0..40 {
        shop.order(THINGS, 10).await;
    }
    let words = shop.words().await;
    assert_eq!(shop.pull_ids(shop.bob, 1).await, [first]);
    assert_eq!(shop.pull_ids(shop.bob, 1).await, [words]);
    assert_eq!(shop.pull_ids(shop.bob, 1).await, []);
    shop.assert_clean().await;
}
