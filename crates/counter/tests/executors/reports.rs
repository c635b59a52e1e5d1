//! Reports of executors: the same rules as those of staff, on orders that they have.

use crate::shop::{ACCOUNT, Shop, THINGS, refused, said, word};
use counter::executors::{ExecutorRefusal, ExecutorReport};
use counter::orders::{OrderReport, Report};
use domain::OrderId;
use domain::executors::{LeaseState, ReportedStatus as R};
use domain::orders::State;

#[tokio::test]
async fn what_is_reported_is_what_the_customer_sees_and_pays() {
    let shop = Shop::open().await;
    let orders = [
        shop.order(THINGS, 100).await,
        shop.order(THINGS, 100).await,
        shop.order(THINGS, 100).await,
    ];
    shop.pull(shop.eve, 10).await;
    let wallet = shop.counter.wallet(ACCOUNT).await.unwrap().unwrap();
    assert_eq!(wallet.held.raw(), 300_000);
    let order = shop.report(shop.eve, orders[0], said(None, Some(7), Some(40))).await.unwrap();
    assert_eq!((order.state, order.start_count, order.remains), (State::InProgress, Some(7), 40));
    let completed = shop.report(shop.eve, orders[0], word(R::Completed)).await.unwrap();
    assert_eq!((completed.state, completed.captured.raw()), (State::Completed, 100_000));
    let partial = said(Some(R::Partial), Some(9), Some(25));
    let partial = shop.report(shop.eve, orders[1], partial).await.unwrap();
    assert_eq!((partial.captured.raw(), partial.released.raw()), (75_000, 25_000));
    assert_eq!(partial.start_count, Some(9));
    let reason = Some(String::from("the page is\ngone"));
    let canceled = ExecutorReport { order: orders[2], said: word(R::Canceled), reason };
    shop.counter.report_pulled(shop.eve, vec![canceled], shop.now()).await.unwrap();
    let view = shop.show(orders[2]).await;
    assert_eq!((view.order.state, view.order.released.raw()), (State::Canceled, 100_000));
    assert!(view.events.last().unwrap().data.contains("the page is gone"), "{:?}", view.events);
    for order in orders {
        assert_eq!(shop.leases(order).await, [(shop.eve.executor, LeaseState::Done)]);
    }
    let wallet = shop.counter.wallet(ACCOUNT).await.unwrap().unwrap();
    assert_eq!((wallet.held.raw(), wallet.available.raw()), (0, 1_000_000_000 - 175_000));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_batch_is_answered_one_by_one() {
    let shop = Shop::open().await;
    let (mine, other) = (shop.order(THINGS, 100).await, shop.order(THINGS, 100).await);
    assert_eq!(shop.pull_ids(shop.eve, 1).await, [mine]);
    assert_eq!(shop.pull_ids(shop.bob, 1).await, [other]);
    let report = |order, said| ExecutorReport { order, said, reason: None };
    let reports = vec![
        report(mine, said(None, None, Some(101))),
        report(other, word(R::Completed)),
        report(OrderId(99), word(R::Completed)),
        report(mine, said(None, None, Some(60))),
        report(mine, said(Some(R::Partial), None, None)),
        report(mine, word(R::InProgress)),
    ];
    let told = shop.counter.report_pulled(shop.eve, reports, shop.now()).await.unwrap();
    let text = |index: usize| told[index].as_ref().unwrap_err().to_string();
    assert_eq!(text(0), format!("order {mine}: remains: must not be above the quantity, 100"));
    assert_eq!(told[1], Err(ExecutorRefusal::Missing("order")), "it is another's");
    assert_eq!(told[1], told[2], "as if it were not there");
    assert_eq!(told[3].as_ref().unwrap().remains, 60);
    assert_eq!(told[4].as_ref().unwrap().captured.raw(), 40_000, "by the units known to be left");
    assert!(
        text(5).starts_with(&format!("order {mine}: status: the order is partial")),
        "{}",
        text(5)
    );
    assert_eq!(shop.state(other).await, State::Submitted);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_report_that_is_sent_again_writes_nothing_new() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    let reports = [said(None, Some(5), Some(50)), word(R::InProgress), word(R::Completed)];
    for report in reports {
        shop.report(shop.eve, order, report).await.unwrap();
        let before = shop.show(order).await;
        let again = shop.report(shop.eve, order, report).await.unwrap();
        let after = shop.show(order).await;
        assert_eq!(
            (&again, after.events.len()),
            (&before.order, before.events.len()),
            "{report:?}"
        );
    }
    shop.assert_clean().await;
}

#[tokio::test]
async fn an_executor_corrects_what_it_ended_for_a_while_and_never_to_its_favour() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    shop.done(shop.eve, order).await;
    let less = said(Some(R::Partial), None, Some(10));
    let corrected = shop.report(shop.eve, order, less).await.unwrap();
    assert_eq!((corrected.state, corrected.released.raw()), (State::Partial, 10_000));
    let more = shop.report(shop.eve, order, said(Some(R::Partial), None, Some(5))).await;
    assert!(matches!(more, Err(ExecutorRefusal::NotNow(_))), "{more:?}");
    shop.wait_minutes(72 * 60 + 1);
    let late = shop.report(shop.eve, order, word(R::Canceled)).await;
    assert!(matches!(late, Err(ExecutorRefusal::NotNow(_))), "{late:?}");
    shop.assert_clean().await;
}

#[tokio::test]
async fn parts_of_a_whole_end_it() {
    let shop = Shop::open().await;
    let whole = shop.drip_feed(10, 2).await;
    for part in 1..=2 {
        shop.worker().await.move_parts(shop.now()).await.unwrap();
        let run = OrderId(whole.0 + part);
        assert_eq!(shop.pull_ids(shop.bob, 10).await, [run]);
        shop.done(shop.bob, run).await;
        shop.wait_minutes(10);
    }
    assert_eq!(shop.state(whole).await, State::Completed);
    shop.assert_clean().await;
}

#[tokio::test]
async fn staff_may_report_on_what_an_executor_has() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    let report = |report| OrderReport { order, report, reason: None };
    let progress = Report::Progress { start_count: None, remains: Some(30) };
    shop.counter.report_order(report(progress), "staff", shop.now()).await.unwrap();
    assert_eq!(shop.leases(order).await, [(shop.eve.executor, LeaseState::Live)]);
    shop.counter.report_order(report(Report::Canceled), "staff", shop.now()).await.unwrap();
    let told = shop.report(shop.eve, order, word(R::Completed)).await;
    assert!(matches!(told, Err(ExecutorRefusal::NotNow(_))), "{told:?}");
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_revoked_key_reports_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(THINGS, 100).await;
    shop.pull(shop.eve, 1).await;
    shop.counter.revoke_executor_key(shop.eve.key, shop.now()).await.unwrap();
    let report = ExecutorReport { order, said: word(R::Completed), reason: None };
    let told = shop.counter.report_pulled(shop.eve, vec![report], shop.now()).await;
    assert_eq!(refused(told), ExecutorRefusal::Key);
    assert_eq!(shop.state(order).await, State::Submitted);
}
