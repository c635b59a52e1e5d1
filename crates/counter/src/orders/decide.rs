//! Decides a batch of orders in memory, one after the other, each seeing what those before it did.

use super::place::PlaceOrder;
use crate::accounts::KeyBudgets;
use crate::catalogue::Snapshot;
use domain::catalogue::{LinkRule, Service};
use domain::ledger::Wallet;
use domain::orders::{Field, Number, OrderRefusal, Placement, place};
use domain::pricing::AccountPrices;
use domain::{AccountId, OrderId, ServiceId, Timestamp};
use std::collections::{HashMap, HashSet};
use store::tables::request_ids::Used;

/// What the decisions are made from.
pub(super) struct Known<'a> {
    /// Wallets, and whether the account is suspended.
    pub(super) accounts: HashMap<AccountId, (Wallet, bool)>,
    /// Request ids that were used.
    pub(super) requests: Used<'a, OrderId>,
    /// Which fingerprints have an order in the duplicate window.
    pub(super) recent: HashSet<(AccountId, i64)>,
    /// Whether there is such a window.
    pub(super) repetitions: bool,
    /// Links with an open order, of services that take or deliver one at a time, and which it is;
    /// nothing when it is placed by this batch.
    pub(super) links: HashMap<(ServiceId, String), Option<OrderId>>,
    /// What accounts pay that do not pay the list rates.
    pub(super) prices: HashMap<AccountId, AccountPrices>,
    /// What keys may still spend.
    pub(super) budgets: KeyBudgets,
}

/// What becomes of a request.
pub(super) enum Decision {
    /// It was answered before: the same order again.
    Replayed(OrderId),
    /// The same request came earlier in this batch, at this place: the same answer.
    SameAs(usize),
    /// It is refused.
    Refused(OrderRefusal),
    /// It is placed, with this place on its link.
    Place(Box<Placement>, ServiceId, OnLink),
}

/// The place of a new order on its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnLink {
    /// It stands for itself.
    Free,
    /// It has the link: no other is taken, or delivered, while it is open.
    Has,
    /// It waits behind this one; nothing when that is placed by the same batch.
    Waits(Option<OrderId>),
}

/// Decides every request of the batch, in order; also tells what keys have spent.
pub(super) fn decide<'a>(
    mut known: Known<'a>,
    catalogue: &Snapshot,
    batch: &'a [PlaceOrder],
    now: Timestamp,
) -> (Vec<Decision>, KeyBudgets) {
    // Request ids placed by this batch: their parameters and where they stand.
    let mut placed: HashMap<(AccountId, &'a str), ([u8; 16], usize)> = HashMap::new();
    let mut decisions = Vec::with_capacity(batch.len());
    for (index, order) in batch.iter().enumerate() {
        let decision = match replay(&known, &placed, order) {
            Some(decision) => decision,
            None => match decide_one(&known, catalogue, order, now) {
                Ok((placement, service, on_link)) => {
                    remember(&mut known, order, &placement, service, on_link);
                    if let Some(request) = &order.request_id {
                        placed.insert((order.account, &request.id), (request.hash, index));
                    }
                    Decision::Place(Box::new(placement), service, on_link)
                }
                Err(refusal) => Decision::Refused(refusal),
            },
        };
        decisions.push(decision);
    }
    (decisions, known.budgets)
}

/// The answer that the request id was given before, or the refusal of changed parameters.
fn replay(
    known: &Known<'_>,
    placed: &HashMap<(AccountId, &str), ([u8; 16], usize)>,
    order: &PlaceOrder,
) -> Option<Decision> {
    let request = order.request_id.as_ref()?;
    let used = (order.account, request.id.as_str());
    let (hash, decision) = match (known.requests.get(&used), placed.get(&used)) {
        (Some((hash, order)), _) => (hash, Decision::Replayed(*order)),
        (None, Some((hash, index))) => (hash, Decision::SameAs(*index)),
        (None, None) => return None,
    };
    let reused = || Decision::Refused(OrderRefusal::RequestIdReused);
    Some(if *hash == request.hash { decision } else { reused() })
}

fn decide_one(
    known: &Known<'_>,
    catalogue: &Snapshot,
    order: &PlaceOrder,
    now: Timestamp,
) -> Result<(Placement, ServiceId, OnLink), OrderRefusal> {
    let Some((wallet, suspended)) = known.accounts.get(&order.account) else {
        return Err(OrderRefusal::Suspended);
    };
    if *suspended {
        return Err(OrderRefusal::Suspended);
    }
    if order.request_id.as_ref().is_some_and(|request| request.id.is_empty()) {
        return Err(OrderRefusal::Incorrect(Field::RequestId));
    }
    if !known.budgets.admits(order.key) {
        return Err(OrderRefusal::Key);
    }
    let service = match order.request.service {
        Some(Number::Int(id)) => catalogue.on_sale(ServiceId(id)),
        _ => None,
    };
    let service = service.ok_or(OrderRefusal::Service)?;
    let prices = known.prices.get(&order.account);
    let rate = prices.map_or(service.rate, |prices| prices.service_rate(service));
    let placement = place(&order.request, service, rate, wallet, now)?;
    if !known.budgets.allows(order.key, placement.charge) {
        return Err(OrderRefusal::KeyCap);
    }
    let on_link = on_link(known, service, &placement.checked.link)?;
    // A request id says by itself whether a request is a repetition.
    if order.request_id.is_none() && known.recent.contains(&(order.account, order.fingerprint)) {
        return Err(OrderRefusal::ActiveOrder);
    }
    Ok((placement, service.id, on_link))
}

/// The place that an order gets on its link.
fn on_link(known: &Known<'_>, service: &Service, link: &str) -> Result<OnLink, OrderRefusal> {
    // A subscription has no link itself; its posts have.
    if service.link_rule == LinkRule::Any || link.is_empty() {
        return Ok(OnLink::Free);
    }
    match known.links.get(&(service.id, link.to_owned())) {
        None => Ok(OnLink::Has),
        Some(order) if service.link_rule == LinkRule::Queue => Ok(OnLink::Waits(*order)),
        Some(_) => Err(OrderRefusal::ActiveOrder),
    }
}

/// Lets the requests behind this one see what it did.
fn remember(
    known: &mut Known<'_>,
    order: &PlaceOrder,
    placement: &Placement,
    service: ServiceId,
    on_link: OnLink,
) {
    if let Some((wallet, _)) = known.accounts.get_mut(&order.account) {
        *wallet = placement.wallet;
    }
    known.budgets.spend(order.key, placement.charge);
    if known.repetitions && order.request_id.is_none() {
        known.recent.insert((order.account, order.fingerprint));
    }
    if on_link == OnLink::Has {
        known.links.insert((service, placement.checked.link.clone()), None);
    }
}
