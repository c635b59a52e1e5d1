//! Tries that a person has found and that the books know nothing of: an older copy of the database was
//! put in its place. They are written down as if they had been lost, and then as what they are.

use super::decide::Verdict;
use super::outcome::{Recorded, record};
use super::{Found, Outcome};
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::{Failure, Refusal};
use domain::executors::{LeaseState, OrderLease};
use domain::orders::{Event, NotAccepted, Order, OrderShape, State};
use domain::providers::{Attempt, AttemptState, Fit, Route, expected_cost};
use domain::{AttemptId, ExecutorId, Micros, OrderId, ProviderId, Timestamp};
use store::tables::{attempts, executors, order_leases, orders, routes};
use store::{DbError, Tx, TxExt};

/// What a person has found, and who says so.
pub(super) struct Finding<'a> {
    pub(super) order: OrderId,
    pub(super) actor: &'a str,
    pub(super) reason: &'a str,
    pub(super) now: Timestamp,
}

impl Finding<'_> {
    const fn cause(&self) -> Cause<'_> {
        let (actor, reason) = (Some(self.actor), Some(self.reason));
        Cause { order: Some(self.order), product_order: None, actor, reason }
    }

    /// Takes a step of the order that the rule has been asked about.
    fn step(
        &self,
        desk: &mut Desk<'_>,
        order: &Order,
        event: &Event,
        kind: &str,
    ) -> Result<Order, Failure<Refusal>> {
        match desk.apply(order, event, kind, self.cause())? {
            Ok(after) => Ok(after),
            Err(refused) => Err(desk.tx.poison(DbError::new("FOUND", refused.to_string())).into()),
        }
    }

    /// The order under its account's lock, when a person decides where it is and nobody is known to
    /// have it.
    fn undecided<'t>(&self, tx: &'t mut dyn Tx) -> Result<(Desk<'t>, Order), Failure<Refusal>> {
        let missing = || Refusal::missing("order", self.order);
        let account = orders::by_id(tx, self.order)?.ok_or_else(missing)?.account;
        let mut desk = Desk::new(tx, self.now);
        desk.lock(vec![account])?;
        let order = orders::by_id(desk.tx, self.order)?.ok_or_else(missing)?;
        let id = order.id;
        if order.state != State::Review || order.shape != OrderShape::Single {
            let text = format!(
                "order {id} is {}: it is known who has it (`order show {id}`)",
                order.state.name()
            );
            return Err(Refusal::NotNow(text).into());
        }
        let known = attempts::of_order(desk.tx, id)?;
        let has = |attempt: &&Attempt| {
            matches!(attempt.state, AttemptState::Accepted | AttemptState::AcceptedNoId)
        };
        let leases = order_leases::own(desk.tx, &[id])?;
        if known.iter().any(|attempt| has(&attempt)) || leases.iter().any(|l| l.state.is_open()) {
            let text = format!(
                "order {id}: it is known who has it (`order show {id}`); report what becomes of it, or \
                 give it back (`order release`)"
            );
            return Err(Refusal::NotNow(text).into());
        }
        Ok((desk, order))
    }

    /// Nobody has it: it may be placed, or pulled, again.
    pub(super) fn nobody_has_it(&self, tx: &mut dyn Tx) -> Result<(), Failure<Refusal>> {
        let (mut desk, order) = self.undecided(tx)?;
        let event = Event::ShownNotAccepted(NotAccepted::Person);
        let after = self.step(&mut desk, &order, &event, "order.not_accepted")?;
        desk.flush_orders()?;
        if after.state.is_terminal() {
            crate::orders::settle_parent_of(&mut desk, &after)?;
        }
        Ok(desk.finish()?)
    }

    /// A provider has it, under this id when it is known. Other tries of which it was not known what
    /// became of them have come to nothing.
    pub(super) fn provider_has_it(
        &self,
        tx: &mut dyn Tx,
        catalogue: &Snapshot,
        provider: ProviderId,
        found: Found,
    ) -> Result<(), Failure<Refusal>> {
        if let Found::Accepted { upstream_id, .. } = &found
            && let Some(other) = attempts::by_upstream(tx, provider, upstream_id)?
        {
            let text =
                format!("id: {upstream_id} is what this provider calls order {}", other.order);
            return Err(Refusal::Invalid(text).into());
        }
        let route = route(tx, self.order, provider)?;
        let id = AttemptId(tx.take_id("attempt")?);
        let (mut desk, order) = self.undecided(tx)?;
        let pricing = catalogue.services.get(&order.service).map(|s| s.kind.shape().pricing);
        let cost = pricing.and_then(|pricing| expected_cost(route.cost, pricing, order.quantity));
        let order = self.step(&mut desk, &order, &Event::TryFound, "order.try_found")?;
        desk.finish()?;
        let lost = attempts::of_order(tx, order.id)?;
        let attempt = attempt(id, &order, &route, cost.unwrap_or(Micros::ZERO), self.now);
        attempts::insert(tx, &[attempt])?;
        let outcome = |attempt, found| Outcome { attempt, found, evidence: self.reason.to_owned() };
        let lost = lost.iter().filter(|attempt| attempt.state.is_unknown());
        let mut outcomes: Vec<Outcome> =
            lost.map(|lost| outcome(lost.id, Found::NotAccepted(NotAccepted::Person))).collect();
        outcomes.push(outcome(id, found));
        match record(tx, &outcomes, Some(self.actor), self.now)?.last() {
            Some(Recorded::Done(_, Fit::News)) => Ok(()),
            other => {
                let text = format!("order {}: {other:?}", order.id);
                Err(tx.poison(DbError::new("FOUND", text)).into())
            }
        }
    }

    /// An executor has it: it is its own from now on, as if it had pulled it now.
    pub(super) fn executor_has_it(
        &self,
        tx: &mut dyn Tx,
        id: ExecutorId,
    ) -> Result<(), Failure<Refusal>> {
        let executor = executors::lock_executor(tx, id)?;
        let executor = executor.ok_or_else(|| Refusal::missing("executor", id))?;
        let (mut desk, order) = self.undecided(tx)?;
        let known = attempts::of_order(desk.tx, order.id)?;
        if known.iter().any(|attempt| attempt.state.is_unknown()) {
            let text = format!("order {}: say first that the provider does not have it", order.id);
            return Err(Refusal::NotNow(text).into());
        }
        let order = self.step(&mut desk, &order, &Event::TryFound, "order.try_found")?;
        let order = self.step(&mut desk, &order, &Event::Accepted, "order.accepted")?;
        let lease = OrderLease {
            order: order.id,
            fence: order.fence,
            account: order.account,
            executor: id,
            state: LeaseState::Live,
            taken: self.now,
            until: self.now.plus_minutes(executor.lease_minutes),
        };
        order_leases::insert(desk.tx, &[lease])?;
        Ok(desk.finish()?)
    }
}

