//! Every attempt to place an order, and what is booked at every provider.

use super::{Check, PAGE, Progress};
use domain::orders::{Order, State};
use domain::providers::{Attempt, AttemptState};
use domain::{AttemptId, OrderId};
use std::collections::HashMap;
use store::tables::{attempts, orders, providers};
use store::{DbError, Tx};

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut stands = Check::new("each attempt to place an order fits where the order stands");
    let mut costs = Check::new("what each attempt has cost is the sum of what is booked for it");
    let mut last = AttemptId(0);
    loop {
        let page = attempts::after(tx, last, PAGE)?;
        let Some(newest) = page.last().map(|attempt| attempt.id) else { break };
        let ids: Vec<OrderId> = page.iter().map(|attempt| attempt.order).collect();
        let known = orders::by_ids(tx, &ids)?;
        let known: HashMap<OrderId, Order> =
            known.into_iter().map(|order| (order.id, order)).collect();
        for attempt in &page {
            stands.row();
            if let Some(text) = misfit(attempt, known.get(&attempt.order)) {
                let Attempt { id, order, .. } = attempt;
                stands.finding(format!("attempt {id} of order {order}: {text}"));
            }
        }
        for (id, cost, booked) in attempts::costs(tx, last, PAGE)? {
            costs.row();
            if cost.checked_add(booked) != Some(0) {
                costs.finding(format!(
                    "attempt {id}: has cost {cost} micros, its entries sum to {booked}"
                ));
            }
        }
        last = newest;
        progress(stands.rule, stands.rows);
    }
    for order in attempts::orders_without(tx, PAGE)? {
        stands.finding(format!("order {order}: is with a provider by no attempt"));
    }
    let mut balances = Check::new("what is booked at each provider is the sum of its entries");
    for (provider, booked, summed) in providers::balances(tx)? {
        balances.row();
        if booked != summed {
            balances.finding(format!(
                "provider {provider}: {} micros are booked, its entries sum to {}",
                booked.raw(),
                summed.raw()
            ));
        }
    }
    Ok(vec![stands, costs, balances])
}

/// Why an attempt does not fit its order.
fn misfit(attempt: &Attempt, order: Option<&Order>) -> Option<&'static str> {
    use AttemptState as A;
    let Some(order) = order else { return Some("there is no such order") };
    if order.account != attempt.account {
        return Some("belongs to another account than its order");
    }
    if attempt.number > order.fence {
        return Some("its number is above the order's fence");
    }
    if attempt.followed && attempt.state != A::Accepted {
        return Some("is followed, though the provider has it under no id");
    }
    if attempt.number < order.fence {
        let is_open = attempt.state == A::Open;
        return is_open.then_some("is under way beside a later one");
    }
    let fits = match order.state {
        State::Dispatching => attempt.state == A::Open,
        State::Unknown => attempt.state == A::Lost,
        State::SubmittedNoId => attempt.state == A::AcceptedNoId,
        State::Pending => !attempt.state.may_be_placed(),
        _ => true,
    };
    (!fits).then_some("is not in the state that the order says")
}
