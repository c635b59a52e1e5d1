//! What was delivered, under the address of its token: for whom the buyer hands it on to.
//!
//! Whoever knows the token may see it for a week; every look is logged. Nothing on the way may keep
//! a copy.

use crate::Shared;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http::HeaderValue};
use counter::products::{Delivered, Piece, Viewer};
use std::sync::Arc;

/// Where deliveries are found.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    // A HEAD shows nothing, so it must not count as a look.
    Router::new().route("/delivery/{file}", get(download).head(not_shown))
}

const NOT_KEPT: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// The form that is asked for, by the end of the address.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Csv,
}

async fn not_shown() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET"), NOT_KEPT]).into_response()
}

async fn download(
    State(shared): State<Arc<Shared>>,
    file: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(file)) = file else { return missing() };
    let (token, form) = match file.rsplit_once('.') {
        Some((token, "txt")) => (token, Form::Text),
        Some((token, "csv")) => (token, Form::Csv),
        _ => return missing(),
    };
    // Nothing else needs to be looked up.
    let of_tokens = |byte: u8| byte == b'-' || byte.is_ascii_hexdigit();
    if token.len() != 36 || !token.bytes().all(of_tokens) {
        return missing();
    }
    let viewer =
        Viewer { actor: String::from("delivery address"), reason: String::from("download") };
    let now = (shared.web.clock)();
    match shared.web.counter.download(token, viewer, now).await {
        Ok(Some(delivered)) => written(&delivered, form),
        Ok(None) => missing(),
        Err(error) => {
            tracing::error!(%error, "a delivery cannot be shown");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1"), NOT_KEPT])
                .into_response()
        }
    }
}

/// The same for what never was and what is no longer good: an address tells nothing.
fn missing() -> Response {
    let text = "There is nothing under this address, or it is no longer good.\n";
    (StatusCode::NOT_FOUND, guarded("text/plain; charset=utf-8"), text).into_response()
}

fn written(delivered: &Delivered, form: Form) -> Response {
    let (kind, end, body) = match form {
        Form::Text => ("text/plain; charset=utf-8", "txt", as_text(delivered)),
        Form::Csv => ("text/csv; charset=utf-8", "csv", as_csv(delivered)),
    };
    let name = format!("attachment; filename=\"order-{}.{end}\"", delivered.order);
    let mut response = (guarded(kind), body).into_response();
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn guarded(kind: &'static str) -> [(HeaderName, &'static str); 5] {
    [
        (header::CONTENT_TYPE, kind),
        NOT_KEPT,
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ]
}

fn as_text(delivered: &Delivered) -> String {
    delivered.lines().map(|line| format!("{line}\n")).collect()
}

/// RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front; the
/// text form shows every line as it is.
fn as_csv(delivered: &Delivered) -> String {
    let mut csv = String::from("piece,content\r\n");
    for Piece { number, line } in &delivered.pieces {
        let formula = line.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let guard = if formula { "'" } else { "" };
        csv.push_str(&format!("{number},\"{guard}{}\"\r\n", line.replace('"', "\"\"")));
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ProductOrderId;

    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        let pieces = [(1, "a,\"b\""), (2, "=1+1"), (4, "-2"), (7, "plain")];
        let piece = |(number, line): (i64, &str)| Piece { number, line: line.to_owned() };
        let pieces = pieces.into_iter().map(piece).collect();
        let delivered = Delivered { order: ProductOrderId(1), pieces };
        let wanted = "piece,content\r\n1,\"a,\"\"b\"\"\"\r\n2,\"'=1+1\"\r\n4,\"'-2\"\r\n\
                      7,\"plain\"\r\n";
        assert_eq!(as_csv(&delivered), wanted);
        assert_eq!(as_text(&delivered), "a,\"b\"\n=1+1\n-2\nplain\n");
    }
}
