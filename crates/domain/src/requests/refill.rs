//! Refills: for finished orders, within the service's window, one at a time.

use crate::Timestamp;
use crate::catalogue::Service;
use crate::names::named;
use crate::orders::{Order, OrderShape, State};

/// Where a refill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefillState {
    /// Asked.
    Pending,
    /// Being delivered.
    InProgress,
    /// Delivered.
    Completed,
    /// Refused.
    Rejected,
}

named!(RefillState {
    Pending => "pending",
    InProgress => "in_progress",
    Completed => "completed",
    Rejected => "rejected",
});

impl RefillState {
    /// Whether nothing more happens to it.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected)
    }
}

/// Why a refill is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefillRefusal {
    /// The service has none.
    #[error("the service has no refills")]
    Disabled,
    /// The order has not been delivered.
    #[error("the order is not completed")]
    NotCompleted,
    /// Too soon after completion or the last refill, or one is open.
    #[error("the order was completed or a refill was asked less than {hours} hours ago")]
    TooSoon {
        /// The service's cooldown.
        hours: i64,
    },
    /// The window is over.
    #[error("the refill period of {days} days is over")]
    TooLate {
        /// The service's window.
        days: i64,
    },
}

/// Decides about a refill that a customer asks for. `last` is the order's latest refill: when it
/// was asked and where it stands.
///
/// # Errors
/// [`RefillRefusal`] when the order is not eligible now.
pub fn ask_refill(
    order: &Order,
    service: &Service,
    last: Option<(Timestamp, RefillState)>,
    now: Timestamp,
) -> Result<(), RefillRefusal> {
    let rule = service.refill.ok_or(RefillRefusal::Disabled)?;
    // Orders in parts are refilled part by part: only the part knows what it delivered.
    let ended = match (order.state, order.shape, order.ended) {
        (State::Completed, OrderShape::Single, Some(ended)) => ended,
        _ => return Err(RefillRefusal::NotCompleted),
    };
    if now > ended.plus_days(rule.days) {
        return Err(RefillRefusal::TooLate { days: rule.days });
    }
    let too_soon = RefillRefusal::TooSoon { hours: rule.cooldown_hours };
    if now < ended.plus_hours(rule.cooldown_hours) {
        return Err(too_soon);
    }
    match last {
        Some((_, state)) if !state.is_terminal() => Err(too_soon),
        Some((asked, _)) if now < asked.plus_hours(rule.cooldown_hours) => Err(too_soon),
        _ => Ok(()),
    }
}

/// Whether a refill may go from one state to another.
pub const fn decide_refill(from: RefillState, to: RefillState) -> bool {
    use RefillState::{Completed, InProgress, Pending, Rejected};
    matches!(
        (from, to),
        (Pending, InProgress | Completed | Rejected) | (InProgress, Completed | Rejected)
    )
}
