//! Units of the counter that the engine asks for.

use crate::engine::{Action, Input, Kind};
use counter::Counter;
use counter::fulfilment::{Found, Outcome, Placement, Recorded};
use counter::nodes::Worker;
use domain::providers::Fit;
use domain::{AttemptId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::StoreError;

/// Opens units. Clones share whether the lease is lost.
#[derive(Clone, Debug)]
pub(super) struct Units {
    counter: Counter,
    worker: Worker,
    lease_lost: Arc<AtomicBool>,
}

impl Units {
    pub(super) fn new(counter: Counter, worker: Worker) -> Self {
        Self { counter, worker, lease_lost: Arc::default() }
    }

    pub(super) fn is_lease_lost(&self) -> bool {
        self.lease_lost.load(Ordering::Acquire)
    }

    /// What was sent for an attempt.
    pub(super) async fn placement(
        &self,
        attempt: AttemptId,
    ) -> Result<Option<Placement>, StoreError> {
        self.counter.placement(attempt).await
    }

    /// Carries an action out; returns what is to be told of it.
    pub(super) async fn carry_out(&self, action: Action, now: Timestamp) -> Option<Input> {
        let kind = kind_of(&action);
        match self.done(action, now).await {
            Ok(input) => input,
            Err(error) => {
                if error.is_lease_lost() {
                    self.lease_lost.store(true, Ordering::Release);
                } else {
                    tracing::error!(%error, "the store could not do what fulfilment needs");
                }
                kind.map(Input::Failed)
            }
        }
    }

    async fn done(&self, action: Action, now: Timestamp) -> Result<Option<Input>, StoreError> {
        let (counter, worker) = (&self.counter, &self.worker);
        Ok(match action {
            Action::ReadSetup => Some(Input::Setup(counter.fulfilment_setup().await?)),
            Action::ReadWaiting { after, limit } => {
                let (orders, more) = counter.waiting_for_providers(after, limit).await?;
                Some(Input::Waiting(orders, more))
            }
            Action::TakeOver { provider, known } => {
                let given_up = worker.give_up_attempts(provider, &known, now).await?;
                if given_up > 0 {
                    tracing::warn!(
                        provider = provider.0,
                        given_up,
                        "orders were being placed when the worker before this one ended; it is not \
                         known whether the provider has them"
                    );
                }
                let unknown = counter.unknown_attempts(provider).await?;
                Some(Input::Unknown(provider, unknown))
            }
            Action::ReadUnknown(provider) => {
                let unknown = counter.unknown_attempts(provider).await?;
                Some(Input::Unknown(provider, unknown))
            }
            Action::ReadAttempts(ids) => Some(Input::Attempts(counter.attempts(&ids).await?)),
            Action::Claim(claims) => Some(Input::Claimed(worker.claim_orders(claims, now).await?)),
            Action::Record(outcomes) => {
                let recorded = counter.record_outcomes(outcomes.clone(), now).await?;
                for (outcome, recorded) in outcomes.iter().zip(&recorded) {
                    tell(outcome, *recorded);
                }
                Some(Input::Recorded(recorded))
            }
            Action::ReadFollowed { provider, after, limit } => {
                let followed = counter.followed_attempts(provider, after, limit).await?;
                Some(Input::Followed(provider, followed))
            }
            Action::ReadForwards { statuses } => {
                Some(Input::ToForward(worker.take_forwards(statuses, now).await?))
            }
            Action::RecordForwards(answers) => {
                worker.record_forwards(answers, now).await?;
                None
            }
            Action::RecordBalance(read) => {
                worker.record_balance(read, now).await?;
                None
            }
            Action::RecordReports(reports) => {
                Some(Input::ReportsRecorded(worker.record_reports(reports, now).await?))
            }
            Action::Unfollow(attempts) => {
                worker.unfollow(attempts).await?;
                Some(Input::Unfollowed)
            }
            Action::Pause { provider, reason } => {
                if worker.pause_provider(provider, &reason, now).await? {
                    tracing::error!(
                        provider = provider.0,
                        reason,
                        "the provider gets no more orders: look at it, then set it to active again"
                    );
                }
                None
            }
            Action::SwitchOff { route, reason } => {
                if worker.switch_route_off(route, &reason, now).await? {
                    tracing::error!(
                        route = route.0,
                        reason,
                        "the route is used no more: look at it, then switch it on again"
                    );
                }
                None
            }
            // Calls to providers are no units.
            Action::Place(_)
            | Action::Replay(_)
            | Action::AskStatus { .. }
            | Action::AskBalance { .. }
            | Action::Forward { .. } => None,
        })
    }
}

/// What has to be told to be carried out once more.
const fn kind_of(action: &Action) -> Option<Kind> {
    Some(match action {
        Action::ReadSetup => Kind::Setup,
        Action::ReadWaiting { .. } => Kind::Waiting,
        Action::TakeOver { provider, .. } => Kind::TakeOver(*provider),
        Action::ReadUnknown(_) | Action::ReadAttempts(_) => Kind::Unknown,
        Action::Claim(_) => Kind::Claim,
        Action::Record(_) => Kind::Record,
        Action::ReadFollowed { provider, .. } => Kind::Followed(*provider),
        Action::ReadForwards { .. } => Kind::Forwards,
        Action::RecordReports(_) => Kind::Reports,
        Action::Unfollow(_) => Kind::Unfollow,
        Action::Pause { .. }
        | Action::SwitchOff { .. }
        | Action::Place(_)
        | Action::Replay(_)
        | Action::AskStatus { .. }
        | Action::AskBalance { .. }
        | Action::Forward { .. }
        | Action::RecordForwards(_)
        | Action::RecordBalance(_) => return None,
    })
}

/// Tells whoever reads logs what needs their attention.
fn tell(outcome: &Outcome, recorded: Recorded) {
    let (attempt, evidence) = (outcome.attempt.0, outcome.evidence.as_str());
    match (&outcome.found, recorded) {
        (_, Recorded::Done(state, Fit::Contradiction)) => {
            let state = state.name();
            tracing::error!(
                attempt,
                state,
                evidence,
                "evidence contradicts what was known: decide"
            );
        }
        (_, Recorded::Done(_, Fit::Borne)) => {
            tracing::error!(
                attempt,
                evidence,
                "an order that was written off is there: what it costs is ours"
            );
        }
        (_, Recorded::Done(_, Fit::Healed)) => {
            tracing::error!(
                attempt,
                evidence,
                "a verdict was wrong; this provider's lost answers are left to people from now on"
            );
        }
        (Found::Lost, _) => {
            tracing::warn!(
                attempt,
                evidence,
                "an answer was lost: the order is held until it is known"
            );
        }
        (Found::Undecided, _) => {
            tracing::error!(
                attempt,
                evidence,
                "nothing shows what became of an order: look at the provider, then `order decide`"
            );
        }
        _ => {}
    }
}
