//! The products dialect. The counter sells no products yet, so every list is empty and every id is
//! unknown; clients that also speak this part of the dialect get its proper answers.

use super::Answer;
use panel_api::reply::{self, Status};
use panel_api::request::Ids;
use panel_api::words::errors;

/// `products`.
pub(super) fn list() -> Vec<u8> {
    b"[]".to_vec()
}

/// `add_product_order`.
pub(super) fn add() -> Answer {
    Err(errors::INCORRECT_PRODUCT_ID.into())
}

/// `product_order_status`.
pub(super) fn status(ids: &Ids) -> Answer {
    let Ids::Many(ids) = ids else { return Err(errors::INCORRECT_ORDER_ID.into()) };
    let mut out = Vec::new();
    reply::status_many(&mut out, ids.iter().map(|id| (id, None::<Status<'_, i64>>)));
    Ok(out)
}

/// `result_product`.
pub(super) fn result() -> Answer {
    Err(errors::INCORRECT_ORDER_ID.into())
}
