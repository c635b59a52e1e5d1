//! What people are shown of answers.

use panel_api::client::excerpt;

#[test]
fn an_excerpt_is_one_short_line() {
    assert_eq!(excerpt(b"<html>\r\n  <b>502</b>\t\x1b[31m x", "k3y"), "<html> <b>502</b> [31m x");
    assert_eq!(excerpt("é".repeat(2_000).as_bytes(), "k3y"), "é".repeat(500));
    assert_eq!(excerpt(b"\xff\xfe", "k3y"), "\u{fffd}\u{fffd}");
}

/// Servers in debug mode send back what they were sent.
#[test]
fn an_excerpt_never_shows_the_key() {
    for body in ["POST key=a%2Bb+c&action=add", r#"{"error":"unknown key a+b c"}"#] {
        let shown = excerpt(body.as_bytes(), "a+b c");
        assert!(
            shown.contains("[key]") && !shown.contains("a%2Bb") && !shown.contains("a+b c"),
            "{shown}"
        );
    }
}
