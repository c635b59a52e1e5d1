//! Taking orders to place them at providers: the attempt is written before anybody is called.

use super::admit::{Known, NotClaimed, admit, day, known};
use super::passed::limits_of;
use super::waiting::is_whole;
use crate::Counter;
use crate::desk::{Cause, Desk};
use crate::nodes::{Job, Worker};
use domain::catalogue::ServiceKind;
use domain::orders::{Event, Order, OrderShape, State};
use domain::providers::{Attempt, AttemptState, Route, request_id};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, Timestamp};
use std::collections::{BTreeMap, HashMap};
use store::tables::{attempts, link_queue, order_leases, orders, providers, routes};
use store::{DbError, StoreError, Tx};

/// An order to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The order.
    pub order: OrderId,
    /// By which route it is to go.
    pub route: RouteId,
    /// What the provider is expected to charge, in its currency.
    pub expected_cost: Micros,
}

/// What is to be sent to a provider for an order that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The attempt.
    pub attempt: AttemptId,
    /// The order.
    pub order: OrderId,
    /// Whose order that is.
    pub account: AccountId,
    /// Counts the attempts of the order.
    pub number: i64,
    /// Where.
    pub provider: ProviderId,
    /// By which route.
    pub route: RouteId,
    /// What the provider calls the service.
    pub upstream_service: String,
    /// Which parameters the order carries.
    pub kind: ServiceKind,
    /// What it is for; empty for kinds without a link.
    pub link: String,
    /// Units.
    pub quantity: i64,
    /// Its parameters beside link and quantity, as JSON, when it has some.
    pub params: Option<String>,
    /// What the provider is expected to charge, in its currency.
    pub expected_cost: Micros,
    /// What the attempt is called towards a provider that knows request ids.
    pub request_id: String,
    /// When it was taken.
    pub started: Timestamp,
}

/// For how long after it was taken an order may be sent, in microseconds.
pub(super) const FRESH_US: i64 = 15_000_000;

impl Placement {
    /// Whether it may still be sent at `now`. Whoever slept between taking an order and sending it may
    /// have been taken over from, and somebody may have looked and found that the provider does not
    /// have it: nothing is decided about an attempt before all that could be sent was sent.
    pub const fn is_fresh(&self, now: Timestamp) -> bool {
        now.0.saturating_sub(self.started.0) <= FRESH_US
    }
}

impl Worker {
    /// Takes orders to place them at providers, in one unit; answers in order. What is taken has an
    /// attempt that is durable when this returns: only then may the provider be called.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is taken then.
    pub async fn claim_orders(
        &self,
        claims: Vec<Claim>,
        now: Timestamp,
    ) -> Result<Vec<Result<Placement, NotClaimed>>, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let snapshot = catalogue.within(tx)?;
            let kind = |order: &Order| snapshot.services.get(&order.service).map(|s| s.kind);
            let ids: Vec<OrderId> = claims.iter().map(|claim| claim.order).collect();
            let mut desk = Desk::new(tx, now);
            let found = orders::by_ids(desk.tx, &ids)?;
            desk.lock(found.iter().map(|order| order.account).collect())?;
            // Read under the accounts' locks: what was read before them may have moved.
            let found = orders::by_ids(desk.tx, &ids)?;
            let found: HashMap<OrderId, Order> =
                found.into_iter().map(|order| (order.id, order)).collect();
            let queued = |order: &&Order| snapshot.queues(order.service);
            let queued: Vec<OrderId> =
                found.values().filter(queued).map(|order| order.id).collect();
            let waiting = link_queue::waiting(desk.tx, &queued)?;
            let mut known = known(desk.tx, &claims, now)?;
            let mut params = order_leases::params_of(desk.tx, &ids)?;
            for order in found.values() {
                let limits = limits_of(order, params.get(&order.id).map(String::as_str));
                known.limits.insert(order.id, limits);
            }
            let mut answers = Vec::with_capacity(claims.len());
            let mut taken = Vec::with_capacity(claims.len());
            let attempt_ids = desk.tx.take_ids("attempt", claims.len())?;
            for (claim, id) in claims.iter().zip(attempt_ids) {
                let order = found.get(&claim.order).filter(|order| is_free(order, &taken));
                let answer = match order.and_then(|order| Some((order, kind(order)?))) {
                    None => Err(NotClaimed::Gone),
                    Some((order, _)) if !is_whole(&snapshot, order) => Err(NotClaimed::Gone),
                    Some((order, _)) if waiting.contains(&order.id) => Err(NotClaimed::Waits),
                    Some((order, kind)) => match admit(&mut known, claim, order, kind) {
                        Err(not) => Err(not),
                        Ok(route) => {
                            let attempt = attempt(AttemptId(id), order, claim, &route, now);
                            take(&mut desk, &known, order, &attempt)?;
                            let params = params.remove(&order.id);
                            let placement = placement(order, kind, &attempt, &route, params);
                            taken.push(attempt);
                            Ok(placement)
                        }
                    },
                };
                answers.push(answer);
            }
            write(desk.tx, &known, &taken, &found, now)?;
            link_queue::taken(desk.tx, &queued)?;
            desk.finish()?;
            Ok::<_, DbError>(answers)
        };
        Ok(self.store.write(unit).await??)
    }
}

