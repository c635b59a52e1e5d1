//! A client's own name for an order: the same name is the same order.

use crate::common::{FORM, Reply, Shop, error, worker};
use axum::http::{HeaderValue, Request};
use counter::nodes::Job;

const ORDER: &str = "action=add&service=1&link=https://example.com&quantity=100";

/// Sends the order with headers `Idempotency-Key`.
async fn with_header(shop: &Shop, form: &str, keys: &[&[u8]]) -> Reply {
    let mut request = Request::post("/api/v2").header("content-type", FORM);
    for key in keys {
        request = request.header("idempotency-key", HeaderValue::from_bytes(key).unwrap());
    }
    let body = format!("key={}&{form}", shop.alice.key);
    shop.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn the_same_request_is_the_same_order() {
    let shop = Shop::open().await;
    let first = shop.post(format!("key={}&{ORDER}&request_id=r-1", shop.alice.key)).await;
    assert_eq!(first.text(), r#"{"order":1}"#);
    let after = shop.books().await;
    let alike = [
        format!("{ORDER}&request_id=r-1"),
        format!("request_id=%20r-1%20&{ORDER}"),
        format!("{ORDER}&custom_id=r-1"),
        format!("{ORDER}&ref=r-1&custom_id=r-1&request_id=r-1"),
        format!("{ORDER}&request_id=r-1&runs=undefined&comments="),
    ];
    for wait in [0, 31, 3_600, 71 * 3_600 - 31] {
        shop.wait(wait);
        for form in &alike {
            let again = shop.post(format!("key={}&{form}", shop.alice.key)).await;
            assert_eq!(again.body, first.body, "{form}");
            assert_eq!(again.headers, first.headers);
        }
        let again = with_header(&shop, ORDER, &[b"\"r-1\""]).await;
        assert_eq!(again.body, first.body);
        worker(&shop.counter, Job::Retention).await.forget_old(shop.now()).await.unwrap();
    }
    let json = format!(
        r#"{{"request_id":"r-1","quantity":100,"link":"https:\/\/example.com","service":"1","action":"add","key":"{}"}}"#,
        shop.alice.key
    );
    assert_eq!(shop.post(json).await.body, first.body, "by another way");
    assert_eq!(shop.books().await, after);
    shop.close().await;
}

#[tokio::test]
async fn a_name_that_was_used_for_something_else_is_refused() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask(&shop.alice, &format!("{ORDER}&request_id=r-1")).await, r#"{"order":1}"#);
    let text = "Incorrect request_id";
    let changed = [
        "action=add&service=1&link=https://example.com&quantity=101&request_id=r-1",
        "action=add&service=1&link=https://example.com/&quantity=100&request_id=r-1",
        "action=add&service=24&link=https://example.com&quantity=100&request_id=r-1",
        "action=add&service=1&link=https://example.com&quantity=100&comments=x&request_id=r-1",
        "action=add&service=999&link=&request_id=r-1",
    ];
    shop.refuses(&changed.map(|form| (form, text))).await;
    shop.close().await;
}

#[tokio::test]
async fn names_that_cannot_be_used() {
    let shop = Shop::open().await;
    let before = shop.books().await;
    let text = "Incorrect request_id";
    let long = format!("{ORDER}&request_id={}", "x".repeat(129));
    shop.refuses(&[
        (format!("{ORDER}&request_id=a&custom_id=b"), text),
        (format!("{ORDER}&request_id=a&ref=A"), text),
        (format!("{ORDER}&request_id=a%0Ab"), text),
        (long, text),
    ])
    .await;
    for keys in [&[&b"a"[..], b"b"][..], &[b"\xff\xfe"], &[&[b'x'; 129]], &[b"a", b""]] {
        let reply = with_header(&shop, ORDER, keys).await;
        assert_eq!(reply.dialect(), error(text), "{keys:?}");
    }
    let reply = with_header(&shop, &format!("{ORDER}&request_id=b"), &[b"a"]).await;
    assert_eq!(reply.dialect(), error(text), "the header says another one");
    assert_eq!(shop.books().await, before);
    // It means nothing to other actions.
    let reply = with_header(&shop, "action=balance", &[b"\xff"]).await;
    assert_eq!(reply.dialect(), r#"{"balance":"1000","currency":"USD"}"#);
    shop.close().await;
}

#[tokio::test]
async fn names_are_the_accounts_own_and_lift_the_window() {
    let shop = Shop::open().await;
    let longest = "ü".repeat(128);
    let mut wanted = 0;
    for name in ["a", "b", "A", "undefined2", &crate::common::encoded(&longest)] {
        wanted += 1;
        let form = format!("{ORDER}&request_id={name}");
        let taken = format!("{{\"order\":{wanted}}}");
        assert_eq!(shop.ask(&shop.alice, &form).await, taken, "{name}");
        assert_eq!(shop.ask(&shop.alice, &form).await, taken, "{name}, again");
    }
    let form = format!("{ORDER}&request_id=a");
    assert_eq!(shop.ask(&shop.bob, &form).await, r#"{"order":6}"#, "Bob's own `a`");
    // Same header, once or twice.
    let wanted = r#"{"order":7}"#;
    assert_eq!(with_header(&shop, ORDER, &[b"h"]).await.dialect(), wanted);
    assert_eq!(with_header(&shop, ORDER, &[b"h", b"h"]).await.dialect(), wanted);
    assert_eq!(with_header(&shop, ORDER, &["ü".as_bytes()]).await.dialect(), r#"{"order":8}"#);
    // A blank one is none, and then the window counts.
    assert_eq!(shop.ask(&shop.alice, &format!("{ORDER}&request_id=")).await, r#"{"order":9}"#);
    let active = "You have active order with this link. Please wait until order being completed.";
    shop.refuses(&[(format!("{ORDER}&request_id=%20"), active)]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_name_free() {
    let shop = Shop::open().await;
    let form = "action=add&service=1&link=https://example.com&quantity=9&request_id=r";
    shop.refuses(&[(form, "Quantity less than minimal 10")]).await;
    let form = "action=add&service=1&link=https://example.com&quantity=10&request_id=r";
    assert_eq!(shop.ask(&shop.alice, form).await, r#"{"order":1}"#);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_one_order() {
    let shop = Shop::open().await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let router = shop.router.clone();
        let body = format!("key={}&{ORDER}&request_id=r", shop.alice.key);
        let request = Request::post("/api/v2").header("content-type", FORM);
        let request = request.body(axum::body::Body::from(body)).unwrap();
        requests.spawn(async move {
            let reply = tower::ServiceExt::oneshot(router, request).await.unwrap();
            axum::body::to_bytes(reply.into_body(), 1_000).await.unwrap()
        });
    }
    for reply in requests.join_all().await {
        assert_eq!(reply, r#"{"order":1}"#);
    }
    assert_eq!(shop.books().await.orders, 1);
    assert_eq!(shop.money(&shop.alice).await.1, "0.09");
    shop.close().await;
}
