//! Routes and services under change: as they were, and as they will be written.

use crate::catalogue::Snapshot;
use crate::journal::Journal;
use domain::catalogue::{Fulfilment, Service, check_service};
use domain::money::multiplied;
use domain::providers::offers::Edit;
use domain::providers::{Provider, Route, check_route};
use domain::{AccountId, Micros, ProviderId, RouteId, ServiceId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::tables::{Put, catalogue, meta, routes};
use store::{DbError, Tx};

/// Routes and services that a unit changes: as they were read, and those that are something else now.
#[derive(Debug)]
pub(super) struct Bench {
    routes: BTreeMap<RouteId, Route>,
    services: Arc<Snapshot>,
    changed_routes: BTreeMap<RouteId, Route>,
    changed_services: BTreeMap<ServiceId, Service>,
}

impl Bench {
    pub(super) fn new(routes: Vec<Route>, services: Arc<Snapshot>) -> Self {
        Self {
            routes: routes.into_iter().map(|route| (route.id, route)).collect(),
            services,
            changed_routes: BTreeMap::new(),
            changed_services: BTreeMap::new(),
        }
    }

    fn route(&self, id: RouteId) -> Option<&Route> {
        self.changed_routes.get(&id).or_else(|| self.routes.get(&id))
    }

    pub(super) fn service(&self, id: ServiceId) -> Option<&Service> {
        self.changed_services.get(&id).or_else(|| self.services.services.get(&id))
    }

    pub(super) fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.keys().filter_map(|id| self.route(*id))
    }

    /// Makes those of the edits that fit, and says which. Nothing, and none of them is made, when a
    /// route or service would come of it that cannot be.
    pub(super) fn make(&mut self, route: RouteId, edits: &[Edit]) -> Option<Vec<Edit>> {
        let route_before = self.route(route)?;
        let service_before = self.service(route_before.service)?;
        let (mut route, mut service) = (route_before.clone(), service_before.clone());
        let fitting = edits.iter().filter(|edit| edit.make(&mut route, &mut service));
        let made: Vec<Edit> = fitting.copied().collect();
        check_route(Some(route_before), &route).ok()?;
        check_service(Some(service_before), &service).ok()?;
        if self.routes.get(&route.id) == Some(&route) {
            self.changed_routes.remove(&route.id);
        } else {
            self.changed_routes.insert(route.id, route);
        }
        if self.services.services.get(&service.id) == Some(&service) {
            self.changed_services.remove(&service.id);
        } else {
            self.changed_services.insert(service.id, service);
        }
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
        if !self.changed_services.is_empty() {
            meta::bump_catalogue_epoch(tx)?;
        }
        for service in self.changed_services.into_values() {
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
        for route in self.changed_routes.into_values() {
            // What was not in use for a reason may be in use again by the list.
            let off_for = route.off_for.clone().filter(|_| !route.on);
            let route = Route { off_for, ..route };
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
