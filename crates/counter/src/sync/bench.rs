//! Routes and services under change: as they were, and as they will be written.

use crate::journal::Journal;
use domain::catalogue::{Fulfilment, Service, check_service};
use domain::money::multiplied;
use domain::providers::offers::Edit;
use domain::providers::{Provider, Route, check_route};
use domain::{AccountId, Micros, ProviderId, RouteId, ServiceId, Timestamp};
use std::collections::BTreeMap;
use store::tables::{Put, catalogue, meta, routes};
use store::{DbError, Tx};

/// A row as it was read, and as it is now.
#[derive(Clone, Debug)]
struct Row<T> {
    before: T,
    now: T,
}

impl<T: Clone> Row<T> {
    fn new(row: T) -> Self {
        Self { before: row.clone(), now: row }
    }
}

/// Routes and services that a unit changes.
#[derive(Debug)]
pub(super) struct Bench {
    routes: BTreeMap<RouteId, Row<Route>>,
    services: BTreeMap<ServiceId, Row<Service>>,
}

impl Bench {
    pub(super) fn new(routes: Vec<Route>, services: impl Iterator<Item = Service>) -> Self {
        Self {
            routes: routes.into_iter().map(|route| (route.id, Row::new(route))).collect(),
            services: services.map(|service| (service.id, Row::new(service))).collect(),
        }
    }

    pub(super) fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.get(&id).map(|row| &row.now)
    }

    pub(super) fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.values().map(|row| &row.now)
    }

    /// Makes those of the edits that fit, and says which. Nothing, and none of them is made, when a
    /// route or service would come of it that cannot be.
    pub(super) fn make(&mut self, route: RouteId, edits: &[Edit]) -> Option<Vec<Edit>> {
        let at = self.routes.get_mut(&route)?;
        let of = self.services.get_mut(&at.now.service)?;
        let (mut route, mut service) = (at.now.clone(), of.now.clone());
        let fitting = edits.iter().filter(|edit| edit.make(&mut route, &mut service));
        let made: Vec<Edit> = fitting.copied().collect();
        if check_route(&route).is_err() || check_service(&service).is_err() {
            return None;
        }
        at.now = route;
        of.now = service;
        Some(made)
    }

    /// Takes back edits that were made in this order; returns how many were passed over, because
    /// somebody has changed the value since.
    pub(super) fn take_back(&mut self, route: RouteId, made: &[Edit]) -> usize {
        let mut back: Vec<Edit> = made.iter().rev().map(|edit| edit.undone()).collect();
        let whole = self.make(route, &back);
        let done = match whole {
            Some(done) => done.len(),
            // One of them alone may still be possible.
            None => back.drain(..).filter(|edit| self.made_alone(route, *edit)).count(),
        };
        made.len().saturating_sub(done)
    }

    fn made_alone(&mut self, route: RouteId, edit: Edit) -> bool {
        self.make(route, &[edit]).is_some_and(|made| !made.is_empty())
    }

    /// Whether every way that a service on sale has to a provider costs more than it brings.
    pub(super) fn is_under_cost(
        &self,
        service: ServiceId,
        providers: &BTreeMap<ProviderId, Provider>,
    ) -> bool {
        let by_providers = |service: &&Service| service.fulfilment == Fulfilment::Providers;
        let sold = self.service(service).filter(by_providers).filter(|service| service.on_sale);
        let Some(sold) = sold else { return false };
        let least = cheapest(self.routes().filter(|route| route.service == service), providers);
        least.is_some_and(|cost| cost > sold.rate)
    }

    /// Writes what has changed, each with its event.
    pub(super) fn write(
        self,
        tx: &mut dyn Tx,
        journal: &mut Journal,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), DbError> {
        let changed = |row: &Row<Service>| row.before != row.now;
        if self.services.values().any(changed) {
            meta::bump_catalogue_epoch(tx)?;
        }
        for service in self.services.into_values().filter(changed).map(|row| row.now) {
            catalogue::put_service(tx, Put::Changed, &service)?;
            let data = serde_json::json!({
                "service": service.id.0,
                "rate": service.rate.raw(),
                "min": service.min,
                "max": service.max,
                "on_sale": service.on_sale,
                "actor": actor,
            });
            journal.note(AccountId(0), None, "service.changed", data.to_string(), now);
        }
        let changed = |row: &Row<Route>| row.before != row.now;
        for route in self.routes.into_values().filter(changed).map(|row| row.now) {
            routes::put_route(tx, Put::Changed, &route)?;
            let data = serde_json::json!({
                "route": route.id.0,
                "service": route.service.0,
                "provider": route.provider.0,
                "upstream_service": route.upstream_service,
                "cost": route.cost.raw(),
                "on": route.on,
                "actor": actor,
            });
            journal.note(AccountId(0), None, "route.changed", data.to_string(), now);
        }
        Ok(())
    }
}

/// What the cheapest of these routes costs that is in use, in our currency.
pub(super) fn cheapest<'a>(
    routes: impl Iterator<Item = &'a Route>,
    providers: &BTreeMap<ProviderId, Provider>,
) -> Option<Micros> {
    let cost = |route: &Route| {
        let provider = providers.get(&route.provider)?;
        multiplied(route.cost, provider.exchange)
    };
    routes.filter(|route| route.on).filter_map(cost).min()
}
