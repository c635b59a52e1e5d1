//! Replies about one thing, byte by byte.

use panel_api::reply::{self, Status, StatusExtra};
use panel_api::words::errors;

/// What a writer appends to a buffer that already holds something.
pub(crate) fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = b"before".to_vec();
    write(&mut out);
    String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned()
}

pub(crate) fn status(extra: StatusExtra<'_>) -> Status<'_, &'static str> {
    Status {
        charge: "0.27819",
        start_count: 3572,
        status: "Partial",
        remains: 157,
        currency: "USD",
        extra,
    }
}

#[test]
fn errors_stand_alone_and_are_escaped() {
    for (text, wanted) in [
        (errors::BAD_LINK, r#"{"error":"Bad link"}"#),
        ("", r#"{"error":""}"#),
        ("a \"b\" \\ c/d\n\u{1}é🎉", r#"{"error":"a \"b\" \\ c/d\n\u0001é🎉"}"#),
    ] {
        assert_eq!(written(|out| reply::error(out, text)), wanted);
    }
}

#[test]
fn single_values() {
    let id = 2_147_483_647;
    assert_eq!(written(|out| reply::added(out, 23_501)), r#"{"order":23501}"#);
    assert_eq!(written(|out| reply::added(out, id)), r#"{"order":2147483647}"#);
    assert_eq!(
        written(|out| reply::balance(out, "100.84292", "USD")),
        r#"{"balance":"100.84292","currency":"USD"}"#
    );
    assert_eq!(
        written(|out| reply::balance(out, -5, "EUR")),
        r#"{"balance":"-5","currency":"EUR"}"#
    );
    assert_eq!(
        written(|out| reply::balance(out, "1\"", "\"")),
        r#"{"balance":"1\"","currency":"\""}"#
    );
    assert_eq!(written(|out| reply::refill_one(out, 1)), r#"{"refill":"1"}"#);
    assert_eq!(
        written(|out| reply::refill_status_one(out, "In progress")),
        r#"{"status":"In progress"}"#
    );
    assert_eq!(
        written(|out| reply::cancel_one(out, 9)),
        r#"{"order":9,"cancel":1,"status":"success"}"#
    );
}

#[test]
fn the_state_of_an_order() {
    let common = r#""charge":"0.27819","start_count":"3572","status":"Partial","remains":"157","currency":"USD""#;
    let one = |extra| written(|out| reply::status_one(out, &status(extra)));
    assert_eq!(one(StatusExtra::None), format!("{{{common}}}"));
    assert_eq!(
        one(StatusExtra::Drip { runs: 2, orders: &[11, 12] }),
        format!(r#"{{{common},"runs":2,"orders":[11,12]}}"#)
    );
    assert_eq!(
        one(StatusExtra::Drip { runs: 0, orders: &[] }),
        format!(r#"{{{common},"runs":0,"orders":[]}}"#)
    );
    assert_eq!(
        one(StatusExtra::Subscription { posts: 3, expiry: false, orders: &[7] }),
        format!(r#"{{{common},"expiry":false,"posts":3,"orders":[7]}}"#)
    );
    let over = Status { remains: -2, start_count: 0, charge: 0, ..status2() };
    assert_eq!(
        written(|out| reply::status_one(out, &over)),
        r#"{"charge":"0","start_count":"0","status":"Completed","remains":"-2","currency":"EUR"}"#
    );
}

fn status2() -> Status<'static, i64> {
    Status {
        charge: 1,
        start_count: 1,
        status: "Completed",
        remains: 1,
        currency: "EUR",
        extra: StatusExtra::None,
    }
}
