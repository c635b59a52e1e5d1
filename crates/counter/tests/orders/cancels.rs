//! Cancels of orders in parts.

use crate::shop::{Shop, THINGS, worker};
use counter::Failure;
use counter::nodes::Job;
use counter::orders::Report;
use domain::OrderId;
use domain::orders::State;
use domain::requests::CancelState;

const PROGRESS: Report = Report::Progress { start_count: None, remains: None };

#[tokio::test]
async fn staff_see_and_answer_the_cancels_of_parts() {
    let shop = Shop::open().await;
    let whole = shop.order(THINGS, 10, 3).await;
    for _ in 0..2 {
        worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
        shop.wait_minutes(10);
    }
    let (first, second) = (OrderId(whole.0 + 1), OrderId(whole.0 + 2));
    shop.report(first, PROGRESS).await;
    shop.cancel(whole).await;
    // Nobody had begun the second run: it is canceled, and its timeline says so.
    let kinds: Vec<String> = shop.show(second).await.events.into_iter().map(|e| e.kind).collect();
    assert_eq!(kinds, ["order.placed", "order.canceled"]);
    let open = shop.counter.list_cancels(None, 10).await.unwrap();
    let of: Vec<OrderId> = open.iter().map(|cancel| cancel.order).collect();
    assert_eq!(of, [whole, first]);
    assert_eq!(shop.findings().await, Vec::<String>::new());
    // The whole has been stopped, that cannot be undone; its part goes on.
    let (now, note) = (shop.now(), Some(String::from("nearly done")));
    let refused = shop.counter.reject_cancel(open[0].id, None, "staff", now).await;
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
    shop.counter.reject_cancel(open[1].id, note, "staff", now).await.unwrap();
    assert!(!shop.stored(first).await.cancel_requested);
    // Asked again, of the part: it is a new one.
    shop.cancel(first).await;
    shop.cancel(first).await;
    assert_eq!(shop.show(first).await.cancels.len(), 2);
    shop.done(first).await;
    let ended = shop.show(whole).await;
    assert_eq!((ended.order.state, ended.order.remains), (State::Partial, 20));
    assert_eq!(ended.cancels[0].state, CancelState::Done);
    assert_eq!(shop.show(first).await.cancels[1].state, CancelState::Rejected);
    assert_eq!(shop.counter.list_cancels(None, 10).await.unwrap(), []);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_staff_stop_asks_for_its_parts_as_well() {
    let shop = Shop::open().await;
    let whole = shop.order(THINGS, 10, 2).await;
    worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
    let part = OrderId(whole.0 + 1);
    shop.report(part, PROGRESS).await;
    shop.report(whole, Report::Canceled).await;
    let open = shop.counter.list_cancels(None, 10).await.unwrap();
    assert_eq!(open.iter().map(|cancel| cancel.order).collect::<Vec<_>>(), [part]);
    assert_eq!(shop.findings().await, Vec::<String>::new());
    shop.report(part, Report::Canceled).await;
    assert_eq!(shop.stored(whole).await.state, State::Canceled);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_cancel_that_stopped_something_is_done() {
    let shop = Shop::open().await;
    for (posts, state, remains) in [(5, State::Partial, 85), (0, State::Completed, 0)] {
        let whole = shop.subscribe(posts, None).await;
        let part = shop.post(whole, 15).await.unwrap();
        shop.report(part, PROGRESS).await;
        shop.cancel(whole).await;
        shop.done(part).await;
        let ended = shop.show(whole).await;
        assert_eq!((ended.order.state, ended.order.remains), (state, remains), "{posts} posts");
        assert_eq!(ended.cancels[0].state, CancelState::Done, "{posts} posts");
        assert_eq!(shop.findings().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_cancel_that_came_too_late_is_refused() {
    let shop = Shop::open().await;
    let whole = shop.order(THINGS, 10, 2).await;
    for part in [1, 2] {
        worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
        shop.report(OrderId(whole.0 + part), PROGRESS).await;
        shop.wait_minutes(10);
    }
    shop.cancel(whole).await;
    shop.done(OrderId(whole.0 + 1)).await;
    shop.done(OrderId(whole.0 + 2)).await;
    let ended = shop.show(whole).await;
    assert_eq!(
        (ended.order.state, ended.cancels[0].state),
        (State::Completed, CancelState::Rejected)
    );
    assert_eq!(shop.findings().await, Vec::<String>::new());
}
