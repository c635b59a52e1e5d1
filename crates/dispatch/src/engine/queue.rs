//! Orders that wait to be placed, by service, in the order they were placed.

use counter::fulfilment::{RefusedRoute, Waiting};
use domain::{OrderId, RouteId, ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// An order that waits, with what was tried already.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub(super) waiting: Waiting,
    /// Routes that have refused it.
    pub(super) refused: Vec<RefusedRoute>,
    /// The route whose provider could not be reached last.
    pub(super) unreached: Option<RouteId>,
    /// How often nothing was sent.
    pub(super) misses: u32,
}

impl Queued {
    fn new(mut waiting: Waiting) -> Self {
        let refused = std::mem::take(&mut waiting.refused);
        Self { waiting, refused, unreached: None, misses: 0 }
    }

    /// Whether a route has refused it.
    pub(super) fn is_refused_by(&self, route: RouteId) -> bool {
        self.refused.iter().any(|refused| refused.route == route)
    }
}

/// The orders that wait. Each order is in memory once: here, or with whoever places it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    orders: HashMap<OrderId, Queued>,
    /// Those that may be placed at once.
    ready: BTreeMap<ServiceId, BTreeSet<OrderId>>,
    /// Those that wait for a time.
    later: BTreeSet<(Timestamp, OrderId)>,
    /// Those that no route takes; looked at again when something has changed.
    stuck: BTreeSet<OrderId>,
    /// Those that somebody places, or that a provider may have.
    away: HashSet<OrderId>,
}

impl Queue {
    /// How many orders wait.
    pub(super) fn len(&self) -> usize {
        self.orders.len()
    }

    /// Adds orders as they were read; those that are known already stay as they are. Says whether there
    /// were others.
    pub(super) fn read(&mut self, orders: Vec<Waiting>) -> bool {
        let mut came = false;
        for waiting in orders {
            let id = waiting.order;
            if self.away.contains(&id) || self.orders.contains_key(&id) {
                continue;
            }
            came = true;
            self.ready.entry(waiting.service).or_default().insert(id);
            self.orders.insert(id, Queued::new(waiting));
        }
        came
    }

    /// Lets orders whose time has come be placed.
    pub(super) fn wake(&mut self, now: Timestamp) {
        while let Some(&(at, id)) = self.later.first().filter(|(at, _)| *at <= now) {
            self.later.remove(&(at, id));
            self.make_ready(id);
        }
    }

    /// When the next order's time comes.
    pub(super) fn next_time(&self) -> Option<Timestamp> {
        self.later.first().map(|(at, _)| *at)
    }

    /// Looks again at those that no route took.
    pub(super) fn unstick(&mut self) {
        for id in std::mem::take(&mut self.stuck) {
            self.make_ready(id);
        }
    }

    fn make_ready(&mut self, id: OrderId) {
        if let Some(queued) = self.orders.get(&id) {
            self.ready.entry(queued.waiting.service).or_default().insert(id);
        }
    }

    /// Services with orders that may be placed, from `first` on and then round.
    pub(super) fn services_from(&self, first: ServiceId) -> Vec<ServiceId> {
        let behind = self.ready.range(first..).map(|(service, _)| *service);
        behind.chain(self.ready.range(..first).map(|(service, _)| *service)).collect()
    }

    /// The oldest order of a service that may be placed.
    pub(super) fn first(&self, service: ServiceId) -> Option<&Queued> {
        self.orders.get(self.ready.get(&service)?.first()?)
    }

    /// Lets the oldest order of a service be tried again where time may have changed the answer; says
    /// whether it was refused there.
    pub(super) fn forgive(&mut self, service: ServiceId) -> bool {
        let first = self.ready.get(&service).and_then(BTreeSet::first);
        let Some(queued) = first.and_then(|id| self.orders.get_mut(id)) else { return false };
        let known = queued.refused.len();
        queued.refused.retain(|refused| refused.for_good);
        queued.refused.len() < known
    }

    /// Lets the oldest order of a service be tried everywhere again, from `at` on.
    pub(super) fn begin_again(&mut self, service: ServiceId, at: Timestamp) {
        let Some(id) = self.pop(service) else { return };
        if let Some(queued) = self.orders.get_mut(&id) {
            queued.refused.clear();
        }
        self.later.insert((at, id));
    }

    /// Hands the oldest order of a service over to who places it.
    pub(super) fn take(&mut self, service: ServiceId) -> Option<Queued> {
        let id = self.pop(service)?;
        self.away.insert(id);
        self.orders.remove(&id)
    }

    /// Sets the oldest order of a service aside until something changes.
    pub(super) fn set_aside(&mut self, service: ServiceId) {
        if let Some(id) = self.pop(service) {
            self.stuck.insert(id);
        }
    }

    /// Sets the oldest order of a service aside until `at`.
    pub(super) fn put_off(&mut self, service: ServiceId, at: Timestamp) {
        if let Some(id) = self.pop(service) {
            self.later.insert((at, id));
        }
    }

    fn pop(&mut self, service: ServiceId) -> Option<OrderId> {
        let ready = self.ready.get_mut(&service)?;
        let id = ready.pop_first();
        if ready.is_empty() {
            self.ready.remove(&service);
        }
        id
    }

    /// Takes an order back; it may be placed again from `at` on.
    pub(super) fn put_back(&mut self, queued: Queued, at: Timestamp) {
        let id = queued.waiting.order;
        self.away.remove(&id);
        self.orders.insert(id, queued);
        self.later.insert((at, id));
    }

    /// Notes that an order is with somebody, without its having waited here.
    pub(super) fn is_away(&mut self, id: OrderId) {
        self.away.insert(id);
    }

    /// Forgets an order: it is followed, has ended, or waits for a person. When it waits again, it
    /// is read again.
    pub(super) fn forget(&mut self, id: OrderId) {
        self.away.remove(&id);
    }
}
