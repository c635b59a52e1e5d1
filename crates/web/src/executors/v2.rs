//! `/adminapi/v2`: paths, JSON, and the status of HTTP beside an envelope that says the same.

use super::rows::{Shown, ShownSubscription, seconds};
use super::snag::{Snag, Told};
use super::work::{Asker, Listed, Outcomes};
use super::{Dialect, V2_PATH, admit, finish};
use crate::Shared;
use crate::api::{date, reply};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use counter::executors::{HeldCancel, HeldRefill};
use panel_api::admin::v2::{self, CancelRow, RefillRow, Request};
use panel_api::admin::{Item, Page};
use panel_api::request::Input;

pub(super) async fn answer(
    shared: &Shared,
    head: &Parts,
    input: &Input<'_>,
    header: Option<&str>,
) -> Response {
    let path = head.uri.path();
    let path = path.strip_prefix(V2_PATH).unwrap_or(path);
    let method = if head.method == Method::POST { v2::Method::Post } else { v2::Method::Get };
    let call = match v2::read(method, path, input, header) {
        Ok(call) => call,
        Err(wrong) => return Dialect::V2.refused(wrong.into()),
    };
    let action = call.request.as_ref().map_or("unreadable", action);
    let asker = match admit(shared, head, &call.key).await {
        Ok(asker) => asker,
        Err(snag) => return finish(Dialect::V2, action, None, Err(snag)),
    };
    let answered = match call.request {
        Ok(request) => carry_out(&asker, request).await,
        Err(wrong) => Err(wrong.into()),
    };
    finish(Dialect::V2, action, Some(asker.executor()), answered)
}

/// What is said in place of an answer.
pub(super) fn failed(told: &Told, again: bool) -> Response {
    let mut body = Vec::new();
    v2::failed(&mut body, told.code.into(), &told.text);
    let mut response = reply::json(body);
    *response.status_mut() =
        StatusCode::from_u16(told.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if told.code == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST, OPTIONS"));
    }
    if again {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// The action's name, for the log.
const fn action(request: &Request) -> &'static str {
    match request {
        Request::Orders { .. } => "orders",
        Request::Order(_) => "order",
        Request::Pull { .. } => "orders/pull",
        Request::Update(_) => "orders/update",
        Request::Set(_) => "orders/change-status",
        Request::Refills { .. } => "refill/pull",
        Request::RefillStatus { .. } => "refill/change-status",
        Request::Cancels { .. } => "cancel/pull",
        Request::RejectCancels { .. } => "cancel/reject",
        Request::Subscriptions { .. } => "subscriptions",
        Request::Post { .. } => "subscriptions/posts",
        Request::NotForSuppliers => "the operator's",
        Request::NoSuchPath => "unknown",
        Request::OtherMethod => "other method",
    }
}

async fn carry_out(asker: &Asker<'_>, request: Request) -> Result<Vec<u8>, Snag> {
    let currency = asker.counter.currency();
    let mut out = Vec::new();
    match request {
        Request::Orders { page, statuses, services, ids, from, to, oldest_first } => {
            let listed = Listed { statuses, services, ids, from, to, oldest_first };
            return page_of(asker, &listed, page).await;
        }
        Request::Order(id) => {
            let named = asker.named(vec![id]).await?;
            let first = named.first().ok_or(Snag::NoOrder)?;
            v2::order(&mut out, &first.row(), currency);
        }
        Request::Pull { services, limit } => {
            let pulled = asker.pull(&services, limit).await?;
            v2::orders(&mut out, pulled.iter().map(Shown::row).collect(), currency);
        }
        Request::Update(items) => {
            updated(&mut out, "orders", &asker.update(items).await?);
        }
        Request::Set(item) => return set(asker, item).await,
        Request::Refills { services, limit, begun } => {
            let refills = asker.pull_refills(&services, begun, limit).await?;
            write_refills(&mut out, refills);
        }
        Request::RefillStatus { ids, word } => {
            updated(&mut out, "refills", &asker.decide_refills(ids, word).await?);
        }
        Request::Cancels { services, limit } => {
            write_cancels(&mut out, asker.cancels(&services, limit).await?);
        }
        Request::RejectCancels { ids, reason } => {
            updated(&mut out, "orders", &asker.reject_cancels(ids, reason).await?);
        }
        Request::Subscriptions { services, after, limit } => {
            let (watched, next) = asker.subscriptions(&services, after, limit).await?;
            let rows = watched.iter().map(ShownSubscription::row).collect();
            v2::subscriptions(&mut out, rows, next);
        }
        Request::Post { id, link, quantity } => {
            v2::placed(&mut out, asker.post(&id, link, quantity).await?);
        }
        Request::NotForSuppliers => return Err(Snag::NotForSuppliers),
        Request::NoSuchPath => return Err(Snag::Unknown),
        Request::OtherMethod => return Err(Snag::Method),
    }
    Ok(out)
}

async fn page_of(asker: &Asker<'_>, listed: &Listed, page: Page) -> Result<Vec<u8>, Snag> {
    let (total, shown) = asker.list(listed, page).await?;
    let seen = page.offset.saturating_add(shown.len());
    let next = (seen < total && !shown.is_empty()).then(|| href(listed, page, seen));
    let rows = shown.iter().map(Shown::row).collect();
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let mut out = Vec::new();
    v2::orders_page(&mut out, rows, asker.counter.currency(), total, next.as_deref());
    Ok(out)
}

/// Where the next page of the same list is. Numbers and words of the dialect only, so nothing of it
/// needs to be encoded; the key is never in it.
fn href(listed: &Listed, page: Page, offset: usize) -> String {
    let mut href = format!("{V2_PATH}/orders?limit={}&offset={offset}", page.limit);
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            href.push_str(&format!("&{name}={value}"));
        }
    };
    let statuses: Vec<&str> = listed.statuses.iter().map(|status| status.name()).collect();
    let services: Vec<String> = listed.services.iter().map(i64::to_string).collect();
    let ids: Vec<String> =
        listed.ids.iter().filter_map(|id| id.number).map(|id| id.to_string()).collect();
    add("order_status", statuses.join(","));
    add("service_ids", services.join(","));
    add("ids", ids.join(","));
    add("created_from", listed.from.map(|from| from.to_string()).unwrap_or_default());
    add("created_to", listed.to.map(|to| to.to_string()).unwrap_or_default());
    if listed.oldest_first {
        add("sort", String::from("date-asc"));
    }
    href
}

