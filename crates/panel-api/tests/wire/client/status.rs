//! Answers to `status`.

use panel_api::client::{Answers, Found, Said, Unclear, UpstreamStatus, UpstreamWord, read_status};

use super::{asked, only};

fn known(body: &str) -> UpstreamStatus {
    match only(read_status(body.as_bytes(), &asked(&["12"]))) {
        Found::Known(status) => status,
        other => panic!("{body}: {other:?}"),
    }
}

fn micros(charge: &Said<panel_api::client::Amount>) -> Option<i64> {
    charge.value().map(|charge| charge.micros())
}

#[test]
fn one_state_as_the_dialect_has_it() {
    let status = known(
        r#"{"charge":"0.27819","start_count":"3572","status":"Partial","remains":"157","currency":"USD"}"#,
    );
    assert_eq!((status.raw.as_str(), status.word), ("Partial", UpstreamWord::Partial));
    assert_eq!(micros(&status.charge), Some(278_190));
    assert_eq!(status.start_count, Said::Value(3572));
    assert_eq!(status.remains, Said::Value(157));
    assert_eq!(status.currency.as_deref(), Some("USD"));
    assert_eq!(
        (status.orders, status.runs, status.posts),
        (Said::Absent, Said::Absent, Said::Absent)
    );
}

