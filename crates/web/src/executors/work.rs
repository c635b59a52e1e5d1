//! What both dialects let an executor do.

use super::rows::{Shown, ShownSubscription, public_status};
use super::snag::{Snag, Told};
use counter::Counter;
use counter::executors::{
    Caller, ExecutorPost, ExecutorRefusal, ExecutorReport, HeldCancel, HeldFilter, HeldRefill,
};
use counter::requests::RefillDecision;
use domain::executors::{ReportedStatus, Said};
use domain::{OrderId, RefillId, ServiceId, Timestamp};
use panel_api::admin::{AdminStatus, Item, Page, RefillWord, Update, Wrong};
use panel_api::request::Id;
use std::collections::HashMap;

/// Who asks, and when.
pub(super) struct Asker<'a> {
    pub(super) counter: &'a Counter,
    pub(super) caller: Caller,
    /// What staff call the executor.
    pub(super) name: String,
    pub(super) now: Timestamp,
}

/// Which orders a list is asked for.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) statuses: Vec<AdminStatus>,
    pub(super) services: Vec<i64>,
    pub(super) ids: Vec<Id>,
    /// In seconds.
    pub(super) from: Option<i64>,
    /// In seconds.
    pub(super) to: Option<i64>,
    pub(super) oldest_first: bool,
}

/// What became of each thing of a batch, in the order of the batch.
pub(super) type Outcomes = Vec<(Id, Result<(), Told>)>;

/// A list of things and where it goes on.
pub(super) type Continued<T> = (Vec<T>, Option<i64>);

impl Asker<'_> {
    /// For the log.
    pub(super) const fn executor(&self) -> i64 {
        self.caller.executor.0
    }

    pub(super) async fn pull(&self, services: &[i64], limit: usize) -> Result<Vec<Shown>, Snag> {
        let services = ids_of_services(services);
        let pulled = self.counter.pull_orders(self.caller, &services, limit, self.now);
        Ok(Shown::all(pulled.await.map_err(Snag::of_write)?))
    }

    /// A page of the executor's own orders, and how many the whole list has.
    pub(super) async fn list(
        &self,
        listed: &Listed,
        page: Page,
    ) -> Result<(usize, Vec<Shown>), Snag> {
        let ids: Vec<OrderId> = numbers(&listed.ids, OrderId);
        // A list of none of its orders is not the list of all of them.
        if ids.is_empty() && !listed.ids.is_empty() {
            return Ok((0, Vec::new()));
        }
        let moment = |seconds: i64| Timestamp(seconds.saturating_mul(1_000_000));
        let filter = HeldFilter {
            statuses: listed.statuses.iter().map(|status| public_status(*status)).collect(),
            services: ids_of_services(&listed.services),
            ids,
            from: listed.from.map(moment),
            // To the end of the second.
            to: listed.to.map(|to| Timestamp(moment(to).0.saturating_add(999_999))),
            oldest_first: listed.oldest_first,
        };
        let held = self.counter.held_orders(self.caller, &filter, page.offset, page.limit);
        let held = held.await.map_err(Snag::of_read)?;
        Ok((held.total, Shown::all(held.orders)))
    }

    /// Those of the orders that are the executor's, as they were asked for; at least one.
    pub(super) async fn named(&self, ids: Vec<Id>) -> Result<Vec<Shown>, Snag> {
        let page = Page { offset: 0, limit: ids.len() };
        let asked = ids.iter().enumerate().filter_map(|(place, id)| Some((id.number?, place)));
        let places: HashMap<i64, usize> = asked.collect();
        let listed = Listed { ids, ..Listed::default() };
        let (_, mut shown) = self.list(&listed, page).await?;
        if shown.is_empty() {
            return Err(ExecutorRefusal::Missing("order").into());
        }
        shown.sort_by_key(|shown| places.get(&shown.id()).copied());
        Ok(shown)
    }

    /// Reports on one order.
    pub(super) async fn set(&self, item: Item) -> Result<(), Snag> {
        let report = report(&item)?;
        let reported = self.counter.report_pulled(self.caller, vec![report], self.now);
        let reported = reported.await.map_err(Snag::of_write)?.into_iter().next();
        let missing = ExecutorRefusal::Missing("order");
        reported.unwrap_or(Err(missing)).map(|_| ()).map_err(Snag::from)
    }

    /// Reports on many orders: what is wrong with one holds up no other.
    pub(super) async fn update(&self, items: Vec<Item>) -> Result<Outcomes, Snag> {
        let read: Vec<Result<ExecutorReport, Snag>> = items.iter().map(report).collect();
        let reports: Vec<ExecutorReport> = read.iter().flatten().cloned().collect();
        let answers = if reports.is_empty() {
            Vec::new()
        } else {
            let reported = self.counter.report_pulled(self.caller, reports, self.now);
            reported.await.map_err(Snag::of_write)?
        };
        let read = read.into_iter().map(|read| read.map(|_| ()));
        let ids = items.into_iter().map(|item| item.id);
        Ok(matched(ids.zip(read), answers, "order"))
    }

    pub(super) async fn pull_refills(
        &self,
        services: &[i64],
        begun: bool,
        limit: usize,
    ) -> Result<Vec<HeldRefill>, Snag> {
        let services = ids_of_services(services);
        let pulled =
            self.counter.pull_refills(self.caller, &services, begun, limit, self.now).await;
        pulled.map_err(if begun { Snag::of_read } else { Snag::of_write })
    }

    pub(super) async fn decide_refills(
        &self,
        ids: Vec<Id>,
        word: RefillWord,
    ) -> Result<Outcomes, Snag> {
        let decision = match word {
            RefillWord::InProgress => RefillDecision::Begin,
            RefillWord::Completed => RefillDecision::Complete,
            RefillWord::Rejected => RefillDecision::Reject,
        };
        let known = numbers(&ids, RefillId);
        let decided = self.counter.decide_executor_refills(self.caller, known, decision, self.now);
        Ok(matched(checked(ids, "refill"), decided.await.map_err(Snag::of_write)?, "refill"))
    }

    pub(super) async fn cancels(
        &self,
        services: &[i64],
        limit: usize,
    ) -> Result<Vec<HeldCancel>, Snag> {
        let services = ids_of_services(services);
        let cancels = self.counter.executor_cancels(self.caller, &services, limit).await;
        cancels.map_err(Snag::of_read)
    }

    pub(super) async fn reject_cancels(
        &self,
        ids: Vec<Id>,
        reason: Option<String>,
    ) -> Result<Outcomes, Snag> {
        let known = numbers(&ids, OrderId);
        let rejected = self.counter.reject_executor_cancels(self.caller, known, reason, self.now);
        Ok(matched(checked(ids, "order"), rejected.await.map_err(Snag::of_write)?, "order"))
    }

    pub(super) async fn subscriptions(
        &self,
        services: &[i64],
        after: i64,
        limit: usize,
    ) -> Result<Continued<ShownSubscription>, Snag> {
        let services = ids_of_services(services);
        let after = OrderId(after);
        let watched = self.counter.watched_subscriptions(self.caller, &services, after, limit);
        let (watched, next) = watched.await.map_err(Snag::of_read)?;
        Ok((watched.into_iter().map(ShownSubscription::of).collect(), next.map(|next| next.0)))
    }

    /// Reports a post of a subscription; gives the order that it is.
    pub(super) async fn post(&self, id: &Id, link: String, quantity: i64) -> Result<i64, Snag> {
        let missing = Snag::from(ExecutorRefusal::Missing("subscription"));
        let subscription = OrderId(id.number.ok_or(missing)?);
        let post = ExecutorPost { subscription, link, quantity };
        let placed = self.counter.record_executor_post(self.caller, post, self.now).await;
        Ok(placed.map_err(Snag::of_write)?.0)
    }
}

