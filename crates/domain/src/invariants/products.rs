//! What is true of a single order for products.

use super::Violation;
use crate::Micros;
use crate::products::{ProductOrder, ProductState};

/// It was charged the price of its pieces; what was earned is exactly the price of what was
/// delivered, an open order holds the rest, and a finished one holds nothing.
///
/// # Errors
/// The first [`Violation`].
pub fn product_order_money(order: &ProductOrder) -> Result<(), Violation> {
    let held = order.held();
    let state = order.state.name();
    let (id, charge, rate) = (order.id.0, order.charge, order.rate);
    if rate.times(order.quantity) != Some(charge) {
        return Err(Violation::PieceCharge { order: id, charge, quantity: order.quantity, rate });
    }
    let negative = order.captured < Micros::ZERO || order.released < Micros::ZERO;
    let earned = rate.times(order.delivered) == Some(order.captured);
    if negative || held < Micros::ZERO || !earned {
        return Err(Violation::OrderShares {
            order: id,
            charge,
            captured: order.captured,
            released: order.released,
        });
    }
    if order.state.is_terminal() && held != Micros::ZERO {
        return Err(Violation::FinishedHolds { order: id, state, held });
    }
    let rest = rate.times(order.remains());
    if !order.state.is_terminal() && rest != Some(held) {
        return Err(Violation::OpenHoldsLess { order: id, state, held, charge });
    }
    Ok(())
}

/// It stands where its pieces say: completed with all of them, canceled with none; it has an end
/// exactly when nothing more is delivered, and waits only until a moment that was agreed.
///
/// # Errors
/// [`Violation::Pieces`].
pub fn product_order_delivery(order: &ProductOrder) -> Result<(), Violation> {
    let ProductOrder { delivered, quantity, .. } = *order;
    let in_part = delivered > 0 && delivered < quantity;
    let counted = match order.state {
        ProductState::Pending | ProductState::Canceled => delivered == 0,
        ProductState::InProgress => (0..quantity).contains(&delivered),
        ProductState::Waiting | ProductState::Partial => in_part,
        ProductState::Completed => delivered == quantity,
    };
    let ended = order.ended.is_some();
    let until = order.state != ProductState::Waiting || order.wait_until.is_some();
    if counted && until && ended == order.state.is_terminal() {
        return Ok(());
    }
    let more = match (ended, order.wait_until.is_some()) {
        (false, false) => "without an end",
        (false, true) => "without an end, and waits until a moment",
        (true, _) => "and has an end",
    };
    Err(Violation::Pieces {
        order: order.id.0,
        state: order.state.name(),
        delivered,
        quantity,
        more,
    })
}
