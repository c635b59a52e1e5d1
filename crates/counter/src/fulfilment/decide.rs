//! Verdicts on attempts whose answer was lost: by evidence that a worker has gathered, or by a
//! person who has looked.

use super::found::{Finding, concerns, only_provider};
use super::outcome::{Recorded, record};
use super::{Found, Outcome};
use crate::catalogue::Snapshot;
use crate::{Counter, Failure, Refusal};
use domain::limits::{REASON_BYTES_MAX, UPSTREAM_ID_BYTES_MAX};
use domain::orders::{NotAccepted, Order, State};
use domain::providers::{Attempt, AttemptState};
use domain::{ExecutorId, OrderId, ProviderId, Timestamp};
use store::Tx;
use store::tables::{attempts, orders};

/// What a person has found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has the order: it may be placed, or pulled, again.
    NotAccepted,
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
    /// has it.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order or attempt, or it is known already.
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
            let found = check(&verdict, &reason)?;
            let missing = || Refusal::missing("order", order);
            let before = orders::by_id(tx, order)?.ok_or_else(missing)?;
            let snapshot = catalogue.within(tx)?;
            let finding = Finding { order, actor: &actor, reason: &reason, now };
            let known = attempts::of_order(tx, order)?;
            match latest(&known, &verdict) {
                Some(attempt) => settle(tx, &finding, attempt, found)?,
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
        Verdict::NotAccepted => return finding.nobody_has_it(tx),
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
        Verdict::NotAccepted => Found::NotAccepted(NotAccepted::Person),
        Verdict::AcceptedNoId | Verdict::PlacedAt(_, None) => Found::AcceptedNoId,
        Verdict::AcceptedAs(id) | Verdict::PlacedAt(_, Some(id)) => {
            let fits = (1..=UPSTREAM_ID_BYTES_MAX).contains(&id.len());
            if !fits || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
                let text = format!("id: must be 1 to {UPSTREAM_ID_BYTES_MAX} bytes without blanks");
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
