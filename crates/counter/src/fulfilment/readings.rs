//! What providers say of orders that are followed there. Written for a batch.

use super::outcome::shortened;
use super::passed::passed;
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::nodes::{Job, Worker};
use crate::orders::settle_parent_of;
use domain::catalogue::Counting;
use domain::limits::{CORRECT_HOURS, NOT_FOUND_MAX};
use domain::orders::{Doubt, Event, Order, State};
use domain::providers::{
    Attempt, Cost, CostEntry, Costing, Extent, Finding, Followed, Meaning, Passed, Provider,
    Report, ReportTerms, follow_cost, read_passed, read_report,
};
use domain::{AttemptId, Micros, OrderId, ProviderId, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::tables::providers::{self, Entry};
use store::tables::{attempts, order_leases, orders};
use store::{DbError, StoreError, Tx};

/// What a provider said of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The attempt that the provider has.
    pub attempt: AttemptId,
    /// What it said.
    pub report: Report,
    /// How often in a row it did not find the order before.
    pub not_found: i64,
    /// Its words, for who has to decide.
    pub words: String,
}

/// What the reports of a unit are read by.
struct Known {
    catalogue: Arc<Snapshot>,
    providers: HashMap<ProviderId, Provider>,
}

/// What an order does about a report.
struct Decided {
    steps: Vec<Event>,
    entry: Option<CostEntry>,
    /// What staff are told beside it: the kind of the event, and the text.
    told: Option<(&'static str, String)>,
}

impl Worker {
    /// Records what providers said of orders, in one unit; answers in order, with where each order
    /// stands now, or nothing when it is followed no more.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is recorded then.
    pub async fn record_reports(
        &self,
        reports: Vec<Reported>,
        now: Timestamp,
    ) -> Result<Vec<Option<Followed>>, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let providers = providers::providers(tx)?;
            let providers = providers.into_iter().map(|provider| (provider.id, provider)).collect();
            let known = Known { catalogue: catalogue.within(tx)?, providers };
            let ids: Vec<AttemptId> = reports.iter().map(|report| report.attempt).collect();
            let accounts = attempts::by_ids(tx, &ids)?.iter().map(|a| a.account).collect();
            let mut desk = Desk::new(tx, now);
            desk.lock(accounts)?;
            // Read under the accounts' locks.
            let found = attempts::by_ids(desk.tx, &ids)?;
            let found: HashMap<AttemptId, Attempt> =
                found.into_iter().map(|attempt| (attempt.id, attempt)).collect();
            let ids: Vec<OrderId> = found.values().map(|attempt| attempt.order).collect();
            let read = orders::by_ids(desk.tx, &ids)?;
            let read: HashMap<OrderId, Order> =
                read.into_iter().map(|order| (order.id, order)).collect();
            let params = order_leases::params_of(desk.tx, &ids)?;
            let mut moved = HashSet::new();
            let mut answers = Vec::with_capacity(reports.len());
            let (mut changed, mut entries) = (Vec::new(), Vec::new());
            for report in &reports {
                let attempt = found.get(&report.attempt).filter(|attempt| attempt.followed);
                let Some(attempt) = attempt else {
                    answers.push(None);
                    continue;
                };
                let order = if moved.contains(&attempt.order) {
                    desk.flush_orders()?;
                    orders::by_id(desk.tx, attempt.order)?
                } else {
                    read.get(&attempt.order).cloned()
                };
                let Some(order) = order else {
                    answers.push(None);
                    continue;
                };
                let passed = passed(&order, params.get(&order.id).map(String::as_str));
                let decided = decide(&known, (&order, passed), attempt, report, now);
                let after = carry_out(&mut desk, &order, &decided)?;
                moved.insert(order.id);
                if let Some(entry) = decided.entry {
                    let cost = attempt.cost.raw().saturating_add(entry.amount.raw());
                    let attempt =
                        Attempt { cost: Micros::new(cost), changed: now, ..attempt.clone() };
                    entries.push(booked(&attempt, entry, now));
                    changed.push((attempt.state, attempt));
                }
                answers.push(Some(standing(&order, &after, attempt)));
            }
            attempts::update(desk.tx, &changed)?;
            providers::book(desk.tx, &entries)?;
            desk.finish()?;
            Ok::<_, DbError>(answers)
        };
        Ok(self.store.write(unit).await??)
    }

    /// Follows orders at their providers no more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unfollow(&self, attempts: Vec<AttemptId>) -> Result<(), StoreError> {
        self.works_on(Job::Fulfilment)?;
        let unit = move |tx: &mut dyn Tx| attempts::unfollow(tx, &attempts);
        Ok(self.store.write(unit).await??)
    }
}

