//! Prices an order for products and decides what it gets.

use super::order::{ProductOrder, ProductState};
use super::product::{Product, ProductKind, WhenShort};
use crate::ledger::{Posting, TransferKind, Wallet};
use crate::limits::FORM_TEXT_BYTES_MAX;
use crate::orders::Number;
use crate::{AccountId, Micros, ProductOrderId, Timestamp};
use std::fmt;

/// An order for products as asked for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProductRequest {
    /// The product's id.
    pub product: Option<Number>,
    /// Pieces.
    pub quantity: Option<Number>,
    /// What the buyer typed, one line for each field of the form.
    pub require: Option<String>,
}

/// Without what the buyer typed: it may well be a password.
impl fmt::Debug for ProductRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { product, quantity, .. } = self;
        let mut shown = f.debug_struct("ProductRequest");
        shown.field("product", product).field("quantity", quantity).finish_non_exhaustive()
    }
}

/// Why an order for products is not taken. Nothing is charged and nothing is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductRefusal {
    /// The account is suspended.
    #[error("the account is suspended")]
    Suspended,
    /// The product does not exist or is not on sale.
    #[error("there is no such product on sale")]
    Product,
    /// The quantity is missing or no whole number.
    #[error("the quantity is missing or no whole number")]
    Quantity,
    /// The quantity is below the least that is sold.
    #[error("the quantity is below {min}")]
    QuantityLow {
        /// The least.
        min: i64,
    },
    /// The quantity is above the most that is sold.
    #[error("the quantity is above {max}")]
    QuantityHigh {
        /// The most.
        max: i64,
    },
    /// What the buyer had to type is missing or unusable.
    #[error("require: one line for each of {fields} fields")]
    Require {
        /// How many fields the form has.
        fields: usize,
    },
    /// The account has too little money.
    #[error("not enough money on the account")]
    NotEnoughFunds,
    /// The key was revoked or has expired since the request was admitted.
    #[error("the key is not valid any more")]
    Key,
    /// The key may spend no more today.
    #[error("the key may spend no more today")]
    KeyCap,
    /// Nothing is in stock.
    #[error("nothing is in stock")]
    OutOfStock,
    /// The request id was used with other parameters.
    #[error("the request id was used with other parameters")]
    RequestIdReused,
}

/// A checked request: pieces, and the answers to the form.
#[derive(Clone, PartialEq, Eq)]
pub struct Picked {
    /// Pieces ordered.
    pub quantity: i64,
    /// What the buyer typed, one entry for each field.
    pub answers: Vec<String>,
}

/// Without what the buyer typed: it may well be a password.
impl fmt::Debug for Picked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picked").field("quantity", &self.quantity).finish_non_exhaustive()
    }
}

/// An order for products that can be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductPlacement {
    /// What was checked.
    pub picked: Picked,
    /// Pieces delivered at once.
    pub delivered: i64,
    /// The state it begins in.
    pub state: ProductState,
    /// Price of a piece.
    pub rate: Micros,
    /// What all pieces cost.
    pub charge: Micros,
    /// Of it, what is earned at once.
    pub captured: Micros,
    /// Of it, what is given back at once.
    pub released: Micros,
    /// Movements of money, each with the wallet after it.
    pub postings: Vec<(Posting, Wallet)>,
    /// Until when the rest is waited for.
    pub wait_until: Option<Timestamp>,
}

impl ProductPlacement {
    /// The order as it begins, placed at `now`: with what the product promises at that moment.
    pub fn order(
        &self,
        id: ProductOrderId,
        account: AccountId,
        product: &Product,
        now: Timestamp,
    ) -> ProductOrder {
        ProductOrder {
            id,
            account,
            product: product.id,
            state: self.state,
            quantity: self.picked.quantity,
            delivered: self.delivered,
            rate: self.rate,
            warranty_days: product.warranty_days,
            charge: self.charge,
            captured: self.captured,
            released: self.released,
            note: None,
            wait_until: self.wait_until,
            created: now,
            changed: now,
            ended: self.state.is_terminal().then_some(now),
        }
    }
}

