//! `/adminapi/v1`: keys and actions, and always 200, because scripts read nothing else. Only when the
//! store fails it is 503, with the same body.

use super::rows::{Shown, ShownSubscription};
use super::snag::{Snag, Told};
use super::work::{Asker, Listed, Outcomes};
use super::{Dialect, admit, finish};
use crate::Shared;
use crate::api::{date, reply};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use panel_api::admin::Page;
use panel_api::admin::v1::{self, Request};
use panel_api::request::Input;

pub(super) async fn answer(
    shared: &Shared,
    head: &Parts,
    input: &Input<'_>,
    header: Option<&str>,
) -> Response {
    let call = match v1::read(input, header) {
        Ok(call) => call,
        Err(wrong) => return Dialect::V1.refused(wrong.into()),
    };
    let action = call.request.as_ref().map_or("unreadable", action);
    let asker = match admit(shared, head, &call.key).await {
        Ok(asker) => asker,
        Err(snag) => return finish(Dialect::V1, action, None, Err(snag)),
    };
    let answered = match call.request {
        Ok(request) => carry_out(&asker, request).await,
        Err(wrong) => Err(wrong.into()),
    };
    finish(Dialect::V1, action, Some(asker.executor()), answered)
}

/// What is said in place of an answer.
pub(super) fn failed(told: &Told, again: bool) -> Response {
    let mut body = Vec::new();
    v1::fail(&mut body, &told.word, &told.text);
    let mut response = reply::json(body);
    if told.code == StatusCode::SERVICE_UNAVAILABLE {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        if again {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
    }
    response
}

/// The action's name, for the log.
const fn action(request: &Request) -> &'static str {
    match request {
        Request::Pull { one: true, .. } => "getOrder",
        Request::Pull { .. } | Request::Held { .. } => "getOrders",
        Request::ById(_) => "getOrders-by-id",
        Request::Providers(_) => "getMassProviderData",
        Request::Set(_) => "set",
        Request::Update(_) => "updateOrders",
        Request::Subscriptions { .. } => "getSubscriptions",
        Request::Post { .. } => "addPost",
        Request::NotForSuppliers => "the operator's",
        Request::NoSuchAction => "unknown",
    }
}

async fn carry_out(asker: &Asker<'_>, request: Request) -> Result<Vec<u8>, Snag> {
    let mut out = Vec::new();
    match request {
        Request::Pull { services, limit, one } => {
            let pulled = asker.pull(&services, limit).await?;
            match pulled.first() {
                Some(first) if one => v1::order(&mut out, &first.row()),
                None if one => return Err(Snag::NoOrder),
                _ => v1::orders(&mut out, pulled.iter().map(Shown::row)),
            }
        }
        Request::Held { services, statuses, limit } => {
            // What was pulled first is delivered first.
            let listed = Listed { services, statuses, oldest_first: true, ..Listed::default() };
            let (_, held) = asker.list(&listed, Page { offset: 0, limit }).await?;
            v1::orders(&mut out, held.iter().map(Shown::row));
        }
        Request::ById(ids) => {
            let named = asker.named(ids).await?;
            v1::orders_by_id(&mut out, named.iter().map(Shown::row), &date(asker.now));
        }
        Request::Providers(ids) => {
            let named = asker.named(ids).await?;
            v1::providers(&mut out, named.iter().map(Shown::row), &asker.name);
        }
        Request::Set(item) => {
            asker.set(item).await?;
            v1::done(&mut out);
        }
        Request::Update(items) => updated(&mut out, &asker.update(items).await?),
        Request::Subscriptions { services, after, limit } => {
            let (watched, next) = asker.subscriptions(&services, after, limit).await?;
            v1::subscriptions(&mut out, watched.iter().map(ShownSubscription::row), next);
        }
        Request::Post { id, link, quantity } => {
            v1::placed(&mut out, asker.post(&id, link, quantity).await?);
        }
        Request::NotForSuppliers => return Err(Snag::NotForSuppliers),
        Request::NoSuchAction => return Err(Snag::Unknown),
    }
    Ok(out)
}

fn updated(out: &mut Vec<u8>, outcomes: &Outcomes) {
    let outcomes =
        outcomes.iter().map(|(id, outcome)| (id, outcome.as_ref().copied().map_err(said)));
    v1::updated(out, outcomes);
}

fn said(told: &Told) -> (&str, &str) {
    (&told.word, &told.text)
}
