//! What is known of one provider while orders are placed there. Lanes know nothing of each other:
//! one that is stopped holds up no other.

use super::Timing;
use super::follow::Follow;
use super::purse::Purse;
use super::queue::Queued;
use super::resolve::Resolver;
use super::strange::Strange;
use counter::fulfilment::Placement;
use domain::providers::{
    Attempt, Breaker, Outcome, Pace, Provider, ProviderState, RetryBudget, Ticket,
};
use domain::{AttemptId, Micros, RouteId, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// An order that is being placed, from the moment it was taken until its outcome is recorded.
#[derive(Debug)]
pub(super) struct Placing {
    pub(super) placement: Placement,
    pub(super) back: Back,
    /// The right to the call; none before it was made.
    pub(super) ticket: Option<Ticket>,
}

/// How an order goes back among those that wait, once it is known that the provider does not have it.
#[derive(Clone, Debug)]
pub(super) struct Back {
    pub(super) queued: Queued,
    /// When it may be tried again.
    pub(super) again_at: Timestamp,
}

/// An order of which it is not known whether the provider has it.
#[derive(Clone, Debug)]
pub(super) struct Lost {
    pub(super) attempt: Attempt,
    /// Nothing where it was placed by the worker before this one: it is read again then.
    pub(super) back: Option<Back>,
    /// Since when.
    pub(super) since: Timestamp,
    /// How often it was asked for again under its request id.
    pub(super) replays: u32,
    /// When it is asked for again.
    pub(super) next: Timestamp,
    /// Whether it is being asked for again.
    pub(super) asking: bool,
    /// Whether a person decides about it now.
    pub(super) with_person: bool,
    /// Whether its order has ended all the same: it was written off.
    pub(super) ended: bool,
}

/// How far a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// What was under way before is not known yet.
    New,
    /// It is being read.
    Reading,
    /// It is known.
    Ready,
}

/// What is known of one provider.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) provider: Provider,
    pub(super) readiness: Readiness,
    pub(super) breaker: Breaker,
    pub(super) pace: Pace,
    pub(super) retries: RetryBudget,
    pub(super) placing: BTreeMap<AttemptId, Placing>,
    /// Orders that were chosen and are not taken yet.
    pub(super) claimed: i64,
    pub(super) lost: BTreeMap<AttemptId, Lost>,
    /// When it is looked whether somebody else knows more of them.
    pub(super) look_at_lost: Timestamp,
    /// No orders before this moment.
    pub(super) rests_until: Timestamp,
    /// Routes that are not used before a moment.
    pub(super) resting: HashMap<RouteId, Timestamp>,
    /// Whether evidence that is gathered may decide by itself.
    pub(super) trusted: bool,
    pub(super) follow: Follow,
    pub(super) strange: Strange,
    pub(super) purse: Purse,
    /// What was charged for open orders that it is not asked for: it may have come back.
    pub(super) unwatched: Micros,
    pub(super) resolver: Resolver,
    pub(super) ask_pace: Pace,
    /// Nothing is asked before this moment.
    pub(super) asks_rest_until: Timestamp,
    /// Whether the last request sent something on, and asked for no orders.
    pub(super) forwarded_last: bool,
}

/// After what time a provider that cannot be reached is asked again; its breaker knows better.
const UNREACHED_US: i64 = 500_000;

/// After what time a provider that gave no clear answer is asked again.
const UNCLEAR_US: i64 = 5_000_000;

impl Lane {
    pub(super) fn new(provider: Provider, timing: Timing, now: Timestamp) -> Self {
        Self {
            provider,
            readiness: Readiness::New,
            breaker: Breaker::new(),
            pace: Pace::new(now),
            retries: RetryBudget::new(now),
            placing: BTreeMap::new(),
            claimed: 0,
            lost: BTreeMap::new(),
            look_at_lost: now,
            rests_until: now,
            resting: HashMap::new(),
            trusted: true,
            follow: Follow::new(timing.poll_least_us),
            strange: Strange::new(),
            purse: Purse::new(now),
            unwatched: Micros::ZERO,
            resolver: Resolver::new(now),
            ask_pace: Pace::new(now),
            asks_rest_until: now,
            forwarded_last: false,
        }
    }

    /// By which route an order was placed that is under way or lost.
    pub(super) fn route_of(&self, attempt: AttemptId) -> Option<RouteId> {
        let placing = self.placing.get(&attempt).map(|placing| placing.placement.route);
        placing.or_else(|| self.lost.get(&attempt).map(|lost| lost.attempt.route))
    }

    /// How such an order goes back.
    pub(super) fn back(&self, attempt: AttemptId) -> Option<&Back> {
        let placing = self.placing.get(&attempt).map(|placing| &placing.back);
        placing.or_else(|| self.lost.get(&attempt)?.back.as_ref())
    }

    /// The same, to be changed.
    pub(super) fn back_mut(&mut self, attempt: AttemptId) -> Option<&mut Back> {
        match self.placing.get_mut(&attempt) {
            Some(placing) => Some(&mut placing.back),
            None => self.lost.get_mut(&attempt)?.back.as_mut(),
        }
    }

    /// Orders that the provider may get beside those that are under way or unknown.
    pub(super) fn room(&self) -> i64 {
        let lost = self.lost.values().filter(|lost| !lost.ended).count();
        let count = self.placing.len().saturating_add(lost);
        let count = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(self.claimed);
        self.provider.adds_at_once.saturating_sub(count)
    }

    /// Whether nothing is under way and nothing is followed, so that nothing comes due in a moment.
    pub(super) fn is_idle(&self) -> bool {
        self.is_quiet() && self.follow.len() == 0 && !self.follow.reading
    }

    /// Whether nothing new is placed until it is known what became of an order.
    pub(super) fn is_held(&self) -> bool {
        !self.provider.takes_request_id && self.lost.values().any(|lost| !lost.with_person)
    }

    /// Whether an order may be taken for it now.
    pub(super) fn is_able(&self, now: Timestamp) -> bool {
        self.readiness == Readiness::Ready
            && self.provider.state == ProviderState::Active
            && self.provider.restored.is_none()
            && !self.is_strange()
            && self.rests_until <= now
            && !self.is_held()
            && !self.awaits_beginning(now)
            && !self.wants_beginning(now)
            && self.room() > 0
            && self.breaker.may_place(now)
    }

    /// An earlier verdict was wrong: from now on people decide.
    pub(super) const fn distrust(&mut self) {
        self.trusted = false;
    }

    /// How long nothing is asked after an answer that said nothing.
    pub(super) const fn ask_pause(&self, came: Outcome) -> i64 {
        match came {
            Outcome::NotSent => UNREACHED_US,
            Outcome::Answered | Outcome::Unclear => UNCLEAR_US,
        }
    }

    /// Whether a route may be used now.
    pub(super) fn uses(&self, route: RouteId, now: Timestamp) -> bool {
        self.resting.get(&route).is_none_or(|until| *until <= now)
    }
}
