//! Taking in what placing orders goes by, as it was read: providers, routes, services.

use super::lane::Lane;
use super::{Engine, plus};
use counter::fulfilment::Setup;
use domain::catalogue::Pricing;
use domain::providers::Route;
use domain::{Micros, ProviderId, ServiceId, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// Between two readings of the setup.
const SETUP_US: i64 = 1_000_000;

impl Engine {
    pub(super) fn set_up(&mut self, setup: Setup, now: Timestamp) {
        self.busy.setup = false;
        self.next_setup = plus(now, SETUP_US);
        let mut changed = false;
        for provider in setup.providers {
            match self.lanes.get_mut(&provider.id) {
                Some(lane) => {
                    changed |= lane.provider != provider;
                    self.actions.extend(lane.take_over(provider, now));
                    // What was recorded since it was asked for may not be in it.
                    lane.resolver.setup_at = self.setup_asked;
                }
                None => {
                    changed = true;
                    self.lanes.insert(provider.id, Lane::new(provider, self.timing, now));
                }
            }
        }
        let unwatched: HashMap<ProviderId, Micros> = setup.unwatched.into_iter().collect();
        for (id, lane) in &mut self.lanes {
            lane.unwatched = unwatched.get(id).copied().unwrap_or(Micros::ZERO);
        }
        let mut routes: BTreeMap<ServiceId, Vec<Route>> = BTreeMap::new();
        for route in setup.routes {
            routes.entry(route.service).or_default().push(route);
        }
        let pricing: HashMap<ServiceId, Pricing> = setup
            .services
            .iter()
            .map(|service| (service.id, service.kind.shape().pricing))
            .collect();
        changed |= routes != self.routes || pricing != self.pricing;
        self.routes = routes;
        self.pricing = pricing;
        self.used_today = setup.used_today.into_iter().collect();
        self.full.clear();
        if changed {
            self.queue.unstick();
        }
    }
}
