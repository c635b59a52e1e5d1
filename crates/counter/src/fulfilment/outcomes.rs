//! Outcomes of attempts, as whoever calls providers reports them. Written for a batch.

use super::Recorded;
use super::outcome::record;
use crate::Counter;
use crate::nodes::{Job, Worker};
use domain::providers::AttemptState;
use domain::{AttemptId, OrderId, ProviderId, Timestamp};
use std::sync::Arc;
use store::tables::attempts;
use store::{DbError, StoreError, Tx};

pub use domain::providers::Found;

/// Most attempts that one unit gives up for lost.
const LOST_PER_UNIT: i64 = 100;

/// What was found out about an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The attempt.
    pub attempt: AttemptId,
    /// What was found out.
    pub found: Found,
    /// What shows it: the provider's words, or what went wrong.
    pub evidence: String,
}

/// What an attempt comes to whose answer nobody waits for.
fn lost(attempt: AttemptId) -> Outcome {
    let evidence = String::from("whoever waited for the answer has ended");
    Outcome { attempt, found: Found::Lost, evidence }
}

/// Gives up what is under way for orders, whoever did it: the counter has stood still.
pub(crate) fn give_up(tx: &mut dyn Tx, orders: &[OrderId], now: Timestamp) -> Result<(), DbError> {
    let mut outcomes = Vec::with_capacity(orders.len());
    for order in orders {
        let open = attempts::of_order(tx, *order)?;
        let open = open.iter().filter(|attempt| attempt.state == AttemptState::Open);
        outcomes.extend(open.map(|attempt| lost(attempt.id)));
    }
    record(tx, &outcomes, None, now).map(|_| ())
}

impl Counter {
    /// Records what was found out, in one unit; answers in order. Not under a lease: evidence is
    /// information, also from a worker that another one has taken over from. What is known already
    /// is ignored.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is recorded then.
    pub async fn record_outcomes(
        &self,
        outcomes: Vec<Outcome>,
        now: Timestamp,
    ) -> Result<Vec<Recorded>, StoreError> {
        let unit = move |tx: &mut dyn Tx| record(tx, &outcomes, None, now);
        Ok(self.store.plain().write(unit).await??)
    }
}

impl Worker {
    /// Gives up attempts at a provider that are under way by what is written, but not here, where
    /// only `known` are: nobody waits for their answers any more, so what became of them is not known.
    /// Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_up_attempts(
        &self,
        provider: ProviderId,
        known: &[AttemptId],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let known: Arc<[AttemptId]> = known.into();
        let mut given_up: usize = 0;
        let mut after = AttemptId(0);
        loop {
            let known = Arc::clone(&known);
            let unit = move |tx: &mut dyn Tx| {
                let page = attempts::unknown(tx, provider, after, LOST_PER_UNIT)?;
                let last = page.last().map(|attempt| attempt.id);
                let open = page.into_iter().filter(|attempt| {
                    attempt.state == AttemptState::Open && !known.contains(&attempt.id)
                });
                let outcomes: Vec<Outcome> = open.map(|attempt| lost(attempt.id)).collect();
                record(tx, &outcomes, None, now)?;
                Ok::<_, DbError>((outcomes.len(), last))
            };
            let (count, last) = self.store.write(unit).await??;
            given_up = given_up.saturating_add(count);
            match last {
                Some(last) => after = last,
                None => return Ok(given_up),
            }
        }
    }
}
