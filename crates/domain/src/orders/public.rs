//! What a customer is shown of an order.

use super::order::{Order, OrderShape};
use super::state::State;
use crate::{Micros, OrderId, ServiceId};

/// The six words of the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicStatus {
    /// Nobody works on it yet, or it is not known whether somebody does.
    Pending,
    /// Accepted, not begun.
    Processing,
    /// Being delivered.
    InProgress,
    /// Delivered.
    Completed,
    /// Delivered in part.
    Partial,
    /// Not delivered.
    Canceled,
}

impl From<State> for PublicStatus {
    fn from(state: State) -> Self {
        match state {
            State::Pending | State::Dispatching | State::Unknown | State::Review => Self::Pending,
            State::Submitted => Self::Processing,
            State::SubmittedNoId | State::InProgress => Self::InProgress,
            State::Completed => Self::Completed,
            State::Partial => Self::Partial,
            State::Canceled => Self::Canceled,
        }
    }
}

/// What of an order a status is made from: a small part of it, which is read far more often than the
/// rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: OrderId,
    /// What was ordered.
    pub service: ServiceId,
    /// The order that it is a part of.
    pub parent: Option<OrderId>,
    /// Whether it has parts.
    pub shape: OrderShape,
    /// Its state.
    pub state: State,
    /// Units ordered.
    pub quantity: i64,
    /// What it was charged.
    pub charge: Micros,
    /// What was given back.
    pub released: Micros,
    /// The counter before delivery, once known.
    pub start_count: Option<i64>,
    /// Units not delivered.
    pub remains: i64,
}

impl From<&Order> for Standing {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id,
            service: order.service,
            parent: order.parent,
            shape: order.shape,
            state: order.state,
            quantity: order.quantity,
            charge: order.charge,
            released: order.released,
            start_count: order.start_count,
            remains: order.remains,
        }
    }
}

/// The charge net of what was given back.
pub const fn net_charge(order: &Standing) -> Micros {
    Micros::new(order.charge.raw().saturating_sub(order.released.raw()))
}

/// The units not delivered, as clients compute with them: on an order that ended in part or not
/// at all they refund `remains` of `quantity`, so it stays between them; on others it may be
/// below zero, which means over-delivery.
pub fn public_remains(order: &Standing) -> i64 {
    match order.state {
        State::Canceled => order.quantity,
        // A subscription without an end promised no number of units.
        State::Partial if order.quantity == 0 => order.remains.max(0),
        State::Partial => order.remains.clamp(0, order.quantity),
        _ => order.remains,
    }
}
