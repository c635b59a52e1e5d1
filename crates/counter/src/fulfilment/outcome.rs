//! Writes down what was found out about attempts: the attempt, its order, the order's money, what
//! the provider has charged.

use super::Outcome;
use super::admit::day;
use super::seen::{Seen, accounts_of};
use super::write_off::note_known;
use crate::desk::{Cause, Desk};
use crate::orders::settle_parent_of;
use domain::limits::REASON_BYTES_MAX;
use domain::orders::{Event, Order, State};
use domain::providers::{Attempt, AttemptState, EntryKind, Fit, Known, Settled, id_shared, settle};
use domain::{Micros, OrderId, Timestamp};
use store::tables::events::{self, ID_SHARED};
use store::tables::providers::{self, Entry};
use store::tables::{attempts, orders, restores, routes, write_offs};
use store::{DbError, Tx};

/// What became of something that was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was written; the order is in this state now.
    Done(State, Fit),
    /// It was known already, or says less than what is known.
    Known,
    /// There is no such attempt, or no such order.
    Missing,
}

/// What a unit collects beside what the desk does.
#[derive(Default)]
struct Collected {
    attempts: Vec<(AttemptState, Attempt)>,
    entries: Vec<Entry>,
}

/// Records outcomes in order; `actor` is the person who reports them, when one does.
pub(super) fn record(
    tx: &mut dyn Tx,
    outcomes: &[Outcome],
    actor: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Recorded>, DbError> {
    let accounts = accounts_of(tx, outcomes)?;
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    let mut seen = Seen::read(desk.tx, outcomes)?;
    let mut collected = Collected::default();
    let mut answers = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        if !seen.holds(outcome) {
            collected.write(&mut desk)?;
            seen.read_again(desk.tx, outcome)?;
        }
        answers.push(record_one(&mut desk, &mut seen, &mut collected, outcome, actor)?);
    }
    collected.write(&mut desk)?;
    desk.finish()?;
    Ok(answers)
}

impl Collected {
    /// Writes everything down: what follows may be about the same orders.
    fn write(&mut self, desk: &mut Desk<'_>) -> Result<(), DbError> {
        let Self { attempts, entries } = std::mem::take(self);
        attempts::update(desk.tx, &attempts)?;
        providers::book(desk.tx, &entries)?;
        desk.flush_orders()
    }
}

fn record_one(
    desk: &mut Desk<'_>,
    seen: &mut Seen,
    collected: &mut Collected,
    outcome: &Outcome,
    actor: Option<&str>,
) -> Result<Recorded, DbError> {
    let Some(attempt) = seen.attempt(outcome).cloned() else { return Ok(Recorded::Missing) };
    let holder = seen.holder(outcome).cloned();
    if let Some(holder) = &holder {
        doubt_holder(desk, holder, attempt.order)?;
        seen.wrote(outcome, holder.order);
        // Another attempt of this very order may have had the id.
        seen.read_order(desk.tx, attempt.order)?;
    }
    let Some(order) = seen.order(&attempt).cloned() else { return Ok(Recorded::Missing) };
    let id_taken = holder.is_some();
    let rival = seen.has_rival(&attempt);
    let provider = seen.provider(&attempt);
    let asked_again = provider.is_some_and(|provider| provider.takes_request_id);
    let exchange = provider.map(|provider| provider.exchange);
    let item = match order.state {
        State::Canceled => write_offs::of_attempt(desk.tx, attempt.id)?,
        _ => None,
    };
    let written_off = item.is_some();
    let others_missing = order.state == State::Review
        && restores::latest(desk.tx)?.is_some_and(|restore| attempt.started <= restore.at);
    let known = Known {
        order: &order,
        attempt: &attempt,
        id_taken,
        rival,
        asked_again,
        written_off,
        others_missing,
    };
    let Some(settled) = settle(known, &outcome.found) else { return Ok(Recorded::Known) };
    if seen.is_capped(&attempt) {
        count_units(desk.tx, &order, &attempt, settled.state)?;
    }
    let evidence = shortened(&outcome.evidence);
    let after = steps(desk, &order, &settled, &evidence, actor)?;
    let fit = settled.fit;
    collect(collected, &attempt, settled, &evidence, desk.now);
    if let (Some(item), Some((_, after)), Some(exchange)) =
        (item, collected.attempts.last(), exchange)
    {
        note_known(desk, &item, after, exchange)?;
    }
    if after.state.is_terminal() {
        desk.flush_orders()?;
        settle_parent_of(desk, &after)?;
    }
    seen.wrote(outcome, order.id);
    Ok(Recorded::Done(after.state, fit))
}