/// The provider that a verdict is about which names none: the only one that the order may be at.
pub(super) fn only_provider(
    tx: &mut dyn Tx,
    order: OrderId,
) -> Result<ProviderId, Failure<Refusal>> {
    let service =
        orders::by_id(tx, order)?.ok_or_else(|| Refusal::missing("order", order))?.service;
    let mut providers: Vec<ProviderId> =
        routes::of_service(tx, service)?.iter().map(|route| route.provider).collect();
    providers.sort_unstable();
    providers.dedup();
    match providers[..] {
        [only] => Ok(only),
        _ => {
            let text = format!("order {order}: say at which provider it is (--at)");
            Err(Refusal::Invalid(text).into())
        }
    }
}

/// The way by which the order will have gone: the first one to the provider, one that is in use before
/// others.
fn route(tx: &mut dyn Tx, order: OrderId, provider: ProviderId) -> Result<Route, Failure<Refusal>> {
    let service =
        orders::by_id(tx, order)?.ok_or_else(|| Refusal::missing("order", order))?.service;
    let mut routes = routes::of_service(tx, service)?;
    routes.retain(|route| route.provider == provider);
    routes.sort_by_key(|route| (!route.on, route.priority, route.id));
    routes.into_iter().next().ok_or_else(|| {
        let text = format!(
            "order {order}: service {service} has no route to provider {provider}; add the one by which \
             it was placed (`route add`)"
        );
        Refusal::NotNow(text).into()
    })
}

fn attempt(id: AttemptId, order: &Order, route: &Route, cost: Micros, now: Timestamp) -> Attempt {
    Attempt {
        id,
        order: order.id,
        account: order.account,
        number: order.fence,
        provider: route.provider,
        route: route.id,
        expected_cost: cost,
        cost: Micros::ZERO,
        state: AttemptState::Lost,
        upstream_id: None,
        evidence: None,
        followed: false,
        started: now,
        changed: now,
    }
}

/// Whether a verdict is about an attempt that is known, or about one that is not.
pub(super) fn concerns(attempt: &Attempt, verdict: &Verdict) -> bool {
    match verdict {
        Verdict::PlacedAt(provider, _) => *provider == attempt.provider,
        Verdict::Pulled(_) => false,
        _ => true,
    }
}
