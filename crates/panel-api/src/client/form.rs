//! The form of a call.

use std::fmt;

use super::Unsendable;
use crate::limits;

/// The body of a call, ready to be sent as [`Form::CONTENT_TYPE`]. It holds the API key, so nothing
/// of it is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Form(Vec<u8>);

impl Form {
    /// What the header `Content-Type` of the request must say.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";

    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a pair.
    pub(super) fn put(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(b'&');
        }
        encode(name, &mut self.0);
        self.0.push(b'=');
        encode(value, &mut self.0);
    }

    /// The form, if it is not too long.
    pub(super) fn checked(self) -> Result<Self, Unsendable> {
        if self.0.len() > limits::CALL_BYTES { Err(Unsendable::TooLong) } else { Ok(self) }
    }

    /// The bytes to send.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The bytes to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Its length only.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("bytes", &self.0.len()).finish_non_exhaustive()
    }
}

/// Encodes one name or value as WHATWG's URL standard has it for forms.
fn encode(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or(b'0');
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(byte),
            b' ' => out.push(b'+'),
            _ => out.extend([b'%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    /// Every byte that a text can hold must be encoded as in the reference implementation.
    #[test]
    fn agrees_with_the_standard() {
        let ascii: String = (0..128_u8).map(char::from).collect();
        for text in [
            ascii.as_str(),
            "",
            "a b+c%20",
            "naïve 日本 🎉",
            "line\r\nline\n",
            "\u{feff}\u{10ffff}",
        ] {
            let mut ours = Vec::new();
            encode(text, &mut ours);
            let theirs: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            assert_eq!(String::from_utf8(ours).unwrap(), theirs);
        }
    }
}
