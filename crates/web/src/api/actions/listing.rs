//! Lists, which are asked for again and again and are large: with an `ETag`, and compressed for who
//! asks.

use crate::api::reply::JSON;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;

/// Below this a compressed reply is hardly smaller, and takes the same one packet.
const GZIP_FROM: usize = 1_024;

/// The reply with a list, or that the client has it already. `hash` is that of `plain`; `zipped`
/// compresses it, if it can be.
pub(super) fn reply(
    headers: &HeaderMap,
    plain: &Bytes,
    hash: &str,
    zipped: impl FnOnce() -> Option<Bytes>,
) -> Response {
    let zip = plain.len() > GZIP_FROM && takes_gzip(headers);
    let tag = if zip { format!("\"{hash}-gzip\"") } else { format!("\"{hash}\"") };
    // By POST as well, where HTTP would have it refused: in this dialect a POST asks, too.
    let mut response = if is_known(headers, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let packed = if zip { zipped() } else { None };
        let encoded = packed.is_some();
        let body = packed.unwrap_or_else(|| plain.clone());
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        if encoded {
            let gzip = HeaderValue::from_static("gzip");
            response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// A list, compressed.
pub(super) fn zip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Half of a SHA-256, in hexadecimal: two lists that differ never share it.
pub(super) fn hash(body: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(body).iter().take(16) {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether the client has the list that it would get, by `If-None-Match`.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let mut given = elements(headers, &header::IF_NONE_MATCH);
    given.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Whether the client takes gzip, by `Accept-Encoding`; what it does not mention is not wanted.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut any = false;
    for element in elements(headers, &header::ACCEPT_ENCODING) {
        let mut parts = element.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.bytes().all(|byte| matches!(byte, b'0' | b'.')))
        });
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            return !refused;
        }
        any |= coding == "*" && !refused;
    }
    any
}

/// The elements of a header that is a list.
fn elements<'h>(
    headers: &'h HeaderMap,
    name: &header::HeaderName,
) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_who_takes_it() {
        for (accepted, takes) in [
            ("gzip", true),
            ("GZIP", true),
            ("x-gzip", true),
            ("gzip, deflate, br", true),
            ("deflate, gzip;q=1.0", true),
            ("br;q=1, gzip; q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("*;q=0", false),
            ("identity", false),
            ("deflate", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(takes_gzip(&headers), takes, "{accepted}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_known_list_is_found_among_others() {
        for (given, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("\"a-gzip\"", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(given));
            assert_eq!(is_known(&headers, "\"a\""), known, "{given}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }
}
