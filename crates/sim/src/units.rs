//! What a worker wants done: units of the counter, and calls.

use crate::Outcome;
use crate::kinds::{Event, Pid};
use crate::world::World;
use counter::nodes::Worker;
use dispatch::engine::{Action, Input, Kind};
use domain::Timestamp;
use store::StoreError;

impl World {
    /// Carries out what a worker wants done; what came of it is told to it a little later.
    pub(crate) fn carry_out(&mut self, pid: Pid, action: Action) -> Outcome<()> {
        let now = self.now();
        let Some(dispatcher) = self.dispatchers.get(&pid) else { return Ok(()) };
        let worker = dispatcher.worker.clone();
        let action = self.bent_unit(action);
        self.before_unit(pid, &action)?;
        let action = match action {
            Action::Place(placement) => {
                self.place_fresh(pid, &placement);
                return Ok(());
            }
            Action::Forward { ask, provider, kind, ids } => {
                self.forward(pid, ask, provider, (kind, &ids));
                return Ok(());
            }
            Action::AskStatus { ask, provider, ids } => {
                self.ask_status(pid, ask, provider, &ids);
                return Ok(());
            }
            Action::AskBalance { ask, provider } => {
                self.ask_balance(pid, ask, provider);
                return Ok(());
            }
            Action::Replay(attempt) => {
                if let Some(placement) = self.shop.wait(worker.placement(attempt))? {
                    let placement = self.bent_replay(placement);
                    self.place(pid, &placement);
                }
                return Ok(());
            }
            unit => unit,
        };
        let kind = kind_of(&action);
        let done = self.shop.wait(done(&worker, action.clone(), now));
        let input = match done {
            Ok(input) => {
                self.after_unit(&action)?;
                input
            }
            Err(error) if error.is_lease_lost() => {
                self.lose_lease(pid);
                kind.map(Input::Failed)
            }
            Err(error) => {
                self.finding(format!("the store could not do what fulfilment needs: {error}"));
                kind.map(Input::Failed)
            }
        };
        self.check_caps(&action)?;
        if let Some(input) = input {
            self.schedule(self.lag(), Event::Tell(pid, input));
        }
        Ok(())
    }
}

async fn done(
    worker: &Worker,
    action: Action,
    now: Timestamp,
) -> Result<Option<Input>, StoreError> {
    Ok(match action {
        Action::ReadSetup => Some(Input::Setup(worker.fulfilment_setup(now).await?)),
        Action::ReadWaiting { after, limit } => {
            let (orders, more) = worker.waiting_for_providers(after, limit).await?;
            Some(Input::Waiting(orders, more))
        }
        Action::TakeOver { provider, known } => {
            worker.give_up_attempts(provider, &known, now).await?;
            Some(Input::Unknown(provider, worker.unknown_attempts(provider).await?))
        }
        Action::ReadUnknown(provider) => {
            Some(Input::Unknown(provider, worker.unknown_attempts(provider).await?))
        }
        Action::ReadAttempts(ids) => Some(Input::Attempts(worker.attempts(&ids).await?)),
        Action::Claim(claims) => Some(Input::Claimed(worker.claim_orders(claims, now).await?)),
        Action::Record(outcomes) => {
            Some(Input::Recorded(worker.record_outcomes(outcomes, now).await?))
        }
        Action::ReadFollowed { provider, after, limit } => {
            let followed = worker.followed_attempts(provider, after, limit).await?;
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
            worker.pause_provider(provider, &reason, now).await?;
            None
        }
        Action::SwitchOff { route, reason } => {
            worker.switch_route_off(route, &reason, now).await?;
            None
        }
        Action::Place(_)
        | Action::Replay(_)
        | Action::FetchList(_)
        | Action::AskStatus { .. }
        | Action::AskBalance { .. }
        | Action::Forward { .. } => None,
    })
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
        | Action::FetchList(_)
        | Action::AskStatus { .. }
        | Action::AskBalance { .. }
        | Action::Forward { .. }
        | Action::RecordForwards(_)
        | Action::RecordBalance(_) => return None,
    })
}
