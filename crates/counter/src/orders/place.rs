//! Placing orders: the counter's busiest use case, written for a batch.
//!
//! Requests that wait together are taken together: all rows they need are read by id, everything
//! is decided in memory in the order the requests came ([`super::decide`]), and all is written in
//! bulk. A batch of one is the ordinary case. A refused request changes nothing and does not touch
//! its neighbours.

use super::Placing;
use super::decide::{Decision, Known, OnLink, decide};
use super::recent::{Range, RecentOrders};
use super::turns;
use super::written::{new_order, write_plan};
use crate::accounts::{KeyBudgets, Standing};
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::prices;
use domain::access::Scope;
use domain::catalogue::LinkRule;
use domain::orders::{Number, Order, OrderRefusal, OrderRequest};
use domain::{AccountId, KeyId, OrderId, ServiceId, Timestamp};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use store::tables::guards::{self, Print};
use store::tables::link_queue::{self, Waiter};
use store::tables::orders::{self, NewOrder, Origin};
use store::tables::request_ids::{OF_ORDERS, UsedRequestId};
use store::{DbError, Tx};

/// The caller's own id of a request, with a hash of its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// The id, unique within the account.
    pub id: String,
    /// Hash of every other parameter of the request.
    pub hash: [u8; 16],
}

/// One order to place.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    /// Who orders.
    pub account: AccountId,
    /// With which key.
    pub key: Option<KeyId>,
    /// What.
    pub request: OrderRequest,
    /// The caller's own id, when it gives one.
    pub request_id: Option<RequestId>,
    /// Hash of every parameter: the same order of an account has the same one.
    pub fingerprint: i64,
}

/// What the counter remembers beside the database.
pub(super) struct Memory<'a> {
    pub(super) catalogue: &'a Snapshot,
    pub(super) access: Standing<'a>,
    /// The duplicate window, and how many seconds it is long; nothing when there is none.
    pub(super) recent: Option<(&'a Mutex<RecentOrders>, i64)>,
}

/// Places the orders of `batch` at `now`; answers them in order.
///
/// # Errors
/// [`DbError`] when the store fails; nothing is placed then.
pub(super) fn place_orders(
    tx: &mut dyn Tx,
    memory: Memory<'_>,
    batch: &[PlaceOrder],
    now: Timestamp,
) -> Result<Vec<Result<OrderId, OrderRefusal>>, DbError> {
    let mut desk = Desk::new(tx, now);
    desk.lock(batch.iter().map(|place| place.account).collect())?;
    let known = read_known(&mut desk, &memory, batch)?;
    let (decisions, budgets) = decide(known, memory.catalogue, batch, now);
    budgets.write(desk.tx)?;
    let placed = decisions.iter().filter(|d| matches!(d, Decision::Place(..))).count();
    let ids = desk.tx.take_ids("order", placed)?;
    desk.expect_transfers(placed);
    // Where others write at the same time, nothing is remembered.
    let remembered = memory.recent.filter(|_| desk.tx.alone()).map(|(recent, _)| recent);
    let answers = write_down(desk, remembered, batch, decisions, ids)?;
    debug_assert_eq!(answers.len(), batch.len());
    Ok(answers)
}

/// Reads everything that the decisions of the batch are made from.
fn read_known<'a>(
    desk: &mut Desk<'_>,
    memory: &Memory<'_>,
    batch: &'a [PlaceOrder],
) -> Result<Known<'a>, DbError> {
    let mut known = Known {
        accounts: HashMap::new(),
        requests: HashMap::new(),
        recent: HashSet::new(),
        repetitions: memory.recent.is_some(),
        links: HashMap::new(),
        prices: HashMap::new(),
        budgets: KeyBudgets::default(),
    };
    let mut special = Vec::new();
    let mut asked_services = Vec::new();
    let mut asked_ids = Vec::new();
    let mut fingerprints = Vec::new();
    let mut asked_links = Vec::new();
    for order in batch {
        if let Some(account) = desk.account(order.account) {
            let state = (account.wallet, account.suspended);
            let seen = known.accounts.insert(order.account, state).is_some();
            if !seen && prices::has_special(account) {
                special.push(account.clone());
            }
        }
        match &order.request_id {
            Some(request) => asked_ids.push((order.account, request.id.as_str())),
            None => fingerprints.push((order.account, order.fingerprint)),
        }
        let Some(Number::Int(service)) = order.request.service else { continue };
        asked_services.push((order.account, ServiceId(service)));
        let service = memory.catalogue.on_sale(ServiceId(service));
        let service = service.filter(|service| service.link_rule != LinkRule::Any);
        if let (Some(service), Some(link)) = (service, order.request.link.as_deref()) {
            asked_links.push((service.id, link));
        }
    }
    known.requests = OF_ORDERS.used(desk.tx, &asked_ids)?;
    if let Some((recent, seconds)) = memory.recent {
        let range = Range::new(desk.now, seconds);
        known.recent = repeated(desk.tx, recent, range, fingerprints)?;
    }
    let links = guards::open_links(desk.tx, &asked_links)?;
    known.links =
        links.into_iter().map(|held| ((held.service, held.link), Some(held.order))).collect();
    known.prices = prices::for_orders(desk.tx, &special, &asked_services)?;
    let keys = batch.iter().filter_map(|order| order.key).collect();
    known.budgets = KeyBudgets::read(desk.tx, memory.access, keys, Scope::Order, desk.now)?;
    Ok(known)
}

