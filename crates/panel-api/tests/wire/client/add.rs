//! Answers to a new order.

use panel_api::client::{AddAnswer, Said, Unclear, read_add};

fn accepted(body: &str) -> Option<String> {
    match read_add(body.as_bytes()) {
        AddAnswer::Accepted(accepted) => Some(accepted.id),
        _ => None,
    }
}

#[test]
fn an_id_is_found_wherever_upstreams_put_it() {
    for (server, body, id) in [
        ("the dialect itself", r#"{"order":23501}"#, "23501"),
        ("scripts that write every number as a text", r#"{"order":"23501"}"#, "23501"),
        ("scripts with a status beside it", r#"{"status":"success","order":151}"#, "151"),
        ("scripts that name it order_id", r#"{"order_id":"77"}"#, "77"),
        ("scripts that leave the dialect's name blank", r#"{"order":null,"order_id":77}"#, "77"),
        ("scripts that wrap it in data", r#"{"data":{"order_id":5}}"#, "5"),
        ("scripts that wrap it in data", r#"{"status":"success","data":{"order":"5"}}"#, "5"),
        ("panels with ids of their own", r#"{"order":"ref_4fA-9"}"#, "ref_4fA-9"),
        ("PHP that calculated with the id", r#"{"order":23501.0}"#, "23501"),
        ("servers with one structure for all answers", r#"{"order":5,"error":null}"#, "5"),
        ("servers with one structure for all answers", r#"{"error":"","order":5}"#, "5"),
        ("servers with one structure for all answers", r#"{"order":5,"error":false}"#, "5"),
        ("PHP files saved with a byte order mark", "\u{feff}{\"order\":5}\n", "5"),
        ("pretty printers", "\r\n{\n  \"order\" : 5\n}\r\n", "5"),
        ("servers with more to say", r#"{"order":5,"x":[{"order":6}],"order":5}"#, "5"),
    ] {
        assert_eq!(accepted(body).as_deref(), Some(id), "{server}: {body}");
    }
}

#[test]
fn a_charge_beside_the_id_is_read() {
    for (body, wanted) in [
        (r#"{"order":5,"charge":"0.27","currency":"USD"}"#, Some(270_000)),
        (r#"{"order":5,"charge":0.27}"#, Some(270_000)),
        (r#"{"data":{"order":5,"charge":1}}"#, Some(1_000_000)),
        (r#"{"order":5}"#, None),
    ] {
        let AddAnswer::Accepted(accepted) = read_add(body.as_bytes()) else { panic!("{body}") };
        assert_eq!(accepted.charge.value().map(|charge| charge.micros()), wanted, "{body}");
    }
    let AddAnswer::Accepted(accepted) = read_add(br#"{"order":5,"charge":"free"}"#) else {
        panic!()
    };
    assert_eq!(accepted.charge, Said::Nonsense("free".to_owned()));
}

#[test]
fn an_error_refuses() {
    for (server, body, text) in [
        ("the dialect itself", r#"{"error":"Bad link"}"#, "Bad link"),
        ("servers with one structure", r#"{"order":null,"error":"Bad link"}"#, "Bad link"),
        ("servers with one structure", r#"{"order":0,"error":"Bad link"}"#, "Bad link"),
        ("servers with codes beside it", r#"{"error":"Bad link","status":"104"}"#, "Bad link"),
        ("servers with a flag", r#"{"error":true,"message":"Bad link"}"#, "Bad link"),
        ("servers with a code", r#"{"error":7,"msg":"Bad link"}"#, "Bad link"),
        ("servers with an object", r#"{"error":{"code":7,"message":"Bad link"}}"#, "Bad link"),
        ("validators with a list", r#"{"error":["Bad link","Bad quantity"]}"#, "Bad link"),
        ("servers that say no more", r#"{"error":7}"#, "7"),
        ("servers that say no more", r#"{"error":{"code":7}}"#, r#"{"code":7}"#),
        (
            "scripts that cut texts by bytes",
            r#"{"error":"Bad link \ud83c"}"#,
            "Bad link \u{fffd}\u{fffd}\u{fffd}",
        ),
    ] {
        assert_eq!(
            read_add(body.as_bytes()),
            AddAnswer::Refused(text.to_owned()),
            "{server}: {body}"
        );
    }
}

/// None of these may be taken for a refusal, nor for an order.
#[test]
fn what_says_neither_is_unclear() {
    for (server, body, why) in [
        ("nothing at all", "", Unclear::Empty),
        ("blanks", " \r\n\t", Unclear::Empty),
        ("an error page", "<html><body>502 Bad Gateway</body></html>", Unclear::NotJson),
        ("a warning of PHP before the answer", "<br />Warning: x{\"order\":5}", Unclear::NotJson),
        ("half of an answer", r#"{"order":235"#, Unclear::NotJson),
        ("two answers", r#"{"order":5}{"order":6}"#, Unclear::NotJson),
        ("a bare text", "order placed", Unclear::NotJson),
        ("a text", r#""Bad link""#, Unclear::Shape),
        ("a number", "23501", Unclear::Shape),
        ("null", "null", Unclear::Shape),
        ("a list", r#"[{"order":5}]"#, Unclear::Shape),
        ("an empty object", "{}", Unclear::NoId),
        ("only a status", r#"{"status":"success"}"#, Unclear::NoId),
        ("a failure without `error`", r#"{"status":"fail","message":"x"}"#, Unclear::NoId),
        ("an error within data", r#"{"data":{"error":"Bad link"}}"#, Unclear::NoId),
        ("both", r#"{"order":5,"error":"Bad link"}"#, Unclear::IdAndError),
        ("both", r#"{"error":"Bad link","data":{"order":5}}"#, Unclear::IdAndError),
        ("both", r#"{"order":"yes","error":"Bad link"}"#, Unclear::IdAndError),
        ("an id and a failure", r#"{"status":"error","order":5}"#, Unclear::IdAndError),
        ("an id and a failure", r#"{"success":false,"order":5}"#, Unclear::IdAndError),
        ("no id", r#"{"order":0}"#, Unclear::NoId),
        ("no id", r#"{"order":null}"#, Unclear::NoId),
        ("no id", r#"{"order":""}"#, Unclear::NoId),
        ("an odd id", r#"{"order":-1}"#, Unclear::OddId),
        ("an odd id", r#"{"order":true}"#, Unclear::OddId),
        ("an odd id", r#"{"order":1.5}"#, Unclear::OddId),
        ("an odd id", r#"{"order":1e30}"#, Unclear::OddId),
        ("an odd id", r#"{"order":[5]}"#, Unclear::OddId),
        ("an odd id", r#"{"order":{"id":5}}"#, Unclear::OddId),
        ("an odd id", r#"{"order":"Order placed"}"#, Unclear::OddId),
        ("an odd id", r#"{"order":"1,2"}"#, Unclear::OddId),
        ("an odd id", r#"{"order":"success","order_id":5}"#, Unclear::OddId),
        ("an id with a sign that is not seen", r#"{"order":"12\u00003"}"#, Unclear::OddId),
        ("two ids", r#"{"order":5,"order":6}"#, Unclear::SaidTwice),
        ("two errors", r#"{"error":"","error":"Bad link"}"#, Unclear::SaidTwice),
    ] {
        assert_eq!(read_add(body.as_bytes()), AddAnswer::Unclear(why), "{server}: {body}");
    }
    assert_eq!(read_add(b"{\"order\":\"\xff1\"}"), AddAnswer::Unclear(Unclear::NotJson));
}

#[test]
fn depth_and_width_are_bounded() {
    let deep = format!(r#"{{"order":5,"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(accepted(&deep).as_deref(), Some("5"));
    let members: String = (0..1_000).map(|n| format!(r#","m{n}":1"#)).collect();
    let wide = format!(r#"{{"order":5{members}}}"#);
    assert_eq!(read_add(wide.as_bytes()), AddAnswer::Unclear(Unclear::TooLong));
}
