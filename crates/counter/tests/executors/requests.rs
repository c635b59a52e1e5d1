//! Refills and cancels of the orders of executors.

use crate::shop::{BY_STAFF, MINUTES, Shop, THINGS, WORDS, word};
use counter::executors::ExecutorRefusal;
use counter::orders::{OrderReport, Report};
use counter::requests::RefillDecision;
use domain::executors::ReportedStatus as R;
use domain::orders::State;
use domain::requests::{CancelState, RefillState};
use domain::{OrderId, RefillId};

#[tokio::test]
async fn cancels_are_shown_until_they_are_answered() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(shop.order(THINGS, 100).await);
    }
    shop.pull(shop.eve, 2).await;
    shop.pull(shop.bob, 1).await;
    for order in &orders {
        shop.ask_cancel(*order).await;
    }
    let cancels = async |caller, services: &[_]| {
        let found = shop.counter.executor_cancels(caller, services, 10).await.unwrap();
        found.iter().map(|cancel| cancel.held.order.id).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert_eq!(cancels(shop.eve, &[]).await, orders[..2], "again until it is answered");
    }
    assert_eq!(cancels(shop.eve, &[THINGS]).await, orders[..2]);
    assert_eq!(cancels(shop.bob, &[WORDS]).await, []);
    shop.report(shop.eve, orders[0], word(R::Canceled)).await.unwrap();
    assert_eq!(cancels(shop.eve, &[]).await, orders[1..2]);
    shop.wait_minutes(MINUTES - 1);
    let ids = vec![orders[1], orders[2], OrderId(99), orders[1]];
    let reject = shop.counter.reject_executor_cancels(shop.eve, ids, None, shop.now());
    let told = reject.await.unwrap();
    assert_eq!(told[0].as_ref().unwrap().state, CancelState::Rejected);
    assert_eq!((&told[1], &told[2]), (&missing("order"), &missing("order")));
    assert!(matches!(told[3], Err(ExecutorRefusal::NotNow(_))), "{told:?}");
    assert!(!shop.show(orders[1]).await.order.cancel_requested, "it goes on");
    shop.wait_minutes(1);
    assert_eq!(shop.expire().await, 1, "a refusal is a word of the order: only bob's is over");
    shop.assert_clean().await;
}

#[tokio::test]
async fn refills_are_given_once_to_who_delivered() {
    let shop = Shop::open().await;
    let (mine, others) = (shop.order(THINGS, 100).await, shop.order(THINGS, 100).await);
    let by_staff = shop.order(BY_STAFF, 100).await;
    shop.pull(shop.eve, 1).await;
    shop.pull(shop.bob, 1).await;
    shop.done(shop.eve, mine).await;
    shop.done(shop.bob, others).await;
    let done = Report::Completed { start_count: None, remains: None };
    let done = OrderReport { order: by_staff, report: done, reason: None };
    shop.counter.report_order(done, "staff", shop.now()).await.unwrap();
    for order in [mine, others, by_staff] {
        shop.ask_refill(order).await;
    }
    let pull = async |caller, begun| {
        let pulled = shop.counter.pull_refills(caller, &[], begun, 10, shop.now()).await.unwrap();
        pulled.iter().map(|held| (held.refill.id, held.held.order.id)).collect::<Vec<_>>()
    };
    assert_eq!(pull(shop.eve, false).await, [(RefillId(1), mine)]);
    assert_eq!(pull(shop.eve, false).await, [], "once");
    assert_eq!(pull(shop.eve, true).await, [(RefillId(1), mine)], "what it was given");
    assert_eq!(pull(shop.bob, false).await, [(RefillId(2), others)]);
    let ids = vec![RefillId(1), RefillId(2), RefillId(3), RefillId(99)];
    let decide = async |decision| {
        let ids = ids.clone();
        shop.counter.decide_executor_refills(shop.eve, ids, decision, shop.now()).await.unwrap()
    };
    for _ in 0..2 {
        let told = decide(RefillDecision::Complete).await;
        assert_eq!(told[0].as_ref().unwrap().state, RefillState::Completed);
        for told in &told[1..] {
            assert_eq!(*told, missing("refill"), "of another, of staff, not there");
        }
    }
    let told = decide(RefillDecision::Reject).await;
    assert!(matches!(told[0], Err(ExecutorRefusal::NotNow(_))), "{told:?}");
    assert_eq!(shop.state(mine).await, State::Completed);
    shop.assert_clean().await;
}

fn missing<T>(what: &'static str) -> Result<T, ExecutorRefusal> {
    Err(ExecutorRefusal::Missing(what))
}
