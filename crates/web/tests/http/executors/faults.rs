//! What is said when the store fails: never more than is certain.

use super::Bench;
use crate::common::FORM;
use crate::faults::alter;
use crate::ways;

const LATER: &str = "temporarily unavailable, try again later";
const DOUBT: &str = "it is not known whether this was done; look at your orders first";

#[tokio::test]
async fn another_try_is_suggested_only_when_nothing_was_done() {
    let bench = Bench::open().await;
    for _ in 0..2 {
        bench.place().await;
    }
    bench.v2_ok(&bench.anna, "/orders/pull", Some(r#"{"limit":1}"#)).await;
    let before = bench.shop.books().await;
    let forms = ["action=getOrder", "action=setCompleted&id=1", "action=getOrders-by-id&orders=1"];
    let paths = [
        ("/orders/pull", Some("{}")),
        ("/orders/1/change-status", Some(r#"{"status":"completed"}"#)),
        ("/orders", None),
        ("/nothing", None),
    ];
    alter(&bench.shop, "alter table executor rename to lost").await;
    for form in forms {
        let body = format!("key={}&{form}", bench.anna);
        let reply = bench.shop.send(ways::post("/adminapi/v1", Some(FORM), body)).await;
        let wanted = format!(r#"{{"status":"fail","error":"try_later","message":"{LATER}"}}"#);
        assert_eq!((reply.status.as_u16(), reply.text()), (503, &*wanted), "{form}");
        assert_eq!(reply.header("retry-after"), "1", "{form}");
    }
    for (path, body) in paths {
        let reply = bench.v2(&bench.anna, path, body).await;
        let wanted = format!(r#"{{"data":null,"error_message":"{LATER}","error_code":503}}"#);
        assert_eq!((reply.status.as_u16(), reply.text()), (503, &*wanted), "{path}");
        assert_eq!(reply.header("retry-after"), "1", "{path}");
    }
    alter(&bench.shop, "alter table lost rename to executor").await;
    assert_eq!(bench.shop.books().await, before);
    bench.shop.close().await;
}

/// A bench with an order, where a pull fails at its very end.
async fn breaking() -> Bench {
    let bench = Bench::open().await;
    bench.place().await;
    // A reference into the void, looked at only when the unit is committed.
    for text in [
        "create table void (id integer primary key)",
        "create table broken (id integer references void (id) deferrable initially deferred)",
        "create trigger breaks after insert on order_lease \
         begin insert into broken (id) values (1); end",
    ] {
        alter(&bench.shop, text).await;
    }
    bench
}

#[tokio::test]
async fn a_commit_that_fails_claims_nothing() {
    let bench = breaking().await;
    let body = format!("key={}&action=getOrder", bench.anna);
    let reply = bench.shop.send(ways::post("/adminapi/v1", Some(FORM), body)).await;
    let wanted = format!(r#"{{"status":"fail","error":"not_known","message":"{DOUBT}"}}"#);
    assert_eq!((reply.status.as_u16(), reply.text()), (503, &*wanted));
    assert_eq!(reply.header("retry-after"), "");
    // It says where to look, and there is nothing.
    let held = bench.v1(&bench.anna, "action=getOrders&status=processing").await;
    assert_eq!(held, r#"{"status":"success","orders":[]}"#);
    bench.shop.close().await;

    let bench = breaking().await;
    let reply = bench.v2(&bench.anna, "/orders/pull", Some("{}")).await;
    let wanted = format!(r#"{{"data":null,"error_message":"{DOUBT}","error_code":503}}"#);
    assert_eq!((reply.status.as_u16(), reply.text()), (503, &*wanted));
    assert_eq!(reply.header("retry-after"), "");
    bench.shop.close().await;
}
