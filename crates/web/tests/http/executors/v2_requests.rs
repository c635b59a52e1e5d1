//! What customers ask of their orders, and posts of subscriptions, in v2.

use super::Bench;
use serde_json::Value;

async fn ask(bench: &Bench, path: &str, body: Option<&str>) -> Value {
    serde_json::from_str(&bench.v2_ok(&bench.anna, path, body).await).unwrap()
}

#[tokio::test]
async fn refills_are_pulled_and_answered() {
    let bench = Bench::open().await;
    let form = "service=24&link=https://example.com/a&quantity=10";
    for link in 1..=2 {
        assert_eq!(
            bench.shop.place(&format!("{form}&link=https://example.com/{link}")).await,
            link
        );
    }
    ask(&bench, "/orders/pull", Some("{}")).await;
    ask(&bench, "/orders/change-status", Some(r#"{"ids":[1,2],"status":"completed"}"#)).await;
    let refill = bench.shop.ask(&bench.shop.alice, "action=refill&orders=1,2").await;
    assert!(!refill.contains("error"), "{refill}");
    let pulled = ask(&bench, "/refill/pull", Some("{}")).await;
    assert_eq!(pulled["data"]["count"], 2);
    let first = &pulled["data"]["list"][0];
    assert_eq!((&first["id"], &first["order_id"]), (&1.into(), &1.into()));
    assert_eq!(first["status"], "in_progress");
    assert_eq!(first["link"], "https://example.com/1");
    assert_eq!(ask(&bench, "/refill/pull", Some("{}")).await["data"]["count"], 0, "begun by that");
    let again = ask(&bench, "/refill/pull", Some(r#"{"status":"in_progress"}"#)).await;
    assert_eq!(again["data"]["count"], 2, "an answer that was lost");
    for (body, ids) in [
        (r#"{"ids":"1","status":"completed"}"#, vec![1]),
        (r#"{"refill_id":2,"status":"rejected"}"#, vec![2]),
    ] {
        let answered = ask(&bench, "/refill/change-status", Some(body)).await;
        for (place, id) in ids.iter().enumerate() {
            let refill = &answered["data"]["refills"][place];
            assert_eq!((&refill["id"], &refill["success"]), (&(*id).into(), &true.into()));
        }
    }
    let status = bench.shop.ask(&bench.shop.alice, "action=refill_status&refills=1,2").await;
    assert!(status.contains("Completed") && status.contains("Rejected"), "{status}");
    let late =
        ask(&bench, "/refill/change-status", Some(r#"{"ids":"2,3,x","status":"completed"}"#));
    let late = late.await;
    let codes: Vec<&Value> =
        late["data"]["refills"].as_array().unwrap().iter().map(|r| &r["error_code"]).collect();
    assert_eq!(codes, [409, 404, 404]);
    bench.shop.close().await;
}

#[tokio::test]
async fn cancels_are_pulled_and_answered() {
    let bench = Bench::open().await;
    for _ in 0..3 {
        bench.place().await;
    }
    ask(&bench, "/orders/pull", Some("{}")).await;
    let update = r#"{"orders":[{"id":1,"status":"in_progress"},{"id":2,"status":"in_progress"}]}"#;
    ask(&bench, "/orders/update", Some(update)).await;
    bench.shop.ask(&bench.shop.alice, "action=cancel&orders=1,2").await;
    let pulled = ask(&bench, "/cancel/pull", Some("{}")).await;
    assert_eq!(pulled["data"]["count"], 2);
    let first = &pulled["data"]["list"][0];
    assert_eq!((&first["id"], &first["order_id"]), (&1.into(), &1.into()));
    assert_eq!(first["cancel_requested"], true);
    let again = ask(&bench, "/cancel/pull", Some("{}")).await;
    assert_eq!(again["data"]["count"], 2, "shown until they are answered");
    let body = r#"{"ids":"1,3","reason":"nearly done"}"#;
    let rejected = ask(&bench, "/cancel/reject", Some(body)).await;
    let orders = rejected["data"]["orders"].as_array().unwrap();
    assert_eq!(orders[0]["success"], true);
    assert_eq!(orders[1]["message"], "order 3: nobody asks to cancel it");
    assert_eq!(orders[1]["error_code"], 409);
    ask(&bench, "/orders/2/change-status", Some(r#"{"status":"canceled"}"#)).await;
    let pulled = ask(&bench, "/cancel/pull", Some("{}")).await;
    assert_eq!(pulled["data"]["count"], 0);
    bench.shop.close().await;
}

#[tokio::test]
async fn posts_of_subscriptions() {
    let bench = Bench::open().await;
    let form = "service=16&username=somebody&min=10&max=20&posts=0&delay=5";
    for account in [&bench.shop.alice, &bench.shop.bob] {
        let placed = bench.shop.ask(account, &format!("action=add&{form}")).await;
        assert!(placed.starts_with(r#"{"order":"#), "{placed}");
    }
    let page = ask(&bench, "/subscriptions?limit=1", None).await;
    let first = &page["data"]["list"][0];
    assert_eq!((&first["id"], &first["min"], &first["delay"]), (&1.into(), &10.into(), &5.into()));
    assert_eq!(first["params"]["username"], "somebody");
    let next = format!("/subscriptions?after={}", page["pagination"]["after"]);
    let page = ask(&bench, &next, None).await;
    assert_eq!(page["data"]["list"][0]["id"], 2);
    assert!(page["pagination"]["after"].is_null());
    let post = Some(r#"{"link":"https://example.com/p/1","quantity":15}"#);
    let placed = ask(&bench, "/subscriptions/2/posts", post).await;
    assert_eq!(placed["data"]["id"], 3);
    assert_eq!(ask(&bench, "/subscriptions/2/posts", post).await["data"]["id"], 3, "again");
    assert_eq!(bench.shop.money(&bench.shop.bob).await.1, "0.03", "held for the post");
    for (body, code, text) in [
        (r#"{"link":"https://example.com/p/2","quantity":21}"#, 400, "quantity: must be 10 to 20"),
        (
            r#"{"link":"https://example.com/p/2"}"#,
            400,
            "quantity: must be a whole number, in digits",
        ),
        (r#"{"quantity":15}"#, 400, "link: missing or unusable"),
    ] {
        let reply = bench.v2(&bench.anna, "/subscriptions/2/posts", Some(body)).await;
        assert_eq!(reply.status.as_u16(), code, "{body}");
        let said: Value = serde_json::from_str(reply.text()).unwrap();
        assert_eq!((&said["error_message"], &said["error_code"]), (&text.into(), &code.into()));
    }
    bench.shop.close().await;
}
