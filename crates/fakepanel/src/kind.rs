//! The dialect's service types: what an order of each must carry, and how it is counted.

use crate::form::Form;

/// Names of the types, as the dialect spells them.
pub(crate) const NAMES: [&str; 20] = [
    "Default",
    "Package",
    "SEO",
    "Custom Comments",
    "Custom Comments Package",
    "Mentions",
    "Mentions with Hashtags",
    "Mentions Custom List",
    "Mentions Hashtag",
    "Mentions User Followers",
    "Mentions Media Likers",
    "Comment Likes",
    "Comment Replies",
    "Poll",
    "Invites from Groups",
    "Subscriptions",
    "Web Traffic",
    "List",
    "Suggest",
    "Search",
];

/// Largest number that a form may carry: far from what a sum can hold, and more than is ever sold.
const MOST: i64 = 1_000_000_000;

/// Whether an order costs the rate as it is, and not by the thousand.
pub(crate) fn is_flat(kind: &str) -> bool {
    matches!(kind, "Package" | "Custom Comments Package")
}

/// Parameters that must be there, apart from the link and the quantity.
fn needed(kind: &str) -> &'static [&'static str] {
    match kind {
        "SEO" => &["keywords"],
        "Custom Comments" | "Custom Comments Package" => &["comments"],
        "Mentions" | "Mentions Custom List" => &["usernames"],
        "Mentions with Hashtags" => &["usernames", "hashtags"],
        "Mentions Hashtag" => &["hashtag"],
        "Mentions User Followers" | "Comment Likes" => &["username"],
        "Mentions Media Likers" => &["media"],
        "Comment Replies" => &["username", "comments"],
        "Poll" => &["answer_number"],
        "Invites from Groups" => &["groups"],
        "Subscriptions" => &["username", "min", "max"],
        "Web Traffic" => &["country"],
        "List" => &["list"],
        "Suggest" => &["suggest"],
        "Search" => &["search"],
        _ => &[],
    }
}

/// What an order of this type is about: its link, or the user whose posts are subscribed.
pub(crate) fn link<'a>(kind: &str, form: &'a Form) -> Result<&'a str, String> {
    let field = if kind == "Subscriptions" { "username" } else { "link" };
    form.get(field).ok_or_else(|| match field {
        "link" => "Bad link".to_owned(),
        field => format!("Incorrect {field}"),
    })
}

/// How many units an order of this type is, all runs together.
///
/// # Errors
/// The words for a parameter that is missing or senseless.
pub(crate) fn quantity(kind: &str, dripfeed: bool, form: &Form) -> Result<i64, String> {
    for field in needed(kind) {
        if form.get(field).is_none() {
            return Err(format!("Incorrect {field}"));
        }
    }
    match kind {
        _ if is_flat(kind) => Ok(1),
        "Custom Comments" | "Comment Replies" => Ok(lines(form, "comments")),
        "Mentions Custom List" => Ok(lines(form, "usernames")),
        // Ahead, for the most that can come.
        "Subscriptions" => product(number(form, "max")?, optional(form, "posts")?.max(1), "posts"),
        "Default" | "Web Traffic" if dripfeed => {
            product(number(form, "quantity")?, optional(form, "runs")?.max(1), "runs")
        }
        _ => number(form, "quantity"),
    }
}

/// What the parts of such an order are called, and how many units each has at most; nothing where there
/// are none.
pub(crate) fn divided(kind: &str, dripfeed: bool, form: &Form) -> Option<(&'static str, i64)> {
    match kind {
        "Subscriptions" => Some(("posts", number(form, "max").ok()?)),
        "Default" | "Web Traffic" if dripfeed && optional(form, "runs").is_ok_and(|n| n > 1) => {
            Some(("runs", number(form, "quantity").ok()?))
        }
        _ => None,
    }
}

fn lines(form: &Form, field: &str) -> i64 {
    let text = form.get(field).unwrap_or_default();
    let count = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).count();
    i64::try_from(count).unwrap_or(MOST)
}

fn number(form: &Form, field: &str) -> Result<i64, String> {
    let number = form.get(field).and_then(|text| text.parse().ok());
    number.filter(|n| (0..=MOST).contains(n)).ok_or_else(|| format!("Incorrect {field}"))
}

/// A number that may be left out, also by those who write `undefined` for it.
fn optional(form: &Form, field: &str) -> Result<i64, String> {
    match form.get(field) {
        None | Some("undefined" | "null") => Ok(0),
        Some(_) => number(form, field),
    }
}

fn product(each: i64, times: i64, field: &str) -> Result<i64, String> {
    let product = each.checked_mul(times).filter(|product| *product <= MOST);
    product.ok_or_else(|| format!("Incorrect {field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(kind: &str, fields: &[(&str, &str)]) -> Result<i64, String> {
        quantity(kind, true, &Form::of(fields))
    }

    #[test]
    fn each_type_is_counted_in_its_way() {
        let q = ("quantity", "100");
        assert_eq!(counted("Default", &[q]), Ok(100));
        assert_eq!(counted("Default", &[q, ("runs", "3")]), Ok(300));
        assert_eq!(counted("Default", &[q, ("runs", "undefined")]), Ok(100));
        assert_eq!(quantity("Default", false, &Form::of(&[q, ("runs", "3")])), Ok(100));
        assert_eq!(counted("Package", &[("quantity", "undefined")]), Ok(1));
        let comments = ("comments", "a\r\nb\n\n c \r");
        assert_eq!(counted("Custom Comments", &[comments, q]), Ok(3));
        assert_eq!(counted("Custom Comments Package", &[comments]), Ok(1));
        assert_eq!(counted("Mentions Custom List", &[("usernames", "a\nb")]), Ok(2));
        assert_eq!(counted("Poll", &[q, ("answer_number", "2")]), Ok(100));
        let subscription = [("username", "u"), ("min", "10"), ("max", "20"), ("posts", "5")];
        assert_eq!(counted("Subscriptions", &subscription), Ok(100));
        assert_eq!(counted("Subscriptions", &subscription[..3]), Ok(20));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (kind, fields, missing) in [
            ("Default", &[][..], "quantity"),
            ("Default", &[("quantity", "-1")], "quantity"),
            ("Default", &[("quantity", "5000000000")], "quantity"),
            ("Default", &[("quantity", "1000000"), ("runs", "1001")], "runs"),
            ("Custom Comments", &[("quantity", "5")], "comments"),
            ("Mentions with Hashtags", &[("quantity", "5"), ("usernames", "a")], "hashtags"),
            ("Subscriptions", &[("username", "u"), ("min", "1")], "max"),
        ] {
            assert_eq!(counted(kind, fields), Err(format!("Incorrect {missing}")), "{kind}");
        }
        let none = Form::of(&[]);
        assert_eq!(link("Default", &none), Err("Bad link".to_owned()));
        assert_eq!(link("Subscriptions", &none), Err("Incorrect username".to_owned()));
    }
}
