//! What becomes of each difference by itself.

use super::change::{ChangeSet, Finding, Item, Verdict, Why};
use super::compare::{Known, Ours};
use super::edit::{Edit, Limits, Moved};
use super::offer::{Offer, kind_of, plain_kind};
use super::rules::{RateRule, SyncRules, Taking};
use crate::catalogue::{Counting, Service, check_service};
use crate::money::multiplied;
use crate::{Micros, RouteId, ServiceId};
use std::collections::BTreeMap;

/// A comparison under way, with routes and services as they are after the items so far.
pub(super) struct Comparison<'a> {
    rules: &'a SyncRules,
    exchange: Micros,
    routes: BTreeMap<RouteId, Known>,
    of_service: BTreeMap<ServiceId, Vec<RouteId>>,
    services: BTreeMap<ServiceId, Service>,
    set: ChangeSet,
}

/// A route and its service at this point of the comparison.
struct Place {
    known: Known,
    service: Service,
    /// What the cheapest other route of the service costs that is in use, in our currency.
    elsewhere: Option<Micros>,
}

/// What is done about a finding.
struct Answer {
    verdict: Verdict,
    edits: Vec<Edit>,
    hold: Vec<Edit>,
}

impl Taking {
    const fn verdict(self) -> Verdict {
        match self {
            Self::Apply => Verdict::Apply,
            Self::Propose => Verdict::Propose,
        }
    }
}

impl Place {
    /// Takes the route out of use, and the service off sale when nobody else fulfils it for what it
    /// brings: else orders would be taken that nobody places.
    fn stop(&self) -> Vec<Edit> {
        if !self.known.route.on {
            return Vec::new();
        }
        let alone = self.elsewhere.is_none_or(|cost| cost > self.service.rate);
        let off = Edit::RouteOn(Moved { before: true, after: false });
        [off].into_iter().chain(self.off_sale().filter(|_| alone)).collect()
    }

    /// Whether every order of the service would cost more than it brings, at a cost of `in_ours`.
    fn is_under_cost(&self, in_ours: Micros) -> bool {
        let dear = |cost: Micros| cost > self.service.rate;
        let on = self.known.route.on && self.service.on_sale;
        on && dear(in_ours) && self.elsewhere.is_none_or(dear)
    }

