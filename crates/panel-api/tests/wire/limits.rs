//! Every bound, at it and one past it.

use panel_api::request::{Ids, Request};
use panel_api::{Fault, limits};

use crate::{INCORRECT_REQUEST, add, add_json, ask, form, id, json};

#[test]
fn texts() {
    for (name, most, fault) in [
        ("link", limits::URL_CHARS, "Bad link"),
        ("username", limits::URL_CHARS, "Incorrect username"),
        ("media", limits::URL_CHARS, "Incorrect media"),
        ("referring_url", limits::URL_CHARS, "Incorrect referring_url"),
        ("hashtag", limits::TEXT_CHARS, "Incorrect hashtag"),
        ("country", limits::TEXT_CHARS, "Incorrect country"),
        ("google_keyword", limits::TEXT_CHARS, "Incorrect google_keyword"),
        ("expiry", limits::TEXT_CHARS, "Incorrect expiry"),
    ] {
        // Characters count, not bytes, and blanks around do not.
        for sign in ["a", "日"] {
            let longest = sign.repeat(most);
            assert!(add(format!("{name}=+{longest}+")).is_ok(), "{name}");
            assert_eq!(add(format!("{name}={longest}{sign}")), Err(Fault(fault)), "{name}");
        }
    }
    let longest = "a".repeat(limits::URL_CHARS);
    assert_eq!(add(format!("link={longest}")).unwrap().link, Some(longest));
}

/// The rules count bytes, and refuse with their own answer: whatever they would still take must
/// come through to them.
#[test]
fn no_text_is_refused_that_the_rules_would_take() {
    for (most, names) in [
        (500, &["hashtag", "country", "google_keyword", "expiry"][..]),
        (2_000, &["link", "username", "media", "referring_url"]),
        (5_000, &["comments", "usernames", "hashtags", "keywords", "groups", "list", "search"]),
    ] {
        for name in names {
            assert!(add(format!("{name}={}", "a".repeat(most))).is_ok(), "{name}");
        }
    }
}

#[test]
fn what_a_product_requires() {
    let longest = "a".repeat(limits::REQUIRE_CHARS);
    let request = |require: &str| ask(format!("action=add_product_order&require={require}"));
    assert!(matches!(request(&longest), Ok(Request::AddProductOrder(_))));
    assert_eq!(request(&format!("{longest}a")), Err(Fault("Incorrect require")));
}

#[test]
fn lists() {
    for name in
        ["comments", "usernames", "hashtags", "keywords", "groups", "list", "suggest", "search"]
    {
        let fault = || Err(Fault(&*format!("Incorrect {name}").leak()));
        let most = "a%0A".repeat(limits::LIST_LINES);
        assert!(add(format!("{name}={most}%0A%0A")).is_ok(), "{name}");
        assert_eq!(add(format!("{name}={most}a")), fault(), "{name}");
        let line = "é".repeat(limits::LINE_CHARS);
        assert!(add(format!("{name}=a%0A{line}")).is_ok(), "{name}");
        assert_eq!(add(format!("{name}=a%0A{line}é")), fault(), "{name}");
        assert_eq!(add(format!("{name}[]=a&{name}[]={line}é")), fault(), "{name}");
    }
    assert_eq!(add("comments=a").unwrap().comments.len(), 1);
}

#[test]
fn arrays() {
    let most = vec![r#""a""#; limits::LIST_LINES].join(",");
    let comments = |array: &str| add_json(&format!(r#""comments":[{array}]"#));
    assert_eq!(comments(&most).unwrap().comments.len(), limits::LIST_LINES);
    let fault = Err(Fault("Incorrect comments"));
    assert_eq!(comments(&format!("{most},1")), fault);
    assert_eq!(comments(&format!("{most},1,1,1")), fault);
    assert_eq!(comments(&format!(r#"{most},"a\nb""#)), fault);
    // Blank elements count: what stands after them must not be dropped silently.
    let blanks = vec![r#""""#; limits::LIST_LINES - 1].join(",");
    assert_eq!(comments(&format!(r#"{blanks},"a""#)).unwrap().comments, ["a"]);
    assert_eq!(comments(&format!(r#"{blanks},"a","b""#)), fault);
}

/// Blank elements count, however they come.
#[test]
fn elements_without_an_id() {
    let too_many = Err(Fault("Maximum 100 orders"));
    let blanks = vec![r#""""#; limits::LIST_LINES - 1].join(",");
    let status = |members: &str| {
        json(format!(r#"{{"key":"k","action":"status",{members}}}"#)).unwrap().request
    };
    let one = Ok(Request::Status(Ids::Many(vec![id("7")])));
    assert_eq!(status(&format!(r#""orders":[{blanks},7]"#)), one);
    assert_eq!(status(&format!(r#""orders":[{blanks},"",7]"#)), too_many);
    assert_eq!(status(&format!(r#""orders[]":[{blanks}],"orders[0]":7"#)), one);
    assert_eq!(status(&format!(r#""orders[]":[{blanks}],"orders[0]":"","orders[1]":7"#)), too_many);
}

/// An array in one place of a list means nothing; read one by one, a thousand of them cost too
/// much.
#[test]
fn arrays_in_places() {
    let ones = vec!["1"; 520].join(",");
    let members: String = (0..998).map(|n| format!(r#","orders[{n}]":[{ones}]"#)).collect();
    let body = format!(r#"{{"key":"k","action":"status"{members}}}"#);
    assert!(body.len() > 1 << 20);
    assert_eq!(json(body).unwrap().request, Err(INCORRECT_REQUEST));
    assert_eq!(add_json(r#""comments[0]":["a"]"#), Err(INCORRECT_REQUEST));
    assert_eq!(add_json(r#""comments[]":["a"]"#).unwrap().comments, ["a"]);
}

#[test]
fn keys() {
    let longest = "k".repeat(limits::KEY_CHARS);
    assert_eq!(form(format!("key={longest}&action=balance")).unwrap().key, longest);
    let longer = form(format!("key={longest}k&action=balance"));
    assert_eq!(longer, Err(Fault("Invalid API key")));
}
