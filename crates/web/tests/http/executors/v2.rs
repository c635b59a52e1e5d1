//! `/adminapi/v2` as scripts speak it.

use super::Bench;
use serde_json::Value;

const ORDER: &str = concat!(
    r#"{"id":1,"external_id":null,"user":"","provider":null,"status":"processing","#,
    r#""charge":{"value":"0","currency_code":"USD"},"created":"2026-03-02 08:33:40","#,
    r#""created_timestamp":1772440420,"last_update":"2026-03-02 08:33:40","#,
    r#""last_update_timestamp":1772440420,"service_id":1,"service_name":"Press work: default","#,
    r#""service_type":"Default","link":"https://example.com/a","quantity":100,"#,
    r#""start_count":null,"remains":100,"comments":"","order_buttons":[],"params":{},"#,
    r#""cancel_requested":false,"lease_until_timestamp":1772444020,"actions":{}}"#
);

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The ids of a list.
fn ids(text: &str) -> Vec<i64> {
    let list = json(text)["data"]["list"].as_array().unwrap().clone();
    list.iter().map(|order| order["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_script_pulls_reports_and_looks() {
    let bench = Bench::open().await;
    let pull = r#"{"service_ids":"1,4","limit":500}"#;
    let empty = r#"{"data":{"count":0,"list":[]},"error_message":"","error_code":0}"#;
    assert_eq!(bench.v2_ok(&bench.anna, "/orders/pull", Some(pull)).await, empty);
    assert_eq!(bench.place().await, 1);
    let pulled = bench.v2_ok(&bench.anna, "/orders/pull", Some(pull)).await;
    let wanted =
        format!(r#"{{"data":{{"count":1,"list":[{ORDER}]}},"error_message":"","error_code":0}}"#);
    assert_eq!(pulled, wanted);
    assert_eq!(bench.v2_ok(&bench.ben, "/orders/pull", Some(pull)).await, empty, "it is Anna's");
    let shown = bench.v2_ok(&bench.anna, "/orders/1", None).await;
    assert_eq!(shown, format!(r#"{{"data":{ORDER},"error_message":"","error_code":0}}"#));
    let update = concat!(
        r#"{"orders":[{"id":1,"status":"in_progress","start_count":5,"remains":80},"#,
        r#"{"id":2,"status":"completed"},{"id":1,"status":"partial","remains":100}]}"#
    );
    let wanted = concat!(
        r#"{"data":{"orders":[{"id":1,"success":true,"message":"","error_code":0},"#,
        r#"{"id":2,"success":false,"message":"there is no such order in the hands of this "#,
        r#"executor","error_code":404},{"id":1,"success":false,"message":"order 1: remains: must "#,
        r#"be above 0 and below the quantity, 100","error_code":400}]},"error_message":"","#,
        r#""error_code":0}"#
    );
    assert_eq!(bench.v2_ok(&bench.anna, "/orders/update", Some(update)).await, wanted);
    let status = bench.shop.ask(&bench.shop.alice, "action=status&order=1").await;
    assert!(status.contains(r#""start_count":"5","status":"In progress","remains":"80""#));
    bench.shop.close().await;
}

#[tokio::test]
async fn lists_come_in_pages_and_keep_their_filters() {
    let bench = Bench::open().await;
    for _ in 0..5 {
        bench.place().await;
    }
    bench.v2_ok(&bench.anna, "/orders/pull", Some(r#"{"limit":4}"#)).await;
    bench.v2_ok(&bench.ben, "/orders/pull", Some("{}")).await;
    let change = r#"{"ids":"4","status":"completed"}"#;
    bench.v2_ok(&bench.anna, "/orders/change-status", Some(change)).await;
    assert_eq!(ids(&bench.v2_ok(&bench.anna, "/orders", None).await), [4, 3, 2, 1]);
    assert_eq!(ids(&bench.v2_ok(&bench.ben, "/orders", None).await), [5], "each its own");
    for (query, wanted) in [
        ("order_status=completed", vec![4]),
        ("order_status=processing,in_progress&sort=date-asc", vec![1, 2, 3]),
        ("service_ids=4", vec![]),
        ("ids=2,5,9,x", vec![2]),
        ("ids=x", vec![]),
        ("created_from=1772440451&created_to=1772440482", vec![3, 2]),
        ("offset=3", vec![1]),
        ("offset=9", vec![]),
    ] {
        let listed = bench.v2_ok(&bench.anna, &format!("/orders?{query}"), None).await;
        assert_eq!(ids(&listed), wanted, "{query}");
    }
    let mut seen = Vec::new();
    let mut path = String::from("/orders?limit=1&order_status=Processing&sort=date-asc&ids=1,2,4");
    loop {
        let page = json(&bench.v2_ok(&bench.anna, &path, None).await);
        assert_eq!(page["pagination"]["total"], 2, "{path}");
        seen.extend(page["data"]["list"].as_array().unwrap().iter().map(|o| o["id"].clone()));
        let Some(next) = page["pagination"]["next_page_href"].as_str() else { break };
        assert!(!next.contains(&*bench.anna), "{next}");
        path = next.strip_prefix("/adminapi/v2").unwrap().to_owned();
    }
    assert_eq!(seen, [1, 2]);
    // An older client says its key in the query; it is not handed on.
    let path = format!("/orders?limit=1&apikey={}", bench.anna);
    let page = bench.v2_ok("", &path, None).await;
    assert!(page.contains(r#""next_page_href":"/adminapi/v2/orders?limit=1&offset=1""#), "{page}");
    bench.shop.close().await;
}

#[tokio::test]
async fn one_order_may_be_named_in_the_path() {
    let bench = Bench::open().await;
    for _ in 0..2 {
        bench.place().await;
    }
    bench.v2_ok(&bench.anna, "/orders/pull", Some("{}")).await;
    let done = |id: i64| {
        format!(
            concat!(
                r#"{{"data":{{"orders":[{{"id":{},"success":true,"message":"","error_code":0}}]}},"#,
                r#""error_message":"","error_code":0}}"#
            ),
            id
        )
    };
    let partial = Some(r#"{"remains":25}"#);
    assert_eq!(bench.v2_ok(&bench.anna, "/orders/1/set-partial", partial).await, done(1));
    let change = Some(r#"{"status":"canceled","cancel_reason":"the link is private"}"#);
    assert_eq!(bench.v2_ok(&bench.anna, "/orders/2/change-status", change).await, done(2));
    let order = &bench.shop.show(2).await;
    let told = order.events.iter().any(|event| event.data.contains("the link is private"));
    assert!(told, "staff see why");
    let listed = bench.v2_ok(&bench.anna, "/orders", None).await;
    let orders = json(&listed)["data"]["list"].clone();
    assert_eq!(
        (&orders[0]["status"], &orders[1]["status"]),
        (&"canceled".into(), &"partial".into())
    );
    assert_eq!(orders[1]["remains"], 25);
    let (available, _) = bench.shop.money(&bench.shop.alice).await;
    assert_eq!(available, "999.9325", "75 of 100 at 0.9, and nothing for the other");
    bench.shop.close().await;
}

#[tokio::test]
async fn comments_are_where_scripts_look_for_them() {
    let bench = Bench::open().await;
    let form = "service=4&link=https://example.com/b&comments=one%0Atwo";
    assert_eq!(bench.shop.place(form).await, 1);
    let pulled = bench.v2_ok(&bench.anna, "/orders/pull", Some("{}")).await;
    let order = &json(&pulled)["data"]["list"][0];
    assert_eq!(order["comments"], "one\ntwo");
    assert_eq!(order["params"]["comments"], serde_json::json!(["one", "two"]));
    assert_eq!(order["order_buttons"][0]["user_data"], serde_json::json!(["one", "two"]));
    assert_eq!(order["service_type"], "Custom Comments");
    bench.shop.close().await;
}
