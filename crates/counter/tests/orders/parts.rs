//! Runs and posts.

use crate::shop::{Shop, THINGS, worker};
use counter::nodes::Job;
use counter::orders::Report;
use counter::{Failure, Refusal};
use domain::OrderId;
use domain::orders::{PublicStatus, State};
use store::StoreError;

const DONE: Report = Report::Completed { start_count: None, remains: None };

#[tokio::test]
async fn an_order_that_cannot_move_on_holds_up_no_other() {
    let shop = Shop::open().await;
    // More broken ones than one unit takes, and all of them are due before the good one.
    let mut broken = Vec::new();
    for _ in 0..60 {
        broken.push(shop.order(THINGS, 10, 2).await);
    }
    let ended = shop.subscribe(1, Some("15/11/2023")).await;
    shop.by_hand("update orders set released = charge where shape = 'drip_feed'");
    shop.wait_minutes(1);
    let good = shop.order(THINGS, 10, 2).await;
    shop.wait_minutes(2 * 24 * 60);
    for _ in 0..2 {
        let failed = worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await;
        let Err(StoreError::Db(error)) = failed else { panic!("{failed:?}") };
        assert!(error.message.contains("60 orders were not moved on"), "{error}");
        assert!(error.message.contains(&format!("order {}:", broken[0])), "{error}");
        let good = shop.show(good).await;
        assert_eq!(good.drip_feed.unwrap().runs_started, 1, "its run has started, once");
    }
    assert_eq!(shop.stored(ended).await.state, State::Canceled);
    assert_eq!(shop.stored(broken[0]).await.state, State::Pending);
    // Mended, they move on.
    shop.by_hand("update orders set released = 0 where shape = 'drip_feed' and state = 'pending'");
    assert_eq!(worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(), 60);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_limited_subscription_ends_as_far_as_it_came() {
    let shop = Shop::open().await;
    // Nothing came, something came, something came and was not delivered, all came.
    let posts: [&[(i64, Option<Report>)]; 5] = [
        &[],
        &[(10, None)],
        &[(10, None), (20, Some(Report::Partial { remains: 15 }))],
        &[(10, Some(Report::Canceled))],
        &[(10, None), (10, None), (20, None)],
    ];
    let expected = [
        (PublicStatus::Canceled, 60, 0),
        (PublicStatus::Partial, 50, 20_000),
        (PublicStatus::Partial, 45, 30_000),
        (PublicStatus::Canceled, 60, 0),
        (PublicStatus::Completed, 0, 80_000),
    ];
    for (posts, (status, remains, charge)) in posts.into_iter().zip(expected) {
        let before = shop.available().await;
        let whole = shop.subscribe(3, Some("15/11/2033")).await;
        for (quantity, report) in posts {
            let part = shop.post(whole, *quantity).await.unwrap();
            shop.report(part, report.unwrap_or(DONE)).await;
        }
        shop.by_hand("update subscription set expires_us = 1");
        worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
        let ended = shop.show(whole).await;
        let told = (ended.status.status, ended.status.remains, ended.status.charge.raw());
        assert_eq!(told, (status, remains, charge), "{posts:?}");
        assert_eq!(before - shop.available().await, charge);
        assert_eq!(shop.findings().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_suspended_account_is_not_charged_anew() {
    let shop = Shop::open().await;
    let (limited, endless) = (shop.subscribe(3, None).await, shop.subscribe(0, None).await);
    let runs = shop.order(THINGS, 10, 2).await;
    shop.suspend().await;
    let before = shop.available().await;
    let refused = shop.post(endless, 10).await;
    assert!(matches!(refused, Err(Failure::Refused(Refusal::NotNow(_)))), "{refused:?}");
    assert_eq!(shop.show(endless).await.subscription.unwrap().0.posts_done, 0);
    // What was paid ahead goes on.
    shop.post(limited, 10).await.unwrap();
    worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
    assert_eq!(shop.show(runs).await.parts[0].id, OrderId(runs.0 + 2));
    assert_eq!(shop.available().await, before);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}
