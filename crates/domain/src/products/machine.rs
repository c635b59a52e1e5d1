//! What may happen to an order for products, and what its money does.

use super::order::{ProductOrder, ProductState};
use crate::ledger::{Posting, TransferKind};
use crate::{Micros, Timestamp};

/// Something that happened to an order for products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductEvent {
    /// Staff have begun.
    Begun,
    /// Pieces were delivered.
    Delivered {
        /// How many, above zero.
        pieces: i64,
    },
    /// No more is delivered: the rest is given back.
    Ended,
    /// Finished pieces turned out bad and were not replaced: their price is given back.
    Returned {
        /// How many, above zero.
        pieces: i64,
    },
}

/// An order for products after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductChange {
    /// The order as it is now.
    pub order: ProductOrder,
    /// Movements of the customer's money.
    pub postings: Vec<Posting>,
}

/// Why an event does not move an order for products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// The event does not apply to the state.
    #[error("an order that is {} cannot take this step", .0.name())]
    NotNow(ProductState),
    /// More pieces than there are.
    #[error("pieces: must be 1 to {most}")]
    Pieces {
        /// The most.
        most: i64,
    },
}

/// Applies `event` to `order` at `now`.
///
/// # Errors
/// [`ProductError`] when the event is not legal; the order is unchanged then.
pub fn apply(
    order: &ProductOrder,
    event: ProductEvent,
    now: Timestamp,
) -> Result<ProductChange, ProductError> {
    use ProductState as S;
    let mut after = ProductOrder { changed: now, ..order.clone() };
    let mut postings = Vec::new();
    match (event, order.state) {
        (ProductEvent::Begun, S::Pending) => after.state = S::InProgress,
        (ProductEvent::Delivered { pieces }, S::Pending | S::InProgress | S::Waiting) => {
            let most = order.remains();
            let earned = price(order, pieces, most)?;
            postings.extend(Posting::of(TransferKind::Capture, earned));
            after.captured = sum(order.captured, earned);
            after.delivered = order.delivered.saturating_add(pieces);
            if after.remains() == 0 {
                after.state = S::Completed;
                after.ended = Some(now);
            } else if order.state == S::Pending {
                after.state = S::InProgress;
            }
        }
        (ProductEvent::Ended, S::Pending | S::InProgress | S::Waiting) => {
            let rest = order.held();
            postings.extend(Posting::of(TransferKind::Release, rest));
            after.released = sum(order.released, rest);
            after.state = if order.delivered > 0 { S::Partial } else { S::Canceled };
            after.ended = Some(now);
        }
        (ProductEvent::Returned { pieces }, S::Completed | S::Partial) => {
            let back = price(order, pieces, order.delivered)?;
            postings.extend(Posting::of(TransferKind::Refund, back));
            after.captured = Micros::new(order.captured.raw().saturating_sub(back.raw()));
            after.released = sum(order.released, back);
            after.delivered = order.delivered.saturating_sub(pieces);
            after.state = if after.delivered > 0 { S::Partial } else { S::Canceled };
        }
        (_, state) => return Err(ProductError::NotNow(state)),
    }
    debug_assert_eq!(crate::invariants::product_order_money(&after), Ok(()));
    debug_assert_eq!(crate::invariants::product_order_delivery(&after), Ok(()));
    Ok(ProductChange { order: after, postings })
}

/// The price of `pieces`, when they are 1 to `most`.
fn price(order: &ProductOrder, pieces: i64, most: i64) -> Result<Micros, ProductError> {
    let out_of_range = ProductError::Pieces { most };
    if pieces < 1 || pieces > most {
        return Err(out_of_range);
    }
    order.rate.times(pieces).ok_or(out_of_range)
}

const fn sum(one: Micros, other: Micros) -> Micros {
    Micros::new(one.raw().saturating_add(other.raw()))
}
