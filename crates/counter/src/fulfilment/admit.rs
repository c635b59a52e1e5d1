//! Whether an order may be taken: what is written about its route, its provider and what is under way
//! there.

use super::claim::Claim;
use domain::catalogue::{Pricing, ServiceKind};
use domain::orders::{Order, State};
use domain::providers::{Provider, ProviderState, Route};
use domain::{OrderId, ProviderId, RouteId, Timestamp};
use std::collections::{BTreeMap, HashMap};
use store::tables::{attempts, providers, routes};
use store::{DbError, Tx};

/// Microseconds of a UTC day.
const DAY_US: i64 = 86_400_000_000;

/// Why an order was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotClaimed {
    /// Somebody else has taken, ended or stopped it.
    #[error("the order does not wait any more")]
    Gone,
    /// It waits for its turn on its link.
    #[error("the order waits for its turn on its link")]
    Waits,
    /// The route, or its provider, is not used at the moment.
    #[error("the route is not used at the moment")]
    RouteOff,
    /// Nobody has looked at the provider since an older copy of the database was put in its place.
    #[error("nobody has looked at the provider since an older copy of the database is used")]
    Restored,
    /// The order does not fit the route.
    #[error("the order does not fit the route")]
    Unfit,
    /// The route has carried what it may today.
    #[error("the route has carried what it may today")]
    CapReached,
    /// The provider has as many orders under way as it may have.
    #[error("the provider has as many orders under way as it may have")]
    Busy,
    /// It is not known what became of an order at the provider; it gets no other until that is known.
    #[error("the provider waits until it is known what became of an order there")]
    Held,
}

/// What the claims of a unit are decided by.
pub(super) struct Known {
    pub(super) routes: HashMap<RouteId, Route>,
    pub(super) providers: HashMap<ProviderId, Provider>,
    /// Attempts that are under way, and whether one is lost, by provider.
    unknown: BTreeMap<ProviderId, Unknown>,
    units_today: HashMap<RouteId, i64>,
    /// What the limits of a route are about, by order.
    pub(super) limits: HashMap<OrderId, (i64, i64)>,
}

/// What is under way at a provider.
#[derive(Clone, Copy, Default)]
pub(super) struct Unknown {
    /// Attempts without an outcome.
    pub(super) count: i64,
    /// Whether the answer to one of them is lost.
    pub(super) lost: bool,
}

/// Reads what `claims` are decided by.
pub(super) fn known(tx: &mut dyn Tx, claims: &[Claim], now: Timestamp) -> Result<Known, DbError> {
    let mut ids: Vec<RouteId> = claims.iter().map(|claim| claim.route).collect();
    ids.sort_unstable();
    ids.dedup();
    let routes = routes::by_ids(tx, &ids)?;
    let units_today = routes::used(tx, &capped(&routes), day(now))?.into_iter().collect();
    let providers = providers::providers(tx)?;
    let unknown = under_way(tx)?;
    Ok(Known {
        routes: routes.into_iter().map(|route| (route.id, route)).collect(),
        providers: providers.into_iter().map(|provider| (provider.id, provider)).collect(),
        unknown,
        units_today,
        limits: HashMap::new(),
    })
}

/// What is under way, by provider.
pub(super) fn under_way(tx: &mut dyn Tx) -> Result<BTreeMap<ProviderId, Unknown>, DbError> {
    let mut unknown: BTreeMap<ProviderId, Unknown> = BTreeMap::new();
    // What was written off holds up nobody: the house has taken on whatever it comes to.
    let counts = attempts::unknown_counts(tx)?;
    for (provider, state, count) in counts.into_iter().filter(|(_, s, _)| !s.is_terminal()) {
        let at = unknown.entry(provider).or_default();
        at.count = at.count.saturating_add(count);
        at.lost |= state == State::Unknown;
    }
    Ok(unknown)
}

/// Whether a route takes as many; what counts as one has no quantity.
fn fits(route: &Route, limits: Option<&(i64, i64)>, kind: ServiceKind) -> bool {
    let within = |(least, most): &(i64, i64)| route.min <= *least && *most <= route.max;
    kind.shape().pricing == Pricing::Flat || limits.is_some_and(within)
}

/// Whether the claim holds by what is written; counts it where it does.
pub(super) fn admit(
    known: &mut Known,
    claim: &Claim,
    order: &Order,
    kind: ServiceKind,
) -> Result<Route, NotClaimed> {
    let route = known.routes.get(&claim.route).ok_or(NotClaimed::RouteOff)?;
    let provider = known.providers.get(&route.provider).ok_or(NotClaimed::RouteOff)?;
    if !route.on || provider.state != ProviderState::Active {
        return Err(NotClaimed::RouteOff);
    }
    if provider.restored.is_some() {
        return Err(NotClaimed::Restored);
    }
    if route.service != order.service || !fits(route, known.limits.get(&order.id), kind) {
        return Err(NotClaimed::Unfit);
    }
    let unknown = known.unknown.entry(provider.id).or_default();
    // With request ids it is known at once what became of it: the same is asked again.
    if unknown.lost && !provider.takes_request_id {
        return Err(NotClaimed::Held);
    }
    if unknown.count >= provider.adds_at_once {
        return Err(NotClaimed::Busy);
    }
    if let Some(cap) = route.daily_cap {
        let used = known.units_today.entry(route.id).or_default();
        let after = used.saturating_add(order.quantity);
        if after > cap {
            return Err(NotClaimed::CapReached);
        }
        *used = after;
    }
    unknown.count = unknown.count.saturating_add(1);
    Ok(route.clone())
}

/// Those of the routes that may carry only so much in a day.
pub(super) fn capped(routes: &[Route]) -> Vec<RouteId> {
    routes.iter().filter(|route| route.daily_cap.is_some()).map(|route| route.id).collect()
}

/// The UTC day, counted from 1970-01-01.
pub(super) const fn day(now: Timestamp) -> i64 {
    now.0.div_euclid(DAY_US)
}
