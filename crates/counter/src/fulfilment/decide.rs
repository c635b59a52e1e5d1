//! Verdicts on attempts whose answer was lost: by evidence that a worker has gathered, or by a
//! person who has looked.

use super::outcome::{Recorded, record};
use super::{Found, Outcome};
use crate::{Counter, Failure, Refusal};
use domain::limits::{REASON_BYTES_MAX, UPSTREAM_ID_BYTES_MAX};
use domain::orders::{NotAccepted, Order};
use domain::providers::{Attempt, AttemptState};
use domain::{OrderId, Timestamp};
use store::Tx;
use store::tables::{attempts, orders};

/// What a person has found out at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The provider does not have the order: it may be placed again.
    NotAccepted,
    /// The provider has the order under this id.
    AcceptedAs(String),
    /// The provider has the order; its id cannot be found.
    AcceptedNoId,
}

impl Counter {
    /// Says what became of the latest attempt to place an order, as a person has seen it at the
    /// provider.
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
        let unit = move |tx: &mut dyn Tx| {
            let found = check(&verdict, &reason)?;
            let missing = || Refusal::missing("order", order);
            orders::by_id(tx, order)?.ok_or_else(missing)?;
            let known = attempts::of_order(tx, order)?;
            let attempt = latest(&known, &verdict).ok_or_else(|| {
                let text = format!(
                    "order {order}: it is known what became of every attempt (`order show {order}`)"
                );
                Refusal::NotNow(text)
            })?;
            let outcome =
                Outcome { attempt: attempt.id, found: found.clone(), evidence: reason.clone() };
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

fn check(verdict: &Verdict, reason: &str) -> Result<Found, Refusal> {
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(Refusal::Invalid(format!("reason: must be 1 to {REASON_BYTES_MAX} bytes")));
    }
    Ok(match verdict {
        Verdict::NotAccepted => Found::NotAccepted(NotAccepted::Person),
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