#[test]
fn figures_as_upstreams_write_them() {
    for (server, body, charge, start, remains) in [
        (
            "panels that write numbers",
            r#"{"status":"Completed","charge":0.5,"start_count":10,"remains":0}"#,
            Some(500_000),
            Said::Value(10),
            Said::Value(0),
        ),
        (
            "scripts that name it start_counter",
            r#"{"status":"Completed","start_counter":"10","remains":"0"}"#,
            None,
            Said::Value(10),
            Said::Value(0),
        ),
        (
            "panels that deliver more",
            r#"{"status":"Completed","charge":"1","start_count":"0","remains":"-2"}"#,
            Some(1_000_000),
            Said::Value(0),
            Said::Value(-2),
        ),
        (
            "panels that write a sign",
            r#"{"status":"In progress","remains":"+3"}"#,
            None,
            Said::Absent,
            Said::Value(3),
        ),
        (
            "panels that do not know yet",
            r#"{"status":"Pending","charge":null,"start_count":"","remains":"Unknown"}"#,
            None,
            Said::Absent,
            Said::Absent,
        ),
        ("panels that leave it out", r#"{"status":"Pending"}"#, None, Said::Absent, Said::Absent),
        (
            "PHP that calculated",
            r#"{"status":"Partial","charge":0.27819000000000003,"start_count":3572.0,"remains":1.0e+3}"#,
            Some(278_190),
            Said::Value(3572),
            Said::Value(1000),
        ),
    ] {
        let status = known(body);
        assert_eq!(micros(&status.charge), charge, "{server}");
        assert_eq!((status.start_count, status.remains), (start, remains), "{server}");
    }
}

/// Nonsense is not the same as nothing: the caller must be able to doubt.
#[test]
fn nonsense_is_told_apart_from_silence() {
    let status = known(
        r#"{"status":"Completed","charge":"1,000.00","start_count":"private","remains":157.5,"runs":{},"posts":true,"orders":"all"}"#,
    );
    assert_eq!(status.charge, Said::Nonsense("1,000.00".to_owned()));
    assert_eq!(status.start_count, Said::Nonsense("private".to_owned()));
    assert_eq!(status.remains, Said::Nonsense("157.5".to_owned()));
    assert_eq!(status.runs, Said::Nonsense("{}".to_owned()));
    assert_eq!(status.posts, Said::Nonsense("true".to_owned()));
    assert_eq!(status.orders, Said::Nonsense("all".to_owned()));
    let status = known(&format!(r#"{{"status":"Completed","remains":"{}"}}"#, "x".repeat(500)));
    assert_eq!(status.remains, Said::Nonsense("x".repeat(64)));
}

#[test]
fn states_of_drip_feeds_and_subscriptions() {
    let drip = known(r#"{"status":"In Progress","runs":3,"orders":[11,"12"]}"#);
    assert_eq!((drip.word, drip.runs), (UpstreamWord::InProgress, Said::Value(3)));
    assert_eq!(drip.orders, Said::Value(asked(&["11", "12"])));
    let subscription = known(r#"{"status":"Active","expiry":false,"posts":5,"orders":[]}"#);
    assert_eq!((subscription.word, subscription.posts), (UpstreamWord::Active, Said::Value(5)));
    assert_eq!(subscription.orders, Said::Value(Vec::new()));
    let odd = known(r#"{"status":"Active","posts":5,"orders":[11,"none"]}"#);
    assert!(matches!(odd.orders, Said::Nonsense(_)));
}

#[test]
fn words_as_upstreams_spell_them() {
    use UpstreamWord as W;
    for (word, spellings) in [
        (W::Pending, &["Pending", "PENDING", " pending ", "Awaiting", "0"][..]),
        (W::Processing, &["Processing", "processing", "1"]),
        (
            W::InProgress,
            &["In progress", "In Progress", "in_progress", "in-progress", "Inprogress"],
        ),
        (W::Completed, &["Completed", "completed", "COMPLETED", "2"]),
        (W::Partial, &["Partial", "partial", "3"]),
        (W::Canceled, &["Canceled", "Cancelled", "CANCELLED", "canelled", "4"]),
        (W::Refunded, &["Refunded", "refunded", "5"]),
        (W::Failed, &["Error", "Fail", "failed", "Rejected"]),
        (W::Active, &["Active"]),
        (W::Paused, &["Paused"]),
        (W::Expired, &["Expired"]),
        (W::Unknown, &["Success", "Complete", "Partially", "Done", "6", "-1", "2.5", "完成"]),
    ] {
        for spelling in spellings {
            assert_eq!(UpstreamWord::parse(spelling), word, "{spelling}");
            let status = known(&format!(r#"{{"status":"{spelling}","charge":"1"}}"#));
            assert_eq!((status.word, status.raw.as_str()), (word, spelling.trim()));
        }
    }
    assert_eq!(known(r#"{"status":4,"remains":0}"#).word, W::Canceled);
}

/// "error" and "success" alone say how the call went, and not how the order goes.
#[test]
fn how_the_call_went_is_no_state() {
    for status in [
        r#""error""#,
        r#""Fail""#,
        r#""success""#,
        r#""ok""#,
        "200",
        "1",
        r#""4""#,
        "null",
        "true",
        "[]",
        "{}",
    ] {
        let body = format!(r#"{{"status":{status},"message":"Server is busy"}}"#);
        let found = only(read_status(body.as_bytes(), &asked(&["12"])));
        assert_eq!(found, Found::Unclear(Unclear::NoStatus), "{body}");
    }
    let found = only(read_status(br#"{"charge":"1","remains":"0"}"#, &asked(&["12"])));
    assert_eq!(found, Found::Unclear(Unclear::NoStatus));
}

#[test]
fn one_order_in_the_shapes_of_many() {
    for body in [
        r#"{"12":{"status":"Completed"}}"#,
        r#"{"order":12,"status":"Completed"}"#,
        r#"{"order":"12","status":"Completed"}"#,
        r#"[{"order":12,"status":"Completed"}]"#,
        r#"[{"status":"Completed"}]"#,
        r#"{"data":{"status":"Completed"}}"#,
        r#"{"error":null,"status":"Completed"}"#,
    ] {
        assert_eq!(known(body).word, UpstreamWord::Completed, "{body}");
    }
    let other = read_status(br#"{"order":13,"status":"Completed"}"#, &asked(&["12"]));
    assert_eq!(other, Answers::Unclear(Unclear::OtherOrder));
}
