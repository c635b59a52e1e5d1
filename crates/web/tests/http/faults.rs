//! What is said when the store fails: never more than is certain.

use crate::common::{Reply, Setup, Shop, error};
use axum::body::Body;
use axum::http::Request;
use counter::orders::Report;
use store::{DbError, Sql, Tx};

/// Changes the schema behind the counter's back.
pub(crate) async fn alter(shop: &Shop, text: &'static str) {
    let sql = Sql { name: "ALTER", text };
    let unit = move |tx: &mut dyn Tx| tx.exec(&sql, &[]).map(|_| ());
    shop.counter.store().write::<_, (), DbError>(unit).await.unwrap().unwrap();
}

async fn ask(shop: &Shop, form: &str) -> Reply {
    shop.post(format!("key={}&{form}", shop.alice.key)).await
}

const TRY_LATER: &str = "Temporarily unavailable, please try again later";
const ORDER: &str = "action=add&service=24&link=https://example.com&quantity=10";

/// A reply that no client takes for an answer.
fn assert_silent(reply: &Reply, retry: &str, what: &str) {
    assert_eq!((reply.status.as_u16(), reply.text()), (503, ""), "{what}");
    assert_eq!(reply.header("retry-after"), retry, "{what}");
    assert!(!reply.headers.contains_key("content-type"), "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
}

#[tokio::test]
async fn what_cannot_be_read_is_not_answered_and_what_was_not_written_is_said() {
    let shop = Shop::open().await;
    assert_eq!(ask(&shop, ORDER).await.dialect(), r#"{"order":1}"#);
    shop.report(1, Report::Completed { start_count: None, remains: None }).await;
    assert_eq!(ask(&shop, "action=refill&order=1").await.dialect(), r#"{"refill":"1"}"#);
    shop.outwait_repetition();
    let before = shop.books().await;
    let reads: [(&str, &str, &[&str], &[&str]); 5] = [
        (
            "alter table orders rename to lost",
            "alter table lost rename to orders",
            &[
                "action=status&order=1",
                "action=status&orders=1,2",
                "action=orders",
                "action=orders&orders=1",
            ],
            &[
                ORDER,
                "action=refill&order=1",
                "action=refill&orders=1",
                "action=cancel&order=1",
                "order=1",
            ],
        ),
        (
            "alter table refill rename to lost",
            "alter table lost rename to refill",
            &["action=refill_status&refill=1", "action=refill_status&refills=1"],
            &["action=refill&order=1", "action=refill&orders=1"],
        ),
        (
            "alter table epoch rename to lost",
            "alter table lost rename to epoch",
            &["action=services"],
            &[ORDER, "action=refill&order=1", "action=cancel&orders=1"],
        ),
        (
            "alter table account rename to lost",
            "alter table lost rename to account",
            &["action=balance", "action=status&order=1", "action=services", "action=nonsense", ""],
            &[ORDER, "action=refill&order=1", "action=cancel&order=1", "action=add_product_order"],
        ),
        ("alter table event rename to lost", "alter table lost rename to event", &[], &[ORDER]),
    ];
    for (breaks, mends, silent, told) in reads {
        // Who asks is looked up again, as after every change of a key.
        alter(&shop, "update epoch set value = value + 1 where name = 'access'").await;
        alter(&shop, breaks).await;
        for form in silent {
            assert_silent(&ask(&shop, form).await, "1", &format!("{breaks}: {form}"));
        }
        for form in told {
            let reply = ask(&shop, form).await;
            assert_eq!(reply.dialect(), error(TRY_LATER), "{breaks}: {form}");
        }
        alter(&shop, mends).await;
    }
    assert_eq!(shop.books().await, before);
    assert_eq!(ask(&shop, ORDER).await.dialect(), r#"{"order":2}"#, "all is well again");
    shop.close().await;
}

#[tokio::test]
async fn a_commit_that_fails_claims_nothing() {
    let shop = Shop::open().await;
    // A reference into the void, looked at only when the unit is committed.
    alter(&shop, "create table void (id integer primary key)").await;
    alter(
        &shop,
        "create table broken (id integer references void (id) deferrable initially deferred)",
    )
    .await;
    alter(
        &shop,
        "create trigger breaks after insert on orders begin insert into broken (id) values (1); end",
    )
    .await;
    let before = shop.books().await;
    assert_silent(&ask(&shop, ORDER).await, "", "no failure, no success, no other try");
    assert_eq!(shop.books().await, before);
    assert_eq!(ask(&shop, "action=balance").await.status, 200, "reading goes on");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_told_at_once() {
    let shop = Shop::with(Setup { queue: 1, ..Setup::default() }).await;
    let before = shop.books().await;
    let (free, freed) = std::sync::mpsc::channel::<()>();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let mut units = tokio::task::JoinSet::new();
    let store = shop.counter.store().clone();
    units.spawn(async move {
        let unit = move |_: &mut dyn Tx| {
            begun.send(()).unwrap();
            freed.recv().unwrap();
            Ok::<(), DbError>(())
        };
        store.write(unit).await.unwrap().unwrap();
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
    // The only place in the queue.
    let store = shop.counter.store().clone();
    let (queued, was_queued) = tokio::sync::oneshot::channel();
    units.spawn(async move {
        let waiting = store.write(|_: &mut dyn Tx| Ok::<(), DbError>(()));
        let mut waiting = std::pin::pin!(waiting);
        // Polled once it is queued.
        std::future::poll_fn(|context| {
            assert!(waiting.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        queued.send(()).unwrap();
        waiting.await.unwrap().unwrap();
    });
    was_queued.await.unwrap();
    for form in [ORDER, "action=refill&order=1", "action=cancel&orders=1"] {
        assert_eq!(ask(&shop, form).await.dialect(), error(TRY_LATER), "{form}");
    }
    let balance = ask(&shop, "action=balance").await.dialect();
    assert_eq!(balance, r#"{"balance":"1000","currency":"USD"}"#, "reading goes on");
    free.send(()).unwrap();
    units.join_all().await;
    assert_eq!(shop.books().await, before);
    assert_eq!(ask(&shop, ORDER).await.dialect(), r#"{"order":1}"#);
    shop.close().await;
}

#[tokio::test]
async fn the_health_check_tells() {
    let shop = Shop::open().await;
    alter(&shop, "alter table account rename to lost").await;
    let request = || Request::get("/healthz").body(Body::empty()).unwrap();
    let reply = shop.send(request()).await;
    assert_eq!(reply.status, 503);
    alter(&shop, "alter table lost rename to account").await;
    assert_eq!(shop.send(request()).await.text(), "ok");
    shop.close().await;
}
