//! What is another executor's, or nobody's, is told apart by nothing.

use super::Bench;

/// Ben's order 1, with a refill, and a cancel on his order 2.
async fn bench() -> Bench {
    let bench = Bench::open().await;
    for link in 1..=2 {
        let form = format!("service=24&quantity=10&link=https://example.com/{link}");
        assert_eq!(bench.shop.place(&form).await, link);
    }
    bench.v2_ok(&bench.ben, "/orders/pull", Some("{}")).await;
    bench.v2_ok(&bench.ben, "/orders/1/change-status", Some(r#"{"status":"completed"}"#)).await;
    bench.v2_ok(&bench.ben, "/orders/2/change-status", Some(r#"{"status":"in_progress"}"#)).await;
    let asked = bench.shop.ask(&bench.shop.alice, "action=refill&order=1").await;
    assert_eq!(asked, r#"{"refill":"1"}"#);
    bench.shop.ask(&bench.shop.alice, "action=cancel&order=2").await;
    bench
}

#[tokio::test]
async fn in_v1() {
    let bench = bench().await;
    // Nobody has taken this one yet.
    let free = bench.place().await;
    let before = bench.shop.books().await;
    for form in [
        "action=setCompleted&id=ID",
        "action=setCanceled&id=ID",
        "action=setPartial&id=ID&remains=1",
        "action=setPartial&id=ID",
        "action=setRemains&id=ID&remains=1",
        "action=setStartcount&id=ID&start_count=1",
        "action=setInprogress&id=ID",
        "action=getOrders-by-id&orders=ID",
        "action=getMassProviderData&orders=ID",
        r#"action=updateOrders&orders=[{"id":ID,"status":"completed"}]"#,
        "action=addPost&id=ID&link=https://example.com/p&quantity=15",
    ] {
        let ask = async |id: i64| {
            let reply = bench.v1(&bench.anna, &form.replace("ID", &id.to_string())).await;
            reply.replace(&format!(r#""id":{id},"#), r#""id":0,"#)
        };
        let absent = ask(999).await;
        assert!(absent.contains("_not_found"), "{form}: {absent}");
        for id in [1, 2, free] {
            assert_eq!(ask(id).await, absent, "{form} of {id}");
        }
    }
    assert_eq!(bench.shop.books().await, before);
    bench.shop.close().await;
}

#[tokio::test]
async fn in_v2() {
    let bench = bench().await;
    let free = bench.place().await;
    let before = bench.shop.books().await;
    for (path, body) in [
        ("/orders/ID", None),
        ("/orders?ids=ID", None),
        ("/orders/ID/change-status", Some(r#"{"status":"completed"}"#)),
        ("/orders/ID/set-partial", Some(r#"{"remains":1}"#)),
        ("/orders/change-status", Some(r#"{"ids":"ID","status":"completed"}"#)),
        ("/orders/update", Some(r#"{"orders":[{"id":ID,"status":"canceled"}]}"#)),
        ("/refill/change-status", Some(r#"{"ids":"ID","status":"completed"}"#)),
        ("/cancel/reject", Some(r#"{"ids":"ID"}"#)),
        ("/subscriptions/ID/posts", Some(r#"{"link":"https://example.com/p","quantity":15}"#)),
    ] {
        let ask = async |id: i64| {
            let id = id.to_string();
            let body = body.map(|body| body.replace("ID", &id));
            let reply = bench.v2(&bench.anna, &path.replace("ID", &id), body.as_deref()).await;
            let text = reply.text().replace(&format!(r#""id":{id},"#), r#""id":0,"#);
            (reply.status, text)
        };
        let absent = ask(999).await;
        for id in [1, 2, free] {
            assert_eq!(ask(id).await, absent, "{path} of {id}");
        }
    }
    for path in ["/refill/pull", "/cancel/pull"] {
        for body in ["{}", r#"{"status":"in_progress"}"#] {
            let pulled = bench.v2_ok(&bench.anna, path, Some(body)).await;
            assert!(pulled.contains(r#""count":0"#), "{path}: {pulled}");
        }
    }
    assert_eq!(bench.shop.books().await, before);
    bench.shop.close().await;
}