fn decide(
    known: &Known,
    (order, passed): (&Order, Option<Passed>),
    attempt: &Attempt,
    reported: &Reported,
    now: Timestamp,
) -> Decided {
    let service = known.catalogue.services.get(&order.service);
    let terms = ReportTerms {
        counted: service.is_some_and(|service| service.kind.shape().counting != Counting::One),
        not_found: reported.not_found,
        not_found_max: NOT_FOUND_MAX,
        correct_hours: CORRECT_HOURS,
    };
    let words = shortened(&reported.words);
    let doubted = |doubt: Doubt, text: String| Decided {
        steps: vec![Event::Doubted(doubt)],
        entry: None,
        told: Some(("order.doubted", text)),
    };
    let meaning = match passed {
        Some(passed) => read_passed(order, &passed, &reported.report, &terms, now),
        None => read_report(order, &reported.report, &terms, now),
    };
    let steps = match meaning {
        Meaning::Nothing => Vec::new(),
        Meaning::Wait => return Decided { steps: Vec::new(), entry: None, told: None },
        Meaning::Steps(steps) => steps,
        Meaning::Doubted(doubt) => return doubted(doubt, words),
        Meaning::Contradicted(_) => {
            let told = Some(("order.contradicted", words));
            return Decided { steps: Vec::new(), entry: None, told };
        }
    };
    let Costing { entry, finding } = costing(known, order, attempt, &reported.report, &steps);
    match finding {
        Finding::Fits => Decided { steps, entry, told: None },
        Finding::Differs { expected, said } => {
            let text = format!("the provider charges {said}, expected were {expected}");
            let told = entry.is_some().then_some(("order.cost_differs", text));
            Decided { steps, entry, told }
        }
        Finding::Wild { expected, said } if !order.state.is_terminal() => {
            let text = format!("the provider charges {said}, expected were {expected}: {words}");
            doubted(Doubt::CostDiffers, text)
        }
        Finding::Wild { .. } => Decided { steps, entry: None, told: None },
    }
}

/// What the provider's charge means for our books there.
fn costing(
    known: &Known,
    order: &Order,
    attempt: &Attempt,
    report: &Report,
    steps: &[Event],
) -> Costing {
    let nothing = Costing { entry: None, finding: Finding::Fits };
    let Report::Says(reading) = report else { return nothing };
    // A person decides about it, its money there included.
    if order.state == State::Review {
        return nothing;
    }
    let last = steps.last();
    let extent = match (last, order.state) {
        (Some(Event::Partial { remains }), _) => {
            Extent::Part { remains: *remains, quantity: order.quantity }
        }
        (Some(Event::Canceled), _) | (None, State::Canceled) => Extent::Nothing,
        (Some(Event::Completed { .. }), _) | (None, State::Completed) => {
            Extent::Whole { ended: true }
        }
        (None, State::Partial) => Extent::Part { remains: order.remains, quantity: order.quantity },
        _ => Extent::Whole { ended: false },
    };
    let decimals = known.providers.get(&attempt.provider).and_then(|p| p.balance_decimals);
    let cost = Cost { expected: attempt.expected_cost, booked: attempt.cost, decimals };
    follow_cost(&cost, extent, reading.charge)
}

fn carry_out(desk: &mut Desk<'_>, order: &Order, decided: &Decided) -> Result<Order, DbError> {
    let reason = decided.told.as_ref().map(|(_, text)| text.as_str());
    let cause = Cause { order: Some(order.id), reason, ..Cause::default() };
    let mut latest = order.clone();
    for step in &decided.steps {
        match desk.apply(&latest, step, kind(step), cause)? {
            Ok(after) => latest = after,
            // The rule has looked at this very order.
            Err(refused) => {
                return Err(desk.tx.poison(DbError::new("READINGS", refused.to_string())));
            }
        }
    }
    if decided.steps.is_empty()
        && let Some((kind, text)) = &decided.told
    {
        let data = serde_json::json!({ "reason": text }).to_string();
        desk.journal.note(order.account, Some(order.id), kind, data, desk.now);
    }
    if latest.state.is_terminal() {
        // The whole that it is a part of is settled by what is written.
        desk.flush_orders()?;
        settle_parent_of(desk, &latest)?;
    }
    Ok(latest)
}

const fn kind(step: &Event) -> &'static str {
    match step {
        Event::Progress { .. } => "order.progress",
        Event::Completed { .. } => "order.completed",
        Event::Partial { .. } => "order.partial",
        Event::Canceled => "order.canceled",
        _ => "order.review",
    }
}

fn booked(attempt: &Attempt, entry: CostEntry, now: Timestamp) -> Entry {
    Entry {
        id: 0,
        provider: attempt.provider,
        attempt: Some(attempt.id),
        kind: entry.kind,
        amount: Micros::new(entry.amount.raw().saturating_neg()),
        actor: None,
        reason: None,
        at: now,
    }
}

fn standing(before: &Order, after: &Order, attempt: &Attempt) -> Followed {
    Followed {
        state: after.state,
        accepted: attempt.started,
        ended: after.ended,
        cancel_requested: after.cancel_requested,
        moved: (before.state, before.remains, before.start_count)
            != (after.state, after.remains, after.start_count),
    }
}
