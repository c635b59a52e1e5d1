//! Who may do what, by which method.

use crate::common::{Shop, error};
use axum::body::Body;
use axum::http::{Method, Request};
use counter::accounts::RANDOM_BYTES;
use counter::orders::Report;
use store::{DbError, Sql, TxExt};

const ORDER: &str = "action=add&service=24&link=https://example.com&quantity=10";

#[tokio::test]
async fn an_account_may_forbid_changes_by_get() {
    let shop = Shop::open().await;
    let key = &shop.careful.key;
    assert_eq!(shop.ask(&shop.careful, ORDER).await, r#"{"order":1}"#, "by POST");
    shop.report(1, Report::Completed { start_count: None, remains: None }).await;
    shop.outwait_repetition();
    let before = shop.books().await;
    for form in [
        ORDER,
        "action=refill&order=1",
        "action=refill&orders=1",
        "order=1",
        "action=cancel&order=1",
        "action=cancel&orders=1",
        "action=add_product_order&product=1&quantity=1",
    ] {
        let reply = shop.get(&format!("key={key}&{form}")).await;
        assert_eq!(reply.dialect(), error("Incorrect request"), "{form}");
    }
    assert_eq!(shop.books().await, before);
    for (form, wanted) in [
        ("action=balance", r#"{"balance":"4.99","currency":"USD"}"#),
        ("action=products", "[]"),
        ("action=refill_status&refill=9", r#"{"error":"Incorrect refill ID"}"#),
    ] {
        assert_eq!(shop.get(&format!("key={key}&{form}")).await.dialect(), wanted, "{form}");
    }
    for form in ["action=status&order=1", "action=status&orders=1", "action=orders"] {
        let reply = shop.get(&format!("key={key}&{form}")).await.dialect();
        assert!(reply.contains("Completed"), "{reply}");
    }
    assert_eq!(shop.get(&format!("key={key}&action=services")).await.status, 200);
    // A POST whose parameters are all in the query is still a POST.
    let request = Request::post(format!("/api/v2?key={key}&{ORDER}")).body(Body::empty()).unwrap();
    assert_eq!(shop.send(request).await.dialect(), r#"{"order":2}"#);
    shop.close().await;
}

#[tokio::test]
async fn other_accounts_change_things_by_get() {
    let shop = Shop::open().await;
    let key = &shop.alice.key;
    let reply = shop.get(&format!("key={key}&{ORDER}")).await;
    assert_eq!(reply.dialect(), r#"{"order":1}"#);
    let reply = shop.get(&format!("key={key}&action=cancel&order=1")).await;
    assert_eq!(reply.dialect(), r#"{"order":1,"cancel":1,"status":"success"}"#);
    shop.close().await;
}

#[tokio::test]
async fn orders_know_the_key_they_came_with() {
    let shop = Shop::open().await;
    let made = shop.counter.make_key(shop.alice.id, "new", [8; RANDOM_BYTES], shop.now());
    let made = made.await.unwrap();
    let form = format!("key={}&{ORDER}", made.token.reveal());
    assert_eq!(shop.post(form).await.dialect(), r#"{"order":1}"#);
    let sql = Sql { name: "KEY", text: "select key_id from orders where id = 1" };
    let read = shop.counter.store().read(|tx| {
        let key = tx.row(&sql, &[], |row| row.opt_int(0))?;
        Ok::<_, DbError>(key.flatten())
    });
    assert_eq!(read.await.unwrap().unwrap(), Some(made.id.0));
    shop.close().await;
}

#[tokio::test]
async fn other_methods_change_nothing() {
    let shop = Shop::open().await;
    let before = shop.books().await;
    let uri = format!("/api/v2?key={}&{ORDER}", shop.alice.key);
    let send = async |method: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        shop.send(Request::builder().method(method).uri(&uri).body(Body::empty()).unwrap()).await
    };
    for method in ["PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
        assert_eq!(send(method).await.dialect(), error("Incorrect request"), "{method}");
    }
    let head = send("HEAD").await;
    assert_eq!((head.status.as_u16(), head.header("content-type")), (200, "application/json"));
    assert!(head.body.is_empty());
    let options = send("OPTIONS").await;
    assert_eq!((options.status.as_u16(), options.text()), (204, ""));
    assert_eq!(options.header("allow"), "GET, HEAD, POST, OPTIONS");
    assert_eq!(shop.books().await, before);
    shop.close().await;
}

#[tokio::test]
async fn a_suspended_account_may_follow_its_orders_and_nothing_else() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask(&shop.alice, ORDER).await, r#"{"order":1}"#);
    shop.report(1, Report::Completed { start_count: None, remains: None }).await;
    assert_eq!(shop.ask(&shop.alice, "action=refill&order=1").await, r#"{"refill":"1"}"#);
    let open = shop.place("service=24&link=https://example.com/2&quantity=10").await;
    let followed = [
        "action=status&order=1",
        "action=status&orders=1,2,3",
        "action=multi_status&orders=1",
        "action=orders",
        "action=orders&orders=1",
        "action=refill_status&refill=1",
        "action=refill_status&refills=1,2",
        "action=product_order_status&order=1",
        "action=product_order_status&orders=1",
    ];
    let mut answers = Vec::new();
    for form in followed {
        answers.push(shop.ask(&shop.alice, form).await);
    }
    shop.outwait_repetition();
    shop.suspend(&shop.alice, true).await;
    for (form, answer) in followed.iter().zip(&answers) {
        assert_eq!(shop.ask(&shop.alice, form).await, *answer, "{form}");
    }
    let text = "Your account has been suspended.";
    let cancel = format!("action=cancel&order={open}");
    shop.refuses(&[
        (ORDER, text),
        ("action=add&service=1&link=b&quantity=10&request_id=r", text),
        ("action=add", text),
        ("action=balance", text),
        ("action=services", text),
        ("action=refill&order=1", text),
        ("action=refill&orders=1,2", text),
        (&cancel, text),
        ("action=cancel&orders=1,2", text),
        ("action=products", text),
        ("action=add_product_order&product=1&quantity=1", text),
        ("action=result_product&order=1", text),
        ("order=1", text),
        // What cannot be read is told as ever.
        ("action=nonsense", "Incorrect action"),
        ("", "Incorrect request"),
    ])
    .await;
    shop.suspend(&shop.alice, false).await;
    assert_eq!(shop.ask(&shop.alice, ORDER).await, r#"{"order":3}"#);
    shop.close().await;
}
