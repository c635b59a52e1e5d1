//! A product, and what an operator may write into it.

use crate::catalogue::{CatalogueError, check_description, check_name};
use crate::edited::is_new;
use crate::limits::{FORM_FIELDS_MAX, PIECES_MAX, WAIT_HOURS_MAX, WARRANTY_DAYS_MAX};
use crate::names::named;
use crate::{CategoryId, Micros, ProductId};

/// Who delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProductKind {
    /// The counter, from stock, at once.
    Auto,
    /// Staff, by hand.
    Service,
}

named!(ProductKind {
    Auto => "auto",
    Service => "service",
});

/// What becomes of an order that is larger than the stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WhenShort {
    /// What is there is delivered, the rest is given back.
    GiveBack,
    /// What is there is delivered, the rest is waited for, for a while.
    Wait,
}

named!(WhenShort {
    GiveBack => "give_back",
    Wait => "wait",
});

/// A digital good sold by the piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its public id.
    pub id: ProductId,
    /// The category it stands under.
    pub category: CategoryId,
    /// Its name, as customers see it.
    pub name: String,
    /// A longer text for customers; may be empty.
    pub description: String,
    /// Who delivers.
    pub kind: ProductKind,
    /// Price of one piece.
    pub rate: Micros,
    /// Fewest pieces of an order.
    pub min: i64,
    /// Most pieces of an order.
    pub max: i64,
    /// Labels of what the buyer must type, one line each; empty when nothing.
    pub form: Vec<String>,
    /// What becomes of an order that is larger than the stock.
    pub when_short: WhenShort,
    /// How long the rest is waited for, in hours.
    pub wait_hours: i64,
    /// Days after its delivery in which a bad item is replaced; 0 for never.
    pub warranty_days: i64,
    /// The operator is told when fewer pieces are left; 0 for never.
    pub low_stock: i64,
    /// Its place within the category, ascending.
    pub position: i64,
    /// Whether it is on sale.
    pub on_sale: bool,
}

impl Product {
    /// What the dialect calls `require`: the labels, for the buyer to read.
    pub fn require(&self) -> Option<String> {
        (!self.form.is_empty()).then(|| self.form.join(", "))
    }
}

/// What is wrong with a product. Each text names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// Name or description.
    #[error(transparent)]
    Text(#[from] CatalogueError),
    /// The rate is negative or too large for the largest order.
    #[error("rate: must not be negative, and the largest order must cost less than 4 trillion")]
    Rate,
    /// The limits contradict each other.
    #[error("min and max: need 1 <= min <= max <= {PIECES_MAX}")]
    Limits,
    /// The form has too many fields or an unusable label.
    #[error("form: at most {FORM_FIELDS_MAX} labels, each a usable name")]
    Form,
    /// A time is out of range.
    #[error("wait hours: must be 0 to {WAIT_HOURS_MAX}, and above 0 for a product that waits")]
    Wait,
    /// The warranty is out of range.
    #[error("warranty days: must be 0 to {WARRANTY_DAYS_MAX}")]
    Warranty,
    /// The threshold is negative.
    #[error("low stock: must not be negative")]
    LowStock,
}

/// What the largest order may cost. Half the range stays free, so that sums of charges do not run
/// into the end of it.
const CHARGE_MAX: i64 = i64::MAX / 2;

/// The highest price of a piece that an order of `max` pieces can have.
pub fn highest_rate(max: i64) -> Micros {
    Micros::new(CHARGE_MAX.checked_div(max).unwrap_or(CHARGE_MAX))
}

/// Checks a product before it is stored. `before` is what is stored, when that is changed: only what
/// becomes another is looked at.
///
/// # Errors
/// The first [`ProductError`] found.
pub fn check_product(before: Option<&Product>, product: &Product) -> Result<(), ProductError> {
    if is_new(before, product, |one| one.name.clone()) {
        check_name(&product.name)?;
    }
    if is_new(before, product, |one| one.description.clone()) {
        check_description(&product.description)?;
    }
    let in_order = 1 <= product.min && product.min <= product.max && product.max <= PIECES_MAX;
    if is_new(before, product, |one| (one.min, one.max)) && !in_order {
        return Err(ProductError::Limits);
    }
    let bookable = product.rate >= Micros::ZERO && product.rate <= highest_rate(product.max);
    if is_new(before, product, |one| (one.rate, one.max)) && !bookable {
        return Err(ProductError::Rate);
    }
    let form = product.form.len() <= FORM_FIELDS_MAX
        && product.form.iter().all(|label| check_name(label).is_ok());
    if is_new(before, product, |one| one.form.clone()) && !form {
        return Err(ProductError::Form);
    }
    let waits = product.when_short == WhenShort::Wait;
    let hours = (0..=WAIT_HOURS_MAX).contains(&product.wait_hours);
    let can_wait = hours && !(waits && product.wait_hours == 0);
    if is_new(before, product, |one| (one.when_short, one.wait_hours)) && !can_wait {
        return Err(ProductError::Wait);
    }
    let warranty = (0..=WARRANTY_DAYS_MAX).contains(&product.warranty_days);
    if is_new(before, product, |one| one.warranty_days) && !warranty {
        return Err(ProductError::Warranty);
    }
    if is_new(before, product, |one| one.low_stock) && product.low_stock < 0 {
        return Err(ProductError::LowStock);
    }
    Ok(())
}
