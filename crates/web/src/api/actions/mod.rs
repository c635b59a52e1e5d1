//! The actions, one file each.

mod add;
mod balance;
mod cancel;
mod listing;
mod orders;
mod products;
mod refill;
mod refill_status;
mod services;
mod status;

pub(crate) use orders::date;
pub(crate) use services::{Lists, word as kind_word};

use super::reply;
use super::snag::Snag;
use axum::http::HeaderMap;
use axum::response::Response;
use counter::Counter;
use domain::{AccountId, KeyId, Timestamp};
use panel_api::request::{Id, Request};
use store::Moment;

/// Who asks, and when.
pub(crate) struct Asker<'a> {
    pub(crate) counter: &'a Counter,
    pub(crate) key: KeyId,
    pub(crate) account: AccountId,
    pub(crate) now: Timestamp,
    /// What is read may be as old as this, where it is known.
    pub(crate) since: Option<Moment>,
    pub(crate) random: &'a crate::Random,
}

/// The JSON of a reply, or why there is none.
type Answer = Result<Vec<u8>, Snag>;

/// Carries out what is asked.
pub(crate) async fn dispatch(
    asker: &Asker<'_>,
    request: Request,
    headers: &HeaderMap,
    lists: &Lists,
) -> Result<Response, Snag> {
    let answer = match request {
        Request::Services => return services::answer(asker, headers, lists).await,
        Request::Balance => balance::answer(asker).await,
        Request::Add(add) => add::answer(asker, *add).await,
        Request::Status(ids) => status::answer(asker, &ids).await,
        Request::Refill(ids) => refill::answer(asker, &ids).await,
        Request::RefillStatus(ids) => refill_status::answer(asker, &ids).await,
        Request::Cancel(ids) => cancel::answer(asker, &ids).await,
        Request::Orders { limit } => orders::answer(asker, limit).await,
        Request::Products => return products::list(asker, headers).await,
        Request::AddProductOrder(add) => products::add(asker, add).await,
        Request::ProductOrderStatus(ids) => products::status(asker, &ids).await,
        Request::ResultProduct(id) => products::result(asker, &id).await,
    };
    answer.map(reply::json)
}

/// Those of the ids that are numbers, as ids of their kind: the others can be nobody's.
fn numbers<T>(ids: &[Id], kind: fn(i64) -> T) -> Vec<T> {
    ids.iter().filter_map(|id| id.number.map(kind)).collect()
}
