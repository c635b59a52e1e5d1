//! `status`, of one order or of many.

use super::{Answer, Asker, numbers};
use counter::orders::{OrderStatus, PublicParts};
use domain::orders::PublicStatus;
use domain::{Micros, OrderId};
use panel_api::reply::{self, Status, StatusExtra};
use panel_api::request::{Id, Ids};
use panel_api::words::{self, errors};

pub(super) async fn answer(asker: &Asker<'_>, ids: &Ids) -> Answer {
    let counter = asker.counter;
    let asked = numbers(ids.as_slice(), OrderId);
    let own = counter.order_statuses(asker.account, &asked, asker.now, asker.since).await?;
    let own: Vec<Told<'_>> = own.iter().map(Told::new).collect();
    let find = |id: &Id| {
        let number = id.number?;
        own.iter().find(|told| told.status.id.0 == number).map(|told| told.row(counter.currency()))
    };
    let mut out = Vec::new();
    match ids {
        Ids::One(id) => {
            reply::status_one(&mut out, &find(id).ok_or(errors::INCORRECT_ORDER_ID)?);
        }
        Ids::Many(ids) => reply::status_many(&mut out, ids.iter().map(|id| (id, find(id)))),
    }
    Ok(out)
}

/// A status with the ids of its parts as plain numbers, which the reply borrows.
struct Told<'s> {
    status: &'s OrderStatus,
    parts: Vec<i64>,
}

impl<'s> Told<'s> {
    fn new(status: &'s OrderStatus) -> Self {
        let parts = match &status.parts {
            PublicParts::None => Vec::new(),
            PublicParts::Runs { orders, .. } | PublicParts::Posts { orders, .. } => {
                orders.iter().map(|order| order.0).collect()
            }
        };
        Self { status, parts }
    }

    fn row<'a>(&'a self, currency: &'a str) -> Status<'a, Micros> {
        let extra = match self.status.parts {
            PublicParts::None => StatusExtra::None,
            PublicParts::Runs { done, .. } => StatusExtra::Drip { runs: done, orders: &self.parts },
            PublicParts::Posts { done, expired, .. } => {
                StatusExtra::Subscription { posts: done, expiry: expired, orders: &self.parts }
            }
        };
        Status {
            charge: self.status.charge,
            start_count: self.status.start_count,
            status: word(self.status.status),
            remains: self.status.remains,
            currency,
            extra,
        }
    }
}

/// The dialect's spelling.
pub(super) const fn word(status: PublicStatus) -> &'static str {
    let word = match status {
        PublicStatus::Pending => words::OrderStatus::Pending,
        PublicStatus::Processing => words::OrderStatus::Processing,
        PublicStatus::InProgress => words::OrderStatus::InProgress,
        PublicStatus::Completed => words::OrderStatus::Completed,
        PublicStatus::Partial => words::OrderStatus::Partial,
        PublicStatus::Canceled => words::OrderStatus::Canceled,
    };
    word.name()
}