/// Those of the orders' looks that were placed within the window.
fn repeated(
    tx: &mut dyn Tx,
    recent: &Mutex<RecentOrders>,
    range: Range,
    asked: Vec<(AccountId, i64)>,
) -> Result<HashSet<(AccountId, i64)>, DbError> {
    let Some(others) = tx.others()? else {
        return Ok(guards::repeated(tx, &asked, range.start, range.end)?.into_iter().collect());
    };
    // Where others can be told apart, units run one after the other: nobody waits here.
    let mut recent = recent.lock();
    recent.refresh(tx, others, range)?;
    let mut found = HashSet::new();
    for (account, fingerprint) in asked {
        if recent.repeated(tx, account, fingerprint, range)? {
            found.insert((account, fingerprint));
        }
    }
    Ok(found)
}

/// What a batch writes beside the money.
#[derive(Default)]
struct Rows<'a> {
    orders: Vec<NewOrder>,
    requests: Vec<UsedRequestId<OrderId>>,
    links: Vec<Waiter<'a>>,
    waiting: Vec<Waiter<'a>>,
}

impl<'a> Rows<'a> {
    /// Notes the place of an order on its link; returns the order that it waits for, if it does.
    fn stand(&mut self, on_link: OnLink, place: Waiter<'a>) -> Option<OrderId> {
        let (service, link, _) = place;
        match on_link {
            OnLink::Free => None,
            OnLink::Has => {
                self.links.push(place);
                None
            }
            OnLink::Waits(order) => {
                self.waiting.push(place);
                let in_batch = || self.links.iter().find(|(s, l, _)| (*s, *l) == (service, link));
                order.or_else(|| in_batch().map(|(_, _, order)| *order))
            }
        }
    }
}

fn write_down(
    mut desk: Desk<'_>,
    recent: Option<&Mutex<RecentOrders>>,
    batch: &[PlaceOrder],
    decisions: Vec<Decision>,
    ids: Vec<i64>,
) -> Result<Vec<Result<OrderId, OrderRefusal>>, DbError> {
    let mut ids = ids.into_iter();
    let mut rows = Rows::default();
    let mut answers: Vec<Result<OrderId, OrderRefusal>> = Vec::with_capacity(batch.len());
    for (asked, decision) in batch.iter().zip(decisions) {
        let (placement, service, on_link) = match decision {
            Decision::Replayed(order) => {
                answers.push(Ok(order));
                continue;
            }
            Decision::SameAs(earlier) => {
                let answer = answers.get(earlier).cloned();
                answers.push(answer.unwrap_or(Err(OrderRefusal::ActiveOrder)));
                continue;
            }
            Decision::Refused(refusal) => {
                answers.push(Err(refusal));
                continue;
            }
            Decision::Place(placement, service, on_link) => (placement, service, on_link),
        };
        let id = ids.next().ok_or_else(|| DbError::new("PLACE", "too few order ids"))?;
        let id = OrderId(id);
        let account = asked.account;
        let cause = Cause { order: Some(id), ..Cause::default() };
        let hold = desk.posted(placement.wallet, &placement.posting, cause)?;
        let placing =
            Placing { order: id, account, service, charge: placement.charge, parent: None };
        let origin = Origin {
            hold,
            fingerprint: asked.request_id.is_none().then_some(asked.fingerprint),
            event: desk.journal.placed(desk.tx, placing, desk.now)?,
        };
        if let Some(request) = &asked.request_id {
            rows.requests.push(UsedRequestId {
                account,
                request_id: request.id.clone(),
                request_hash: request.hash,
                order: id,
            });
        }
        let link = asked.request.link.as_deref().unwrap_or_default();
        let waits_for = rows.stand(on_link, (service, link, id));
        if let Some(other) = waits_for {
            turns::note_waits(&mut desk.journal, account, id, other, desk.now);
        }
        write_plan(desk.tx, id, account, &placement, waits_for.is_some(), desk.now)?;
        rows.orders.push(new_order(id, asked, service, *placement, origin, desk.now));
        answers.push(Ok(id));
    }
    orders::insert(desk.tx, &rows.orders)?;
    OF_ORDERS.insert(desk.tx, &rows.requests, desk.now)?;
    guards::insert_open_links(desk.tx, &rows.links)?;
    link_queue::wait(desk.tx, &rows.waiting, desk.now)?;
    desk.finish()?;
    if let Some(recent) = recent {
        let mut recent = recent.lock();
        for NewOrder { order, origin, .. } in &rows.orders {
            let fingerprint = origin.fingerprint;
            let Order { id: order, account, created, .. } = *order;
            recent.add(Print { order, account, fingerprint, created });
        }
    }
    Ok(answers)
}
