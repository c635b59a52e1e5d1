//! Orders, held against what their callers were told.

use super::Verdict;
use crate::shop::ask::Ask;
use crate::shop::books::{PIECE, RATES};
use crate::shop::oracle::{KnownOrder, KnownProductOrder, Oracle, Stands};
use domain::ledger::TransferKind;
use domain::orders::{Order, State};
use domain::products::ProductOrder;
use domain::{Micros, OrderId, ProductOrderId};
use std::collections::BTreeMap;
use store::tables::transfers::Transfer;

/// The rate for so many of a thousand, rounded up; written apart from the rules.
fn charge(rate: i64, quantity: i64) -> Micros {
    let exact = i128::from(rate).saturating_mul(quantity.into());
    let rounded = exact.saturating_add(999).checked_div(1_000).unwrap_or_default();
    Micros::new(rounded.try_into().unwrap_or(i64::MAX))
}

/// What was held for each order.
fn holds<K: Ord>(
    transfers: &[Transfer],
    of: impl Fn(&Transfer) -> Option<K>,
) -> BTreeMap<K, Vec<Micros>> {
    let mut holds: BTreeMap<K, Vec<Micros>> = BTreeMap::new();
    for transfer in transfers.iter().filter(|transfer| transfer.kind == TransferKind::Hold) {
        if let Some(order) = of(transfer) {
            holds.entry(order).or_default().push(transfer.amount);
        }
    }
    holds
}

impl Stands {
    /// Whether an order stands so.
    fn is(&self, order: &Order) -> bool {
        match self {
            Self::Placed => {
                order.state == State::Pending
                    && order.remains == order.quantity
                    && order.held() == order.charge
                    && !order.cancel_requested
            }
            Self::Exactly(told) => **told == *order,
            Self::CancelAsked => order.cancel_requested || order.state == State::Canceled,
            Self::Perhaps(before, at) => before.is(order) || order.changed == *at,
        }
    }
}

pub(super) fn orders(
    stored: Vec<Order>,
    transfers: &[Transfer],
    oracle: &mut Oracle,
    verdict: &mut Verdict,
) {
    let holds = holds(transfers, |transfer| transfer.order);
    let stored: BTreeMap<OrderId, Order> = stored.into_iter().map(|o| (o.id, o)).collect();
    for (id, known) in &oracle.orders {
        if !stored.contains_key(id) {
            verdict.lost(format!("order {id}, {:?}", known.ask));
        }
    }
    for (id, order) in stored {
        let found = oracle.perhaps.iter().find_map(|ask| match ask {
            Ask::Order(ask) if ask.link == order.link => Some(ask.clone()),
            _ => None,
        });
        if let Some(ask) = found
            && !oracle.orders.contains_key(&id)
        {
            oracle.orders.insert(id, KnownOrder { ask, stands: Stands::Placed });
        }
        let Some(known) = oracle.orders.get_mut(&id) else {
            verdict.finding(format!("an order from nowhere, or doubled: {order:?}"));
            continue;
        };
        let ask = &known.ask;
        let same = (order.account, order.service, order.quantity, order.link.as_str())
            == (ask.account, ask.service, ask.quantity, ask.link.as_str());
        verdict.expect(same, || format!("order {id} is not as asked for: {order:?}, {ask:?}"));
        let rate = usize::try_from(ask.service.0.saturating_sub(1)).ok();
        let rate = rate.and_then(|index| RATES.get(index)).copied().unwrap_or_default();
        let held = holds.get(&id).map_or(&[][..], Vec::as_slice);
        let expected = charge(rate, ask.quantity);
        verdict.expect(held == [expected] && order.charge == expected, || {
            format!("order {id} was charged {held:?} and not {expected} once")
        });
        if !known.stands.is(&order) {
            verdict.lost(format!("order {id} stands as {order:?}, told was {:?}", known.stands));
        }
        known.stands = Stands::Exactly(Box::new(order));
    }
    let again = oracle.perhaps.iter().filter(|ask| {
        matches!(ask, Ask::Order(order) if order.request_id.is_some())
            || matches!(ask, Ask::Product(_))
    });
    verdict.again.extend(again.cloned());
}

pub(super) fn product_orders(
    stored: Vec<ProductOrder>,
    transfers: &[Transfer],
    oracle: &mut Oracle,
    verdict: &mut Verdict,
) {
    let holds = holds(transfers, |transfer| transfer.product_order);
    let stored: BTreeMap<ProductOrderId, ProductOrder> =
        stored.into_iter().map(|order| (order.id, order)).collect();
    for (id, known) in &oracle.product_orders {
        if !stored.contains_key(id) {
            verdict.lost(format!("product order {id}, {:?}", known.ask));
        }
    }
    let mut unknown: Vec<_> = oracle
        .perhaps
        .iter()
        .filter_map(|ask| if let Ask::Product(ask) = ask { Some(ask.clone()) } else { None })
        .collect();
    for (id, order) in stored {
        let asked = (order.account, order.product, order.quantity);
        if !oracle.product_orders.contains_key(&id)
            && let Some(index) =
                unknown.iter().position(|ask| (ask.account, ask.product, ask.quantity) == asked)
        {
            // One of those that look like this: which one shows when it is asked again.
            unknown.swap_remove(index);
            continue;
        }
        let Some(known) = oracle.product_orders.get_mut(&id) else {
            verdict.finding(format!("a product order from nowhere, or doubled: {order:?}"));
            continue;
        };
        let KnownProductOrder { ask, stood, .. } = known;
        verdict.expect((ask.account, ask.product, ask.quantity) == asked, || {
            format!("product order {id} is not as asked for: {order:?}, {ask:?}")
        });
        let expected = Micros::new(PIECE.saturating_mul(ask.quantity));
        let held = holds.get(&id).map_or(&[][..], Vec::as_slice);
        verdict.expect(held == [expected] && order.charge == expected, || {
            format!("product order {id} was charged {held:?} and not {expected} once")
        });
        if stood.as_ref().is_some_and(|stood| **stood != order) {
            verdict.lost(format!("product order {id} stands as {order:?}, before as {stood:?}"));
        }
        *stood = Some(Box::new(order));
    }
}
