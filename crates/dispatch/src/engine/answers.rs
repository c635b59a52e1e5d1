//! What becomes of an order that was placed: the answer is read, and what it asks for is done.

use super::classify::{Verdict, classify, found};
use super::lane::Back;
use super::{Action, Answer, Engine, Reported, plus};
use counter::fulfilment::{LATE, Outcome, RefusedRoute};
use domain::providers::Outcome as Came;
use domain::providers::{Otherwise, Refusal, Stop};
use domain::{AttemptId, ProviderId, RouteId, Timestamp};

/// After what time an order is tried again that did not arrive, while retries are left.
const MISSED_US: i64 = 500_000;

/// After what time at most, when it has failed again and again.
const MISSED_MAX_US: i64 = 60_000_000;

/// After what time an order is tried again that was refused for now.
pub(super) const REFUSED_US: i64 = 30_000_000;

/// For what time a provider or a route rests that asks for it.
const REST_US: i64 = 30_000_000;

/// The bounds of what a provider may ask for.
const REST_LEAST_US: i64 = 1_000_000;
const REST_MOST_US: i64 = 600_000_000;

impl Engine {
    /// Takes in the answer to a call that placed an order.
    pub(super) fn answered(&mut self, attempt: AttemptId, answer: &Answer, now: Timestamp) {
        let jitter = self.random.u64(..);
        let Some(provider) = self.lane_of(attempt).map(|lane| lane.provider.id) else { return };
        if matches!(answer, Answer::Lost { may_come: true, .. }) {
            self.awaited.insert(attempt, provider);
        }
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        let (verdict, evidence) = classify(answer, &lane.provider.refusals);
        if let Some(lost) = lane.lost.get_mut(&attempt) {
            lost.asking = false;
            self.replayed(provider, attempt, &verdict, &evidence);
            return;
        }
        let came = match verdict {
            Verdict::Accepted(_) | Verdict::Refused(_) => Some(Came::Answered),
            Verdict::NotSent => Some(Came::NotSent),
            Verdict::Unclear => Some(Came::Unclear),
            Verdict::Unsendable(_) => None,
        };
        let Some(placing) = lane.placing.get_mut(&attempt) else { return };
        if let Some(ticket) = placing.ticket.take() {
            match came {
                Some(came) => lane.breaker.record(ticket, came, now, jitter),
                None => lane.breaker.give_back(ticket),
            }
        }
        if matches!(verdict, Verdict::Accepted(_) | Verdict::Unclear) {
            lane.retries.succeeded();
        }
        let heard = Heard { provider, attempt, rest: rest(answer) };
        self.found_out(heard, &verdict, evidence, now);
    }

    /// No answer comes any more.
    pub(super) fn late_over(&mut self, attempt: AttemptId) {
        self.awaited.remove(&attempt);
    }

    /// Takes in an answer that came after its call had been given up: it is evidence all the same.
    pub(super) fn late(&mut self, attempt: AttemptId, answer: &Answer, now: Timestamp) {
        // A person may have settled it meanwhile; that it was accepted is evidence even then.
        let here = self.lane_of(attempt).map(|lane| lane.provider.id);
        let there = here.or_else(|| self.awaited.get(&attempt).copied());
        let Some((provider, lane)) = there.and_then(|id| Some((id, self.lanes.get(&id)?))) else {
            return;
        };
        let (verdict, evidence) = classify(answer, &lane.provider.refusals);
        // A refusal is about one call; when another was made for the order, it may have that.
        let only_call = lane.lost.get(&attempt).is_none_or(|lost| lost.replays == 0);
        let settles = match verdict {
            Verdict::Accepted(_) => true,
            Verdict::Refused(_) | Verdict::NotSent | Verdict::Unsendable(_) => {
                only_call && here.is_some()
            }
            Verdict::Unclear => false,
        };
        if settles {
            let heard = Heard { provider, attempt, rest: rest(answer) };
            self.found_out(heard, &verdict, format!("{LATE}{evidence}"), now);
        }
    }

    /// Does what an answer asks for, in time or late, and lets it be recorded.
    fn found_out(&mut self, heard: Heard, verdict: &Verdict, evidence: String, now: Timestamp) {
        let Heard { provider, attempt, .. } = heard;
        let another_way = match verdict {
            Verdict::Refused(refusal) | Verdict::Unsendable(refusal) => {
                self.refused(heard, *refusal, &evidence, now)
            }
            Verdict::NotSent => {
                self.missed(provider, attempt, now);
                true
            }
            Verdict::Accepted(_) | Verdict::Unclear => true,
        };
        let outcome = Outcome { attempt, found: found(verdict, another_way), evidence };
        self.outcomes.push(Reported { outcome, provider });
    }

