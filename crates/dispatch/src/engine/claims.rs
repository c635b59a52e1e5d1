//! Which orders are taken next, and for which route.

use super::answers::REFUSED_US;
use super::lane::{Back, Lane, Placing, Readiness};
use super::queue::Queued;
use super::{Action, Engine, plus};
use counter::fulfilment::{Claim, NotClaimed, Placement};
use domain::catalogue::Pricing;
use domain::providers::{Call, Candidate, NoRoute, ProviderState, Route, ToPlace, choose};
use domain::{ProviderId, ServiceId, Timestamp};

/// Most orders that are taken in one unit.
const CLAIMS: usize = 64;

/// Most orders of a service that are set aside while one is looked for.
const ASIDE: usize = 256;

/// After what time an order is looked at again that the database did not let be taken.
const AGAIN_US: i64 = 200_000;

/// After what time an order is looked at again whose ways are closed, while others of its service are
/// open.
const PUT_OFF_US: i64 = 1_000_000;

/// How long after it was asked for an order may be sent: whoever is told of it later may have been taken
/// over from.
const SENT_WITHIN_US: i64 = 15_000_000;

/// An order and the way it goes.
struct Chosen {
    provider: ProviderId,
    claim: Claim,
}

impl Engine {
    /// Takes orders, as many as may be.
    pub(super) fn claim(&mut self, now: Timestamp) {
        if self.busy.claims.is_some() || !self.lanes.values().any(|lane| lane.is_able(now)) {
            return;
        }
        let mut claims: Vec<(Claim, Queued, ProviderId)> = Vec::new();
        // A service after the other, so that a long queue of one holds up no other.
        for service in self.queue.services_from(self.turn) {
            while claims.len() < CLAIMS {
                let Some(chosen) = self.choose(service, now) else { break };
                let Some(queued) = self.queue.take(service) else { break };
                if let Some(lane) = self.lanes.get_mut(&chosen.provider) {
                    lane.claimed = lane.claimed.saturating_add(1);
                }
                claims.push((chosen.claim, queued, chosen.provider));
            }
            self.turn = ServiceId(service.0.saturating_add(1));
            if claims.len() >= CLAIMS {
                break;
            }
        }
        if !claims.is_empty() {
            self.actions.push(Action::Claim(claims.iter().map(|(claim, ..)| *claim).collect()));
            self.busy.claims = Some(claims);
            self.busy.claiming_since = now;
        }
    }

    /// The way of the oldest order of a service; those in front of it that no route takes are set
    /// aside.
    fn choose(&mut self, service: ServiceId, now: Timestamp) -> Option<Chosen> {
        for _ in 0..ASIDE {
            let queued = self.queue.first(service)?;
            match self.way_of(queued, true, now) {
                Ok((claim, provider)) => {
                    let lane = self.lanes.get_mut(&provider)?;
                    // No more than the provider takes in a second.
                    if let Err(until) = lane.pace.take(lane.provider.adds_per_second, now) {
                        lane.rests_until = lane.rests_until.max(until);
                        continue;
                    }
                    return Some(Chosen { provider, claim });
                }
                // What waits for its own way holds up no order that has another.
                Err(reason) if reason.passes() => {
                    if !self.has_able_way(service, now) {
                        return None;
                    }
                    self.queue.put_off(service, plus(now, PUT_OFF_US));
                }
                // Nothing else is left for it: the same again.
                Err(NoRoute::AllTried) if self.queue.forgive(service) => {}
                // They are asked once more: one may have been mended, and where none is, the refusal
                // ends the order, which holds its customer's money as long as it waits.
                Err(NoRoute::AllTried) => self.queue.begin_again(service, plus(now, REFUSED_US)),
                Err(_) => self.queue.set_aside(service),
            }
        }
        None
    }

    /// Which route an order takes; with `able_only` at this moment, otherwise at any.
    pub(super) fn way_of(
        &self,
        queued: &Queued,
        able_only: bool,
        now: Timestamp,
    ) -> Result<(Claim, ProviderId), NoRoute> {
        let waiting = &queued.waiting;
        let to_place = ToPlace {
            service: waiting.service,
            pricing: self.pricing.get(&waiting.service).copied().unwrap_or(Pricing::PerThousand),
            quantity: waiting.quantity,
            limits: waiting.limits,
            charge: waiting.charge,
        };
        let routes = self.routes.get(&waiting.service).map_or(&[][..], Vec::as_slice);
        let candidate = |route| self.candidate(route, queued, able_only, now);
        let all: Vec<Candidate<'_>> = routes.iter().filter_map(candidate).collect();
        // Where the last try did not arrive, another way is better than the same once more.
        let elsewhere: Vec<Candidate<'_>> = all
            .iter()
            .filter(|candidate| Some(candidate.route.id) != queued.unreached)
            .copied()
            .collect();
        let draw = fastrand::Rng::with_seed(mixed(waiting.order.0, now.0)).u64(..);
        let choice =
            choose(&to_place, &elsewhere, draw).or_else(|_| choose(&to_place, &all, draw))?;
        let claim =
            Claim { order: waiting.order, route: choice.route.id, expected_cost: choice.cost };
        Ok((claim, choice.route.provider))
    }

