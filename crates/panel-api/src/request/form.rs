//! `application/x-www-form-urlencoded`, the form of queries and of most bodies.
//!
//! Decoded as WHATWG's URL standard says (section "application/x-www-form-urlencoded parsing"), but
//! strictly where that is lossy: bytes that are not UTF-8 make the parameter unreadable instead of
//! turning into replacement characters, which would end up in somebody's order.

use super::params::Params;
use crate::Fault;

/// Adds the pairs of a form.
pub(crate) fn read(form: &[u8], params: &mut Params) -> Result<(), Fault> {
    for pair in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        params.count()?;
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = halves.next().unwrap_or_default();
        let value = halves.next().unwrap_or_default();
        // A name that is not UTF-8 is none of ours.
        let name = decode(name).unwrap_or_default();
        params.put_text(&name, || decode(value));
    }
    Ok(())
}

/// Decodes one name or value; `None` when it is not UTF-8.
pub(crate) fn decode(encoded: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    loop {
        match rest {
            [] => break,
            [b'%', high, low, after @ ..]
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) =>
            {
                bytes.push(high << 4 | low);
                rest = after;
            }
            [b'+', after @ ..] => {
                bytes.push(b' ');
                rest = after;
            }
            [byte, after @ ..] => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::decode;

    /// Whatever is UTF-8 must decode as in the reference implementation.
    #[test]
    fn agrees_with_the_standard() {
        for encoded in [
            "",
            "a",
            "a+b",
            "a%20b",
            "%2B%26%3D%25",
            "100%",
            "100%2",
            "%zz%4g%g4",
            "%%41",
            "%C3%A9t%c3%a9",
            "%E6%97%A5",
            "日本",
            "%F0%9F%8E%89",
            "a=b",
            "%EF%BF%BD",
            "%0D%0A",
        ] {
            let pair = format!("x={encoded}");
            let wanted: Vec<_> = form_urlencoded::parse(pair.as_bytes()).collect();
            assert_eq!(decode(encoded.as_bytes()).as_deref(), Some(&*wanted[0].1), "{encoded}");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        for encoded in [&b"%FF"[..], b"a%C3", b"%ED%A0%80", b"\xff", b"%C0%80"] {
            assert_eq!(decode(encoded), None, "{encoded:?}");
        }
    }
}
