//! Answers to `orders`.

use panel_api::client::{OrdersAnswer, UpstreamWord, read_orders};

#[test]
fn recent_orders() {
    let rows = r#"[{"order":"5","service":1,"link":"https://a.example","quantity":"100",
        "status":"in_progress","charge":0.25,"date":"2026-01-31"},{"id":6},{"link":"no id"},7]"#;
    for body in [rows.to_owned(), format!(r#"{{"status":"success","data":{rows}}}"#)] {
        let OrdersAnswer::List(orders) = read_orders(body.as_bytes()) else { panic!("{body}") };
        let ids: Vec<&str> = orders.iter().map(|order| order.order.as_str()).collect();
        assert_eq!(ids, ["5", "6"]);
        assert_eq!(orders[0].service.as_deref(), Some("1"));
        assert_eq!(orders[0].link.as_deref(), Some("https://a.example"));
        assert_eq!(orders[0].quantity.value(), Some(&100));
        assert_eq!(orders[0].word, UpstreamWord::InProgress);
        assert_eq!(orders[0].charge.value().map(|charge| charge.micros()), Some(250_000));
        assert_eq!(orders[1].word, UpstreamWord::Unknown);
    }
    assert_eq!(read_orders(b"[]"), OrdersAnswer::List(Vec::new()));
}

/// Most upstreams do not know the action.
#[test]
fn refusals() {
    let refused = OrdersAnswer::Refused("Incorrect action".to_owned());
    assert_eq!(read_orders(br#"{"error":"Incorrect action"}"#), refused);
    for body in ["", "<html>", "{}", r#"{"data":5}"#, "5"] {
        assert!(matches!(read_orders(body.as_bytes()), OrdersAnswer::Unclear(_)), "{body}");
    }
}
