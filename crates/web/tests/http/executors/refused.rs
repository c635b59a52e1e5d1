//! What is refused, and how it is said.

use super::Bench;
use crate::common::FORM;
use crate::ways;
use axum::body::Body;
use axum::http::{Method, Request};
use counter::executors::{ExecutorChange, ExecutorKeyChange};
use domain::access::Networks;
use domain::executors::ExecutorState;
use domain::{ExecutorId, ExecutorKeyId};
use std::net::{IpAddr, Ipv4Addr};
use web::Peer;

const WORDS: &str = "processing, in_progress, completed, partial or canceled";

fn v1_error(word: &str, text: &str) -> String {
    format!(r#"{{"status":"fail","error":"{word}","message":"{text}"}}"#)
}

fn v2_error(code: u16, text: &str) -> String {
    format!(r#"{{"data":null,"error_message":"{text}","error_code":{code}}}"#)
}

#[tokio::test]
async fn in_v1_with_a_word_and_the_field() {
    let bench = Bench::open().await;
    bench.place().await;
    bench.v1(&bench.anna, "action=getOrder").await;
    let before = bench.shop.books().await;
    let status = format!("status: must be {WORDS}");
    let listed = format!("status: must be pending, {WORDS}");
    let missing = "there is no such order in the hands of this executor";
    let operator = "only whoever runs the counter may ask this; executors pull and report";
    let orders = "orders: must be a list of objects with id and status";
    let remains = "order 1: remains: must be above 0 and below the quantity, 100";
    let no_remains =
        "order 1: remains: an order that ends in part needs it, above 0 and below the quantity";
    let many: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
    let many = format!("action=getOrders-by-id&orders={}", many.join(","));
    for (form, word, text) in [
        ("", "bad_action", "there is no such action"),
        ("action=getorderx", "bad_action", "there is no such action"),
        ("action=getOrder&type=x", "bad_type", "type: must be ids, separated by commas"),
        ("action=getOrder&type=2", "bad_service", "service: there is no 2 for this executor"),
        ("action=getOrder&type=999", "bad_service", "service: there is no 999 for this executor"),
        ("action=getOrders&limit=0", "bad_limit", "limit: must be a whole number above zero"),
        ("action=getOrders&status=x", "bad_status", &listed),
        ("action=getOrders-by-id", "bad_orders", "orders: must be ids of orders"),
        (&many, "bad_orders", "orders: at most 100 at once"),
        ("action=getOrders-by-id&orders=x", "order_not_found", missing),
        ("action=setCompleted", "bad_id", "id: must be the id of an order"),
        ("action=setCompleted&id=x", "order_not_found", missing),
        ("action=setRemains&id=1", "bad_remains", "remains: must be a whole number, in digits"),
        ("action=setRemains&id=1&remains=1.5", "bad_remains", {
            "remains: must be a whole number, in digits"
        }),
        ("action=setStartcount&id=1&start_count=many", "bad_start_count", {
            "start_count: must be a whole number, in digits"
        }),
        ("action=setPartial&id=1", "bad_remains", no_remains),
        ("action=setPartial&id=1&remains=100", "bad_remains", remains),
        ("action=setPartial&id=1&remains=-1", "bad_remains", remains),
        ("action=updateOrders&orders=x", "bad_orders", orders),
        ("action=updateOrders&orders=[]", "bad_orders", orders),
        ("action=updateOrders&orders={", "bad_orders", orders),
        ("action=updateOrders", "bad_orders", orders),
        ("action=addPayment&user=1", "not_for_executors", operator),
        ("action=getUser", "not_for_executors", operator),
    ] {
        assert_eq!(bench.v1(&bench.anna, form).await, v1_error(word, text), "{form:.100}");
    }
    // One that is wrong is told beside its order.
    let form = r#"action=updateOrders&orders=[{"id":1,"status":"pending"}]"#;
    let told = bench.v1(&bench.anna, form).await;
    assert!(told.contains(r#""id":1,"status":"fail","error":"bad_status""#), "{told}");
    assert!(told.contains(&status), "{told}");
    assert_eq!(bench.shop.books().await, before);
    bench.v1(&bench.anna, "action=setCompleted&id=1").await;
    let late = bench.v1(&bench.anna, "action=setInprogress&id=1").await;
    assert!(
        late.starts_with(r#"{"status":"fail","error":"not_now","message":"order 1: "#),
        "{late}"
    );
    bench.shop.close().await;
}

#[tokio::test]
async fn in_v2_with_a_status_and_the_field() {
    let bench = Bench::open().await;
    bench.place().await;
    bench.v2_ok(&bench.anna, "/orders/pull", Some("{}")).await;
    let before = bench.shop.books().await;
    let operator = "only whoever runs the counter may ask this; executors pull and report";
    let method = "ask with GET or POST, as documented";
    let missing = "there is no such order in the hands of this executor";
    let unreadable = "request: must be a form, or one JSON object, in UTF-8";
    let whole = "must be a whole number";
    let number = format!("offset: {whole}, zero or above");
    let limit = format!("limit: {whole} above zero");
    let from = format!("created_from: {whole}, in digits");
    let status = format!("status: must be {WORDS}");
    let many: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
    let many = format!(r#"{{"ids":"{}","status":"completed"}}"#, many.join(","));
    for (path, body, code, text) in [
        ("", None, 404, "there is no such action"),
        ("/", None, 404, "there is no such action"),
        ("/order", None, 404, "there is no such action"),
        ("/orders/x", None, 404, "there is no such action"),
        ("/orders/1/2/3", Some("{}"), 404, "there is no such action"),
        ("/orders/9", None, 404, missing),
        ("/orders", Some("{}"), 405, method),
        ("/orders/pull", None, 405, method),
        ("/orders/1", Some("{}"), 405, method),
        ("/payments", None, 403, operator),
        ("/users/add", Some("{}"), 403, operator),
        ("/tickets", None, 403, operator),
        ("/orders/cancel", Some("{}"), 403, operator),
        ("/orders/1/edit-link", Some("{}"), 403, operator),
        ("/orders?offset=-1", None, 400, &number),
        ("/orders?limit=0", None, 400, &limit),
        ("/orders?created_from=yesterday", None, 400, &from),
        ("/orders?sort=price", None, 400, "sort: must be date-desc or date-asc"),
        ("/orders/pull", Some("["), 400, unreadable),
        ("/orders/pull", Some("{"), 400, unreadable),
        ("/orders/pull", Some(r#"{"service_ids":"2"}"#), 400, {
            "service: there is no 2 for this executor"
        }),
        ("/orders/update", Some("{}"), 400, "orders: must be a list of objects with id and status"),
        ("/orders/change-status", Some(r#"{"status":"completed"}"#), 400, "ids: must be given"),
        ("/orders/change-status", Some(&many), 400, "ids: at most 100 at once"),
        ("/orders/1/change-status", Some("{}"), 400, &status),
        ("/orders/1/set-partial", Some("{}"), 400, {
            "order 1: remains: an order that ends in part needs it, above 0 and below the quantity"
        }),
        ("/refill/change-status", Some(r#"{"ids":"1"}"#), 400, {
            "status: must be in_progress, completed or rejected"
        }),
        ("/refill/pull", Some(r#"{"status":"completed"}"#), 400, {
            "status: must be pending or in_progress"
        }),
        ("/cancel/reject", Some("{}"), 400, "ids: must be given"),
    ] {
        let reply = bench.v2(&bench.anna, path, body).await;
        assert_eq!((reply.status.as_u16(), reply.text()), (code, &*v2_error(code, text)), "{path}");
        assert_eq!(reply.header("content-type"), "application/json", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(bench.shop.books().await, before);
    bench.shop.close().await;
}

#[tokio::test]
async fn what_opens_nothing_is_told_the_same() {
    let bench = Bench::open().await;
    bench.place().await;
    let bad_auth = v1_error("bad_auth", "the key opens nothing");
    let unauthorized = v2_error(401, "the key opens nothing");
    // A customer's key is none of an executor's, nor the other way round.
    let customer = bench.shop.alice.key.clone();
    for key in ["", "x", &*bench.revoked, &*customer] {
        for form in
            ["action=getOrder", "action=nonsense", "action=addPayment", "action=getOrder&type=x"]
        {
            assert_eq!(bench.v1(key, form).await, bad_auth, "{form} with {key}");
        }
        for (path, body) in [
            ("/orders", None),
            ("/nothing", None),
            ("/payments", None),
            ("/orders/pull", Some("{}")),
        ] {
            let reply = bench.v2(key, path, body).await;
            assert_eq!((reply.status.as_u16(), reply.text()), (401, &*unauthorized), "{path}");
        }
    }
    let reply = bench.shop.post(format!("key={}&action=balance", bench.anna)).await.dialect();
    assert_eq!(reply, crate::common::error("Invalid API key"));
    bench.shop.close().await;
}

#[tokio::test]
async fn keys_work_where_they_may_and_executors_while_they_may() {
    let bench = Bench::open().await;
    bench.place().await;
    let change = ExecutorKeyChange {
        allow: Some(Networks::parse("192.0.2.0/24").unwrap()),
        ..ExecutorKeyChange::default()
    };
    let counter = &bench.shop.counter;
    counter.edit_executor_key(ExecutorKeyId(1), change, bench.shop.now()).await.unwrap();
    let ask = async |last: u8| {
        let body = format!("key={}&action=getOrders&status=processing", bench.anna);
        let mut request = ways::post("/adminapi/v1", Some(FORM), body);
        let from = IpAddr::V4(Ipv4Addr::new(192, 0, last, 7));
        request.extensions_mut().insert(Peer(from));
        bench.shop.send(request).await.dialect()
    };
    assert_eq!(ask(2).await, r#"{"status":"success","orders":[]}"#);
    assert_eq!(ask(3).await, v1_error("bad_auth", "the key opens nothing"));
    let put = async |state: ExecutorState| {
        let change = ExecutorChange { state: Some(state), ..ExecutorChange::default() };
        counter.edit_executor(ExecutorId(2), change, bench.shop.now()).await.unwrap();
    };
    put(ExecutorState::Paused).await;
    let paused = v1_error("not_now", "the executor is paused: it is given no orders");
    assert_eq!(bench.v1(&bench.ben, "action=getOrder").await, paused);
    assert_eq!(bench.v2(&bench.ben, "/orders", None).await.status, 200, "it may finish");
    put(ExecutorState::Off).await;
    assert_eq!(bench.v2(&bench.ben, "/orders", None).await.status, 401);
    bench.shop.close().await;
}

#[tokio::test]
async fn other_methods_hand_nothing_over() {
    let bench = Bench::open().await;
    bench.place().await;
    let send = async |method: &str, uri: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = Request::builder().method(method).uri(uri).header("x-api-key", &bench.anna);
        bench.shop.send(request.body(Body::empty()).unwrap()).await
    };
    for method in ["HEAD", "PUT", "PATCH", "DELETE", "BREW"] {
        let reply = send(method, "/adminapi/v1?action=getOrder").await;
        assert_eq!(reply.status, 200, "{method}");
        let reply = send(method, "/adminapi/v2/orders/pull").await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET, POST, OPTIONS"));
    }
    for uri in ["/adminapi/v1", "/adminapi/v2", "/adminapi/v2/orders/pull"] {
        let reply = send("OPTIONS", uri).await;
        assert_eq!((reply.status.as_u16(), reply.header("allow")), (204, "GET, POST, OPTIONS"));
    }
    assert!(bench.shop.show(1).await.leases.is_empty());
    let long = "x".repeat((1 << 20) + 1);
    let reply = bench.shop.send(ways::post("/adminapi/v1", Some(FORM), long.clone())).await;
    assert!(reply.dialect().contains("bad_request"));
    let reply = bench.shop.send(ways::post("/adminapi/v2/orders/pull", Some(FORM), long)).await;
    assert_eq!(reply.status, 400);
    bench.shop.close().await;
}
