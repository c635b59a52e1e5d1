//! Random and damaged requests of suppliers: all are answered, and none with more than is promised.

use crate::fuzz::{Dice, damage};
use crate::{FORM, JSON};
use panel_api::admin::{v1, v2};
use panel_api::limits;
use panel_api::request::Input;

const SEEDS: [&str; 8] = [
    "key=k&action=getOrders&type=1,2&limit=5&status=processing",
    "key=k&action=updateOrders&orders[0][id]=1&orders[0][status]=completed&orders[1][id]=2",
    r#"{"key":"k","action":"updateOrders","orders":[{"id":1,"status":"partial","remains":7}]}"#,
    r#"{"key":"k","action":"updateOrders","orders":"[{\"id\":1,\"remains\":\"7\"}]"}"#,
    r#"{"service_ids":"1,2","limit":5,"ids":[1,"2",[3,{"a":4}]],"status":"canceled"}"#,
    r#"{"orders":{"0":{"id":1,"status":"in_progress","start_count":-1}},"ids":"1,2,x"}"#,
    "key=k&action=setPartial&id=1&remains=5&reason=%F0%9F%8E%89",
    "\u{feff} { \"key\" : \"k\", \"action\" : \"addPost\", \"quantity\" : 1e400 }",
];

const PATHS: [&str; 12] = [
    "/orders",
    "/orders/1",
    "/orders/pull",
    "/orders/update",
    "/orders/change-status",
    "/orders/1/set-partial",
    "/orders/1/change-status",
    "/refill/pull",
    "/refill/change-status",
    "/cancel/reject",
    "/subscriptions/1/posts",
    "//orders//%00",
];

#[test]
fn nothing_breaks_a_reader() {
    let mut dice = Dice(0x5EED);
    let mut understood = 0;
    for round in 0..40_000 {
        let body = damage(&mut dice, SEEDS[round % SEEDS.len()]);
        let text = String::from_utf8_lossy(&body).into_owned();
        let content_type = Some(if round % 3 == 0 { FORM } else { JSON });
        let query = (round % 5 == 0).then_some(&*text);
        let input = Input { query, content_type, body: &body, ..Input::default() };
        if let Ok(call) = v1::read(&input, None) {
            assert!(call.key.chars().count() <= limits::KEY_CHARS);
            if let Ok(v1::Request::Update(items)) = &call.request {
                assert!(items.len() <= limits::IDS);
            }
            understood += usize::from(call.request.is_ok());
        }
        let method = if round % 2 == 0 { v2::Method::Get } else { v2::Method::Post };
        if let Ok(call) = v2::read(method, PATHS[dice.roll(PATHS.len())], &input, None) {
            understood += usize::from(call.request.is_ok());
        }
    }
    assert!(understood > 5_000, "{understood}");
}

#[test]
fn what_is_large_or_deep_is_refused_and_costs_little() {
    let body = |text: &str| {
        let input = Input { content_type: Some(JSON), body: text.as_bytes(), ..Input::default() };
        v1::read(&input, None)
    };
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    body(&deep).unwrap().request.unwrap();
    let wide = vec!["1"; limits::ADMIN_VALUES + 1].join(",");
    assert_eq!(body(&format!("{{\"x\":[{wide}]}}")).unwrap_err().field, "request");
    let names: Vec<String> = (0..=limits::ADMIN_VALUES).map(|n| format!("x{n}=1")).collect();
    let input = Input { query: Some(&names.join("&")), ..Input::default() };
    assert_eq!(v1::read(&input, None).unwrap_err().field, "request");
}