/// The provider has given the id of an order to another one: the first is followed no more, and a
/// person decides about it. It keeps the id, so that whoever gets it next is found out too.
fn doubt_holder(desk: &mut Desk<'_>, holder: &Attempt, other: OrderId) -> Result<(), DbError> {
    if desk.account(holder.account).is_none() {
        // It got the id after the accounts were locked; what is recorded is recorded once more.
        return Err(desk.tx.poison(DbError::new("OUTCOME", "the id was given out meanwhile")));
    }
    if holder.followed {
        let unfollowed = Attempt { followed: false, changed: desk.now, ..holder.clone() };
        attempts::update(desk.tx, &[(holder.state, unfollowed)])?;
    }
    let Some(order) = orders::by_id(desk.tx, holder.order)? else { return Ok(()) };
    let id = holder.upstream_id.as_deref().unwrap_or_default();
    let reason =
        shortened(&format!("the provider has given its id there, {id}, to order {other} too"));
    let cause = Cause { order: Some(order.id), reason: Some(&reason), ..Cause::default() };
    let steps = id_shared(&order);
    for step in &steps {
        if let Err(refused) = desk.apply(&order, step, ID_SHARED, cause)? {
            return Err(desk.tx.poison(DbError::new("OUTCOME", refused.to_string())));
        }
    }
    if steps.is_empty() {
        let data = serde_json::json!({ "attempt": holder.state.name(), "reason": reason });
        let data = data.to_string();
        let known = events::of_order(desk.tx, order.id)?;
        // What is found out may be recorded more than once.
        if !known.iter().any(|event| event.kind == ID_SHARED && event.data == data) {
            desk.journal.note(order.account, Some(order.id), ID_SHARED, data, desk.now);
        }
    }
    desk.flush_orders()
}

/// What a provider does not have after all counts no more for the daily cap of its route, and counts
/// again when that was wrong.
fn count_units(
    tx: &mut dyn Tx,
    order: &Order,
    attempt: &Attempt,
    after: AttemptState,
) -> Result<(), DbError> {
    let (was, is) = (attempt.state.may_be_placed(), after.may_be_placed());
    if was == is {
        return Ok(());
    }
    let day = day(attempt.started);
    if is {
        routes::count_units(tx, &[(attempt.route, order.quantity)], day)
    } else {
        routes::uncount_units(tx, attempt.route, order.quantity, day)
    }
}

fn steps(
    desk: &mut Desk<'_>,
    order: &Order,
    settled: &Settled,
    evidence: &str,
    actor: Option<&str>,
) -> Result<Order, DbError> {
    let cause = Cause { order: Some(order.id), actor, reason: Some(evidence), ..Cause::default() };
    let mut latest = order.clone();
    for step in &settled.steps {
        match desk.apply(&latest, step, kind(step, settled.state), cause)? {
            Ok(after) => latest = after,
            // The rule has looked at this very order.
            Err(refused) => {
                return Err(desk.tx.poison(DbError::new("OUTCOME", refused.to_string())));
            }
        }
    }
    if settled.steps.is_empty() {
        let data = serde_json::json!({ "attempt": settled.state.name(), "reason": evidence });
        let kind = "order.evidence";
        desk.journal.note(order.account, Some(order.id), kind, data.to_string(), desk.now);
    }
    Ok(latest)
}

const fn kind(step: &Event, attempt: AttemptState) -> &'static str {
    match step {
        Event::NotSent => "order.not_sent",
        Event::Rejected { .. } if matches!(attempt, AttemptState::NotSent) => "order.not_sent",
        Event::Rejected { .. } => "order.refused_upstream",
        Event::AnswerLost => "order.unknown",
        Event::ShownNotAccepted(_) => "order.not_accepted",
        Event::ShownAccepted => "order.accepted_without_id",
        Event::Accepted => "order.accepted",
        _ => "order.review",
    }
}

fn collect(
    collected: &mut Collected,
    attempt: &Attempt,
    settled: Settled,
    evidence: &str,
    now: Timestamp,
) {
    let mut after = Attempt {
        state: settled.state,
        upstream_id: settled.upstream_id.or_else(|| attempt.upstream_id.clone()),
        followed: settled.followed,
        evidence: Some(evidence.to_owned()),
        // That nothing shows is nothing new: a lost answer has had its time since it was lost.
        changed: if settled.state == attempt.state { attempt.changed } else { now },
        ..attempt.clone()
    };
    if let Some(charge) = settled.charge.filter(|charge| *charge != Micros::ZERO) {
        after.cost = Micros::new(attempt.cost.raw().saturating_add(charge.raw()));
        collected.entries.push(Entry {
            id: 0,
            provider: attempt.provider,
            attempt: Some(attempt.id),
            kind: EntryKind::Charge,
            amount: Micros::new(charge.raw().saturating_neg()),
            actor: None,
            reason: None,
            at: now,
        });
    }
    collected.attempts.push((attempt.state, after));
}

/// Words of a provider as they are kept: on one line, and not too long.
pub(crate) fn shortened(text: &str) -> String {
    let mut kept: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_BYTES_MAX).collect();
    while kept.len() > REASON_BYTES_MAX {
        kept.pop();
    }
    kept
}
