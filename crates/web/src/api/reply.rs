//! Replies as HTTP: always 200 and JSON, but for faults that pass.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// To the letter: some clients take no other spelling, not even with a charset.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A reply in JSON.
pub(crate) fn json(body: Vec<u8>) -> Response {
    let mut reply = Response::new(Body::from(body));
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    reply
}

/// A refusal. With 200 like everything else: most clients do not read the body of anything else.
pub(crate) fn refused(text: &str) -> Response {
    let mut body = Vec::new();
    panel_api::reply::error(&mut body, text);
    json(body)
}

/// A reply without a body, which no client takes for an answer.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    reply
}

/// The same reply, as the last one on its connection: what the client sent has not been read to
/// its end.
pub(crate) fn closing(mut reply: Response) -> Response {
    reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    reply
}
