//! What we have of a provider's catalogue, as the comparison takes it.

use super::bench::cheapest;
use super::coded;
use super::floor::{Floor, Key};
use domain::catalogue::{Fulfilment, Service};
use domain::providers::offers::{Edit, FindingKind, ItemState, Known, Moved, Offer};
use domain::providers::{ProviderState, Route};
use domain::{Micros, ProviderId, RouteId, ServiceId};
use std::collections::{BTreeMap, BTreeSet};
use store::DbError;
use store::tables::change_items::ChangeItem;

/// So many lists in a row that a service is not yet missing in, whatever the rules say: staff have
/// decided that it is not gone.
const NEVER_MISSING: i64 = -1_000_000;

/// An edit of a service, whichever.
const ON_SALE: Edit = Edit::OnSale(Moved { before: true, after: false });

/// What we have of a provider's catalogue, and what staff have decided of it.
#[derive(Debug)]
pub(super) struct View {
    /// The routes, those of a service together; as if nothing were held.
    pub(super) known: Vec<Known>,
    /// Their services, likewise.
    pub(super) services: Vec<Service>,
    /// Differences that staff have decided against and that are the same ever since.
    pub(super) settled: BTreeSet<Key>,
}

/// What of a service its fulfilment by others than providers leaves alone: only what the route is.
pub(super) fn fits(service: Option<&Service>, edit: &Edit) -> bool {
    let by_providers = service.is_some_and(|service| service.fulfilment == Fulfilment::Providers);
    by_providers || matches!(edit, Edit::Cost(_) | Edit::RouteLimits(_) | Edit::RouteOn(_))
}

impl View {
    /// What we have of the catalogue of `provider`, beside the offers of its list.
    pub(super) fn new(
        floor: &Floor,
        provider: ProviderId,
        offers: &BTreeMap<&str, &Offer>,
    ) -> Result<Self, DbError> {
        let ours = |route: &&Route| route.provider == provider;
        let mut routes: Vec<Route> = floor.bench.routes().filter(ours).cloned().collect();
        routes.sort_by_key(|route| (route.service, route.id));
        let services: BTreeSet<ServiceId> = routes.iter().map(|route| route.service).collect();
        let elsewhere = elsewhere(floor, provider, &services);
        let mut view = Self {
            known: routes.into_iter().map(|route| known(floor, route, &elsewhere)).collect(),
            services: services
                .iter()
                .filter_map(|id| floor.bench.service(*id).cloned())
                .map(sold_by_providers)
                .collect(),
            settled: BTreeSet::new(),
        };
        view.let_go(floor)?;
        view.settle(floor, offers);
        Ok(view)
    }

    fn places(&self) -> BTreeMap<RouteId, usize> {
        self.known.iter().enumerate().map(|(place, known)| (known.route.id, place)).collect()
    }

    /// Takes back what is held, so that what is held still differs.
    fn let_go(&mut self, floor: &Floor) -> Result<(), DbError> {
        let places = self.places();
        let of: BTreeMap<ServiceId, usize> =
            self.services.iter().enumerate().map(|(place, service)| (service.id, place)).collect();
        let held = |item: &&ChangeItem| item.state.is_open() && !item.made.is_empty();
        for item in floor.standing().filter(held) {
            let held = coded::read(&item.made)?;
            let known = places.get(&item.route).and_then(|place| self.known.get_mut(*place));
            let service = of.get(&item.service).and_then(|place| self.services.get_mut(*place));
            let (Some(known), Some(service)) = (known, service) else { continue };
            let whole = fits(Some(service), &ON_SALE);
            for edit in held.iter().rev().filter(|edit| whole || fits(None, edit)) {
                // One that does not fit was changed by somebody, and is as they want it.
                let _fits = edit.undone().make(&mut known.route, service);
            }
        }
        Ok(())
    }

    /// Lets what staff have decided against look as if it were so.
    fn settle(&mut self, floor: &Floor, offers: &BTreeMap<&str, &Offer>) {
        let places = self.places();
        let decided = |state| matches!(state, ItemState::Refused | ItemState::Undone);
        for item in floor.standing().filter(|item| decided(item.state)) {
            let found = places.get(&item.route).and_then(|place| self.known.get_mut(*place));
            let Some(known) = found else { continue };
            let offer = offers.get(known.route.upstream_service.as_str());
            let is_settled = match (item.finding, offer) {
                (FindingKind::CostMoved, Some(offer)) if offer.rate.to_string() == item.after => {
                    known.route.cost = offer.rate;
                    true
                }
                (FindingKind::LimitsMoved, Some(offer))
                    if offer.limits().to_string() == item.after =>
                {
                    let limits = offer.limits();
                    (known.route.min, known.route.max) = (limits.min, limits.max);
                    true
                }
                (FindingKind::Gone, None) => {
                    known.missing = NEVER_MISSING;
                    true
                }
                (FindingKind::Back, Some(_)) => {
                    known.gone = false;
                    true
                }
                // A list that does not have it says nothing new of it.
                (FindingKind::CostMoved | FindingKind::LimitsMoved, None) => true,
                _ => false,
            };
            if is_settled {
                self.settled.insert((item.route, item.finding));
            }
        }
    }
}

/// A service as the comparison may change it: what others fulfil is not sold by way of a provider.
fn sold_by_providers(service: Service) -> Service {
    let on_sale = service.on_sale && service.fulfilment == Fulfilment::Providers;
    Service { on_sale, ..service }
}

fn known(floor: &Floor, route: Route, elsewhere: &BTreeMap<ServiceId, Micros>) -> Known {
    let listed = floor.listed(route.id);
    Known {
        missing: listed.missing,
        gone: listed.gone,
        off_sale_with_it: listed.off_sale_with_it,
        kind: listed.kind,
        elsewhere: elsewhere.get(&route.service).copied(),
        route,
    }
}

/// What the cheapest way to another provider costs that orders are placed at, by service.
fn elsewhere(
    floor: &Floor,
    provider: ProviderId,
    services: &BTreeSet<ServiceId>,
) -> BTreeMap<ServiceId, Micros> {
    let mut others: BTreeMap<ServiceId, Vec<&Route>> = BTreeMap::new();
    let is_active = |id: &ProviderId| {
        floor.providers.get(id).is_some_and(|other| other.state == ProviderState::Active)
    };
    for route in floor.bench.routes() {
        let other = route.provider != provider && is_active(&route.provider);
        if other && services.contains(&route.service) {
            others.entry(route.service).or_default().push(route);
        }
    }
    let cheapest = |(service, routes): (ServiceId, Vec<&Route>)| {
        Some((service, cheapest(routes.into_iter(), &floor.providers)?))
    };
    others.into_iter().filter_map(cheapest).collect()
}
