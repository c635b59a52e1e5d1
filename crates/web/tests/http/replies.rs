//! The exact bytes and headers of every answer.

use crate::common::Shop;
use counter::orders::Report;

#[tokio::test]
async fn every_answer_to_the_byte() {
    let shop = Shop::open().await;
    let add = "action=add&service=1&link=https://example.com/%3Fa=1%26b=%22%C3%BC%22&quantity=100";
    let second = "action=add&service=24&link=https://example.com/2&quantity=10";
    let listed = |status: &str, charge: &str| {
        format!(
            r#"{{"order":1,"service":1,"link":"https://example.com/?a=1&b=\"ü\"","quantity":100,"status":"{status}","charge":"{charge}","date":"2026-03-02 08:33:09"}}"#
        )
    };
    for (form, wanted) in [
        ("action=balance", r#"{"balance":"1000","currency":"USD"}"#),
        ("action=orders", "[]"),
        (add, r#"{"order":1}"#),
        ("action=balance", r#"{"balance":"999.91","currency":"USD"}"#),
        (
            "action=status&order=1",
            r#"{"charge":"0.09","start_count":"0","status":"Pending","remains":"100","currency":"USD"}"#,
        ),
        ("action=orders&limit=1", &format!("[{}]", listed("Pending", "0.09"))),
        ("action=cancel&order=1", r#"{"order":1,"cancel":1,"status":"success"}"#),
        (
            "action=status&orders=1",
            r#"{"1":{"charge":"0","start_count":"0","status":"Canceled","remains":"100","currency":"USD"}}"#,
        ),
        ("action=orders", &format!("[{}]", listed("Canceled", "0"))),
        (second, r#"{"order":2}"#),
        (
            "action=cancel&orders=2,1",
            concat!(
                r#"[{"order":2,"cancel":1},"#,
                r#"{"order":1,"cancel":{"error":"Order cannot be cancelled"}}]"#
            ),
        ),
        ("action=products", "[]"),
    ] {
        let reply = shop.post(format!("key={}&{form}", shop.alice.key)).await;
        assert_eq!(reply.dialect(), wanted, "{form}");
        let mut names: Vec<&str> = reply.headers.keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        let lists = ["cache-control", "content-length", "content-type", "etag", "vary"];
        let expected = if form == "action=products" { &lists[..] } else { &lists[..3] };
        assert_eq!(names, expected, "{form}");
        assert_eq!(reply.header("content-length"), wanted.len().to_string(), "{form}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_order_through_its_life() {
    let shop = Shop::open().await;
    let order = shop.place("service=1&link=https://example.com&quantity=1000").await;
    let steps = [
        (Report::Accepted, "0.9", "0", "Processing", "1000"),
        (
            Report::Progress { start_count: Some(3_572), remains: None },
            "0.9",
            "3572",
            "In progress",
            "1000",
        ),
        (
            Report::Progress { start_count: None, remains: Some(157) },
            "0.9",
            "3572",
            "In progress",
            "157",
        ),
        // 843 of 1000 delivered.
        (Report::Partial { remains: 157 }, "0.7587", "3572", "Partial", "157"),
        // Corrected afterwards, in the customer's favour.
        (Report::Partial { remains: 500 }, "0.45", "3572", "Partial", "500"),
        (Report::Canceled, "0", "3572", "Canceled", "1000"),
    ];
    for (report, charge, start_count, status, remains) in steps {
        shop.report(order, report).await;
        let wanted = format!(
            r#"{{"charge":"{charge}","start_count":"{start_count}","status":"{status}","remains":"{remains}","currency":"USD"}}"#
        );
        let form = format!("action=status&order={order}");
        assert_eq!(shop.ask(&shop.alice, &form).await, wanted, "{report:?}");
    }
    assert_eq!(shop.money(&shop.alice).await, (String::from("1000"), String::from("0")));
    shop.close().await;
}

#[tokio::test]
async fn the_latest_orders_come_first() {
    let shop = Shop::open().await;
    for number in 1..=105 {
        shop.wait(60);
        let form = format!("service=24&link=https://example.com/{number}&quantity=10");
        assert_eq!(shop.place(&form).await, number);
    }
    assert_eq!(
        shop.ask(&shop.bob, "action=add&service=24&link=b&quantity=10").await,
        r#"{"order":106}"#
    );
    let numbers = async |form: &str| -> Vec<i64> {
        let reply = shop.ask(&shop.alice, form).await;
        let rows: Vec<serde_json::Value> = serde_json::from_str(&reply).unwrap();
        rows.iter().map(|row| row["order"].as_i64().unwrap()).collect()
    };
    for limit in ["", "&limit=", "&limit=100", "&limit=101", "&limit=99999999999999999999"] {
        let listed = numbers(&format!("action=orders{limit}")).await;
        assert!(listed.into_iter().eq((6..=105).rev()), "{limit}");
    }
    assert_eq!(numbers("action=orders&limit=many").await.len(), 100);
    assert_eq!(numbers("action=orders&limit=3").await, [105, 104, 103]);
    for limit in ["1", "0", "-5", "-99999999999999999999"] {
        assert_eq!(numbers(&format!("action=orders&limit={limit}")).await, [105], "{limit}");
    }
    let row = shop.ask(&shop.alice, "action=orders&limit=1").await;
    assert!(row.contains(r#""date":"2026-03-02 10:18:09""#), "{row}");
    shop.close().await;
}
