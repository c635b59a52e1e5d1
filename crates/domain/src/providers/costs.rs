//! What a provider charges for an order, and what of it our books have to follow.

use crate::Micros;
use crate::catalogue::Pricing;
use crate::money::charge_per_thousand;

/// What a provider is expected to charge for `quantity` units at `cost`, in its currency. Nothing when
/// a figure is negative or the result does not fit.
pub fn expected_cost(cost: Micros, pricing: Pricing, quantity: i64) -> Option<Micros> {
    match pricing {
        Pricing::Flat => Some(cost).filter(|cost| *cost >= Micros::ZERO),
        Pricing::PerThousand => charge_per_thousand(cost, quantity),
    }
}
