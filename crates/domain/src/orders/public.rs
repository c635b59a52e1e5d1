//! What a customer is shown of an order.

use super::order::Order;
use super::state::State;
use crate::Micros;

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

/// The charge net of what was given back.
pub const fn net_charge(order: &Order) -> Micros {
    Micros::new(order.charge.raw().saturating_sub(order.released.raw()))
}

/// The units not delivered, as clients compute with them: on an order that ended in part or not
/// at all they refund `remains` of `quantity`, so it stays between them; on others it may be
/// below zero, which means over-delivery.
pub fn public_remains(order: &Order) -> i64 {
    match order.state {
        State::Canceled => order.quantity,
        // A subscription without an end promised no number of units.
        State::Partial if order.quantity == 0 => order.remains.max(0),
        State::Partial => order.remains.clamp(0, order.quantity),
        _ => order.remains,
    }
}
