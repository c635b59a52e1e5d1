//! What a provider charges for an order, and what of it our books have to follow.
//!
//! The books follow what the provider says, because its balance does. A difference to what was expected
//! is noted for staff and stops nothing: the customer's price does not depend on it. Only a charge that
//! cannot belong to this order is not believed.

use super::{EntryKind, Said};
use crate::Micros;
use crate::catalogue::Pricing;
use crate::limits::{COST_DECIMALS_ASSUMED, COST_WILD_FLOOR};
use crate::money::{charge_per_thousand, delivered_share};

/// What a provider is expected to charge for `quantity` units at `cost`, in its currency. Nothing when
/// a figure is negative or the result does not fit.
pub fn expected_cost(cost: Micros, pricing: Pricing, quantity: i64) -> Option<Micros> {
    match pricing {
        Pricing::Flat => Some(cost).filter(|cost| *cost >= Micros::ZERO),
        Pricing::PerThousand => charge_per_thousand(cost, quantity),
    }
}

/// The last decimal of an amount with so many decimals: of 5, ten micros.
pub const fn last_decimal(decimals: i64) -> Micros {
    Micros::new(match decimals {
        ..=0 => 1_000_000,
        1 => 100_000,
        2 => 10_000,
        3 => 1_000,
        4 => 100,
        5 => 10,
        6.. => 1,
    })
}

/// An entry for the books of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostEntry {
    /// Why.
    pub kind: EntryKind,
    /// What it changes the cost by: below zero when it comes back to us.
    pub amount: Micros,
}

/// The entry of an order that the provider has taken.
pub const fn charged(expected: Micros) -> CostEntry {
    CostEntry { kind: EntryKind::Charge, amount: expected }
}

/// How far the order is, as the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Not ended, or delivered: all of it costs.
    Whole {
        /// Whether it has ended.
        ended: bool,
    },
    /// Delivered in part.
    Part {
        /// Units not delivered.
        remains: i64,
        /// Units ordered.
        quantity: i64,
    },
    /// Nothing was delivered.
    Nothing,
}

/// What is known of the cost of an order that a provider has taken, in its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What the whole was expected to cost.
    pub expected: Micros,
    /// What is booked by now, net.
    pub booked: Micros,
    /// Decimals of the provider's amounts, when they are known.
    pub decimals: Option<i64>,
}

/// What becomes of the cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costing {
    /// What is booked, if anything.
    pub entry: Option<CostEntry>,
    /// What is said about it.
    pub finding: Finding,
}

/// How a provider's charge fits what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It does, or nothing was said.
    Fits,
    /// It differs. Staff are told; the order goes on.
    Differs {
        /// What was expected of the order as it is.
        expected: Micros,
        /// What the provider says.
        said: Micros,
    },
    /// It cannot be the charge of this order: nothing is booked, and the order goes to review
    /// ([`crate::orders::Doubt::CostDiffers`]) instead of what else the answer means.
    Wild {
        /// What was expected of the order as it is.
        expected: Micros,
        /// What the provider says.
        said: Micros,
    },
}

/// Follows what the provider says that the order costs. The same once more books nothing.
pub fn follow_cost(cost: &Cost, extent: Extent, said: Said<Micros>) -> Costing {
    let whole = cost.expected;
    let expected = match extent {
        Extent::Whole { .. } => whole,
        Extent::Part { remains, quantity } => {
            let delivered = quantity.checked_sub(remains);
            let share = delivered.and_then(|units| delivered_share(whole, units, quantity));
            share.unwrap_or(whole)
        }
        Extent::Nothing => Micros::ZERO,
    };
    // A charge of nothing is what panels answer until they have begun.
    let unsaid = |charge: Micros| {
        charge < Micros::ZERO
            || (charge == Micros::ZERO && extent == Extent::Whole { ended: false })
    };
    let Some(said) = said.value().filter(|charge| !unsaid(*charge)) else {
        return Costing { entry: entry(cost, extent, expected), finding: Finding::Fits };
    };
    if close(cost.decimals, said, expected) {
        return Costing { entry: entry(cost, extent, said), finding: Finding::Fits };
    }
    let finding = Finding::Differs { expected, said };
    // The price before anything was given back: some never change it. What was not delivered comes
    // back all the same by the rule of the dialect, and if it does not, the balance shows it.
    if close(cost.decimals, said, whole) {
        return Costing { entry: entry(cost, extent, expected), finding };
    }
    if is_wild(said, expected, whole) {
        return Costing { entry: None, finding: Finding::Wild { expected, said } };
    }
    Costing { entry: entry(cost, extent, said), finding }
}

/// Whether two amounts are the same but for rounding: ours is exact to a micro, the provider's may be
/// rounded either way, once for the whole and once for what it gives back.
fn close(decimals: Option<i64>, said: Micros, expected: Micros) -> bool {
    let unit = last_decimal(decimals.unwrap_or(COST_DECIMALS_ASSUMED)).raw();
    said.raw().abs_diff(expected.raw()) <= unit.saturating_mul(2).unsigned_abs()
}

/// More than twice the whole, or less than half of what is left of it: an answer about another order
/// rather than another price.
fn is_wild(said: Micros, expected: Micros, whole: Micros) -> bool {
    let (said, expected, whole) = (said.raw(), expected.raw(), whole.raw());
    let beyond = |above: i64, below: i64| {
        above.saturating_div(2) >= below && above.saturating_sub(below) > COST_WILD_FLOOR.raw()
    };
    beyond(said, whole) || beyond(expected, said)
}

fn entry(cost: &Cost, extent: Extent, target: Micros) -> Option<CostEntry> {
    let amount = target.checked_sub(cost.booked).filter(|amount| *amount != Micros::ZERO)?;
    let comes_back = amount < Micros::ZERO && !matches!(extent, Extent::Whole { .. });
    let kind = if comes_back { EntryKind::GiveBack } else { EntryKind::Adjustment };
    Some(CostEntry { kind, amount })
}

#[cfg(test)]
#[path = "costs_tests.rs"]
mod tests;
