//! A new product order.

use super::params::Params;
use super::vocabulary::{PRODUCT, QUANTITY, REQUIRE};
use super::{Number, request_id};
use crate::{Fault, limits};
use std::fmt;

/// The parameters of `add_product_order` (panel API v2, section add_product_order), read but not
/// judged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AddProductOrder {
    /// The product's id.
    pub product: Option<Number>,
    /// How many pieces.
    pub quantity: Option<Number>,
    /// What the product asks of the buyer; may have several lines.
    pub require: Option<String>,
    /// The client's own name for the order: the same one again means the same order.
    pub request_id: Option<String>,
}

impl AddProductOrder {
    pub(crate) fn read(params: &Params, idempotency_key: Option<&str>) -> Result<Self, Fault> {
        Ok(Self {
            product: params.number(PRODUCT)?,
            quantity: params.number(QUANTITY)?,
            require: params.text(REQUIRE, limits::REQUIRE_CHARS)?,
            request_id: request_id::read(params, idempotency_key)?,
        })
    }
}

impl fmt::Debug for AddProductOrder {
    /// Without what the buyer typed: it may well be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { product, quantity, request_id, .. } = self;
        let mut shown = f.debug_struct("AddProductOrder");
        shown.field("product", product).field("quantity", quantity);
        shown.field("request_id", request_id).finish_non_exhaustive()
    }
}
