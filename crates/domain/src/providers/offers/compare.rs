//! Compares a provider's list with our routes to it.

use super::change::ChangeSet;
use super::differ::Comparison;
use super::offer::{List, ListRefused, Offer};
use super::rules::SyncRules;
use crate::Micros;
use crate::catalogue::Service;
use crate::providers::Route;
use std::collections::{BTreeMap, BTreeSet};

/// A route to the provider, and what is known of it from lists before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The route.
    pub route: Route,
    /// In how many whole lists in a row its service was missing.
    pub missing: i64,
    /// Whether it is out of use because its service was gone.
    pub gone: bool,
    /// Whether that took the service off sale too.
    pub off_sale_with_it: bool,
    /// The kind in the words of the last list, where there was one.
    pub kind: Option<String>,
    /// What the cheapest route costs that leads from the same service to another provider and is in
    /// use, in our currency.
    pub elsewhere: Option<Micros>,
}

/// What we have of a provider's catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    /// What one unit of its currency is worth in ours.
    pub exchange: Micros,
    /// The routes to it.
    pub routes: &'a [Known],
    /// The services of these routes.
    pub services: &'a [Service],
    /// What of its services was proposed before, and need not be proposed as new again.
    pub seen: &'a BTreeSet<String>,
}

/// What becomes of the differences between `list` and what we have.
///
/// # Errors
/// [`ListRefused`] when the list cannot be believed: then nothing changes at all.
pub fn propose(ours: &Ours<'_>, list: &List, rules: &SyncRules) -> Result<ChangeSet, ListRefused> {
    let list = list.without_contradictions();
    let offers: BTreeMap<&str, &Offer> =
        list.offers.iter().map(|offer| (offer.service.as_str(), offer)).collect();
    let expected: Vec<&Known> = ours.routes.iter().filter(|known| !known.gone).collect();
    let is_missing = |known: &&&Known| !offers.contains_key(known.route.upstream_service.as_str());
    list.check(expected.iter().filter(is_missing).count(), expected.len(), rules)?;
    let mut comparison = Comparison::new(ours, rules);
    for known in ours.routes {
        match offers.get(known.route.upstream_service.as_str()) {
            Some(offer) => comparison.present(known, offer),
            // In a list that could not be read whole it may be there.
            None => comparison.absent(known, list.broken == 0),
        }
    }
    let routed: BTreeSet<&str> =
        ours.routes.iter().map(|known| known.route.upstream_service.as_str()).collect();
    for offer in &list.offers {
        if !routed.contains(offer.service.as_str()) && !ours.seen.contains(&offer.service) {
            comparison.new_offer(offer);
        }
    }
    Ok(comparison.into_set())
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