    /// Whether any route of a service leads somewhere at this moment.
    fn has_able_way(&self, service: ServiceId, now: Timestamp) -> bool {
        let routes = self.routes.get(&service).map_or(&[][..], Vec::as_slice);
        routes.iter().filter(|route| route.on).any(|route| {
            let lane = self.lanes.get(&route.provider);
            lane.is_some_and(|lane| lane.is_able(now) && lane.uses(route.id, now))
        })
    }

    fn candidate<'r>(
        &self,
        route: &'r Route,
        queued: &Queued,
        able_only: bool,
        now: Timestamp,
    ) -> Option<Candidate<'r>> {
        // One that is off takes no order, now or later.
        let is_off = |lane: &&Lane| lane.provider.state == ProviderState::Off;
        let lane = self.lanes.get(&route.provider).filter(|lane| !is_off(lane))?;
        let is_full = self.full.contains(&route.id);
        let used_today = self.used_today.get(&route.id).copied().unwrap_or(0);
        Some(Candidate {
            route,
            exchange: lane.provider.exchange,
            able: !able_only || (lane.is_able(now) && lane.uses(route.id, now)),
            excluded: queued.is_refused_by(route.id),
            used_today: match (able_only, is_full) {
                (false, _) => 0,
                (true, false) => used_today,
                (true, true) => i64::MAX,
            },
        })
    }

    /// What became of the claims: those that were taken are placed.
    pub(super) fn claimed(&mut self, answers: Vec<Result<Placement, NotClaimed>>, now: Timestamp) {
        let claims = self.busy.claims.take().unwrap_or_default();
        for ((claim, queued, provider), answer) in claims.into_iter().zip(answers) {
            if let Some(lane) = self.lanes.get_mut(&provider) {
                lane.claimed = lane.claimed.saturating_sub(1);
            }
            match answer {
                Ok(placement) => self.place(placement, queued, now),
                Err(NotClaimed::Gone) => self.queue.forget(claim.order),
                Err(reason) => {
                    if reason == NotClaimed::CapReached {
                        self.full.insert(claim.route);
                    }
                    if reason == NotClaimed::RouteOff {
                        self.next_setup = now;
                    }
                    self.queue.put_back(queued, plus(now, AGAIN_US));
                }
            }
        }
    }

    fn place(&mut self, placement: Placement, queued: Queued, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&placement.provider) else { return };
        let attempt = placement.attempt;
        // By the engine's own clock; whoever sends it looks at the other one too.
        let is_fresh = now.0.saturating_sub(self.busy.claiming_since.0) <= SENT_WITHIN_US;
        let ticket = if is_fresh { lane.breaker.begin(Call::Place, now) } else { None };
        let may_call = ticket.is_some();
        let back = Back { queued, again_at: now };
        let placing = Placing { placement: placement.clone(), back, ticket };
        lane.placing.insert(attempt, placing);
        if may_call {
            self.actions.push(Action::Place(placement));
        } else {
            let why = if is_fresh {
                "the provider does not answer at the moment"
            } else {
                "it was taken too long ago"
            };
            self.answered(attempt, &super::Answer::NotSent(why.to_owned()), now);
        }
    }

    pub(super) fn claims_failed(&mut self, now: Timestamp) {
        let claims = self.busy.claims.take().unwrap_or_default();
        for (_, queued, provider) in claims {
            if let Some(lane) = self.lanes.get_mut(&provider) {
                lane.claimed = lane.claimed.saturating_sub(1);
                lane.readiness = Readiness::New;
            }
            self.queue.put_back(queued, plus(now, AGAIN_US));
        }
    }
}

/// Something that looks random and is the same for the same order at the same time.
fn mixed(order: i64, now: i64) -> u64 {
    order.unsigned_abs().rotate_left(32) ^ now.unsigned_abs()
}
