//! Cancels: decided at once while nobody works on the order, requested afterwards.

use crate::catalogue::Service;
use crate::names::named;
use crate::orders::{Order, OrderShape, State};

/// Where a cancel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CancelState {
    /// Asked; whoever fulfils the order has not answered.
    Requested,
    /// The order, or what was left of it, was canceled.
    Done,
    /// The order goes on, or was delivered.
    Rejected,
}

named!(CancelState {
    Requested => "requested",
    Done => "done",
    Rejected => "rejected",
});

/// What becomes of a new cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelDecision {
    /// Nobody works on the order: it is canceled now.
    Now,
    /// Somebody does: they are asked.
    Ask,
    /// It was asked before and is still open: nothing new.
    Already,
}

/// Why a cancel is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefusal {
    /// The service has no cancels, or the order has ended.
    #[error("the order cannot be cancelled")]
    NotPossible,
}

/// Decides about a cancel that a customer asks for; `open` says whether one is open already.
///
/// # Errors
/// [`CancelRefusal`] when the order cannot be cancelled.
pub fn ask_cancel(
    order: &Order,
    service: &Service,
    open: bool,
) -> Result<CancelDecision, CancelRefusal> {
    if !service.cancel || order.state.is_terminal() {
        return Err(CancelRefusal::NotPossible);
    }
    if open {
        return Ok(CancelDecision::Already);
    }
    Ok(if order.state == State::Pending { CancelDecision::Now } else { CancelDecision::Ask })
}

/// What an open cancel becomes when `order` has ended; nothing while it is open.
pub const fn settle_cancel(order: &Order) -> Option<CancelState> {
    match order.state {
        State::Canceled | State::Partial => Some(CancelState::Done),
        // Nothing was missing from what had come; but no more posts will, which was asked.
        State::Completed if is_endless(order) => Some(CancelState::Done),
        State::Completed => Some(CancelState::Rejected),
        _ => None,
    }
}

const fn is_endless(order: &Order) -> bool {
    matches!(order.shape, OrderShape::Subscription) && order.quantity == 0
}
