//! Verdicts on attempts whose answer was lost: by evidence that a worker has gathered, or by a
//! person who has looked.

use super::claim::FRESH_US;
use super::found::{Finding, concerns, only_provider};
use super::outcome::{Recorded, record};
use super::{Found, Outcome};
use crate::catalogue::Snapshot;
use crate::{Counter, Failure, Refusal};
use domain::limits::{REASON_BYTES_MAX, UPSTREAM_ORDER_BYTES_MAX};
use domain::orders::{NotAccepted, Order, State};
use domain::providers::{Attempt, AttemptState, is_upstream_id};
use domain::{ExecutorId, OrderId, ProviderId, Timestamp};
use store::Tx;
use store::tables::{attempts, orders, providers};

/// What a person has found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has the order: it may be placed, or pulled, again.
    NotAccepted {
        /// For how many microseconds after an answer was lost the provider may still take the order.
        grace_us: i64,
    },
    /// The provider has the order under this id.
    AcceptedAs(String),
    /// The provider has the order; its id cannot be found.
    AcceptedNoId,
    /// This provider has the order, under this id when it can be found; also when our books know
    /// nothing of it.
    PlacedAt(ProviderId, Option<String>),
    /// This executor has the order, though our books know nothing of it.
    Pulled(ExecutorId),
}

impl Counter {
    /// Says what became of the latest attempt to place an order, as a person has seen it; or, of an
    /// order that is before a person because an older copy of the database was put in its place, who
    /// has it. Returns the order.
    ///
    /// That a provider does not have it can be seen only once nothing is on its way there any more, so
    /// it is refused before. An order that is asked for again under its request id goes into review
    /// first, from where it is not: it is returned like that, and the person looks again.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order or attempt, it is known already, or it cannot be known
    /// yet.
    pub async fn decide_attempt(
        &self,
        order: OrderId,
        verdict: Verdict,
        actor: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        let (actor, reason) = (actor.to_owned(), reason.trim().to_owned());
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let mut found = check(&verdict, &reason)?;
            let missing = || Refusal::missing("order", order);
            let before = orders::by_id(tx, order)?.ok_or_else(missing)?;
            let snapshot = catalogue.within(tx)?;
            let finding = Finding { order, actor: &actor, reason: &reason, now };
            let known = attempts::of_order(tx, order)?;
            match latest(&known, &verdict) {
                Some(attempt) => {
                    if is_asked_for(tx, &before, attempt, &verdict, now)? {
                        found = Some(Found::Undecided);
                    }
                    settle(tx, &finding, attempt, found)?;
                }
                None if before.state == State::Review => {
                    of_unknown(tx, &snapshot, &finding, &verdict, found)?;
                }
                None => {
                    let text = format!(
                        "order {order}: it is known what became of every attempt (`order show \
                         {order}`)"
                    );
                    return Err(Refusal::NotNow(text).into());
                }
            }
            Ok(orders::by_id(tx, order)?.ok_or_else(missing)?)
        };
        Failure::join(self.store.write(unit).await)
    }
}

/// Checks that a verdict on an attempt can be known. Returns whether nobody can see yet that it is not
/// there, because it is asked for again until a person has it.
fn is_asked_for(
    tx: &mut dyn Tx,
    order: &Order,
    attempt: &Attempt,
    verdict: &Verdict,
    now: Timestamp,
) -> Result<bool, Failure<Refusal>> {
    match verdict {
        Verdict::NotAccepted { grace_us } => {
            let provider = providers::provider(tx, attempt.provider)?;
            let asked_again = provider.is_some_and(|provider| provider.takes_request_id);
            if asked_again && order.state == State::Unknown {
                return Ok(true);
            }
            absence_shows((order, attempt, asked_again), *grace_us, now)?;
        }
        Verdict::AcceptedAs(id) | Verdict::PlacedAt(_, Some(id)) => is_free(tx, attempt, id)?,
        Verdict::AcceptedNoId | Verdict::PlacedAt(_, None) | Verdict::Pulled(_) => {}
    }
    Ok(false)
}

