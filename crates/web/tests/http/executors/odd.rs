//! Reports that are nearly right: what is wrong is named beside its order, and the rest is taken.

use super::Bench;
use serde_json::Value;

const BATCH: &str = r#"[{"status":"canceled"},{"id":null,"status":"canceled"},null,3,"x",
    {"id":2,"status":"canceled","status":"completed"},{"id":"1\u0000","status":"canceled"},
    {"id":1,"status":"completed"}]"#;

async fn bench() -> Bench {
    let bench = Bench::open().await;
    for _ in 0..3 {
        bench.place().await;
    }
    bench.v2_ok(&bench.anna, "/orders/pull", Some("{}")).await;
    bench
}

async fn words(bench: &Bench) -> Vec<String> {
    let listed = bench.v2_ok(&bench.anna, "/orders?sort=date-asc", None).await;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let orders = listed["data"]["list"].as_array().unwrap();
    orders.iter().map(|order| order["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn of_a_batch_what_is_good_is_taken() {
    let bench = bench().await;
    let body = format!(r#"{{"orders":{BATCH}}}"#);
    let told = bench.v2_ok(&bench.anna, "/orders/update", Some(&body)).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    let told: Vec<String> = told["data"]["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|told| format!("{} {} {}", told["id"], told["error_code"], told["message"]))
        .collect();
    let (id, object) = ("id: must be the id of an order", "orders: each must be an object");
    assert_eq!(
        told,
        [
            format!(r#""" 400 "{id}""#),
            format!(r#""" 400 "{id}""#),
            format!(r#""" 400 "{object} with id and status""#),
            format!(r#"3 400 "{object} with id and status""#),
            format!(r#""x" 400 "{object} with id and status""#),
            String::from(r#"2 400 "status: is said twice, and not the same""#),
            format!(r#""" 400 "{id}""#),
            String::from(r#"1 0 """#),
        ]
    );
    assert_eq!(words(&bench).await, ["completed", "processing", "processing"]);
    bench.shop.close().await;
}

#[tokio::test]
async fn of_a_batch_in_v1_too() {
    let bench = bench().await;
    let escaped: String = BATCH.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let told = bench.v1(&bench.anna, &format!("action=updateOrders&orders={escaped}")).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    let errors: Vec<&str> = told["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|told| told["error"].as_str().unwrap_or_default())
        .collect();
    let bad = "bad_orders";
    assert_eq!(errors, ["bad_id", "bad_id", bad, bad, bad, "bad_status", "bad_id", ""]);
    assert_eq!(words(&bench).await, ["completed", "processing", "processing"]);
    bench.shop.close().await;
}

#[tokio::test]
async fn a_figure_that_cannot_be_is_named() {
    let bench = bench().await;
    let before = bench.shop.books().await;
    let count = "order 1: start_count: must be a whole number from 0 to 9007199254740991";
    let below = "order 1: remains: must be a whole number from -9007199254740991 on";
    let left = "order 1: remains: must not be above the quantity, 100";
    let none = "order 1: remains: nothing is left of an order that is completed";
    for (form, word, text) in [
        ("setStartcount&start_count=-1", "bad_start_count", count),
        ("setStartcount&start_count=9007199254740992", "bad_start_count", count),
        ("setPartial&start_count=-1&remains=5", "bad_start_count", count),
        ("setRemains&remains=101", "bad_remains", left),
        ("setRemains&remains=9223372036854775807", "bad_remains", left),
        ("setRemains&remains=-9223372036854775808", "bad_remains", below),
        ("setCompleted&remains=7", "bad_remains", none),
    ] {
        let told = bench.v1(&bench.anna, &format!("action={form}&id=1")).await;
        let wanted = format!(r#"{{"status":"fail","error":"{word}","message":"{text}"}}"#);
        assert_eq!(told, wanted, "{form}");
    }
    assert_eq!(bench.shop.books().await, before);
    bench.shop.close().await;
}

#[tokio::test]
async fn what_names_nothing_hands_nothing_over_and_lists_nothing() {
    let bench = Bench::open().await;
    bench.place().await;
    let before = bench.shop.books().await;
    for (path, body, field) in [
        ("/orders?ids=,,", None, "ids"),
        ("/orders?service_ids=,", None, "service_ids"),
        ("/orders?order_status=,", None, "order_status"),
        ("/orders/pull", Some(r#"{"service_ids":","}"#), "service_ids"),
        ("/orders/pull", Some(r#"{"service_ids":[]}"#), "service_ids"),
        ("/orders/pull", Some(r#"{"service_ids":""}"#), "service_ids"),
        ("/orders/update", Some(r#"{"status":"completed"}"#), "orders"),
    ] {
        let reply = bench.v2(&bench.anna, path, body).await;
        let told: Value = serde_json::from_str(reply.text()).unwrap();
        assert_eq!((reply.status.as_u16(), &told["data"]), (400, &Value::Null), "{path}");
        let message = told["error_message"].as_str().unwrap();
        assert!(message.starts_with(&format!("{field}: must ")), "{path}: {message}");
    }
    for form in ["action=getOrders&type=,", "action=getOrders&type=", "action=getOrder&type="] {
        let told = bench.v1(&bench.anna, form).await;
        assert!(told.contains(r#""error":"bad_type""#), "{form}: {told}");
    }
    assert_eq!(bench.shop.books().await, before);
    assert!(bench.shop.show(1).await.leases.is_empty());
    bench.shop.close().await;
}
