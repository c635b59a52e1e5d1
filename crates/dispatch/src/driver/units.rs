//! Units of the counter that the engine asks for.

use super::putting_off::PuttingOff;
use super::told;
use crate::engine::{Action, Input};
use counter::Counter;
use counter::fulfilment::Placement;
use counter::nodes::Worker;
use domain::{AttemptId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::StoreError;

/// Opens units. Clones share whether the lease is lost, and who puts things off.
#[derive(Clone, Debug)]
pub struct Units {
    counter: Counter,
    worker: Worker,
    lease_lost: Arc<AtomicBool>,
    putting_off: PuttingOff,
}

impl Units {
    /// Units of `counter`, and under the lease of `worker` what needs one.
    pub fn new(counter: Counter, worker: Worker) -> Self {
        Self { counter, worker, lease_lost: Arc::default(), putting_off: PuttingOff::default() }
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
        let kind = action.kind();
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

    /// Carries an action out; returns what is to be told of it. Nothing is done about calls: they are no
    /// units.
    ///
    /// # Errors
    /// [`StoreError`]; [`Action::kind`] is what is to be told then.
    pub async fn done(&self, action: Action, now: Timestamp) -> Result<Option<Input>, StoreError> {
        let (counter, worker) = (&self.counter, &self.worker);
        Ok(match action {
            Action::ReadSetup => Some(Input::Setup(counter.fulfilment_setup(now).await?)),
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
                told::tell(counter, &outcomes, &recorded).await;
                Some(Input::Recorded(recorded))
            }
            Action::ReadFollowed { provider, after, limit } => {
                let followed = counter.followed_attempts(provider, after, limit).await?;
                Some(Input::Followed(provider, followed))
            }
            Action::ReadForwards(wanted) => {
                Some(Input::ToForward(worker.take_forwards(wanted, now).await?))
            }
            Action::RecordForwards(answers) => {
                let put_off = worker.record_forwards(answers, now).await?;
                self.putting_off.tell(&put_off, now);
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
            | Action::FetchList(_)
            | Action::AskStatus { .. }
            | Action::AskBalance { .. }
            | Action::Forward { .. } => None,
        })
    }
}
