//! Leases: kept by every word, over after too long a silence, and ended by a person.

use crate::shop::{MINUTES, Shop, THINGS, said, word};
use counter::executors::{ExecutorChange, ExecutorRefusal};
use counter::orders::{OrderReport, Report};
use counter::{Failure, Refusal};
use domain::executors::{LeaseState, ReportedStatus as R};
use domain::orders::{PublicStatus, State};

#[tokio::test]
async fn every_word_keeps_an_order_for_another_term() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    for report in [word(R::Processing), said(None, None, Some(90)), word(R::InProgress)] {
        shop.wait_minutes(MINUTES - 1);
        shop.report(shop.eve, order, report).await.unwrap();
        assert_eq!(shop.expire().await, 0, "{report:?}");
    }
    // What is refused is no word of it.
    shop.wait_minutes(MINUTES - 1);
    shop.report(shop.eve, order, said(None, None, Some(101))).await.unwrap_err();
    shop.wait_minutes(1);
    assert_eq!(shop.expire().await, 1);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_silent_executor_keeps_the_order_and_a_person_decides() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    shop.wait_minutes(MINUTES);
    assert_eq!((shop.expire().await, shop.expire().await), (1, 0), "once");
    let view = shop.show(order).await;
    assert_eq!((view.order.state, view.status.status), (State::Review, PublicStatus::Pending));
    assert_eq!(shop.leases(order).await, [(shop.eve.executor, LeaseState::Expired)]);
    let note = &view.events.last().unwrap().data;
    assert!(note.contains("executor eve has said nothing"), "{note}");
    // Nobody else gets it, and nobody else may speak of it.
    assert_eq!(shop.pull_ids(shop.bob, 10).await, []);
    let told = shop.report(shop.bob, order, word(R::Completed)).await;
    assert_eq!(told, Err(ExecutorRefusal::Missing("order")));
    // Its own executor goes on as if nothing had been.
    shop.report(shop.eve, order, said(None, None, Some(10))).await.unwrap();
    assert_eq!(shop.state(order).await, State::InProgress);
    assert_eq!(shop.leases(order).await, [(shop.eve.executor, LeaseState::Live)]);
    shop.wait_minutes(MINUTES);
    assert_eq!(shop.expire().await, 1, "and is missed again");
    shop.report(shop.eve, order, word(R::Completed)).await.unwrap();
    assert_eq!(shop.leases(order).await, [(shop.eve.executor, LeaseState::Done)]);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_person_gives_an_order_back_with_a_reason() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    let release =
        async |reason: &str| shop.counter.release_order(order, reason, "staff", shop.now()).await;
    let not_held = release("x").await.unwrap_err().to_string();
    assert_eq!(not_held, format!("order {order} is in no executor's hands"));
    shop.pull(shop.eve, 1).await;
    shop.report(shop.eve, order, said(None, Some(7), Some(60))).await.unwrap();
    shop.wait_minutes(MINUTES);
    shop.expire().await;
    let refused = release("  ").await;
    assert!(matches!(refused, Err(Failure::Refused(Refusal::Invalid(_)))), "{refused:?}");
    let released = release("eve's server is gone").await.unwrap();
    assert_eq!((released.state, released.remains), (State::Pending, 60), "40 were delivered");
    let told = shop.report(shop.eve, order, word(R::Completed)).await;
    assert_eq!(told, Err(ExecutorRefusal::Missing("order")), "it is eve's no more");
    assert_eq!(shop.held(shop.eve).await, []);
    let pulled = shop.pull(shop.bob, 1).await;
    assert_eq!((pulled[0].order.id, pulled[0].order.remains), (order, 60));
    let leases = [(shop.eve.executor, LeaseState::Released), (shop.bob.executor, LeaseState::Live)];
    assert_eq!(shop.leases(order).await, leases);
    shop.done(shop.bob, order).await;
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_a_customer_asks_to_cancel_is_not_given_back() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    shop.ask_cancel(order).await;
    let refused = shop.counter.release_order(order, "x", "staff", shop.now()).await;
    assert!(matches!(refused, Err(Failure::Refused(Refusal::NotNow(_)))), "{refused:?}");
    shop.assert_clean().await;
}

#[tokio::test]
async fn staff_end_what_nobody_speaks_of() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    shop.wait_minutes(MINUTES);
    shop.expire().await;
    let partial = OrderReport { order, report: Report::Partial { remains: 50 }, reason: None };
    shop.counter.report_order(partial, "staff", shop.now()).await.unwrap();
    assert_eq!(shop.leases(order).await, [(shop.eve.executor, LeaseState::Done)]);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_shorter_term_holds_for_what_is_pulled_from_then_on() {
    let shop = Shop::open().await;
    let (first, second) = (shop.order(THINGS, 100).await, shop.order(THINGS, 100).await);
    shop.pull(shop.eve, 1).await;
    let change = ExecutorChange { lease_minutes: Some(5), ..ExecutorChange::default() };
    shop.counter.edit_executor(shop.eve.executor, change, shop.now()).await.unwrap();
    shop.pull(shop.eve, 1).await;
    shop.wait_minutes(5);
    assert_eq!(shop.expire().await, 1);
    assert_eq!(
        (shop.state(first).await, shop.state(second).await),
        (State::Submitted, State::Review)
    );
    shop.report(shop.eve, first, word(R::InProgress)).await.unwrap();
    shop.wait_minutes(MINUTES - 6);
    assert_eq!(shop.expire().await, 0, "it keeps what it was promised");
    shop.wait_minutes(1);
    assert_eq!(shop.expire().await, 1);
    shop.assert_clean().await;
}

/// One order that cannot be moved on holds up no other.
#[tokio::test]
async fn many_are_over_at_once() {
    let shop = Shop::open().await;
    for _ in 0..120 {
        shop.order(THINGS, 1).await;
    }
    shop.pull(shop.eve, 100).await;
    shop.pull(shop.eve, 100).await;
    shop.database.by_hand("update orders set state = 'canceled' where id = 60");
    shop.wait_minutes(MINUTES);
    let (expired, failed) = shop.worker().await.expire_order_leases(shop.now()).await;
    let told = failed.unwrap_err().to_string();
    // Whoever reads logs is told of all the others.
    assert_eq!(expired.len(), 119);
    let eve = Some(String::from("eve"));
    assert!(expired.iter().all(|lease| lease.order.0 != 60 && lease.executor == eve));
    assert!(told.contains("1 orders were not moved on") && told.contains("order 60"), "{told}");
    let expired = "select count(*) from order_lease where state = 'expired'";
    assert_eq!(shop.database.number(expired), 119);
}
