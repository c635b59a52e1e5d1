//! Why an order is not at a provider yet, by what is written.

use super::admit::{Unknown, capped, day, under_way};
use super::passed::limits_of;
use super::refused::refused_routes;
use super::waiting::{by_providers, is_whole};
use crate::catalogue::Snapshot;
use domain::orders::{Order, State};
use domain::providers::{Candidate, NoRoute, Provider, ProviderState, Route, ToPlace, choose};
use domain::{ProviderId, RouteId, Timestamp};
use std::collections::{HashMap, HashSet};
use store::tables::{orders, providers, routes};
use store::{DbError, Tx};

/// What keeps an order that waits from its providers; nothing when it does not wait for one, or is
/// taken in a moment. Whether a provider answers at all is known to the worker alone, and in its log.
pub(crate) fn waits_for(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    order: &Order,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let service = snapshot.services.get(&order.service);
    let Some(service) = service.filter(|_| order.state == State::Pending) else { return Ok(None) };
    if !by_providers(snapshot, order) {
        return Ok(None);
    }
    if !is_whole(snapshot, order) {
        let begun = "part of it was delivered, and providers are given whole orders only";
        return Ok(Some(String::from(begun)));
    }
    let ways = routes::of_service(tx, order.service)?;
    let used: HashMap<RouteId, i64> =
        routes::used(tx, &capped(&ways), day(now))?.into_iter().collect();
    let hindrances = hindrances(tx)?;
    let refused = refused_routes(tx, std::slice::from_ref(order))?;
    let refused: HashSet<RouteId> = refused.values().flatten().map(|way| way.route).collect();
    let candidates: Vec<Candidate<'_>> = ways
        .iter()
        .filter_map(|route| {
            let (provider, hindrance) = hindrances.get(&route.provider)?;
            Some(Candidate {
                route,
                exchange: provider.exchange,
                able: hindrance.is_none(),
                excluded: refused.contains(&route.id),
                used_today: used.get(&route.id).copied().unwrap_or(0),
            })
        })
        .collect();
    let to_place = ToPlace {
        service: order.service,
        pricing: service.kind.shape().pricing,
        quantity: order.quantity,
        limits: limits_of(order, orders::params(tx, order.id)?.as_deref()),
        charge: order.charge,
    };
    Ok(match choose(&to_place, &candidates, 0) {
        Ok(_) => None,
        Err(NoRoute::Unable) => Some(told(&ways, &hindrances)),
        Err(reason) => Some(reason.to_string()),
    })
}

type Hindrances = HashMap<ProviderId, (Provider, Option<&'static str>)>;

/// Every provider, and why it gets no orders.
fn hindrances(tx: &mut dyn Tx) -> Result<Hindrances, DbError> {
    let under_way = under_way(tx)?;
    let named = providers::providers(tx)?.into_iter().map(|provider| {
        let Unknown { count, lost } = under_way.get(&provider.id).copied().unwrap_or_default();
        let hindrance = match provider.state {
            ProviderState::Paused => Some("is paused"),
            ProviderState::Off => Some("is off"),
            ProviderState::Active if provider.restored.is_some() => Some("is held after a restore"),
            ProviderState::Active if lost && !provider.takes_request_id => {
                Some("waits until it is known what became of an order there")
            }
            ProviderState::Active if count >= provider.adds_at_once => {
                Some("has as many orders under way as it may have")
            }
            ProviderState::Active => None,
        };
        (provider.id, (provider, hindrance))
    });
    Ok(named.collect())
}

/// What hinders the providers that routes in use lead to.
fn told(ways: &[Route], hindrances: &Hindrances) -> String {
    let mut told: Vec<String> = Vec::new();
    for route in ways.iter().filter(|route| route.on) {
        if let Some((provider, Some(hindrance))) = hindrances.get(&route.provider) {
            let text = format!("{} {hindrance}", provider.name);
            if !told.contains(&text) {
                told.push(text);
            }
        }
    }
    told.join("; ")
}
