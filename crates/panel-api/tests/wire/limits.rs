//! Every bound, at it and one past it.

use panel_api::request::Request;
use panel_api::{Fault, limits};

use crate::{add, add_json, ask, form};

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

#[test]
fn keys() {
    let longest = "k".repeat(limits::KEY_CHARS);
    assert_eq!(form(format!("key={longest}&action=balance")).unwrap().key, longest);
    let longer = form(format!("key={longest}k&action=balance"));
    assert_eq!(longer, Err(Fault("Invalid API key")));
}
