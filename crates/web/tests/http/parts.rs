//! Orders in parts: the runs of a drip-feed, the posts of a subscription.

use crate::common::{Shop, worker};
use counter::nodes::Job;
use counter::orders::{Post, Report};
use domain::OrderId;

async fn status(shop: &Shop, order: i64) -> String {
    shop.ask(&shop.alice, &format!("action=status&order={order}")).await
}

async fn money(shop: &Shop) -> (String, String) {
    shop.money(&shop.alice).await
}

fn owned(available: &str, held: &str) -> (String, String) {
    (available.to_owned(), held.to_owned())
}

const DONE: Report = Report::Completed { start_count: None, remains: None };

fn drip(charge: &str, status: &str, remains: i64, runs: i64, orders: &str) -> String {
    format!(
        r#"{{"charge":"{charge}","start_count":"0","status":"{status}","remains":"{remains}","currency":"USD","runs":{runs},"orders":[{orders}]}}"#
    )
}

/// Seven runs of 33 at 0.000101: the whole is 23.331 millionths, rounded up to 24; so many runs
/// cost, rounded up, 4, 7, 10, 14, 17, 20 and 24 millionths together.
const SEVEN_RUNS: &str =
    "action=add&service=25&link=https://example.com&quantity=33&runs=7&interval=60";

#[tokio::test]
async fn the_runs_of_a_drip_feed_sum_to_the_whole() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask(&shop.alice, SEVEN_RUNS).await, r#"{"order":1}"#);
    assert_eq!(status(&shop, 1).await, drip("0.000024", "Pending", 231, 0, ""));
    assert_eq!(money(&shop).await, owned("999.999976", "0.000024"));
    let charges = [4, 3, 3, 4, 3, 3, 4];
    let mut orders = String::new();
    let mut remains = 231;
    for (run, charge) in (1..).zip(charges) {
        assert_eq!(
            worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(),
            1,
            "run {run} is due"
        );
        assert_eq!(
            worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(),
            0,
            "and no other"
        );
        let part = run + 1;
        orders = if run == 1 { part.to_string() } else { format!("{orders},{part}") };
        let started = drip("0.000024", "In progress", remains, run - 1, &orders);
        assert_eq!(status(&shop, 1).await, started);
        let pending = format!(
            r#"{{"charge":"0.00000{charge}","start_count":"0","status":"Pending","remains":"33","currency":"USD"}}"#
        );
        assert_eq!(status(&shop, part).await, pending);
        shop.report(part, DONE).await;
        remains -= 33;
        if run < 7 {
            assert_eq!(
                status(&shop, 1).await,
                drip("0.000024", "In progress", remains, run, &orders)
            );
            shop.wait(3_599);
            assert_eq!(
                worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(),
                0,
                "not due yet"
            );
            shop.wait(1);
        }
    }
    assert_eq!(status(&shop, 1).await, drip("0.000024", "Completed", 0, 7, "2,3,4,5,6,7,8"));
    assert_eq!(money(&shop).await, owned("999.999976", "0"));
    // The list that clients look through for a lost order has what they ordered, not its parts.
    assert_eq!(
        shop.ask(&shop.alice, "action=orders").await,
        concat!(
            r#"[{"order":1,"service":25,"link":"https://example.com","quantity":231,"#,
            r#""status":"Completed","charge":"0.000024","date":"2026-03-02 08:33:09"}]"#
        )
    );
    shop.close().await;
}

#[tokio::test]
async fn a_drip_feed_that_is_cancelled_keeps_what_was_delivered() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask(&shop.alice, SEVEN_RUNS).await, r#"{"order":1}"#);
    worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
    shop.report(2, DONE).await;
    shop.wait(3_600);
    worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
    shop.report(3, Report::Progress { start_count: Some(1), remains: Some(20) }).await;
    // 4 of the first run earned, 3 of the second held, 17 of the others held by the whole.
    assert_eq!(money(&shop).await, owned("999.999976", "0.00002"));
    let cancel = shop.ask(&shop.alice, "action=cancel&order=1").await;
    assert_eq!(cancel, r#"{"order":1,"cancel":1,"status":"success"}"#);
    assert_eq!(money(&shop).await, owned("999.999993", "0.000003"));
    let stopping = drip("0.000007", "In progress", 185, 1, "2,3");
    assert_eq!(status(&shop, 1).await, stopping, "the second run is being delivered");
    assert_eq!(
        worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(),
        0,
        "no run starts any more"
    );
    // 13 of 33 delivered: 3 x 13 / 33, rounded up to 2 millionths.
    shop.report(3, Report::Partial { remains: 20 }).await;
    assert_eq!(status(&shop, 1).await, drip("0.000006", "Partial", 185, 2, "2,3"));
    assert_eq!(money(&shop).await, owned("999.999994", "0"));
    shop.close().await;
}

