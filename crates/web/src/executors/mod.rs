//! The two dialects in which executors pull orders and report on them (`docs/EXECUTORS.md`).
//!
//! As with the panel API, every path ends up in one place, and its way is always the same: read the
//! body, read the request, find out who asks, carry it out. A query may hold a key, so neither it nor
//! a body is ever logged.

mod rows;
mod snag;
mod v1;
mod v2;
mod work;

use crate::{Shared, api};
use api::body::{self, Unread};
use api::{client, multipart, reply, text};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use counter::executors::AdmittedExecutor;
use domain::Timestamp;
use panel_api::admin::Wrong;
use panel_api::request::Input;
use snag::{Snag, Told};
use std::borrow::Cow;
use std::sync::Arc;
use work::Asker;

/// Where the dialect with keys and actions is found: all of them directly, because a redirect turns
/// a POST into an empty GET.
const V1_PATHS: [&str; 4] = ["/adminapi/v1", "/adminapi/v1/", "/admin/v1", "/admin/v1/"];

/// Where the dialect with paths begins.
const V2_PATH: &str = "/adminapi/v2";

/// Both dialects under all their paths.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let v1 = V1_PATHS.into_iter().fold(Router::new(), |all, path| all.route(path, any(ask_v1)));
    let v2 = ["", "/", "/{*path}"].map(|rest| format!("{V2_PATH}{rest}"));
    v2.iter().fold(v1, |all, path| all.route(path, any(ask_v2)))
}

/// One of the two ways to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    V1,
    V2,
}

impl Dialect {
    const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// What is said in place of an answer.
    fn refused(self, snag: Snag) -> Response {
        let again = snag.may_try_again();
        self.failed(&snag.told(), again)
    }

    fn failed(self, told: &Told, again: bool) -> Response {
        match self {
            Self::V1 => v1::failed(told, again),
            Self::V2 => v2::failed(told, again),
        }
    }
}

async fn ask_v1(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    handle(&shared, request, Dialect::V1).await
}

async fn ask_v2(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    handle(&shared, request, Dialect::V2).await
}

async fn handle(shared: &Shared, request: Request, dialect: Dialect) -> Response {
    let (head, body) = request.into_parts();
    match head.method {
        Method::OPTIONS => {
            let allow = [(header::ALLOW, "GET, POST, OPTIONS")];
            return (StatusCode::NO_CONTENT, allow).into_response();
        }
        Method::GET | Method::POST => {}
        // A HEAD is not executed, above all not a pull: nobody would see what was handed over.
        _ => return reply::closing(dialect.refused(Snag::Method)),
    }
    let unreadable = || dialect.refused(Snag::Wrong(Wrong::UNREADABLE));
    let limit = shared.web.options.body_timeout;
    match tokio::time::timeout(limit, body::read(body, &head.headers)).await {
        Ok(Ok(body)) => answer(shared, &head, body, dialect).await,
        Ok(Err(Unread::Finished)) => unreadable(),
        Ok(Err(Unread::Abandoned)) => reply::closing(unreadable()),
        Err(_) => reply::closing(reply::empty(StatusCode::REQUEST_TIMEOUT)),
    }
}

async fn answer(shared: &Shared, head: &Parts, body: Bytes, dialect: Dialect) -> Response {
    let content_type = text(&head.headers, &header::CONTENT_TYPE);
    let Ok(parts) = multipart::read(content_type, &body).await else {
        return dialect.refused(Snag::Wrong(Wrong::UNREADABLE));
    };
    let input = Input {
        query: head.uri.query(),
        content_type,
        body: &body,
        multipart: parts.as_deref(),
        idempotency_key: None,
    };
    let header = text(&head.headers, &HeaderName::from_static("x-api-key"));
    match dialect {
        Dialect::V1 => v1::answer(shared, head, &input, header).await,
        Dialect::V2 => v2::answer(shared, head, &input, header).await,
    }
}

/// Finds out who asks.
async fn admit<'a>(shared: &'a Shared, head: &Parts, key: &str) -> Result<Asker<'a>, Snag> {
    let counter = &shared.web.counter;
    let now: Timestamp = (shared.web.clock)();
    let admitted = counter.admit_executor(key, client(shared, head), now).await;
    let admitted = admitted.map_err(Snag::read)?.ok_or(Snag::Key)?;
    let AdmittedExecutor { caller, executor } = admitted;
    Ok(Asker { counter, caller, name: executor.name, now })
}

/// Answers, and logs what was asked and what it came to.
fn finish(
    dialect: Dialect,
    action: &'static str,
    executor: Option<i64>,
    answered: Result<Vec<u8>, Snag>,
) -> Response {
    let (outcome, response) = match answered {
        Ok(body) => (Cow::Borrowed("answered"), reply::json(body)),
        Err(snag) => {
            let (again, told) = (snag.may_try_again(), snag.told());
            let response = dialect.failed(&told, again);
            (told.word, response)
        }
    };
    tracing::debug!(dialect = dialect.name(), action, executor, outcome = &*outcome, "executor");
    response
}
