//! What is true of the books at any moment. Pure functions, used by assertions, tests and
//! `tradecounter verify` alike.

mod orders;
mod products;

pub use orders::{PartsPlan, order_charge, order_delivery, order_parts};
pub use products::{product_order_delivery, product_order_money};

use crate::Micros;
use crate::ledger::Wallet;
use crate::orders::{Order, OrderShape, State};

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A share of the charge is below zero, or the shares are more than the charge.
    #[error(
        "order {order}: captured {captured} and released {released} do not fit charge {charge}"
    )]
    OrderShares {
        /// The order.
        order: i64,
        /// Its charge.
        charge: Micros,
        /// What was earned.
        captured: Micros,
        /// What was given back.
        released: Micros,
    },
    /// A finished order holds money.
    #[error("order {order}: is {state} and still holds {held}")]
    FinishedHolds {
        /// The order.
        order: i64,
        /// Its state.
        state: &'static str,
        /// What it holds.
        held: Micros,
    },
    /// An open order has given money away.
    #[error("order {order}: is {state} and holds {held} of its charge {charge}")]
    OpenHoldsLess {
        /// The order.
        order: i64,
        /// Its state.
        state: &'static str,
        /// What it holds.
        held: Micros,
        /// Its charge.
        charge: Micros,
    },
    /// What was earned does not fit what was delivered.
    #[error(
        "order {order}: is {state} with {remains} of {quantity} undelivered, and {captured} of \
         {charge} was earned"
    )]
    Delivery {
        /// The order.
        order: i64,
        /// Its state.
        state: &'static str,
        /// Units not delivered.
        remains: i64,
        /// Units ordered.
        quantity: i64,
        /// What was earned.
        captured: Micros,
        /// Its charge.
        charge: Micros,
    },
    /// The charge is not what rate and quantity come to.
    #[error("order {order}: was charged {charge} for {quantity} at {rate} per 1000")]
    Charge {
        /// The order.
        order: i64,
        /// Its charge.
        charge: Micros,
        /// Units ordered.
        quantity: i64,
        /// Its rate.
        rate: Micros,
    },
    /// The charge is not the price of the pieces.
    #[error("order {order}: was charged {charge} for {quantity} pieces at {rate}")]
    PieceCharge {
        /// The order.
        order: i64,
        /// Its charge.
        charge: Micros,
        /// Pieces ordered.
        quantity: i64,
        /// Price of one.
        rate: Micros,
    },
    /// An order for products does not stand where its pieces say that it does.
    #[error("order {order}: is {state} with {delivered} of {quantity} pieces delivered, {more}")]
    Pieces {
        /// The order.
        order: i64,
        /// Its state.
        state: &'static str,
        /// Pieces delivered.
        delivered: i64,
        /// Pieces ordered.
        quantity: i64,
        /// Whether it has an end, and whether it waits until a moment.
        more: &'static str,
    },
    /// An order and its parts do not fit each other.
    #[error("order {order}: {what}")]
    Parts {
        /// The order.
        order: i64,
        /// What is wrong.
        what: &'static str,
    },
    /// An account is below its credit limit.
    #[error("account {account}: available {available} is below its credit limit {credit_limit}")]
    BelowLimit {
        /// The account.
        account: i64,
        /// What it may spend.
        available: Micros,
        /// How far it may go below zero.
        credit_limit: Micros,
    },
    /// A stored balance is not the sum of its transfers.
    #[error("account {account}: {book} is {stored}, its transfers sum to {summed}")]
    BalanceDiffers {
        /// The account.
        account: i64,
        /// Which balance.
        book: &'static str,
        /// As stored.
        stored: i128,
        /// As summed.
        summed: i128,
    },
    /// Held money is not what the open orders hold.
    #[error("account {account}: held is {stored}, its open orders hold {summed}")]
    HeldDiffers {
        /// The account.
        account: i64,
        /// As stored.
        stored: i128,
        /// As summed over open orders.
        summed: i128,
    },
}

/// An order's shares: never below zero, never above the charge, nothing held once it ended; and
/// an open order without parts holds its whole charge.
///
/// # Errors
/// The first [`Violation`].
pub fn order_money(order: &Order) -> Result<(), Violation> {
    let held = order.held();
    let state = order.state.name();
    if order.captured < Micros::ZERO || order.released < Micros::ZERO || held < Micros::ZERO {
        return Err(Violation::OrderShares {
            order: order.id.0,
            charge: order.charge,
            captured: order.captured,
            released: order.released,
        });
    }
    if order.state.is_terminal() && held != Micros::ZERO {
        return Err(Violation::FinishedHolds { order: order.id.0, state, held });
    }
    let whole = order.shape == OrderShape::Single && !order.state.is_terminal();
    if whole && held != order.charge {
        let charge = order.charge;
        return Err(Violation::OpenHoldsLess { order: order.id.0, state, held, charge });
    }
    Ok(())
}

/// An account never goes below its credit limit.
///
/// # Errors
/// A [`Violation`] otherwise.
pub fn within_limit(wallet: &Wallet) -> Result<(), Violation> {
    if wallet.spendable() < Micros::ZERO {
        return Err(Violation::BelowLimit {
            account: wallet.account.0,
            available: wallet.available,
            credit_limit: wallet.credit_limit,
        });
    }
    Ok(())
}

/// Stored balances are what the transfers sum to, and held money is what open orders hold.
/// Sums are wider than an amount, so that a broken book is reported and not wrapped around.
///
/// # Errors
/// The first [`Violation`].
pub fn balances(
    wallet: &Wallet,
    summed_available: i128,
    summed_held: i128,
    open_orders_hold: i128,
) -> Result<(), Violation> {
    let account = wallet.account.0;
    let sides =
        [("available", wallet.available, summed_available), ("held", wallet.held, summed_held)];
    for (book, stored, summed) in sides {
        let stored = i128::from(stored.raw());
        if stored != summed {
            return Err(Violation::BalanceDiffers { account, book, stored, summed });
        }
    }
    let stored = i128::from(wallet.held.raw());
    if stored != open_orders_hold {
        return Err(Violation::HeldDiffers { account, stored, summed: open_orders_hold });
    }
    Ok(())
}

/// Whether a state may follow another at all: nothing leaves a finished state but a correction in
/// the customer's favour.
pub const fn may_follow(before: State, after: State) -> bool {
    match before {
        State::Completed => matches!(after, State::Partial | State::Canceled),
        State::Partial => matches!(after, State::Partial | State::Canceled),
        State::Canceled => false,
        _ => true,
    }
}
