//! Orders of which it is not known whether a provider has them: asked for again where the provider
//! knows request ids, and left alone otherwise until there is evidence.

use super::classify::Verdict;
use super::follow::Entry;
use super::lane::{Lane, Lost, Readiness};
use super::{Action, Engine, Reported, plus};
use counter::fulfilment::Outcome;
use domain::orders::State;
use domain::providers::{Attempt, AttemptState, Found, ProviderState};
use domain::{AttemptId, ProviderId, Timestamp};
use std::collections::HashSet;

/// Between two looks whether somebody else knows more of what is lost.
const LOOK_US: i64 = 2_000_000;

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
            back: None,
            since: now,
            replays: 0,
            next: plus(now, REPLAY_US),
            asking: false,
            with_person: false,
            ended: false,
        }
    }
}

impl Engine {
    /// Takes in all that is unknown at a provider, as it was read: what the worker before this one has
    /// left, and what people or late answers have settled meanwhile.
    pub(super) fn unknown(
        &mut self,
        provider: ProviderId,
        attempts: Vec<(Attempt, State)>,
        now: Timestamp,
    ) {
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        lane.readiness = Readiness::Ready;
        let still: HashSet<AttemptId> = attempts.iter().map(|(attempt, _)| attempt.id).collect();
        let settled: Vec<AttemptId> =
            lane.lost.keys().copied().filter(|id| !still.contains(id)).collect();
        for id in &settled {
            if let Some(lost) = lane.lost.remove(id) {
                lane.look_again(now);
                self.queue.forget(lost.attempt.order);
            }
        }
        for (attempt, order) in attempts {
            // What is open is under way here.
            if attempt.state != AttemptState::Lost || lane.placing.contains_key(&attempt.id) {
                continue;
            }
            self.queue.is_away(attempt.order);
            let (id, lost) = (attempt.id, Lost::new(attempt, now));
            if !lane.lost.contains_key(&id) {
                lane.resolver.begin();
            }
            let lost = lane.lost.entry(id).or_insert(lost);
            // Also when it was written off: it is asked for no more.
            lost.with_person = order != State::Unknown;
            lost.ended = order.is_terminal();
        }
        if !settled.is_empty() {
            self.actions.push(Action::ReadAttempts(settled));
        }
    }

    /// Takes in attempts that somebody else has settled: those that were accepted are followed.
    pub(super) fn attempts(&mut self, attempts: &[Attempt], now: Timestamp) {
        for attempt in attempts {
            if let Some(id) = attempt.upstream_id.as_ref().filter(|_| attempt.followed) {
                let entry = Entry::new(attempt.id, id, attempt.started, attempt.cost);
                self.follow(attempt.provider, entry, now);
            }
        }
    }

    /// Looks now and then whether somebody else knows more of what is lost.
    pub(super) fn look_at_lost(&mut self, now: Timestamp) {
        for (id, lane) in &mut self.lanes {
            if !lane.lost.is_empty() && lane.look_at_lost <= now {
                lane.look_at_lost = plus(now, LOOK_US);
                self.actions.push(Action::ReadUnknown(*id));
            }
        }
    }

    /// Asks again for orders whose answers were lost, where the provider knows our request ids.
    pub(super) fn ask_again(&mut self, now: Timestamp) {
        let may_ask = |lane: &&mut Lane| {
            let provider = &lane.provider;
            provider.takes_request_id
                // It may be taken only now, and one that is paused gets no orders.
                && provider.state == ProviderState::Active
                && provider.restored.is_none()
                // In another account it would be another order.
                && !lane.is_strange()
        };
        for lane in self.lanes.values_mut().filter(may_ask) {
            for (id, lost) in &mut lane.lost {
                if lost.asking || lost.with_person || lost.next > now || !lane.breaker.may_ask(now)
                {
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
        self.report(Reported { outcome, provider });
    }
}
