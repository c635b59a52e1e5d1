//! Prices a checked order.

use super::check::{Checked, Plan, check};
use super::order::OrderShape;
use super::refusal::OrderRefusal;
use super::request::OrderRequest;
use crate::catalogue::{Pricing, Service};
use crate::ledger::{Posting, PostingError, TransferKind, Wallet};
use crate::money::charge_per_thousand;
use crate::{Micros, Timestamp};

/// An order that can be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// What was checked.
    pub checked: Checked,
    /// The rate of the charge.
    pub rate: Micros,
    /// What is held at once.
    pub charge: Micros,
    /// The movement that holds it. An order that costs nothing holds nothing, and that is written
    /// down too: every order has its line in the account's statement.
    pub posting: Posting,
    /// The wallet after it.
    pub wallet: Wallet,
}

impl Placement {
    /// How the order is made up.
    pub const fn shape(&self) -> OrderShape {
        match self.checked.plan {
            Plan::Single => OrderShape::Single,
            Plan::DripFeed { .. } => OrderShape::DripFeed,
            Plan::Subscription(_) => OrderShape::Subscription,
        }
    }
}

/// Checks and prices `request` for an account that pays `rate` per 1,000, and takes the charge
/// from `wallet`.
///
/// # Errors
/// An [`OrderRefusal`]; nothing is taken then.
pub fn place(
    request: &OrderRequest,
    service: &Service,
    rate: Micros,
    wallet: &Wallet,
    now: Timestamp,
) -> Result<Placement, OrderRefusal> {
    let checked = check(request, service, now)?;
    let charge = match service.kind.shape().pricing {
        Pricing::Flat => rate,
        // The catalogue refuses rates whose largest order would not fit, so this cannot be
        // refused for an order within its limits.
        Pricing::PerThousand => charge_per_thousand(rate, checked.quantity)
            .ok_or(OrderRefusal::QuantityHigh { max: service.max })?,
    };
    let posting = Posting { kind: TransferKind::Hold, amount: charge };
    let after = hold(wallet, &posting)?;
    Ok(Placement { checked, rate, charge, posting, wallet: after })
}

/// The wallet after the hold. An order that costs nothing is taken whatever the account has: an
/// account below its limit, which was lowered, has nothing to pay.
fn hold(wallet: &Wallet, posting: &Posting) -> Result<Wallet, OrderRefusal> {
    wallet.post(posting).map_err(|refused| match refused {
        PostingError::NotEnough | PostingError::TooLarge | PostingError::HeldTooLow => {
            OrderRefusal::NotEnoughFunds
        }
    })
}
