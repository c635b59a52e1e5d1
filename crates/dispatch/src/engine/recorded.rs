//! Outcomes of attempts: recorded in order, and their orders go on from there.

use super::follow::Entry;
use super::lane::{Lost, Placing};
use super::{Action, Engine, Reported};
use counter::fulfilment::Recorded;
use domain::orders::State;
use domain::providers::{Attempt, AttemptState, Fit, Found};
use domain::{Micros, Timestamp};

/// Most outcomes that are recorded in one unit.
const OUTCOMES: usize = 64;

impl Engine {
    /// Hands over what waits to be recorded.
    pub(super) fn record(&mut self) {
        if self.busy.outcomes.is_some() || self.outcomes.is_empty() {
            return;
        }
        let count = self.outcomes.len().min(OUTCOMES);
        let batch: Vec<Reported> = self.outcomes.drain(..count).collect();
        let outcomes = batch.iter().map(|reported| reported.outcome.clone()).collect();
        self.actions.push(Action::Record(outcomes));
        self.busy.outcomes = Some(batch);
    }

    /// What became of the outcomes: their orders go on.
    pub(super) fn recorded(&mut self, answers: Vec<Recorded>, now: Timestamp) {
        let batch = self.busy.outcomes.take().unwrap_or_default();
        for (reported, answer) in batch.into_iter().zip(answers) {
            let Some(lane) = self.lanes.get_mut(&reported.provider) else { continue };
            let attempt = reported.outcome.attempt;
            let placing = lane.placing.remove(&attempt);
            match answer {
                Recorded::Done(state, fit) => {
                    self.went_on(&reported, placing, state, fit, now);
                }
                Recorded::Known | Recorded::Missing => {
                    if let Some(placing) = placing {
                        self.queue.forget(placing.placement.order);
                    }
                }
            }
        }
    }

    fn went_on(
        &mut self,
        reported: &Reported,
        placing: Option<Placing>,
        state: State,
        fit: Fit,
        now: Timestamp,
    ) {
        let (attempt, found) = (reported.outcome.attempt, &reported.outcome.found);
        let Some(lane) = self.lanes.get_mut(&reported.provider) else { return };
        if fit == Fit::Healed {
            lane.distrust();
        }
        if let (Fit::Contradiction, Found::Accepted { upstream_id, .. }) = (fit, found) {
            // When another order has that id, it is followed no more.
            lane.follow.forget_called(upstream_id);
        }
        if matches!(found, Found::Lost) {
            if let Some(placing) = placing {
                let lost = Lost::new(attempt_of(&placing, now), now);
                let (with_person, back) = (state == State::Review, Some(placing.back));
                lane.lost.insert(attempt, Lost { with_person, back, ..lost });
                lane.resolver.begin();
            }
            return;
        }
        if matches!(found, Found::Undecided) {
            if let Some(lost) = lane.lost.get_mut(&attempt) {
                lost.with_person = true;
            }
            return;
        }
        if matches!(found, Found::Accepted { .. } | Found::AcceptedNoId) {
            lane.purse.booked(now);
        }
        let lost = lane.lost.remove(&attempt);
        if lost.is_some() {
            lane.look_again(now);
        }
        let (order, cost, started, back) = match (placing, lost) {
            (Some(Placing { placement, back, .. }), _) => {
                (placement.order, placement.expected_cost, placement.started, Some(back))
            }
            (None, Some(Lost { attempt, back, .. })) => {
                (attempt.order, attempt.expected_cost, attempt.started, back)
            }
            (None, None) => return,
        };
        match back {
            Some(back) if state == State::Pending => {
                self.queue.put_back(back.queued, back.again_at);
            }
            // When it waits again, it is found again.
            _ => self.queue.forget(order),
        }
        if let Found::Accepted { upstream_id, .. } = found
            && state == State::Submitted
        {
            // When it was begun, not when that was found out: a key may have been changed in between.
            let entry = Entry::new(attempt, upstream_id, started, cost);
            self.follow(reported.provider, entry, now);
        }
    }
}

fn attempt_of(placing: &Placing, now: Timestamp) -> Attempt {
    let placement = &placing.placement;
    Attempt {
        id: placement.attempt,
        order: placement.order,
        account: placement.account,
        number: placement.number,
        provider: placement.provider,
        route: placement.route,
        expected_cost: placement.expected_cost,
        cost: Micros::ZERO,
        state: AttemptState::Lost,
        upstream_id: None,
        evidence: None,
        followed: false,
        started: placement.started,
        changed: now,
    }
}