    fn off_sale(&self) -> Option<Edit> {
        self.service.on_sale.then_some(Edit::OnSale(Moved { before: true, after: false }))
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn new(ours: &Ours<'_>, rules: &'a SyncRules) -> Self {
        let mut of_service: BTreeMap<ServiceId, Vec<RouteId>> = BTreeMap::new();
        for known in ours.routes {
            of_service.entry(known.route.service).or_default().push(known.route.id);
        }
        Self {
            rules,
            exchange: ours.exchange,
            of_service,
            routes: ours.routes.iter().map(|known| (known.route.id, known.clone())).collect(),
            services: ours.services.iter().map(|service| (service.id, service.clone())).collect(),
            set: ChangeSet::default(),
        }
    }

    pub(super) fn into_set(self) -> ChangeSet {
        self.set
    }

    fn place(&self, route: RouteId) -> Option<Place> {
        let known = self.routes.get(&route)?.clone();
        let service = self.services.get(&known.route.service)?.clone();
        let of_service = self.of_service.get(&service.id).into_iter().flatten();
        let others = of_service.filter(|other| **other != route);
        let beside = others.filter_map(|other| self.routes.get(other));
        let beside = beside.filter(|other| other.route.on);
        let costs = beside.filter_map(|other| multiplied(other.route.cost, self.exchange));
        let elsewhere = costs.chain(known.elsewhere).min();
        Some(Place { known, service, elsewhere })
    }

    /// Notes a difference, and makes at once what is made at once.
    fn note(&mut self, place: &Place, finding: Finding, answer: Answer) {
        let item = Item {
            route: Some(place.known.route.id),
            service: Some(place.service.id),
            upstream_service: place.known.route.upstream_service.clone(),
            finding,
            verdict: answer.verdict,
            edits: answer.edits,
            hold: answer.hold,
        };
        let known = self.routes.get_mut(&place.known.route.id);
        let service = self.services.get_mut(&place.service.id);
        if let (Some(known), Some(service)) = (known, service) {
            for edit in item.at_once() {
                let fits = edit.make(&mut known.route, service);
                debug_assert!(fits, "{edit:?} of {place:?}", place = known.route);
            }
        }
        self.set.items.push(item);
    }

    /// A service that is in the list.
    pub(super) fn present(&mut self, known: &Known, offer: &Offer) {
        let route = known.route.id;
        self.set.missing.push((route, 0));
        let steps: [fn(&mut Self, &Place, &Offer); 4] =
            [Self::back, Self::kind, Self::cost, Self::limits];
        for step in steps {
            if let Some(place) = self.place(route) {
                step(self, &place, offer);
            }
        }
    }

    /// One that is not, in a list that is `whole` or not.
    pub(super) fn absent(&mut self, known: &Known, whole: bool) {
        let lists = known.missing.saturating_add(i64::from(whole));
        self.set.missing.push((known.route.id, lists));
        if known.gone || lists < self.rules.gone_after {
            return;
        }
        if let Some(place) = self.place(known.route.id) {
            let verdict = self.rules.gone.verdict();
            let answer = Answer { verdict, edits: place.stop(), hold: Vec::new() };
            self.note(&place, Finding::Gone { lists }, answer);
        }
    }

    fn back(&mut self, place: &Place, _: &Offer) {
        if !place.known.gone {
            return;
        }
        let on = Moved { before: false, after: true };
        let route = (!place.known.route.on).then_some(Edit::RouteOn(on));
        let sale = place.known.off_sale_with_it && !place.service.on_sale;
        let edits = route.into_iter().chain(sale.then_some(Edit::OnSale(on))).collect();
        let answer = Answer { verdict: self.rules.back.verdict(), edits, hold: Vec::new() };
        self.note(place, Finding::Back, answer);
    }

    fn kind(&mut self, place: &Place, offer: &Offer) {
        let kind = kind_of(&offer.kind);
        let same = match &place.known.kind {
            Some(before) => plain_kind(before) == plain_kind(&offer.kind),
            None => kind == Some(place.service.kind),
        };
        if same || offer.kind.trim().is_empty() {
            return;
        }
        let before = place.known.kind.clone();
        let before = before.unwrap_or_else(|| place.service.kind.name().to_owned());
        let why = if kind.is_some() { Why::Kind } else { Why::KindUnknown };
        let verdict = Verdict::Quarantine(why);
        let answer = Answer { verdict, edits: Vec::new(), hold: place.stop() };
        self.note(place, Finding::KindChanged { before, after: offer.kind.clone() }, answer);
    }

    fn cost(&mut self, place: &Place, offer: &Offer) {
        let moved = Moved { before: place.known.route.cost, after: offer.rate };
        if moved.before == moved.after {
            return;
        }
        let in_ours = multiplied(moved.after, self.exchange);
        let (small, spike) = (self.rules.small_percent, self.rules.spike_percent);
        let verdict = if in_ours.is_none() {
            Verdict::Quarantine(Why::Impossible)
        } else if is_beyond(moved, spike) {
            Verdict::Quarantine(Why::Spike { percent: spike })
        } else if !is_beyond(moved, small) {
            Verdict::Apply
        } else if place.known.route.on && in_ours.is_none_or(|cost| cost > place.service.rate) {
            // While it waits, orders would still go this way at the cost of before.
            Verdict::Quarantine(Why::UnderCost)
        } else {
            Verdict::Propose
        };
        // A fall that is not believed costs nothing; behind a rise there may be a loss.
        let holds = matches!(verdict, Verdict::Quarantine(_)) && moved.after > moved.before;
        let hold = if holds || in_ours.is_none() { place.stop() } else { Vec::new() };
        let rate = in_ours.and_then(|cost| self.rate(place, cost));
        let edits = [Edit::Cost(moved)].into_iter().chain(rate).collect();
        self.note(place, Finding::CostMoved(moved), Answer { verdict, edits, hold });
    }

    /// What becomes of the rate of a service at a new cost in our currency.
    fn rate(&self, place: &Place, in_ours: Micros) -> Option<Edit> {
        let under = place.is_under_cost(in_ours);
        let follows = self.rules.rates == RateRule::Follow && place.elsewhere.is_none();
        if !under && !follows {
            return None;
        }
        if self.rules.rates == RateRule::TakeOff {
            return place.off_sale();
        }
        let least = place.elsewhere.map_or(in_ours, |other| other.min(in_ours));
        let rate = self.rules.markup.rate(least);
        let fits = |rate: &Micros| {
            check_service(Some(&place.service), &Service { rate: *rate, ..place.service.clone() })
                .is_ok()
        };
        match rate.filter(fits) {
            Some(rate) if rate == place.service.rate => None,
            Some(after) => Some(Edit::Rate(Moved { before: place.service.rate, after })),
            None => place.off_sale(),
        }
    }

    fn limits(&mut self, place: &Place, offer: &Offer) {
        // What counts as one has no quantity; what the list says of it is something else.
        if place.service.kind.shape().counting == Counting::One {
            return;
        }
        let route = &place.known.route;
        let before = Limits { min: route.min, max: route.max };
        let after = offer.limits();
        if before == after {
            return;
        }
        let sold = Limits { min: place.service.min, max: place.service.max };
        let narrowed = Limits { min: sold.min.max(after.min), max: sold.max.min(after.max) };
        let moved = Moved { before, after };
        let alone = place.elsewhere.is_none();
        let mut answer = Answer {
            verdict: self.rules.limits.verdict(),
            edits: vec![Edit::RouteLimits(moved)],
            hold: Vec::new(),
        };
        if after.min > after.max {
            answer = Answer {
                verdict: Verdict::Quarantine(Why::Impossible),
                edits: Vec::new(),
                ..answer
            };
        } else if alone && narrowed.min > narrowed.max {
            answer.verdict = Verdict::Quarantine(Why::NoQuantity);
            answer.hold = place.stop();
        } else if alone && narrowed != sold {
            let narrower = Moved { before: sold, after: narrowed };
            answer.edits.push(Edit::ServiceLimits(narrower));
        }
        self.note(place, Finding::LimitsMoved(moved), answer);
    }

    /// A service that we have no route to.
    pub(super) fn new_offer(&mut self, offer: &Offer) {
        let kind = kind_of(&offer.kind);
        let cost = multiplied(offer.rate, self.exchange);
        let rate = cost.and_then(|cost| self.rules.markup.rate(cost));
        let limits = offer.limits();
        let verdict = match kind {
            None => Verdict::Quarantine(Why::KindUnknown),
            Some(_) if rate.is_none() || limits.min > limits.max => {
                Verdict::Quarantine(Why::Impossible)
            }
            Some(_) => Verdict::Propose,
        };
        self.set.items.push(Item {
            route: None,
            service: None,
            upstream_service: offer.service.clone(),
            finding: Finding::New { offer: Box::new(offer.clone()), kind, rate },
            verdict,
            edits: Vec::new(),
            hold: Vec::new(),
        });
    }
}

/// Whether a cost moves by more than so many percent. What cost nothing moves beyond all bounds.
fn is_beyond(moved: Moved<Micros>, percent: i64) -> bool {
    let by = i128::from(moved.after.raw().abs_diff(moved.before.raw()));
    let bound = i128::from(moved.before.raw().max(0)).saturating_mul(i128::from(percent));
    by.saturating_mul(100) > bound
}