/// Checks a request against its product.
///
/// # Errors
/// A [`ProductRefusal`].
pub fn check(request: &ProductRequest, product: &Product) -> Result<Picked, ProductRefusal> {
    let (min, max) = (product.min, product.max);
    let quantity = match request.quantity {
        Some(Number::Int(quantity)) if quantity < min => {
            return Err(ProductRefusal::QuantityLow { min });
        }
        Some(Number::Int(quantity)) if quantity > max => {
            return Err(ProductRefusal::QuantityHigh { max });
        }
        Some(Number::Int(quantity)) => quantity,
        Some(Number::TooBig) => return Err(ProductRefusal::QuantityHigh { max }),
        Some(Number::TooSmall) => return Err(ProductRefusal::QuantityLow { min }),
        Some(Number::Malformed) | None => return Err(ProductRefusal::Quantity),
    };
    let fields = product.form.len();
    let refused = ProductRefusal::Require { fields };
    let typed = request.require.as_deref().unwrap_or_default();
    // Clients send `require` with products that ask for nothing; that is not kept.
    if fields == 0 {
        return Ok(Picked { quantity, answers: Vec::new() });
    }
    // One field may be answered in several lines; several fields take a line each.
    let answers: Vec<String> = if fields == 1 {
        vec![typed.trim().to_owned()]
    } else {
        typed.lines().map(|line| line.trim().to_owned()).collect()
    };
    let usable = |answer: &String| !answer.is_empty() && answer.len() <= FORM_TEXT_BYTES_MAX;
    if answers.len() != fields || !answers.iter().all(usable) {
        return Err(refused);
    }
    Ok(Picked { quantity, answers })
}

/// Prices a checked request at `rate` a piece, takes the money from `wallet` and decides what is
/// delivered of the `in_stock` pieces.
///
/// # Errors
/// A [`ProductRefusal`]; nothing is taken then.
pub fn place(
    picked: Picked,
    product: &Product,
    rate: Micros,
    in_stock: i64,
    wallet: &Wallet,
    now: Timestamp,
) -> Result<ProductPlacement, ProductRefusal> {
    let quantity = picked.quantity;
    let too_high = ProductRefusal::QuantityHigh { max: product.max };
    let charge = rate.times(quantity).ok_or(too_high)?;
    let (state, delivered) = match product.kind {
        ProductKind::Service => (ProductState::Pending, 0),
        ProductKind::Auto if in_stock <= 0 => return Err(ProductRefusal::OutOfStock),
        ProductKind::Auto if in_stock >= quantity => (ProductState::Completed, quantity),
        ProductKind::Auto if product.when_short == WhenShort::Wait => {
            (ProductState::Waiting, in_stock)
        }
        ProductKind::Auto => (ProductState::Partial, in_stock),
    };
    let captured = rate.times(delivered).ok_or(too_high)?;
    let rest = Micros::new(charge.raw().saturating_sub(captured.raw()));
    let released = if state == ProductState::Partial { rest } else { Micros::ZERO };
    let steps = [
        (TransferKind::Hold, charge),
        (TransferKind::Capture, captured),
        (TransferKind::Release, released),
    ];
    let mut postings = Vec::with_capacity(3);
    let mut after = *wallet;
    for posting in steps.into_iter().filter_map(|(kind, amount)| Posting::of(kind, amount)) {
        after = after.post(&posting).map_err(|_| ProductRefusal::NotEnoughFunds)?;
        postings.push((posting, after));
    }
    let waits = state == ProductState::Waiting;
    let wait_until = waits.then(|| now.plus_hours(product.wait_hours));
    Ok(ProductPlacement {
        picked,
        delivered,
        state,
        rate,
        charge,
        captured,
        released,
        postings,
        wait_until,
    })
}
