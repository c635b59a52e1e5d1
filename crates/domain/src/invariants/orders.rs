//! What is true of a single order, and of an order and its parts.

use super::Violation;
use crate::Micros;
use crate::money::{charge_per_thousand, delivered_share};
use crate::orders::{
    DripFeed, Order, OrderShape, PartsState, State, Subscription, Totals, parent_outcome,
    post_charge, run_charge,
};

/// What was earned is what was delivered: all of a completed order, the delivered share of one that
/// ended in part, nothing of one that was canceled. An order in parts earns nothing itself.
///
/// # Errors
/// [`Violation::Delivery`].
pub fn order_delivery(order: &Order) -> Result<(), Violation> {
    let Order { quantity, remains, captured, charge, .. } = *order;
    let in_part = remains > 0 && remains < quantity;
    let fits = if order.shape == OrderShape::Single {
        match order.state {
            State::Completed => remains <= 0 && captured == charge,
            State::Partial => {
                let delivered = quantity.saturating_sub(remains);
                in_part && delivered_share(charge, delivered, quantity) == Some(captured)
            }
            State::Canceled => remains == quantity && captured == Micros::ZERO,
            _ => remains <= quantity && captured == Micros::ZERO,
        }
    } else {
        let counted = match order.state {
            State::Completed => remains == 0,
            // One without an end promised no number of units.
            State::Partial => in_part || (quantity == 0 && remains > 0),
            _ => remains == quantity,
        };
        counted && captured == Micros::ZERO
    };
    if fits {
        return Ok(());
    }
    Err(Violation::Delivery {
        order: order.id.0,
        state: order.state.name(),
        remains,
        quantity,
        captured,
        charge,
    })
}

/// An order that is no part was charged what its rate and quantity come to. The price of a package
/// is its rate; its quantity is one.
///
/// # Errors
/// [`Violation::Charge`].
pub fn order_charge(order: &Order) -> Result<(), Violation> {
    let package = order.shape == OrderShape::Single && order.quantity == 1;
    if package && order.charge == order.rate {
        return Ok(());
    }
    charged(order, charge_per_thousand(order.rate, order.quantity))
}

fn charged(order: &Order, expected: Option<Micros>) -> Result<(), Violation> {
    if expected == Some(order.charge) {
        return Ok(());
    }
    Err(Violation::Charge {
        order: order.id.0,
        charge: order.charge,
        quantity: order.quantity,
        rate: order.rate,
    })
}

/// How an order is carried out in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartsPlan {
    /// In runs.
    DripFeed(DripFeed),
    /// Post by post, while more may come.
    Subscription(Subscription, PartsState),
}

impl PartsPlan {
    const fn state(&self) -> PartsState {
        match self {
            Self::DripFeed(plan) => plan.state,
            Self::Subscription(_, state) => *state,
        }
    }

    /// The parts there are to be; zero when there is no end to them.
    const fn planned(&self) -> i64 {
        match self {
            Self::DripFeed(plan) => plan.runs,
            Self::Subscription(plan, _) => plan.posts,
        }
    }

    const fn started(&self) -> i64 {
        match self {
            Self::DripFeed(plan) => plan.runs_started,
            Self::Subscription(plan, _) => plan.posts_done,
        }
    }

    const fn most_units(&self) -> i64 {
        match self {
            Self::DripFeed(plan) => plan.run_quantity,
            Self::Subscription(plan, _) => plan.max,
        }
    }

    const fn least_units(&self) -> i64 {
        match self {
            Self::DripFeed(plan) => plan.run_quantity,
            Self::Subscription(plan, _) => plan.min,
        }
    }
}

/// An order in parts and its parts, oldest first: the plan counts them, each costs what the plan
/// says, the whole gave each what it holds, and ends with the last of them as they ended.
///
/// # Errors
/// The first [`Violation`].
pub fn order_parts(order: &Order, plan: &PartsPlan, parts: &[Order]) -> Result<(), Violation> {
    let fault = |what| Err(Violation::Parts { order: order.id.0, what });
    if plan.planned().checked_mul(plan.most_units()) != Some(order.quantity) {
        return fault("its quantity is not that of its plan");
    }
    if i64::try_from(parts.len()) != Ok(plan.started()) {
        return fault("its plan counts another number of parts than there are");
    }
    let mut taken = Micros::ZERO;
    for (part, number) in parts.iter().zip(0..) {
        let units = plan.least_units()..=plan.most_units();
        let alike = part.account == order.account
            && part.service == order.service
            && part.rate == order.rate
            && part.shape == OrderShape::Single;
        if !alike || !units.contains(&part.quantity) {
            return fault("a part of it is not as planned");
        }
        let left = order.charge.checked_sub(taken);
        charged(
            part,
            match plan {
                PartsPlan::DripFeed(_) => run_charge(order.rate, part.quantity, number),
                PartsPlan::Subscription(plan, _) if plan.posts == 0 => {
                    post_charge(order.rate, part.quantity, None)
                }
                PartsPlan::Subscription(..) => post_charge(order.rate, part.quantity, left),
            },
        )?;
        if plan.planned() > 0 {
            taken = taken.checked_add(part.charge).unwrap_or(Micros::MAX);
        }
    }
    let active = plan.state() == PartsState::Active;
    if order.released < taken || (active && order.released != taken) {
        return fault("what it released is not what its parts took");
    }
    if !active && order.held() != Micros::ZERO {
        return fault("its plan is over, and it still holds money");
    }
    if active && order.state.is_terminal() {
        return fault("has ended, its plan goes on");
    }
    ended_with_parts(order, plan, parts)
}

fn ended_with_parts(order: &Order, plan: &PartsPlan, parts: &[Order]) -> Result<(), Violation> {
    let fault = |what| Err(Violation::Parts { order: order.id.0, what });
    let mut totals = Totals::default();
    for part in parts {
        totals.open = totals.open.saturating_add(i64::from(!part.state.is_terminal()));
        totals.parts = totals.parts.saturating_add(1);
        totals.quantity = totals.quantity.saturating_add(part.quantity);
        totals.undelivered = totals.undelivered.saturating_add(part.remains.max(0));
    }
    let outcome = parent_outcome(order.quantity, plan.planned(), &totals);
    match (order.state.is_terminal(), outcome) {
        (true, None) => fault("has ended, and a part of it is open"),
        (false, Some(_)) if plan.state() == PartsState::Ended => {
            fault("its last part has ended, it has not")
        }
        // Canceled before it began: nobody looked at parts.
        (true, Some(_)) if order.state == State::Canceled && parts.is_empty() => Ok(()),
        (true, Some(outcome)) if outcome != (order.state, order.remains) => {
            fault("did not end as its parts did")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "orders_tests.rs"]
mod tests;
