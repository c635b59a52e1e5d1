//! Requests that nobody would write: nothing may fail, and nobody may get what is not theirs.

use super::Bench;
use crate::common::FORM;
use crate::fuzz::Dice;
use crate::ways;
use axum::body::Body;
use axum::http::{Request, Uri};
use std::collections::HashSet;

const ACTIONS: [&str; 17] = [
    "getOrder",
    "getOrder",
    "getOrders",
    "getOrders-by-id",
    "getMassProviderData",
    "setStartcount",
    "setRemains",
    "setInprogress",
    "setPartial",
    "setCompleted",
    "setCanceled",
    "updateOrders",
    "updateOrders",
    "getSubscriptions",
    "addPost",
    "addPayment",
    "nonsense",
];

const PATHS: [&str; 14] = [
    "/orders",
    "/orders/pull",
    "/orders/pull",
    "/orders/update",
    "/orders/change-status",
    "/orders/3/change-status",
    "/orders/4/set-partial",
    "/orders/%31",
    "/refill/pull",
    "/refill/change-status",
    "/cancel/pull",
    "/cancel/reject",
    "/subscriptions/1/posts",
    "/subscriptions?after=-1",
];

const NAMES: [&str; 16] = [
    "id",
    "ids",
    "orders",
    "orders[0][id]",
    "orders[0][status]",
    "order_id",
    "refill_id",
    "type",
    "service_ids",
    "status",
    "remains",
    "start_count",
    "limit",
    "offset",
    "link",
    "quantity",
];

const VALUES: [&str; 24] = [
    "1",
    "2",
    "3",
    "4",
    "5,6,7",
    "0",
    "-1",
    "50",
    "101",
    "2147483648",
    "99999999999999999999",
    "9223372036854775807",
    "1.5",
    "",
    "null",
    "pending",
    "in_progress",
    "completed",
    "partial",
    "canceled",
    r#"[{"id":1,"status":"partial","remains":10},{"id":2}]"#,
    "https://example.com",
    "ü\u{202e}",
    "\0",
];

fn request(dice: &mut Dice, key: &str) -> Request<Body> {
    let v1 = dice.roll(2) == 0;
    let mut pairs = vec![("key", key)];
    if v1 {
        pairs.push(("action", dice.pick(&ACTIONS)));
    }
    for _ in 0..dice.roll(5) {
        pairs.push((dice.pick(&NAMES), dice.pick(&VALUES)));
    }
    let (content_type, body) = match dice.roll(4) {
        0 | 1 => (FORM, ways::form(&pairs)),
        2 => ("application/json", ways::json(&pairs)),
        _ => ("multipart/form-data; boundary=X-b", ways::multipart(&pairs, false)),
    };
    let mut body = body.into_bytes();
    if dice.roll(5) == 0 && !body.is_empty() {
        let at = dice.roll(body.len());
        match dice.roll(2) {
            0 => body[at] = dice.byte(),
            _ => body.truncate(at),
        }
    }
    let path = if v1 {
        String::from("/adminapi/v1")
    } else {
        format!("/adminapi/v2{}", dice.pick(&PATHS))
    };
    if dice.roll(4) == 0 {
        let query = format!("{path}?{}", String::from_utf8_lossy(&body));
        if let Ok(uri) = query.parse::<Uri>() {
            return Request::get(uri).body(Body::empty()).unwrap();
        }
    }
    ways::post(&path, Some(content_type), body)
}

#[tokio::test]
async fn nothing_makes_it_fail_or_hand_over_twice() {
    let bench = Bench::open().await;
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let keys = [&*bench.anna, &*bench.ben, &*bench.revoked, ""];
    let (mut answered, mut refused) = (0, 0);
    for round in 0..3_000 {
        if round % 10 == 0 {
            bench.place().await;
        }
        let key = if dice.roll(8) == 0 { dice.pick(&keys) } else { dice.pick(&keys[..2]) };
        let request = request(&mut dice, key);
        let shown = format!("round {round}: {request:?}");
        let reply = bench.shop.send(request).await;
        let status = reply.status.as_u16();
        assert!([200, 400, 401, 403, 404, 405, 409].contains(&status), "{status} {shown}");
        let text = reply.text();
        let _: serde_json::Value = serde_json::from_str(text).unwrap();
        assert!(!text.contains(&bench.anna) && !text.contains(&bench.ben), "{shown}");
        let wrong = status != 200 || text.contains(r#""status":"fail""#);
        if wrong { refused += 1 } else { answered += 1 }
    }
    // A run that only ever sees refusals would prove little.
    assert!(answered > 300 && refused > 300, "{answered} {refused}");
    let mut ended = HashSet::new();
    for order in 1..=300 {
        let view = bench.shop.show(order).await;
        assert!(view.leases.len() <= 1, "{view:?}");
        ended.insert(view.order.state);
    }
    assert!(ended.len() > 3, "{ended:?}");
    bench.shop.close().await;
}