impl Counter {
    /// What was sent to a provider for an attempt of which it is not known what became of it, to send
    /// it again; nothing when it is known, when a person has the order or it has ended, there is no
    /// such attempt, or the provider is held after a restore.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn placement(&self, id: AttemptId) -> Result<Option<Placement>, StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let attempt = attempts::by_id(tx, id)?.filter(|attempt| attempt.state.is_unknown());
            let Some(attempt) = attempt else { return Ok(None) };
            let provider = providers::provider(tx, attempt.provider)?;
            if provider.is_none_or(|provider| provider.restored.is_some()) {
                return Ok(None);
            }
            let order = orders::by_id(tx, attempt.order)?;
            let Some(order) = order.filter(is_sent) else {
                return Ok(None);
            };
            let Some(route) = routes::route(tx, attempt.route)? else { return Ok(None) };
            let Some(service) = snapshot.services.get(&order.service) else { return Ok(None) };
            let params = orders::params(tx, order.id)?;
            Ok::<_, DbError>(Some(placement(&order, service.kind, &attempt, &route, params)))
        });
        Ok(read.await??)
    }
}

/// Whether an order is being placed, or its answer was lost and nobody has decided about it.
const fn is_sent(order: &Order) -> bool {
    matches!(order.state, State::Dispatching | State::Unknown)
}

fn is_free(order: &Order, taken: &[Attempt]) -> bool {
    order.state == State::Pending
        && order.shape == OrderShape::Single
        && !order.cancel_requested
        && taken.iter().all(|attempt| attempt.order != order.id)
}

fn attempt(id: AttemptId, order: &Order, claim: &Claim, route: &Route, now: Timestamp) -> Attempt {
    Attempt {
        id,
        order: order.id,
        account: order.account,
        number: order.fence.saturating_add(1),
        provider: route.provider,
        route: route.id,
        expected_cost: claim.expected_cost,
        cost: Micros::ZERO,
        state: AttemptState::Open,
        upstream_id: None,
        evidence: None,
        followed: false,
        started: now,
        changed: now,
    }
}

fn take(
    desk: &mut Desk<'_>,
    known: &Known,
    order: &Order,
    attempt: &Attempt,
) -> Result<(), DbError> {
    let name = known.providers.get(&attempt.provider).map_or("", |provider| &provider.name);
    let reason = format!("attempt {} at {name}", attempt.number);
    let cause = Cause { reason: Some(&reason), ..Cause::default() };
    match desk.apply(order, &Event::Claimed, "order.claimed", cause)? {
        Ok(_) => Ok(()),
        Err(refused) => Err(desk.tx.poison(DbError::new("CLAIM", refused.to_string()))),
    }
}

fn placement(
    order: &Order,
    kind: ServiceKind,
    attempt: &Attempt,
    route: &Route,
    params: Option<String>,
) -> Placement {
    Placement {
        attempt: attempt.id,
        order: order.id,
        account: order.account,
        number: attempt.number,
        provider: attempt.provider,
        route: attempt.route,
        upstream_service: route.upstream_service.clone(),
        kind,
        link: order.link.clone(),
        quantity: order.quantity,
        params,
        expected_cost: attempt.expected_cost,
        request_id: request_id(order.id, order.created, attempt.number),
        started: attempt.started,
    }
}

fn write(
    tx: &mut dyn Tx,
    known: &Known,
    taken: &[Attempt],
    found: &HashMap<OrderId, Order>,
    now: Timestamp,
) -> Result<(), DbError> {
    if taken.is_empty() {
        return Ok(());
    }
    attempts::insert(tx, taken)?;
    let mut units: BTreeMap<RouteId, i64> = BTreeMap::new();
    for attempt in taken {
        let capped =
            known.routes.get(&attempt.route).is_some_and(|route| route.daily_cap.is_some());
        if let Some(order) = found.get(&attempt.order).filter(|_| capped) {
            let sum = units.entry(attempt.route).or_default();
            *sum = sum.saturating_add(order.quantity);
        }
    }
    let units: Vec<(RouteId, i64)> = units.into_iter().collect();
    if units.is_empty() { Ok(()) } else { routes::count_units(tx, &units, day(now)) }
}
