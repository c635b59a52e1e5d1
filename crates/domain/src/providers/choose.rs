//! Which route an order takes.

use super::Route;
use super::costs::expected_cost;
use crate::catalogue::Pricing;
use crate::money::multiplied;
use crate::{Micros, ServiceId};

/// An order that looks for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToPlace {
    /// Its service.
    pub service: ServiceId,
    /// How the service is priced. What counts as one has a flat price, and no route's limits.
    pub pricing: Pricing,
    /// Units ordered.
    pub quantity: i64,
    /// The smallest and the largest quantity that the limits of a route are about: the units
    /// ordered, except where the provider divides the order.
    pub limits: (i64, i64),
    /// What the order was charged, in our currency.
    pub charge: Micros,
}

/// A route, and what is known at this moment of where it leads.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The route.
    pub route: &'a Route,
    /// What one unit of the provider's currency is worth in ours.
    pub exchange: Micros,
    /// Whether the provider takes orders now: active, breaker closed, a place free.
    pub able: bool,
    /// Whether it is out of the question for this order, because it was tried and refused.
    pub excluded: bool,
    /// Units that were placed by the route since midnight UTC.
    pub used_today: i64,
}

/// The route that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The route.
    pub route: &'a Route,
    /// What the provider is expected to charge, in its currency.
    pub cost: Micros,
    /// The same in our currency.
    pub cost_in_ours: Micros,
}

/// Why an order has no route. Staff are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// The service has no routes.
    #[error("no route leads from the service to a provider")]
    NotMapped,
    /// It has, but none is on.
    #[error("all routes of the service are switched off")]
    AllOff,
    /// None takes so many or so few.
    #[error("quantity: the routes of the service take {min} to {max}")]
    Quantity {
        /// Smallest quantity that a route takes.
        min: i64,
        /// Largest quantity that a route takes, on a day.
        max: i64,
    },
    /// Each would cost more than the order was charged.
    #[error("the cheapest route costs {least}, and the order was charged {charge}")]
    TooDear {
        /// The lowest cost, in our currency.
        least: Micros,
        /// What the order was charged.
        charge: Micros,
    },
    /// Each that is left was tried.
    #[error("every route that takes the order was tried")]
    AllTried,
    /// The providers take no orders now.
    #[error("the providers of the service are paused or do not answer")]
    Unable,
    /// The units of the day are used up.
    #[error("the routes of the service have placed their units of today")]
    Full,
}

impl NoRoute {
    /// Whether it passes by itself, so that the order needs nothing but time.
    pub const fn passes(self) -> bool {
        matches!(self, Self::Unable | Self::Full)
    }
}

/// A route in the running, with its costs.
#[derive(Clone, Copy)]
struct Runner<'a> {
    candidate: Candidate<'a>,
    cost: Micros,
    in_ours: Micros,
}

/// Chooses among `candidates`: the lowest priority number first, among equals by weight with the
/// random number `draw`. Routes of other services are passed over.
///
/// What cannot change by itself is looked at first, so that [`NoRoute::Unable`] and
/// [`NoRoute::Full`] are the reason only when waiting helps.
///
/// # Errors
/// [`NoRoute`]: the reason that put out the last of them.
pub fn choose<'a>(
    order: &ToPlace,
    candidates: &[Candidate<'a>],
    draw: u64,
) -> Result<Choice<'a>, NoRoute> {
    let mapped = keep(candidates, |c| c.route.service == order.service, NoRoute::NotMapped)?;
    let on = keep(&mapped, |c| c.route.on, NoRoute::AllOff)?;
    let fitting = keep(&on, |c| fits(order, c.route), limits(&on))?;
    let running = affordable(order, &fitting)?;
    let untried = keep(&running, |r| !r.candidate.excluded, NoRoute::AllTried)?;
    let able = keep(&untried, |r| r.candidate.able, NoRoute::Unable)?;
    let free = keep(&able, |r| has_room(order, &r.candidate), NoRoute::Full)?;
    let runner = draw_one(&free, draw).ok_or(NoRoute::Full)?;
    Ok(Choice { route: runner.candidate.route, cost: runner.cost, cost_in_ours: runner.in_ours })
}

/// Those that pass `test`, or `reason` when none does.
fn keep<T: Copy>(
    from: &[T],
    test: impl Fn(&T) -> bool,
    reason: NoRoute,
) -> Result<Vec<T>, NoRoute> {
    let kept: Vec<T> = from.iter().copied().filter(test).collect();
    if kept.is_empty() { Err(reason) } else { Ok(kept) }
}

/// Whether a route takes as many, on any day.
fn fits(order: &ToPlace, route: &Route) -> bool {
    let within = route.min <= order.limits.0 && order.limits.1 <= route.max;
    let in_a_day = route.daily_cap.is_none_or(|cap| order.quantity <= cap);
    in_a_day && (order.pricing == Pricing::Flat || within)
}

fn limits(on: &[Candidate<'_>]) -> NoRoute {
    let min = on.iter().map(|c| c.route.min).min().unwrap_or(0);
    let most = |route: &Route| route.daily_cap.map_or(route.max, |cap| cap.min(route.max));
    let max = on.iter().map(|c| most(c.route)).max().unwrap_or(0);
    NoRoute::Quantity { min, max }
}

/// Those that cost no more than the order was charged: never sold under cost. A cost that cannot be
/// counted is too dear.
fn affordable<'a>(order: &ToPlace, fitting: &[Candidate<'a>]) -> Result<Vec<Runner<'a>>, NoRoute> {
    let mut least = Micros::MAX;
    let mut running = Vec::new();
    for candidate in fitting {
        let cost = expected_cost(candidate.route.cost, order.pricing, order.quantity);
        let in_ours = cost.and_then(|cost| multiplied(cost, candidate.exchange));
        let (Some(cost), Some(in_ours)) = (cost, in_ours) else { continue };
        least = least.min(in_ours);
        if in_ours <= order.charge {
            running.push(Runner { candidate: *candidate, cost, in_ours });
        }
    }
    keep(&running, |_| true, NoRoute::TooDear { least, charge: order.charge })
}

fn has_room(order: &ToPlace, candidate: &Candidate<'_>) -> bool {
    let after = candidate.used_today.saturating_add(order.quantity);
    candidate.route.daily_cap.is_none_or(|cap| after <= cap)
}

/// One of those with the lowest priority number, as often as its weight among theirs. A weight of
/// zero is a route that is only taken when no other of the same priority is left.
fn draw_one<'a, 'b>(free: &'b [Runner<'a>], draw: u64) -> Option<&'b Runner<'a>> {
    let first = free.iter().map(|runner| runner.candidate.route.priority).min()?;
    let equals = || free.iter().filter(|runner| runner.candidate.route.priority == first);
    let weight = |runner: &&Runner<'_>| u64::try_from(runner.candidate.route.weight).unwrap_or(0);
    let sum = equals().map(|runner| weight(&runner)).fold(0_u64, u64::saturating_add);
    let Some(mut left) = draw.checked_rem(sum) else { return equals().next() };
    for runner in equals() {
        match left.checked_sub(weight(&runner)) {
            Some(rest) => left = rest,
            None => return Some(runner),
        }
    }
    None
}

#[cfg(test)]
#[path = "choose_tests.rs"]
mod tests;
