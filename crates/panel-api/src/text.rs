//! What counts as text, as blank and as nothing.

/// Whether a character is blank. Keys and links are pasted from chats and documents, so the
/// invisible signs that stick to them there (byte order mark, zero-width space) count too.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// The text without blanks around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The trimmed text, unless it stands for nothing.
///
/// `undefined` and `null` are what JavaScript clients send for a variable without a value, always
/// in lower case; other spellings (a user called Null) are texts.
pub(crate) fn given(text: &str) -> Option<&str> {
    let text = trim(text);
    (!matches!(text, "" | "undefined" | "null")).then_some(text)
}

/// Whether a text has no control characters but line breaks and tabs. Others are never typed; they
/// cut texts short in some systems and steer terminals.
pub(crate) fn is_clean(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

/// Whether a text has at most so many characters. Looks no further than it must.
pub(crate) fn fits(text: &str, most: usize) -> bool {
    text.len() <= most || text.chars().nth(most).is_none()
}

/// The text without what is beyond so many characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
