//! The ways to write the ids that a request is about.

use crate::common::{Shop, error};
use crate::ways;
use counter::orders::Report;

async fn three_orders() -> Shop {
    let shop = Shop::open().await;
    for number in 1..=3 {
        let form = format!("service=24&link=https://example.com/{number}&quantity=10");
        assert_eq!(shop.place(&form).await, number);
    }
    shop
}

const PENDING: &str =
    r#"{"charge":"0.01","start_count":"0","status":"Pending","remains":"10","currency":"USD"}"#;

#[tokio::test]
async fn every_spelling_of_a_list_is_the_same_list() {
    let shop = three_orders().await;
    let wanted = format!(r#"{{"1":{PENDING},"2":{PENDING},"3":{PENDING}}}"#);
    for form in [
        "orders=1,2,3",
        "orders=%201%20,%202,3%20",
        "orders=1,2,3,",
        "orders=,1,,2,3,,",
        "orders=1,2,1,3,2,1",
        "orders=[1,2,3]",
        "orders=%5B1%2C%202%2C%203%5D",
        "orders=[%221%22,%222%22,%223%22]",
        "orders=['1','2','3']",
        "orders[]=1&orders[]=2&orders[]=3",
        "orders%5B%5D=1&orders%5B%5D=2&orders%5B%5D=3",
        "orders[0]=1&orders[1]=2&orders[2]=3",
        "orders[a]=1&orders[b]=2&orders[c]=3",
        "orders[]=1,2&orders[]=3",
        "order=1,2,3",
        "order=[1,2,3]",
        "order[]=1&order[]=2&order[]=3",
        "orders=1,2,3&order=9",
    ] {
        for action in
            ["status", "orders", "multi-status", "multi_status", "multiStatus", "MULTISTATUS"]
        {
            let form = format!("action={action}&{form}");
            assert_eq!(shop.ask(&shop.alice, &form).await, wanted, "{form}");
        }
    }
    for ids in ["[1,2,3]", r#"["1","2","3"]"#, r#""1,2,3""#, r#"[1,"2",null,3]"#, r#""[1,2,3]""#] {
        let body = format!(
            r#"{{"key":"{}","action":"status","orders":{ids},"x":{{"y":[]}}}}"#,
            shop.alice.key
        );
        let reply = shop.send(ways::post("/api/v2", Some("application/json"), body)).await;
        assert_eq!(reply.dialect(), wanted, "{ids}");
    }
    shop.close().await;
}

#[tokio::test]
async fn the_order_asked_and_the_text_asked_come_back() {
    let shop = three_orders().await;
    let unknown = error("Incorrect order ID");
    for (form, wanted) in [
        ("order=2", PENDING.to_owned()),
        ("order=%202%20", PENDING.to_owned()),
        ("order=02", PENDING.to_owned()),
        ("orders=2", format!(r#"{{"2":{PENDING}}}"#)),
        ("orders=3,1", format!(r#"{{"3":{PENDING},"1":{PENDING}}}"#)),
        ("orders=02,2", format!(r#"{{"02":{PENDING}}}"#)),
        ("orders=2,02", format!(r#"{{"2":{PENDING}}}"#)),
        ("orders=1,abc", format!(r#"{{"1":{PENDING},"abc":{unknown}}}"#)),
        ("orders=abc,abc,ABC", format!(r#"{{"abc":{unknown},"ABC":{unknown}}}"#)),
        ("orders=0,-1,%2B1,1.0,1e0", {
            let keys = ["0", "-1", "+1", "1.0", "1e0"].map(|id| format!(r#""{id}":{unknown}"#));
            format!("{{{}}}", keys.join(","))
        }),
        ("orders=%22,%5C,%3Cb%3E", format!(r#"{{"\"":{unknown},"\\":{unknown},"<b>":{unknown}}}"#)),
    ] {
        let reply = shop.ask(&shop.alice, &format!("action=status&{form}")).await;
        assert_eq!(reply, wanted, "{form}");
    }
    let many = format!(r#"{{"1":{PENDING}}}"#);
    for action in ["multi_status", "orders"] {
        let form = format!("action={action}&order=1");
        assert_eq!(shop.ask(&shop.alice, &form).await, many, "{action} is always keyed");
    }
    shop.close().await;
}

#[tokio::test]
async fn lists_of_refills_and_cancels_answer_id_by_id() {
    let shop = three_orders().await;
    shop.report(1, Report::Completed { start_count: None, remains: None }).await;
    for (form, wanted) in [
        (
            "action=refill&orders=2,1,9,x",
            concat!(
                r#"[{"order":2,"refill":{"error":"The order is not completed"}},"#,
                r#"{"order":1,"refill":1},"#,
                r#"{"order":9,"refill":{"error":"Incorrect order ID"}},"#,
                r#"{"order":"x","refill":{"error":"Incorrect order ID"}}]"#
            ),
        ),
        ("action=refill_status&order=1", r#"{"status":"Pending"}"#),
        (
            "action=refill_status&refills=1,2,x",
            concat!(
                r#"[{"refill":1,"status":"Pending"},"#,
                r#"{"refill":2,"status":{"error":"Incorrect refill ID"}},"#,
                r#"{"refill":"x","status":{"error":"Incorrect refill ID"}}]"#
            ),
        ),
        (
            "action=cancel&orders=9,2,1",
            concat!(
                r#"[{"order":9,"cancel":{"error":"Incorrect order ID"}},"#,
                r#"{"order":2,"cancel":1},"#,
                r#"{"order":1,"cancel":{"error":"Order cannot be cancelled"}}]"#
            ),
        ),
        ("action=cancel&orders=3", r#"[{"order":3,"cancel":1}]"#),
        (
            "action=refill&orders=x,y",
            concat!(
                r#"[{"order":"x","refill":{"error":"Incorrect order ID"}},"#,
                r#"{"order":"y","refill":{"error":"Incorrect order ID"}}]"#
            ),
        ),
        ("action=cancel&orders=x", r#"[{"order":"x","cancel":{"error":"Incorrect order ID"}}]"#),
        (
            "action=product_order_status&orders=1,x",
            r#"{"1":{"error":"Incorrect order ID"},"x":{"error":"Incorrect order ID"}}"#,
        ),
    ] {
        assert_eq!(shop.ask(&shop.alice, form).await, wanted, "{form}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_hundred_ids_and_no_more() {
    let shop = three_orders().await;
    let list = |count: i64| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    let hundred = shop.ask(&shop.alice, &format!("action=status&orders={}", list(100))).await;
    let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&hundred).unwrap();
    assert_eq!(read.len(), 100);
    assert!(hundred.ends_with(r#","100":{"error":"Incorrect order ID"}}"#), "{hundred}");
    let repeated = format!("action=status&orders={}", [list(100), list(100)].join(","));
    assert_eq!(shop.ask(&shop.alice, &repeated).await, hundred, "each counts once");

    let before = shop.books().await;
    let brackets: String = (1..=101).map(|id| format!("&orders[]={id}")).collect();
    for action in ["status", "refill", "refill_status", "cancel", "product_order_status", "orders"]
    {
        for ids in [
            format!("&orders={}", list(101)),
            format!("&orders={}", list(10_000)),
            format!("&orders={}", "7,".repeat(10_001)),
            brackets.clone(),
        ] {
            let form = format!("action={action}{ids}");
            let reply = shop.ask(&shop.alice, &form).await;
            assert_eq!(reply, error("Maximum 100 orders"), "{form:.60}");
        }
    }
    assert_eq!(shop.books().await, before);
    shop.close().await;
}