fn ids_of_services(services: &[i64]) -> Vec<ServiceId> {
    services.iter().copied().map(ServiceId).collect()
}

/// Those of the ids that are numbers: the others can be nobody's.
fn numbers<T>(ids: &[Id], kind: fn(i64) -> T) -> Vec<T> {
    ids.iter().filter_map(|id| id.number.map(kind)).collect()
}

/// What can be seen of ids without looking them up.
fn checked(ids: Vec<Id>, kind: &'static str) -> impl Iterator<Item = (Id, Result<(), Snag>)> {
    ids.into_iter().map(move |id| {
        let number = id.number.map(|_| ());
        (id, number.ok_or_else(|| ExecutorRefusal::Missing(kind).into()))
    })
}

/// Puts the answers to the good ones beside those that were not good.
fn matched<T>(
    read: impl Iterator<Item = (Id, Result<(), Snag>)>,
    answers: Vec<Result<T, ExecutorRefusal>>,
    kind: &'static str,
) -> Outcomes {
    let mut answers = answers.into_iter();
    let outcome = |(id, read): (Id, Result<(), Snag>)| {
        let outcome = read.and_then(|()| {
            let missing = Err(ExecutorRefusal::Missing(kind));
            answers.next().unwrap_or(missing).map(|_| ()).map_err(Snag::from)
        });
        (id, outcome.map_err(Snag::told))
    };
    read.map(outcome).collect()
}

/// What is said of an order, as a report on it.
fn report(item: &Item) -> Result<ExecutorReport, Snag> {
    let Update { status, start_count, remains, reason } = item.update.clone()?;
    let order = item.id.number.map(OrderId).ok_or(ExecutorRefusal::Missing("order"))?;
    let status = match status {
        None => None,
        Some(AdminStatus::Processing) => Some(ReportedStatus::Processing),
        Some(AdminStatus::InProgress) => Some(ReportedStatus::InProgress),
        Some(AdminStatus::Completed) => Some(ReportedStatus::Completed),
        Some(AdminStatus::Partial) => Some(ReportedStatus::Partial),
        Some(AdminStatus::Canceled) => Some(ReportedStatus::Canceled),
        Some(AdminStatus::Pending) => {
            let must = "must be processing, in_progress, completed, partial or canceled";
            return Err(Wrong { field: "status", must }.into());
        }
    };
    Ok(ExecutorReport { order, said: Said { status, start_count, remains }, reason })
}