/// Whether it shows by now that a provider does not have an order: all that could be sent was sent, and
/// has had its time.
fn absence_shows(
    (order, attempt, asked_again): (&Order, &Attempt, bool),
    grace_us: i64,
    now: Timestamp,
) -> Result<(), Refusal> {
    let id = order.id;
    if attempt.state == AttemptState::Open {
        return Err(Refusal::NotNow(format!(
            "order {id}: attempt {} is under way; wait until its answer is there, or is given up, then \
             look at the provider again",
            attempt.number
        )));
    }
    let sent = attempt.started.0.saturating_add(FRESH_US);
    // Where it was asked for again, that ended when it went before a person.
    let asked = order.changed.0.saturating_add(FRESH_US);
    let last = attempt.changed.0.max(sent).max(if asked_again { asked } else { sent });
    let left = last.saturating_add(grace_us).saturating_sub(now.0);
    if left > 0 {
        let seconds = left.saturating_add(999_999).div_euclid(1_000_000);
        return Err(Refusal::NotNow(format!(
            "order {id}: the provider may still take it, for {seconds} seconds \
             (`provider_grace_seconds`); look at it again after that, then decide"
        )));
    }
    Ok(())
}

/// Whether no other attempt has the id that the provider is said to know this one by.
fn is_free(tx: &mut dyn Tx, attempt: &Attempt, id: &str) -> Result<(), Failure<Refusal>> {
    let holder = attempts::by_upstream(tx, attempt.provider, id)?;
    match holder.filter(|holder| holder.id != attempt.id) {
        None => Ok(()),
        Some(holder) => Err(Refusal::NotNow(format!(
            "id: order {0} has {id} at this provider; when it is not a slip, say that it was accepted \
             without one, and see for yourself how order {0} ends",
            holder.order
        ))
        .into()),
    }
}

/// A verdict on an attempt.
fn settle(
    tx: &mut dyn Tx,
    finding: &Finding<'_>,
    attempt: &Attempt,
    found: Option<Found>,
) -> Result<(), Failure<Refusal>> {
    let (order, evidence) = (finding.order, finding.reason.to_owned());
    let recorded = match found {
        Some(found) => {
            let outcome = Outcome { attempt: attempt.id, found, evidence };
            record(tx, &[outcome], Some(finding.actor), finding.now)?
        }
        None => Vec::new(),
    };
    match recorded.first() {
        Some(Recorded::Done(..)) => Ok(()),
        _ => {
            let text = format!("order {order}: attempt {} is known", attempt.number);
            Err(Refusal::NotNow(text).into())
        }
    }
}

/// A verdict on an order of which our books know no attempt that it could be about.
fn of_unknown(
    tx: &mut dyn Tx,
    catalogue: &Snapshot,
    finding: &Finding<'_>,
    verdict: &Verdict,
    found: Option<Found>,
) -> Result<(), Failure<Refusal>> {
    let provider = match verdict {
        Verdict::NotAccepted { .. } => return finding.nobody_has_it(tx),
        Verdict::Pulled(executor) => return finding.executor_has_it(tx, *executor),
        Verdict::PlacedAt(provider, _) => *provider,
        Verdict::AcceptedAs(_) | Verdict::AcceptedNoId => only_provider(tx, finding.order)?,
    };
    finding.provider_has_it(tx, catalogue, provider, found.unwrap_or(Found::AcceptedNoId))
}

/// What a verdict says of an attempt at a provider; nothing when it is about none.
fn check(verdict: &Verdict, reason: &str) -> Result<Option<Found>, Refusal> {
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(Refusal::Invalid(format!("reason: must be 1 to {REASON_BYTES_MAX} bytes")));
    }
    Ok(Some(match verdict {
        Verdict::NotAccepted { .. } => Found::NotAccepted(NotAccepted::Person),
        Verdict::AcceptedNoId | Verdict::PlacedAt(_, None) => Found::AcceptedNoId,
        Verdict::AcceptedAs(id) | Verdict::PlacedAt(_, Some(id)) => {
            if !is_upstream_id(id) {
                let text = format!(
                    "id: must be 1 to {UPSTREAM_ORDER_BYTES_MAX} letters, digits, _, -, : or #, with a digit"
                );
                return Err(Refusal::Invalid(text));
            }
            Found::Accepted { upstream_id: id.clone(), cost: None }
        }
        Verdict::Pulled(_) => return Ok(None),
    }))
}

/// The attempt that a verdict is about: the latest of which it is not known what became of it, or,
/// when the id is said, which the provider has under an unknown one.
fn latest<'a>(known: &'a [Attempt], verdict: &Verdict) -> Option<&'a Attempt> {
    let says_id = matches!(verdict, Verdict::AcceptedAs(_) | Verdict::PlacedAt(_, Some(_)));
    let is_open = |attempt: &&Attempt| {
        let no_id = attempt.state == AttemptState::AcceptedNoId && says_id;
        (attempt.state.is_unknown() || no_id) && concerns(attempt, verdict)
    };
    known.iter().rev().find(is_open)
}
