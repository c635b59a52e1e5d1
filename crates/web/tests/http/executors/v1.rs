//! `/adminapi/v1` as scripts speak it.

use super::Bench;
use crate::common::FORM;
use crate::ways;
use axum::body::Body;
use axum::http::Request;

const PULLED: &str = concat!(
    r#"{"status":"success","message":"","id":"1","link":"https://example.com/a","charge":"0","#,
    r#""user_id":"0","quantity":"100","comments":"","service_id":"1","#,
    r#""service":"Press work: default","type":"Default","start_count":"0","remains":"100","#,
    r#""date":"2026-03-02 08:33:40","lease_until":"1772444020","params":{}}"#
);

const NONE: &str =
    r#"{"status":"fail","error":"order_not_found","message":"there is no order to deliver"}"#;

const DONE: &str = r#"{"status":"success"}"#;

#[tokio::test]
async fn a_script_pulls_an_order_and_delivers_a_part_of_it() {
    let bench = Bench::open().await;
    assert_eq!(bench.v1(&bench.anna, "action=getOrder&type=1").await, NONE);
    assert_eq!(bench.place().await, 1);
    assert_eq!(bench.v1(&bench.anna, "action=getOrder&type=1").await, PULLED);
    assert_eq!(bench.v1(&bench.ben, "action=getOrder&type=1").await, NONE, "it is Anna's");
    for (form, status) in [
        ("action=setStartcount&id=1&start_count=500", "In progress"),
        ("action=setRemains&id=1&remains=60", "In progress"),
        ("action=setInprogress&id=1", "In progress"),
        ("action=setPartial&id=1&remains=40", "Partial"),
        ("action=setPartial&id=1&remains=40", "Partial"),
    ] {
        assert_eq!(bench.v1(&bench.anna, form).await, DONE, "{form}");
        let shown = bench.shop.ask(&bench.shop.alice, "action=status&order=1").await;
        assert!(shown.contains(&format!(r#""status":"{status}""#)), "{form}: {shown}");
    }
    let wanted = concat!(
        r#"{"charge":"0.054","start_count":"500","status":"Partial","remains":"40","#,
        r#""currency":"USD"}"#
    );
    assert_eq!(bench.shop.ask(&bench.shop.alice, "action=status&order=1").await, wanted);
    let (available, held) = bench.shop.money(&bench.shop.alice).await;
    assert_eq!((&*available, &*held), ("999.946", "0"), "what was not delivered is given back");
    bench.shop.close().await;
}

#[tokio::test]
async fn every_way_of_asking_is_the_same() {
    let bench = Bench::open().await;
    let pairs = [("key", &*bench.anna), ("action", "getOrder"), ("type", "1")];
    let query = ways::form(&pairs);
    let (form, json) = (ways::form(&pairs), ways::json(&pairs));
    let parts = ways::multipart(&pairs, false);
    let multipart = Some("multipart/form-data; boundary=X-b");
    let mut asked = Vec::new();
    for path in ["/adminapi/v1", "/adminapi/v1/", "/admin/v1", "/admin/v1/"] {
        asked.push(Request::get(format!("{path}?{query}")).body(Body::empty()).unwrap());
        asked.push(ways::post(path, Some(FORM), form.clone()));
        asked.push(ways::post(path, Some("application/json"), json.clone()));
        asked.push(ways::post(path, multipart, parts.clone()));
        asked.push(ways::post(&format!("{path}?{query}"), None, Body::empty()));
        let header = Request::post(path).header("x-api-key", &bench.anna);
        asked.push(header.body(Body::from("action=GETORDER&type=1")).unwrap());
    }
    for (number, request) in asked.into_iter().enumerate() {
        let id = bench.place().await;
        let shown = format!("{number}: {request:?}");
        let reply = bench.shop.send(request).await.dialect();
        let wanted = format!(r#"{{"status":"success","message":"","id":"{id}","#);
        assert!(reply.starts_with(&wanted), "{shown}: {reply}");
    }
    bench.shop.close().await;
}

#[tokio::test]
async fn many_at_once() {
    let bench = Bench::open().await;
    assert_eq!(
        bench.v1(&bench.anna, "action=getOrders&type=1").await,
        r#"{"status":"success","orders":[]}"#
    );
    for _ in 0..3 {
        bench.place().await;
    }
    let comments = "service=4&link=https://example.com/b&comments=one%0Atwo";
    assert_eq!(bench.shop.place(comments).await, 4);
    let pulled = bench.v1(&bench.anna, "action=getOrders&type=1&limit=2").await;
    assert_eq!(pulled.matches(r#""id":""#).count(), 2, "{pulled}");
    let pulled = bench.v1(&bench.anna, "action=getOrders").await;
    assert_eq!(pulled.matches(r#""id":""#).count(), 2, "the rest, whatever it is: {pulled}");
    assert!(pulled.contains(r#""comments":"one\ntwo","service_id":"4""#), "{pulled}");
    assert!(pulled.ends_with(r#""params":{"comments":["one","two"]}}]}"#), "{pulled}");
    // An answer that was lost is looked up, and hands over nothing new.
    let held = bench.v1(&bench.anna, "action=getOrders&status=processing").await;
    assert_eq!(held.matches(r#""id":""#).count(), 4, "{held}");
    let form = concat!(
        r#"action=updateOrders&orders=[{"id":1,"status":"completed","start_count":7},"#,
        r#"{"id":2,"status":"in progress","remains":99},{"id":9,"status":"canceled"},"#,
        r#"{"id":"x","status":"canceled"},{"id":3,"status":"done"},{"id":3,"status":"canceled"}]"#
    );
    let missing = concat!(
        r#""status":"fail","error":"order_not_found","#,
        r#""message":"there is no such order in the hands of this executor"}"#
    );
    let wanted = format!(
        concat!(
            r#"{{"status":"success","orders":[{{"id":1,"status":"success"}},"#,
            r#"{{"id":2,"status":"success"}},{{"id":9,{missing},{{"id":"x",{missing},"#,
            r#"{{"id":3,"status":"fail","error":"bad_status","message":"status: must be "#,
            r#"processing, in_progress, completed, partial or canceled"}},"#,
            r#"{{"id":3,"status":"success"}}]}}"#
        ),
        missing = missing
    );
    assert_eq!(bench.v1(&bench.anna, form).await, wanted);
    let shown = bench.v1(&bench.anna, "action=getOrders-by-id&orders=3,1,9").await;
    let wanted = concat!(
        r#"{"status":"success","orders":[{"id":"3","external_id":"","username":"","#,
        r#""service":"Press work: default","service_id":"1","provider":"","#,
        r#""order_status":"Canceled","charge":"0","quantity":"100","start_count":"0","#,
        r#""remains":"100","link":"https://example.com/a","date":"2026-03-02 08:34:42","#,
        r#""current_date":"2026-03-02 08:34:42","comments":"","cancel_requested":"0","#,
        r#""lease_until":"","params":{}},{"id":"1","external_id":"","username":"","#,
        r#""service":"Press work: default","service_id":"1","provider":"","#,
        r#""order_status":"Completed","charge":"0","quantity":"100","start_count":"7","#,
        r#""remains":"0","link":"https://example.com/a","date":"2026-03-02 08:33:40","#,
        r#""current_date":"2026-03-02 08:34:42","comments":"","cancel_requested":"0","#,
        r#""lease_until":"","params":{}}]}"#
    );
    assert_eq!(shown, wanted, "in the order that was asked");
    let providers = bench.v1(&bench.anna, "action=getMassProviderData&orders=2").await;
    let wanted = concat!(
        r#"{"status":"success","data":{"2":{"id":"2","external_id":"","provider":"anna","#,
        r#""order_status":"In progress","charge":"0"}}}"#
    );
    assert_eq!(providers, wanted);
    bench.shop.close().await;
}

#[tokio::test]
async fn posts_of_subscriptions() {
    let bench = Bench::open().await;
    let subscription = "service=16&username=somebody&min=10&max=20&posts=2&delay=0";
    assert_eq!(bench.shop.place(subscription).await, 1);
    let listed = bench.v1(&bench.anna, "action=getSubscriptions").await;
    let wanted = concat!(
        r#"{"status":"success","subscriptions":[{"id":"1","service_id":"16","#,
        r#""service":"Press work: subscriptions","min":"10","max":"20","posts":"2","#,
        r#""posts_done":"0","delay":"0","expiry":"","params":{"username":"somebody","min":10,"#,
        r#""max":20,"posts":2,"old_posts":0,"delay":0}}],"next":""}"#
    );
    assert_eq!(listed, wanted);
    let post = "action=addPost&id=1&link=https://example.com/p/1&quantity=15";
    assert_eq!(bench.v1(&bench.anna, post).await, r#"{"status":"success","id":"2"}"#);
    assert_eq!(
        bench.v1(&bench.ben, post).await,
        r#"{"status":"success","id":"2"}"#,
        "it is the same post, whoever sees it"
    );
    let pulled = bench.v1(&bench.ben, "action=getOrder&type=16").await;
    assert!(pulled.contains(r#""id":"2","link":"https://example.com/p/1""#), "{pulled}");
    bench.shop.close().await;
}
