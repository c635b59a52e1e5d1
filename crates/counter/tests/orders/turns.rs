//! Orders that wait for their turn on a link.

use crate::shop::{POSTS, Shop, THINGS};
use counter::orders::{OrderReport, Report};
use domain::OrderId;
use domain::catalogue::LinkRule;
use domain::orders::{PublicStatus, State};

async fn queued() -> Shop {
    let shop = Shop::open().await;
    shop.link_rule(THINGS, LinkRule::Queue).await;
    shop
}

async fn waits(shop: &Shop, order: OrderId) -> Option<String> {
    let shown = shop.show(order).await;
    assert_eq!(shop.findings().await, Vec::<String>::new());
    shown.waits
}

fn says(order: OrderId) -> Option<String> {
    Some(format!("waits for order {order} on the same link to end"))
}

async fn refused(shop: &Shop, order: OrderId) -> String {
    let report = OrderReport { order, report: Report::Accepted, reason: None };
    shop.counter.report_order(report, "tester", shop.now()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn orders_on_a_link_start_one_after_the_other() {
    let shop = queued().await;
    let (first, second) = (shop.order(THINGS, 10, 1).await, shop.order(THINGS, 20, 1).await);
    let third = shop.order(THINGS, 30, 1).await;
    assert_eq!(waits(&shop, first).await, None);
    assert_eq!(waits(&shop, second).await, says(first));
    assert_eq!(shop.show(second).await.status.status, PublicStatus::Pending);
    let text = refused(&shop, second).await;
    assert!(text.contains(&says(first).unwrap()), "{text}");
    shop.done(first).await;
    assert_eq!(waits(&shop, second).await, None);
    assert_eq!(waits(&shop, third).await, says(second));
    assert_eq!(shop.timeline(second).await, ["order.placed", "order.waits", "order.turn"]);
    // One that is canceled while it has the link lets the next start as well.
    shop.cancel(second).await;
    assert_eq!(waits(&shop, third).await, None);
    shop.done(third).await;
    // Nobody is left on the link.
    assert_eq!(waits(&shop, shop.order(THINGS, 40, 1).await).await, None);
}

#[tokio::test]
async fn who_leaves_the_queue_lets_those_behind_move_up() {
    let shop = queued().await;
    let (first, second) = (shop.order(THINGS, 10, 1).await, shop.order(THINGS, 20, 1).await);
    let third = shop.order(THINGS, 30, 1).await;
    shop.cancel(second).await;
    assert_eq!(shop.stored(second).await.state, State::Canceled);
    assert_eq!(waits(&shop, third).await, says(first));
    shop.done(first).await;
    assert_eq!(waits(&shop, third).await, None);
    shop.done(third).await;
}

#[tokio::test]
async fn runs_take_the_turn_of_their_order_and_do_not_overlap() {
    let shop = queued().await;
    let (first, whole) = (shop.order(THINGS, 10, 1).await, shop.order(THINGS, 10, 3).await);
    let last = shop.order(THINGS, 20, 1).await;
    shop.move_parts().await;
    assert_eq!(shop.show(whole).await.parts.len(), 0, "its turn has not come");
    shop.wait_minutes(500);
    shop.done(first).await;
    shop.move_parts().await;
    let run = shop.show(whole).await.parts[0].id;
    assert_eq!(waits(&shop, run).await, None);
    assert_eq!(waits(&shop, last).await, says(whole));
    // The next run is due, and the one before is open.
    shop.wait_minutes(30);
    shop.move_parts().await;
    assert_eq!(shop.show(whole).await.parts.len(), 1);
    assert_eq!(waits(&shop, whole).await, says(run));
    shop.done(run).await;
    shop.move_parts().await;
    let parts = shop.show(whole).await.parts;
    assert_eq!(parts.len(), 2, "one of the runs that were due meanwhile");
    assert_eq!(waits(&shop, last).await, says(whole));
    shop.done(parts[1].id).await;
    shop.wait_minutes(10);
    shop.move_parts().await;
    shop.done(shop.show(whole).await.parts[2].id).await;
    assert_eq!(shop.stored(whole).await.state, State::Completed);
    assert_eq!(waits(&shop, last).await, None);
}

#[tokio::test]
async fn posts_of_different_subscriptions_wait_for_each_other() {
    let shop = Shop::open().await;
    shop.link_rule(POSTS, LinkRule::Queue).await;
    let (one, other) = (shop.subscribe(3, None).await, shop.subscribe(3, None).await);
    assert_eq!(waits(&shop, other).await, None, "a subscription itself has no link");
    let first = shop.post(one, 10).await.unwrap();
    let second = shop.post(other, 10).await.unwrap();
    // Its customer knows the subscription, not the post.
    assert_eq!(waits(&shop, second).await, says(one));
    shop.done(first).await;
    assert_eq!(waits(&shop, second).await, None);
    shop.done(second).await;
}

#[tokio::test]
async fn without_the_rule_nothing_waits_any_more() {
    let shop = queued().await;
    let (first, second) = (shop.order(THINGS, 10, 1).await, shop.order(THINGS, 20, 1).await);
    let runs = shop.order(THINGS, 10, 2).await;
    shop.link_rule(THINGS, LinkRule::Any).await;
    assert_eq!(waits(&shop, second).await, None);
    shop.move_parts().await;
    assert_eq!(shop.show(runs).await.parts.len(), 1);
    for order in [second, first] {
        shop.done(order).await;
    }
    assert_eq!(shop.findings().await, Vec::<String>::new());
}
