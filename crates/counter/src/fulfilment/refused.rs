//! Which routes have refused an order, by what is written of its attempts.

use domain::orders::Order;
use domain::providers::{AttemptState, Otherwise, Provider, refusal};
use domain::{OrderId, ProviderId, RouteId};
use std::collections::HashMap;
use store::tables::{attempts, providers};
use store::{DbError, Tx};

/// What the evidence of a refusal begins with: the provider's words follow.
pub const REFUSED: &str = "refused: ";

/// What stands in front of evidence that came after its call had been given up.
pub const LATE: &str = "late: ";

/// How many tries of an order are looked at, from the last one back: an order may be tried every half
/// minute, for days. Of a refusal before those nothing is known, and a try there comes to it again.
const TRIES: i64 = 16;

/// A route that has refused an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedRoute {
    /// Which.
    pub route: RouteId,
    /// Whether no time makes the order acceptable there. Otherwise it may be tried there again when there
    /// is no other way.
    pub for_good: bool,
}

/// The routes that have refused these orders, and are not the first choice for them any more. What a
/// provider has refused for the moment only is left out.
pub(super) fn refused_routes(
    tx: &mut dyn Tx,
    orders: &[Order],
) -> Result<HashMap<OrderId, Vec<RefusedRoute>>, DbError> {
    // What nobody has taken yet was not tried.
    let tried: Vec<OrderId> =
        orders.iter().filter(|order| order.fence > 0).map(|order| order.id).collect();
    let mut refused: HashMap<OrderId, Vec<RefusedRoute>> = HashMap::new();
    if tried.is_empty() {
        return Ok(refused);
    }
    let known: HashMap<ProviderId, Provider> =
        providers::providers(tx)?.into_iter().map(|provider| (provider.id, provider)).collect();
    // Oldest first.
    for attempt in attempts::latest_of_orders(tx, &tried, TRIES)?.into_iter().rev() {
        let own = known.get(&attempt.provider).map_or(&[][..], |provider| &provider.refusals);
        let evidence = attempt.evidence.as_deref().unwrap_or_default();
        let said = evidence.strip_prefix(LATE).unwrap_or(evidence).strip_prefix(REFUSED);
        let Some(text) = said.filter(|_| attempt.state == AttemptState::Refused) else { continue };
        let remedy = refusal(text, own).map(|refusal| refusal.remedy());
        if let Some(remedy) = remedy.filter(|remedy| remedy.another_route) {
            let for_good = remedy.otherwise == Otherwise::Cancel;
            let route = RefusedRoute { route: attempt.route, for_good };
            refused.entry(attempt.order).or_default().push(route);
        }
    }
    Ok(refused)
}