#[tokio::test]
async fn a_drip_feed_that_never_began_is_given_back_whole() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask(&shop.alice, SEVEN_RUNS).await, r#"{"order":1}"#);
    let form = "action=cancel&orders=1";
    assert_eq!(shop.ask(&shop.alice, form).await, r#"[{"order":1,"cancel":1}]"#);
    assert_eq!(status(&shop, 1).await, drip("0", "Canceled", 231, 0, ""));
    assert_eq!(money(&shop).await, owned("1000", "0"));
    shop.close().await;
}

fn posts(
    charge: &str,
    status: &str,
    remains: i64,
    expiry: bool,
    posts: i64,
    orders: &str,
) -> String {
    format!(
        r#"{{"charge":"{charge}","start_count":"0","status":"{status}","remains":"{remains}","currency":"USD","expiry":{expiry},"posts":{posts},"orders":[{orders}]}}"#
    )
}

async fn post(shop: &Shop, quantity: i64) -> i64 {
    let link = format!("https://example.com/post/{quantity}");
    let post = Post { order: OrderId(1), link, quantity };
    shop.counter.record_post(post, "watcher", shop.now()).await.unwrap().id.0
}

#[tokio::test]
async fn the_posts_of_a_subscription_are_charged_one_by_one() {
    let shop = Shop::open().await;
    let form = "action=add&service=16&username=ann&min=10&max=20&posts=2&old_posts=1&delay=5\
        &expiry=31/12/2026&link=ignored&quantity=5";
    assert_eq!(shop.ask(&shop.alice, form).await, r#"{"order":1}"#);
    let view = shop.show(1).await;
    assert_eq!((view.order.quantity, view.order.link.as_str()), (60, ""));
    assert_eq!(
        view.params.as_deref(),
        Some(
            r#"{"username":"ann","expiry":"31/12/2026","min":10,"max":20,"posts":2,"old_posts":1,"delay":5}"#
        )
    );
    // Held ahead: three posts of 20 at 2 per 1000.
    assert_eq!(status(&shop, 1).await, posts("0.12", "Pending", 60, false, 0, ""));
    assert_eq!(money(&shop).await, owned("999.88", "0.12"));
    assert_eq!(post(&shop, 15).await, 2);
    assert_eq!(status(&shop, 1).await, posts("0.12", "In progress", 60, false, 1, "2"));
    assert_eq!(
        status(&shop, 2).await,
        r#"{"charge":"0.03","start_count":"0","status":"Pending","remains":"15","currency":"USD"}"#
    );
    shop.report(2, DONE).await;
    assert_eq!(status(&shop, 1).await, posts("0.12", "In progress", 45, false, 1, "2"));
    assert_eq!(post(&shop, 10).await, 3);
    assert_eq!(post(&shop, 20).await, 4);
    shop.report(3, DONE).await;
    shop.report(4, DONE).await;
    // 45 of at most 60 units were needed.
    assert_eq!(status(&shop, 1).await, posts("0.09", "Completed", 0, false, 3, "2,3,4"));
    assert_eq!(money(&shop).await, owned("999.91", "0"));
    shop.close().await;
}

#[tokio::test]
async fn a_subscription_ends_with_its_last_day() {
    let shop = Shop::open().await;
    let form = "action=add&service=16&username=ann&min=10&max=20&posts=3&delay=0&expiry=03/05/2026";
    assert_eq!(shop.ask(&shop.alice, form).await, r#"{"order":1}"#);
    assert_eq!(post(&shop, 10).await, 2);
    shop.report(2, DONE).await;
    // The third of May, day first; it is the second of March.
    shop.wait(62 * 86_400);
    assert_eq!(worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(), 0);
    shop.wait(86_400);
    assert_eq!(worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(), 1);
    assert_eq!(status(&shop, 1).await, posts("0.02", "Partial", 50, true, 1, "2"));
    assert_eq!(money(&shop).await, owned("999.98", "0"));
    shop.close().await;
}

#[tokio::test]
async fn a_subscription_without_an_end_holds_nothing_ahead() {
    let shop = Shop::open().await;
    let form = "action=add&service=16&username=ann&min=10&max=20&delay=0";
    assert_eq!(shop.ask(&shop.alice, form).await, r#"{"order":1}"#);
    assert_eq!(status(&shop, 1).await, posts("0", "Pending", 0, false, 0, ""));
    assert_eq!(money(&shop).await, owned("1000", "0"));
    assert_eq!(post(&shop, 20).await, 2);
    assert_eq!(money(&shop).await, owned("999.96", "0.04"));
    shop.report(2, Report::Progress { start_count: None, remains: None }).await;
    let form = "action=cancel&order=1";
    let taken = r#"{"order":1,"cancel":1,"status":"success"}"#;
    assert_eq!(shop.ask(&shop.alice, form).await, taken);
    assert_eq!(shop.ask(&shop.alice, form).await, taken, "asked twice is asked once");
    shop.report(2, Report::Partial { remains: 5 }).await;
    assert_eq!(money(&shop).await, owned("999.97", "0"));
    let ended = status(&shop, 1).await;
    assert_eq!(ended, posts("0.03", "Partial", 5, false, 1, "2"));
    shop.close().await;
}
