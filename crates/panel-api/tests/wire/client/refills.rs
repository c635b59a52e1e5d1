//! Answers to `refill`, `refill_status` and `cancel`.

use panel_api::client::{
    Answers, CancelTaken, Found, RefillTaken, RefillWord, Unclear, read_cancel, read_refill,
    read_refill_status,
};

use super::{asked, each, only};

fn taken(refill: Option<&str>) -> Found<RefillTaken> {
    Found::Known(RefillTaken { refill: refill.map(str::to_owned) })
}

fn error<T>(text: &str) -> Found<T> {
    Found::Error(text.to_owned())
}

#[test]
fn one_refill() {
    for (server, body, wanted) in [
        ("the dialect itself", r#"{"refill":"1"}"#, taken(Some("1"))),
        ("panels that write numbers", r#"{"refill":12345}"#, taken(Some("12345"))),
        ("panels with ids of their own", r#"{"refill":"ref_9"}"#, taken(Some("ref_9"))),
        (
            "scripts with a status",
            r#"{"refill":"12345","status":200,"message":"ok"}"#,
            taken(Some("12345")),
        ),
        ("scripts with a flag", r#"{"success":true,"refill":5}"#, taken(Some("5"))),
        ("scripts without an id", r#"{"status":"Success","message":"ok"}"#, taken(None)),
        ("scripts without an id", r#"{"refill":true}"#, taken(None)),
        ("panels that name the order", r#"{"order":12,"refill":5}"#, taken(Some("5"))),
        ("panels that answer with a list", r#"[{"order":12,"refill":5}]"#, taken(Some("5"))),
        ("panels that answer by id", r#"{"12":5}"#, taken(Some("5"))),
        ("panels that nest the error", r#"{"refill":{"error":"Too early"}}"#, error("Too early")),
        ("panels with a bare text", r#"{"refill":"Invalid Request"}"#, error("Invalid Request")),
        (
            "a failure with an id",
            r#"{"success":false,"refill":5}"#,
            Found::Unclear(Unclear::IdAndError),
        ),
        ("a failure without `error`", r#"{"status":"fail"}"#, Found::Unclear(Unclear::NoId)),
        ("nothing in its place", r#"{"refill":0}"#, Found::Unclear(Unclear::NoId)),
        ("nonsense in its place", r#"{"refill":[1]}"#, Found::Unclear(Unclear::OddId)),
        ("no such order", r#"{"error":"Order not found"}"#, error("Order not found")),
    ] {
        assert_eq!(only(read_refill(body.as_bytes(), &asked(&["12"]))), wanted, "{server}: {body}");
    }
    let refused =
        read_refill(br#"{"error":"Refill is disabled for this service"}"#, &asked(&["12"]));
    assert_eq!(refused, Answers::Refused("Refill is disabled for this service".to_owned()));
    assert_eq!(read_refill(b"<html>", &asked(&["12"])), Answers::Unclear(Unclear::NotJson));
}

#[test]
fn several_refills() {
    for (server, body) in [
        (
            "the dialect itself",
            r#"[{"order":1,"refill":7},{"order":2,"refill":8},{"order":3,"refill":{"error":"no"}}]"#,
        ),
        (
            "panels with flat errors",
            r#"[{"order":1,"refill":"7"},{"order":2,"refill":8},{"order":3,"error":"no"}]"#,
        ),
        (
            "panels with bare texts",
            r#"[{"order":1,"refill":"7"},{"order":2,"refill":8},{"order":3,"refill":"no"}]"#,
        ),
        ("panels that answer by id", r#"{"1":7,"2":{"refill":8},"3":{"error":"no"}}"#),
    ] {
        let found = each(read_refill(body.as_bytes(), &asked(&["1", "2", "3", "4"])));
        let wanted = [taken(Some("7")), taken(Some("8")), error("no"), Found::Absent];
        assert_eq!(found, wanted, "{server}");
    }
    let nobodys = read_refill(br#"{"status":"Success"}"#, &asked(&["1", "2"]));
    assert_eq!(nobodys, Answers::Unclear(Unclear::Shape));
}

#[test]
fn states_of_refills() {
    let word = |body: &str| match only(read_refill_status(body.as_bytes(), &asked(&["1"]))) {
        Found::Known(refill) => (refill.raw, refill.word),
        other => panic!("{body}: {other:?}"),
    };
    for (spelling, wanted) in [
        ("Pending", RefillWord::Pending),
        ("In progress", RefillWord::InProgress),
        ("in_progress", RefillWord::InProgress),
        ("Completed", RefillWord::Completed),
        ("COMPLETED", RefillWord::Completed),
        ("Rejected", RefillWord::Rejected),
        ("Error", RefillWord::Failed),
        ("Cancelled", RefillWord::Canceled),
    ] {
        for body in [
            format!(r#"{{"status":"{spelling}"}}"#),
            format!(r#"{{"1":"{spelling}"}}"#),
            format!(r#"{{"1":{{"status":"{spelling}"}}}}"#),
            format!(r#"[{{"refill":1,"status":"{spelling}"}}]"#),
        ] {
            assert_eq!(word(&body), (spelling.to_owned(), wanted), "{body}");
        }
    }
}

#[test]
fn refills_that_are_not_known() {
    let three = asked(&["1", "2", "3"]);
    let body =
        r#"[{"refill":1,"status":{"error":"Refill not found"}},{"refill":"2","status":"Lost"}]"#;
    let wanted = [error("Refill not found"), error("Lost"), Found::Absent];
    assert_eq!(each(read_refill_status(body.as_bytes(), &three)), wanted);
    for text in ["Refill not found", "Incorrect refill ID", "Refill Request Not found", "Not found"]
    {
        let body = format!(r#"{{"error":"{text}"}}"#);
        assert_eq!(only(read_refill_status(body.as_bytes(), &asked(&["1"]))), error(text));
        let whole = read_refill_status(body.as_bytes(), &three);
        assert_eq!(whole, Answers::Refused(text.to_owned()));
    }
    let odd = only(read_refill_status(br#"{"status":5}"#, &asked(&["1"])));
    assert_eq!(odd, Found::Unclear(Unclear::NoStatus));
}

#[test]
fn one_cancel() {
    for (server, body, wanted) in [
        ("the dialect itself", r#"[{"order":9,"cancel":1}]"#, Found::Known(CancelTaken)),
        ("the dialect itself", r#"[{"order":9,"cancel":{"error":"no"}}]"#, error("no")),
        ("servers for one order", r#"{"status":"success"}"#, Found::Known(CancelTaken)),
        (
            "servers for one order",
            r#"{"order":9,"cancel":1,"status":"success"}"#,
            Found::Known(CancelTaken),
        ),
        ("servers for one order", r#"{"cancel":4711}"#, Found::Known(CancelTaken)),
        (
            "servers for one order",
            r#"{"cancel":"4711","status":"Success"}"#,
            Found::Known(CancelTaken),
        ),
        ("servers for one order", r#"{"cancel":true}"#, Found::Known(CancelTaken)),
        ("servers for one order", r#"{"ok":true}"#, Found::Known(CancelTaken)),
        ("servers with a list", r#"{"canceled":[9]}"#, Found::Known(CancelTaken)),
        ("servers with a list", r#"{"canceled":["8"]}"#, Found::Absent),
        ("panels that answer by id", r#"{"9":"Canceled"}"#, Found::Known(CancelTaken)),
        ("panels that answer by id", r#"{"9":"Already completed"}"#, error("Already completed")),
        ("panels that answer by id", r#"{"9":{"cancel":1}}"#, Found::Known(CancelTaken)),
        (
            "panels with a bare text",
            r#"[{"order":9,"cancel":"Cannot cancel"}]"#,
            error("Cannot cancel"),
        ),
        ("a failure", r#"{"ok":false}"#, Found::Unclear(Unclear::Shape)),
        (
            "a failure with an id",
            r#"{"cancel":9,"status":"error"}"#,
            Found::Unclear(Unclear::Shape),
        ),
        ("nonsense", r#"{"cancel":0}"#, Found::Unclear(Unclear::Shape)),
        ("no such order", r#"{"error":"Incorrect order ID"}"#, error("Incorrect order ID")),
    ] {
        assert_eq!(only(read_cancel(body.as_bytes(), &asked(&["9"]))), wanted, "{server}: {body}");
    }
    let refused =
        read_cancel(br#"{"canceled":[9],"error":"Order cannot be cancelled"}"#, &asked(&["9"]));
    assert_eq!(refused, Answers::Refused("Order cannot be cancelled".to_owned()));
    assert_eq!(read_cancel(b"", &asked(&["9"])), Answers::Unclear(Unclear::Empty));
}

#[test]
fn several_cancels() {
    for body in [
        r#"[{"order":9,"cancel":{"error":"no"}},{"order":2,"cancel":1}]"#,
        r#"{"9":"no","2":"Canceled"}"#,
        r#"{"9":{"error":"no"},"2":1}"#,
    ] {
        let found = each(read_cancel(body.as_bytes(), &asked(&["2", "9", "3"])));
        assert_eq!(found, [Found::Known(CancelTaken), error("no"), Found::Absent], "{body}");
    }
    let nobodys = read_cancel(br#"{"status":"success"}"#, &asked(&["2", "9"]));
    assert_eq!(nobodys, Answers::Unclear(Unclear::Shape));
}
