//! Questions and wishes about orders that come to nothing, and orders that are too large.

use crate::common::{Shop, error};
use counter::orders::Report;
use counter::requests::RefillDecision;
use domain::RefillId;

const DONE: Report = Report::Completed { start_count: None, remains: None };
const HOUR: i64 = 3_600;

#[tokio::test]
async fn ids_that_are_nobodys_or_somebody_elses() {
    let shop = Shop::open().await;
    let form = "action=add&service=24&link=https://example.com&quantity=10";
    assert_eq!(shop.ask(&shop.bob, form).await, r#"{"order":1}"#);
    shop.report(1, DONE).await;
    assert_eq!(shop.ask(&shop.bob, "action=refill&order=1").await, r#"{"refill":"1"}"#);
    let ids = [
        "1",
        "2",
        "0",
        "-1",
        "%2B2",
        "1.0",
        "1e1",
        "abc",
        "2147483647",
        "2147483648",
        "99999999999999999999",
        "%C3%A4",
        "%EF%BC%91",
        "0x1",
        "true",
    ];
    let mut rows = Vec::new();
    for id in ids {
        for action in ["status", "refill", "cancel", "product_order_status", "result_product"] {
            rows.push((format!("action={action}&order={id}"), "Incorrect order ID"));
        }
        rows.push((format!("action=refill_status&refill={id}"), "Incorrect refill ID"));
    }
    // Nothing to look for, or far too long for an id.
    for action in ["status", "refill", "cancel", "product_order_status", "result_product"] {
        for ids in ["", "&order=", "&orders=", "&orders=,,", "&orders=[]", "&order=undefined"] {
            rows.push((format!("action={action}{ids}"), "Incorrect order ID"));
        }
        rows.push((format!("action={action}&order={}", "9".repeat(65)), "Incorrect order ID"));
    }
    for ids in ["", "&refill=", "&refills=,", "&refill=null", "&refills=[]"] {
        rows.push((format!("action=refill_status{ids}"), "Incorrect refill ID"));
    }
    rows.push(("action=multi_status".to_owned(), "Incorrect order ID"));
    rows.push(("action=result_product&orders=1,2".to_owned(), "Incorrect order ID"));
    shop.refuses(&rows).await;
    shop.close().await;
}

#[tokio::test]
async fn refills_that_are_refused() {
    let shop = Shop::open().await;
    let bare = shop.place("service=23&link=https://example.com&quantity=10").await;
    let usual = shop.place("service=1&link=https://example.com&quantity=10").await;
    let ask = |order: i64| format!("action=refill&order={order}");
    let disabled = "Refill is disabled for this service";
    let open = "The order is not completed";
    let soon = "The order was completed or refill was requested less than 24 hours ago";
    let late = "The refill period of this order is over";
    shop.refuses(&[(ask(bare), disabled), (ask(usual), open)]).await;
    shop.report(usual, Report::Progress { start_count: None, remains: Some(3) }).await;
    shop.report(bare, DONE).await;
    shop.refuses(&[(ask(bare), disabled), (ask(usual), open)]).await;
    shop.report(usual, DONE).await;
    shop.refuses(&[(ask(usual), soon)]).await;
    shop.wait(24 * HOUR - 1);
    shop.refuses(&[(ask(usual), soon)]).await;
    shop.wait(1);
    assert_eq!(shop.ask(&shop.alice, &ask(usual)).await, r#"{"refill":"1"}"#);
    shop.refuses(&[(ask(usual), soon)]).await;
    shop.wait(25 * HOUR);
    shop.refuses(&[(ask(usual), soon)]).await;
    let decide = |refill, decision| {
        shop.counter.decide_refill(RefillId(refill), decision, None, "staff", shop.now())
    };
    let status = "action=refill_status&refill=1";
    assert_eq!(shop.ask(&shop.alice, status).await, r#"{"status":"Pending"}"#);
    decide(1, RefillDecision::Begin).await.unwrap();
    assert_eq!(shop.ask(&shop.alice, status).await, r#"{"status":"In progress"}"#);
    shop.refuses(&[(ask(usual), soon)]).await;
    decide(1, RefillDecision::Complete).await.unwrap();
    assert_eq!(shop.ask(&shop.alice, status).await, r#"{"status":"Completed"}"#);
    assert_eq!(shop.ask(&shop.alice, &ask(usual)).await, r#"{"refill":"2"}"#);
    decide(2, RefillDecision::Reject).await.unwrap();
    let both = shop.ask(&shop.alice, "action=refill_status&refills=2,1").await;
    assert_eq!(both, r#"[{"refill":2,"status":"Rejected"},{"refill":1,"status":"Completed"}]"#);
    shop.refuses(&[(ask(usual), soon)]).await;
    shop.wait(30 * 24 * HOUR);
    shop.refuses(&[(ask(usual), late)]).await;
    shop.close().await;
}

#[tokio::test]
async fn refills_without_a_cooldown() {
    let shop = Shop::open().await;
    let order = shop.place("service=24&link=https://example.com&quantity=10").await;
    shop.report(order, DONE).await;
    assert_eq!(shop.ask(&shop.alice, "action=refill&order=1").await, r#"{"refill":"1"}"#);
    let open = "The order was completed or refill was requested before and is not done yet";
    shop.refuses(&[("action=refill&order=1", open)]).await;
    let reject = RefillDecision::Reject;
    shop.counter.decide_refill(RefillId(1), reject, None, "staff", shop.now()).await.unwrap();
    assert_eq!(
        shop.ask(&shop.alice, "action=refill&orders=1").await,
        r#"[{"order":1,"refill":2}]"#
    );
    let in_list = format!(r#"[{{"order":1,"refill":{}}}]"#, error(open));
    assert_eq!(shop.ask(&shop.alice, "action=refill&orders=1").await, in_list);
    shop.wait(48 * HOUR + 1);
    let late = "The refill period of this order is over";
    shop.refuses(&[("action=refill&order=1", late)]).await;
    shop.close().await;
}

#[tokio::test]
async fn orders_without_a_refill_of_their_own() {
    let shop = Shop::open().await;
    let open = "The order is not completed";
    let partial = shop.place("service=24&link=https://example.com/1&quantity=10").await;
    shop.report(partial, Report::Partial { remains: 5 }).await;
    let canceled = shop.place("service=24&link=https://example.com/2&quantity=10").await;
    shop.report(canceled, Report::Canceled).await;
    let rows = [partial, canceled].map(|order| (format!("action=refill&order={order}"), open));
    shop.refuses(&rows).await;
    shop.close().await;
}

#[tokio::test]
async fn cancels_that_are_refused() {
    let shop = Shop::open().await;
    let no = "Order cannot be cancelled";
    let ask = |order: i64| (format!("action=cancel&order={order}"), no);
    let place = async |service: i64, number: i64| {
        shop.place(&format!("service={service}&link=https://example.com/{number}&quantity=10"))
            .await
    };
    let bare = place(23, 1).await;
    shop.refuses(&[ask(bare)]).await;
    let ends = [DONE, Report::Partial { remains: 4 }, Report::Canceled];
    for (number, end) in (2..).zip(ends) {
        let order = place(1, number).await;
        shop.report(order, end).await;
        shop.refuses(&[ask(order)]).await;
    }
    let order = place(1, 9).await;
    let taken = format!(r#"{{"order":{order},"cancel":1,"status":"success"}}"#);
    assert_eq!(shop.ask(&shop.alice, &ask(order).0).await, taken);
    shop.refuses(&[ask(order)]).await;

    // While somebody works on it, a cancel is a wish, and may be repeated.
    let order = place(24, 10).await;
    shop.report(order, Report::Accepted).await;
    let taken = format!(r#"{{"order":{order},"cancel":1,"status":"success"}}"#);
    for _ in 0..2 {
        assert_eq!(shop.ask(&shop.alice, &ask(order).0).await, taken);
        let cancels = shop.show(order).await.cancels;
        assert_eq!(cancels.len(), 1);
    }
    let status = shop.ask(&shop.alice, &format!("action=status&order={order}")).await;
    assert!(status.contains(r#""status":"Processing""#), "{status}");
    shop.report(order, DONE).await;
    shop.refuses(&[ask(order)]).await;
    shop.close().await;
}

/// An upstream panel would be sent them as a form, and its server takes no larger one.
#[tokio::test]
async fn comments_that_are_too_much_for_a_form() {
    let shop = Shop::open().await;
    let comment = format!("{}%0A", "%D1%8F".repeat(2_450));
    let asked = |comments: usize| {
        format!(
            "action=add&service=4&link=https://example.com&comments={}",
            comment.repeat(comments)
        )
    };
    shop.refuses(&[(asked(62), "Incorrect comments")]).await;
    let taken = shop.ask(&shop.bob, &asked(61)).await;
    assert!(taken.starts_with("{\"order\":"), "{taken}");
    shop.close().await;
}
