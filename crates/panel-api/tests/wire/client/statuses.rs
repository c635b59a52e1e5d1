//! Answers to `status` about several orders.

use panel_api::client::{Answers, Found, Unclear, UpstreamStatus, read_status};

use super::{asked, each, only};

/// The words of several answers, "error" and "absent" for those that have none.
fn words(answers: Answers<UpstreamStatus>) -> Vec<String> {
    let word = |found: Found<UpstreamStatus>| match found {
        Found::Known(status) => status.raw,
        Found::Error(text) => format!("error: {text}"),
        Found::Absent => "absent".to_owned(),
        Found::Unclear(why) => format!("unclear: {why}"),
    };
    each(answers).into_iter().map(word).collect()
}

#[test]
fn several_states_in_every_shape() {
    let three = asked(&["12", "34", "56"]);
    for (server, body, wanted) in [
        (
            "the dialect itself",
            r#"{"12":{"status":"Completed"},"34":{"error":"Incorrect order ID"},"56":{"status":"Partial"}}"#,
            ["Completed", "error: Incorrect order ID", "Partial"],
        ),
        (
            "panels that put a bare text there",
            r#"{"12":{"status":"Completed"},"34":"Incorrect order ID","56":{"error":"x","status":"104"}}"#,
            ["Completed", "error: Incorrect order ID", "error: x"],
        ),
        (
            "panels that leave out what they do not know",
            r#"{"56":{"status":"Completed"}}"#,
            ["absent", "absent", "Completed"],
        ),
        ("panels that know none of them", "{}", ["absent", "absent", "absent"]),
        ("panels that know none of them, in PHP", "[]", ["absent", "absent", "absent"]),
        (
            "panels that know none of them, but others",
            r#"{"7":{"status":"Completed"}}"#,
            ["absent", "absent", "absent"],
        ),
        (
            "panels that answer with a list",
            r#"[{"order":56,"status":"Partial"},{"order":"12","status":"Completed"}]"#,
            ["Completed", "absent", "Partial"],
        ),
        (
            "panels that nest an error in the status",
            r#"[{"order":12,"status":{"error":"Incorrect order ID"}},{"order":34,"error":"gone"}]"#,
            ["error: Incorrect order ID", "error: gone", "absent"],
        ),
        (
            "scripts that wrap it in data",
            r#"{"status":"success","data":{"12":{"status":"Completed"}}}"#,
            ["Completed", "absent", "absent"],
        ),
        (
            "scripts that wrap a list in data",
            r#"{"status":"success","data":[{"order":34,"status":"Completed"}]}"#,
            ["absent", "Completed", "absent"],
        ),
        (
            "a state beside the states",
            r#"{"status":"Completed","12":{"status":"Pending"}}"#,
            ["Pending", "absent", "absent"],
        ),
        (
            "PHP that writes an empty object as a list",
            r#"{"12":[],"34":null,"56":""}"#,
            ["absent", "absent", "absent"],
        ),
        (
            "nonsense for some",
            r#"{"12":5,"34":[1],"56":{"status":"Completed"}}"#,
            [
                "unclear: an answer of an unknown shape",
                "unclear: an answer of an unknown shape",
                "Completed",
            ],
        ),
        (
            "one order twice",
            r#"[{"order":12,"status":"Completed"},{"order":12,"status":"Canceled"},{"order":34,"status":"Pending"},{"order":34,"status":"Pending"}]"#,
            ["unclear: an answer that says one thing twice, differently", "Pending", "absent"],
        ),
        (
            "one order, named, of three",
            r#"{"order":34,"status":"Completed"}"#,
            ["absent", "Completed", "absent"],
        ),
    ] {
        assert_eq!(words(read_status(body.as_bytes(), &three)), wanted, "{server}: {body}");
    }
}

/// A state without an id belongs to none of several orders: clients that gave it to all of them have
/// cancelled whole batches.
#[test]
fn a_state_without_an_id_is_nobodys() {
    for body in [
        r#"{"status":"Canceled","charge":"0","remains":"100"}"#,
        r#"{"status":"success"}"#,
        r#"{"message":"Maintenance"}"#,
        r#"[{"status":"Canceled"},{"status":"Completed"}]"#,
        r#"{"data":{"status":"Canceled"}}"#,
    ] {
        let answers = read_status(body.as_bytes(), &asked(&["12", "34"]));
        assert_eq!(answers, Answers::Unclear(Unclear::Shape), "{body}");
    }
}

#[test]
fn errors_of_the_whole() {
    let refused = |text: &str| Answers::Refused(text.to_owned());
    for ids in [&["12"][..], &["12", "34"]] {
        let answer = |body: &str| read_status(body.as_bytes(), &asked(ids));
        assert_eq!(answer(r#"{"error":"Invalid API key"}"#), refused("Invalid API key"));
        assert_eq!(
            answer(r#"{"error":"Too many requests","status":429}"#),
            refused("Too many requests")
        );
        assert_eq!(answer(""), Answers::Unclear(Unclear::Empty));
        assert_eq!(answer("<html>"), Answers::Unclear(Unclear::NotJson));
        assert_eq!(answer(r#"{"12":{"status":"Compl"#), Answers::Unclear(Unclear::NotJson));
        assert_eq!(answer("5"), Answers::Unclear(Unclear::Shape));
    }
}

/// With one id the dialect says so without the id.
#[test]
fn no_such_order() {
    for text in [
        "Incorrect order ID",
        "incorrect order id.",
        "Invalid Order Id",
        "Order not found",
        "Incorrect order IDs",
    ] {
        let body = format!(r#"{{"error":"{text}"}}"#);
        let found = only(read_status(body.as_bytes(), &asked(&["12"])));
        assert_eq!(found, Found::Error(text.to_owned()));
        let two = read_status(body.as_bytes(), &asked(&["12", "34"]));
        assert_eq!(two, Answers::Refused(text.to_owned()));
    }
}