/// One report: refused, it is refused as a whole.
async fn set(asker: &Asker<'_>, item: Item) -> Result<Vec<u8>, Snag> {
    let id = item.id.clone();
    asker.set(item).await?;
    let mut out = Vec::new();
    updated(&mut out, "orders", &vec![(id, Ok(()))]);
    Ok(out)
}

fn updated(out: &mut Vec<u8>, name: &'static str, outcomes: &Outcomes) {
    let outcomes =
        outcomes.iter().map(|(id, outcome)| (id, outcome.as_ref().copied().map_err(said)));
    v2::updated(out, name, outcomes);
}

fn said(told: &Told) -> (i64, &str) {
    (told.code.into(), &told.text)
}

fn write_refills(out: &mut Vec<u8>, refills: Vec<HeldRefill>) {
    let shown: Vec<_> = refills
        .into_iter()
        .map(|HeldRefill { refill, held }| (date(refill.created), refill, Shown::of(held)))
        .collect();
    let rows = shown.iter().map(|(created, refill, shown)| RefillRow {
        id: refill.id.0,
        status: refill.state.name(),
        created,
        created_timestamp: seconds(refill.created),
        order: shown.row(),
    });
    v2::refills(out, rows.collect());
}

fn write_cancels(out: &mut Vec<u8>, cancels: Vec<HeldCancel>) {
    let shown: Vec<_> = cancels
        .into_iter()
        .map(|HeldCancel { cancel, held }| (cancel.id.0, Shown::of(held)))
        .collect();
    let rows =
        shown.iter().map(|(cancel, shown)| CancelRow { cancel: *cancel, order: shown.row() });
    v2::cancels(out, rows.collect());
}
