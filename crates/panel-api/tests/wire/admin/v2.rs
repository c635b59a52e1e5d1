//! `/adminapi/v2`, as scripts speak it.

use super::{field, item, status};
use crate::{JSON, id, ids};
use panel_api::admin::AdminStatus as S;
use panel_api::admin::v2::{Call, Method, Request, read};
use panel_api::admin::{Item, Page, RefillWord, Update, Wrong};
use panel_api::request::Input;

fn call(method: Method, path: &str, query: Option<&str>, body: &str) -> Result<Call, Wrong> {
    let content_type = Some(JSON).filter(|_| !body.is_empty());
    let input = Input { query, content_type, body: body.as_bytes(), ..Input::default() };
    read(method, path, &input, Some("k"))
}

fn get(path: &str, query: &str) -> Result<Request, Wrong> {
    let call = call(Method::Get, path, Some(query), "").unwrap();
    assert_eq!(call.key, "k");
    call.request
}

fn post(path: &str, body: &str) -> Result<Request, Wrong> {
    call(Method::Post, path, None, body).unwrap().request
}

const ALL: Request = Request::Orders {
    page: Page { offset: 0, limit: 100 },
    statuses: Vec::new(),
    services: Vec::new(),
    ids: Vec::new(),
    from: None,
    to: None,
    oldest_first: false,
};

#[test]
fn lists_are_filtered_and_paged() {
    for (path, query) in [("/orders", ""), ("/orders/", "sort=date-desc"), ("/orders", "limit=100")]
    {
        assert_eq!(get(path, query), Ok(ALL), "{path} {query}");
    }
    let query = "limit=5000&offset=20&sort=date-asc&created_from=1&created_to=9\
        &order_status=in_progress,Processing&service_ids=7,8&ids=3,4";
    let wanted = Request::Orders {
        page: Page { offset: 20, limit: 1_000 },
        statuses: vec![S::InProgress, S::Processing],
        services: vec![7, 8],
        ids: ids(&["3", "4"]),
        from: Some(1),
        to: Some(9),
        oldest_first: true,
    };
    assert_eq!(get("/orders", query), Ok(wanted));
    let wanted = get("/orders", "order_status=pending");
    assert_eq!(get("/orders", "status=pending"), wanted, "as some scripts call it");
    for (query, wrong) in [
        ("limit=0", "limit"),
        ("offset=-1", "offset"),
        ("sort=name", "sort"),
        ("order_status=lost", "order_status"),
        ("created_from=yesterday", "created_from"),
        ("service_ids=a", "service_ids"),
    ] {
        assert_eq!(field(get("/orders", query)), wrong, "{query}");
    }
    assert_eq!(get("/orders/15", ""), Ok(Request::Order(id("15"))));
}

