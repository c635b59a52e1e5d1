//! Replies about many things, byte by byte.

use panel_api::reply::{self, OrderRow, ServiceRow, Status, StatusExtra};
use panel_api::words::errors;

use crate::replies::{status, written};
use crate::{id, ids};

fn row() -> ServiceRow<'static, &'static str> {
    ServiceRow {
        service: 1,
        name: "Views \"fast\" <b>",
        kind: "Default",
        category: "A/B 🎉",
        rate: "2.5",
        min: 200,
        max: 10_000,
        refill: true,
        cancel: false,
        dripfeed: true,
        desc: None,
    }
}

#[test]
fn services() {
    let one = r#"{"service":1,"name":"Views \"fast\" <b>","type":"Default","category":"A/B 🎉","rate":"2.5","min":"200","max":"10000","refill":true,"cancel":false,"dripfeed":true}"#;
    let two = r#"{"service":2,"name":"","type":"Default","category":"A/B 🎉","rate":"2.5","min":"200","max":"10000","refill":false,"cancel":true,"dripfeed":false,"desc":"line\nline"}"#;
    let second = ServiceRow {
        service: 2,
        name: "",
        refill: false,
        cancel: true,
        dripfeed: false,
        desc: Some("line\nline"),
        ..row()
    };
    assert_eq!(written(|out| reply::services(out, [row(), second])), format!("[{one},{two}]"));
    assert_eq!(written(|out| reply::services(out, [row()])), format!("[{one}]"));
    assert_eq!(written(|out| reply::services::<&str>(out, [])), "[]");
}

#[test]
fn statuses_by_asked_text() {
    let asked = ids(&["789", "12", "0x\"", "007"]);
    let state = r#"{"charge":"0.27819","start_count":"3572","status":"Partial","remains":"157","currency":"USD"}"#;
    let rows = asked.iter().map(|id| {
        (id, (id.asked != "12" && id.number.is_some()).then(|| status(StatusExtra::None)))
    });
    assert_eq!(
        written(|out| reply::status_many(out, rows)),
        format!(
            r#"{{"789":{state},"12":{{"error":"Incorrect order ID"}},"0x\"":{{"error":"Incorrect order ID"}},"007":{state}}}"#
        )
    );
    let none: [(_, Option<Status<'_, i64>>); 0] = [];
    assert_eq!(written(|out| reply::status_many(out, none)), "{}");
}

#[test]
fn refills() {
    let (one, three, bad) = (id("1"), id("3"), id("x\"y"));
    let rows = [
        (&one, Ok(11)),
        (&three, Err(errors::INCORRECT_ORDER_ID)),
        (&bad, Err(errors::INCORRECT_ORDER_ID)),
    ];
    assert_eq!(
        written(|out| reply::refill_many(out, rows)),
        concat!(
            r#"[{"order":1,"refill":11},{"order":3,"refill":{"error":"Incorrect order ID"}},"#,
            r#"{"order":"x\"y","refill":{"error":"Incorrect order ID"}}]"#
        )
    );
    assert_eq!(written(|out| reply::refill_many(out, [])), "[]");
}

#[test]
fn refill_statuses() {
    let (one, three, bad) = (id("1"), id("3"), id("-1"));
    let rows = [(&one, Some("Completed")), (&three, None), (&bad, None)];
    assert_eq!(
        written(|out| reply::refill_status_many(out, rows)),
        concat!(
            r#"[{"refill":1,"status":"Completed"},{"refill":3,"status":{"error":"Incorrect refill ID"}},"#,
            r#"{"refill":"-1","status":{"error":"Incorrect refill ID"}}]"#
        )
    );
}

#[test]
fn cancels() {
    let (nine, two, bad) = (id("9"), id("2"), id("x"));
    let rows = [
        (&nine, Err(errors::INCORRECT_ORDER_ID)),
        (&two, Ok(())),
        (&bad, Err(errors::CANNOT_CANCEL)),
    ];
    assert_eq!(
        written(|out| reply::cancel_many(out, rows)),
        concat!(
            r#"[{"order":9,"cancel":{"error":"Incorrect order ID"}},{"order":2,"cancel":1},"#,
            r#"{"order":"x","cancel":{"error":"Order cannot be cancelled"}}]"#
        )
    );
}

#[test]
fn recent_orders() {
    let row = OrderRow {
        order: 5,
        service: 1,
        link: "https://example.com/a?b=\"c\"",
        quantity: 100,
        status: "In progress",
        charge: "0.25",
        date: "2026-01-31 12:00:00",
    };
    let wanted = r#"{"order":5,"service":1,"link":"https://example.com/a?b=\"c\"","quantity":100,"status":"In progress","charge":"0.25","date":"2026-01-31 12:00:00"}"#;
    assert_eq!(written(|out| reply::orders(out, [row, row])), format!("[{wanted},{wanted}]"));
    assert_eq!(written(|out| reply::orders::<&str>(out, [])), "[]");
}