    /// Does what a refusal asks for; says whether the order may still be placed.
    fn refused(
        &mut self,
        Heard { provider, attempt, rest }: Heard,
        refusal: Refusal,
        evidence: &str,
        now: Timestamp,
    ) -> bool {
        let remedy = refusal.remedy();
        let Some(lane) = self.lanes.get_mut(&provider) else { return true };
        let Some(route) = lane.route_of(attempt) else { return true };
        if let Some(back) = lane.back_mut(attempt) {
            if remedy.another_route {
                let for_good = remedy.otherwise == Otherwise::Cancel;
                back.queued.refused.push(RefusedRoute { route, for_good });
                back.again_at = now;
            } else {
                back.again_at = plus(now, REFUSED_US);
            }
        }
        match remedy.provider {
            Stop::No => {}
            Stop::ForAWhile => lane.rests_until = plus(now, rest),
            Stop::UntilPerson => {
                // At once here; the database says so to whoever comes after.
                lane.rests_until = plus(now, REST_US);
                let reason = evidence.to_owned();
                self.actions.push(Action::Pause { provider, reason });
            }
        }
        self.rest_route(provider, route, remedy.route, evidence, now);
        let back = self.lanes.get(&provider).and_then(|lane| lane.back(attempt));
        // What is read again has its ways looked at then.
        let other = back.is_none_or(|back| self.way_of(&back.queued, false, now).is_ok());
        let waits = remedy.otherwise == Otherwise::Wait;
        if !other && waits {
            // Nothing else is left: the same again, later.
            self.forgive(provider, attempt, route, plus(now, REFUSED_US));
        }
        other || waits || self.has_later_way(provider, attempt, now)
    }

    /// Whether an order may be placed later by a route that has refused it for now.
    fn has_later_way(&mut self, provider: ProviderId, attempt: AttemptId, now: Timestamp) -> bool {
        let back = self.lanes.get(&provider).and_then(|lane| lane.back(attempt));
        let Some(Back { mut queued, .. }) = back.cloned() else { return false };
        queued.refused.retain(|refused| refused.for_good);
        let has_one = self.way_of(&queued, false, now).is_ok();
        let lane = self.lanes.get_mut(&provider);
        if let Some(back) = lane.and_then(|lane| lane.back_mut(attempt)).filter(|_| has_one) {
            back.again_at = plus(now, REFUSED_US);
        }
        has_one
    }

    fn rest_route(
        &mut self,
        provider: ProviderId,
        route: RouteId,
        stop: Stop,
        evidence: &str,
        now: Timestamp,
    ) {
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        if stop != Stop::No {
            lane.resting.insert(route, plus(now, REST_US));
        }
        if stop == Stop::UntilPerson {
            let reason = evidence.to_owned();
            self.actions.push(Action::SwitchOff { route, reason });
        }
    }

    fn forgive(&mut self, provider: ProviderId, attempt: AttemptId, route: RouteId, at: Timestamp) {
        let lane = self.lanes.get_mut(&provider);
        if let Some(back) = lane.and_then(|lane| lane.back_mut(attempt)) {
            back.queued.refused.retain(|refused| refused.route != route);
            back.again_at = at;
        }
    }

    /// Nothing was sent: another way at once, or the same again after a while.
    fn missed(&mut self, provider: ProviderId, attempt: AttemptId, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&provider) else { return };
        let may_retry = lane.retries.take(now);
        let route = lane.route_of(attempt);
        let Some(Back { queued, again_at }) = lane.back_mut(attempt) else { return };
        queued.misses = queued.misses.saturating_add(1);
        queued.unreached = route;
        let pause = if may_retry {
            MISSED_US
        } else {
            let doubled = queued.misses.min(8);
            MISSED_US.saturating_mul(1_i64.checked_shl(doubled).unwrap_or(1)).min(MISSED_MAX_US)
        };
        *again_at = plus(now, pause);
        let queued = queued.clone();
        if let Ok((claim, _)) = self.way_of(&queued, true, now)
            && Some(claim.route) != queued.unreached
        {
            // Another provider takes it now.
            let lane = self.lanes.get_mut(&provider);
            if let Some(back) = lane.and_then(|lane| lane.back_mut(attempt)) {
                back.again_at = now;
            }
        }
    }
}

/// Of which order something was heard, and how long the provider is left alone when it asks for it.
#[derive(Clone, Copy)]
struct Heard {
    provider: ProviderId,
    attempt: AttemptId,
    rest: i64,
}

/// For how long a provider asks to be left alone; within bounds, as it may be mistaken.
fn rest(answer: &Answer) -> i64 {
    told_rest(answer).unwrap_or(REST_US)
}

/// The same; nothing when it does not ask for it.
pub(super) fn told_rest(answer: &Answer) -> Option<i64> {
    match answer {
        Answer::Complete { retry_after_us: Some(us), .. } => {
            Some((*us).clamp(REST_LEAST_US, REST_MOST_US))
        }
        _ => None,
    }
}