#[test]
fn orders_are_pulled() {
    let pull = |services: &[i64], limit| Ok(Request::Pull { services: services.to_vec(), limit });
    for (body, wanted) in [
        (r#"{"service_ids":"171,172","limit":20}"#, pull(&[171, 172], 20)),
        (r#"{"service_ids":[171,"172"],"limit":"20"}"#, pull(&[171, 172], 20)),
        (r#"{"service_ids":171}"#, pull(&[171], 100)),
        (r#"{"service_ids":null,"limit":500}"#, pull(&[], 100)),
        ("", pull(&[], 100)),
        ("{}", pull(&[], 100)),
    ] {
        assert_eq!(post("/orders/pull", body), wanted, "{body}");
    }
    assert_eq!(field(post("/orders/pull", r#"{"service_ids":{"a":{"b":"x"}}}"#)), "service_ids");
    assert_eq!(field(post("/orders/pull", r#"{"limit":1.5}"#)), "limit");
}

#[test]
fn reports_come_in_batches_or_alone() {
    let update = Update {
        status: Some(S::InProgress),
        start_count: Some(0),
        remains: Some(7),
        reason: Some(String::from("slow")),
    };
    let body = r#"{"orders":[{"id":1,"status":"in_progress","remains":7,"start_count":0,
        "cancel_reason":"slow"},{"id":2,"status":"completed","reason":null}]}"#;
    let wanted = vec![item("1", update), item("2", status(S::Completed))];
    assert_eq!(post("/orders/update", body), Ok(Request::Update(wanted)));
    let alone = post("/orders/update", r#"{"order_id":2,"status":"completed"}"#);
    assert_eq!(alone, Ok(Request::Update(vec![item("2", status(S::Completed))])));
    let both = vec![item("1", status(S::Canceled)), item("2", status(S::Canceled))];
    for body in [r#"{"ids":"1,2","status":"canceled"}"#, r#"{"ids":[1,2],"status":"Canceled"}"#] {
        let told = post("/orders/change-status", body);
        assert_eq!(told, Ok(Request::Update(both.clone())), "{body}");
    }
    let one = post("/orders/15/change-status", r#"{"status":"completed"}"#);
    assert_eq!(one, Ok(Request::Set(item("15", status(S::Completed)))));
    let partial =
        Update { status: Some(S::Partial), start_count: Some(5), remains: Some(7), reason: None };
    let told = post("/orders/15/set-partial", r#"{"start_count":5,"remains":7}"#);
    assert_eq!(told, Ok(Request::Set(item("15", partial))));
    for body in ["{}", r#"{"status":"pending"}"#, r#"{"status":7}"#] {
        match post("/orders/15/change-status", body) {
            Ok(Request::Set(Item { update, .. })) => assert_eq!(field(update), "status", "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    assert_eq!(field(post("/orders/change-status", r#"{"status":"completed"}"#)), "ids");
}

#[test]
fn refills_and_cancels() {
    let refills = |limit, begun| Ok(Request::Refills { services: Vec::new(), limit, begun });
    assert_eq!(post("/refill/pull", r#"{"limit":5}"#), refills(5, false));
    assert_eq!(post("/refill/pull", r#"{"status":"in_progress"}"#), refills(100, true));
    assert_eq!(field(post("/refill/pull", r#"{"status":"completed"}"#)), "status");
    for (body, word) in [
        (r#"{"refill_id":3,"status":"completed"}"#, RefillWord::Completed),
        (r#"{"ids":"3","status":"Rejected"}"#, RefillWord::Rejected),
        (r#"{"id":3,"status":"in progress"}"#, RefillWord::InProgress),
    ] {
        let wanted = Ok(Request::RefillStatus { ids: ids(&["3"]), word });
        assert_eq!(post("/refill/change-status", body), wanted, "{body}");
    }
    let unknown = post("/refill/change-status", r#"{"refill_id":3,"status":"approved"}"#);
    assert_eq!(field(unknown), "status");
    assert_eq!(field(post("/refill/change-status", r#"{"status":"completed"}"#)), "ids");
    let cancels = Request::Cancels { services: vec![7], limit: 100 };
    assert_eq!(post("/cancel/pull", r#"{"service_ids":"7","limit":200}"#), Ok(cancels));
    let reason = Some(String::from("sent"));
    let told = post("/cancel/reject", r#"{"order_id":9,"reason":"sent"}"#);
    assert_eq!(told, Ok(Request::RejectCancels { ids: ids(&["9"]), reason }));
    let told = post("/cancel/reject", r#"{"ids":"9,10"}"#);
    assert_eq!(told, Ok(Request::RejectCancels { ids: ids(&["9", "10"]), reason: None }));
}

#[test]
fn subscriptions_are_an_addition() {
    let wanted = Request::Subscriptions { services: vec![2], after: 9, limit: 50 };
    assert_eq!(get("/subscriptions", "service_ids=2&after=9&limit=50"), Ok(wanted));
    let post_it = post("/subscriptions/9/posts", r#"{"link":"https://a","quantity":15}"#);
    let link = String::from("https://a");
    assert_eq!(post_it, Ok(Request::Post { id: id("9"), link, quantity: 15 }));
    assert_eq!(field(post("/subscriptions/9/posts", r#"{"link":"a"}"#)), "quantity");
}

#[test]
fn other_paths_are_the_operators_or_none() {
    for path in [
        "/payments",
        "/payments/add",
        "/users",
        "/users/add",
        "/tickets",
        "/tickets/3/reply",
        "/orders/cancel",
        "/orders/request-cancel",
        "/orders/resend",
        "/orders/15/edit-link",
    ] {
        for method in [Method::Get, Method::Post] {
            let told = call(method, path, None, "").unwrap().request;
            assert_eq!(told, Ok(Request::NotForSuppliers), "{path}");
        }
    }
    for path in ["", "/", "/order", "/orders/x", "/orders/-1", "/orders/15/delete", "/refill/3/x"] {
        assert_eq!(get(path, ""), Ok(Request::NoSuchPath), "{path}");
    }
    assert_eq!(get("/orders/pull", ""), Ok(Request::OtherMethod));
    assert_eq!(post("/orders", "{}"), Ok(Request::OtherMethod));
    assert_eq!(post("/orders/15", "{}"), Ok(Request::OtherMethod));
}

#[test]
fn the_key_is_in_the_header_or_where_older_scripts_have_it() {
    let key = |query: &str, header| {
        let input = Input { query: Some(query), ..Input::default() };
        read(Method::Get, "/orders", &input, header).unwrap().key
    };
    assert_eq!(key("", Some(" h ")), "h");
    assert_eq!(key("apikey=a", None), "a");
    assert_eq!(key("apikey=a", Some("h")), "h");
    assert_eq!(key("apikey=a", Some(" ")), "a");
    assert_eq!(key("", None), "");
    let secret = call(Method::Get, "/orders", Some("apikey=secret"), "").unwrap();
    assert!(!format!("{secret:?}").contains("secret"), "{secret:?}");
    assert_eq!(field(call(Method::Post, "/orders/pull", None, "[]")), "request");
    assert_eq!(field(call(Method::Post, "/orders/pull", None, "{")), "request");
}
