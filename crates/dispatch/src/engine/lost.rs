//! Orders of which it is not known whether a provider has them: asked for again where the provider
//! knows request ids, and left alone otherwise until there is evidence.

use super::classify::Verdict;
use super::lane::{Lost, Readiness};
use super::{Action, Engine, Reported, plus};
use counter::fulfilment::Outcome;
use domain::providers::{Attempt, AttemptState, Found};
use domain::{AttemptId, ProviderId, Timestamp};

/// After what time an order is asked for again under its request id, at first.
const REPLAY_US: i64 = 1_000_000;

/// How often, before a person looks at one that is refused then.
const REPLAYS: u32 = 5;

/// After what time at most.
const REPLAY_MAX_US: i64 = 300_000_000;

impl Lost {
    /// An order of which nothing is known since `now`.
    pub(super) const fn new(attempt: Attempt, now: Timestamp) -> Self {
        Self {
            attempt,
            replays: 0,
            next: plus(now, REPLAY_US),
            asking: false,
            with_person: false,
        }
    }
}

impl Engine {
    /// Takes in all that is unknown at a provider, as it was read.
    pub(super) fn unknown(
        &mut self,
        provider: ProviderId,
        attempts: Vec<Attempt>,
        now: Timestamp,
    ) {
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        lane.readiness = Readiness::Ready;
        for attempt in attempts {
            // What is open is under way here.
            if attempt.state == AttemptState::Lost {
                self.queue.is_away(attempt.order);
                let (id, lost) = (attempt.id, Lost::new(attempt, now));
                lane.lost.entry(id).or_insert(lost);
            }
        }
    }

    /// Asks again for orders whose answers were lost, where the provider knows our request ids.
    pub(super) fn ask_again(&mut self, now: Timestamp) {
        for lane in self.lanes.values_mut().filter(|lane| lane.provider.takes_request_id) {
            for (id, lost) in &mut lane.lost {
                if lost.asking || lost.with_person || lost.next > now || !lane.breaker.may_ask(now) {
                    continue;
                }
                lost.asking = true;
                lost.replays = lost.replays.saturating_add(1);
                let doubled = 1_i64.checked_shl(lost.replays.min(16)).unwrap_or(1);
                lost.next = plus(now, REPLAY_US.saturating_mul(doubled).min(REPLAY_MAX_US));
                self.actions.push(Action::Replay(*id));
            }
        }
    }

    /// What an order that was asked for again came to. Its id settles it: the provider has answered
    /// as it did at first, or has taken it only now. A refusal settles nothing, because it may come
    /// from what the provider looks at before it looks for the request id; after some of them a
    /// person looks.
    pub(super) fn replayed(
        &mut self,
        provider: ProviderId,
        attempt: AttemptId,
        verdict: &Verdict,
        evidence: &str,
    ) {
        let lane = self.lanes.get(&provider);
        let replays = lane.and_then(|lane| lane.lost.get(&attempt)).map_or(0, |lost| lost.replays);
        let found = match verdict {
            Verdict::Accepted(id) => Found::Accepted { upstream_id: id.clone(), cost: None },
            Verdict::Refused(_) if replays >= REPLAYS => Found::Undecided,
            _ => return,
        };
        let evidence = format!("asked again under the same request id: {evidence}");
        let outcome = Outcome { attempt, found, evidence };
        self.outcomes.push(Reported { outcome, provider });
    }
}
