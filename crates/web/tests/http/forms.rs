//! Whatever the form of a request, it is the same request.

use crate::common::{Setup, Shop, error};
use crate::ways::{self, Pairs};
use counter::orders::Report;
use web::Options;

/// Sends a request in every way and compares the answers.
async fn same_answer(shop: &Shop, pairs: Pairs<'_>, wanted: &str) {
    for (way, request) in ways::all(pairs) {
        assert_eq!(shop.send(request).await.dialect(), wanted, "{pairs:?} as {way}");
    }
}

#[tokio::test]
async fn questions_are_answered_alike() {
    let shop = Shop::open().await;
    let order = shop.place("service=1&link=https://example.com/p/1&quantity=100").await;
    shop.report(order, Report::Completed { start_count: Some(5), remains: None }).await;
    shop.wait(90_000);
    assert_eq!(shop.ask(&shop.alice, "action=refill&order=1").await, r#"{"refill":"1"}"#);
    let key = ("key", &*shop.alice.key);
    let completed = r#"{"charge":"0.09","start_count":"5","status":"Completed","remains":"0","currency":"USD"}"#;
    let listed = concat!(
        r#"[{"order":1,"service":1,"link":"https://example.com/p/1","quantity":100,"#,
        r#""status":"Completed","charge":"0.09","date":"2026-03-02 08:33:09"}]"#
    );
    for (pairs, wanted) in [
        (&[key, ("action", "balance")][..], r#"{"balance":"999.91","currency":"USD"}"#),
        (&[key, ("action", "status"), ("order", "1")], completed),
        (
            &[key, ("action", "status"), ("orders", "1,2")],
            &format!(r#"{{"1":{completed},"2":{}}}"#, error("Incorrect order ID")),
        ),
        (&[key, ("action", "refill_status"), ("refill", "1")], r#"{"status":"Pending"}"#),
        (
            &[key, ("action", "refill_status"), ("refills", "1")],
            r#"[{"refill":1,"status":"Pending"}]"#,
        ),
        (&[key, ("action", "orders"), ("limit", "3")], listed),
        (&[key, ("action", "products")], "[]"),
        (&[key, ("action", "sing")], &error("Incorrect action")),
    ] {
        same_answer(&shop, pairs, wanted).await;
    }
    shop.close().await;
}

#[tokio::test]
async fn orders_are_taken_alike() {
    let shop = Shop::open().await;
    let link = "https://example.com/p?a=1&b=ü 🎉+%".replace(' ', "%20");
    let pairs = [
        ("key", &*shop.alice.key),
        ("action", "add"),
        ("service", "4"),
        ("link", &*link),
        ("comments", "first, with a comma\r\nzweiter 🎉\n\nthird & last"),
    ];
    for (number, (way, request)) in (1..).zip(ways::all(&pairs)) {
        // The junk of one way is blank comments, which would take the place of these.
        if way == "a form with junk" {
            continue;
        }
        let reply = shop.send(request).await.dialect();
        let id = number - i64::from(number > JUNK_WAY);
        assert_eq!(reply, format!("{{\"order\":{id}}}"), "as {way}");
        let view = shop.show(id).await;
        assert_eq!((view.order.link.as_str(), view.order.quantity), (&*link, 3), "as {way}");
        assert_eq!(
            view.params.as_deref(),
            Some(r#"{"comments":["first, with a comma","zweiter 🎉","third & last"]}"#),
            "as {way}"
        );
        shop.outwait_repetition();
    }
    shop.close().await;
}

/// The place, from 1, of the way with junk.
const JUNK_WAY: i64 = 16;

#[tokio::test]
async fn junk_beside_an_order_is_ignored() {
    let shop = Shop::open().await;
    for (number, junk) in (1..).zip([
        "runs=undefined&interval=undefined",
        "comments=&usernames=null",
        "runs=0&interval=0",
        "runs=1&interval=&posts=0&expiry=",
        "min=x&max=y&delay=7&answer_number=none",
        "custom_id=&ref=undefined",
        "order=5&refill=6&limit=x&product=z&unknown=1&x[y]=2",
    ]) {
        let form = format!("service=1&link=https://example.com/{number}&quantity=%2B100&{junk}");
        assert_eq!(shop.place(&form).await, number, "{junk}");
        let view = shop.show(number).await;
        assert_eq!((view.order.quantity, view.params, view.drip_feed), (100, None, None), "{junk}");
    }
    let form = "service=4&link=a&quantity=0&comments=one%0Atwo";
    assert_eq!(shop.show(shop.place(form).await).await.order.quantity, 2, "comments count");
    let form = "service=2&link=a&quantity=undefined";
    assert_eq!(shop.show(shop.place(form).await).await.order.quantity, 1, "a package is one");
    shop.close().await;
}

#[tokio::test]
async fn refills_and_cancels_are_taken_alike() {
    let shop = Shop::open().await;
    let ways = ways::all(&[("key", ""), ("action", "")]).len();
    for way in 0..ways {
        let order = shop.place("service=24&link=https://example.com&quantity=10").await;
        let text = order.to_string();
        let pairs = [("key", &*shop.alice.key), ("action", "cancel"), ("order", &text)];
        let (name, request) = ways::all(&pairs).swap_remove(way);
        let wanted = format!(r#"{{"order":{order},"cancel":1,"status":"success"}}"#);
        assert_eq!(shop.send(request).await.dialect(), wanted, "{name}");

        let order = shop.place("service=24&link=https://example.com/2&quantity=10").await;
        shop.report(order, Report::Completed { start_count: None, remains: None }).await;
        let text = order.to_string();
        let pairs = [("key", &*shop.alice.key), ("action", "refill"), ("order", &text)];
        let (name, request) = ways::all(&pairs).swap_remove(way);
        let wanted = format!(r#"{{"refill":"{}"}}"#, way + 1);
        assert_eq!(shop.send(request).await.dialect(), wanted, "{name}");
        shop.outwait_repetition();
    }
    shop.close().await;
}

#[tokio::test]
async fn a_missing_action_is_inferred() {
    let shop = Shop::open().await;
    let order = shop.place("service=24&link=https://example.com&quantity=10").await;
    shop.report(order, Report::Completed { start_count: None, remains: None }).await;
    for (form, wanted) in [
        ("order=1", r#"{"refill":"1"}"#),
        ("refill=1", r#"{"status":"Pending"}"#),
        ("refills=1", r#"[{"refill":1,"status":"Pending"}]"#),
        ("orders=9", r#"[{"order":9,"refill":{"error":"Incorrect order ID"}}]"#),
        ("order=1&link=x", r#"{"error":"Incorrect request"}"#),
        ("order=1&utm=x", r#"{"error":"Incorrect request"}"#),
        ("service=1", r#"{"error":"Incorrect request"}"#),
        ("", r#"{"error":"Incorrect request"}"#),
    ] {
        assert_eq!(shop.ask(&shop.alice, form).await, wanted, "{form}");
    }
    shop.close().await;

    let options = Options { infer_missing_action: false, ..Options::default() };
    let strict = Shop::with(Setup { options, ..Setup::default() }).await;
    let refused = error("Incorrect request");
    let table = ["order=1", "orders=1", "refill=1", "refills=1"].map(|form| (form, &refused));
    for (form, refused) in &table {
        assert_eq!(strict.ask(&strict.alice, form).await, **refused, "{form}");
    }
    strict.close().await;
}
