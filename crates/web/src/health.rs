//! Whether requests can be served.

use crate::Shared;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use domain::AccountId;
use std::sync::Arc;

/// Answers 200 when the store can be read. The account asked for never exists, so this costs one
/// look into an index, and says nothing about anybody.
pub(crate) async fn check(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let (status, text) = match shared.web.counter.wallet(AccountId(0)).await {
        Ok(_) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::warn!(%error, "the health check cannot read the store");
            (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read")
        }
    };
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text)
}
