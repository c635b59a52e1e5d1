//! What customers see of orders that wait for their turn, that are paused, or passed on whole.

use crate::common::{Shop, worker};
use counter::catalogue::ServiceChange;
use counter::nodes::Job;
use counter::orders::{Report, Steer};
use domain::catalogue::{Fulfilment, LinkRule, PartsBy};
use domain::{OrderId, ServiceId};

const DONE: Report = Report::Completed { start_count: None, remains: None };

/// The drip-feed service that every run of is rounded.
const CHEAP: ServiceId = ServiceId(25);

async fn status(shop: &Shop, order: i64) -> String {
    shop.ask(&shop.alice, &format!("action=status&order={order}")).await
}

async fn change(shop: &Shop, change: ServiceChange) {
    shop.counter.edit_service(CHEAP, change, shop.now()).await.unwrap();
}

#[tokio::test]
async fn an_order_that_waits_for_its_turn_is_taken_and_pending() {
    let shop = Shop::open().await;
    let rule = Some(LinkRule::Queue);
    change(&shop, ServiceChange { link_rule: rule, ..ServiceChange::default() }).await;
    let add = "action=add&service=25&link=https://example.com&quantity=100";
    assert_eq!(shop.ask(&shop.alice, add).await, r#"{"order":1}"#);
    // Somebody else's, on the same link: it is not refused.
    assert_eq!(shop.ask(&shop.bob, add).await, r#"{"order":2}"#);
    let alice = shop.ask(&shop.alice, &format!("{add}0")).await;
    assert_eq!(alice, r#"{"order":3}"#);
    assert!(status(&shop, 3).await.contains(r#""status":"Pending","remains":"1000""#));
    let waits = shop.show(3).await.waits.unwrap();
    assert_eq!(waits, "waits for order 1 on the same link to end");
    // Who waits can leave, and gets everything back.
    let cancel = shop.ask(&shop.bob, "action=cancel&order=2").await;
    assert_eq!(cancel, r#"{"order":2,"cancel":1,"status":"success"}"#);
    assert_eq!(shop.money(&shop.bob).await, (String::from("50"), String::from("0")));
    shop.report(1, DONE).await;
    shop.report(3, Report::Progress { start_count: None, remains: Some(10) }).await;
    assert!(status(&shop, 3).await.contains(r#""status":"In progress","remains":"10""#));
    shop.close().await;
}

#[tokio::test]
async fn a_paused_drip_feed_is_in_progress_with_its_money_held() {
    let shop = Shop::open().await;
    let add = "action=add&service=25&link=https://example.com&quantity=33&runs=7&interval=60";
    assert_eq!(shop.ask(&shop.alice, add).await, r#"{"order":1}"#);
    let move_parts =
        async || worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap();
    assert_eq!(move_parts().await, 1);
    let steer = async |steer| {
        shop.counter.steer_parts(OrderId(1), steer, "staff", None, shop.now()).await.unwrap();
    };
    steer(Steer::Pause).await;
    shop.wait(99 * 3_600);
    assert_eq!(move_parts().await, 0);
    shop.report(2, DONE).await;
    // Panels that read `Paused` give their customers the rest back.
    let told = status(&shop, 1).await;
    assert!(told.contains(r#""charge":"0.000024""#), "{told}");
    assert!(told.contains(r#""status":"In progress","remains":"198""#), "{told}");
    assert!(told.ends_with(r#""runs":1,"orders":[2]}"#), "{told}");
    steer(Steer::Resume).await;
    assert_eq!(move_parts().await, 1, "one run, however many were due");
    steer(Steer::Stop).await;
    shop.report(3, DONE).await;
    let told = status(&shop, 1).await;
    assert!(told.contains(r#""charge":"0.000007""#), "{told}");
    assert!(told.contains(r#""status":"Partial","remains":"165""#), "{told}");
    assert_eq!(shop.money(&shop.alice).await.1, "0");
    shop.close().await;
}

#[tokio::test]
async fn a_drip_feed_that_is_passed_on_is_charged_and_shown_as_one_order() {
    let shop = Shop::open().await;
    let upstream = ServiceChange {
        fulfilment: Some(Fulfilment::Providers),
        parts: Some(PartsBy::Upstream),
        ..ServiceChange::default()
    };
    change(&shop, upstream).await;
    let add = "action=add&service=25&link=https://example.com&quantity=33&runs=7&interval=60";
    assert_eq!(shop.ask(&shop.alice, add).await, r#"{"order":1}"#);
    let told = r#"{"charge":"0.000024","start_count":"0","status":"Pending","remains":"231","currency":"USD","runs":0,"orders":[]}"#;
    assert_eq!(status(&shop, 1).await, told, "its runs are no orders of ours");
    shop.close().await;
}
