//! Verdicts on attempts whose answer was lost: by evidence that a worker has gathered, or by a
//! person who has looked.

use super::claim::FRESH_US;
use super::outcome::{Recorded, record};
use super::{Found, Outcome};
use crate::{Counter, Failure, Refusal};
use domain::limits::{REASON_BYTES_MAX, UPSTREAM_ID_BYTES_MAX};
use domain::orders::{NotAccepted, Order, State};
use domain::providers::{Attempt, AttemptState};
use domain::{OrderId, Timestamp};
use store::Tx;
use store::tables::{attempts, orders, providers};

/// What a person has found out at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider does not have the order: it may be placed again.
    NotAccepted {
        /// For how many microseconds after an answer was lost the provider may still take the order.
        grace_us: i64,
    },
    /// The provider has the order under this id.
    AcceptedAs(String),
    /// The provider has the order; its id cannot be found.
    AcceptedNoId,
}

impl Counter {
    /// Says what became of the latest attempt to place an order, as a person has seen it at the
    /// provider; returns the order.
    ///
    /// That the provider does not have it can be seen only once nothing is on its way there any more, so
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
        let unit = move |tx: &mut dyn Tx| {
            let mut found = check(&verdict, &reason)?;
            let missing = || Refusal::missing("order", order);
            let before = orders::by_id(tx, order)?.ok_or_else(missing)?;
            let known = attempts::of_order(tx, order)?;
            let attempt = latest(&known, &verdict).ok_or_else(|| {
                let text = format!(
                    "order {order}: it is known what became of every attempt (`order show {order}`)"
                );
                Refusal::NotNow(text)
            })?;
            match &verdict {
                Verdict::NotAccepted { grace_us } => {
                    let provider = providers::provider(tx, attempt.provider)?;
                    let asked_again = provider.is_some_and(|provider| provider.takes_request_id);
                    if asked_again && before.state == State::Unknown {
                        found = Found::Undecided;
                    } else {
                        let known = (&before, attempt, asked_again);
                        absence_shows(known, *grace_us, now)?;
                    }
                }
                Verdict::AcceptedAs(id) => is_free(tx, attempt, id)?,
                Verdict::AcceptedNoId => {}
            }
            let outcome = Outcome { attempt: attempt.id, found, evidence: reason.clone() };
            match record(tx, &[outcome], Some(&actor), now)?.first() {
                Some(Recorded::Done(..)) => {}
                _ => {
                    let text = format!("order {order}: attempt {} is known", attempt.number);
                    return Err(Refusal::NotNow(text).into());
                }
            }
            Ok(orders::by_id(tx, order)?.ok_or_else(missing)?)
        };
        Failure::join(self.store.write(unit).await)
    }
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

fn check(verdict: &Verdict, reason: &str) -> Result<Found, Refusal> {
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(Refusal::Invalid(format!("reason: must be 1 to {REASON_BYTES_MAX} bytes")));
    }
    Ok(match verdict {
        Verdict::NotAccepted { .. } => Found::NotAccepted(NotAccepted::Person),
        Verdict::AcceptedNoId => Found::AcceptedNoId,
        Verdict::AcceptedAs(id) => {
            let fits = (1..=UPSTREAM_ID_BYTES_MAX).contains(&id.len());
            if !fits || id.chars().any(|c| c.is_control() || c.is_whitespace()) {
                let text = format!("id: must be 1 to {UPSTREAM_ID_BYTES_MAX} bytes without blanks");
                return Err(Refusal::Invalid(text));
            }
            Found::Accepted { upstream_id: id.clone(), cost: None }
        }
    })
}

/// The attempt that a verdict is about: the latest of which it is not known what became of it, or,
/// when the id is said, which the provider has under an unknown one.
fn latest<'a>(known: &'a [Attempt], verdict: &Verdict) -> Option<&'a Attempt> {
    let is_open = |attempt: &&Attempt| {
        let no_id = attempt.state == AttemptState::AcceptedNoId;
        attempt.state.is_unknown() || (no_id && matches!(verdict, Verdict::AcceptedAs(_)))
    };
    known.iter().rev().find(is_open)
}
