//! Adding and changing routes.

use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::providers::{Route, check_route};
use domain::{AccountId, Micros, ProviderId, RouteId, ServiceId, Timestamp};
use store::tables::{Put, meta, providers, routes};
use store::{Tx, TxExt};

/// What staff say of a route; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteChange {
    /// The service that is fulfilled; fixed once the route is there.
    pub service: Option<ServiceId>,
    /// Who fulfils it; fixed once the route is there.
    pub provider: Option<ProviderId>,
    /// What the provider calls the service.
    pub upstream_service: Option<String>,
    /// What the provider charges per 1,000 units, or for a package, in its currency.
    pub cost: Option<Micros>,
    /// Smallest quantity that the provider takes.
    pub min: Option<i64>,
    /// Largest quantity that the provider takes.
    pub max: Option<i64>,
    /// Lower is tried first.
    pub priority: Option<i64>,
    /// Its share among routes of the same priority.
    pub weight: Option<i64>,
    /// Most units in a UTC day; `Some(None)` for no cap.
    pub daily_cap: Option<Option<i64>>,
    /// Whether it is used.
    pub on: Option<bool>,
}

/// What a route weighs while nobody says otherwise.
const WEIGHT: i64 = 100;

impl Counter {
    /// Adds a route. `change` must name service, provider, the provider's service and its cost; the
    /// limits are the service's own unless given.
    ///
    /// # Errors
    /// [`Refusal`] when something is missing, out of range or there already.
    pub async fn add_route(
        &self,
        change: RouteChange,
        now: Timestamp,
    ) -> Result<RouteId, Failure<Refusal>> {
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let missing = |field: &str| Refusal::Invalid(format!("{field}: a new route needs it"));
            let service = change.service.ok_or_else(|| missing("service"))?;
            let snapshot = catalogue.within(tx)?;
            let known = snapshot.services.get(&service);
            let known = known.ok_or_else(|| Refusal::missing("service", service))?;
            let provider = change.provider.ok_or_else(|| missing("provider"))?;
            if providers::provider(tx, provider)?.is_none() {
                return Err(Refusal::missing("provider", provider).into());
            }
            let id = RouteId(tx.take_id("route")?);
            let blank = Route {
                id,
                service,
                provider,
                upstream_service: change
                    .upstream_service
                    .clone()
                    .ok_or_else(|| missing("upstream service"))?,
                cost: change.cost.ok_or_else(|| missing("cost"))?,
                min: known.min,
                max: known.max,
                priority: 0,
                weight: WEIGHT,
                daily_cap: None,
                on: true,
                off_for: None,
            };
            save(tx, None, changed(blank, &change), now)
        };
        Failure::join(self.store.write(unit).await).map(|route: Route| route.id)
    }

    /// Changes a route.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or something is out of range or fixed.
    pub async fn edit_route(
        &self,
        id: RouteId,
        change: RouteChange,
        now: Timestamp,
    ) -> Result<Route, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let found = routes::route(tx, id)?.ok_or_else(|| Refusal::missing("route", id))?;
            let moved = change.service.is_some_and(|service| service != found.service)
                || change.provider.is_some_and(|provider| provider != found.provider);
            if moved {
                let text = "service and provider: are fixed once the route exists; add another";
                return Err(Refusal::Invalid(String::from(text)).into());
            }
            save(tx, Some(&found), changed(found.clone(), &change), now)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn changed(route: Route, change: &RouteChange) -> Route {
    let change = change.clone();
    Route {
        id: route.id,
        service: route.service,
        provider: route.provider,
        upstream_service: change.upstream_service.unwrap_or(route.upstream_service),
        cost: change.cost.unwrap_or(route.cost),
        min: change.min.unwrap_or(route.min),
        max: change.max.unwrap_or(route.max),
        priority: change.priority.unwrap_or(route.priority),
        weight: change.weight.unwrap_or(route.weight),
        daily_cap: change.daily_cap.unwrap_or(route.daily_cap),
        on: change.on.unwrap_or(route.on),
        off_for: route.off_for.filter(|_| change.on.is_none()),
    }
}

fn save(
    tx: &mut dyn Tx,
    before: Option<&Route>,
    route: Route,
    now: Timestamp,
) -> Result<Route, Failure<Refusal>> {
    let put = before.map_or(Put::New, |_| Put::Changed);
    check_route(before, &route).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let known = routes::of_service(tx, route.service)?;
    let same = |other: &&Route| {
        other.id != route.id
            && other.provider == route.provider
            && other.upstream_service == route.upstream_service
    };
    if let Some(other) = known.iter().find(same) {
        let text = format!(
            "route {} leads from service {} to service {} of provider {} already",
            other.id, route.service, route.upstream_service, route.provider
        );
        return Err(Refusal::Invalid(text).into());
    }
    routes::put_route(tx, put, &route)?;
    let data = serde_json::json!({
        "route": route.id.0,
        "service": route.service.0,
        "provider": route.provider.0,
        "upstream_service": route.upstream_service,
        "cost": route.cost.raw(),
        "on": route.on,
    });
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, put.of("route.added", "route.changed"), data.to_string(), now);
    journal.write(tx)?;
    Ok(route)
}
