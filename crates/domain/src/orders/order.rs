//! An order as the rules see it.

use super::state::State;
use crate::names::named;
use crate::{AccountId, Micros, OrderId, ServiceId, Timestamp};

/// How an order is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderShape {
    /// Carried out in one go.
    Single,
    /// In runs, each an order of its own.
    DripFeed,
    /// A subscription: each post an order of its own.
    Subscription,
}

named!(OrderShape {
    Single => "single",
    DripFeed => "drip_feed",
    Subscription => "subscription",
});

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its public id.
    pub id: OrderId,
    /// Who ordered.
    pub account: AccountId,
    /// What.
    pub service: ServiceId,
    /// The order that this is a part of.
    pub parent: Option<OrderId>,
    /// How it is made up.
    pub shape: OrderShape,
    /// Where it stands.
    pub state: State,
    /// Counts the attempts to place it and the times it was pulled; what belongs to an older number
    /// does not move it.
    pub fence: i64,
    /// What it is for; empty for kinds without a link.
    pub link: String,
    /// Units ordered.
    pub quantity: i64,
    /// The rate it was ordered at.
    pub rate: Micros,
    /// What it was charged at `add`; never changes.
    pub charge: Micros,
    /// Of the charge, what was earned.
    pub captured: Micros,
    /// Of the charge, what was given back or handed to parts.
    pub released: Micros,
    /// The counter before delivery began, when known.
    pub start_count: Option<i64>,
    /// Units not delivered yet; below zero when more was delivered than ordered.
    pub remains: i64,
    /// Whether the customer asked to cancel.
    pub cancel_requested: bool,
    /// When it was placed.
    pub created: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

impl Order {
    /// What it holds of the customer's money.
    pub const fn held(&self) -> Micros {
        let charge = self.charge.raw();
        Micros::new(charge.saturating_sub(self.captured.raw()).saturating_sub(self.released.raw()))
    }
}
