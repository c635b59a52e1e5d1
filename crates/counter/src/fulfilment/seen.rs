//! What a unit that records outcomes has read: all at once, and again where it has moved since. A
//! database across a network is asked a few times for a hundred outcomes, not ten times for each.

use super::Outcome;
use domain::orders::Order;
use domain::providers::{Attempt, Found, Provider};
use domain::{AccountId, AttemptId, OrderId, ProviderId, RouteId};
use std::collections::{HashMap, HashSet};
use store::tables::{attempts, orders, providers, routes};
use store::{DbError, Tx};

/// An id of an order at a provider.
type UpstreamId = (ProviderId, String);

/// What was read, as it is before the next outcome.
#[derive(Debug, Default)]
pub(super) struct Seen {
    attempts: HashMap<AttemptId, Attempt>,
    orders: HashMap<OrderId, Order>,
    /// The attempts of each order.
    tries: HashMap<OrderId, Vec<Attempt>>,
    holders: HashMap<UpstreamId, Attempt>,
    providers: HashMap<ProviderId, Provider>,
    /// Routes that may carry only so much in a day.
    capped: HashSet<RouteId>,
    /// Orders that the unit has moved, and ids that it has written down.
    moved: HashSet<OrderId>,
    given: HashSet<UpstreamId>,
}

/// Whose accounts `outcomes` are about: of the attempts, and of those that have the ids already.
pub(super) fn accounts_of(
    tx: &mut dyn Tx,
    outcomes: &[Outcome],
) -> Result<Vec<AccountId>, DbError> {
    let seen = Seen::attempts(tx, outcomes)?;
    let attempts = seen.attempts.values().chain(seen.holders.values());
    Ok(attempts.map(|attempt| attempt.account).collect())
}

impl Seen {
    /// Reads what `outcomes` are decided by. Under the accounts' locks: what was read before them may
    /// have moved.
    pub(super) fn read(tx: &mut dyn Tx, outcomes: &[Outcome]) -> Result<Self, DbError> {
        let mut seen = Self::attempts(tx, outcomes)?;
        let (mut ids, mut ways): (Vec<OrderId>, Vec<RouteId>) =
            seen.attempts.values().map(|attempt| (attempt.order, attempt.route)).unzip();
        ids.sort_unstable();
        ids.dedup();
        ways.sort_unstable();
        ways.dedup();
        let found = orders::by_ids(tx, &ids)?;
        seen.orders = found.into_iter().map(|order| (order.id, order)).collect();
        for attempt in attempts::of_orders(tx, &ids)? {
            seen.tries.entry(attempt.order).or_default().push(attempt);
        }
        let known = providers::providers(tx)?;
        seen.providers = known.into_iter().map(|provider| (provider.id, provider)).collect();
        let known = routes::by_ids(tx, &ways)?.into_iter();
        let capped = known.filter(|route| route.daily_cap.is_some());
        seen.capped = capped.map(|route| route.id).collect();
        Ok(seen)
    }

    fn attempts(tx: &mut dyn Tx, outcomes: &[Outcome]) -> Result<Self, DbError> {
        let ids: Vec<AttemptId> = outcomes.iter().map(|outcome| outcome.attempt).collect();
        let found = attempts::by_ids(tx, &ids)?;
        let attempts = found.into_iter().map(|attempt| (attempt.id, attempt)).collect();
        let mut seen = Self { attempts, ..Self::default() };
        let given: HashSet<UpstreamId> =
            outcomes.iter().filter_map(|outcome| seen.given_by(outcome)).collect();
        let given: Vec<(ProviderId, &str)> =
            given.iter().map(|(provider, id)| (*provider, id.as_str())).collect();
        for holder in attempts::by_upstreams(tx, &given)? {
            if let Some(id) = holder.upstream_id.clone() {
                seen.holders.insert((holder.provider, id), holder);
            }
        }
        Ok(seen)
    }

    /// The id that an outcome gives its attempt, when that is known.
    fn given_by(&self, outcome: &Outcome) -> Option<UpstreamId> {
        let Found::Accepted { upstream_id, .. } = &outcome.found else { return None };
        let provider = self.attempts.get(&outcome.attempt)?.provider;
        Some((provider, upstream_id.clone()))
    }

    /// Whether what was read at once still holds for an outcome. Where another order has its id, it is
    /// read again in any case.
    pub(super) fn holds(&self, outcome: &Outcome) -> bool {
        let moved = self
            .attempts
            .get(&outcome.attempt)
            .is_some_and(|attempt| self.moved.contains(&attempt.order));
        let given = self.given_by(outcome);
        let shared = given.is_some_and(|id| self.given.contains(&id));
        !moved && !shared && self.holder(outcome).is_none()
    }

    /// Reads what an outcome is decided by once more. All that the unit has to write is written then.
    pub(super) fn read_again(&mut self, tx: &mut dyn Tx, outcome: &Outcome) -> Result<(), DbError> {
        let Some(attempt) = attempts::by_id(tx, outcome.attempt)? else { return Ok(()) };
        self.read_order(tx, attempt.order)?;
        self.attempts.insert(attempt.id, attempt);
        if let Some(id) = self.given_by(outcome) {
            match attempts::by_upstream(tx, id.0, &id.1)? {
                Some(holder) => self.holders.insert(id, holder),
                None => self.holders.remove(&id),
            };
        }
        Ok(())
    }

    /// Reads an order and its attempts once more.
    pub(super) fn read_order(&mut self, tx: &mut dyn Tx, id: OrderId) -> Result<(), DbError> {
        if let Some(order) = orders::by_id(tx, id)? {
            self.orders.insert(id, order);
        }
        self.tries.insert(id, attempts::of_order(tx, id)?);
        Ok(())
    }

    /// Notes that an outcome was written, and has moved its order.
    pub(super) fn wrote(&mut self, outcome: &Outcome, order: OrderId) {
        self.moved.insert(order);
        self.given.extend(self.given_by(outcome));
    }

    /// The attempt that an outcome is about.
    pub(super) fn attempt(&self, outcome: &Outcome) -> Option<&Attempt> {
        self.attempts.get(&outcome.attempt)
    }

    /// The attempt that the provider knows by the id that was found, when that is another one.
    pub(super) fn holder(&self, outcome: &Outcome) -> Option<&Attempt> {
        let holder = self.holders.get(&self.given_by(outcome)?);
        holder.filter(|holder| holder.id != outcome.attempt)
    }

    /// An order that an attempt is for.
    pub(super) fn order(&self, attempt: &Attempt) -> Option<&Order> {
        self.orders.get(&attempt.order)
    }

    /// Whether another attempt of the same order may be placed.
    pub(super) fn has_rival(&self, attempt: &Attempt) -> bool {
        let others = self.tries.get(&attempt.order).into_iter().flatten();
        others.into_iter().any(|other| other.id != attempt.id && other.state.may_be_placed())
    }

    /// Where an attempt was to be placed.
    pub(super) fn provider(&self, attempt: &Attempt) -> Option<&Provider> {
        self.providers.get(&attempt.provider)
    }

    /// Whether the route of an attempt may carry only so much in a day.
    pub(super) fn is_capped(&self, attempt: &Attempt) -> bool {
        self.capped.contains(&attempt.route)
    }
}
