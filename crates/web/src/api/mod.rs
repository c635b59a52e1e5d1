//! The panel API over HTTP (`docs/PANEL-API.md`).
//!
//! Every path, method and body form ends up in one place: [`answer`]. Its way is always the same:
//! read the body, read the request, find out who asks, decide whether they may, carry it out.

mod actions;
pub(crate) mod body;
pub(crate) mod multipart;
mod nature;
pub(crate) mod reply;
mod snag;

pub(crate) use actions::{Lists, date, kind_word};

use crate::{Peer, Shared};
use actions::Asker;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use body::Unread;
use domain::access::client_address;
use nature::Nature;
use panel_api::request::{self, Call, Input};
use panel_api::words::errors;
use snag::Snag;
use std::net::IpAddr;
use std::sync::Arc;

/// Where the API is found. All of them directly: a redirect turns a POST into an empty GET.
pub(crate) const PATHS: [&str; 6] = ["/api/v2", "/api/v2/", "/api/v1", "/api/v1/", "/api", "/api/"];

/// The API under all its paths.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    PATHS.into_iter().fold(Router::new(), |router, path| router.route(path, any(routed)))
}

async fn routed(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    handle(&shared, request).await
}

/// Answers a call of the API, whatever its path.
pub(crate) async fn handle(shared: &Shared, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if head.method == Method::OPTIONS {
        let allow = [(header::ALLOW, "GET, HEAD, POST, OPTIONS")];
        return (StatusCode::NO_CONTENT, allow).into_response();
    }
    let limit = shared.web.options.body_timeout;
    match tokio::time::timeout(limit, body::read(body, &head.headers)).await {
        Ok(Ok(body)) => answer(shared, &head, body).await,
        Ok(Err(Unread::Finished)) => reply::refused(errors::INCORRECT_REQUEST),
        Ok(Err(Unread::Abandoned)) => reply::closing(reply::refused(errors::INCORRECT_REQUEST)),
        Err(_) => reply::closing(reply::empty(StatusCode::REQUEST_TIMEOUT)),
    }
}

async fn answer(shared: &Shared, head: &Parts, body: Bytes) -> Response {
    // A HEAD is not executed: it gets what a GET without a request gets. Other methods mean
    // nothing in the dialect, and are told so in its own form.
    if !matches!(head.method, Method::GET | Method::POST) {
        return reply::refused(errors::INCORRECT_REQUEST);
    }
    let call = match read(shared, head, body).await {
        Ok(call) => call,
        Err(fault) => {
            tracing::debug!(outcome = fault.0, "not a request");
            return reply::refused(fault.0);
        }
    };
    let nature = call.request.as_ref().map_or(Nature::UNREADABLE, Nature::of);
    let (account, outcome) = carry_out(shared, head, call, nature).await;
    let answered = outcome.as_ref().map_or_else(Snag::text, |_| "answered");
    tracing::debug!(action = nature.action, account, outcome = answered, "request");
    outcome.unwrap_or_else(|snag| snag.reply(nature))
}

/// Reads what is asked, in whatever form it came.
async fn read(shared: &Shared, head: &Parts, body: Bytes) -> Result<Call, panel_api::Fault> {
    let content_type = text(&head.headers, &header::CONTENT_TYPE);
    let parts = multipart::read(content_type, &body).await?;
    let input = Input {
        query: head.uri.query(),
        content_type,
        body: &body,
        multipart: parts.as_deref(),
        idempotency_key: idempotency_key(&head.headers),
    };
    let infer_missing_action = shared.web.options.infer_missing_action;
    request::read(&input, &request::Options { infer_missing_action })
}

/// Finds out who asks, and whether they may; then does what is asked. The account is there when it
/// was found out.
async fn carry_out(
    shared: &Shared,
    head: &Parts,
    call: Call,
    nature: Nature,
) -> (Option<i64>, Result<Response, Snag>) {
    let counter = &shared.web.counter;
    let now = (shared.web.clock)();
    let principal = match counter.admit(&call.key, client(shared, head), now).await {
        Ok(Some(principal)) => principal,
        Ok(None) => return (None, Err(errors::INVALID_KEY.into())),
        Err(error) => return (None, Err(error.into())),
    };
    let account = Some(principal.account.0);
    let request = match call.request {
        Ok(request) => request,
        Err(fault) => return (account, Err(fault.into())),
    };
    if principal.suspended && !nature.open_to_suspended {
        return (account, Err(errors::ACCOUNT_SUSPENDED.into()));
    }
    if nature.changes && head.method != Method::POST && !principal.get_writes {
        return (account, Err(errors::INCORRECT_REQUEST.into()));
    }
    if !principal.rules.scopes.contains(nature.scope) {
        return (account, Err(errors::INCORRECT_REQUEST.into()));
    }
    let asker = Asker {
        counter,
        key: principal.key,
        account: principal.account,
        now,
        since: principal.moment,
        random: &shared.web.random,
    };
    (account, actions::dispatch(&asker, request, &head.headers, &shared.lists).await)
}

/// Where the request comes from, when that is known.
pub(crate) fn client(shared: &Shared, head: &Parts) -> Option<IpAddr> {
    let Peer(peer) = head.extensions.get()?;
    let forwarded = head.headers.get_all("x-forwarded-for").iter();
    // What is no text is no address either.
    let forwarded = forwarded.map(|value| value.to_str().unwrap_or("unreadable"));
    client_address(*peer, &shared.web.options.trusted_proxies, forwarded)
}

/// A header as text, when it is there and is text.
pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

/// The header `Idempotency-Key`. One that is given but cannot be used (not text, or given twice
/// with two values) must not be overlooked, because the client counts on it; it becomes a text
/// that no request id may be, so that an order is refused.
fn idempotency_key(headers: &HeaderMap) -> Option<&str> {
    const UNUSABLE: &str = "\0";
    let mut given = headers.get_all("idempotency-key").iter();
    let first: &HeaderValue = given.next()?;
    if given.any(|other| other != first) {
        return Some(UNUSABLE);
    }
    Some(std::str::from_utf8(first.as_bytes()).unwrap_or(UNUSABLE))
}
