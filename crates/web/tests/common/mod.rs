//! A counter with a few accounts and one service of every kind, and the web in front of it, on a
//! database that goes when the test ends. Its clock stands still until the test moves it.

mod seed;
mod shop;

pub(crate) use shop::{FORM, Reply, Setup, Shop, worker};

/// What the counter says in place of an answer.
pub(crate) fn error(text: &str) -> String {
    format!(r#"{{"error":"{text}"}}"#)
}

/// Text as it stands in a form.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
