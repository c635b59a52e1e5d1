//! What people are shown of an answer.

use super::Form;
use super::json::tidy;
use crate::limits;

/// The beginning of an answer, for people: one line of at most [`limits::TEXT_CHARS`] characters.
/// Some servers send back what they were sent, so the key is taken out, as it is and as it stands in
/// a form.
#[must_use]
pub fn excerpt(answer: &[u8], key: &str) -> String {
    let mut text = String::from_utf8_lossy(answer).into_owned();
    let mut form = Form::new();
    form.put("", key);
    let encoded = String::from_utf8_lossy(form.as_bytes()).into_owned();
    for secret in [key, encoded.trim_start_matches('=')] {
        if !secret.is_empty() {
            text = text.replace(secret, "[key]");
        }
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    tidy(&line, limits::TEXT_CHARS)
}
