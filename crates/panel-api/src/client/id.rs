//! Ids that upstreams give.

use super::amount;
use super::json::Json;
use crate::{limits, text};

/// Whether a text can be an id of an upstream: letters, digits and a few signs, at least one digit,
/// at most [`limits::ID_CHARS`] of them; a number is above zero. What has no digit is a word
/// ("success"), and what has a comma or a blank could not be asked about.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > limits::ID_CHARS {
        return false;
    }
    if digits(text) {
        return text.bytes().any(|byte| byte != b'0');
    }
    let below_zero = text.strip_prefix('-').is_some_and(digits);
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'#');
    !below_zero && text.bytes().all(plain) && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Reads an id; some upstreams give it as a text, and some numbers come out of a float (`23501.0`).
pub(super) fn read(json: Json<'_>) -> Option<String> {
    match json {
        Json::Number(raw) => amount::whole(raw).filter(|id| *id > 0).map(|id| id.to_string()),
        Json::Text(_) => {
            let text = json.exact_text()?;
            let text = text::trim(&text);
            is_id(text).then(|| text.to_owned())
        }
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_a_digit_and_no_blanks() {
        let longest = "1".repeat(limits::ID_CHARS);
        for id in ["1", "23501", "007", "ref_4f", "SM-12", "c85c1d1a-9ef3-4d01", "#12", &longest] {
            assert!(is_id(id), "{id}");
        }
        let longer = "1".repeat(limits::ID_CHARS + 1);
        for other in [
            "", "0", "000", "-1", "-", "success", "null", "true", "1,2", "1 2", "1.5", "1\n", "１",
            "<b>1</b>", "1&2", &longer,
        ] {
            assert!(!is_id(other), "{other}");
        }
    }
}
